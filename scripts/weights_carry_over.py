"""Find weights on all arms of a calibration trial but one, apply them to that one, and do so with each arm in turn.

python scripts/weights_carry_over.py RUN ... [--trust 1 10 100] [--workers W]

Each RUN is the folder of a finished run of a calibration trial with two arms or more; its subjects are lived through
every arm again. Prints the table of docs/weighting.md in Markdown: how far the arm left out is off without and with
weights, in standard errors (root mean square), and its median |dS| at landmarks.
"""

import argparse
import math
import sys
from pathlib import Path

import numpy as np

from abscopal.calibration.targets import fit_targets
from abscopal.calibration.weighed_run import weigh_lives
from abscopal.calibration.weighted_trial import moments_of, reading
from abscopal.calibration.weights_file import live_every_arm, read_run


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", nargs="+", type=Path, help="folders of finished runs")
    parser.add_argument("--trust", nargs="+", type=float, default=[1.0, 10.0, 100.0])
    parser.add_argument("--workers", type=int, default=1)
    asked = parser.parse_args()
    heads = [f"trust {trust:g}" for trust in asked.trust]
    print("| arm left out | miss, as drawn |", " | ".join([*heads, "median \\|ΔS\\|, as drawn", *heads]), "|")
    print("|", " | ".join(["---"] * (3 + 2 * len(heads))), "|")
    for folder in asked.runs:
        run = read_run(folder)
        print(f"{run.protocol.name}: living every arm", file=sys.stderr)
        report(run, live_every_arm(run, asked.workers), asked.trust)


def report(run, lives, trusts):
    """Print a row for each arm."""
    targets = fit_targets([run.protocol], math.inf)
    for arm in lives.arms:
        rest = [target for target in targets if target.arm != arm]
        own = [target for target in targets if target.arm == arm]
        found = [weigh_lives(run, lives, [run.protocol], rest, trust=trust).weight for trust in trusts]
        misses, curves = zip(*(off(lives, own, w) for w in (np.ones(len(lives.adsl)), *found)), strict=True)
        words = [f"{miss:.2f}" for miss in misses] + [f"{curve:.3f}" for curve in curves]
        print(f"| {run.protocol.name}, {arm} |", " | ".join(words), "|", flush=True)


def off(lives, targets, weight):
    """Root mean square miss in standard errors, and median absolute error of survival at landmarks."""
    moments, kept, _ = moments_of(lives, targets)
    arm = lives.arms[kept[0].arm]
    apart = [reading(arm, target.quantity, weight[arm.place]) - target.value for target in kept]
    misses = [one / moment.error for one, moment in zip(apart, moments, strict=True)]
    curves = [abs(one) for one, target in zip(apart, kept, strict=True) if target.kind == "survival"]
    return np.sqrt(np.mean(np.square(misses))), np.median(curves)


if __name__ == "__main__":
    main()
