"""The card of a mechanism: what it is, when it is there, its plots, equations, parameters and ports."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from abscopal import catalogue
from abscopal.folders import module_of
from abscopal.gallery.courses import Lives, Shown, tumour
from abscopal.gallery.panels import Curve, curves_figure
from abscopal.gallery.parts import equations_of, listed, parameters_of, place, plots, prose
from abscopal.gallery.patient import SITES, Course
from abscopal.gallery.treatment import PROCEDURES, callers
from abscopal.language import Mechanism, ModelError
from abscopal.mechanisms import mechanisms, ports
from abscopal.report.markup import Child, Html, table, tag

MOST_PANELS = 4  # beside the comparison
MOST_SPECIES = 3  # of them, where there is something else to show: what follows from them is often what matters


@dataclass(frozen=True)
class Quantity:
    """Something that a mechanism says: its name, unit and meaning."""

    name: str
    unit: str
    meaning: str


def mechanism_card(name: str, lives: Lives) -> Html:
    """Return the card of a mechanism, or of a template that makes mechanisms for drugs and the like."""
    module = module_of(catalogue.path("mechanisms", name))
    text, here = (module.__doc__ or "").strip(), place("mechanisms", name)
    mechanism = getattr(module, "mechanism", None)
    if mechanism is None:
        facts = "A template: other files fill it in."
        return tag("section", tag("h3", name), tag("p", facts, class_="facts"), prose(text), class_="entry", id=here)
    return tag(
        "section",
        tag("h3", name),
        tag("p", when_part(mechanism), class_="facts"),
        prose(text),
        _plots(mechanism, lives),
        equations_of(mechanism),
        parameters_of(mechanism.parameters),
        _ports(mechanism),
        class_="entry",
        id=here,
    )


def when_part(mechanism: Mechanism) -> str:
    """Say in which models a mechanism is."""
    if not mechanism.when:
        return "Part of every model."
    return f"Part of a model with {'; or '.join(_called_by(tag) for tag in mechanism.when)}."


def _called_by(tag: str) -> str:
    """Say what brings a tag."""
    drugs, cancers = list(callers("drugs", [tag])), list(callers("indications", [tag]))
    bringing = f"a drug that feeds {tag}" if tag in ports() else f"a drug of the kind {tag}"
    said = [f"{bringing} ({listed(drugs, 6)})"] if drugs else []
    said = [tag] if drugs == [tag] else said
    said += [f"a cancer that is {tag} ({listed(cancers, 6)})"] if cancers else []
    said += [f"{tag} in its protocol"] if tag in PROCEDURES else []
    return ", or ".join(said) or f"the tag {tag}"


def _plots(mechanism: Mechanism, lives: Lives) -> Html:
    """Return the mechanism at work; where the model it belongs to does not stand, why not."""
    try:
        shown = lives.show(mechanism)
    except (ModelError, ValueError, LookupError, ArithmeticError) as error:
        return tag("p", f"No plot: {error}", class_="wrong")
    return plots(_figures(mechanism, shown), _caption(shown))


def _figures(mechanism: Mechanism, shown: Shown) -> Iterator[tuple[str, Figure, str]]:
    for quantity in most_telling(mechanism, shown.course):
        figure = _figure(quantity, shown.course)
        yield (
            f"{place('mechanisms', mechanism.name)}-{quantity.name}",
            figure,
            f"{quantity.name}: {quantity.meaning}, over a year.",
        )
    curves = [Curve("with", tumour(shown.course))]
    curves += [Curve(shown.other_words, shown.other, dashed=True)] if shown.other is not None else []
    figure = curves_figure("Living tumour", "mL", shown.course.days, curves)
    words = f"Living tumour over a year{' with and without it' if shown.other is not None else ''}."
    yield f"{place('mechanisms', mechanism.name)}-tumour", figure, words


def _figure(quantity: Quantity, course: Course) -> Figure:
    values = course.values[quantity.name]
    if values.ndim == 1:
        curves = [Curve("patient", values)]
    else:
        curves = [Curve(site, values[:, place]) for place, site in enumerate(SITES)]
    return curves_figure(quantity.name, quantity.unit, course.days, curves)


def most_telling(mechanism: Mechanism, course: Course) -> list[Quantity]:
    """Return what to plot: what changes before what stays; some species, then hazards, definitions and ports."""
    known = [quantity for quantity in _quantities(mechanism) if quantity.name in course.values]
    telling = [quantity for quantity in known if _changes(course, quantity.name)] or known
    species = [quantity for quantity in telling if quantity.name in course.model.species]
    others = [quantity for quantity in telling if quantity not in species]
    return [*species[:MOST_SPECIES], *others, *species[MOST_SPECIES:]][:MOST_PANELS]


def _quantities(mechanism: Mechanism) -> Iterator[Quantity]:
    yield from (Quantity(part.name, part.unit, part.meaning) for part in mechanism.species)
    yield from (Quantity(part.name, "1/day", part.meaning) for part in mechanism.hazards)
    yield from (Quantity(part.name, part.unit, part.meaning) for part in mechanism.definitions)
    yield from (Quantity(part.name, part.unit, part.meaning) for part in mechanism.ports)
    for part in mechanism.contributions:
        port = ports()[part.port]
        yield Quantity(f"{port.name}_from_{mechanism.name}", port.unit, port.meaning)


def _changes(course: Course, name: str) -> bool:
    values = course.values[name]
    return bool(np.ptp(values, axis=0).max() > 1e-3 * np.abs(values).max())


def _caption(shown: Shown) -> str:
    words = f"under {shown.example.words}" if shown.example.drugs or shown.example.given.procedures else "untreated"
    if shown.example.tags and not shown.example.given.procedures:
        words = shown.example.words
    said = f"The typical patient, {words}, for a year: values of the model, a lesion in the lung and one in the liver."
    if shown.example.given.procedures:
        return f"{said} Dashed: the same patient without the procedure."
    if shown.other is not None:
        return f"{said} Dashed: the same patient, the mechanism switched off on day 0."
    return f"{said} No comparison: {shown.other_words}."


def _ports(mechanism: Mechanism) -> list[Child]:
    """Return what others can act on, and what it acts on itself."""
    found: list[Child] = []
    if mechanism.ports:
        rows = [
            [tag("code", port.name), port.per, port.combine, "" if port.unit == "1" else port.unit, port.meaning,
             listed([*_feeders(port.name), *callers("drugs", [port.name])], 8) or "nobody"]
            for port in mechanism.ports
        ]  # fmt: skip
        found.append(table(["Port", "Of the", "Combines by", "Unit", "Meaning", "Fed by"], rows, "Ports it offers"))
    if mechanism.contributions:
        owners = {port.name: one.name for one in mechanisms().values() for port in one.ports}
        fed = dict.fromkeys(part.port for part in mechanism.contributions)
        links = [["; " if number else "", *_of(name, owners[name])] for number, name in enumerate(fed)]
        found.append(tag("p", "It acts on ", links, ".", class_="facts"))
    return found


def _of(port: str, owner: str) -> list[Child]:
    return [tag("code", port), " of ", tag("a", owner, href=f"#{place('mechanisms', owner)}")]


def _feeders(port: str) -> list[str]:
    return [name for name, one in mechanisms().items() if any(part.port == port for part in one.contributions)]
