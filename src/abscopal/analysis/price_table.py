"""The user's table of prices and utilities: what a trial's resources cost and what its health states are worth.

None of these numbers is built in. A number may be bare (`visit: 180`), and is then the reader's own, or a fact with its
source (`{value: 180, source: assumed, derived: ...}`), as everywhere else; both are listed with the results.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator

from abscopal.errors import InputError, Problem, did_you_mean, shown
from abscopal.fact import Citation, Fact
from abscopal.record import Real, Record, Whole, read_record
from abscopal.sources import Source

USER = "user"
"""Source of a bare number."""


def _fact(value: object) -> object:
    """Take a bare number as the user's own."""
    bare = isinstance(value, int | float) and not isinstance(value, bool)
    return {"value": value, "source": USER} if bare else value


Amount = Annotated[Fact, BeforeValidator(_fact)]
Grade = Annotated[str, Field(pattern="^[1-5]$")]
NOTHING = Fact(value=0.0, source=USER, where="", derived="")


class Vial(Record):
    """A vial, tablet or other whole package that is opened for one dose."""

    mg: Annotated[Real, Field(gt=0)] = Field(description="Content, mg.")
    price: Amount = Field(description="Price of the whole.")


class DrugPrice(Record):
    """Price of a drug or procedure: of its vials, its milligrams, its doses or its days, whichever is given."""

    vials: tuple[Vial, ...] = Field(default=(), description="Vials or tablets; a dose costs the cheapest cover.")
    per_mg: Amount | None = Field(default=None, description="Price of a mg, nothing being wasted.")
    per_dose: Amount | None = Field(default=None, description="Price of a dose, fraction or operation, of any size.")
    per_day: Amount | None = Field(default=None, description="Price of a day of daily intake, at any dose.")
    administration: str = Field(default="", description="Key of `administration`; empty for none.")

    @model_validator(mode="after")
    def _has_one_price(self) -> Self:
        given = [key for key in ("vials", "per_mg", "per_dose", "per_day") if getattr(self, key)]
        if len(given) != 1:
            expected = "exactly one of vials, per_mg, per_dose and per_day"
            raise InputError([Problem(expected=expected, got=" and ".join(given) or "nothing")])
        return self


class ByGrade(Record):
    """A number for each episode of an adverse event: of its term if that is listed, else of its grade; else 0.

    A fatal episode (grade 5) counts as one of grade 4 where grade 5 is not listed.
    """

    by_grade: dict[Grade, Amount] = Field(default={}, description="Of any event, by the grade of the episode.")
    terms: dict[str, dict[Grade, Amount]] = Field(default={}, description="Of one event (AETERM), by grade.")

    def of(self, term: str, grade: int) -> float:
        """Return the number of an episode of this term and grade."""
        table = self.terms.get(term, self.by_grade)
        found = table.get(str(grade)) or (table.get("4") if grade == 5 else None)
        return 0.0 if found is None else found.value


class Disutilities(ByGrade):
    """What an episode takes from the utility while it lasts."""

    longest_days: Annotated[Whole, Field(ge=1)] | None = Field(
        default=None, description="An episode counts for at most so many days; null: until it is seen to be gone."
    )


class NearDeath(Record):
    """The last days of life."""

    days: Annotated[Whole, Field(ge=1, le=3650)] = Field(description="The last so many days before death.")
    utility: Amount = Field(description="Utility in them, where that of the state is not lower anyway.")


class Utilities(Record):
    """Utility of each health state: 1 full health, 0 as bad as death."""

    on_treatment: Amount = Field(description="Progression-free, under protocol treatment.")
    off_treatment: Amount = Field(description="Progression-free, protocol treatment over.")
    progressed: Amount = Field(description="After progression.")
    near_death: tuple[NearDeath, ...] = Field(default=(), description="Bands of time before death.")


class CarePrices(Record):
    """Care that goes on whatever is given: per month of 30.4375 days in a state."""

    progression_free: Amount = NOTHING
    progressed: Amount = NOTHING


class Discount(Record):
    """Yearly discount rates."""

    costs: Annotated[Real, Field(ge=0, le=0.2)] = 0.0
    effects: Annotated[Real, Field(ge=0, le=0.2)] = 0.0


