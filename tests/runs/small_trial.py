"""A small trial in many shards, the program that runs it, and what its tables are.

`python small_trial.py FOLDER [OPTION=VALUE ...]` runs it in a process that a test may kill; the report is left out, for
it has tests of its own and takes longer than the rest.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

from abscopal.protocol import Protocol
from abscopal.runs import finish as finishing
from abscopal.runs.files import write_json
from abscopal.runs.run import Order, Outcome, run

N, POOL = 60, 10
PROTOCOL = Protocol(
    name="small",
    indication="melanoma",
    subjects=N,
    follow_up_months=8,
    accrual_months=4,
    arms=[
        {"name": "a", "regimen": ["nivolumab 240 mg q2w"]},
        {"name": "b", "regimen": ["dacarbazine 1000 mg/m2 q3w"], "allocation": 2},
    ],
)


def order(folder: Path, **options) -> Order:
    """The small trial in six shards, unless told otherwise."""
    return Order(**({"protocol": PROTOCOL, "seed": 4, "n": N, "folder": folder, "pool": POOL} | options))


def without_report(folder, design, tables, found, failures, described) -> None:
    """What `write_run` does, but for figures and report."""
    write_json(folder / "summary.json", found)
    write_json(folder / "failures.json", failures)
    write_json(folder / "manifest.json", described)


def hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of the final tables."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted((folder / "adam").iterdir())}


def small_run(folder: Path, **options) -> Outcome:
    return run(order(folder, **options))


def start(folder: Path, **options) -> subprocess.Popen:
    """Start the small trial in a process group of its own; what it says goes to a file beside its folder."""
    words = [f"{name}={value}" for name, value in options.items()]
    with folder.with_name("said").open("w") as said:
        return subprocess.Popen(
            [sys.executable, __file__, str(folder), *words], stdout=said, stderr=said, start_new_session=True
        )


def main(folder: str, *words: str) -> None:
    finishing.write_run = without_report
    options = dict(word.split("=") for word in words)
    run(order(Path(folder), **{name: int(value) for name, value in options.items()}), note=print)


if __name__ == "__main__":
    main(*sys.argv[1:])
