"""What a response criterion is: ordered tables of rules over the findings of a visit, read by one evaluator.

A rule is data: the facts that must hold, the facts that must not, the response it gives, and the sentence of the
guideline it stands for (in our words, with its section). The first rule of a table whose facts hold gives the
response. A criterion (`recist.py`, `irecist.py`) is a few such tables and the facts they speak of; it goes visit by
visit, on arrays of subjects, and never sees where the lesions came from: real and simulated patients take one path.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from abscopal.errors import InputError, unknown

if TYPE_CHECKING:
    from abscopal.clinic.imaging import Imaging, ScanReading

Bools = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int8]
Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Facts = Mapping[str, Bools]
Record = TypeVar("Record")


class Response(IntEnum):
    """A response of a visit or of one of its components; `LABELS` gives the word for it."""

    NONE = 0
    CR = 1
    PR = 2
    SD = 3
    PD = 4
    NE = 5
    NON_CR_NON_PD = 6
    NED = 7
    ICR = 8
    IPR = 9
    ISD = 10
    IUPD = 11
    ICPD = 12
    NON_ICR_NON_IUPD = 13
    UPD = 14
    IR1 = 15
    IR2 = 16
    IR3 = 17


LABELS: tuple[str, ...] = (
    "",
    "CR",
    "PR",
    "SD",
    "PD",
    "NE",
    "NON-CR/NON-PD",
    "NED",
    "iCR",
    "iPR",
    "iSD",
    "iUPD",
    "iCPD",
    "NON-iCR/NON-iUPD",
    "uPD",
    "IR1",
    "IR2",
    "IR3",
)
"""The word for each `Response`, by code; NED is no evidence of disease (nothing to follow).

