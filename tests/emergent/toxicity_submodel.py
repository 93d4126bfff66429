"""Scripts and small models that the tests of toxicities share."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import numpy as np

from abscopal.engine.reference import simulate
from abscopal.language import Contribution, Mechanism, Model, Parameter, Port, assumed
from abscopal.mechanisms import load

ROOT = Path(__file__).parents[2]
_GIVEN = assumed("given by the test")


def fit_irae() -> ModuleType:
    """Return the script that fits immune-related events, which also simulates them."""
    if "fit_irae" not in sys.modules:
        spec = spec_from_file_location("fit_irae", ROOT / "scripts" / "fit_irae.py")
        assert spec is not None
        assert spec.loader is not None
        sys.modules["fit_irae"] = module_from_spec(spec)
        spec.loader.exec_module(sys.modules["fit_irae"])
    return sys.modules["fit_irae"]


class Alone:
    """Some mechanisms without the disease: `feeds` gives ports a parameter of that name with a value."""

    def __init__(self, *names: str, feeds: dict[str, tuple[str, float]], owned: dict[str, tuple[str, str]]) -> None:
        given = Mechanism(
            "given",
            "From outside",
            parameters=tuple(
                Parameter(f"given_{port}", value, unit, "given from outside", _GIVEN, (0.0, 1e9))
                for port, (unit, value) in feeds.items()
            ),
            ports=tuple(Port(port, combine, "", unit, "patient") for port, (combine, unit) in owned.items()),
            contributions=tuple(Contribution(port, f"given_{port}") for port in feeds),
        )
        self.model = Model((*map(load, names), given))

    def run(self, days: np.ndarray, start: dict[str, float] | None = None, **changed: float) -> dict[str, np.ndarray]:
        """Return every species on these days, parameters changed as asked."""
        model = self.model
        values = {name: p.value for name, p in model.parameters.items()} | changed
        y0 = np.zeros(len(model.patient_species) + len(model.hazards))
        for name, value in (start or {}).items():
            y0[model.patient_species.index(name)] = value
        p = np.array([values[name] for name in model.patient_parameters])
        path = simulate(model, y0, p, np.zeros((0, 0)), 0, days, rtol=1e-5)
        return {name: path[:, i] for i, name in enumerate(model.patient_species)}
