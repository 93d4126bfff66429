"""Names of the response criteria that a protocol may ask for, and why some are for measured lesions only.

The criteria themselves are in `abscopal.clinic`, which a protocol never sees; a test holds the two lists equal.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, WithJsonSchema

from abscopal.errors import InputError, Problem, shown, unknown

SIMULATED: tuple[str, ...] = (
    "RECIST 1.1",
    "iRECIST",
    "irRC",
    "irRECIST",
    "imRECIST",
    "PCWG3",
    "Lugano CT",
    "LYRIC",
)
"""Criteria by which the scans of a simulated trial can be read."""

MEASURED: dict[str, str] = {"mRECIST": "VIABLE_MM", "Lugano PET": "DEAUVILLE", "PERCIST 1.0": "SUL"}
"""Criteria that need a measure no simulated scan has, each with that column of a lesion table."""


def checked_criteria(name: str) -> str:
    """Return the name of criteria that a simulated trial can be read by, or raise what is wrong with it."""
    if name in SIMULATED:
        return name
    if name in MEASURED:
        what = f"criteria for simulated scans (one of {', '.join(SIMULATED)})"
        raise InputError(
            [Problem("", what, f"{shown(name)}, which needs {MEASURED[name]}, measured on real scans only")]
        )
    raise InputError([unknown("", "response criterion", name, (*SIMULATED, *MEASURED))])


Criteria = Annotated[str, AfterValidator(checked_criteria), WithJsonSchema({"type": "string", "enum": list(SIMULATED)})]
"""A field that holds the name of criteria for simulated scans."""
