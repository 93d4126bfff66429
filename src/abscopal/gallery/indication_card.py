"""The card of a cancer: where its lesions sit, what its tumours depend on, what it was fitted to."""

from __future__ import annotations

from abscopal import catalogue
from abscopal.gallery.panels import bars_figure
from abscopal.gallery.parts import listed, place, plots, source
from abscopal.indications.indication import Indication
from abscopal.report.markup import Html, table, tag


def indication_card(name: str) -> Html:
    """Return the card of a cancer."""
    indication = catalogue.indication(name)
    weights = {organ: fact.value for organ, fact in indication.sites.items()}
    shares = {organ: weight / sum(weights.values()) for organ, weight in weights.items()}
    figure = bars_figure("Where its lesions sit", shares)
    return tag(
        "section",
        tag("h3", indication.title),
        tag("p", _facts(indication), class_="facts"),
        plots(
            [(f"{place('indications', name)}-sites", figure, "Share of lesions in each organ.")],
            "Share of lesions by organ.",
        ),
        _numbers(indication),
        class_="entry",
        id=place("indications", name),
    )


def _facts(indication: Indication) -> str:
    fitted = f"fitted to {', '.join(indication.calibration)}" if indication.calibration else "not fitted to any trial"
    traits = [*indication.subtypes, *indication.drivers]
    return f"{', '.join(indication.tags)} · {fitted}" + (f" · told apart by {listed(traits)}" if traits else "")


def _numbers(indication: Indication) -> Html:
    """Return every number of the file with its source, folded away."""
    facts = indication.facts()
    rows = [[tag("code", path), f"{fact.value:g}", source(fact.origin(indication.sources))] for path, fact in facts]
    written = table(["Number", "Value", "Source"], rows, "Numbers of the file")
    return tag("details", tag("summary", f"{len(facts)} numbers"), written)
