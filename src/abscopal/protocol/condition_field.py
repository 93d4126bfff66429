"""A condition as a field of a record: a sentence in files, a `Condition` in Python."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, InstanceOf, PlainSerializer, WithJsonSchema

from abscopal.protocol.condition import Condition, read_condition

ConditionField = Annotated[
    InstanceOf[Condition],
    BeforeValidator(read_condition),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "examples": ["ECOG <= 1", "PDL1 >= 50 %", "no brain metastases"]}),
]
