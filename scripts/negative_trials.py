"""Simulate the negative trials of docs/negative-trials.md and write its table and figure.

python scripts/negative_trials.py [SUBJECTS]    # 400 of each unless told otherwise

Every number between the markers of the page, and the figure, come from here; again after a change of results.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import abscopal as ab
from abscopal import catalogue
from abscopal.indications.indication import Indication
from abscopal.protocol import read_protocol
from abscopal.units import DAYS_PER_MONTH

ROOT = Path(__file__).parents[1]
PAGE, FIGURE = ROOT / "docs" / "negative-trials.md", ROOT / "docs" / "images" / "negative-trials.svg"
BEGIN, END = "<!-- results: begin -->\n", "<!-- results: end -->"
PICTURE = "![Overall survival in the three trials, both arms of each](images/negative-trials.svg)\n"
SEED = 1
LESS_COLD = {
    "all antigens presented": {"recognition": 0.543, "precursors": 871_000.0},  # odds over 0.25, number over 0.15
    "no stroma in the way": {"infiltration": 0.911},  # over 0.37
}
"""What the file of stable tumours would hold without what makes them cold."""
HEADS = ("cancer", "arm", "n", "ORR", "PFS median", "OS median", "OS hazard ratio to control")


def main(subjects: int = 400) -> None:
    trials = dict(simulated(subjects))
    rows = [row for name, trial in trials.items() for row in rows_of(name, trial)]
    lines = [HEADS, ["---"] * len(HEADS), *rows]
    table = "".join(f"| {' | '.join(line)} |\n" for line in lines)
    text = PAGE.read_text(encoding="utf-8")
    before, after = text.partition(BEGIN)[0], text.partition(END)[2]
    said = f"{subjects} subjects of each trial, seed {SEED}; months, 95 % intervals of sampling.\n"
    PAGE.write_text(f"{before}{BEGIN}\n{said}\n{table}\n{PICTURE}\n{END}{after}", encoding="utf-8")
    draw({name: trial for name, trial in trials.items() if "with" not in name.split()})


def simulated(subjects: int) -> Iterator[tuple[str, ab.Trial]]:
    """Each trial by what it is called on the page."""
    cold = {name: read_protocol(ROOT / "examples" / f"negative-{name}.yaml") for name in ("prostate", "ovarian")}
    for name, protocol in cold.items():
        yield name, ab.run(protocol, seed=SEED, subjects=subjects)
    colorectal = read_protocol(ROOT / "examples" / "negative-colorectal.yaml")
    yield "colorectal, stable", ab.run(colorectal, seed=SEED, subjects=subjects)
    known = catalogue.indication
    for words, changed in LESS_COLD.items():
        warmed = _with(known(colorectal.indication), changed)
        catalogue.indication = lambda _, one=warmed: one
        try:
            yield f"stable, with {words}", ab.run(colorectal, seed=SEED, subjects=subjects)
        finally:
            catalogue.indication = known


def _with(indication: Indication, values: Mapping[str, float]) -> Indication:
    """Return the indication with these medians of parameters."""
    parameters = dict(indication.parameters)
    for name, value in values.items():
        center = parameters[name].center.model_copy(update={"value": value})
        parameters[name] = parameters[name].model_copy(update={"center": center})
    return indication.model_copy(update={"parameters": parameters})


def rows_of(name: str, trial: ab.Trial) -> Iterator[list[str]]:
    """Return a row per arm, the control last."""
    treated, control = trial.protocol.arms
    ratio = trial.survival("OS").hazard_ratio(reference=control.name, arm=treated.name)
    against = f"{ratio.hr:.2f} ({ratio.lo:.2f} to {ratio.hi:.2f})"
    for arm, last in ((treated.name, against), (control.name, "")):
        found: Mapping[str, Any] = trial.summary["arms"][arm]
        medians = [_months(found["pfs_median"]), _months(found["os_median"])]
        yield [name, arm, str(found["n"]), f"{100 * found['orr']:.1f} %", *medians, last]


def _months(value: float | None) -> str:
    return "not reached" if value is None else f"{value:.1f}"


def draw(trials: Mapping[str, ab.Trial]) -> None:
    """Overall survival, a panel per trial."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    with pyplot.rc_context({"svg.hashsalt": "abscopal", "font.size": 9}):
        figure, panels = pyplot.subplots(1, len(trials), figsize=(11, 2.9), sharey=True, layout="constrained")
        for axes, (name, trial) in zip(panels, trials.items(), strict=True):
            survival = trial.survival("OS")
            for arm, colour in zip((arm.name for arm in trial.protocol.arms), ("#1B6CA8", "#8A8D91"), strict=True):
                curve = survival.curve(arm)
                axes.step([0.0, *(curve.time / DAYS_PER_MONTH)], [1.0, *curve.survival], where="post", color=colour,
                          label=arm)  # fmt: skip
            axes.set(title=name, xlabel="months", xlim=(0, 24), ylim=(0, 1), xticks=range(0, 25, 6))
            axes.legend(frameon=False, loc="upper right", fontsize=8)
            axes.spines[["top", "right"]].set_visible(False)
        panels[0].set_ylabel("alive")
        figure.savefig(FIGURE, metadata={"Date": None, "Creator": None})
        pyplot.close(figure)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
