"""The engine on a GPU: its results those of the CPU, its text compiled for one, what it says where there is none.

What needs a GPU runs where there is one. Everywhere else the same tests run in numba-cuda's simulator, which goes
through the text thread by thread in Python, and the whole disease is compiled to PTX.
"""

import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from typer.testing import CliRunner

from abscopal.catalogue import disease_model
from abscopal.cli import app
from abscopal.engine import cuda_kernel, stepper
from abscopal.engine.batch import Batch
from abscopal.engine.kernel import compile_model, load_module
from abscopal.errors import InputError
from abscopal.language import Model
from backends import BACKENDS, compiler_there, simulated
from example_models import MECHANISMS
from shipped_models import DRUGS, every_three_weeks, random_state
from trajectories import derivative, random_patients

TESTS = Path(__file__).parent
on_a_gpu = pytest.mark.skipif(
    "cuda" not in BACKENDS, reason="no GPU; the simulator runs this test in a process of its own"
)
compiling = pytest.mark.skipif(not compiler_there(), reason="numba-cuda is not to be had for this system")
STATE = ("y", "time", "step", "opening", "dosed", "status", "event", "steps")


def small_batch(backend, lanes=4):
    """Eleven patients of a small model with one to four lesions, one of whom has a parameter that is no number."""
    kernel = compile_model(Model(MECHANISMS), backend=backend, lanes=lanes)
    p, q = random_patients(kernel.model, 11, 4, seed=3)
    lesions = np.array([1, 4, 2, 3, 1, 4, 4, 2, 3, 1, 2])
    y = np.exp(np.random.default_rng(4).uniform(2.0, 18.0, (11, kernel.layout.size(4))))
    y[:, kernel.layout.index("death")] = 0.0
    for m in range(11):
        y[m, kernel.layout.size(lesions[m]) :] = 0.0
    p[5, 0] = np.nan
    return Batch(kernel, y, p, q, lesions, np.zeros(11), np.random.default_rng(5).exponential(0.01, (11, 1)))


def full_batch(backend):
    """Two patients with the disease and three drugs (the simulated GPU takes minutes over every mechanism there is)."""
    model = disease_model(DRUGS[name] for name in ("bevacizumab", "docetaxel", "osimertinib"))
    kernel = compile_model(model, backend=backend)
    p, q = random_patients(kernel.model, 2, 2, seed=9, share=0.3)
    y = np.array([random_state(kernel.model, 2, seed=m) for m in range(2)])
    thresholds = np.full((2, len(kernel.layout.hazards)), np.inf)
    batch = Batch(kernel, y, p, q, np.array([2, 1]), np.zeros(2), thresholds)
    batch.y[1, kernel.layout.size(1) :] = 0.0
    for _, drug, amount in every_three_weeks(kernel.model, 1):
        batch.dose(np.arange(2), drug, np.full(2, amount))
    return batch


def worst(found, right):
    """Largest relative difference; infinite if one is a number and the other is not."""
    assert np.array_equal(np.isnan(found), np.isnan(right))
    return float(np.nanmax(np.abs(found - right) / np.maximum(np.abs(right), 1e-300), initial=0.0))


def assert_alike(gpu, cpu):
    """To the last bit in the simulator, whose arithmetic is the CPU's; on a GPU to what no user would ever see."""
    for name in STATE:
        found, right = getattr(gpu, name), getattr(cpu, name)
        if simulated() or right.dtype == np.int64:
            assert np.array_equal(found, right, equal_nan=right.dtype != np.int64), name
        else:
            assert worst(found, right) < 1e-9, name


@on_a_gpu
@pytest.mark.parametrize("blocks", [1, 3], ids=["one block that is filled again", "a thread for each patient"])
def test_cuda_gives_the_results_of_the_cpu_events_and_failures_included(blocks):
    cpu, gpu = small_batch("cpu"), small_batch("cuda")
    gpu.kernel.module.most_blocks = blocks
    for batch in (cpu, gpu):
        batch.advance(np.arange(11), np.full(11, 30.0), workers=2)
        batch.dose(np.arange(4), "A_drug", np.full(4, 120.0))
        batch.advance(np.flatnonzero(batch.status == stepper.REACHED), 90.0)
    assert {stepper.REACHED, stepper.STRUCK, stepper.NOT_FINITE} <= set(cpu.status.tolist())
    assert_alike(gpu, cpu)


@on_a_gpu
def test_cuda_observes_and_differentiates_as_the_cpu_does():
    cpu, gpu = small_batch("cpu"), small_batch("cuda")
    which = np.array([8, 1, 2, 10])
    for found, right in zip(gpu.observe(which, "N", "speed"), cpu.observe(which, "N", "speed"), strict=True):
        assert np.abs(right).max() > 0.0
        assert worst(found, right) < 1e-12
    for m in (1, 10):
        rows = [(b.kernel, b.y[m], b.p[m], b.q[m], int(b.lesions[m])) for b in (gpu, cpu)]
        found, right = (derivative(*row) for row in rows)
        used = cpu.kernel.layout.size(int(cpu.lesions[m]))
        assert worst(found[:used], right[:used]) < 1e-12


