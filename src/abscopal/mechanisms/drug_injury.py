"""Injury of an organ by drugs, in grades: what is done per day, and what mends. A template.

    d drug_injury_ORGAN / dt = ORGAN_toxicity * susceptibility * (1 - injury / worst) - recovery * injury

`ORGAN_toxicity` is the port that drugs feed, in grades per day to the typical patient, who comes to the grade
toxicity / recovery under steady treatment. At 1, 2, 3 and 4 the clinic calls it grade 1, 2, 3 and 4 (CTCAE version 5).
Patients differ in susceptibility, so that a toxicity which spares most is severe in a few.
"""

from __future__ import annotations

from typing import NamedTuple

from abscopal.language import Contribution, Definition, Mechanism, Parameter, Port, Process, Source, Species, assumed


class Organ(NamedTuple):
    """What one organ needs.

    Parameters
    ----------
    name
        The organ, as in `ORGAN_toxicity` and `drug_injury_ORGAN`.
    title
        What patients suffer from, for people to read.
    recovery
        Rate of mending, 1/day, and range.
    mending
        Source of `recovery`.
    worst
        Grade beyond which it does not get.
    spread
        Standard deviation of the logarithm of susceptibility between patients.
    lethality
        Hazard of death per grade beyond the fourth, 1/day; 0 for an organ one can do without.
    """

    name: str
    title: str
    recovery: tuple[float, tuple[float, float]]
    mending: Source
    worst: float = 6.0
    spread: float = 0.8
    lethality: float = 0.0


def build(organ: Organ) -> Mechanism:
    """Mechanism of one organ's injury by drugs."""
    name, injury = organ.name, f"drug_injury_{organ.name}"
    done = f"{name}_toxicity * {name}_susceptibility * (1 - {injury} / {name}_limit)"
    return Mechanism(
        f"{name}_injury",
        f"Injury by drugs: {organ.title}",
        species=(Species(injury, "1", f"injury by drugs in grades: {organ.title}"),),
        parameters=(*_parameters(organ), *_lethality(organ)),
        ports=(Port(f"{name}_toxicity", "sum", f"grades per day of {organ.title}", "1/day", per="patient"),),
        processes=(
            Process("injury", f"-> {injury}", done),
            Process("recovery", f"{injury} ->", f"{name}_recovery * {injury}"),
        ),
        definitions=_excess(organ),
        contributions=_deaths(organ),
        when=(f"{name}_toxicity",),
    )


def _parameters(organ: Organ) -> tuple[Parameter, ...]:
    name = organ.name
    alike = assumed(
        "1 by definition for the typical patient; its spread puts a grade 3 on one in ten whose median is 1"
    )
    worst = assumed(f"the worst grade that {organ.title} comes to, and for a vital organ what lies beyond")
    mending = f"recovery from {organ.title}"
    return (
        Parameter(
            f"{name}_susceptibility",
            1.0,
            "1",
            f"susceptibility to {organ.title} relative to the typical patient",
            alike,
            (0.01, 100.0),
            spread=organ.spread,
        ),
        Parameter(f"{name}_recovery", organ.recovery[0], "1/day", mending, organ.mending, organ.recovery[1]),
        Parameter(f"{name}_limit", organ.worst, "1", f"worst grade of {organ.title}", worst, (1.5, 8.0)),
    )


def _lethality(organ: Organ) -> tuple[Parameter, ...]:
    if not organ.lethality:
        return ()
    source = assumed("about half of those in whom it comes to grade 5 die of it within weeks")
    meaning = f"hazard of death per grade of {organ.title} beyond the fourth"
    low, high = organ.lethality / 10, organ.lethality * 10
    return (Parameter(f"{organ.name}_drug_lethality", organ.lethality, "1/day", meaning, source, (low, high)),)


def _excess(organ: Organ) -> tuple[Definition, ...]:
    if not organ.lethality:
        return ()
    formula, name = f"max(drug_injury_{organ.name} - 4, 0)", f"{organ.name}_drug_beyond_four"
    return (Definition(name, formula, "1", f"{organ.title} beyond grade 4"),)


def _deaths(organ: Organ) -> tuple[Contribution, ...]:
    if not organ.lethality:
        return ()
    return (Contribution("treatment_death", f"{organ.name}_drug_lethality * {organ.name}_drug_beyond_four"),)
