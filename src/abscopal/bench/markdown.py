"""The result of a benchmark in tables and sentences, for a terminal or a document."""

from __future__ import annotations

from typing import Any

from abscopal.bench.peers.peer import PEERS

Result = dict[str, Any]
Rows = tuple[str, list[str], list[list[str]]]

_TIMES = ["tool", "ms", "median", "ratio", "ours at", "same tolerance", "our default"]
_ERRORS = ["tool", "tumour burden", "worst state", "failed", "MB", "of which its own"]


def tables(result: Result) -> list[Rows]:
    """Title, head and rows of each table."""
    n, at = result["model"]["patients"], f"rtol {result['peers_tolerance']:g}"
    own = {f"Abscopal, {tolerance}": figures for tolerance, figures in result["ours"].items()}
    groups = [
        (f"As their users run them, {at}", {PEERS[name].title: m for name, m in result["peers"].items()}),
        (f"Algorithm-matched, {at}", {PEERS[name].title: m for name, m in result["peers_matched"].items()}),
    ]
    found: list[Rows] = [(f"Ours by tolerance, {n} patients", _TIMES[:3], [_own(*item) for item in own.items()])]
    found += [(title, _TIMES, [_peer(*item) for item in group.items()]) for title, group in groups if group]
    groups = [("Ours", own), *groups]
    found += [
        (f"{title}: errors", _ERRORS, [_errors(*item) for item in group.items()]) for title, group in groups if group
    ]
    head = ["patients", "threads", "seconds", "patients/s", "ms of CPU", "peak MB"]
    found.append(("Ours by number of patients", head, [_size(row) for row in result["scaling"]]))
    trial = result["trial"]
    stages = [
        [stage, _two(trial["seconds"][stage]), f"{100 * trial['share'][stage]:.0f} %"] for stage in trial["seconds"]
    ]
    found.append((f"A trial of {trial['subjects']:,} subjects", ["stage", "seconds", "share"], stages))
    return found


def facts(result: Result) -> list[str]:
    """Sentences beside the tables."""
    model, floor, trial = result["model"], result["floor"], result["trial"]
    lines = [
        f"{model['name']}: {model['states']} states, {model['parameters']} parameters, {model['boluses']:.0f} doses in "
        f"{model['days']:.0f} days; milliseconds are of CPU per patient, least and median of {result['repeats']}.",
        f"Multiply-adds peak at {floor['peak_gflops']:.1f} GFLOP/s; a right-hand side needs "
        f"{floor['operations_patient']:.0f} operations and {floor['operations_lesion']:.0f} per lesion.",
        _floor_line(result["floor_ratio"], result["floor_ratio_at_scale"]),
        f"Outside compiled code: {100 * result['share_outside_kernels']:.1f} % of a solve.",
        f"Trial: {trial['subjects_per_second']:,.0f} subjects/s in one thread; clinic and tables cost "
        f"{100 * trial['outside_to_solve']:.0f} % of the engine's time.",
    ]
    for name, error in result["reference_check"].items():
        told = (
            error
            if isinstance(error, str)
            else f"burden to {error['burden_max']:.0e}, states to {error['state_max']:.0e}"
        )
        lines.append(f"Reference against {name}: {told}.")
    machine = result["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    return [*lines, f"{machine['cpu']}, {machine['cores']} cores, {machine['date'][:10]}; {versions}."]


def absent(result: Result) -> list[str]:
    """Say which peers are not installed, and how to get them."""
    return [f"Not installed: {PEERS[name].title}; {how}" for name, how in result["absent"].items()]


def to_markdown(result: Result) -> str:
    """Tables and sentences as Markdown."""
    parts = []
    for title, head, rows in tables(result):
        lines = [f"**{title}**", "", "| " + " | ".join(head) + " |", "| --- |" + " ---: |" * (len(head) - 1)]
        parts.append("\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)]))
    return "\n\n".join([*parts, "\n".join(f"- {line}" for line in [*facts(result), *absent(result)])])


def _floor_line(ratio: float | None, at_scale: float | None) -> str:
    if ratio is None or at_scale is None:
        return "The engine counts no steps, so there is no floating-point floor to compare with."
    return (
        f"Ours at its default tolerance takes {ratio:.2f} times what its arithmetic needs at that peak, and "
        f"{at_scale:.2f} times for the most patients below."
    )


def _own(title: str, m: Result) -> list[str]:
    return [title, m["problem"] or _two(m["ms"]), _two(m["ms_median"])]


def _peer(title: str, m: Result) -> list[str]:
    if m["problem"]:
        return [title, m["problem"], *[""] * (len(_TIMES) - 2)]
    at = "none" if m["tolerance"] is None else f"{m['tolerance']:g}"
    return [*_own(title, m), _ratio(m["matched_error"]), at, _ratio(m["same_tolerance"]), _ratio(m["default"])]


def _errors(title: str, m: Result) -> list[str]:
    """Median and largest error over patients, failures, memory."""
    if m["problem"]:
        return [title, "none", "none", "", "", ""]
    error = m["error"]
    pairs = ["none", "none"] if error is None else [_pair(error, "burden"), _pair(error, "state")]
    return [title, *pairs, str(m["failures"]), f"{m['memory_mb']:.0f}", f"{m['memory_added_mb']:.0f}"]


def _pair(error: Result, of: str) -> str:
    return f"{error[f'{of}_median']:.0e} / {error[f'{of}_max']:.0e}"


def _size(row: Result) -> list[str]:
    return [
        f"{row['patients']:,}", str(row["workers"]), _two(row["seconds"]), f"{row['patients_per_second']:,.0f}",
        _two(row["ms"]), f"{row['peak_memory_mb']:.0f}",
    ]  # fmt: skip


def _two(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _ratio(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"
