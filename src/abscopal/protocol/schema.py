"""The JSON Schema of protocol files, for editors. `python -m abscopal.protocol.schema` writes it anew."""

from __future__ import annotations

import json
from pathlib import Path

from abscopal.protocol.protocol import Protocol

PATH = Path(__file__).with_name("protocol.schema.json")


def schema_text() -> str:
    """Return the schema as the file holds it."""
    schema = Protocol.model_json_schema(mode="validation")
    arm = schema["$defs"]["Arm"]
    del arm["properties"]["name"]  # in a file, the name is the key
    arm["required"].remove("name")
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Abscopal protocol"}
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PATH.write_text(schema_text(), encoding="utf-8")
