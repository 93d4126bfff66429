"""What cards of the gallery have in common: equations, tables of parameters, plots in the page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import quote

from matplotlib.figure import Figure

from abscopal.folders import Kind, singular
from abscopal.language import Mechanism, Parameter, Source
from abscopal.language.equations import equations
from abscopal.language.to_mathml import line_to_mathml
from abscopal.report.markup import Child, Html, joined, table, tag
from abscopal.report.provenance import DOI
from abscopal.report.svg import to_inline_svg

OPEN_UP_TO = 12  # equations; more are folded away


def place(kind: Kind, name: str) -> str:
    """Return the id of an entry in the page; a drug and a mechanism may be called alike."""
    return f"{singular(kind)}-{name}"


def equations_of(mechanism: Mechanism) -> Html:
    """Return every equation of a mechanism as MathML; folded away where they are many."""
    lines = [Html(line_to_mathml(line)) for line in equations(mechanism)]
    if not lines:
        return Html("")
    written = tag("div", lines, class_="equations")
    head = tag("summary", f"{len(lines)} equations" if len(lines) > 1 else "Equation")
    return tag("details", head, written, **({"open": "open"} if len(lines) <= OPEN_UP_TO else {}))


def parameters_of(parameters: Sequence[Parameter], spread: Mapping[str, float] | None = None) -> Html:
    """Return the table of parameters, each with unit, range and source.

    Parameters
    ----------
    parameters
        In the order of the table.
    spread
        Standard deviation of the log between patients by name, where a parameter has it elsewhere than with itself.
    """
    if not parameters:
        return Html("")
    known = {one.name: one.spread for one in parameters if one.spread} | dict(spread or {})
    rows: list[list[Child]] = [
        [
            tag("code", one.name),
            tag("span", f"{_number(one.value)} {_unit(one.unit)}", class_="nb"),
            tag("span", " to ".join(map(_number, one.range)), class_="nb") if one.range else "",
            f"{known[one.name]:g}" if one.name in known else "",
            [one.meaning, " (each lesion)" if one.per == "lesion" else ""],
            source(one.source),
        ]
        for one in parameters
    ]
    header: list[Child] = ["Parameter", "Value", "Range", "Spread", "Meaning", "Source"]
    if not known:
        header, rows = _dropped(header, 3), [_dropped(row, 3) for row in rows]
    return table(header, rows, "Parameters")


def _dropped(cells: Sequence[Child], place: int) -> list[Child]:
    return [cell for number, cell in enumerate(cells) if number != place]


def source(origin: Source) -> Child:
    """Return where a number comes from, with its grade."""
    where = f", {origin.where}" if origin.where else ""
    told = f"; {origin.derived}" if origin.derived else ""
    grade = tag("span", origin.grade, class_=f"mark {origin.grade}")
    return [origin.citation, where, _doi(origin.doi), told, " ", grade]


def _doi(doi: str) -> Child:
    if not DOI.match(doi):
        return f", doi:{doi}" if doi else ""
    address = f"https://doi.org/{quote(doi, safe='/:;()._-')}"
    return [", ", tag("a", f"doi:{doi}", href=address, rel="noopener noreferrer")]


def plots(figures: Iterable[tuple[str, Figure, str]], caption: str) -> Html:
    """Return plots side by side; each is an id of the page, a figure, and words for those who cannot see it."""
    drawn = [tag("div", Html(to_inline_svg(figure, name, words))) for name, figure, words in figures]
    return tag("figure", tag("div", drawn, class_="plots"), tag("figcaption", caption)) if drawn else Html("")


def prose(text: str) -> Html:
    """Return the paragraphs of a module's text, indented ones as they stand."""
    blocks = [block for block in text.strip().split("\n\n") if block.strip()]
    return joined(
        [tag("pre", _dedented(block)) if block.startswith("    ") else tag("p", _words(block)) for block in blocks]
    )


def _words(text: str) -> list[Child]:
    """Return a paragraph with what stands in backticks as code."""
    return [tag("code", part) if place % 2 else part for place, part in enumerate(text.split("`"))]


def _dedented(block: str) -> str:
    return "\n".join(line.removeprefix("    ") for line in block.splitlines())


def listed(names: Iterable[str], most: int = 12) -> str:
    """Return names separated by commas; how many more there are where they are many."""
    every = list(names)
    more = f" and {len(every) - most} more" if len(every) > most else ""
    return ", ".join(every[:most]) + more


def _number(value: float) -> str:
    if value == 0 or 1e-3 <= abs(value) < 1e5:
        return f"{value:.4g}" if abs(value) < 1e4 else f"{value:g}"
    mantissa, exponent = f"{value:.3e}".split("e")
    return f"{float(mantissa):g}e{int(exponent)}"


def _unit(unit: str) -> str:
    return "" if unit == "1" else unit.replace("*", " ")
