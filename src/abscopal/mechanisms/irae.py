"""An immune-related adverse event of one organ: self-reactive T cells move in, injure it, and it mends. A template.

    d T_ORGAN / dt      = infiltration * (attack - T_ORGAN) - clearing * eased * T_ORGAN
    infiltration        = onset * (1 + hastening * T_self_primed) * (1 + recruitment * injury_ORGAN)
    attack              = T_released + ctla4 * T_self_primed * (1 + joint * PD1_systemic)
    d injury_ORGAN / dt = fulminant * x / (fulminant + x) * (1 - injury / worst)
                          - repair * (1 + healing * eased) * injury
    x                   = damage * T_ORGAN * injury_relief
    eased               = 1 - injury_relief

Injury is measured in grades: at 1, 2, 3 and 4 the clinic calls it grade 1, 2, 3 and 4 (CTCAE version 5). `damage`
differs so much between patients that most have none and a few have a lot of it; `onset` differs too, so that events of
one organ begin over many months. An injured organ recruits more T cells, so that events worsen within days or weeks
once they have begun. `repair` of an endocrine gland is next to nothing. Injury beyond grade 4 of a vital
organ may kill (`lethality`). Steroids and what else eases injury rid the organ of its T cells, too, which come back as
slowly as they came, and hasten healing (`autoimmunity`). Without blockade every state stays at zero.

`build` makes the mechanism of one organ. Its numbers are fitted by `scripts/fit_irae.py` to incidence and onset.
"""

from __future__ import annotations

from typing import NamedTuple

from abscopal.language import Contribution, Definition, Mechanism, Parameter, Process, Source, Species, assumed, fitted

Number = tuple[float, tuple[float, float]]


class Organ(NamedTuple):
    """What one organ needs: numbers with their ranges, and where they come from.

    Parameters
    ----------
    name
        The organ, as in `injury_ORGAN`.
    event
        The adverse event in one word, as in the file's name `irae_EVENT`.
    title
        The adverse event, for people to read.
    damage
        Grades per day that the infiltrate of full PD-1 blockade does to the typical patient, 1/day, and range.
    spread
        Standard deviation of the logarithm of `damage` between patients.
    ctla4
        Infiltrate under full CTLA-4 blockade relative to full PD-1 blockade, 1, and range.
    joint
        What PD-1 blockade adds to the infiltrate of primed cells, 1, and range.
    onset
        Rate at which the infiltrate builds up, 1/day, and range.
    repair
        Rate at which injury mends, 1/day, and range.
    worst
        The most injury that this organ comes to, grades.
    targets
        The incidences and onset that were fitted.
    mending
        Source of `repair`.
    lethality
        Hazard of death per grade beyond the fourth, 1/day; 0 for an organ one can do without.
    recruitment
        How much faster T cells move in per grade of injury, 1, and range; 0 for glands, which no steroids can save.
    fulminant
        Grades per day at the very fastest.
    felt
        Grade from which on the patient feels it and comes in (`severe_symptoms`).
    """

    name: str
    event: str
    title: str
    damage: Number
    spread: float
    ctla4: Number
    joint: Number
    onset: Number
    repair: Number
    worst: float
    targets: str
    mending: Source
    lethality: float = 0.0
    felt: float = 2.9
    recruitment: Number = (0.0, (0.0, 20.0))
    fulminant: float = 0.5


ONSET_SPREAD = 0.8


def build(organ: Organ) -> Mechanism:
    """Mechanism of one organ's immune-related injury."""
    name = organ.name
    return Mechanism(
        f"irae_{organ.event}",
        f"Immune-related {organ.title}",
        species=(
            Species(f"T_{name}", "1", f"self-reactive T cells in the {name}, 1 under full PD-1 blockade"),
            Species(f"injury_{name}", "1", f"immune-related injury of the {name}, in grades"),
        ),
        parameters=(*_parameters(organ), *_lethality(organ)),
        definitions=(*_definitions(name), *_excess(organ)),
        processes=_processes(name),
        contributions=(*_deaths(organ), Contribution("severe_symptoms", f"max(injury_{name} - {name}_felt, 0)")),
        when=("PD1_systemic", "CTLA4_blocked"),
    )


