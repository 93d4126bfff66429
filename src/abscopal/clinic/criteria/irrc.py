"""irRC, the immune-related response criteria: one tumour burden in two dimensions, to which new lesions are added.

Wolchok JD et al., Clin Cancer Res 2009;15:7412-7420. The burden is the sum of the products of the longest diameter and
the one at right angles to it, of index lesions and of measurable new ones; new lesions and non-index lesions alone do
not make a progression, and a progression has to be confirmed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from abscopal.clinic.criteria.criterion import Bools, Codes, Floats, Response, Rule
from abscopal.clinic.criteria.recist import Recist
from abscopal.clinic.criteria.tumour_burden import BurdenFindings, TumourBurden, burden
from abscopal.clinic.imaging import ORGANS, ScanReading, State, can_be_measured
from abscopal.clinic.lesions import Role, largest, required
from abscopal.sources import Source, assumed, cited

WOLCHOK = "Wolchok JD et al., Clin Cancer Res 2009;15:7412-7420 (irRC)"
_DOI = "10.1158/1078-0432.CCR-09-1624"
_TABLE_1, _TABLE_2 = "irRC table 1", "irRC table 2"
SKIN = ORGANS.index("skin")

SOURCES: dict[str, Source] = {
    "recist.partial_response": cited(WOLCHOK, doi=_DOI, where="table 1"),
    "recist.progression": cited(WOLCHOK, doi=_DOI, where="table 1"),
    "recist.progression_mm": cited(WOLCHOK, doi=_DOI, where="table 1", derived="no absolute rise is asked for"),
    "confirmation": cited(WOLCHOK, doi=_DOI, where="table 1"),
    "smallest_mm": cited(WOLCHOK, doi=_DOI, where="table 1, new measurable lesions; baseline lesions alike"),
    "most_visceral": cited(WOLCHOK, doi=_DOI, where="PMC6942076 table 3, PMC6600249 table 2"),
    "most_cutaneous": cited(WOLCHOK, doi=_DOI, where="PMC6942076 table 3, PMC6600249 table 2"),
    "most_per_organ": cited(WOLCHOK, doi=_DOI, where="PMC6942076 table 3, PMC6600249 table 2"),
    "normal node": assumed(
        "irRC has no rule for nodes; one below 10 mm short axis is taken as gone, as in RECIST 1.1, or no patient with "
        "nodes could reach a complete response"
    ),
}
"""Where each number of `Irrc` comes from."""

BURDEN_RULES: tuple[Rule, ...] = (
    Rule(Response.NONE, (), ("targets followed",), _TABLE_1, "no measurable lesion is followed"),
    Rule(Response.CR, ("targets evaluated", "targets gone"), (), _TABLE_1, "every measured lesion is gone"),
    Rule(Response.PD, ("risen from nadir",), (), _TABLE_1, "the burden is at least 25 % above the smallest so far"),
    Rule(Response.NE, (), ("targets evaluated",), _TABLE_1, "not every measured lesion was read in both diameters"),
    Rule(Response.PR, ("fallen from baseline",), (), _TABLE_1, "the burden is at least 50 % below baseline"),
    Rule(Response.SD, (), (), _TABLE_1, "neither halved from baseline nor a quarter above the smallest"),
)

OVERALL_RULES: tuple[Rule, ...] = (
    Rule(Response.PD, ("confirmed before",), (), _TABLE_1, "progression was confirmed at an earlier visit"),
    Rule(
        Response.PD,
        ("target PD", "time to confirm"),
        (),
        _TABLE_1,
        "confirmed: the burden has been 25 % above its smallest at consecutive scans four weeks apart or more",
    ),
    Rule(Response.UPD, ("target PD",), (), _TABLE_1, "the burden has risen by 25 %, not confirmed"),
    Rule(
        Response.CR,
        ("target CR",),
        ("non-target NON-CR/NON-PD", "non-target PD", "non-target NE", "new lesion"),
        _TABLE_1,
        "every lesion is gone, measured or not, and there is no new one",
    ),
    Rule(
        Response.PR,
        ("target CR",),
        (),
        _TABLE_2,
        "measured lesions are gone, others persist, grow or are new: no matter",
    ),
    Rule(Response.PR, ("target PR",), (), _TABLE_2, "the burden has halved, whatever else is seen"),
    Rule(Response.SD, ("target SD",), (), _TABLE_2, "the burden is stable, whatever else is seen"),
    Rule(Response.NE, ("target NE",), (), _TABLE_1, "the burden could not be added up"),
    Rule(
        Response.CR,
        ("non-target CR",),
        ("new lesion",),
        _TABLE_1,
        "nothing was measurable, and what there was is gone",
    ),
    Rule(Response.NE, ("non-target NE",), (), _TABLE_1, "nothing is measurable and not everything was assessed"),
    Rule(
        Response.NED,
        (),
        ("non-targets followed", "new lesion"),
        _TABLE_1,
        "no disease is followed and none has appeared",
    ),
    Rule(
        Response.NON_CR_NON_PD,
        (),
        (),
        _TABLE_1,
        "nothing is measurable: what persists or grows cannot make a progression",
    ),
)


@dataclass(frozen=True)
class Irrc(TumourBurden):
    """irRC; its thresholds as fields, each with its source in `SOURCES`.

    Parameters
    ----------
    smallest_mm : float, mm
        Both diameters of a measurable lesion are at least this long.
    most_visceral, most_cutaneous, most_per_organ : int
        Most measured lesions, at baseline and again among new ones: outside the skin, of the skin, in one organ.
    """

    name: str = "irRC"
    rules: tuple[Rule, ...] = OVERALL_RULES
    target_rules: tuple[Rule, ...] = BURDEN_RULES
    recist: Recist = field(default_factory=lambda: Recist(partial_response=0.50, progression=0.25, progression_mm=0.0))
    smallest_mm: float = 5.0
    most_visceral: int = 10
    most_cutaneous: int = 5
    most_per_organ: int = 5

    unit: ClassVar[str] = "mm2"
    needs: ClassVar[tuple[str, ...]] = ("PERP_MM",)

    def choose_targets(self, reading: ScanReading, organ: npt.NDArray[np.integer]) -> Codes:
        """Return the role (n, L) of each lesion at baseline: the largest by product are index lesions."""
        index = self._largest(reading.detected, reading, organ, np.zeros_like(reading.detected))
        return np.select([index, reading.detected], [Role.TARGET, Role.NON_TARGET], Role.NONE).astype(np.int8)

    def admit(self, role: Codes, appeared: Bools, reading: ScanReading, organ: npt.NDArray[np.integer]) -> Codes:
        """Return the roles (n, L) with the lesions that appeared as new, the largest measurable ones as measured."""
        measured = self._largest(appeared, reading, organ, role == Role.NEW_TARGET)
        return np.select([measured, appeared], [Role.NEW_TARGET, Role.NEW], role).astype(np.int8)

    def summarise(self, reading: ScanReading, role: Codes) -> BurdenFindings:
        """Return the tumour burden of one visit, sums in mm^2."""
        return burden(reading, role, self._product(reading))

    def _product(self, reading: ScanReading) -> Floats:
        """Product of the two diameters (mm^2) of each lesion; one too small to measure is as wide as it is long."""
        across = required(reading.perpendicular_mm, "PERP_MM", self.name)
        round_ = (reading.state == State.TOO_SMALL) & np.isnan(across)
        return np.asarray(reading.measured_mm * np.where(round_, reading.measured_mm, across))

    def _largest(self, among: Bools, reading: ScanReading, organ: npt.NDArray[np.integer], already: Bools) -> Bools:
        if not among.any():
            return np.zeros_like(among)
        across, skin = required(reading.perpendicular_mm, "PERP_MM", self.name), organ == SKIN
        fits = (reading.measured_mm >= self.smallest_mm) & (across >= self.smallest_mm) & can_be_measured(organ)
        product, per_organ = self._product(reading), self.most_per_organ
        chosen = np.zeros_like(among)
        for kind, most in ((~skin, self.most_visceral), (skin, self.most_cutaneous)):
            own = among & fits & kind
            chosen |= largest(own, product, organ, already & kind, most=most, per_organ=per_organ)
        return chosen


criterion = Irrc()
