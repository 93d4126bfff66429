"""What a protocol needs beyond the published figures of its trial."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class After:
    """Treatment after progression: regimens, share of all randomised, source, what the source counts.

    Without a share, it is the trial's published share of controls that crossed over to immunotherapy.
    """

    regimen: str | tuple[str, ...]
    of_randomised: float | None
    source: str = "recalled"
    note: str = ""


@dataclass(frozen=True)
class Design:
    """A trial in our words. Names of our arms are keys everywhere; a name alone is that of the arm in the figures."""

    title: str
    indication: str
    scans: str
    accrual_months: float
    follow_up_months: float
    arms: dict[str, str]  # our name: name in trials.yaml
    curve: str = ""  # citation of the printed overall survival curve
    files: tuple[str, ...] = ()
    curve_arms: dict[str, str] = field(default_factory=dict)  # our name: name in the curve files
    regimens: dict[str, list[str]] = field(default_factory=dict)
    progressing: dict[str, float] = field(default_factory=dict)  # share alive after progression, to divide by
    after: dict[str, tuple[After, ...]] = field(default_factory=dict)
    prefer: dict[str, str] = field(default_factory=dict)  # figure: key of `other`, or nothing
    hazard_ratios: dict[str, str] = field(default_factory=dict)  # endpoint: key of the contrast
    keep_pfs_at: bool = True
    notes: dict[str, str] = field(default_factory=dict)
    note: str = ""
    line: str = ""  # where the trial's own word for it is none of 1L, 2L ...
    adjuvant: bool = False
    progression: str = ""  # what stands in the place of pfs, such as rfs
    pfs_curve: str = ""
    pfs_files: tuple[str, ...] = ()
    allocation: dict[str, float] = field(default_factory=dict)  # where sizes do not tell it
    contrasts: dict[str, tuple[str, str]] = field(default_factory=dict)  # further names in contrasts: our name, note
    baseline: dict[str, float] = field(default_factory=dict)  # shares that follow from whom the trial enrolled
    enrolled: str = ""
    stratified: str = ""
    criteria: str = ""  # response criteria of the trial, where RECIST 1.1 stands for them
