"""Machine code of a model's functions: written once for this processor, kept on disk by content, and loaded.

A file holds the object code behind its own checksum, so that one cut short or changed is written again.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from llvmlite import binding, ir

from abscopal.engine import vector_math
from abscopal.engine.packed import DOUBLE, WHOLE, functions_of, packed

_NUMBERS, _WHOLES = DOUBLE.as_pointer(), WHOLE.as_pointer()
_RIGHT = {"y": _NUMBERS, "c": _NUMBERS, "e": _NUMBERS, "n": _WHOLES, "lesions": WHOLE}
_FLOW = {"z": _NUMBERS, "h": _NUMBERS, "share": DOUBLE, "c": _NUMBERS, "w": WHOLE}
PARAMETERS: Mapping[str, Mapping[str, ir.Type]] = {
    "constants": {
        "p": _NUMBERS, "q": _NUMBERS, "q_row": WHOLE, "lesions": WHOLE, "c": _NUMBERS, "e": _NUMBERS, "l": WHOLE,
    },
    "rhs": {**_RIGHT, "dy": _NUMBERS, "s": _NUMBERS, "d": _NUMBERS, "w": WHOLE},
    "flow": _FLOW,
    "unflow": _FLOW,
    "sink": {"z": _NUMBERS, "floor": _NUMBERS, "w": WHOLE},
    "observe": {**_RIGHT, "out": _NUMBERS, "s": _NUMBERS, "d": _NUMBERS, "w": WHOLE},
}  # fmt: skip
"""Types of the functions that `to_lanes` prints."""
VERSION = b"1"  # of what `packed` writes for a text


@dataclass(frozen=True)
class Processor:
    """For what machine code is written."""

    triple: str
    name: str
    features: str

    @property
    def width(self) -> int:
        """Doubles in its widest vector."""
        return 8 if "+avx512f" in self.features.split(",") else 4

    def target(self) -> binding.TargetMachine:
        """Return what writes machine code for it."""
        found = binding.Target.from_triple(self.triple)
        return found.create_target_machine(
            cpu=self.name, features=self.features, opt=2, codemodel="jitdefault", jit=True
        )


@cache
def processor() -> Processor:
    """Return the processor that Numba compiles for: this one, or the one that NUMBA_CPU_NAME names."""
    from numba.core.registry import cpu_target

    return Processor(*cpu_target.target_context.codegen().magic_tuple())


@dataclass(frozen=True)
class MachineCode:
    """Functions in memory: their addresses by name, valid as long as `engine` lives."""

    engine: Any
    addresses: Mapping[str, int]


def machine_code(text: str, elementary: str, module: ModuleType, folder: Path | None) -> MachineCode:
    """Return the functions of a generated text, from the folder or written anew.

    Parameters
    ----------
    text
        What `to_lanes` printed.
    elementary
        Source text of the elementary functions.
    module
        The text imported, which knows the constants that it names.
    folder
        Where object code is kept; None for nowhere.
    """
    here = processor()
    lanes = int(module.W)
    width = next(size for size in (8, 4, 2, 1) if size <= here.width and lanes % size == 0)
    key = sha256(
        b"\0".join([VERSION, binding_version(), repr((here, width)).encode(), elementary.encode(), text.encode()])
    )
    path = None if folder is None else folder / f"abscopal_model_{key.hexdigest()[:20]}.o"
    code = _read(path)
    if code is None:
        code = _compiled(text, elementary, vars(module), width, here)
        _keep(path, code)
    return _loaded(code, here)


def binding_version() -> bytes:
    """Version of LLVM."""
    return ".".join(map(str, binding.llvm_version_info)).encode()


def assembly(text: str, elementary: str, names: Mapping[str, Any]) -> str:
    """Return the machine code of a generated text for people, for this processor at its full width."""
    here = processor()
    module, target = _optimised(text, elementary, names, here.width, here)
    return str(target.emit_assembly(module))


def _compiled(text: str, elementary: str, names: Mapping[str, Any], width: int, here: Processor) -> bytes:
    module, target = _optimised(text, elementary, names, width, here)
    return bytes(target.emit_object(module))


def _optimised(text: str, elementary: str, names: Mapping[str, Any], width: int, here: Processor) -> tuple[Any, Any]:
    """Return a module of LLVM and its target; it is written in vectors, so nothing is left to be packed."""
    known = vars(vector_math) | dict(names)
    constants = {name: value for name, value in known.items() if isinstance(value, int | float | np.ndarray)}
    functions = {name: node for name, node in functions_of(text).items() if name in PARAMETERS}
    written = packed(functions, _elementary(elementary), constants, PARAMETERS, width)
    written.triple = here.triple
    target = here.target()
    module = binding.parse_assembly(str(written))
    module.data_layout = str(target.target_data)
    options = binding.create_pipeline_tuning_options(speed_level=1)
    options.loop_vectorization = options.slp_vectorization = options.loop_unrolling = False
    builder = binding.create_pass_builder(target, options)
    builder.getModulePassManager().run(module, builder)
    return module, target


def _elementary(text: str) -> dict[str, ast.FunctionDef]:
    known = functions_of(text)
    return {name: node for name, node in known.items() if name not in ("fma", "bits_of", "float_of")}


def _loaded(code: bytes, here: Processor) -> MachineCode:
    engine = binding.create_mcjit_compiler(binding.parse_assembly(f'target triple = "{here.triple}"'), here.target())
    engine.add_object_file(binding.ObjectFileRef.from_data(code))
    engine.finalize_object()
    return MachineCode(engine, {name: int(engine.get_function_address(name)) for name in PARAMETERS})


def _read(path: Path | None) -> bytes | None:
    """Read object code; None if there is none, or not as it was written."""
    if path is None or not path.is_file():
        return None
    content = path.read_bytes()
    return content[32:] if sha256(content[32:]).digest() == content[:32] else None


def _keep(path: Path | None, code: bytes) -> None:
    if path is not None:
        draft = path.with_suffix(f".{os.getpid()}.tmp")
        draft.write_bytes(sha256(code).digest() + code)
        draft.replace(path)
