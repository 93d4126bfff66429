"""Write what markers tell of real and simulated patients into docs/real-patients.md, and the picture beside it.

    python scripts/document_real_patients.py VALIDATION

VALIDATION is the folder of a finished `abscopal validate` over all trials.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from abscopal import catalogue
from abscopal.report.svg import write_svg
from abscopal.validation.biomarker_section import TITLES, biomarker_figure, rows_of
from abscopal.validation.biomarkers import Comparison, antibody_arms, compare, simulated_patients

DOCS = Path(__file__).parents[1] / "docs"
PAGE, PICTURE = DOCS / "real-patients.md", DOCS / "images" / "real-patients.svg"
BEGIN, END = "<!-- figures: begin -->\n", "<!-- figures: end -->"


def main(folder: Path) -> None:
    """Compare, and write page and picture."""
    protocols = {path.name: catalogue.load_protocol(path.name) for path in sorted((folder / "runs").iterdir())}
    fitting = {name: (one, folder / "runs" / name) for name, one in protocols.items() if antibody_arms(one)}
    found = compare(fitting)
    numbers = json.loads((folder / "validation.json").read_text(encoding="utf-8"))
    patients = len(simulated_patients(fitting.values()))
    said = f"{len(fitting)} trials, {patients} simulated patients, {numbers['n_per_arm']} per arm on average, "
    said += f"seed {numbers['seed']}.\n"
    tables = "".join(f"\n### {title}\n\n{_table(kind, found)}" for kind, title in TITLES.items())
    text = PAGE.read_text(encoding="utf-8")
    before, after = text.partition(BEGIN)[0], text.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n{said}{tables}\n{END}{after}", encoding="utf-8")
    write_svg(biomarker_figure(found), PICTURE)


def _table(kind: str, found: list[Comparison]) -> str:
    chosen = [one for one in found if one.real.statistic == kind and _shown(one)]
    head = "| | patients | real | n | simulated | n | difference | goal |\n" + "| --- " * 8 + "|\n"
    return head + "".join(_lines(chosen))


def _shown(one: Comparison) -> bool:
    """All but the single cancers of the large source, which the page of a validation has."""
    return not one.real.cancers or one.met is not None or one.real.source != "chang2024" or "PDL1" in one.real.marker


def _lines(chosen: list[Comparison]) -> Iterator[str]:
    for title, cells in rows_of(chosen):
        yield "| " + " | ".join([title, *cells]) + " |\n"


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
