"""A figure as deterministic SVG text, for a file of its own or inside a page."""

from __future__ import annotations

import io
import re
import warnings
from html import escape
from pathlib import Path

import matplotlib
from matplotlib.figure import Figure

from abscopal.report.style import RC

FONTS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif"
RASTER_DPI = 160  # of the parts of a figure that have too many points for paths


def to_svg(figure: Figure) -> str:
    """SVG document of a figure: same figure, same bytes; text stays text, in the reader's system font."""
    out = io.StringIO()
    with matplotlib.rc_context(RC), warnings.catch_warnings():
        # Text is drawn by the reader's browser, so a letter missing from matplotlib's own font is no fault.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figure.savefig(out, format="svg", dpi=RASTER_DPI, metadata={"Date": None, "Creator": None})
    return _shortened(out.getvalue()).replace("'DejaVu Sans'", FONTS)


def to_inline_svg(figure: Figure, name: str, alternative: str) -> str:
    """Return the same figure as an element of a page, with ids of its own and a text for those who cannot see it.

    Parameters
    ----------
    figure
        What to draw.
    name
        Prefix of every id in the element, so that two figures in one page cannot meet.
    alternative
        What a screen reader says in place of the picture.
    """
    document = to_svg(figure)
    element = document[document.index("<svg") :]
    element = re.sub(r"<metadata>.*?</metadata>\s*", "", element, flags=re.DOTALL)
    element = re.sub(r'\sxmlns(:\w+)?="[^"]*"', "", element, count=2)
    element = element.replace("xlink:href=", "href=")
    element = _own_ids(element, name)
    return element.replace("<svg", f'<svg role="img" aria-label="{escape(alternative)}"', 1)


def write_svg(figure: Figure, path: Path) -> Path:
    """Write a figure as an SVG file and return the path."""
    path.write_text(to_svg(figure), encoding="utf-8", newline="\n")
    return path


def _shortened(document: str) -> str:
    """Round coordinates of paths and marks to 0.01 pt, a hundredth of a line's width."""

    def rounded(number: re.Match[str]) -> str:
        return f"{float(number.group()):.2f}".rstrip("0").rstrip(".")

    def in_attribute(attribute: re.Match[str]) -> str:
        return re.sub(r"-?\d+\.\d{3,}", rounded, attribute.group())

    return re.sub(r'\s(?:d|x|y)="[^"]*"', in_attribute, document)


def _own_ids(element: str, name: str) -> str:
    """Drop ids that nothing refers to and put `name` before the others; text between tags is left alone."""
    used = set(re.findall(r'(?:url\(#|\bhref="#)([^")]+)', element))

    def own(attribute: re.Match[str]) -> str:
        return f' id="{name}-{attribute[1]}"' if attribute[1] in used else ""

    def in_tag(tag: re.Match[str]) -> str:
        without = re.sub(r'\sid="([^"]*)"', own, tag.group())
        return re.sub(r'(url\(#|\bhref="#)', rf"\g<1>{name}-", without)

    return re.sub(r"<[^>]+>", in_tag, element)
