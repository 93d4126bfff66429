"""The card of a drug: what it is, its concentration under the first regimen, equations and numbers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from matplotlib.figure import Figure

from abscopal import catalogue
from abscopal.drugs.drug import Drug
from abscopal.gallery.compare import alone
from abscopal.gallery.panels import Curve, curves_figure
from abscopal.gallery.parts import equations_of, listed, parameters_of, place, plots
from abscopal.gallery.patient import blank, live
from abscopal.gallery.treatment import under
from abscopal.language import Mechanism, Parameter
from abscopal.mechanisms import mechanisms, ports
from abscopal.report.markup import Child, Html, table, tag

DAYS = np.linspace(0.0, 84.0, 337)  # quarters of a day


def drug_card(name: str) -> Html:
    """Return the card of a drug."""
    drug = catalogue.drug(name)
    facts = f"{drug.modality.replace('_', ' ')} · {drug.group} · acts on {drug.target} · {listed(drug.regimens, 4)}"
    mechanism = drug.mechanism()
    return tag(
        "section",
        tag("h3", drug.title),
        tag("p", facts, class_="facts"),
        _direct(drug) if drug.kinetics.form == "direct" else _concentration(drug, mechanism),
        _effects(drug),
        equations_of(mechanism),
        parameters_of([*mechanism.parameters, *_set(drug)], _spread(drug)),
        class_="entry",
        id=place("drugs", name),
    )


def _direct(drug: Drug) -> Html:
    """Say which species a dose enters, and where that is shown."""
    into = drug.kinetics.into
    owner = next(one.name for one in mechanisms().values() if any(s.name == into for s in one.species))
    return tag(
        "p", "A dose enters ", tag("code", into), " of ", tag("a", owner, href=f"#{place('mechanisms', owner)}"), "."
    )


def _concentration(drug: Drug, mechanism: Mechanism) -> Html:
    caption = f"In a man of 80 kg under {drug.regimens[0]}; values of the file."
    return plots(_figures(drug, mechanism), caption)


def _figures(drug: Drug, mechanism: Mechanism) -> Iterator[tuple[str, Figure, str]]:
    model = alone(mechanism)
    if model is None:
        raise ValueError(f"the kinetics of {drug.name} do not stand by themselves")
    course = live(blank(model, [drug]), under(drug).given, DAYS)
    plasma = course.values[f"{drug.symbol}_concentration"]
    figure = curves_figure("Concentration in plasma", "mg/L", DAYS, [Curve("plasma", plasma)])
    yield (
        f"{place('drugs', drug.name)}-concentration",
        figure,
        f"Concentration of {drug.name} in plasma over twelve weeks.",
    )


def _effects(drug: Drug) -> Child:
    rows = [
        [tag("code", effect.port), effect.form, effect.site or ports()[effect.port].per, effect.driver or "any",
         ports()[effect.port].meaning]
        for effect in drug.effects
    ]  # fmt: skip
    return table(["Acts on the port", "As", "In", "Tumours", "Which is"], rows, "Effects") if rows else ""


def _spread(drug: Drug) -> dict[str, float]:
    return {f"{drug.symbol}_{key}": fact.value for key, fact in drug.spread.items()}


def _set(drug: Drug) -> list[Parameter]:
    """Return the parameters of other mechanisms that the drug sets."""
    known = {one.name: one for mechanism in mechanisms().values() for one in mechanism.parameters}
    return [
        Parameter(name, fact.value, known[name].unit, known[name].meaning, fact.origin(drug.sources), fact.range)
        for name, fact in drug.parameters.items()
    ]
