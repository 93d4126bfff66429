"""Imaging: what a reader of CT or MRI sees of the lesions that are there.

The true diameter comes in, the measured one goes out: a lesion below the detection limit of its organ is not seen, one
too small to measure is recorded as 5 mm, and a reading errs on the logarithm of the diameter. Lymph nodes are measured
by their short axis and never vanish: a node that shrank below 10 mm is a normal node.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from abscopal.clinic.criteria.criterion import Bools, Codes, Floats
from abscopal.sources import Source, assumed, cited

_RECIST = "Eisenhauer EA et al., Eur J Cancer 2009;45:228-247 (RECIST 1.1)"
_YOON = "Yoon SH et al., Eur J Cancer 2016;53:5-15"
_SLICE = cited(_RECIST, where="5 mm slices, appendix II", derived="a lesion thinner than a slice is not called")
_TWO_SLICES = assumed("a lesion of twice the slice thickness stands out from the organ, which looks much like it")
_NEVER = cited(_RECIST, where="section 3.1", derived="bone without soft tissue, marrow, leptomeninges: not measurable")
_TARGET = cited(_RECIST, where="section 3.1")


class Seen(NamedTuple):
    """How lesions of an organ are seen.

    Parameters
    ----------
    limit_mm : float, mm
        Diameter (nodes: short axis) below which a lesion is not seen; CT in 5 mm slices, MRI for brain and meninges.
    limit_source : Source
        Where the limit comes from.
    measurable : bool
        Whether a lesion can be a target when it is large enough.
    measurable_source : Source
        Where that comes from.
    """

    limit_mm: float
    limit_source: Source
    measurable: bool = True
    measurable_source: Source = _TARGET


ORGAN_IMAGING: dict[str, Seen] = {
    "lung": Seen(3.0, assumed("solid nodules stand out against air; below 3 mm they are hardly called on 5 mm slices")),
    "liver": Seen(5.0, _SLICE),
    "bone": Seen(
        10.0,
        assumed("lytic or mixed lesions on CT at twice the slice thickness, for their low contrast"),
        False,
        _NEVER,
    ),
    "brain": Seen(3.0, assumed("contrast-enhanced MRI with 3 mm slices")),
    "node": Seen(10.0, cited(_RECIST, where="section 3.1.1", derived="a node below 10 mm short axis is normal")),
    "skin": Seen(5.0, assumed("soft tissue seen and felt from one slice thickness on")),
    "peritoneum": Seen(10.0, assumed("implants below one centimetre are mostly missed on CT")),
    "adrenal": Seen(10.0, _TWO_SLICES),
    "pleura": Seen(
        10.0,
        assumed("nodules of the pleura merge with the chest wall below one centimetre"),
        True,
        cited(_RECIST, where="section 3.1", derived="an effusion is not measurable, solid tumour of the pleura is"),
    ),
    "kidney": Seen(5.0, _SLICE),
    "bowel": Seen(10.0, _TWO_SLICES),
    "ovary": Seen(10.0, _TWO_SLICES),
    "marrow": Seen(10.0, assumed("focal lesions of the marrow on MRI, as in bone"), False, _NEVER),
    "spleen": Seen(10.0, _TWO_SLICES),
    "meninges": Seen(3.0, assumed("contrast-enhanced MRI with 3 mm slices"), False, _NEVER),
    "breast": Seen(5.0, _SLICE),
    "prostate": Seen(10.0, _TWO_SLICES),
    "bladder": Seen(10.0, _TWO_SLICES),
    "stomach": Seen(10.0, _TWO_SLICES),
    "oesophagus": Seen(10.0, _TWO_SLICES),
    "head_and_neck": Seen(5.0, _SLICE),
    "cervix": Seen(10.0, _TWO_SLICES),
    "pancreas": Seen(10.0, _TWO_SLICES),
}
"""How each organ is imaged, in the order of the organs' codes."""

