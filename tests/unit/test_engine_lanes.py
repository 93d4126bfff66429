"""Patients side by side: packed instructions in the compiled code, and not a bit that depends on the company."""

import json
import os
import re
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from abscopal.engine import machine_code
from abscopal.engine.batch import Batch
from abscopal.engine.kernel import compile_model, source
from abscopal.language import Model
from example_models import MECHANISMS
from trajectories import random_patients

RUN = """
import json, sys
sys.path[:0] = json.loads(sys.argv[1])
from test_engine_lanes import fingerprint, patients
batch = patients()
batch.advance(__import__("numpy").arange(len(batch.y)), __import__("numpy").full(len(batch.y), 90.0))
print(fingerprint(batch))
"""
PACKED = re.compile(r"\bv?(?:add|sub|mul|div|fm\w+|fnm\w+)\d*pd\b")
SCALAR = re.compile(r"\bv?(?:add|sub|mul|div|fm\w+|fnm\w+)\d*sd\b")


def patients(count=150, lanes=32):
    """Patients with one to four lesions, dosed, some of whom an event strikes."""
    kernel = compile_model(Model(MECHANISMS), lanes=lanes)
    random = np.random.default_rng(4)
    p, q = random_patients(kernel.model, count, 4, seed=3)
    lesions = random.integers(1, 5, count)
    y = np.exp(random.uniform(2.0, 18.0, (count, kernel.layout.size(4))))
    y[:, kernel.layout.index("death")] = 0.0
    for m in range(count):
        y[m, kernel.layout.size(lesions[m]) :] = 0.0
    batch = Batch(kernel, y, p, q, lesions, np.zeros(count), random.exponential(0.01, (count, 1)))
    batch.dose(np.arange(0, count, 2), "A_drug", np.full((count + 1) // 2, 120.0))
    return batch


def fingerprint(batch):
    arrays = (batch.y, batch.time, batch.step, batch.status, batch.event, batch.steps)
    return sha256(b"".join(np.ascontiguousarray(a).tobytes() for a in arrays)).hexdigest()


def advanced(groups, workers=1, lanes=32):
    batch = patients(lanes=lanes)
    for group in groups:
        batch.advance(np.asarray(group), np.full(len(group), 90.0), workers)
    return batch


@pytest.fixture(scope="module")
def together():
    return advanced([np.arange(150)])


def test_events_strike_some_and_not_others(together):
    assert {0, 1} == set(together.status.tolist())


@pytest.mark.parametrize("seed", range(5))
def test_random_groups_in_random_order_change_no_bit(together, seed):
    random = np.random.default_rng(seed)
    cuts = np.sort(random.choice(np.arange(1, 150), random.integers(1, 40), replace=False))
    groups = np.split(random.permutation(150), cuts)
    assert fingerprint(advanced(groups)) == fingerprint(together)


@pytest.mark.parametrize("workers", [2, 3])
def test_threads_change_no_bit(together, workers):
    assert fingerprint(advanced([np.arange(150)], workers)) == fingerprint(together)


def test_another_number_of_lanes_changes_no_bit(together):
    assert fingerprint(advanced([np.arange(150)], lanes=16)) == fingerprint(together)


def cpu_flags():
    path = Path("/proc/cpuinfo")
    return path.read_text(encoding="utf-8") if path.exists() else ""


@pytest.mark.skipif("avx512f" not in cpu_flags(), reason="this processor has AVX-512 or AVX2, not both")
def test_avx2_and_avx512_give_the_same_bits(together):
    here = [str(Path(__file__).parent), str(Path(__file__).parents[1])]
    found = {
        name: subprocess.run(
            [sys.executable, "-c", RUN, json.dumps(here)],
            env=os.environ | {"NUMBA_CPU_NAME": name, "NUMBA_CPU_FEATURES": features},
            capture_output=True, text=True, check=True,
        ).stdout.strip()
        for name, features in (("haswell", "+avx2,+fma,-avx512f"), ("skylake-avx512", "+avx2,+fma,+avx512f,+avx512dq"))
    }  # fmt: skip
    assert set(found.values()) == {fingerprint(together)}, found


def test_the_arithmetic_of_a_model_is_packed():
    """But for what is worked out patient by patient, as one takes a lane."""
    module = compile_model(Model(MECHANISMS)).module
    text = re.sub(r"def constants.*?\n\ndef", "def", source(Model(MECHANISMS)), flags=re.DOTALL)
    assembly = machine_code.assembly(text, module.elementary, vars(module.equations))
    if not re.search(r"\b[yz]mm\d", assembly):
        pytest.skip("this processor has no wide vectors")
    assert len(PACKED.findall(assembly)) > 40
    assert not SCALAR.findall(assembly)


@pytest.mark.parametrize(("name", "least"), [("stage4", 3), ("stage7", 6), ("squared_error", 4)])
def test_the_arithmetic_of_the_stepper_is_packed(name, least):
    """What a compiler packs, it writes with more than one number at a time; each sum of slopes has several."""
    from numba import float64, int64, njit, types

    vector = types.Array(float64, 1, "C")
    signature = {
        "stage4": (vector,) * 6 + (int64, int64),
        "stage7": (vector,) * 9 + (int64, int64),
        "squared_error": (vector,) * 7 + (float64, int64, vector, vector, int64),
    }[name]
    function = njit(
        getattr(compile_model(Model(MECHANISMS)).module.steps, name).py_func, nogil=True, error_model="numpy"
    )
    function.compile(signature)
    assembly = "\n".join(function.inspect_asm().values())
    if not re.search(r"\b[yz]mm\d", assembly):
        pytest.skip("this processor has no wide vectors")
    assert len(PACKED.findall(assembly)) >= least
