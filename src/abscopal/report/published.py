"""What a report says about a trial beyond its tables; a protocol is read here and nowhere else in the report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from abscopal.protocol.protocol import Arm, Protocol
    from abscopal.protocol.published import Figure

_ARM_FIGURES = ("orr", "cr", "dcr", "pfs_median", "os_median", "dor_median", "ttr_median")


@dataclass(frozen=True)
class PublishedValue:
    """One figure from a paper.

    Attributes
    ----------
    value
        Fraction of 1, months or ratio; None for a median that was not reached.
    lower, upper
        Published 95 % limits, None where not given or not reached.
    source
        "checked" (seen in the source), "recalled" (from memory, provisional), "assumed", or "" when nobody said.
    note
        What a reader must know, such as the date of the analysis.
    """

    value: float | None
    lower: float | None = None
    upper: float | None = None
    source: str = ""
    note: str = ""


@dataclass(frozen=True, eq=False)
class PublishedCurve:
    """A published survival curve: `months` ascending, `survival` as fractions of 1, shape (n,) each."""

    months: np.ndarray
    survival: np.ndarray
    citation: str = ""


@dataclass(frozen=True)
class Citation:
    """A publication that the published side comes from; `doi` without a resolver in front."""

    citation: str
    doi: str = ""
    note: str = ""


@dataclass(frozen=True, eq=False)
class Description:
    """What a report says about a trial that its tables do not hold.

    Attributes
    ----------
    name, title, indication, criteria
        As in the protocol.
    design
        Further facts as (what, sentence), such as ("Scans", "every 6 weeks").
    regimens
        Treatment of each arm as sentences; its keys are the arms in order.
    control
        Arm that the others are compared with, None to leave it to the summary.
    values
        Published figures by arm: `orr`, `cr`, `pfs_median`, `os_median`, `dor_median`, `os_at_12` ...
    baseline
        Published marginals at baseline, such as `age_median` and `male`.
    ratios
        Published hazard ratios by (endpoint, arm, reference).
    curves
        Published curves by (endpoint, arm).
    citations
        Papers that the published side comes from.
    notes
        How the protocol departs from the trial it stands for.
    """

    name: str
    title: str = ""
    indication: str = ""
    criteria: str = ""
    design: tuple[tuple[str, str], ...] = ()
    regimens: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    control: str | None = None
    values: Mapping[str, Mapping[str, PublishedValue]] = field(default_factory=dict)
    baseline: Mapping[str, PublishedValue] = field(default_factory=dict)
    ratios: Mapping[tuple[str, str, str], PublishedValue] = field(default_factory=dict)
    curves: Mapping[tuple[str, str], PublishedCurve] = field(default_factory=dict)
    citations: tuple[Citation, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def arms(self) -> tuple[str, ...]:
        """Names of the arms in order."""
        return tuple(self.regimens)

    def landmarks(self, endpoint: str, arm: str) -> list[tuple[float, float]]:
        """Points that the published curve of an arm is known to pass through: (months, fraction), in time order."""
        prefix = f"{endpoint.lower()}_at_"
        values = self.values.get(arm, {})
        points = [(float(k.removeprefix(prefix)), v.value) for k, v in values.items() if k.startswith(prefix)]
        median = values.get(f"{endpoint.lower()}_median")
        if median is not None and median.value is not None:
            points.append((median.value, 0.5))
        return sorted((month, value) for month, value in points if value is not None)


def describe(protocol: Protocol | Description) -> Description:
    """Describe a trial from its protocol; one that is a description already is returned as it is."""
    if isinstance(protocol, Description):
        return protocol
    contrasts = protocol.contrasts
    return Description(
        name=protocol.name,
        title=protocol.title,
        indication=protocol.indication,
        criteria=protocol.criteria,
        design=_design(protocol),
        regimens={arm.name: tuple(str(regimen) for regimen in arm.regimen) for arm in protocol.arms},
        control=contrasts[0].reference if contrasts else None,
        values={arm.name: _arm_values(arm) for arm in protocol.arms},
        baseline=_figures(protocol.baseline, tuple(type(protocol.baseline).model_fields)),
        ratios={(c.endpoint, c.arm, c.reference): _value(c.hr) for c in contrasts},
        curves={(c.endpoint, c.arm): _curve(c.points, c.citation) for c in protocol.curves},
        citations=tuple(Citation(c.citation, c.doi, c.note) for c in protocol.sources),
        notes=_notes(protocol),
    )


def _design(protocol: Protocol) -> tuple[tuple[str, str], ...]:
    facts = [
        ("Scans", str(protocol.scans)),
        ("Response criteria", protocol.criteria),
        ("Assessed besides by", ", ".join(protocol.other_criteria)),
        ("Imaging", _imaging(protocol)),
        ("Censoring of progression", protocol.censoring),
        ("Management of toxicity", _management(protocol)),
        ("Line of therapy", protocol.line),
        ("Eligible", "; ".join(str(condition) for condition in protocol.eligibility)),
        ("Contraindications", "; ".join(str(condition) for condition in protocol.contraindications)),
        ("Stratified by", "; ".join(str(condition) for condition in protocol.stratify)),
        ("Accrual", f"{protocol.accrual_months:g} months"),
        _cutoff(protocol),
        ("Lost to follow-up", f"{100 * protocol.dropout_per_year:g} % a year"),
        *_withdrawal(protocol),
        *_access(protocol),
        ("Registry", protocol.registry),
    ]
    return tuple((what, text) for what, text in facts if text)


def _cutoff(protocol: Protocol) -> tuple[str, str]:
    if protocol.cutoff_months is not None:
        return "Cut-off after the first enrolment", f"{protocol.cutoff_months:g} months"
    return "Follow-up after the last enrolment", f"{protocol.follow_up_months:g} months"


def _withdrawal(protocol: Protocol) -> list[tuple[str, str]]:
    share = protocol.withdrawal_per_year
    return [("Consent withdrawn", f"{100 * share:g} % a year")] if share else []


def _imaging(protocol: Protocol) -> str:
    """Return what differs from scans on their days, read by the investigator alone; empty where nothing does."""
    charter = protocol.imaging
    facts = [
        *(f"{modality} of {organ}" for organ, modality in charter.modality.items()),
        f"slices of {charter.slice_mm:g} mm" if charter.slice_mm != type(charter)().slice_mm else "",
        "two blinded readers beside the investigator" if charter.readers > 1 else "",
        f"{100 * charter.missed:g} % of scans missed" if charter.missed else "",
        f"{100 * charter.missed_when_ill:g} % more of those who are ill" if charter.missed_when_ill else "",
        f"within {charter.window_days} days of plan" if charter.window_days else "",
    ]
    return ", ".join(fact for fact in facts if fact)


def _management(protocol: Protocol) -> str:
    rules = protocol.management
    facts = [
        "immune-related events not managed" if rules.immune == "none" else f"immune-related events by {rules.immune}",
        "doses as planned" if rules.doses == "none" else "doses changed as labels say",
        f"{rules.growth_factors} prophylaxis with growth factors" if rules.growth_factors != "none" else "",
        f"safety visits {rules.monitoring}" if rules.monitoring else "",
    ]
    return ", ".join(fact for fact in facts if fact)


def _access(protocol: Protocol) -> list[tuple[str, str]]:
    """Who gets treatment late or never, where some do."""
    plans = {"Access": protocol.access} | {f"Access, {arm.name}": arm.access for arm in protocol.arms if arm.access}
    return [
        (what, f"{100 * plan.untreated:g} % untreated, {100 * plan.late:g} % treated {plan.late_weeks} weeks late")
        for what, plan in plans.items()
        if plan.untreated or plan.late
    ]


def _notes(protocol: Protocol) -> tuple[str, ...]:
    notes = [protocol.note, *(f"{arm.name}: {arm.note}" for arm in protocol.arms if arm.note)]
    return tuple(note for note in notes if note)


def _arm_values(arm: Arm) -> dict[str, PublishedValue]:
    published = arm.published
    if published is None:
        return {}
    values = _figures(published, _ARM_FIGURES)
    values |= {f"pfs_at_{month}": _value(share) for month, share in published.pfs_at.items()}
    return values | {f"os_at_{month}": _value(share) for month, share in published.os_at.items()}


def _figures(record: object, names: tuple[str, ...]) -> dict[str, PublishedValue]:
    found = {name: getattr(record, name) for name in names}
    return {name: _value(figure) for name, figure in found.items() if figure is not None}


def _value(figure: Figure) -> PublishedValue:
    return PublishedValue(figure.value, figure.lo, figure.hi, figure.source or "", figure.note)


def _curve(points: tuple[tuple[float, float], ...], citation: str) -> PublishedCurve:
    at = np.array(points, dtype=np.float64).reshape(-1, 2)
    return PublishedCurve(at[:, 0], at[:, 1], citation)
