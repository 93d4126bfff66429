"""The benchmark as a whole: what `abscopal bench` runs, as one object that JSON can hold."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from abscopal.bench import arithmetic, compare
from abscopal.bench.accuracy import Error
from abscopal.bench.compare import DEFAULT, Measured, check_reference, jobs_of, measure, ratio
from abscopal.bench.ensemble import DAYS, Ensemble, draw_ensemble
from abscopal.bench.machine import machine
from abscopal.bench.peers.peer import PEERS
from abscopal.bench.scaling import SIZES, scaling, share_outside
from abscopal.bench.whole_trial import whole_trial
from abscopal.errors import InputError, unknown

Tell = Callable[[str], None]
Result = dict[str, Any]


def benchmark(
    count: int = 256,
    peers: Sequence[str] | None = None,
    *,
    protocol: str = "checkmate-066",
    seed: int = 1,
    tolerance: float = compare.PEERS_TOLERANCE,
    repeats: int = 3,
    checked: int = 4,
    sizes: Sequence[int] = SIZES,
    subjects: int = 1_000,
    workers: int = 1,
    days: Sequence[float] = DAYS,
    tell: Tell = lambda text: None,
) -> Result:
    """Measure ours and its peers on the same patients.

    Parameters
    ----------
    count
        Patients, of the protocol's arms together.
    peers
        Names in `PEERS`; all of them if left out. Those not installed are told as absent.
    tolerance
        Relative tolerance of the peers.
    repeats
        Timed runs of each tool.
    checked
        Patients on whom the reference is compared with other solvers.
    sizes, subjects
        Patients of the scaling of ours, and of the whole trial.
    workers
        Threads, for the scaling only.
    days
        Days on which the states are compared (day), the last being the end.
    tell
        Called with what is being done.

    Returns
    -------
    result
        `model`, `ours_ms`, `ratios`, `error`, `floor_ratio`, and the details; None stands for what there is none of.

    Raises
    ------
    InputError
        If there is no such peer or protocol.
    """
    wanted = list(PEERS if peers is None else peers)
    _require_known(wanted)
    present = [name for name in wanted if not PEERS[name].missing()]
    tell("drawing the patients")
    ensemble = draw_ensemble(protocol, count, seed, days)
    vouched = check_reference(ensemble, tell, checked)
    measured = measure(ensemble, jobs_of(present, tolerance), repeats, tell)
    result = _compared(ensemble, measured)
    result |= {"reference_check": {name: _plain(error) for name, error in vouched.items()}}
    result |= {"absent": {name: PEERS[name].install for name in wanted if name not in present}}
    result |= _alone(ensemble, measured, tell)
    result |= {"scaling": scaling(ensemble, sizes, DEFAULT, workers, tell)}
    result |= {"floor_ratio_at_scale": _at_scale(result)}
    result |= {"trial": whole_trial(protocol, subjects, seed, tell)}
    result |= {"peers_tolerance": tolerance, "repeats": repeats, "seed": seed, "machine": machine()}
    return _jsonable(result)  # type: ignore[no-any-return]


def _require_known(names: Sequence[str]) -> None:
    problems = [unknown("--peers", "peer", name, list(PEERS)) for name in names if name not in PEERS]
    if problems:
        raise InputError(problems)


def _compared(ensemble: Ensemble, measured: Sequence[Measured]) -> Result:
    """Lay out times, errors and ratios of ours and the peers."""
    ours = [m for m in measured if not m.job.peer]
    whole = [m for m in ours if not m.job.common]
    theirs = {
        matched: {m.job.peer: m for m in measured if m.job.peer and m.job.matched == matched}
        for matched in (False, True)
    }
    default = next(m for m in whole if m.job.tolerance == DEFAULT)
    ratios = {matched: {name: ratio(ours, m) for name, m in theirs[matched].items()} for matched in theirs}
    return {
        "model": _described(ensemble),
        "ours_ms": default.best,
        "ratios": {name: found.matched_error for name, found in ratios[False].items()},
        "error": {"ours": _plain(default.error), **{name: _plain(m.error) for name, m in theirs[False].items()}},
        "matched": {name: found.matched_error for name, found in ratios[True].items()},
        "ours": {f"{m.job.tolerance:g}": _figures(m) for m in whole},
        "peers": {name: _figures(m) | asdict(ratios[False][name]) for name, m in theirs[False].items()},
        "peers_matched": {name: _figures(m) | asdict(ratios[True][name]) for name, m in theirs[True].items()},
        "ours_common": {f"{m.job.tolerance:g}": _figures(m) for m in ours if m.job.common},
    }


def _described(ensemble: Ensemble) -> Result:
    """Say what was solved."""
    model, states = ensemble.model, ensemble.y.shape[1]
    return {
        "name": ensemble.protocol, "hash": model.hash, "patients": ensemble.count, "days": ensemble.days[-1],
        "states": states, "parameters": ensemble.p.shape[1] + ensemble.q.shape[1] * ensemble.q.shape[2],
        "lesions": {str(n): int(count) for n, count in enumerate(np.bincount(ensemble.lesions)) if count},
        "boluses": ensemble.boluses / ensemble.count,
    }  # fmt: skip


def _figures(m: Measured) -> Result:
    return {
        "ms": m.best, "ms_median": m.middle, "error": _plain(m.error), "failures": m.failures, "setup_s": m.setup_s,
        "memory_mb": m.memory_mb, "memory_added_mb": m.memory_added_mb,
        "steps": None if m.steps is None else float(m.steps.mean()), "notes": m.notes, "problem": m.problem,
    }  # fmt: skip


def _alone(ensemble: Ensemble, measured: Sequence[Measured], tell: Tell) -> Result:
    """Ours without peers: the floor of its arithmetic, and its time outside compiled code."""
    tell("measuring multiply-adds")
    peak = arithmetic.measured_peak()
    ours = {m.job.tolerance: m for m in measured if not m.job.peer and not m.job.common}
    floors = {f"{t:g}": _floor(ensemble, m, peak) for t, m in ours.items()}
    operations = arithmetic.count(ensemble.model)
    default = floors[f"{DEFAULT:g}"]
    return {
        "floor_ratio": None if default is None else default["ratio"],
        "floor": {
            "peak_gflops": peak / 1e9, "operations_patient": operations.patient, "operations_lesion": operations.lesion,
            "worth": arithmetic.WORTH, "by_tolerance": floors,
        },
        "share_outside_kernels": share_outside(ensemble, DEFAULT),
    }  # fmt: skip


def _floor(ensemble: Ensemble, m: Measured, peak: float) -> Result | None:
    """Least milliseconds per patient that the steps taken could cost, and ours over it; None if none were counted."""
    if m.steps is None:
        return None
    seconds = arithmetic.floor_seconds(ensemble.model, ensemble.lesions, m.steps, ensemble.intervals, peak)
    least = 1000.0 * seconds / ensemble.count
    return {"ms": least, "ratio": m.best / least, "steps": float(m.steps.mean())}


def _at_scale(result: Result) -> float | None:
    """Ours over its floor for the greatest number of patients, where what surrounds the kernel weighs least."""
    floor = result["floor"]["by_tolerance"][f"{DEFAULT:g}"]
    return None if floor is None else float(result["scaling"][-1]["ms"] / floor["ms"])


def _plain(error: Error | str | None) -> Result | str | None:
    return asdict(error) if isinstance(error, Error) else error


def _jsonable(value: Any) -> Any:
    """Replace what JSON cannot hold: no number becomes None."""
    if isinstance(value, dict):
        return {str(key): _jsonable(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_jsonable(part) for part in value]
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    return int(value) if isinstance(value, np.integer) else value