ORGANS: tuple[str, ...] = tuple(ORGAN_IMAGING)
"""Organs by code; `node` is a distant or regional lymph node, `skin` includes soft tissue."""

NODE = ORGANS.index("node")
_LIMIT_MM = np.array([seen.limit_mm for seen in ORGAN_IMAGING.values()])
_MEASURABLE = np.array([seen.measurable for seen in ORGAN_IMAGING.values()])

SOURCES: dict[str, Source] = {
    "intra_reader": cited(_YOON, where="limits of agreement", derived="half width 16.95 % / 1.96 / sqrt(2) = 6.1 %"),
    "between_readers": cited(
        _YOON, where="limits of agreement", derived="sqrt(12.1^2 - 8.6^2) % / sqrt(2) = 6.0 %, beyond one reader's own"
    ),
    "floor_mm": assumed("placing a calliper errs by about a millimetre whatever the size (partial volume, pixel size)"),
    "measurable_mm": cited(_RECIST, where="section 3.1.1"),
    "measurable_node_mm": cited(_RECIST, where="section 3.1.1"),
    "normal_node_mm": cited(_RECIST, where="section 3.1.1"),
    "too_small_mm": cited(_RECIST, where="section 4.3.2", derived="default value when too small to measure"),
    "new_lesion_mm": assumed("a new lesion that is too small to measure is equivocal and is followed, not called new"),
    "limits_mm": assumed("those of `ORGAN_IMAGING`, or of the modalities a protocol names (`clinic/modality`)"),
}
"""Where each number of `Imaging` comes from."""


class State(IntEnum):
    """What a reader records of a lesion; `STATE_LABELS` gives the word for it."""

    UNRECORDED = 0
    PRESENT = 1
    ABSENT = 2
    TOO_SMALL = 3
    NOT_EVALUABLE = 4
    UNEQUIVOCAL_PROGRESSION = 5


STATE_LABELS: tuple[str, ...] = (
    "",
    "present",
    "absent",
    "too small",
    "not evaluable",
    "unequivocal progression",
)


@dataclass(frozen=True)
class Imaging:
    """How lesions are measured and read, whatever the organ; sources in `SOURCES`.

    Parameters
    ----------
    intra_reader : float
        Standard deviation of log diameter between readings of one lesion by one reader.
    between_readers : float
        Further standard deviation of log diameter between readers, the same at all scans one reader reads.
    floor_mm : float, mm
        Standard deviation of a reading whatever the size, added in quadrature.
    measurable_mm, measurable_node_mm : float, mm
        Smallest diameter (nodes: short axis) that can be a target.
    normal_node_mm : float, mm
        Short axis below which a node is normal.
    too_small_mm : float, mm
        Below this a lesion is recorded as this size and as too small to measure.
    new_lesion_mm : float, mm
        Smallest diameter called a new lesion without doubt.
    limits_mm : tuple of float, mm
        Detection limit of each organ, in the order of `ORGANS`.
    """

    intra_reader: float = 0.061
    between_readers: float = 0.060
    floor_mm: float = 1.0
    measurable_mm: float = 10.0
    measurable_node_mm: float = 15.0
    normal_node_mm: float = 10.0
    too_small_mm: float = 5.0
    new_lesion_mm: float = 5.0
    limits_mm: tuple[float, ...] = tuple(seen.limit_mm for seen in ORGAN_IMAGING.values())

    def limit(self, organ: npt.NDArray[np.integer]) -> Floats:
        """Return the detection limit (mm) of these organ codes."""
        return np.asarray(np.array(self.limits_mm)[organ])


def detection_limit(organ: npt.NDArray[np.integer]) -> Floats:
    """Return the detection limit (mm) of these organ codes."""
    return np.asarray(_LIMIT_MM[organ])


def can_be_measured(organ: npt.NDArray[np.integer]) -> Bools:
    """Return whether a lesion of these organs can be a target at all; organs without a name of ours can."""
    return np.asarray(_MEASURABLE[np.minimum(organ, len(_MEASURABLE) - 1)] | (organ >= len(_MEASURABLE)))


