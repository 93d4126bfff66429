"""Writing HTML so that a user's text can never become markup: whatever is not `Html` already is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape


class Html(str):
    """Text that is markup; anything else is escaped before it enters a page."""

    __slots__ = ()


Child = str | Html | Iterable["Child"]

_BRACKET = re.compile(r"^(.*) (\([^()]{1,24}\))$")
_VOID = {"meta", "br", "hr", "img"}


def tag(name: str, /, *children: Child, **attributes: str) -> Html:
    """Write one element.

    Parameters
    ----------
    name
        Element, such as `p`.
    children
        Plain strings are escaped, `Html` is kept, and lists are joined.
    attributes
        Values are escaped; a trailing underscore is dropped (`class_`) and others become hyphens (`aria_label`).
    """
    written = "".join(f' {_attribute_name(key)}="{escape(value)}"' for key, value in attributes.items())
    if name in _VOID:
        return Html(f"<{name}{written}>")
    return Html(f"<{name}{written}>{joined(children)}</{name}>")


def joined(children: Iterable[Child]) -> Html:
    """Children one after another, escaped where needed."""
    return Html("".join(_text(child) for child in children))


def table(header: Sequence[Child], rows: Iterable[Sequence[Child]], caption: str, **attributes: str) -> Html:
    """Write a table whose first column names the row; a row of one cell is a heading across all columns.

    A header of empty cells is left out and only says how many columns there are.
    """
    head = tag("thead", tag("tr", [tag("th", cell, scope="col") for cell in header])) if any(header) else ""
    body = tag("tbody", [_row(row, len(header)) for row in rows])
    inner = tag("table", tag("caption", caption), head, body, **attributes)
    return tag("div", inner, class_="scroll", tabindex="0", role="region", aria_label=caption)


def _row(cells: Sequence[Child], width: int) -> Html:
    if len(cells) == 1:
        return tag("tr", tag("th", cells[0], colspan=str(width), scope="rowgroup"), class_="group")
    return tag("tr", tag("th", cells[0], scope="row"), [tag("td", unbroken(cell)) for cell in cells[1:]])


def unbroken(cell: Child) -> Child:
    """Keep a bracketed interval or share at the end of a cell on one line."""
    found = _BRACKET.match(cell) if isinstance(cell, str) and not isinstance(cell, Html) else None
    return [found[1], " ", tag("span", found[2], class_="nb")] if found else cell


def _text(child: Child) -> str:
    if isinstance(child, Html):
        return str(child)
    return escape(child) if isinstance(child, str) else joined(child)


def _attribute_name(key: str) -> str:
    return key.rstrip("_").replace("_", "-")
