"""An HTML document of the reports' look: one file that needs no network and runs no script."""

from __future__ import annotations

from importlib import resources

from abscopal.report.markup import Child, Html, tag

# Nothing is loaded and nothing runs, even if a table's text were to carry markup.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"


def document(title: str, *body: Child, style: str = "") -> str:
    """Return the text of a page: its title, its content, and style beyond that of every page."""
    css = resources.files("abscopal.report").joinpath("page.css").read_text(encoding="utf-8")
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", **{"http-equiv": "Content-Security-Policy"}, content=POLICY),
        tag("title", title),
        tag("style", Html(css + style)),
    )
    return f'<!DOCTYPE html>\n<html lang="en">{head}{tag("body", *body)}</html>\n'
