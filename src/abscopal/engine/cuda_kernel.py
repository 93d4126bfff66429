"""From a model to a kernel on an NVIDIA GPU: the same generated text, compiled by numba-cuda (extra `gpu`).

Products are not contracted with sums behind the text's back: `fma` stands where it is meant, on the CPU and here, and
elementary functions are our own, so that results can be those of the CPU to the last bit.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from importlib.util import find_spec

from abscopal.engine import cuda_stepper, stepper, vector_math
from abscopal.engine.cuda_engine import CudaEngine
from abscopal.engine.kernel import LANES, load_module, text_of
from abscopal.errors import InputError, Problem
from abscopal.language.model import Model
from abscopal.language.to_cuda import one_lane, to_cuda

THREADS_PER_PROCESSOR = 256  # at 255 registers each, no more fit at once; work arrays are no larger than that needs
ENTRY = ("advance", "look", "slope")
_LOOPS_OVER_LANES = (*ENTRY, "fill", "busiest", "plan", "new_lanes", "most_lesions")  # what `cuda_stepper` replaces
_ON_DEVICE = {  # of vector_math; how it is compiled is all that differs
    "from numba import njit, types\nfrom numba.extending import intrinsic\n": (
        "from numba import cuda\nfrom numba.cuda import types\nfrom numba.cuda.extending import intrinsic\n"
    ),
    'inlined = njit(nogil=True, error_model="numpy", forceinline=True)\n': (
        "inlined = cuda.jit(device=True, forceinline=True)\n"
    ),
}
_SIMULATED = "from numba import cuda\n\n_fma = fma\nfma = njit(lambda a, b, c: _fma(a, b, c))\n"


def require_cuda() -> None:
    """Make sure that there is something to compile with and something to run on.

    Raises
    ------
    InputError
        If numba-cuda is not installed, or finds no NVIDIA GPU with a driver.
    """
    if find_spec("numba_cuda") is None:
        expected = "numba-cuda, which pip install 'abscopal[gpu]' brings, or the backend cpu"
        raise InputError([Problem("--backend", expected, "cuda without that package")])
    from numba import cuda

    if not cuda.is_available():
        reason = " ".join(str(cuda.cuda_error() or "no device is visible").split())
        expected = "an NVIDIA GPU with a driver of version 580 or later, or the backend cpu"
        raise InputError([Problem("--backend", expected, reason)])


def simulated() -> bool:
    """Tell whether numba-cuda only plays a GPU, thread by thread in Python (`NUMBA_ENABLE_CUDASIM=1`)."""
    from numba.cuda import config

    return bool(config.ENABLE_CUDASIM)


def source(model: Model, *, exact_flows: bool = True, threads: int = LANES, simulate: bool = False) -> str:
    """Return the text of the module: elementary functions, the steps, the model, and what drives them on a GPU."""
    steps, driver = one_lane(_of_one_model(_without(_LOOPS_OVER_LANES, text_of(stepper)))), text_of(cuda_stepper)
    generated = f"W = {threads}\n{to_cuda(model, exact_flows=exact_flows)}"
    body = "\n\n".join([_elementary(simulate), steps, generated, driver])
    functions = [name for part in (steps, generated, driver) for name in _functions(part) if name not in ENTRY]
    compiled = [f"{name} = cuda.jit({name}, device=True)" for name in functions]
    options = "" if simulate else ", lto=False, cache=True"  # what links would else contract, too
    compiled += [f"{name} = cuda.jit({name}{options})" for name in ENTRY]
    return f"# generated from model {model.hash}; do not edit\n{body}\n\n" + "\n".join(compiled) + "\n"


def _elementary(simulate: bool) -> str:
    text = text_of(vector_math)
    if simulate:  # Python cannot multiply and add in one rounding; compiled for the CPU it can
        return text + _SIMULATED
    for cpu, gpu in _ON_DEVICE.items():
        assert text.count(cpu) == 1, cpu
        text = text.replace(cpu, gpu)
    return text


def _of_one_model(text: str) -> str:
    """Let the steps call the functions of the model beside them; on a CPU they serve all models."""
    return text.replace("model, ", "").replace("model.", "")


def _functions(text: str) -> list[str]:
    return [node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]


def _without(names: tuple[str, ...], text: str) -> str:
    """Leave functions out of a module's text."""
    lines = text.splitlines(keepends=True)
    for node in reversed(ast.parse(text).body):
        if isinstance(node, ast.FunctionDef) and node.name in names:
            del lines[node.lineno - 1 : node.end_lineno]
    return "".join(lines)


@contextmanager
def uncontracted() -> Iterator[None]:
    """Compile without joining products and sums on the way, for which numba-cuda has no option: libNVVM has."""
    from numba.cuda.cudadrv import nvvm

    original = nvvm.compile_ir
    nvvm.compile_ir = partial(original, fma=False)
    try:
        yield
    finally:
        nvvm.compile_ir = original


@contextmanager
def launching() -> Iterator[None]:
    """Compile so, and say nothing when the patients of a visit are too few to fill a GPU."""
    from numba.cuda.core.errors import NumbaPerformanceWarning

    with uncontracted(), warnings.catch_warnings():
        warnings.simplefilter("ignore", NumbaPerformanceWarning)
        yield


def load(model: Model, *, exact_flows: bool = True, threads: int = LANES) -> CudaEngine:
    """Compile a model for the GPU of this machine; the compilation itself happens at the first call.

    Raises
    ------
    InputError
        If this machine cannot (see `require_cuda`).
    """
    require_cuda()
    if simulated():
        text = source(model, exact_flows=exact_flows, threads=threads, simulate=True)
        return CudaEngine(load_module(text), threads, 1, nullcontext)
    text = source(model, exact_flows=exact_flows, threads=threads)
    return CudaEngine(load_module(text), threads, _blocks(threads), launching)


def _blocks(threads: int) -> int:
    from numba import cuda

    return int(cuda.get_current_device().MULTIPROCESSOR_COUNT) * THREADS_PER_PROCESSOR // threads
