"""Lesions: which are followed as targets, which as non-targets, which are new; and what a visit's lesions add up to."""

from __future__ import annotations

from enum import IntEnum
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from abscopal.clinic.criteria.criterion import Bools, Codes, Findings, Floats
from abscopal.clinic.imaging import Imaging, ScanReading, State
from abscopal.errors import InputError, Problem
from abscopal.sources import Source, cited

MOST_TARGETS = 5
MOST_PER_ORGAN = 2

SOURCES: dict[str, Source] = {
    "MOST_TARGETS": cited("Eisenhauer EA et al., Eur J Cancer 2009;45:228-247 (RECIST 1.1)", where="section 4.2"),
    "MOST_PER_ORGAN": cited("Eisenhauer EA et al., Eur J Cancer 2009;45:228-247 (RECIST 1.1)", where="section 4.2"),
}


class Role(IntEnum):
    """How a lesion is followed; `ROLE_LABELS` gives the word for it.

    `NEW_TARGET` is a new lesion measured as iRECIST asks (NLT); tables call it new like any other.
    """

    NONE = 0
    TARGET = 1
    NON_TARGET = 2
    NEW = 3
    NEW_TARGET = 4


ROLE_LABELS: tuple[str, ...] = ("", "target", "non-target", "new", "new")


def choose_targets(reading: ScanReading, organ: npt.NDArray[np.integer]) -> Codes:
    """Return the role (n, L) of each lesion at baseline.

    At most five targets and two in an organ, the largest measurable lesions first; every other lesion seen is a
    non-target; a lesion not seen has no role until it is (then it is new).

    Parameters
    ----------
    reading : ScanReading
        The baseline scan.
    organ : (n, L) int
        Any code, one per organ.
    """
    target = largest(reading.measurable, reading.measured_mm, organ, np.zeros_like(reading.measurable))
    return np.select([target, reading.detected], [Role.TARGET, Role.NON_TARGET], Role.NONE).astype(np.int8)


def follow(role: Codes, reading: ScanReading, organ: npt.NDArray[np.integer], imaging: Imaging) -> Codes:
    """Return the roles (n, L) after a later scan: a lesion seen for the first time, beyond doubt, is new.

    The largest measurable new lesions are measured as new targets, five at most and two in an organ (iRECIST).
    """
    return admit(role, appeared(role, reading, imaging), reading, organ)


def appeared(role: Codes, reading: ScanReading, imaging: Imaging) -> Bools:
    """Return which lesions (n, L) are seen for the first time, beyond doubt."""
    beyond_doubt = (reading.state != State.TOO_SMALL) & (reading.measured_mm >= imaging.new_lesion_mm)
    return np.asarray((role == Role.NONE) & reading.detected & beyond_doubt)


def admit(role: Codes, new: Bools, reading: ScanReading, organ: npt.NDArray[np.integer]) -> Codes:
    """Return the roles (n, L) with the lesions that appeared called new, and the largest of them new targets."""
    measured = largest(new & reading.measurable, reading.measured_mm, organ, role == Role.NEW_TARGET)
    return np.select([measured, new], [Role.NEW_TARGET, Role.NEW], role).astype(np.int8)


def largest(
    eligible: Bools,
    size_mm: Floats,
    organ: npt.NDArray[np.integer],
    already: Bools,
    *,
    most: int = MOST_TARGETS,
    per_organ: int = MOST_PER_ORGAN,
) -> Bools:
    """Return the largest eligible lesions, up to the limits in all and per organ, given those already chosen.

    Parameters
    ----------
    eligible, already : (n, L) bool
        Lesions to choose from; lesions chosen at an earlier scan.
    size_mm : (n, L) float, mm
        Measured size.
    organ : (n, L) int
        One code per organ.
    most, per_organ : int
        The limits, those chosen earlier included.
    """
    found = np.zeros_like(eligible)
    concerned = np.flatnonzero(eligible.any(axis=1))  # after baseline few: most scans show no new lesion
    if len(concerned):
        own = eligible[concerned], size_mm[concerned], organ[concerned], already[concerned]
        found[concerned] = _largest(*own, most, per_organ)
    return found


def _largest(
    eligible: Bools, size_mm: Floats, organ: npt.NDArray[np.integer], already: Bools, most: int, per_organ: int
) -> Bools:
    """As `largest`, one pick per subject and round."""
    size = np.where(eligible & ~already, size_mm, -np.inf)
    chosen, subject = already.copy(), np.arange(len(eligible))
    in_all = already.sum(axis=1)
    in_organ = np.zeros(organ.shape, dtype=np.int64)
    for lesion in np.flatnonzero(already.any(axis=0)):
        in_organ += (organ == organ[:, [lesion]]) & already[:, [lesion]]
    for _ in range(min(most, eligible.shape[1])):
        size[(in_organ >= per_organ) | (in_all >= most)[:, None]] = -np.inf
        pick = size.argmax(axis=1)
        picked = np.isfinite(size[subject, pick])
        chosen[subject, pick] |= picked
        in_organ += (organ == organ[subject, pick][:, None]) & picked[:, None]
        in_all += picked
        size[subject, pick] = -np.inf
    return chosen & ~already


