"""How the clinic answers toxicity: which rules it follows, and how often it looks."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from abscopal.protocol.schedule_field import ScheduleField
from abscopal.record import Record


class Management(Record):
    """Management of toxicity in every arm and line of a trial."""

    immune: Literal["ASCO 2021", "none"] = Field(
        default="ASCO 2021",
        description="Rules for immune-related events and cytokine release: hold, stop, steroids; none: nobody acts.",
    )
    doses: Literal["label", "none"] = Field(
        default="label", description="Whether doses are delayed and reduced for toxicity, as labels say."
    )
    growth_factors: Literal["none", "primary", "secondary"] = Field(
        default="none", description="Filgrastim: never, from the first cycle where it is due, or after an infection."
    )
    monitoring: ScheduleField | None = Field(
        default=None, description="Safety visits with blood tests during treatment, beside those of doses and scans."
    )
    labs: bool = Field(default=False, description="Whether every laboratory value is kept, as table ADLB.")
