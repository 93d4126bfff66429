"""From shards to a finished run: tables joined, summary, failures, figures and report written, the manifest last.

Memory does not grow with the trial: tables are joined shard by shard, and what follows reads the columns it needs.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from abscopal.analysis.columns import REPORT
from abscopal.analysis.enrolled import analysed, enrolled
from abscopal.clinic.parquet import join_parquet, read_parquet
from abscopal.clinic.tables import SCHEMAS
from abscopal.population.screening import Screening, total
from abscopal.population.virtual_population import add_classes
from abscopal.protocol.yaml_form import to_yaml
from abscopal.runs.files import checksum, sync_folder, write_json, write_text
from abscopal.runs.ledger import Ledger
from abscopal.runs.manifest import manifest, summary
from abscopal.runs.plan import Plan
from abscopal.runs.shard import Record, shard_folder
from abscopal.trial.simulate import Design

TABLES = tuple(name.lower() for name in SCHEMAS)
MANIFEST = "manifest.json"
_LONGEST_FIRST = ("adlb", "adtr", "adrs", "adex", "adae", "adtruth", "adsl", "adtte", "adcm", "adce")


class RunTables(Mapping[str, pd.DataFrame]):
    """The joined tables of a run folder as summary, figures and report need them, each read when first asked for.

    Only columns that are needed are read, words as categories; of the lesion measurements, by far the longest table,
    the sums, and single lesions of the subjects whose lesions are counted (all of them but in large trials).
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._read: dict[str, pd.DataFrame] = {}

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self._read:
            keep = self._sums_and_sample() if name == "adtr" else _counted_or_best if name == "adrs" else None
            path, columns = table_path(self.folder, name), REPORT[name]
            found = read_parquet(path, name, columns, categories=True, keep=keep)
            self._read[name] = found if name == "adrs" else analysed(found)
        return self._read[name]

    def _sums_and_sample(self) -> Callable[[pa.Table], pa.Array]:
        from abscopal.report.lesion_map import lesion_subjects

        adsl = enrolled(self["adsl"])
        arms = adsl["ARM"].unique()
        shown = pa.array([subject for arm in arms for subject in lesion_subjects(adsl, arm)], pa.string())

        def keep(rows: pa.Table) -> pa.Array:
            sums = pc.equal(rows["PARAMCD"].cast(pa.string()), "SUMDIAM")
            return pc.or_(sums, pc.is_in(rows["USUBJID"].cast(pa.string()), value_set=shown))

        return keep

    def __iter__(self) -> Iterator[str]:
        return iter(REPORT)

    def __len__(self) -> int:
        return len(REPORT)


def _counted_or_best(rows: pa.Table) -> pa.Array:
    """Which responses to keep: those that analyses count, and best ones by further criteria and readers."""
    counted = pc.equal(rows["ANL01FL"].cast(pa.string()), "Y")
    return pc.or_(counted, pc.equal(rows["PARAMCD"].cast(pa.string()), "CBOR"))


def table_path(folder: Path, name: str) -> Path:
    """Where a joined table lies in a run folder."""
    return folder / "adam" / f"{name}.parquet"


def finish(
    folder: Path, plan: Plan, design: Design, ledger: Ledger, wall_seconds: float, threads: int = 1
) -> dict[str, Any]:
    """Write everything that stands beside the shards; return the summary.

    Parameters
    ----------
    folder
        The run folder, locked, with at least one whole shard.
    plan, design, ledger
        What was run and how its shards ended.
    wall_seconds
        Time taken so far.
    threads
        Tables that may be joined at once.
    """
    records = ledger.records
    join_tables(folder, records, threads)
    failures = [failure for record in records for failure in record.failures]
    tables = RunTables(folder)
    screening = total(Screening.of_plain(record.screening) for record in records)
    found = summary(design, tables, plan.seed, failures, ledger.missing_subjects, screening)
    described = _manifest(folder, plan, design, records, len(failures), wall_seconds)
    write_run(folder, design, tables, found, failures, described)
    return found


def write_run(
    folder: Path,
    design: Design,
    tables: Mapping[str, pd.DataFrame],
    found: dict[str, Any],
    failures: list[dict[str, Any]],
    described: dict[str, Any],
) -> None:
    """Write a run but for its tables, the manifest last: a folder with a manifest is a whole one."""
    from abscopal.report.estimates import of_enrolled
    from abscopal.report.figures import write_figures
    from abscopal.report.page import write_report

    tables = of_enrolled(tables)  # figures and page share what is derived from the tables
    write_text(folder / "protocol.yaml", to_yaml(design.protocol))
    write_json(folder / "summary.json", found)
    write_json(folder / "failures.json", failures)
    draft = folder / "figures.partial"
    shutil.rmtree(draft, ignore_errors=True)
    write_figures(tables, design.protocol, draft, found)
    shutil.rmtree(folder / "figures", ignore_errors=True)
    draft.rename(folder / "figures")
    page = folder / "report.html.partial"
    write_report(tables, described, found, design.protocol, page)
    page.rename(folder / "report.html")
    write_json(folder / MANIFEST, described)
    sync_folder(folder)


def join_tables(folder: Path, records: list[Record], threads: int = 1) -> None:
    """Join the tables of the shards, in order of their subjects."""
    (folder / "adam").mkdir(exist_ok=True)
    places = [shard_folder(folder, record.shard) for record in records]

    def join(name: str) -> None:
        join_parquet([place / f"{name}.parquet" for place in places], table_path(folder, name), name)

    with ThreadPoolExecutor(min(threads, 2)) as pool:  # half of the work is one table: a third thread would wait
        list(pool.map(join, _LONGEST_FIRST))
    sync_folder(folder / "adam")


def _manifest(
    folder: Path, plan: Plan, design: Design, records: list[Record], failed: int, wall_seconds: float
) -> dict[str, Any]:
    n = sum(record.size for record in records)
    traits = records[0].marginals
    made = manifest(
        design,
        seed=plan.seed,
        n=n,
        classes=add_classes(record.classes for record in records),
        effective=sum(record.effective for record in records),
        screening=total(Screening.of_plain(record.screening) for record in records),
        marginals={name: sum(record.marginals[name] for record in records) / n for name in traits},
        failed=failed,
        wall_seconds=wall_seconds,
        backend=plan.backend,
    )
    stages = {stage for record in records for stage in record.seconds}
    seconds = {stage: round(sum(record.seconds.get(stage, 0.0) for record in records), 2) for stage in sorted(stages)}
    drawn = {"draw": {"number": plan.draw, "values": plan.values}} if plan.draw else {}
    return made | drawn | {"shards": len(plan.shards), "seconds": seconds, "files": _signs(folder)}


def _signs(folder: Path) -> dict[str, str]:
    return {f"adam/{name}.parquet": checksum(table_path(folder, name)) for name in TABLES}


def unsound(folder: Path, described: Mapping[str, Any]) -> list[str]:
    """Name the joined tables of a finished run that are not as they were written."""
    signs = dict(described.get("files", {}))
    return [name for name, sign in signs.items() if not (folder / name).is_file() or checksum(folder / name) != sign]
