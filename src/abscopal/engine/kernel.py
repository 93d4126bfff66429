"""From a model to a compiled kernel: generated right-hand side and stepper in one module, cached on disk by content.

The module's source stays readable in the cache folder (`ABSCOPAL_CACHE`, else the user's cache directory), so a
traceback or a curious reader finds it. A changed parameter never recompiles: parameters are data.
"""

from __future__ import annotations

import importlib.util
import os
import re
import sys
import tempfile
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, get_args

import numpy as np

from abscopal.engine import equations, stepper, vector_math
from abscopal.engine.cpu_engine import CpuEngine
from abscopal.errors import InputError, Problem
from abscopal.language.layout import Layout, layout_of
from abscopal.language.model import Model
from abscopal.language.numbered import with_numbered_drugs
from abscopal.language.to_lanes import to_lanes

# Below this much of a quantity, accuracy is absolute rather than relative: the smallest amount that matters in a unit.
SMALL = {"cell": 1.0, "mg": 1e-3, "mL": 1e-4, "1": 1e-4, "day": 1e-2, "mm": 1e-3}
SMALL_HAZARD = 1e-4  # a probability of 0.01 %
_FUNCTION = re.compile(r"^def (\w+)\(", re.MULTILINE)
ENTRY = ("advance", "look", "slope")  # what Python calls; the rest is called by these
Backend = Literal["cpu", "cuda"]
LANES = 32  # patients side by side; of 8, 16, 32 and 64 the fastest (see docs/decisions)


@dataclass(frozen=True)
class Kernel:
    """A compiled model: its layout, its tolerances per state, and the function that advances patients."""

    model: Model
    module: Any  # the compiled module, or what stands for it on a GPU
    layout: Layout
    backend: Backend = "cpu"

    @cached_property
    def lesion_definitions(self) -> list[str]:
        """Names of the lesion-scope definitions, in the order in which they are observed."""
        return [d.name for d in self.model.definitions if d.per == "lesion"]

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


def source(model: Model, *, exact_flows: bool = True, lanes: int = LANES) -> str:
    """Return the text of a model's functions, as they are read by people and by `abscopal.engine.packed`.

    Drugs go by number in it, so that models that differ only in the names of drugs share one compilation.
    """
    elementary = ", ".join(sorted(_FUNCTION.findall(text_of(vector_math))))
    head = "# generated; do not edit\nimport math\n\nimport numpy as np\n\n"
    head += f"from {vector_math.__name__} import {elementary}\n\nW = {lanes}\n"
    return head + to_lanes(with_numbered_drugs(model), exact_flows=exact_flows)


def steps_source(lanes: int = LANES) -> str:
    """Return the text of the integrator that all models share: elementary functions, calls of a model, the stepper."""
    body = f"W = {lanes}\n{text_of(stepper)}"
    inner = [name for name in _FUNCTION.findall(body) if name not in ENTRY]
    compiled = [f"{name} = _njit({name}, no_cpython_wrapper=True, no_cfunc_wrapper=True)" for name in inner]
    compiled += [f"{name} = _njit({name}, cache=True)" for name in ENTRY]
    return (
        f"# generated; do not edit\n{text_of(vector_math)}\n\n{text_of(equations)}\n\n{body}\n"
        "def _njit(function, **options):\n"
        "    return njit(function, nogil=True, error_model='numpy', **options)\n\n\n" + "\n".join(compiled) + "\n"
    )


def text_of(module: ModuleType) -> str:
    """Source text of a module that is printed into others."""
    return Path(str(module.__file__)).read_text(encoding="utf-8")


def cache_folder() -> Path:
    """Where generated modules and their compiled code are kept."""
    if "ABSCOPAL_CACHE" in os.environ:
        return Path(os.environ["ABSCOPAL_CACHE"])
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "abscopal"


@lru_cache(maxsize=32)
def load_module(text: str) -> ModuleType:
    """Write a generated module into the cache folder, unless it is there, and import it."""
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


def compile_model(model: Model, *, exact_flows: bool = True, lanes: int = LANES, backend: Backend = "cpu") -> Kernel:
    """Compile a model, or load it from the cache.

    Without `exact_flows` drugs in one or two compartments are integrated like everything else. The results do not
    depend on `lanes`, the number of patients side by side: in the lanes of a CPU, or in a block of threads of a GPU.

    Raises
    ------
    InputError
        If `backend` is neither "cpu" nor "cuda", or "cuda" where there is no numba-cuda or no NVIDIA GPU.
    """
    if backend not in get_args(Backend):
        raise InputError([Problem("backend", "cpu or cuda", repr(backend))])
    if backend == "cuda":
        from abscopal.engine.cuda_kernel import load

        return Kernel(model, load(model, exact_flows=exact_flows, threads=lanes), layout_of(model), backend)
    text = source(model, exact_flows=exact_flows, lanes=lanes)
    return Kernel(model, _on_cpu(text, lanes), layout_of(model))


@lru_cache(maxsize=32)
def _on_cpu(text: str, lanes: int) -> CpuEngine:
    return CpuEngine(load_module(steps_source(lanes)), load_module(text), text_of(vector_math))
