"""The JSON Schema of protocol files, for editors. `python -m abscopal.protocol.schema` writes it anew."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from abscopal.protocol.protocol import Protocol

PATH = Path(__file__).with_name("protocol.schema.json")

_KEYWORDS = {"gt": "exclusiveMinimum", "ge": "minimum", "lt": "exclusiveMaximum", "le": "maximum"}


def schema_text() -> str:
    """Return the schema as the file holds it."""
    schema = _in_json_words(Protocol.model_json_schema(mode="validation"))
    schema["properties"]["scans"]["default"] = str(Protocol.model_fields["scans"].default)
    arm = schema["$defs"]["Arm"]
    del arm["properties"]["name"]  # in a file, the name is the key
    arm["required"].remove("name")
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Abscopal protocol"}
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def _in_json_words(value: Any) -> Any:
    """Rename limits that pydantic leaves in its own words where a check comes before them."""
    if isinstance(value, dict):
        return {_KEYWORDS.get(key, key): _in_json_words(item) for key, item in value.items()}
    return [_in_json_words(item) for item in value] if isinstance(value, list) else value


if __name__ == "__main__":
    PATH.write_text(schema_text(), encoding="utf-8")