class PriceTable(Record):
    """Prices, utilities and how to count them: the user's, never ours."""

    title: str = Field(default="", description="Whose prices these are.")
    currency: Annotated[str, Field(min_length=1, max_length=8)] = Field(description="Such as EUR.")
    year: Annotated[Whole, Field(ge=1980, le=2100)] = Field(description="Year of the prices.")
    sources: dict[str, Citation] = Field(default={}, description="Publications that numbers name by their key.")
    drugs: dict[str, DrugPrice] = Field(description="By name as in EXTRT: drugs, RADIOTHERAPY, RESECTION, ABLATION.")
    vials_shared: bool = Field(default=False, description="Whether what is left in a vial is given to somebody else.")
    dose_rounding: Annotated[Real, Field(ge=0, le=0.2)] = Field(
        default=0.0, description="Share by which a dose may be rounded down to fit its vials."
    )
    administration: dict[str, Amount] = Field(default={}, description="Once per subject, day and kind.")
    visit: Amount = Field(default=NOTHING, description="A day with a dose, a scan or a laboratory value.")
    scan: Amount = Field(default=NOTHING, description="A tumour assessment after baseline.")
    care_per_month: CarePrices = Field(default=CarePrices(), description="Care that goes on, by health state.")
    toxicity: ByGrade = Field(default=ByGrade(), description="An episode, on the day it is first seen.")
    toxicity_includes_drugs: bool = Field(
        default=True, description="Whether those prices include the drugs given against toxicity (table ADCM)."
    )
    subsequent_therapy: Amount | None = Field(
        default=None, description="Of all later lines together, on their first day; null: by the doses given."
    )
    end_of_life: Amount = Field(default=NOTHING, description="On the day of death.")
    utilities: Utilities
    disutilities: Disutilities = Disutilities()
    discount: Discount = Discount()
    threshold: Amount | None = Field(default=None, description="Willingness to pay for a QALY.")

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        problems = [*_value_problems(self), *_source_problems(self), *_administration_problems(self)]
        if problems:
            raise InputError(problems)
        return self

    def facts(self) -> dict[str, Fact]:
        """Return every number of the table by its path."""
        return dict(_facts("", self))

    def origin(self, fact: Fact) -> Source:
        """Return where a number comes from; a bare one is the user's."""
        if fact.source == USER:
            return Source("the price table's own, without a source", grade="assumed")
        return fact.origin(self.sources)


def read_prices(path: str | Path) -> PriceTable:
    """Read a price table.

    Raises
    ------
    InputError
        With every problem of the file.
    """
    return read_record(path, PriceTable)


def _facts(path: str, value: Any) -> Iterator[tuple[str, Fact]]:
    if isinstance(value, Fact):
        yield path, value
    elif isinstance(value, Record):
        for name in type(value).model_fields:
            yield from _facts(f"{path}.{name}" if path else name, getattr(value, name))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _facts(f"{path}.{key}", item)
    elif isinstance(value, tuple):
        for number, item in enumerate(value):
            yield from _facts(f"{path}[{number}]", item)


def _value_problems(table: PriceTable) -> Iterator[Problem]:
    for path, fact in table.facts().items():
        low, high = (-1.0, 1.0) if path.startswith("utilities") else (0.0, None)
        if path.startswith("disutilities"):
            high = 2.0
        if fact.value < low or (high is not None and fact.value > high):
            expected = f"at least {low:g}" if high is None else f"a number from {low:g} to {high:g}"
            yield Problem(path, expected, f"{fact.value:g}")
        if fact.range is not None and not fact.range[0] <= fact.value <= fact.range[1]:
            yield Problem(path, f"a number in {list(fact.range)}", f"{fact.value:g}")


def _source_problems(table: PriceTable) -> Iterator[Problem]:
    for path, fact in table.facts().items():
        if fact.source in ("assumed", "fitted") and len(fact.derived) < 10:
            yield Problem(f"{path}.derived", "the reason for this assumption", shown(fact.derived))
        elif fact.source not in (USER, "assumed", "fitted", *table.sources):
            known = [*table.sources, "assumed"]
            guess = did_you_mean(fact.source, known)
            yield Problem(f"{path}.source", f"one of {', '.join(known)}", f"'{fact.source}'", guess)


def _administration_problems(table: PriceTable) -> Iterator[Problem]:
    for name, price in table.drugs.items():
        if price.administration and price.administration not in table.administration:
            known = ", ".join(table.administration) or "there are none"
            guess = did_you_mean(price.administration, table.administration)
            expected = f"a key of administration ({known})"
            yield Problem(f"drugs.{name}.administration", expected, f"'{price.administration}'", guess)
