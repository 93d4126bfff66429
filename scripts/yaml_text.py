"""YAML as the data files of this package are written: one number to a line, with its range and source."""

from __future__ import annotations

import json
from typing import Any


def written(part: Any, indent: int = 0) -> str:
    """Return YAML with one number to a line."""
    lines, pad = [], "  " * indent
    for key, value in part.items():
        if isinstance(value, dict) and not _flat(value):
            lines.append(f"{pad}{key}:\n{written(value, indent + 1)}")
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            items = [written(item, indent + 2) for item in value]
            lines.append(f"{pad}{key}:\n" + "\n".join(f"{pad}  - {item.lstrip()}" for item in items))
        else:
            lines.append(f"{pad}{key}: {_inline(value)}")
    return "\n".join(lines)


def _flat(value: dict[str, Any]) -> bool:
    return not any(isinstance(inner, dict | list) for key, inner in value.items() if key != "range")


def _inline(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_inline(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_inline(inner) for inner in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:g}"
    text = str(value)
    return json.dumps(text, ensure_ascii=False) if any(sign in text for sign in ":,[]{}#'\"&*") else text