uPD is progression that a criterion other than iRECIST still wants confirmed, IR1 to IR3 the indeterminate responses of
LYRIC, which are the same by their causes.
"""

SUSPECTED: tuple[Response, ...] = (Response.IUPD, Response.UPD, Response.IR1, Response.IR2, Response.IR3)
"""What is progression only if a later scan says so."""


@dataclass(frozen=True)
class Rule:
    """One row of a table of rules.

    Parameters
    ----------
    response : Response
        What the rule gives.
    when, unless : tuple of str
        Facts that must all hold; facts none of which may hold.
    section : str
        Where the guideline says so.
    sentence : str
        What it says, in our words.
    """

    response: Response
    when: tuple[str, ...]
    unless: tuple[str, ...]
    section: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.section}: {self.sentence}"


def first_match(rules: Sequence[Rule], facts: Facts) -> npt.NDArray[np.int16]:
    """Return, for each subject, the index of the first rule whose facts hold.

    Parameters
    ----------
    rules : sequence of Rule
        In order; together they must leave no subject without a rule.
    facts : mapping of str to (n,) bool
        Every fact the rules speak of.
    """
    n = len(next(iter(facts.values())))
    index = np.full(n, -1, dtype=np.int16)
    for number, rule in enumerate(rules):
        holds = index < 0
        for name in rule.when:
            holds = holds & facts[name]
        for name in rule.unless:
            holds = holds & ~facts[name]
        index[holds] = number
    if (index < 0).any():
        raise ValueError("a table of rules left a subject without a response")
    return index


def is_one_of(code: Codes, responses: Sequence[Response]) -> Bools:
    """Return whether each response code, of any shape, is one of these; a look-up, many times faster than a search."""
    listed = np.zeros(len(Response), dtype=np.bool_)
    listed[list(responses)] = True
    return listed[code]


def response_of(rules: Sequence[Rule], index: npt.NDArray[np.integer]) -> Codes:
    """Return the response codes (n,) of the rules with these indices."""
    codes: Codes = np.array([rule.response for rule in rules], dtype=np.int8)
    return codes.take(index)


@dataclass(frozen=True)
class Findings:
    """What one visit's scans show, per subject, all arrays (n,).

    Parameters
    ----------
    has_target, has_nontarget : bool
        Lesions of that role are followed.
    target_sum : float, mm
        Sum over the targets that were evaluated (nodes by short axis).
    targets_evaluated, targets_gone : bool
        Every target was assessed; every target has disappeared, nodes being below 10 mm.
    nontarget_sum : float, mm
        Size of the non-target disease; NaN unless every non-target present was measured.
    nontargets_evaluated, nontargets_gone : bool
        As for the targets.
    unequivocal : int
        Number of non-targets in which the reader calls unequivocal progression.
    extranodal_seen : bool
        A followed lesion outside the lymph nodes is seen.
    new_count : int
        Number of new lesions seen (since baseline).
    new_target_sum, new_nontarget_sum : float, mm
        Sum over measured new lesions, and size of the other new lesions (iRECIST NLT and NLNT); NaN where unmeasured.
    """

    has_target: Bools
    target_sum: Floats
    targets_evaluated: Bools
    targets_gone: Bools
    has_nontarget: Bools
    nontarget_sum: Floats
    nontargets_evaluated: Bools
    nontargets_gone: Bools
    unequivocal: Integers
    extranodal_seen: Bools
    new_count: Integers
    new_target_sum: Floats
    new_nontarget_sum: Floats


@dataclass(frozen=True)
class VisitResponse:
    """The response of one visit, all arrays (n,); subjects not scanned have response NONE and rule -1.

    Parameters
    ----------
    response, target, nontarget : int8
        `Response` codes of the visit and of its components.
    new : bool
        A new lesion is seen.
    sum_mm, nadir_mm : float, mm
        Sum of targets (NaN when incomplete, unless it already shows progression); smallest earlier sum.
    change_baseline, change_nadir : float, %
        Change of the sum (NaN where the reference is zero or the sum is missing).
    rule, target_rule : int16
        Index into the criterion's `rules` and `target_rules`.
    progression_day : float, day
        Where this visit is progression by the criterion: the day it is dated at (iCPD: the day of its iUPD); else NaN.
    """

    response: Codes
    target: Codes
    nontarget: Codes
    new: Bools
    sum_mm: Floats
    nadir_mm: Floats
    change_baseline: Floats
    change_nadir: Floats
    rule: npt.NDArray[np.int16]
    target_rule: npt.NDArray[np.int16]
    progression_day: Floats

    @property
    def progressed(self) -> Bools:
        """Definitive progression at this visit: PD, or iCPD."""
        return np.isfinite(self.progression_day)

    @property
    def suspected(self) -> Bools:
        """Progression still to be confirmed (iUPD, uPD, IR1 to IR3)."""
        return is_one_of(self.response, SUSPECTED)


def unseen(n: int) -> VisitResponse:
    """Return the response of n subjects who were not scanned: none."""
    none, nothing, missing = np.zeros(n, np.int8), np.full(n, -1, np.int16), np.full(n, np.nan)
    no = np.zeros(n, np.bool_)
    return VisitResponse(none, none, none, no, missing, missing, missing, missing, nothing, nothing, missing)


@dataclass(frozen=True)
class Visits:
    """The responses of n subjects at up to V visits, in order of time.

    Parameters
    ----------
    response : (n, V) int8
        `Response` codes; NONE where there was no scan.
    day : (n, V) float, day
        Study day of the scan; NaN where there was none.
    progression_day : (n, V) float, day
        As in `VisitResponse`.
    """

    response: Codes
    day: Floats
    progression_day: Floats


@dataclass(frozen=True)
class Best:
    """Best response per subject, (n,): `Response` code, day first seen (NaN: no scan), index of that visit (or -1)."""

    response: Codes
    day: Floats
    visit: Integers


class Criterion(Protocol):
    """What the trial and `assess` ask of a response criterion.

    `lesions.RecistLesions` has what RECIST 1.1 does with lesions; a criterion inherits it and overrides what differs.
    """

    @property
    def name(self) -> str:
        """The name users know it by."""

    @property
    def unit(self) -> str:
        """Unit of its sum of targets: mm, or mm2 for products of diameters."""

    @property
    def needs(self) -> tuple[str, ...]:
        """Columns of a lesion table it cannot do without, beyond those every table has (`lesion_table.MEASURES`)."""

    @property
    def reads(self) -> tuple[str, ...]:
        """Columns of `lesion_table.MEASURES` it makes use of where they are there."""

    def choose_targets(self, reading: ScanReading, organ: npt.NDArray[np.integer]) -> Codes:
        """Return the role (n, L) of each lesion at the baseline scan of a simulated trial; a table gives its own."""

    def admit(self, role: Codes, appeared: Bools, reading: ScanReading, organ: npt.NDArray[np.integer]) -> Codes:
        """Return the roles (n, L) with the lesions that appeared at this scan as new, or as new targets."""

    def follow(self, role: Codes, reading: ScanReading, organ: npt.NDArray[np.integer], imaging: Imaging) -> Codes:
        """Return the roles (n, L) after a later scan of a simulated trial."""

    def summarise(self, reading: ScanReading, role: Codes) -> Findings:
        """Return what the lesions of one visit add up to; `Findings`, or a record that has its fields and more."""

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The table that gives the response of a visit."""

    @property
    def target_rules(self) -> tuple[Rule, ...]:
        """The table that gives the target response."""

    def by_reader(self) -> Criterion:
        """Return the criterion with unequivocal progression of non-targets left to the reader's own call."""

    def start(self, baseline: Findings) -> Any:
        """Return the state after the baseline scan."""

    def assess(
        self, state: Any, findings: Findings, day: float | Floats, scanned: Bools | None = None
    ) -> tuple[Any, VisitResponse]:
        """Return state and response of a visit so many days after baseline; who is not scanned keeps the state."""

    def best(self, visits: Visits, *, confirmed: bool) -> Best:
        """Return best overall response, with or without the confirmation the guideline asks of a response."""

    def first_response(self, visits: Visits, *, confirmed: bool) -> Floats:
        """Return the day (n,) a response that counts was first seen; NaN without one."""


