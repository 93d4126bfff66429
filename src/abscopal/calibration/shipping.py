"""What a calibration leaves behind: its numbers, its draws and its page; and, for the catalogue, fitted values."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from abscopal import catalogue
from abscopal.calibration.calibrate import Calibration
from abscopal.calibration.page import calibration_page
from abscopal.indications.posterior import OUTSIDE
from abscopal.runs.files import write_json, write_text

NUMBERS, DRAWS, PAGE = "calibration.json", "posterior.csv", "calibration.html"
SAME = 1e-5  # draws are written to six digits


def save(found: Calibration, folder: Path) -> None:
    """Write `calibration.json`, `posterior.csv` and `calibration.html`."""
    write_json(folder / NUMBERS, found.plain())
    found.posterior.save(folder / DRAWS)
    write_text(folder / PAGE, calibration_page(found))


def compared(found: Calibration) -> str:
    """Say whether these draws are the shipped ones."""
    shipped = catalogue.posterior(found.recipe.indication)
    if shipped is None:
        return "No posterior of this indication is shipped."
    own = found.posterior
    if own.paths != shipped.paths or own.values.shape != shipped.values.shape:
        return "The shipped posterior is of another recipe."
    away = np.abs(own.values / shipped.values - 1.0).max()
    if away < SAME:
        return "This is the shipped posterior, number for number."
    return f"The shipped posterior differs, by up to {away:.1%} of a value: another recipe, seed, model or processor."


def ship_fit(found: Calibration) -> list[str]:
    """Write the posterior and the fitted values into the catalogue; return what is left to be written by hand."""
    name = found.recipe.indication
    file = catalogue.path("indications", name)
    found.posterior.save(file.with_suffix(".posterior.csv"))
    reason = f"abscopal calibrate {name}: {', '.join(found.recipe.protocols) or 'as those of fitted cancers'}"
    own = {path: value for path, value in found.values.items() if path.split(".")[0] not in OUTSIDE}
    _write(file, own, reason, protocols=found.recipe.protocols)
    left = []
    for path, value in found.values.items():
        first, *rest = path.split(".")
        if first == "drugs":
            _write(catalogue.path("drugs", rest[0]), {rest[1]: value}, reason, _of_drug)
        elif first == "shared":
            mechanism = _mechanism_of(rest[0])
            left.append(f"write by hand: {rest[0]} = {value:.4g} in {mechanism}, source: {reason}")
    return left


def _write(
    file: Path,
    values: dict[str, float],
    reason: str,
    find: Callable[[Any, str], Any] | None = None,
    protocols: list[str] | None = None,
) -> None:
    """Put values into a file, leaving the rest of its text as it is."""
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.width = 400
    document = yaml.load(file.read_text(encoding="utf-8"))
    for path, value in values.items():
        fact = (find or _at)(document, path)
        fact["value"], fact["source"], fact["derived"] = float(f"{value:.4g}"), "fitted", reason
        for key in ("grade", "where"):
            fact.pop(key, None)
    if protocols is not None:
        document["calibration"].clear()
        document["calibration"].extend(protocols)
    draft = file.with_suffix(".tmp")
    with draft.open("w", encoding="utf-8") as stream:
        yaml.dump(document, stream)
    draft.replace(file)


def _at(document: Any, path: str) -> Any:
    for key in path.split("."):
        document = document[key]
    return document


def _of_drug(document: Any, name: str) -> Any:
    """Return the number of an effect; the effect's name, if it has one, stands before that of the number."""
    for effect in document["effects"]:
        for key, fact in effect.get("values", {}).items():
            if name == (f"{effect['name']}_{key}" if "name" in effect else key):
                return fact
    return _at(document, f"kinetics.values.{name}")


def _mechanism_of(parameter: str) -> str:
    for name in catalogue.names("mechanisms"):
        path = catalogue.path("mechanisms", name)
        if f'"{parameter}"' in path.read_text(encoding="utf-8"):
            return path.name
    return "a mechanism"
