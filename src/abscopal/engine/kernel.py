"""From a model to a compiled kernel: generated right-hand side and stepper in one module, cached on disk by content.

The module's source stays readable in the cache folder (`ABSCOPAL_CACHE`, else the user's cache directory), so a
traceback or a curious reader finds it. A changed parameter never recompiles: parameters are data.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import tempfile
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import sha256
from pathlib import Path
from types import ModuleType

import numpy as np

from abscopal.engine import stepper
from abscopal.language.model import Model
from abscopal.language.to_numba import Layout, layout_of, to_numba

# Below this much of a quantity, accuracy is absolute rather than relative: the smallest amount that matters in a unit.
SMALL = {"cell": 1.0, "mg": 1e-3, "mL": 1e-4, "1": 1e-4, "day": 1e-2, "mm": 1e-3}
SMALL_HAZARD = 1e-4  # a probability of 0.01 %
_HILL = '''
def _hill(x, k, n):
    """x^n / (k^n + x^n) without overflow; x and k are not negative."""
    if x <= 0.0:
        return 0.0
    return 1.0 / (1.0 + (k / x) ** n)
'''
_FUNCTIONS = ("_hill", "rhs", "stages", "scaled_error", "first_crossing", "settle", "advance_one", "advance", "observe")


@dataclass(frozen=True)
class Kernel:
    """A compiled model: its layout, its tolerances per state, and the function that advances patients."""

    model: Model
    module: ModuleType
    layout: Layout

    @cached_property
    def lesion_definitions(self) -> int:
        """Number of lesion-scope definitions, the width of the scratch array."""
        return sum(1 for d in self.model.definitions if d.per == "lesion")

    def per_state(self, patient: dict[str, float], hazard: float, lesion: dict[str, float], lesions: int) -> np.ndarray:
        """One number per state, repeated for each lesion."""
        head = [patient[name] for name in self.layout.patient_species] + [hazard] * len(self.layout.hazards)
        return np.array(head + [lesion[name] for name in self.layout.lesion_species] * lesions)

    def small(self, lesions: int) -> np.ndarray:
        """Amount of each state below which accuracy is absolute (its unit)."""
        values = {s.name: SMALL.get(s.unit, 1e-6) for s in self.model.species.values()}
        return self.per_state(values, SMALL_HAZARD, values, lesions)

    def floor(self, lesions: int) -> np.ndarray:
        """Amount of each state below which there is none left (its unit)."""
        values = {s.name: s.floor for s in self.model.species.values()}
        return self.per_state(values, 0.0, values, lesions)


def source(model: Model) -> str:
    """Return the text of the module: stepper, right-hand side, then the compilation of each function."""
    body = Path(stepper.__file__).read_text(encoding="utf-8")
    compiled = "\n".join(f"{name} = _njit({name})" for name in _FUNCTIONS)
    return (
        f"# generated from model {model.hash}; do not edit\n{body}\n"
        "from numba import njit as _numba_njit\n\n"
        "_njit = _numba_njit(cache=True, nogil=True, error_model='numpy')\n"
        f"{_HILL}\n\n{to_numba(model)}\n\n{compiled}\n"
    )


def cache_folder() -> Path:
    """Where generated modules and their compiled code are kept."""
    if "ABSCOPAL_CACHE" in os.environ:
        return Path(os.environ["ABSCOPAL_CACHE"])
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "abscopal"


@lru_cache(maxsize=32)
def _load(text: str) -> ModuleType:
    name = "abscopal_kernel_" + sha256(text.encode()).hexdigest()[:20]
    folder = cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = _write(folder / f"{name}.py", text)
    except OSError:  # a read-only home: compile for this process only
        path = _write(Path(tempfile.mkdtemp(prefix="abscopal-")) / f"{name}.py", text)
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _write(path: Path, text: str) -> Path:
    """Write once, atomically: two processes may compile the same model at the same time."""
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        draft = path.with_suffix(f".{os.getpid()}.tmp")
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    return path


def compile_model(model: Model) -> Kernel:
    """Compile a model, or load it from the cache."""
    return Kernel(model, _load(source(model)), layout_of(model))
