"""Run the published trials and lay what comes out beside what was published, as a Markdown table.

    python scripts/compare_published.py --workers 2 --seeds 1,2,3
    python scripts/compare_published.py checkmate-066 --seeds 1

A trial that an indication's file names under `calibration` was fitted; every other one was not. Each simulated number
is the mean over the seeds.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

import abscopal as ab
from abscopal import catalogue

LANDMARKS = (12, 24)  # months


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("protocols", nargs="*", help="names; all shipped protocols if left out")
    parser.add_argument("--seeds", default="1", help="comma-separated")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, help="file to write the table to; printed if left out")
    options = parser.parse_args()
    seeds = [int(seed) for seed in options.seeds.split(",")]
    rows = [row for name in options.protocols or catalogue.names("protocols") for row in compare(name, seeds, options)]
    text = table(rows)
    if options.out:
        options.out.write_text(text, encoding="utf-8")
    else:
        print(text, end="")


def compare(name, seeds, options):
    """Yield one row per arm that has published results, and one for the hazard ratio of overall survival."""
    protocol = catalogue.load_protocol(name)
    fitted = "yes" if name in catalogue.indication(protocol.indication).calibration else "no"
    print(f"{name}: {protocol.subjects} subjects, seeds {options.seeds}", file=sys.stderr, flush=True)
    summaries = [ab.run(protocol, seed=seed, workers=options.workers).summary for seed in seeds]
    for arm in protocol.arms:
        if arm.published is not None:
            simulated = [summary["arms"][arm.name] for summary in summaries]
            yield [name, fitted, arm.name, pair(arm.published.orr, [s["orr"] for s in simulated], percent), *(
                pair(survival(protocol, arm, month), [s["os_at"].get(str(month)) for s in simulated], percent)
                for month in LANDMARKS
            ), ""]  # fmt: skip
    for contrast in protocol.contrasts:
        ratios = [ratio(summary, contrast.arm, contrast.reference) for summary in summaries]
        if contrast.endpoint == "OS":
            label = f"{contrast.arm} to {contrast.reference}"
            yield [name, fitted, label, "", "", "", pair(contrast.hr, ratios, "{:.2f}".format)]


def survival(protocol, arm, month):
    """Return the published overall survival at a month: the arm's own figure, else a point of its curve."""
    if month in arm.published.os_at:
        return arm.published.os_at[month]
    points = [p for curve in protocol.curves if (curve.endpoint, curve.arm) == ("OS", arm.name) for p in curve.points]
    return dict(points).get(month)


def ratio(summary, arm, reference):
    """Return the simulated hazard ratio of overall survival, whichever way round the summary has it."""
    for row in summary["contrasts"]:
        if row["endpoint"] == "OS" and {row["arm"], row["reference"]} == {arm, reference} and row["hr"]:
            return row["hr"] if row["arm"] == arm else 1 / row["hr"]
    return None


def pair(published, simulated, show):
    """Return `simulated (published)`, with a dash for what there is none of."""
    value = getattr(published, "value", published)
    known = [number for number in simulated if number is not None]
    return f"{show(np.mean(known)) if known else '–'} ({show(value) if value is not None else '–'})"


def percent(share):
    return f"{100 * share:.0f} %"


def table(rows):
    """Return rows as a Markdown table."""
    head = ["trial", "fitted", "arm", "ORR", *(f"OS {month} months" for month in LANDMARKS), "OS hazard ratio"]
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    main()
