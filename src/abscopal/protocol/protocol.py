"""A trial as it is planned: who is treated, in which arms, scanned when, followed for how long."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    InstanceOf,
    PlainSerializer,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import CoreSchema

from abscopal.errors import InputError, Problem, shown, unknown
from abscopal.protocol.access import Access
from abscopal.protocol.condition import divides, excluded
from abscopal.protocol.condition_field import ConditionField
from abscopal.protocol.criteria import Criteria
from abscopal.protocol.imaging import ImagingCharter
from abscopal.protocol.management import Management
from abscopal.protocol.procedure import PROCEDURES, Ablation, Radiotherapy, Resection, Tag
from abscopal.protocol.published import Baseline, Checked, Citation, Contrast, Curve, Published
from abscopal.protocol.regimen import Regimen
from abscopal.protocol.schedule import Schedule
from abscopal.protocol.schedule_field import ScheduleField
from abscopal.protocol.treatment import Treatment, checked_treatment
from abscopal.record import Real, Record, Whole

DISCLAIMER = "Abscopal is research software for trial design, not medical advice."
Setting = Literal["metastatic", "adjuvant", "neoadjuvant", "consolidation", "maintenance"]
CensoringRule = Literal["every event", "EMA", "FDA", "confirmed progression"]
NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str | Treatment) else value


TreatmentField = Annotated[
    InstanceOf[Regimen] | InstanceOf[Radiotherapy] | InstanceOf[Resection] | InstanceOf[Ablation],
    BeforeValidator(checked_treatment),
    PlainSerializer(str, return_type=str),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^((radiotherapy|resect|ablate) \S|\S+ (AUC [0-9.e+]+|[0-9.e+]+ \S+) \S)",
            "examples": [
                "nivolumab 3 mg/kg q2w",
                "nivolumab 1 mg/kg q3w x4, then 3 mg/kg q2w",
                "sunitinib 50 mg daily, 4 weeks on, 2 weeks off",
                "gemcitabine 1250 mg/m2 days 1,8 q3w x6",
                "radiotherapy 8 Gy x3 to liver lesions week 2",
                "resect primary day 0",
            ],
        }
    ),
]
Regimens = Annotated[tuple[TreatmentField, ...], BeforeValidator(_as_list)]
Stratifier = Annotated[ConditionField, AfterValidator(divides)]
MOST_STRATIFIERS = 5  # 32 strata; a block of each is soon more than a trial's subjects


class _UsualOrList:
    """In files, `usual` and `none` may stand for a list."""

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"anyOf": [{"enum": ["usual", "none"]}, handler(core)]}


class Subsequent(Record):
    """What a share of an arm's subjects receives after progression, or after the line before it.

    Without `duration_months` a line goes on until death or cut-off, if its sentences do. `then` says what follows a
    line of that duration; its shares are of those alive by then.
    """

    regimen: Regimens = Field(default=(), description="Treatments given together; [] for supportive care.")
    crossover_to: str | None = Field(default=None, description="Arm whose treatment is given, in place of a regimen.")
    share: Annotated[Real, Field(ge=0, le=1)] = Field(description="Share of the subjects alive after progression.")
    start_after_progression_days: Annotated[Whole, Field(ge=1, le=3650)] = Field(
        default=28, description="Days from progression, or from the end of the line before, to the first dose."
    )
    duration_months: Annotated[Real, Field(gt=0, le=240)] | None = Field(
        default=None, description="Months after which this line ends; null for no limit of its own."
    )
    then: tuple[Subsequent, ...] = Field(default=(), description="What follows this line; the rest gets none.")
    source: Checked | None = Field(default=None, description="checked, recalled or assumed.")
    note: str = Field(default="", description="What the source says, in its own count.")

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        problems = []
        if self.crossover_to is None and "regimen" not in self.model_fields_set:
            problems.append(Problem("regimen", "this key (treatments given together), or crossover_to", "nothing"))
        if self.crossover_to is not None and self.regimen:
            problems.append(Problem("crossover_to", "either crossover_to or a regimen", "both"))
        if self.then and self.duration_months is None:
            problems.append(Problem("duration_months", "the months after which the next line begins", "nothing"))
        problems += _share_problems("then", self.then)
        if problems:
            raise InputError(problems)
        return self

    def lines(self) -> Iterator[Subsequent]:
        """Yield this line and all that may follow it."""
        yield self
        for line in self.then:
            yield from line.lines()


def _share_problems(path: str, lines: tuple[Subsequent, ...]) -> list[Problem]:
    total = sum(line.share for line in lines)
    return [Problem(path, "shares of at most 1 together", shown(round(total, 6)))] if total > 1 + 1e-9 else []


class Arm(Record):
    """One arm: `Arm("mono", ["nivolumab 240 mg q2w"])`."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 +._-]{0,63}$")] = Field(description="Name of the arm.")
    regimen: Regimens = Field(description="Regimens given together; [] for an arm without active treatment.")
    allocation: Annotated[Real, Field(gt=0, le=100)] = Field(default=1, description="Weight in the randomisation.")
    subsequent: tuple[Subsequent, ...] = Field(default=(), description="What follows progression; the rest gets none.")
    treatment_beyond_progression: bool = Field(default=False, description="Whether treatment outlasts progression.")
    access: Access | None = Field(default=None, description="Who of this arm gets its treatment; else the protocol's.")
    published: Published | None = Field(default=None, description="What this arm did in the published trial.")
    note: str = Field(default="", description="What a reader must know about this arm.")

    def __init__(self, *positional: Any, **fields: Any) -> None:
        if len(positional) > 2:
            raise TypeError(f"Arm takes a name and a list of regimens by position, got {len(positional)} values")
        super().__init__(**dict(zip(("name", "regimen"), positional, strict=False)), **fields)

    @model_validator(mode="after")
    def _shares_add_up(self) -> Self:
        if problems := _share_problems("subsequent", self.subsequent):
            raise InputError(problems)
        return self

    @property
    def treatments(self) -> tuple[Treatment, ...]:
        """Every treatment given, in protocol treatment or after it, but for those of arms crossed over to."""
        later = (line for option in self.subsequent for line in option.lines())
        return (*self.regimen, *(treatment for line in later for treatment in line.regimen))

    @property
    def drugs(self) -> tuple[str, ...]:
        """Names of the drugs given, in protocol treatment or after it, each once."""
        return tuple(dict.fromkeys(one.drug for one in self.treatments if isinstance(one, Regimen)))


