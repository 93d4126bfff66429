"""What a published trial reported: figures with their source beside them, as shares of 1 and in months."""

from __future__ import annotations

from itertools import combinations
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, GetJsonSchemaHandler, model_serializer, model_validator
from pydantic_core import CoreSchema

from abscopal.errors import InputError, Problem, shown
from abscopal.protocol.condition_field import ConditionField
from abscopal.record import Real, Record, Whole

Checked = Literal["checked", "recalled", "assumed"]
Endpoint = Literal["OS", "PFS"]


class Figure(Record):
    """A number with its interval and where it comes from; `0.42` alone is a figure without a source."""

    value: Real | None = Field(description="The number; null where the trial did not reach it.")
    lo: Real | None = Field(default=None, description="Lower end of the 95 % confidence interval.")
    hi: Real | None = Field(default=None, description="Upper end of the 95 % confidence interval.")
    source: Checked | None = Field(
        default=None, description="checked: seen in the source or computed from its curve; recalled: from memory."
    )
    note: str = Field(default="", description="What a reader must know, such as the date of the analysis.")

    @model_serializer
    def _short(self) -> Any:
        parts = {key: getattr(self, key) for key in type(self).model_fields if getattr(self, key) not in (None, "")}
        return {"value": self.value, **parts} if parts.keys() != {"value"} else self.value


def _figure(value: object) -> object:
    return value if isinstance(value, Figure | dict) else {"value": value}


def _is_share(figure: Figure) -> Figure:
    numbers = [number for number in (figure.value, figure.lo, figure.hi) if number is not None]
    if wrong := [number for number in numbers if not 0 <= number <= 1]:
        guess = f"{wrong[0] / 100:g}" if 1 < wrong[0] <= 100 else ""
        raise InputError([Problem(expected="a share between 0 and 1", got=shown(wrong[0]), suggestion=guess)])
    return figure


def _is_positive(figure: Figure) -> Figure:
    if figure.value is not None and not figure.value > 0:
        raise InputError([Problem(expected="a number above 0", got=shown(figure.value))])
    return figure


class _OrNumber:
    """In files, a figure may be a number alone."""

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"anyOf": [{"type": "number"}, handler(core)]}


Share = Annotated[Figure, BeforeValidator(_figure), AfterValidator(_is_share), _OrNumber()]
"""A figure between 0 and 1."""
Amount = Annotated[Figure, BeforeValidator(_figure), AfterValidator(_is_positive), _OrNumber()]
"""A figure above 0."""


_ROUNDING = 0.02  # published percentages are rounded, and each may be of those with a known value alone
_NESTED = (("pdl1_ge50", "pdl1_ge5", "pdl1_ge1"), ("cps_ge10", "cps_ge1"), ("prior_lines_ge3", "prior_lines_ge2"))
"""Shares of which each is part of those after it."""
_EXCLUSIVE = (
    ("risk_favourable", "risk_intermediate", "risk_poor"), ("stage3a", "stage3b", "stage3c"),
    ("prior_lines_0", "prior_lines_1", "prior_lines_ge2"), ("prior_lines_0", "prior_lines_1", "prior_lines_2"),
)  # fmt: skip
"""Shares of which nobody is in two."""


