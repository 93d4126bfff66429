"""imRECIST: RECIST 1.1 for immunotherapy, in which only the burden progresses and a later scan may undo it.

Hodi FS et al., J Clin Oncol 2018;36:850-858. Measurable new lesions are added to the sum of diameters; new lesions and
non-target disease do not make a progression; a progression is undone by a later scan without one, and the best response
may come after it.
"""

from __future__ import annotations

from abscopal.clinic.criteria.criterion import Response, Rule
from abscopal.clinic.criteria.tumour_burden import TumourBurden
from abscopal.sources import Source, cited

HODI = "Hodi FS et al., J Clin Oncol 2018;36:850-858 (imRECIST)"
_DOI = "10.1200/JCO.2017.75.1644"
_VIA = "PMC6942076 table 3"
_TEXT = "imRECIST"

SOURCES: dict[str, Source] = {
    "recist.partial_response": cited(HODI, doi=_DOI, where=_VIA, derived="measured as in RECIST 1.1"),
    "recist.progression": cited(HODI, doi=_DOI, where=_VIA),
    "recist.progression_mm": cited(HODI, doi=_DOI, where=_VIA, derived="measured as in RECIST 1.1"),
    "confirmation": cited(HODI, doi=_DOI, where=_VIA, derived="undone by a scan without progression after 4 weeks"),
    "response_after_progression": cited(HODI, doi=_DOI, where="PMC6600249, PMC6936240"),
}
"""Where each number of imRECIST comes from; those of non-target growth are in `recist.SOURCES`."""

BURDEN_RULES: tuple[Rule, ...] = (
    Rule(Response.NONE, (), ("targets followed",), _TEXT, "no measurable lesion is followed"),
    Rule(
        Response.CR,
        ("targets evaluated", "targets gone"),
        (),
        _TEXT,
        "every measured lesion is gone and every node is below 10 mm",
    ),
    Rule(
        Response.PD,
        ("risen from nadir",),
        (),
        _TEXT,
        "the sum, measured new lesions included, is at least 20 % and 5 mm above the smallest so far",
    ),
    Rule(Response.NE, (), ("targets evaluated",), _TEXT, "not every measured lesion was assessed"),
    Rule(Response.PR, ("fallen from baseline",), (), _TEXT, "the sum is at least 30 % below baseline"),
    Rule(Response.SD, (), (), _TEXT, "neither shrunk nor grown enough"),
)

OVERALL_RULES: tuple[Rule, ...] = (
    Rule(
        Response.PD,
        ("target PD", "time to confirm"),
        (),
        _TEXT,
        "confirmed: the burden progresses four weeks or more after progression was first seen",
    ),
    Rule(Response.UPD, ("target PD",), (), _TEXT, "the burden progresses; a later scan may confirm or undo it"),
    Rule(
        Response.CR,
        ("target CR",),
        ("non-target NON-CR/NON-PD", "non-target PD", "non-target NE", "new lesion"),
        _TEXT,
        "every lesion is gone, measured or not, and there is no new one",
    ),
    Rule(Response.PR, ("target CR",), (), _TEXT, "measured lesions are gone, others only stand in the way of a CR"),
    Rule(Response.PR, ("target PR",), (), _TEXT, "the burden has responded, whatever else is seen"),
    Rule(Response.SD, ("target SD",), (), _TEXT, "the burden is stable, whatever else is seen"),
    Rule(Response.NE, ("target NE",), (), _TEXT, "not all of the burden was assessed"),
    Rule(
        Response.CR,
        ("non-target CR",),
        ("new lesion",),
        _TEXT,
        "nothing was measurable, and what there was is gone",
    ),
    Rule(Response.NE, ("non-target NE",), (), _TEXT, "nothing is measurable and not everything was assessed"),
    Rule(
        Response.NED,
        (),
        ("non-targets followed", "new lesion"),
        _TEXT,
        "no disease is followed and none has appeared",
    ),
    Rule(
        Response.NON_CR_NON_PD,
        (),
        (),
        _TEXT,
        "nothing is measurable: what persists or grows cannot make a progression",
    ),
)

criterion = TumourBurden("imRECIST", OVERALL_RULES, BURDEN_RULES, response_after_progression=True)
