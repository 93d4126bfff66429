"""mRECIST, for liver cancer: of tumours in the liver only what still enhances in the arterial phase counts.

Lencioni R, Llovet JM, Semin Liver Dis 2010;30:52-60. Lesions of the liver are measured by the longest diameter of their
viable, arterially enhancing part (VIABLE_MM); lesions elsewhere as RECIST 1.1 measures them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from abscopal.clinic.criteria.criterion import Bools, Codes, Findings, Response, Rule
from abscopal.clinic.criteria.recist import Recist
from abscopal.clinic.imaging import ORGANS, ScanReading, State
from abscopal.clinic.lesions import admit, required, summarise
from abscopal.sources import Source, cited

LENCIONI = "Lencioni R, Llovet JM, Semin Liver Dis 2010;30:52-60 (mRECIST)"
_DOI = "10.1055/s-0030-1247132"
_VIA = "PMC9747269 table 11"
_TARGETS, _OTHERS, _OVERALL = "mRECIST target response", "mRECIST non-target response", "mRECIST overall response"
LIVER = ORGANS.index("liver")

SOURCES: dict[str, Source] = {
    "partial_response": cited(LENCIONI, doi=_DOI, where=_VIA),
    "progression": cited(LENCIONI, doi=_DOI, where=_VIA),
    "progression_mm": cited(LENCIONI, doi=_DOI, where=_VIA, derived="no absolute rise is asked for"),
    "smallest_new_mm": cited(LENCIONI, doi=_DOI, where="new lesions of the liver", recalled=True),
}
"""Where each number of `Mrecist` that RECIST 1.1 has otherwise, or has not, comes from."""

TARGET_RULES: tuple[Rule, ...] = (
    Rule(Response.NONE, (), ("targets followed",), _TARGETS, "no target lesion is followed"),
    Rule(
        Response.CR,
        ("targets evaluated", "targets gone"),
        (),
        _TARGETS,
        "no target enhances in the arterial phase any more",
    ),
    Rule(
        Response.PD,
        ("risen from nadir",),
        (),
        _TARGETS,
        "the sum of viable diameters is at least 20 % above the smallest so far",
    ),
    Rule(Response.NE, (), ("targets evaluated",), _TARGETS, "the viable part of some target was not measured"),
    Rule(
        Response.PR,
        ("fallen from baseline",),
        (),
        _TARGETS,
        "the sum of viable diameters is at least 30 % below baseline",
    ),
    Rule(Response.SD, (), (), _TARGETS, "neither shrunk nor grown enough"),
)

NONTARGET_RULES: tuple[Rule, ...] = (
    Rule(Response.NONE, (), ("non-targets followed",), _OTHERS, "no non-target lesion is followed"),
    Rule(Response.PD, ("unequivocal progression",), (), _OTHERS, "non-target lesions progress unequivocally"),
    Rule(Response.NE, (), ("non-targets evaluated",), _OTHERS, "not every non-target was assessed"),
    Rule(Response.CR, ("non-targets gone",), (), _OTHERS, "no non-target enhances in the arterial phase any more"),
    Rule(Response.NON_CR_NON_PD, (), (), _OTHERS, "arterial enhancement persists in some non-target"),
)

OVERALL_RULES: tuple[Rule, ...] = (
    Rule(Response.PD, ("target PD",), (), _OVERALL, "targets progress, whatever else is seen"),
    Rule(Response.PD, ("non-target PD",), (), _OVERALL, "non-targets progress, whatever else is seen"),
    Rule(Response.PD, ("new lesion",), (), _OVERALL, "there is a new lesion, whatever else is seen"),
    Rule(
        Response.CR,
        ("target CR",),
        ("non-target NON-CR/NON-PD", "non-target NE"),
        _OVERALL,
        "nothing viable is left and there is no new lesion",
    ),
    Rule(Response.PR, ("target CR",), (), _OVERALL, "no target is viable, non-targets are or were not all assessed"),
    Rule(Response.PR, ("target PR",), (), _OVERALL, "targets in partial response, non-targets do not progress"),
    Rule(Response.SD, ("target SD",), (), _OVERALL, "targets stable, non-targets do not progress"),
    Rule(Response.NE, ("target NE",), (), _OVERALL, "not all targets assessed, non-targets do not progress"),
    Rule(Response.CR, ("non-target CR",), (), _OVERALL, "non-target disease only, and nothing viable is left"),
    Rule(Response.NON_CR_NON_PD, ("non-target NON-CR/NON-PD",), (), _OVERALL, "non-target disease only, still viable"),
    Rule(Response.NE, ("non-target NE",), (), _OVERALL, "non-target disease only, not all assessed"),
    Rule(Response.NED, (), (), _OVERALL, "no disease is followed and none has appeared"),
)


@dataclass(frozen=True)
class Mrecist(Recist):
    """mRECIST; its thresholds as fields, each with its source in `SOURCES`, the others in `recist.SOURCES`.

    Parameters
    ----------
    smallest_new_mm : float, mm
        A new lesion of the liver counts from this longest diameter on.
    """

    name: str = "mRECIST"
    progression_mm: float = 0.0
    smallest_new_mm: float = 10.0

    rules = OVERALL_RULES
    target_rules = TARGET_RULES
    nontarget_rules = NONTARGET_RULES
    needs: ClassVar[tuple[str, ...]] = ("VIABLE_MM",)

    def admit(self, role: Codes, appeared: Bools, reading: ScanReading, organ: npt.NDArray[np.integer]) -> Codes:
        """Return the roles (n, L) with what appeared as new; a speck in the liver waits until it has grown."""
        counts = appeared & ((organ != LIVER) | (reading.measured_mm >= self.smallest_new_mm))
        return admit(role, counts, reading, organ)

    def summarise(self, reading: ScanReading, role: Codes) -> Findings:
        """Return what the viable disease of one visit adds up to; in the liver, what does not enhance is gone."""
        viable = required(reading.viable_mm, "VIABLE_MM", self.name)
        if reading.organ is None:
            raise ValueError("mRECIST tells lesions of the liver from others: a scan needs their organs")
        liver = reading.organ == LIVER
        state = np.where(liver & (viable == 0), np.int8(State.ABSENT), reading.state)
        return summarise(replace(reading, measured_mm=np.where(liver, viable, reading.measured_mm), state=state), role)


criterion = Mrecist()