class Baseline(Record):
    """Who was enrolled: marginals of all subjects at baseline, shares of 1 unless said otherwise."""

    age_median: Amount | None = Field(default=None, description="Median age, years.")
    male: Share | None = Field(default=None, description="Share of men.")
    ecog1: Share | None = Field(default=None, description="Share with ECOG performance status 1 or more.")
    ldh_high: Share | None = Field(default=None, description="Share with LDH above the upper limit of normal.")
    m1c: Share | None = Field(default=None, description="Share with melanoma stage M1c.")
    stage4: Share | None = Field(default=None, description="Share with stage IV disease.")
    brain: Share | None = Field(default=None, description="Share with brain metastases.")
    liver: Share | None = Field(default=None, description="Share with liver metastases.")
    bone: Share | None = Field(default=None, description="Share with bone metastases.")
    lung: Share | None = Field(default=None, description="Share with lung lesions.")
    squamous: Share | None = Field(default=None, description="Share with squamous histology.")
    braf: Share | None = Field(default=None, description="Share with a BRAF V600 mutation.")
    egfr: Share | None = Field(default=None, description="Share with an EGFR mutation.")
    alk: Share | None = Field(default=None, description="Share with an ALK rearrangement.")
    her2: Share | None = Field(default=None, description="Share with HER2 amplified or overexpressed.")
    hormone_receptor: Share | None = Field(default=None, description="Share with oestrogen or progesterone receptor.")
    msi: Share | None = Field(default=None, description="Share with high microsatellite instability.")
    smoker: Share | None = Field(default=None, description="Share of current and former smokers.")
    pdl1_ge1: Share | None = Field(default=None, description="Share with PD-L1 on at least 1 % of tumour cells.")
    pdl1_ge5: Share | None = Field(default=None, description="Share with PD-L1 on at least 5 % of tumour cells.")
    pdl1_ge50: Share | None = Field(default=None, description="Share with PD-L1 on at least 50 % of tumour cells.")
    cps_ge1: Share | None = Field(default=None, description="Share with a combined positive score of at least 1.")
    cps_ge10: Share | None = Field(default=None, description="Share with a combined positive score of at least 10.")
    lag3_ge1: Share | None = Field(default=None, description="Share with LAG-3 on at least 1 % of immune cells.")
    hpv: Share | None = Field(default=None, description="Share with human papillomavirus, by p16.")
    visceral: Share | None = Field(default=None, description="Share with visceral metastases.")
    extrahepatic: Share | None = Field(default=None, description="Share with spread beyond the liver.")
    vascular_invasion: Share | None = Field(default=None, description="Share with macrovascular invasion.")
    hepatitis_b: Share | None = Field(default=None, description="Share with hepatitis B as cause.")
    hepatitis_c: Share | None = Field(default=None, description="Share with hepatitis C as cause.")
    afp_high: Share | None = Field(default=None, description="Share with alpha-fetoprotein of at least 400 ng/mL.")
    bclc_c: Share | None = Field(default=None, description="Share in Barcelona stage C.")
    risk_favourable: Share | None = Field(default=None, description="Share at favourable risk, by the score named.")
    risk_intermediate: Share | None = Field(default=None, description="Share at intermediate risk, by the same score.")
    risk_poor: Share | None = Field(default=None, description="Share at poor risk, by the same score.")
    nephrectomy: Share | None = Field(default=None, description="Share whose kidney had been removed.")
    right_sided: Share | None = Field(default=None, description="Share with a primary of the right colon.")
    lynch: Share | None = Field(default=None, description="Share with Lynch syndrome.")
    de_novo: Share | None = Field(default=None, description="Share with metastases at first diagnosis.")
    blasts_ge50: Share | None = Field(default=None, description="Share with at least 50 % blasts in the marrow.")
    extramedullary: Share | None = Field(default=None, description="Share with disease outside the marrow.")
    high_risk_cytogenetics: Share | None = Field(default=None, description="Share with high-risk cytogenetics.")
    stage3a: Share | None = Field(default=None, description="Share in stage IIIA.")
    stage3b: Share | None = Field(default=None, description="Share in stage IIIB.")
    stage3c: Share | None = Field(default=None, description="Share in stage IIIC.")
    prior_lines_0: Share | None = Field(default=None, description="Share without earlier therapy.")
    prior_lines_1: Share | None = Field(default=None, description="Share with one earlier line of therapy.")
    prior_lines_2: Share | None = Field(default=None, description="Share with two earlier lines of therapy.")
    prior_lines_ge2: Share | None = Field(default=None, description="Share with two earlier lines or more.")
    prior_lines_ge3: Share | None = Field(default=None, description="Share with three earlier lines or more.")
    prior_lines_median: Amount | None = Field(default=None, description="Median number of earlier lines.")
    prior_pd1: Share | None = Field(default=None, description="Share that progressed under a PD-1 inhibitor.")
    prior_ctla4: Share | None = Field(default=None, description="Share treated with ipilimumab before.")
    prior_transplant: Share | None = Field(default=None, description="Share with an earlier stem cell transplantation.")
    refractory: Share | None = Field(default=None, description="Share refractory to the last therapy.")
    sum_of_diameters_median: Amount | None = Field(default=None, description="Median sum of target diameters, mm.")
    sites_median: Amount | None = Field(default=None, description="Median number of organs with disease.")

    @model_validator(mode="after")
    def _shares_agree(self) -> Self:
        """See that nobody is asked to be in a part and not in the whole, and that exclusive parts are not too many."""
        known = self.numbers()
        problems = [
            Problem(part, f"at most the share of {whole}, {known[whole]:g}", f"{known[part]:g}")
            for chain in _NESTED
            for part, whole in combinations(chain, 2)
            if part in known and whole in known and known[part] > known[whole] + _ROUNDING
        ]
        for parts in _EXCLUSIVE:
            if (total := sum(known.get(part, 0.0) for part in parts)) > 1 + _ROUNDING:
                problems.append(
                    Problem(parts[0], f"shares that add up to 1 at most with {', '.join(parts[1:])}", f"{total:g}")
                )
        if problems:
            raise InputError(problems)
        return self

    def numbers(self) -> dict[str, float]:
        """Return the marginals that are known, by name."""
        figures = {key: getattr(self, key) for key in type(self).model_fields}
        return {key: figure.value for key, figure in figures.items() if figure is not None and figure.value is not None}


