"""The same patient through the compiled kernel, the plain twin and libRoadRunner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from abscopal.engine.kernel import Kernel
from abscopal.engine.reference import Dose
from abscopal.language import Model, Parameter

ALONE = 8
"""Lanes for one patient: the numbers are those of any other number of lanes, and empty lanes cost time."""


def random_patients(
    model: Model, count: int, lesions: int, seed: int, share: float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    """Parameters [patient, parameter] and [patient, lesion, parameter], log-uniform within a share of their ranges.

    The share is around the value: a model of hundreds of parameters has no patient with all of them at an end.
    """
    random = np.random.default_rng(seed)

    def draw(parameter: Parameter, size: tuple[int, ...]) -> np.ndarray:
        low, high = parameter.range or (parameter.value, parameter.value)
        if low <= 0.0:
            middle = parameter.value
            return random.uniform(middle - share * (middle - low), middle + share * (high - middle), size)
        low, high = (
            parameter.value * (low / parameter.value) ** share,
            parameter.value * (high / parameter.value) ** share,
        )
        return np.exp(random.uniform(np.log(low), np.log(high), size))

    p = [draw(model.parameters[name], (count,)) for name in model.patient_parameters]
    q = [draw(model.parameters[name], (count, lesions)) for name in model.lesion_parameters]
    shape = (len(q), count, lesions)
    return np.array(p).reshape(len(p), count).T, np.moveaxis(np.array(q).reshape(shape), 0, -1)


def advance(
    kernel: Kernel,
    y: np.ndarray,
    p: np.ndarray,
    q: np.ndarray,
    lesions: np.ndarray,
    start: float,
    end: float,
    rtol: float,
    threshold: np.ndarray | None = None,
    step: np.ndarray | None = None,
    which: np.ndarray | None = None,
    sharpness: float = 1.0,
    floors: bool = True,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Advance patients in place; returns time reached, status and event of each.

    `sharpness` divides the amounts below which accuracy is absolute: a clone that starts from a hundredth of a cell is
    then followed to the full relative accuracy.
    """
    count, most = len(y), int(lesions.max(initial=0))
    layout = kernel.layout
    t, status, event = np.full(count, start), np.zeros(count, np.int64), np.full(count, -1)
    patients = kernel.module.Patients(
        y, p, q, lesions, t, np.full(count, end), np.full(count, 0.01) if step is None else step,
        np.full(count, 0.01), np.zeros(count, np.int64),
        np.full((count, len(layout.hazards)), np.inf) if threshold is None else threshold,
        status, event, np.zeros(count, np.int64),
    )  # fmt: skip
    kernel.module.advance(
        patients, np.arange(count) if which is None else which, layout.head, layout.block, rtol,
        kernel.small(most) / sharpness, kernel.floor(most) * floors, 500_000,
    )  # fmt: skip
    return t, status, event


def derivative(kernel: Kernel, y: np.ndarray, p: np.ndarray, q: np.ndarray, lesions: int) -> np.ndarray:
    """Derivative of one patient as the compiled right-hand side gives it."""
    one, none, layout = np.zeros(1), np.zeros(1, np.int64), kernel.layout
    rows = y[None].copy(), p[None].copy(), q[None].copy(), np.array([lesions])
    threshold = np.full((1, len(layout.hazards)), np.inf)
    patients = kernel.module.Patients(*rows, one, one, one, one, none, threshold, none, none, none)
    dy = np.full(layout.size(lesions), np.nan)
    kernel.module.slope(patients, 0, layout.head, layout.block, dy)
    return dy


def without_floors(model: Model) -> Model:
    """The same model with nothing that vanishes, so that two integrators solve the very same smooth equations."""
    return Model(replace(m, species=tuple(replace(s, floor=0.0) for s in m.species)) for m in model.mechanisms)


def by_kernel(
    kernel: Kernel, y0: np.ndarray, p: np.ndarray, q: np.ndarray, lesions: int,
    times: Sequence[float], doses: Sequence[Dose] = (), rtol: float = 1e-11, floors: bool = True,
) -> np.ndarray:  # fmt: skip
    """States [time, state] of one patient; a state at the time of a dose is the one before it."""
    y, now, pending, states = y0[None].copy(), times[0], sorted(doses), [y0]
    step = np.full(1, 0.01)

    def run(until: float) -> None:
        _, status, _ = advance(
            kernel, y, p[None], q[None], np.array([lesions]), now, until, rtol, step=step,
            sharpness=1e6, floors=floors,
        )  # fmt: skip
        assert status[0] == 0

    for until in times[1:]:
        while pending and pending[0][0] < until:
            day, name, amount = pending.pop(0)
            run(day)
            now = day
            y[0, kernel.layout.index(name)] += amount
        run(until)
        now = until
        states.append(y[0].copy())
    return np.array(states)


def by_roadrunner(
    sbml: str, model: Model, lesions: int, times: Sequence[float], rtol: float = 1e-11, small: float = 1e-6
) -> np.ndarray:
    """States [time, state] of the exported model, in the layout of the kernel, integrated by CVODE."""
    import roadrunner

    runner = roadrunner.RoadRunner(sbml)
    names = [*model.patient_species, *(h.name for h in model.hazards)]
    names += [f"{name}_{lesion + 1}" for lesion in range(lesions) for name in model.lesion_species]
    runner.timeCourseSelections = ["time", *names]
    integrator = runner.getIntegrator()
    integrator.setValue("relative_tolerance", rtol)
    integrator.setValue("absolute_tolerance", [small * rtol] * len(runner.getRateRuleIds()))
    integrator.setValue("maximum_num_steps", 1_000_000)
    result = np.array(runner.simulate(times=list(times)))
    assert np.allclose(result[:, 0], times)
    return result[:, 1:]


def difference(a: np.ndarray, b: np.ndarray, small: np.ndarray) -> float:
    """Largest |a - b| over |b| + small, over all times and states."""
    return float(np.max(np.abs(a - b) / (np.abs(b) + small)))
