"""The gallery as one HTML page without scripts or network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import resources
from pathlib import Path

from abscopal import catalogue
from abscopal.errors import InputError, Problem
from abscopal.folders import Kind, singular
from abscopal.gallery.courses import Lives
from abscopal.gallery.drug_card import drug_card
from abscopal.gallery.indication_card import indication_card
from abscopal.gallery.mechanism_card import mechanism_card
from abscopal.gallery.parts import place
from abscopal.report.document import document
from abscopal.report.markup import Html, tag
from abscopal.report.page import NOT_ADVICE

SHOWN: tuple[Kind, ...] = ("mechanisms", "drugs", "indications")
Chosen = dict[Kind, list[str]]
Progress = Callable[[str, int, int], None]
"""Told what is being drawn, how many are done, and how many there are."""


def write_gallery(path: Path, names: Sequence[str] = (), progress: Progress = lambda *_: None) -> Path:
    """Write the gallery.

    Parameters
    ----------
    path
        The HTML file to write.
    names
        Mechanisms, drugs and indications to show; all of them if left out.
    progress
        Called before each entry.

    Raises
    ------
    InputError
        If a name is none of these.
    """
    chosen = _chosen(names)
    cards = _cards(chosen, progress)
    style = resources.files("abscopal.gallery").joinpath("gallery.css").read_text(encoding="utf-8")
    page = document("The gallery of Abscopal", _header(chosen), tag("main", _sections(chosen, cards)), style=style)
    path.write_text(page, encoding="utf-8", newline="\n")
    return path


def _chosen(names: Sequence[str]) -> Chosen:
    """Return the names of each kind that are shown."""
    if not names:
        return {kind: list(catalogue.names(kind)) for kind in SHOWN}
    wanted = dict.fromkeys(names)
    wrong = [name for name in wanted if catalogue.kind_of(name) not in SHOWN]
    if wrong:
        expected = "a mechanism, drug or indication"
        raise InputError(
            [Problem("NAME", expected, f"'{name}', one of the {catalogue.kind_of(name)}") for name in wrong]
        )
    return {kind: [name for name in wanted if name in catalogue.names(kind)] for kind in SHOWN}


def _cards(chosen: Chosen, progress: Progress) -> dict[Kind, list[Html]]:
    """Draw every entry."""
    lives, done = Lives(), 0
    cards: dict[Kind, list[Html]] = {kind: [] for kind in chosen}
    for kind, names in chosen.items():
        for name in names:
            progress(name, done, sum(map(len, chosen.values())))
            cards[kind].append(_card(kind, name, lives))
            done += 1
    return cards


def _card(kind: Kind, name: str, lives: Lives) -> Html:
    if kind == "mechanisms":
        return mechanism_card(name, lives)
    return drug_card(name) if kind == "drugs" else indication_card(name)


def _header(chosen: Chosen) -> Html:
    shown = {kind: names for kind, names in chosen.items() if names}
    counts = [f"{len(names)} {kind if len(names) > 1 else singular(kind)}" for kind, names in shown.items()]
    links = [tag("a", kind.capitalize(), href=f"#{kind}") for kind in shown]
    return tag(
        "header",
        tag("p", "Abscopal · gallery", class_="eyebrow"),
        tag("h1", "What the model is made of"),
        tag("p", " · ".join(counts), class_="facts"),
        tag("p", NOT_ADVICE, class_="notice", role="note"),
        tag("nav", links, aria_label="Sections"),
    )


def _sections(chosen: Chosen, cards: dict[Kind, list[Html]]) -> list[Html]:
    return [
        tag("section", tag("h2", kind.capitalize()), _index(kind, names), cards[kind], id=kind)
        for kind, names in chosen.items()
        if names
    ]


def _index(kind: Kind, names: Sequence[str]) -> Html:
    links = [tag("li", tag("a", name, href=f"#{place(kind, name)}")) for name in names]
    return tag("ul", links, class_="index")
