"""A schedule as a field of a record: a sentence in files, a `Schedule` in Python."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, InstanceOf, PlainSerializer, WithJsonSchema

from abscopal.errors import InputError, Problem, shown
from abscopal.protocol.schedule import Schedule


def _schedule(value: object) -> object:
    if isinstance(value, Schedule):
        return value
    if not isinstance(value, str):
        raise InputError([Problem(expected="a schedule as text", got=shown(value))])
    return Schedule.parse(value)


ScheduleField = Annotated[
    InstanceOf[Schedule],
    BeforeValidator(_schedule),
    PlainSerializer(str, return_type=str),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^(week|day|every) ",
            "examples": ["every 6 weeks x8, then every 12 weeks"],
        }
    ),
]