def _parameters(organ: Organ) -> tuple[Parameter, ...]:
    name, source = organ.name, fitted(organ.targets)
    fulminant = assumed("fatal events begin 14 days after a first combined dose: a grade in two days, or half a day")
    felt = assumed(f"grade 3 of the {name} is felt as one comes to it, or where only blood shows it, grade 4 is")
    worst = assumed(f"how far injury of the {name} goes before it is replaced, treated or fatal")
    return (
        Parameter(
            f"{name}_damage",
            organ.damage[0],
            "1/day",
            f"grades per day done to the {name}",
            source,
            organ.damage[1],
            spread=organ.spread,
        ),
        Parameter(
            f"{name}_ctla4", organ.ctla4[0], "1", f"attack on the {name} by primed T cells", source, organ.ctla4[1]
        ),
        Parameter(
            f"{name}_joint", organ.joint[0], "1", f"added to it where PD-1 is blocked ({name})", source, organ.joint[1]
        ),
        Parameter(
            f"{name}_onset",
            organ.onset[0],
            "1/day",
            f"infiltration of the {name}",
            source,
            organ.onset[1],
            spread=ONSET_SPREAD,
        ),
        Parameter(
            f"{name}_recruitment",
            organ.recruitment[0],
            "1",
            f"how much faster T cells move into the {name} per grade of injury",
            source,
            organ.recruitment[1],
        ),
        Parameter(f"{name}_repair", organ.repair[0], "1/day", f"mending of the {name}", organ.mending, organ.repair[1]),
        Parameter(
            f"{name}_fulminant", organ.fulminant, "1/day", f"fastest injury of the {name}", fulminant, (0.2, 4.0)
        ),
        Parameter(
            f"{name}_felt", organ.felt, "1", f"grade from which on injury of the {name} is felt", felt, (2.0, 4.5)
        ),
        Parameter(f"{name}_worst", organ.worst, "1", f"worst injury of the {name}", worst, (3.0, 10.0)),
    )


def _definitions(name: str) -> tuple[Definition, ...]:
    return (
        Definition(
            f"{name}_attack",
            f"T_released + {name}_ctla4 * T_self_primed * (1 + {name}_joint * PD1_systemic)",
            "1",
            f"self-reactive T cells bound for the {name}",
        ),
        Definition(
            f"{name}_infiltration",
            f"{name}_onset * (1 + hastening * T_self_primed) * (1 + {name}_recruitment * injury_{name})",
            "1/day",
            f"rate at which they move into the {name}",
        ),
    )


def _processes(name: str) -> tuple[Process, ...]:
    injury = f"{name}_fulminant * hill({name}_damage * T_{name} * injury_relief, {name}_fulminant, 1)"
    return (
        Process("infiltration", f"-> T_{name}", f"{name}_infiltration * {name}_attack"),
        Process("departure", f"T_{name} ->", f"({name}_infiltration + clearing * eased) * T_{name}"),
        Process("injury", f"-> injury_{name}", f"{injury} * (1 - injury_{name} / {name}_worst)"),
        Process("repair", f"injury_{name} ->", f"{name}_repair * mending * injury_{name}"),
    )


def _lethality(organ: Organ) -> tuple[Parameter, ...]:
    if not organ.lethality:
        return ()
    source = assumed(
        "chosen so that with management 0.4 % die on PD-1, 1.1 % on CTLA-4 and 1.2 % on both (Wang 2018, recalled)"
    )
    low, high = organ.lethality / 10, organ.lethality * 10
    meaning = f"hazard of death per grade of the {organ.name} beyond the fourth"
    return (Parameter(f"{organ.name}_lethality", organ.lethality, "1/day", meaning, source, (low, high)),)


def _excess(organ: Organ) -> tuple[Definition, ...]:
    if not organ.lethality:
        return ()
    formula, name = f"max(injury_{organ.name} - 4, 0)", f"{organ.name}_beyond_four"
    return (Definition(name, formula, "1", f"injury of the {organ.name} beyond grade 4"),)


def _deaths(organ: Organ) -> tuple[Contribution, ...]:
    if not organ.lethality:
        return ()
    return (Contribution("treatment_death", f"{organ.name}_lethality * {organ.name}_beyond_four"),)