class AdverseEvent(Record):
    """How many of those treated in one arm had an adverse event."""

    any_grade: Share | None = Field(default=None, description="Share with the event of any grade.")
    grade3: Share | None = Field(default=None, description="Share with the event of grade 3 or higher.")


class Subgroup(Record):
    """What those of one arm did who were alike at baseline: rates as shares of 1, times in months."""

    name: str = Field(description="As the publication calls them, such as PD-L1 >=50%.")
    who: tuple[ConditionField, ...] = Field(
        default=(), description="Conditions that all of them meet; none where no simulated patient can be told so."
    )
    n: Annotated[Whole, Field(gt=0)] | None = Field(default=None, description="Subjects of the subgroup in the arm.")
    orr: Share | None = Field(default=None, description="Objective response rate.")
    cr: Share | None = Field(default=None, description="Complete response rate.")
    pfs_median: Amount | None = Field(default=None, description="Median progression-free survival, months.")
    os_median: Amount | None = Field(default=None, description="Median overall survival, months.")
    dor_median: Amount | None = Field(default=None, description="Median duration of response, months.")
    os_at: dict[Whole, Share] = Field(default={}, description="Overall survival by month.")
    against: str = Field(default="", description="Name of the arm in the denominator of the hazard ratios.")
    os_hr: Amount | None = Field(default=None, description="Hazard ratio of death, in the subgroup.")
    pfs_hr: Amount | None = Field(default=None, description="Hazard ratio of progression or death, in the subgroup.")
    note: str = Field(default="", description="What a reader must know, such as which assay told them.")
    citation: str = Field(default="", description="Where its curve was printed and who reconstructed it.")

    @model_validator(mode="after")
    def _ratio_of_two_arms(self) -> Self:
        if (self.os_hr or self.pfs_hr) and not self.against:
            raise InputError([Problem("against", "the arm in the denominator of the hazard ratio", "nothing")])
        return self


class Published(Record):
    """What one arm of the published trial did: rates as shares of 1, times in months."""

    n: Annotated[Whole, Field(gt=0)] | None = Field(default=None, description="Subjects in the arm.")
    orr: Share | None = Field(default=None, description="Objective response rate.")
    cr: Share | None = Field(default=None, description="Complete response rate.")
    dcr: Share | None = Field(default=None, description="Disease control rate.")
    pfs_median: Amount | None = Field(default=None, description="Median progression-free survival, months.")
    os_median: Amount | None = Field(default=None, description="Median overall survival, months.")
    dor_median: Amount | None = Field(default=None, description="Median duration of response, months.")
    ttr_median: Amount | None = Field(default=None, description="Median time to response, months.")
    os_at: dict[Whole, Share] = Field(default={}, description="Overall survival by month.")
    pfs_at: dict[Whole, Share] = Field(default={}, description="Progression-free survival by month.")
    dor_at: dict[Whole, Share] = Field(default={}, description="Responders still in response, by month of response.")
    adverse_events: dict[str, AdverseEvent] = Field(default={}, description="Adverse events by name.")
    subgroups: tuple[Subgroup, ...] = Field(default=(), description="Results in parts of the arm.")


class Contrast(Record):
    """A published hazard ratio."""

    endpoint: Endpoint = Field(description="OS or PFS.")
    arm: str = Field(description="Name of the arm whose hazard is in the numerator.")
    reference: str = Field(description="Name of the arm whose hazard is in the denominator.")
    hr: Amount = Field(description="Hazard ratio of arm to reference.")


class Curve(Record):
    """Landmarks of a published survival curve, to lay beside the simulated one."""

    endpoint: Endpoint = Field(description="OS or PFS.")
    arm: str = Field(description="Name of the arm.")
    points: tuple[tuple[Annotated[Real, Field(ge=0)], Annotated[Real, Field(ge=0, le=1)]], ...] = Field(
        min_length=1, description="Month and share surviving, in order of time."
    )
    citation: str = Field(default="", description="Where the curve was printed and who reconstructed it.")


class Citation(Record):
    """A publication this protocol rests on."""

    key: str = Field(description="Short name, such as robert-2015.")
    citation: str = Field(description="First author, journal, year.")
    doi: str = Field(default="", description="Without a resolver in front.")
    note: str = Field(default="", description="What it was used for.")
