"""Conditions on what is known before treatment, as sentences: `ECOG <= 1`, `no brain metastases`.

    condition  = single {" or " single}
    single     = quantity operator number [unit]  |  ["no "] trait
    operator   = "<=" | "<" | ">=" | ">" | "="
    trait      = one of `TRAITS`  |  NAME ("mutation" | "rearrangement" | "amplification" | "antigen")

Quantities have one unit each; writing it is optional, and PDL1 may be given in %. A NAME is a driver of the cancer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from abscopal.errors import InputError, Problem, did_you_mean, shown
from abscopal.protocol.amount import number, read_number

EXAMPLE = "ECOG <= 1"
OPPOSITE = {"<=": ">", "<": ">=", ">=": "<", ">": "<=", "=": ""}
MARKS = ("mutation", "rearrangement", "amplification", "antigen")


@dataclass(frozen=True)
class Quantity:
    """A number known of every candidate: its unit, the range in which limits make sense, what it is."""

    unit: str
    low: float
    high: float
    meaning: str


QUANTITIES: Mapping[str, Quantity] = {
    "age": Quantity("years", 0, 120, "Age"),
    "ECOG": Quantity("", 0, 4, "ECOG performance status"),
    "weight": Quantity("kg", 10, 300, "Body weight"),
    "LDH": Quantity("x ULN", 0.1, 50, "Lactate dehydrogenase over its upper limit of normal"),
    "PDL1": Quantity("", 0, 1, "Share of PD-L1 positive tumour cells; `50 %` is 0.5"),
    "CPS": Quantity("", 0, 100, "Combined positive score of PD-L1"),
    "TMB": Quantity("mut/Mb", 0, 1000, "Tumour mutational burden"),
    "TIL": Quantity("per mm2", 0, 20_000, "CD8 T cells per area of tumour"),
    "NLR": Quantity("", 0, 100, "Neutrophils over lymphocytes in blood"),
    "GFR": Quantity("mL/min", 1, 200, "Creatinine clearance"),
    "albumin": Quantity("g/L", 10, 60, "Albumin in serum"),
    "CRP": Quantity("mg/L", 0, 500, "C-reactive protein"),
}
"""Quantities by name."""

ORGAN_TRAITS: Mapping[str, str] = {
    "lung metastases": "lung",
    "liver metastases": "liver",
    "bone metastases": "bone",
    "brain metastases": "brain",
    "lymph node metastases": "node",
    "skin metastases": "skin",
    "peritoneal metastases": "peritoneum",
    "adrenal metastases": "adrenal",
    "pleural metastases": "pleura",
    "kidney metastases": "kidney",
    "bowel metastases": "bowel",
    "ovarian metastases": "ovary",
    "marrow metastases": "marrow",
    "spleen metastases": "spleen",
    "leptomeningeal metastases": "meninges",
    "breast metastases": "breast",
    "prostatic metastases": "prostate",
    "bladder metastases": "bladder",
    "stomach metastases": "stomach",
    "oesophageal metastases": "oesophagus",
    "head and neck metastases": "head_and_neck",
    "cervical metastases": "cervix",
    "pancreas metastases": "pancreas",
}
"""Metastases by organ: a lesion of at least 5 mm (brain and meninges: 3 mm) that is not the primary tumour."""
HISTORY_TRAITS: Mapping[str, str] = {
    "autoimmune disease": "autoimmune_history",
    "immunosuppression": "steroids",
    "steroids": "steroids",
    "chronic viral infection": "chronic_infection",
    "prior chemotherapy": "prior_chemotherapy",
    "prior radiotherapy": "prior_radiotherapy",
}
"""What a patient brings along, and its name among the history of the population."""
TUMOUR_TRAITS: Mapping[str, str] = {
    "squamous histology": "squamous",
    "microsatellite instability": "msi",
    "hormone receptor": "hormone_receptor",
    "HPV infection": "hpv",
    "hepatitis B": "hepatitis_b",
    "hepatitis C": "hepatitis_c",
    "vascular invasion": "vascular_invasion",
    "right-sided primary": "right_sided",
    "Lynch syndrome": "lynch",
    "extramedullary disease": "extramedullary",
}
"""Subtypes of some cancers, and the names under which protocols publish their shares."""
TRAITS = ("male", "female", "visceral metastases", *ORGAN_TRAITS, *HISTORY_TRAITS, *TUMOUR_TRAITS)
"""Every trait that is not a mark of a driver."""

CONTRAINDICATIONS = (
    "autoimmune disease", "immunosuppression", "chronic viral infection", "ECOG >= 2", "brain metastases",
)  # fmt: skip
"""The usual contraindications of immunotherapy trials: what a candidate must not have."""

_QUANTITY = {name.lower(): name for name in QUANTITIES} | {"pd-l1": "PDL1"}
_TRAIT = {name.lower(): name for name in TRAITS}
_COMPARISON = re.compile(r"^(?P<name>[^<>=]+?) ?(?P<operator><=|>=|<|>|=) ?(?P<value>\S+)(?: (?P<unit>.+))?$")
_MARK = re.compile(r"^(?P<name>[A-Za-z][A-Za-z0-9_-]{0,20}) (?P<mark>mutation|rearrangement|amplification|antigen)$")


@dataclass(frozen=True, slots=True)
class Comparison:
    """A quantity against a limit: `LDH <= 2 x ULN`. `unit` is what was written, empty where nothing was."""

    quantity: str
    operator: str
    value: float
    unit: str = ""

    def __post_init__(self) -> None:
        if problems := [*self._name_problems(), *self._value_problems()]:
            raise InputError(problems)

    def _name_problems(self) -> list[Problem]:
        if self.quantity not in QUANTITIES:
            return [_unknown(self.quantity)]
        if self.operator not in OPPOSITE:
            return [Problem(expected=f"one of {', '.join(OPPOSITE)}", got=shown(self.operator))]
        return []

    def _value_problems(self) -> list[Problem]:
        known = QUANTITIES.get(self.quantity)
        if known is None:
            return []
        if self.unit not in ("", known.unit, *(["%"] if self.quantity == "PDL1" else [])):
            unit = known.unit or ("% or no unit" if self.quantity == "PDL1" else "no unit")
            return [Problem(expected=f"{self.quantity} in {unit}", got=shown(self.unit))]
        if known.low <= self.limit <= known.high:
            return []
        return [Problem(expected=_range(self.quantity), got=shown(self.value), suggestion=self._likely())]

    def _likely(self) -> str:
        if self.quantity == "PDL1" and self.unit == "" and 1 < self.value <= 100:
            return f"PDL1 {self.operator} {number(self.value)} %"
        if self.quantity == "albumin" and 1 <= self.value < 10:
            return f"albumin {self.operator} {number(round(10 * self.value, 6))} g/L"
        return ""

    @property
    def limit(self) -> float:
        """The limit in the quantity's own unit."""
        return self.value / 100 if self.unit == "%" else self.value

    @property
    def opposite(self) -> Self | None:
        """The comparison that holds where this one does not; None for `=`, which has none."""
        operator = OPPOSITE[self.operator]
        return type(self)(self.quantity, operator, self.value, self.unit) if operator else None

    def __str__(self) -> str:
        """`LDH <= 2 x ULN`."""
        return f"{self.quantity} {self.operator} {number(self.value)}" + (f" {self.unit}" if self.unit else "")


