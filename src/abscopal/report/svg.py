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
RASTER_DPI = 200  # of the parts of a figure that have too many points for paths


def to_svg(figure: Figure) -> str:
    """SVG document of a figure: same figure, same bytes; text stays text, in the reader's system font."""
    out = io.StringIO()
    with matplotlib.rc_context(RC), warnings.catch_warnings():
        # Text is drawn by the reader's browser, so a letter missing from matplotlib's own font is no fault.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figure.savefig(out, format="svg", dpi=RASTER_DPI, metadata={"Date": None, "Creator": None})
    return out.getvalue().replace("'DejaVu Sans'", FONTS)


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
    element = _prefix_ids(element, name)
    return element.replace("<svg", f'<svg role="img" aria-label="{escape(alternative)}"', 1)


def write_svg(figure: Figure, path: Path) -> Path:
    """Write a figure as an SVG file and return the path."""
    path.write_text(to_svg(figure), encoding="utf-8", newline="\n")
    return path


def _prefix_ids(element: str, name: str) -> str:
    """Put `name` before every id and every reference to one; text between tags is left alone."""

    def in_tag(tag: re.Match[str]) -> str:
        return re.sub(r'(\bid="|url\(#|\bhref="#)', rf"\g<1>{name}-", tag.group())

    return re.sub(r"<[^>]+>", in_tag, element)