@dataclass(frozen=True)
class ScanReading:
    """What the reader of one scan records of each lesion, all arrays (n, L).

    Parameters
    ----------
    measured_mm : float, mm
        Longest diameter (nodes: short axis); 0 where absent, NaN where not evaluable or not measured.
    detected : bool
        Seen as disease: above the detection limit; a node of normal size is not.
    state : int8
        `State` codes.
    node : bool
        A lymph node, measured by its short axis.
    measurable : bool
        Large enough, and of a kind, to be a target.
    perpendicular_mm : float, mm, or None
        Diameter at right angles to the measured one; None where nobody measured any.
    viable_mm : float, mm, or None
        Longest diameter of the part that enhances in the arterial phase.
    uptake : float, or None
        SULpeak, or the score on the Deauville scale, whichever the criterion reads.
    organ : int, or None
        Code in `ORGANS`; codes from `len(ORGANS)` on are organs it has no name for.
    """

    measured_mm: Floats
    detected: Bools
    state: Codes
    node: Bools
    measurable: Bools
    perpendicular_mm: Floats | None = None
    viable_mm: Floats | None = None
    uptake: Floats | None = None
    organ: npt.NDArray[np.integer] | None = None


def read_scan(
    diameter_mm: Floats,
    organ: npt.NDArray[np.integer],
    exists: Bools,
    reader_normal: Floats,
    imaging: Imaging,
    *,
    between_normal: Floats | None = None,
    perpendicular_normal: Floats | None = None,
) -> ScanReading:
    """Return what a reader sees and measures of the lesions that are there.

    Parameters
    ----------
    diameter_mm : (n, L) float, mm
        True diameter (nodes: short axis), dead and infiltrating tissue included.
    organ : (n, L) int
        Code in `ORGANS`.
    exists : (n, L) bool
        There is such a lesion.
    reader_normal : (n, L) float
        Standard normal draws of this scan.
    imaging : Imaging
        Reader error and sizes that count.
    between_normal : (n, L) float
        Standard normal draws of this reader, the same at all the scans he or she reads; default: one ideal reader.
    perpendicular_normal : (n, L) float
        Standard normal draws of the second diameter, where it is measured: lesions are round, so it is the first one
        with an error of its own.

    Returns
    -------
    ScanReading
        Detection depends on the true size, so a lesion does not flicker with reader error.
    """
    node = organ == NODE
    detected = exists & (diameter_mm >= imaging.limit(organ))
    recorded = detected | node

    def read(draws: Floats) -> Floats:
        return diameter_mm * np.exp(reading_error(diameter_mm, draws, imaging, between_normal))

    def noted(value: Floats) -> Floats:
        return np.where(recorded, np.maximum(value, imaging.too_small_mm), 0.0)

    longest = read(reader_normal)
    too_small = recorded & (longest < imaging.too_small_mm)
    size = noted(longest)
    state = np.select([too_small, recorded], [State.TOO_SMALL, State.PRESENT], State.ABSENT).astype(np.int8)
    smallest = np.where(node, imaging.measurable_node_mm, imaging.measurable_mm)
    measurable = detected & can_be_measured(organ) & (size >= smallest)
    across = None if perpendicular_normal is None else noted(read(perpendicular_normal))
    return ScanReading(size, detected, state, node, measurable, perpendicular_mm=across, organ=organ)


def reading_error(
    diameter_mm: Floats, reader_normal: Floats, imaging: Imaging, between_normal: Floats | None = None
) -> Floats:
    """Return the error of a reading on log diameter, (n, L): relative and absolute parts in quadrature.

    The absolute part is held to half the diameter, so that a speck is not read as a mass.
    """
    absolute = np.minimum(imaging.floor_mm / np.maximum(diameter_mm, 1e-9), 0.5)
    error = reader_normal * np.sqrt(imaging.intra_reader**2 + absolute**2)
    return error if between_normal is None else error + imaging.between_readers * between_normal
