"""Modalities: from which size on CT, MRI, PET-CT and bone scan show a lesion of each organ.

A modality decides what is seen at all; sizes are read as RECIST 1.1 asks, on the anatomical images. A lymph node is
disease from 10 mm on, whatever shows it.
"""

from __future__ import annotations

from collections.abc import Mapping

from abscopal.clinic.imaging import ORGAN_IMAGING, ORGANS, Imaging
from abscopal.errors import InputError, unknown
from abscopal.protocol.imaging import ImagingCharter, Modality
from abscopal.sources import Source, assumed, cited

_RECIST = "Eisenhauer EA et al., Eur J Cancer 2009;45:228-247 (RECIST 1.1)"
USUAL: dict[str, Modality] = {"brain": "MRI", "meninges": "MRI", "marrow": "MRI"}
"""Modality of the organs that are not imaged by CT unless a protocol says so."""
USUAL_SLICE_MM = 5.0
BY_SLICES = ("lung", "liver", "bone", "adrenal", "kidney", "bowel", "ovary", "spleen", "breast", "prostate", "bladder",
             "stomach", "oesophagus", "head_and_neck", "cervix", "pancreas")  # fmt: skip
"""Organs whose limit on CT is in proportion to the slices; elsewhere contrast sets it, not thickness."""
LEAST_CT_MM = 2.0
HEAD_CT_MM = 10.0
MRI_MM = 5.0
PET_MM = 7.0
BONE_SCAN_MM = 10.0

SOURCES: dict[str, Source] = {
    "USUAL_SLICE_MM": cited(_RECIST, where="appendix II"),
    "LEAST_CT_MM": assumed("however thin the slices, specks below 2 mm are vessels or noise to a reader; 1 to 4 mm"),
    "HEAD_CT_MM": assumed("CT misses most brain metastases below a centimetre, for bone and poor contrast; 5 to 15 mm"),
    "MRI_MM": assumed("body MRI in slices of 5 mm or so, moved by breath; 3 to 8 mm"),
    "PET_MM": assumed("an avid lesion smaller than 7 mm fades by partial volume into its surroundings; 5 to 10 mm"),
    "BONE_SCAN_MM": assumed("planar gamma cameras resolve about a centimetre; 8 to 20 mm"),
}


def limit_mm(organ: str, modality: Modality, slice_mm: float = USUAL_SLICE_MM) -> float:
    """Return the diameter (mm) from which a modality shows a lesion of an organ."""
    usual = ORGAN_IMAGING[organ].limit_mm
    if organ == "node" or (modality == "MRI" and organ in USUAL):
        return usual
    on_ct = HEAD_CT_MM if organ in USUAL else usual
    if organ in BY_SLICES:
        on_ct = max(usual * slice_mm / USUAL_SLICE_MM, LEAST_CT_MM)
    # PET is taken with CT, but the brain takes up the tracer itself; what shows on a bone scan has been on CT, too
    other = {"CT": on_ct, "MRI": MRI_MM, "PET-CT": on_ct if organ in USUAL else PET_MM, "bone scan": BONE_SCAN_MM}
    return other[modality] if modality == "MRI" else min(on_ct, other[modality])


def imaging_of(charter: ImagingCharter) -> Imaging:
    """Return how lesions are measured and read by a protocol's imaging charter.

    Raises
    ------
    InputError
        For an organ that nobody knows.
    """
    usual = Imaging()
    modality = _modalities(charter.modality)
    return Imaging(
        intra_reader=usual.intra_reader if charter.intra_reader is None else charter.intra_reader,
        between_readers=usual.between_readers if charter.between_readers is None else charter.between_readers,
        measurable_mm=2 * charter.slice_mm if charter.slice_mm > USUAL_SLICE_MM else usual.measurable_mm,
        limits_mm=tuple(limit_mm(organ, modality[organ], charter.slice_mm) for organ in ORGANS),
    )


def _modalities(chosen: Mapping[str, Modality]) -> dict[str, Modality]:
    if problems := [
        unknown(f"imaging.modality.{name}", "organ", name, ORGANS) for name in chosen if name not in ORGANS
    ]:
        raise InputError(problems)
    return {organ: chosen.get(organ, USUAL.get(organ, "CT")) for organ in ORGANS}