@on_a_gpu
def test_cuda_gives_the_whole_disease_the_same_fortnight():
    cpu, gpu = full_batch("cpu"), full_batch("cuda")
    for batch in (cpu, gpu):
        batch.advance(np.arange(2), np.full(2, 14.0))
    assert cpu.status.tolist() == [stepper.REACHED] * 2
    assert cpu.steps.min() > 10
    assert_alike(gpu, cpu)


@compiling
@pytest.mark.skipif("cuda" in BACKENDS, reason="the tests of the engine run on this GPU themselves")
def test_the_engine_passes_its_tests_on_a_simulated_gpu():
    """Every backend that is there: these tests, and those of the stepper that a simulator can do in a few seconds."""
    files = [str(TESTS / name) for name in ("test_engine_cuda.py", "test_engine_stepper.py")]
    chosen = "cuda and not convergence and not stiff and not shrinks and not backwards"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-k", chosen, *files],
        env=os.environ | {"NUMBA_ENABLE_CUDASIM": "1"}, capture_output=True, text=True, cwd=TESTS.parents[1],
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:]
    assert int(re.search(r"(\d+) passed", done.stdout)[1]) >= 18, done.stdout[-500:]


# -- compiled without a GPU --------------------------------------------------------------------------------------------


def ptx_of(model, monkeypatch, capability=(9, 0)):
    """The assembly of `advance` for a GPU that need not be there."""
    from numba import cuda
    from numba.cuda import dispatcher, types

    device = SimpleNamespace(compute_capability=capability)
    monkeypatch.setattr(dispatcher, "get_current_device", lambda: device)
    module = load_module(cuda_kernel.source(model))
    real, whole = types.float64, types.int64
    array = {(kind, n): types.Array(kind, n, "C") for kind in (real, whole) for n in (1, 2, 3)}
    dimensions = {"y": 2, "p": 2, "q": 3, "threshold": 2}
    wholes = {"lesions", "dosed", "status", "event", "steps"}
    fields = [array[whole if name in wholes else real, dimensions.get(name, 1)] for name in module.Patients._fields]
    patients = types.NamedTuple(fields, module.Patients)
    deep = {"whole": array[whole, 3], "part": array[real, 3], "k": array[real, 3]}
    work = types.NamedTuple([deep.get(name, array[real, 2]) for name in module.Work._fields], module.Work)
    line = array[real, 1]
    with cuda_kernel.uncontracted():
        arguments = (patients, work, whole, whole, real, line, line, line, whole)
        return cuda.compile_ptx(module.advance.py_func, arguments, cc=capability)[0]


@compiling
@pytest.mark.skipif(simulated(), reason="a simulator compiles nothing")
def test_the_disease_and_two_drugs_are_compiled_to_ptx_with_our_own_arithmetic_and_nothing_contracted(monkeypatch):
    ptx = ptx_of(disease_model(DRUGS[name] for name in ("docetaxel", "nivolumab")), monkeypatch)
    assert ".target sm_90" in ptx
    assert re.search(r"\.visible \.entry \w*advance", ptx)
    assert len(re.findall(r"fma\.rn\.f64", ptx)) > 1000
    assert len(re.findall(r"(?:mul|add|sub)\.rn\.f64", ptx)) > 1000
    assert re.findall(r"(?:mul|add|sub)\.f64", ptx) == []  # without .rn the assembler may join them
    assert re.findall(r"(?:div|sqrt|rcp)\.(?:approx|full)\S*", ptx) == []
    assert set(re.findall(r"__nv_\w+", ptx)) == set()
    assert re.findall(r"\.extern|call\.uni|\.f32\b", ptx) == []


@compiling
@pytest.mark.skipif(simulated(), reason="a simulator compiles nothing")
def test_without_being_told_libnvvm_would_contract_what_is_compiled(monkeypatch):
    """What `uncontracted` is for: the day that this fails, it can go."""
    from contextlib import nullcontext

    monkeypatch.setattr(cuda_kernel, "uncontracted", nullcontext)
    assert re.search(r"(?:mul|add)\.f64", ptx_of(Model(MECHANISMS), monkeypatch))


# -- where it cannot be had --------------------------------------------------------------------------------------------


def refused(tmp_path):
    done = CliRunner().invoke(app, ["run", "checkmate-066", "--backend", "cuda", "--out", str(tmp_path / "run"), "-q"])
    assert done.exit_code == 2
    assert not (tmp_path / "run").exists()
    (line,) = done.stderr.splitlines()
    return line


def test_without_numba_cuda_a_run_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setattr(cuda_kernel, "find_spec", lambda name: None)
    assert "pip install 'abscopal[gpu]'" in refused(tmp_path)


@compiling
@pytest.mark.skipif("cuda" in BACKENDS, reason="there is a GPU")
def test_without_a_gpu_a_run_says_what_is_missing(tmp_path):
    line = refused(tmp_path)
    assert "NVIDIA GPU" in line
    assert "driver" in line.partition(", got ")[2]


def test_a_backend_that_does_not_exist_is_an_error_and_not_the_cpu():
    with pytest.raises(InputError, match="cpu or cuda"):
        compile_model(Model(MECHANISMS), backend="gpu")
