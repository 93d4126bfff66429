"""The report's tables of responses against the truth, which only a simulation knows."""

from __future__ import annotations

from abscopal.analysis.misclassification import GROUPS, TRUTHS, Misclassification, misclassification
from abscopal.analysis.proportion import Proportion
from abscopal.report.findings import Findings
from abscopal.report.markup import Child, Html, joined, table, tag
from abscopal.report.numbers import NONE, count

NOTE = (
    "The living tumour cells of all lesions at each scan after baseline: shrunk to 0.343 of baseline or less (diameter "
    "70 %), grown to 1.728 times their lowest number or more (120 %), gone below a cubic millimetre, else stable. Dead "
    "and infiltrating tissue, which a scan shows too, does not count. CR and PR are right where the tumour is gone or "
    "has shrunk, SD where it is stable, PD where it has grown; a new lesion is PD before that."
)
SHARES = (
    ("Responses that are right, of scans called CR, PR, SD or PD", "right"),
    ("Living tumour falling at the scan that called progression, of subjects so called", "pseudoprogression"),
    ("The same, or falling below that level at a later scan", "wrong"),
    ("Grown at a scan called CR, PR or SD, of subjects scanned", "missed"),
)


def misclassification_section(findings: Findings) -> Html:
    """Responses against the truth by arm, or a sentence where nobody knows it."""
    if "adtruth" not in findings.tables:
        return tag("p", "What is true of a tumour is known in a simulation only.")
    found = misclassification(findings.tables["adtruth"], findings.tables["adsl"])
    arms = [arm for arm in findings.trial.arms if arm in found]  # an arm may have no subject
    shares: list[list[Child]] = [
        [label, *(_share(getattr(found[arm], name)) for arm in arms)] for label, name in SHARES
    ]
    scans = [row for arm in arms for row in _scan_rows(arm, found[arm])]
    return joined(
        [
            table(["", *arms], shares, "Right and wrong responses"),
            table(["Response at a scan", *TRUTHS], scans, "Scans by response and by what the living tumour had done"),
            tag("p", NOTE, class_="note"),
        ]
    )


def _scan_rows(arm: str, found: Misclassification) -> list[list[Child]]:
    seen = [name for name in GROUPS if any(found.scans[name].values())]
    rows: list[list[Child]] = [[name, *(str(found.scans[name][truth]) for truth in TRUTHS)] for name in seen]
    return [[arm], *rows]


def _share(share: Proportion | None) -> str:
    return NONE if share is None else count(share.successes, share.n)