def summarise(
    reading: ScanReading, role: Codes, normal_node_mm: float = 10.0, *, size: Floats | None = None
) -> Findings:
    """Return what the lesions of one visit add up to, (n,).

    Parameters
    ----------
    reading : ScanReading
        The visit's scan, (n, L).
    role : (n, L) int8
        `Role` codes.
    normal_node_mm : float, mm
        A node below this short axis counts as gone (RECIST 1.1 section 4.3.1).
    size : (n, L) float
        What the sum of targets adds up, NaN where unread; default: the measured diameter.
    """
    state, diameter = reading.state, reading.measured_mm
    size = diameter if size is None else size
    unknown = unevaluated(reading)
    gone = vanished(reading, normal_node_mm)
    target, nontarget = role == Role.TARGET, role == Role.NON_TARGET
    seen_new = ((role == Role.NEW) | (role == Role.NEW_TARGET)) & ~gone & ~unknown
    unread = unknown | np.isnan(size)
    return Findings(
        has_target=target.any(axis=1),
        target_sum=_total(size, target & ~unread),
        targets_evaluated=~(target & unread).any(axis=1),
        targets_gone=~(target & ~gone).any(axis=1),
        has_nontarget=nontarget.any(axis=1),
        nontarget_sum=_total(diameter, nontarget),
        nontargets_evaluated=~(nontarget & unknown).any(axis=1),
        nontargets_gone=~(nontarget & ~gone).any(axis=1),
        unequivocal=(nontarget & (state == State.UNEQUIVOCAL_PROGRESSION)).sum(axis=1),
        extranodal_seen=((target | nontarget) & ~reading.node & ~gone & ~unknown).any(axis=1),
        new_count=seen_new.sum(axis=1),
        new_target_sum=_total(diameter, seen_new & (role == Role.NEW_TARGET)),
        new_nontarget_sum=_total(diameter, seen_new & (role == Role.NEW)),
    )


def unevaluated(reading: ScanReading) -> Bools:
    """Return which lesions (n, L) nobody could read, or that are not in the record of this scan."""
    return np.asarray((reading.state == State.NOT_EVALUABLE) | (reading.state == State.UNRECORDED))


def vanished(reading: ScanReading, normal_node_mm: float = 10.0) -> Bools:
    """Return which lesions (n, L) are gone: absent, or a node below this short axis."""
    normal = reading.node & (reading.measured_mm < normal_node_mm)
    return np.asarray((reading.state == State.ABSENT) | normal)


def required(values: Floats | None, column: str, criterion: str) -> Floats:
    """Return a further measure of a scan, or raise an InputError that names the column it is read from."""
    if values is None:
        raise InputError([Problem(column, f"a column {column}, which {criterion} needs", "no such measure")])
    return values


def _total(size: Floats, lesions: Bools) -> Floats:
    """Sum of sizes over the lesions of each subject; NaN where one of them was not measured."""
    return np.asarray(np.where(lesions, size, 0.0).sum(axis=1))


class RecistLesions:
    """Lesions as RECIST 1.1 chooses, follows and adds them up; a criterion with other measures overrides what differs.

    Parameters
    ----------
    unit : str
        Of the sum of targets.
    needs, reads : tuple of str
        Columns of `lesion_table.MEASURES` without which it cannot be assessed, and those it makes use of.
    """

    unit: ClassVar[str] = "mm"
    needs: ClassVar[tuple[str, ...]] = ()
    reads: ClassVar[tuple[str, ...]] = ()

    def choose_targets(self, reading: ScanReading, organ: npt.NDArray[np.integer]) -> Codes:
        """Return the role (n, L) of each lesion at baseline; see `choose_targets`."""
        return choose_targets(reading, organ)

    def admit(self, role: Codes, appeared: Bools, reading: ScanReading, organ: npt.NDArray[np.integer]) -> Codes:
        """Return the roles (n, L) with the lesions that appeared as new or as new targets; see `admit`."""
        return admit(role, appeared, reading, organ)

    def follow(self, role: Codes, reading: ScanReading, organ: npt.NDArray[np.integer], imaging: Imaging) -> Codes:
        """Return the roles (n, L) after a later scan, of which only what appears beyond doubt is new."""
        return self.admit(role, appeared(role, reading, imaging), reading, organ)

    def summarise(self, reading: ScanReading, role: Codes) -> Findings:
        """Return what the lesions of one visit add up to, (n,); see `summarise`."""
        return summarise(reading, role)
