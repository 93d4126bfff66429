"""What a run prints when it is done, and the exit code that it ends with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from abscopal.cli.app import NOT_ADVICE, console, stop

if TYPE_CHECKING:
    from rich.table import Table

    from abscopal.runs.run import Outcome


def report(outcome: Outcome, *, as_json: bool, quiet: bool, allowed: float) -> None:
    """Print how a run ended; stop with code 1 if subjects are missing, or more failed than the share `allowed`."""
    if as_json:
        print(json.dumps(outcome.summary if outcome.plan.parts == 1 else _share(outcome), indent=1))
    elif not quiet and outcome.plan.parts > 1:
        _show_share(outcome)
    elif not quiet and outcome.summary is not None:
        _show_results(outcome.summary, outcome.folder)
    _stop_for_failures(outcome, allowed)


def _share(outcome: Outcome) -> dict[str, Any]:
    """Return what there is to say of a share of a trial."""
    plan = outcome.plan
    counts = {"shards": len(plan.mine), "of": len(plan.shards), "whole": len(outcome.ledger.whole)}
    return {"folder": str(outcome.folder), "part": plan.part, "parts": plan.parts, **counts, "failed": outcome.failed}


def _show_share(outcome: Outcome) -> None:
    plan, whole = outcome.plan, len(outcome.ledger.whole)
    share = f"share {plan.part} of {plan.parts}: {whole} of its {len(plan.mine)} shards, of {len(plan.shards)} in all"
    print(f"{share}, in {outcome.folder}")
    print("when all shares are there: abscopal merge FOLDER ... --out WHOLE")


def _stop_for_failures(outcome: Outcome, allowed: float) -> None:
    lines = [
        f"{item['n']} subjects are missing, {item['first']} to {item['last']}: {item['reason']}"
        for item in outcome.ledger.missing_subjects
    ]
    total = sum(record.size for record in outcome.ledger.records)
    if outcome.failed > allowed * total:
        text = f"{outcome.failed} of {total} subjects failed, more than the {allowed:.1%} allowed"
        lines.append(f"{text}; see {outcome.folder / 'failures.json'}")
    if lines:
        stop(1, *lines)


def _show_results(summary: dict[str, Any], folder: Path) -> None:
    console().print(_results_table(summary["arms"]))
    for row in summary["contrasts"]:
        ratio = f"{_number(row['hr'], 2)} ({_number(row['lo'], 2)} to {_number(row['hi'], 2)})"
        label = f"{row['endpoint']} hazard ratio, {row['arm']} to {row['reference']}"
        print(f"{label}: {ratio}, p {_p_value(row['p'])}")
    if (failed := summary["failed"])["n"]:
        reasons = ", ".join(f"{number} {reason}" for reason, number in failed["reasons"].items())
        print(f"{failed['n']} subjects failed: {reasons}")
    _show_missed(folder)
    print(f"seed {summary['seed']}, report {folder / 'report.html'}")
    print(NOT_ADVICE)


def _show_missed(folder: Path) -> None:
    """Say which marginals of the protocol the enrolled are far from."""
    from abscopal.report.marginals import missed_sentence

    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    if told := missed_sentence(manifest["marginals"]):
        print(told)


def _results_table(arms: dict[str, dict[str, Any]]) -> Table:
    from rich.markup import escape
    from rich.table import Table

    table = Table("arm", box=None, pad_edge=False)
    for head in ("n", "ORR", "PFS median", "OS median", "OS 12 months", "OS 24 months"):
        table.add_column(head, justify="right")
    for name, arm in arms.items():
        at = arm["os_at"]
        rates = [_percent(arm["orr"]), _months(arm["pfs_median"]), _months(arm["os_median"])]
        table.add_row(escape(name), str(arm["n"]), *rates, _percent(at.get("12")), _percent(at.get("24")))
    return table


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.0f} %"


def _months(months: float | None) -> str:
    return "not reached" if months is None else f"{months:.1f} months"


def _number(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def _p_value(value: float | None) -> str:
    if value is None:
        return "-"
    return "< 0.0001" if value < 0.0001 else f"{value:.4f}"