class _ArmsByName:
    """In files, arms are a mapping from their names; in Python, a list."""

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "object", "minProperties": 1, "additionalProperties": handler(core)["items"]}


def _arms_by_name(value: object) -> object:
    if not isinstance(value, dict):
        return value
    arms, problems = [], []
    for name, fields in value.items():
        try:
            arms.append(_named_arm(name, fields))
        except InputError as error:
            problems += [problem.under(str(name)) for problem in error.problems]
    if problems:
        raise InputError(problems)
    return arms


def _named_arm(name: object, fields: object) -> Arm:
    if not isinstance(fields, dict):
        raise InputError([Problem(expected="a mapping with the key regimen", got=shown(fields))])
    if "name" in fields:
        expected = "the name only as the key of the arm"
        raise InputError([Problem("name", expected, shown(fields["name"]), names_key=True)])
    return Arm(name, **fields)


class Protocol(Record):
    """A trial as it is planned.

    Rates and shares are fractions of 1. Study day 0 is the day of randomisation and of the first dose.
    """

    name: Annotated[str, Field(pattern=NAME)] = Field(default="trial", description="Short name; names the run folder.")
    title: str = Field(default="", description="What the trial asks, in one line.")
    indication: str = Field(description="Name of an indication of the catalogue, such as melanoma.")
    line: Annotated[str, Field(pattern=r"^[1-9]L$")] = Field(default="1L", description="Line of therapy: 1L, 2L.")
    setting: Setting = Field(
        default="metastatic",
        description="adjuvant: all that was visible was resected before day 0; all others start with visible lesions.",
    )
    subjects: Annotated[Whole, Field(ge=1, le=1_000_000)] = Field(description="Subjects enrolled, all arms together.")
    arms: Annotated[tuple[Arm, ...], BeforeValidator(_arms_by_name), _ArmsByName(), Field(min_length=1)] = Field(
        description="The arms by name."
    )
    scans: ScheduleField = Field(
        default=Schedule.parse("every 6 weeks x8, then every 12 weeks"),
        description="When lesions are measured after baseline.",
    )
    criteria: Criteria = Field(default="RECIST 1.1", description="Response criteria, such as iRECIST.")
    censoring: CensoringRule = Field(
        default="every event", description="How times to progression or recurrence are censored; see the endpoints."
    )
    management: Management = Field(default=Management(), description="How the clinic answers toxicity.")
    other_criteria: tuple[Criteria, ...] = Field(
        default=(), description="Further response criteria that the investigator's scans are assessed by."
    )
    imaging: ImagingCharter = Field(default=ImagingCharter(), description="How lesions are imaged and read.")
    accrual_months: Annotated[Real, Field(ge=0, le=240)] = Field(default=12, description="Months of enrolment.")
    accrual_ramp_months: Annotated[Real, Field(ge=0, le=240)] = Field(
        default=0, description="First months of the enrolment, over which its rate rises evenly from 0 to the full one."
    )
    follow_up_months: Annotated[Real, Field(gt=0, le=240)] = Field(
        default=36, description="Months from the last enrolment to the cut-off: the shortest follow-up."
    )
    dropout_per_year: Annotated[Real, Field(ge=0, lt=1)] = Field(
        default=0.02, description="Share of the subjects still followed that is lost to follow-up in a year."
    )
    withdrawal_per_year: Annotated[Real, Field(ge=0, lt=1)] = Field(
        default=0,
        description="Share of the subjects still followed that withdraws consent in a year, to follow-up, too.",
    )
    cutoff_months: Annotated[Real, Field(gt=0, le=480)] | None = Field(
        default=None, description="Months from the first enrolment to the cut-off, in place of follow_up_months."
    )
    access: Access = Field(default=Access(), description="Who gets treatment on time, late or never.")
    baseline: Baseline = Field(default=Baseline(), description="Who is enrolled, as far as published.")
    candidates: Literal["as enrolled"] | None = Field(
        default=None,
        description="as enrolled: who comes to be screened is like the baseline; left out: like all with the cancer.",
    )
    eligibility: tuple[ConditionField, ...] = Field(
        default=(), description="What every subject must be, such as ECOG <= 1, no brain metastases."
    )
    contraindications: Annotated[tuple[ConditionField, ...], BeforeValidator(excluded), _UsualOrList()] = Field(
        default=(), description="What no subject may be; usual: autoimmune disease and four more; none."
    )
    stratify: Annotated[tuple[Stratifier, ...], Field(max_length=MOST_STRATIFIERS)] = Field(
        default=(), description="Conditions that divide subjects into strata for randomisation and analysis."
    )
    contrasts: tuple[Contrast, ...] = Field(default=(), description="Published hazard ratios.")
    curves: tuple[Curve, ...] = Field(default=(), description="Published survival, month by month.")
    role: Literal["calibration", "validation"] | None = Field(
        default=None, description="What its figures are for: to be fitted, or only to be compared with."
    )
    registry: str = Field(default="", description="Registry number, such as NCT01721772.")
    sources: tuple[Citation, ...] = Field(default=(), description="Publications this protocol rests on.")
    note: str = Field(default="", description="How the protocol departs from the trial it stands for.")
    disclaimer: str = Field(default=DISCLAIMER, description="Printed on every report.")

    def __init__(self, /, **fields: Any) -> None:  # any form a field is written in: sentences, mappings, numbers
        super().__init__(**fields)

    @model_validator(mode="after")
    def _names_agree(self) -> Self:
        if problems := [*self._name_problems(), *self._time_problems()]:
            raise InputError(problems)
        return self

    def _name_problems(self) -> Iterator[Problem]:
        names = [arm.name for arm in self.arms]
        for number, name in enumerate(names):
            if name in names[:number]:
                yield Problem(f"arms[{number}].name", "each arm's name once", f"'{name}' again")
        for number, arm in enumerate(self.arms):
            for path, line in _with_paths(f"arms[{number}].subsequent", arm.subsequent):
                if line.crossover_to is not None and line.crossover_to not in names:
                    yield unknown(f"{path}.crossover_to", "arm", line.crossover_to, names)
        for number, contrast in enumerate(self.contrasts):
            for key in ("arm", "reference"):
                if getattr(contrast, key) not in names:
                    yield unknown(f"contrasts[{number}].{key}", "arm", getattr(contrast, key), names)
        for number, curve in enumerate(self.curves):
            if curve.arm not in names:
                yield unknown(f"curves[{number}].arm", "arm", curve.arm, names)
        for number, arm in enumerate(self.arms):
            for place, group in enumerate(arm.published.subgroups if arm.published else ()):
                if group.against and group.against not in names:
                    path = f"arms[{number}].published.subgroups[{place}].against"
                    yield unknown(path, "arm", group.against, names)

    def _time_problems(self) -> Iterator[Problem]:
        if self.accrual_ramp_months > self.accrual_months:
            expected = f"at most accrual_months, {self.accrual_months:g}"
            yield Problem("accrual_ramp_months", expected, f"{self.accrual_ramp_months:g}")
        if self.cutoff_months is not None and self.cutoff_months <= self.accrual_months:
            expected = f"a cut-off after the accrual of {self.accrual_months:g} months"
            yield Problem("cutoff_months", expected, f"{self.cutoff_months:g}")
        shortest, window = self.scans.shortest_interval, self.imaging.window_days
        if 2 * window >= shortest:
            expected = f"less than half the shortest interval between scans, {shortest} days"
            yield Problem("imaging.window_days", expected, str(window))

    def arm(self, name: str) -> Arm:
        """Return the arm of that name."""
        for arm in self.arms:
            if arm.name == name:
                return arm
        raise InputError([unknown("arms", "arm", name, [arm.name for arm in self.arms])])

    @property
    def reference(self) -> str:
        """Name of the arm that others are compared with: that of the first published contrast, else the last arm."""
        return self.contrasts[0].reference if self.contrasts else self.arms[-1].name

    def regimen_of(self, line: Subsequent) -> tuple[Treatment, ...]:
        """Return the treatments of a later line, which may be those of an arm crossed over to."""
        return line.regimen if line.crossover_to is None else self.arm(line.crossover_to).regimen

    @property
    def drugs(self) -> tuple[str, ...]:
        """Names of all drugs of all arms and lines, each once, in order of appearance."""
        return tuple(dict.fromkeys(drug for arm in self.arms for drug in arm.drugs))

    @property
    def procedures(self) -> tuple[Tag, ...]:
        """Tags of the kinds of procedure that any arm or line uses: radiotherapy, surgery, ablation."""
        used = {type(treatment) for arm in self.arms for treatment in arm.treatments}
        return tuple(kind.tag for kind in PROCEDURES.values() if kind in used)


def _with_paths(path: str, lines: tuple[Subsequent, ...]) -> Iterator[tuple[str, Subsequent]]:
    """Yield later lines of treatment and where each is in the document."""
    for number, line in enumerate(lines):
        yield f"{path}[{number}]", line
        yield from _with_paths(f"{path}[{number}].then", line.then)
