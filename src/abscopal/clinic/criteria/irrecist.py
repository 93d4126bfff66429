"""irRECIST: the immune-related criteria in one dimension, new measurable lesions added to the sum of diameters.

Bohnsack O et al., Ann Oncol 2014;25 suppl 4:iv369 (abstract 1070P), after Nishino M et al., Clin Cancer Res
2013;19:3936-3943. Targets are those of RECIST 1.1; progression of the burden, of non-target disease or by new lesions
that cannot be measured has to be confirmed.
"""

from __future__ import annotations

from abscopal.clinic.criteria.criterion import Response, Rule
from abscopal.clinic.criteria.tumour_burden import TumourBurden
from abscopal.sources import Source, cited

BOHNSACK = "Bohnsack O et al., Ann Oncol 2014;25 suppl 4:iv369 (irRECIST)"
NISHINO = "Nishino M et al., Clin Cancer Res 2013;19:3936-3943"
_VIA = "PMC5994498 table 2"
_TEXT = "irRECIST"

SOURCES: dict[str, Source] = {
    "recist.partial_response": cited(BOHNSACK, where=_VIA),
    "recist.progression": cited(BOHNSACK, where=_VIA),
    "recist.progression_mm": cited(BOHNSACK, where=_VIA),
    "confirmation": cited(BOHNSACK, where=_VIA),
    "targets": cited(NISHINO, where="table 3 of PMC6942076: at most five and two per organ, as in RECIST 1.1"),
}
"""Where each number of irRECIST comes from; those of non-target growth are in `recist.SOURCES`."""

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
        "the burden, measured new lesions included, is at least 20 % and 5 mm above the smallest so far",
    ),
    Rule(Response.NE, (), ("targets evaluated",), _TEXT, "not every measured lesion was assessed"),
    Rule(Response.PR, ("fallen from baseline",), (), _TEXT, "the burden is at least 30 % below baseline"),
    Rule(Response.SD, (), (), _TEXT, "neither shrunk nor grown enough"),
)

OVERALL_RULES: tuple[Rule, ...] = (
    Rule(Response.PD, ("confirmed before",), (), _TEXT, "progression was confirmed at an earlier visit"),
    Rule(
        Response.PD,
        ("target PD", "time to confirm"),
        (),
        _TEXT,
        "confirmed: the burden progresses four weeks or more after progression was first seen",
    ),
    Rule(
        Response.PD,
        ("non-target PD", "time to confirm"),
        (),
        _TEXT,
        "confirmed: non-target disease progresses four weeks or more after progression was first seen",
    ),
    Rule(
        Response.PD,
        ("new unmeasured lesion", "time to confirm"),
        (),
        _TEXT,
        "confirmed: a new lesion too small to be added up is still there after four weeks or more",
    ),
    Rule(Response.UPD, ("target PD",), (), _TEXT, "the burden progresses, not confirmed"),
    Rule(Response.UPD, ("non-target PD",), (), _TEXT, "non-target disease progresses, not confirmed"),
    Rule(
        Response.UPD,
        ("new unmeasured lesion",),
        (),
        _TEXT,
        "there is a new lesion that cannot be measured, not confirmed",
    ),
    Rule(
        Response.CR,
        ("target CR",),
        ("non-target NON-CR/NON-PD", "non-target NE", "new lesion"),
        _TEXT,
        "targets and non-targets are gone and there is no new lesion",
    ),
    Rule(
        Response.PR, ("target CR",), (), _TEXT, "measured lesions are gone, other disease persists or was not assessed"
    ),
    Rule(Response.PR, ("target PR",), (), _TEXT, "the burden has responded, other disease does not progress"),
    Rule(Response.SD, ("target SD",), (), _TEXT, "the burden is stable, other disease does not progress"),
    Rule(Response.NE, ("target NE",), (), _TEXT, "not all of the burden was assessed"),
    Rule(Response.CR, ("non-target CR",), (), _TEXT, "non-target disease only, and it is gone"),
    Rule(Response.NE, ("non-target NE",), (), _TEXT, "non-target disease only, not all assessed"),
    Rule(Response.NED, (), ("non-targets followed",), _TEXT, "no disease is followed and none has appeared"),
    Rule(Response.NON_CR_NON_PD, (), (), _TEXT, "non-target disease only, and it persists"),
)

criterion = TumourBurden("irRECIST", OVERALL_RULES, BURDEN_RULES)