@dataclass(frozen=True, slots=True)
class Trait:
    """Something that a patient has, or has not: `brain metastases`, `no EGFR mutation`."""

    name: str
    present: bool = True

    def __post_init__(self) -> None:
        if self.name not in TRAITS and not _MARK.match(self.name):
            raise InputError([_unknown(self.name)])

    @property
    def driver(self) -> str:
        """Name of the driver in small letters, of a mark such as `EGFR mutation`; else empty."""
        found = None if self.name in TRAITS else _MARK.match(self.name)
        return found["name"].lower() if found else ""

    @property
    def opposite(self) -> Self:
        """The same trait, absent where this one asks for it."""
        return type(self)(self.name, not self.present)

    def __str__(self) -> str:
        """`no brain metastases`."""
        return self.name if self.present else f"no {self.name}"


@dataclass(frozen=True, slots=True)
class Condition:
    """What a candidate must be: at least one of the alternatives holds."""

    alternatives: tuple[Comparison | Trait, ...]

    def __post_init__(self) -> None:
        if not self.alternatives:
            raise InputError([Problem(expected=f"a condition, such as '{EXAMPLE}'", got="none")])

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a sentence.

        Raises
        ------
        InputError
            With every problem of the sentence.
        """
        words = " ".join(str(text).replace("≤", "<=").replace("≥", ">=").split())
        found, problems = [], []
        for part in words.split(" or "):
            try:
                found.append(_single(part))
            except InputError as error:
                problems += error.problems
        if problems:
            raise InputError(problems)
        return cls(tuple(found))

    @property
    def opposite(self) -> Self | None:
        """The condition that holds where this one does not; None where no single sentence says it."""
        if len(self.alternatives) > 1:
            return None
        single = self.alternatives[0].opposite
        return None if single is None else type(self)((single,))

    @property
    def quantities(self) -> frozenset[str]:
        """Names of the quantities that it compares."""
        return frozenset(part.quantity for part in self.alternatives if isinstance(part, Comparison))

    def __str__(self) -> str:
        """Return the sentence that reads back as this value."""
        return " or ".join(str(part) for part in self.alternatives)


def _single(text: str) -> Comparison | Trait:
    compared = _COMPARISON.match(text)
    if compared is None:
        return _trait(text)
    value = read_number(compared["value"])
    name = _QUANTITY.get(compared["name"].lower(), compared["name"])
    if value is None and (joined := re.match(r"^([0-9.eE+-]+)%$", compared["value"])):
        value = read_number(joined[1])
        return _compared(name, compared["operator"], value, "%", compared["value"])
    return _compared(name, compared["operator"], value, compared["unit"] or "", compared["value"])


def _compared(name: str, operator: str, value: float | None, unit: str, text: str) -> Comparison:
    if value is None:
        unknown = [_unknown(name)] if name not in QUANTITIES else []
        raise InputError([*unknown, Problem(expected=f"a number after {operator}", got=shown(text))])
    return Comparison(name, operator, value, unit)


def _trait(text: str) -> Trait:
    absent = text.lower().startswith("no ")
    name = text[3:].strip() if absent else text
    return Trait(_TRAIT.get(name.lower(), name), not absent)


def _range(name: str) -> str:
    known = QUANTITIES[name]
    return f"a limit of {name} between {number(known.low)} and {number(known.high)} {known.unit}".rstrip()


def _unknown(text: str) -> Problem:
    """Return the problem of a name that is neither quantity nor trait, or of a quantity without a limit."""
    if (known := _QUANTITY.get(text.lower())) is not None:
        unit = f" in {QUANTITIES[known].unit}" if QUANTITIES[known].unit else ""
        return Problem(expected=f"{known} with a limit{unit}, as in '{EXAMPLE}'", got=shown(text))
    guess = did_you_mean(text, (*QUANTITIES, *TRAITS))
    named = f"a quantity ({', '.join(QUANTITIES)}) with a limit, such as '{EXAMPLE}', or a trait ({', '.join(TRAITS)}"
    expected = "a known quantity or trait" if guess else f"{named}, or a driver such as 'EGFR mutation')"
    return Problem(expected=expected, got=shown(text), suggestion=guess)


def read_condition(value: object) -> Condition:
    """Read a sentence, or take a condition as it is.

    Raises
    ------
    InputError
        With every problem of the sentence.
    """
    if isinstance(value, Condition):
        return value
    if not isinstance(value, str):
        raise InputError([Problem(expected=f"a condition as text, such as '{EXAMPLE}'", got=shown(value))])
    return Condition.parse(value)


def divides(condition: Condition) -> Condition:
    """Return a condition that divides patients into two strata: one comparison or trait, not `=`.

    Raises
    ------
    InputError
        If no sentence says what the other stratum is.
    """
    if condition.opposite is None:
        expected = "one comparison with <, <=, > or >=, or one trait: each divides patients into two strata"
        raise InputError([Problem(expected=expected, got=shown(str(condition)))])
    return condition


def excluded(value: object) -> object:
    """Expand `usual` and `none`; leave a list as it is.

    Raises
    ------
    InputError
        If it is another word.
    """
    if value == "usual":
        return list(CONTRAINDICATIONS)
    if value == "none":
        return []
    if isinstance(value, str):
        guess = did_you_mean(value, ("usual", "none"))
        raise InputError([Problem(expected="usual, none or a list of conditions", got=shown(value), suggestion=guess)])
    return value
