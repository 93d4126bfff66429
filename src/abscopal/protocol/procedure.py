"""Procedures as sentences: `radiotherapy 8 Gy x3 to liver lesions week 2`, `resect primary day 0`.

    procedure = "radiotherapy" dose "Gy" ["x" fractions] "to" lesions [day]
              | "resect" lesions [day]  |  "ablate" lesions [day]
    lesions   = "primary" | "all lesions" | ORGAN "lesions" | [N] "largest" [ORGAN] ("lesion" | "lesions")
    day       = "week" N | "day" N                                                   (day 0 if left out)

Fractions are given on the weekdays that follow, five and two days without: the first day counts as a Monday. Lesions
are chosen on the day, from those that are there; the largest by their size on that day.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import ClassVar, Literal, Self

from abscopal.errors import InputError, Problem, did_you_mean, shown
from abscopal.protocol.amount import number, read_dose, read_whole_point, whole_point

Tag = Literal["radiotherapy", "surgery", "ablation"]

_LESIONS = "'primary', 'all lesions', 'liver lesions' or '2 largest lesions'"
_RADIOTHERAPY = re.compile(r"^radiotherapy (?P<dose>\S+) (?P<unit>\S+)(?: x(?P<count>\S+))? to (?P<rest>.+)$")
_WHERE_AND_WHEN = re.compile(r"^(?P<lesions>.*?)(?: (?P<unit>week|day) (?P<number>\S+))?$")
_CHOICE = re.compile(
    r"^(?:(?P<primary>primary)|(?P<all>all) lesions|(?P<organ>[a-z][a-z_]*) lesions"
    r"|(?:(?P<count>[1-9][0-9]{0,2}) )?largest(?: (?P<among>[a-z][a-z_]*))? lesions?)$"
)


@dataclass(frozen=True, slots=True)
class Lesions:
    """Which lesions a procedure acts on.

    Parameters
    ----------
    organ
        Only lesions of this organ; "" for every organ.
    largest
        At most so many, the largest first; None for all of them.
    primary
        Only the primary tumour.
    """

    organ: str = ""
    largest: int | None = None
    primary: bool = False

    def __post_init__(self) -> None:
        if self.primary and (self.organ or self.largest is not None):
            raise InputError([Problem(expected="the primary alone", got=shown(str(self)))])
        if self.organ in ("all", "largest", "lesions") or not re.fullmatch(r"[a-z][a-z_]*|", self.organ):
            raise InputError([Problem(expected="the name of an organ in small letters", got=shown(self.organ))])
        if self.largest is not None and not 1 <= self.largest <= 999:
            raise InputError([Problem(expected="a number of lesions from 1 to 999", got=shown(self.largest))])

    def __str__(self) -> str:
        """`liver lesions`, `2 largest lesions`."""
        if self.primary:
            return "primary"
        if self.largest is None:
            return f"{self.organ or 'all'} lesions"
        organ = f" {self.organ}" if self.organ else ""
        return f"largest{organ} lesion" if self.largest == 1 else f"{self.largest} largest{organ} lesions"


@dataclass(frozen=True, slots=True)
class Radiotherapy:
    """External beam radiotherapy of some lesions.

    Parameters
    ----------
    dose
        Per fraction, in Gy; above 0.
    fractions
        Their number.
    lesions
        Which are irradiated.
    day
        Study day of the first fraction.
    """

    dose: float
    fractions: int
    lesions: Lesions
    day: int = 0
    tag: ClassVar[Tag] = "radiotherapy"

    def __post_init__(self) -> None:
        if not (self.dose > 0 and math.isfinite(self.dose)):
            raise InputError([Problem(expected="a dose above 0", got=shown(self.dose))])
        if self.fractions < 1:
            raise InputError([Problem(expected="a number of fractions above 0", got=shown(self.fractions))])
        _check_day(self.day)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a sentence.

        Raises
        ------
        InputError
            With every problem of the sentence.
        """
        found = _RADIOTHERAPY.match(_plain(text))
        if found is None:
            example = "radiotherapy 8 Gy x3 to liver lesions week 2"
            raise InputError([Problem(expected=f"dose, fractions, lesions and day as in '{example}'", got=shown(text))])
        problems: list[Problem] = []
        dose = read_dose(found["dose"], problems)
        if found["unit"] != "gy":
            problems.append(Problem(expected="a dose in Gy", got=shown(found["unit"]), suggestion="Gy"))
        if not re.fullmatch(r"[1-9][0-9]{0,2}", found["count"] or "1"):
            expected = "a number of fractions such as x3"
            problems.append(Problem(expected=expected, got=shown(f"x{found['count']}")))
        lesions, day = _where_and_when(found["rest"], problems)
        if problems or dose is None or lesions is None:
            raise InputError(problems)
        return cls(dose, int(found["count"] or 1), lesions, day)

    def __str__(self) -> str:
        """Return the sentence that reads back as this value."""
        count = f" x{self.fractions}" if self.fractions > 1 else ""
        return f"radiotherapy {number(self.dose)} Gy{count} to {self.lesions} {whole_point(self.day)}"

    def days(self) -> list[int]:
        """Return the study day of each fraction."""
        return [self.day + 7 * (fraction // 5) + fraction % 5 for fraction in range(self.fractions)]

    @property
    def last_day(self) -> int:
        """Study day of the last fraction."""
        return self.days()[-1]


@dataclass(frozen=True, slots=True)
class _Removal:
    """Some lesions are taken out or destroyed on one day."""

    lesions: Lesions
    day: int = 0
    verb: ClassVar[str]

    def __post_init__(self) -> None:
        _check_day(self.day)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a sentence.

        Raises
        ------
        InputError
            With every problem of the sentence.
        """
        verb, _, rest = _plain(text).partition(" ")
        if verb != cls.verb:
            raise InputError([Problem(expected=f"'{cls.verb}', lesions and day", got=shown(text))])
        problems: list[Problem] = []
        lesions, day = _where_and_when(rest, problems)
        if problems or lesions is None:
            raise InputError(problems)
        return cls(lesions, day)

    def __str__(self) -> str:
        """Return the sentence that reads back as this value."""
        return f"{self.verb} {self.lesions} {whole_point(self.day)}"

    def days(self) -> list[int]:
        """Return the study day on which it is done."""
        return [self.day]

    @property
    def last_day(self) -> int:
        """Study day on which it is done."""
        return self.day


@dataclass(frozen=True, slots=True)
class Resection(_Removal):
    """Surgery: lesions are taken out, but for what the margin leaves."""

    verb: ClassVar[str] = "resect"
    tag: ClassVar[Tag] = "surgery"


@dataclass(frozen=True, slots=True)
class Ablation(_Removal):
    """Lesions are destroyed in place, by heat or cold; what is killed stays."""

    verb: ClassVar[str] = "ablate"
    tag: ClassVar[Tag] = "ablation"


Procedure = Radiotherapy | Resection | Ablation
PROCEDURES: dict[str, type[Radiotherapy] | type[Resection] | type[Ablation]] = {
    "radiotherapy": Radiotherapy,
    "resect": Resection,
    "ablate": Ablation,
}  # by the word with which the sentence begins


def _plain(text: str) -> str:
    return " ".join(str(text).lower().split())


def _check_day(day: int) -> None:
    if day < 0:
        raise InputError([Problem(expected="day 0 or later", got=shown(day))])


def _where_and_when(text: str, problems: list[Problem]) -> tuple[Lesions | None, int]:
    """Read which lesions and on which day; None, and a problem more, where no lesions are named."""
    found = _WHERE_AND_WHEN.match(text)
    assert found is not None  # the pattern matches any line of text
    day = read_whole_point(found["unit"], found["number"], problems) if found["unit"] else 0
    words = found["lesions"]
    choice = _CHOICE.match(words)
    if choice is None or choice["organ"] == "largest" or choice["among"] in ("all", "largest", "lesions"):
        guess = f"{words.split()[0]} largest lesions" if re.fullmatch(r"[1-9][0-9]* lesions?", words) else ""
        guess = guess or did_you_mean(words, ["primary", "all lesions", "largest lesion"])
        problems.append(Problem(expected=_LESIONS, got=shown(words) if words else "no lesions", suggestion=guess))
        return None, day
    if choice["primary"]:
        return Lesions(primary=True), day
    if choice["all"] or choice["organ"]:
        return Lesions(choice["organ"] or ""), day
    return Lesions(choice["among"] or "", int(choice["count"] or 1)), day
