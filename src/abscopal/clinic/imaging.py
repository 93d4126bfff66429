"""Imaging: what a reader of CT or MRI sees of the lesions that are there.

The true diameter comes in, the measured one goes out: a lesion below the detection limit of its organ is not seen, one
too small to measure is recorded as 5 mm, and a reading errs on the logarithm of the diameter. Lymph nodes are measured
by their short axis and never vanish: a node that shrank below 10 mm is a normal node.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from abscopal.clinic.criterion import Bools, Codes, Floats
from abscopal.sources import Source, assumed, cited

ORGANS: tuple[str, ...] = ("lung", "liver", "bone", "brain", "node", "skin", "peritoneum", "adrenal")
"""Organs by code; `node` is a distant or regional lymph node, `skin` includes soft tissue."""

BONE, NODE = ORGANS.index("bone"), ORGANS.index("node")

_RECIST = "Eisenhauer EA et al., Eur J Cancer 2009;45:228-247 (RECIST 1.1)"
_YOON = "Yoon SH et al., Eur J Cancer 2016;53:5-15"

SOURCES: dict[str, Source] = {
    "lung_mm": assumed("solid nodules stand out against air; below 3 mm they are hardly ever called on 5 mm slices"),
    "liver_mm": cited(_RECIST, where="5 mm slices, appendix II", derived="a lesion thinner than a slice is not called"),
    "bone_mm": assumed("lytic or mixed lesions on CT at twice the slice thickness, for their low contrast"),
    "brain_mm": assumed("contrast-enhanced MRI with 3 mm slices"),
    "node_mm": cited(_RECIST, where="section 3.1.1", derived="a node below 10 mm short axis is normal"),
    "skin_mm": assumed("soft tissue seen and felt from one slice thickness on"),
    "peritoneum_mm": assumed("implants below one centimetre are mostly missed on CT"),
    "adrenal_mm": assumed("a nodule of twice the slice thickness stands out from the gland"),
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
    """How lesions are imaged and read; sources in `SOURCES`.

    Parameters
    ----------
    lung_mm, liver_mm, bone_mm, brain_mm, node_mm, skin_mm, peritoneum_mm, adrenal_mm : float, mm
        Diameter (nodes: short axis) below which a lesion is not seen; CT in 5 mm slices, MRI for the brain.
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
    """

    lung_mm: float = 3.0
    liver_mm: float = 5.0
    bone_mm: float = 10.0
    brain_mm: float = 3.0
    node_mm: float = 10.0
    skin_mm: float = 5.0
    peritoneum_mm: float = 10.0
    adrenal_mm: float = 10.0
    intra_reader: float = 0.061
    between_readers: float = 0.060
    floor_mm: float = 1.0
    measurable_mm: float = 10.0
    measurable_node_mm: float = 15.0
    normal_node_mm: float = 10.0
    too_small_mm: float = 5.0
    new_lesion_mm: float = 5.0

    def detection_limit(self, organ: npt.NDArray[np.integer]) -> Floats:
        """Return the detection limit (mm) of these organ codes."""
        limits = np.array([getattr(self, f"{name}_mm") for name in ORGANS])
        return np.asarray(limits[organ])


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
    """

    measured_mm: Floats
    detected: Bools
    state: Codes
    node: Bools
    measurable: Bools


def read_scan(
    diameter_mm: Floats,
    organ: npt.NDArray[np.integer],
    exists: Bools,
    reader_normal: Floats,
    imaging: Imaging,
    *,
    between_normal: Floats | None = None,
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
        Detection limits and reader error.
    between_normal : (n, L) float
        Standard normal draws of this reader, the same at all the scans he or she reads; default: one ideal reader.

    Returns
    -------
    ScanReading
        Detection depends on the true size, so a lesion does not flicker with reader error.
    """
    node = organ == NODE
    detected = exists & (diameter_mm >= imaging.detection_limit(organ))
    error = reading_error(diameter_mm, reader_normal, imaging, between_normal)
    read = np.maximum(diameter_mm * np.exp(error), 0.0)
    recorded = detected | node
    too_small = recorded & (read < imaging.too_small_mm)
    measured = np.where(recorded, np.maximum(read, imaging.too_small_mm), 0.0)
    state = np.select([too_small, recorded], [State.TOO_SMALL, State.PRESENT], State.ABSENT).astype(np.int8)
    smallest = np.where(node, imaging.measurable_node_mm, imaging.measurable_mm)
    return ScanReading(measured, detected, state, node, detected & (organ != BONE) & (measured >= smallest))


def reading_error(
    diameter_mm: Floats, reader_normal: Floats, imaging: Imaging, between_normal: Floats | None = None
) -> Floats:
    """Return the error of a reading on log diameter, (n, L): relative and absolute parts in quadrature.

    The absolute part is held to half the diameter, so that a speck is not read as a mass.
    """
    absolute = np.minimum(imaging.floor_mm / np.maximum(diameter_mm, 1e-9), 0.5)
    error = reader_normal * np.sqrt(imaging.intra_reader**2 + absolute**2)
    return error if between_normal is None else error + imaging.between_readers * between_normal
