"""How lesions are imaged and read: modality, slices, readers, missed and shifted scans."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from abscopal.record import Real, Record, Whole

Modality = Literal["CT", "MRI", "PET-CT", "bone scan"]
Share = Annotated[Real, Field(ge=0, le=1)]


class ImagingCharter(Record):
    """How lesions are imaged and read: `imaging: {modality: {bone: PET-CT}, readers: 2, window_days: 7}`.

    The defaults are an ideal clinic: every scan takes place on its day, and the investigator reads it.
    """

    modality: dict[str, Modality] = Field(
        default={}, description="By organ, where not the usual: MRI of brain, meninges and marrow, CT of all else."
    )
    slice_mm: Annotated[Real, Field(gt=0, le=20)] = Field(
        default=5, description="Thickness of the slices of CT; above 5 mm a target must be twice as large as that."
    )
    readers: Literal[1, 2] = Field(
        default=1,
        description="2: two blinded readers and an adjudicator assess the scans beside the investigator, who treats.",
    )
    intra_reader: Annotated[Real, Field(ge=0, le=1)] | None = Field(
        default=None, description="Standard deviation of log diameter within a reader; null for the published one."
    )
    between_readers: Annotated[Real, Field(ge=0, le=1)] | None = Field(
        default=None, description="Further standard deviation between readers; null for the published one."
    )
    missed: Share = Field(default=0, description="Share of the scans after baseline that do not take place.")
    missed_when_ill: Share = Field(
        default=0, description="Share missed beside those at a performance status of 2 or worse on that day."
    )
    window_days: Annotated[Whole, Field(ge=0, le=60)] = Field(
        default=0,
        description="Scans fall evenly on the days from so many before their planned day to so many after it.",
    )