def choose(mask: Bools, new: Record, old: Record) -> Record:
    """Return a record of arrays that takes `new` where the mask (n,) holds and `old` elsewhere, field by field.

    Arrays of lesions (n, L) are taken row by row.
    """

    def picked_rows(a: npt.NDArray[Any], b: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return np.where(mask if a.ndim == 1 else mask[:, None], a, b)

    pairs = ((f.name, getattr(new, f.name), getattr(old, f.name)) for f in fields(new))  # type: ignore[arg-type]
    picked = {name: picked_rows(a, b) if isinstance(a, np.ndarray) else choose(mask, a, b) for name, a, b in pairs}
    return replace(new, **picked)  # type: ignore[type-var]


def take(record: Record, subjects: npt.NDArray[np.integer] | Bools) -> Record:
    """Return a record of arrays for these subjects only; what it has not (None), it goes without."""
    values = {f.name: getattr(record, f.name) for f in fields(record)}  # type: ignore[arg-type]
    picked = {
        k: v[subjects] if isinstance(v, np.ndarray) else take(v, subjects) for k, v in values.items() if v is not None
    }
    return replace(record, **picked)  # type: ignore[type-var]


def joined(records: Sequence[Record]) -> Record:
    """Return one record of arrays from some (at least one), one after another."""
    parts = {f.name: [getattr(record, f.name) for record in records] for f in fields(records[0])}  # type: ignore[arg-type]
    whole = {k: np.concatenate(v) if isinstance(v[0], np.ndarray) else joined(v) for k, v in parts.items()}
    return replace(records[0], **whole)  # type: ignore[type-var]


def put(record: Record, subjects: npt.NDArray[np.integer], part: Record) -> None:
    """Write a record of arrays of these subjects into their places in a record of everyone's, field by field.

    Fields of everyone's record must not share an array; `take` gives each its own.
    """
    for f in fields(record):  # type: ignore[arg-type]
        whole, own = getattr(record, f.name), getattr(part, f.name)
        if isinstance(whole, np.ndarray):
            whole[subjects] = own
        else:
            put(whole, subjects, own)


def reaches(value: Floats, threshold: Floats | float) -> Bools:
    """Return whether a size reaches a threshold, to within rounding (3.2 + 5.0 mm reaches 8.2 mm)."""
    return np.asarray(value >= threshold - _ROUNDING_MM)


_ROUNDING_MM = 1e-6


def criteria() -> dict[str, Criterion]:
    """Return the criteria by name: every module of this package that declares a `criterion`."""
    package = importlib.import_module(__package__)
    modules = (importlib.import_module(f"{__package__}.{m.name}") for m in pkgutil.iter_modules(package.__path__))
    found = [module.criterion for module in modules if hasattr(module, "criterion")]
    return {criterion.name: criterion for criterion in found}


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum() or letter == ".")


def criterion_named(name: str) -> Criterion:
    """Return a criterion by its name, whatever its case and spaces: `RECIST 1.1`, `recist1.1`, `iRECIST`.

    Raises
    ------
    InputError
        With the nearest known name.
    """
    known = {_plain(known): criterion for known, criterion in criteria().items()}
    if _plain(name) not in known:
        names = [criterion.name for criterion in known.values()]
        raise InputError([unknown("criteria", "response criterion", name, names)])
    return known[_plain(name)]


def rule_text(criterion: Criterion, visit: VisitResponse) -> tuple[list[str], Integers]:
    """Return the rule that gave each response in words: all words there may be, and the number of each response's (n,).

    The target's rule follows where targets are followed; the last words are those of no rule.
    """
    overall = [*(str(rule) for rule in criterion.rules), ""]
    target = [*(f"; target {rule}" for rule in criterion.target_rules), ""]
    second = np.where(visit.target == Response.NONE, -1, visit.target_rule).astype(np.int64) % len(target)
    number = visit.rule.astype(np.int64) % len(overall) * len(target) + second
    return [first + then for first in overall for then in target], number


def percent_change(value: Floats, reference: Floats) -> Floats:
    """Return the change from a reference in percent; NaN where the reference is zero or missing."""
    usable = np.where(reference > 0, reference, np.nan)
    return np.asarray(100.0 * (value - usable) / usable)
