"""What a protocol asks of its subjects at baseline beside who was enrolled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from abscopal.report.markup import Html, joined, table, tag
from abscopal.report.numbers import percent

FAR = 0.05  # difference of two shares from which on a marginal was missed
NAMES = {
    "male": "Men",
    "ecog1": "ECOG 1 or more",
    "ldh_high": "LDH above ULN",
    "m1c": "Stage M1c",
    "pdl1_ge1": "PD-L1 1 % or more",
    "pdl1_ge5": "PD-L1 5 % or more",
    "pdl1_ge50": "PD-L1 50 % or more",
    "cps_ge1": "CPS 1 or more",
    "cps_ge10": "CPS 10 or more",
    "braf": "BRAF mutation",
    "egfr": "EGFR mutation",
    "alk": "ALK rearrangement",
    "msi": "High microsatellite instability",
    "brain": "Brain metastases",
    "liver": "Liver metastases",
    "bone": "Bone metastases",
    "lung": "Lung lesions",
}

Marginals = Mapping[str, Mapping[str, float]]
"""By trait, the share asked for (`published`) and that of the enrolled (`enrolled`), as in a manifest."""


def trait(name: str) -> str:
    """Name a trait in words."""
    return NAMES.get(name, name.replace("_", " ").capitalize())


def missed(marginals: Marginals) -> list[str]:
    """Return the traits whose share among the enrolled is far from what was asked for, the furthest first."""
    gap = {name: abs(told["published"] - told["enrolled"]) for name, told in marginals.items()}
    return sorted((name for name, by in gap.items() if by > FAR), key=lambda name: -gap[name])


def missed_sentence(marginals: Marginals) -> str:
    """Say which marginals were missed and what helps; empty where none was."""
    if not (names := missed(marginals)):
        return ""
    told = ", ".join(
        f"{trait(name)} {percent(marginals[name]['published'])} asked for and "
        f"{percent(marginals[name]['enrolled'])} enrolled"
        for name in names
    )
    return (
        f"Not met at baseline: {told}. Too few plausible candidates are so; `candidates: as enrolled` in the protocol "
        "brings more of them, unless shares contradict each other or the cancer has no such patients."
    )


def marginals_part(marginals: Marginals, effective: float | None, unused: Sequence[str] = (), of: str = "") -> Html:
    """Write the table of marginals, the effective number of candidates, and what was missed or could not be used."""
    rows = [[trait(n), percent(told["published"]), percent(told["enrolled"])] for n, told in marginals.items()]
    lines = []
    if effective:
        words = f"The plausible candidates{of} are worth {effective:,.0f} equally weighted ones (Kish)."
        lines.append(f"Candidates are weighted to these shares and chosen by weight. {words}")
    if unused:
        lines.append(f"Not told by the model of this cancer and not used: {', '.join(map(trait, unused))}.")
    if sentence := missed_sentence(marginals):
        lines.append(sentence)
    notes = [tag("p", line, class_="note") for line in lines]
    if not rows:
        return joined(notes)
    return joined(
        [table(["Share with", "asked for", "enrolled"], rows, f"Asked for at baseline and obtained{of}"), notes]
    )


def unused_of(asked: Mapping[str, Any], marginals: Marginals) -> list[str]:
    """Return the shares of a baseline that no candidate is known by; ages, sizes and numbers are no shares."""
    return [name for name in asked if name not in marginals and not name.endswith("_median")]
