"""Access to treatment: shares of the subjects who never get the protocol's treatment, or get it late."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from abscopal.errors import InputError, Problem, shown
from abscopal.record import Real, Record, Whole

Share = Annotated[Real, Field(ge=0, le=1)]


class Access(Record):
    """Who gets the treatment that is planned, and when: `access: {untreated: 0.2, late: 0.3, late_weeks: 8}`."""

    untreated: Share = Field(default=0, description="Share of the subjects who get no treatment at all, of any line.")
    late: Share = Field(default=0, description="Share of the subjects whose treatment starts late.")
    late_weeks: Annotated[Whole, Field(ge=1, le=104)] = Field(
        default=8, description="Weeks from randomisation to the first dose of those treated late."
    )

    @model_validator(mode="after")
    def _shares_add_up(self) -> Self:
        total = self.untreated + self.late
        if total > 1 + 1e-9:
            expected = "shares of at most 1 together (untreated and late)"
            raise InputError([Problem("late", expected, shown(round(total, 6)))])
        return self
