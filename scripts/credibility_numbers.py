"""Write the figures of docs/credibility.md and README.md between their markers, from what `abscopal validate` wrote.

python scripts/credibility_numbers.py [FOLDER]   # from FOLDER/validation.json (runs/validation)
python scripts/credibility_numbers.py --check    # exit 1 when a page is not what the figures give

What the page needs of a validation is kept beside it in docs/credibility.json, so that anyone can check the page
without computing the validation again. No figure between the markers is typed by hand.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PAGE, KEPT, README = ROOT / "docs" / "credibility.md", ROOT / "docs" / "credibility.json", ROOT / "README.md"
BEGIN, END = "<!-- figures: begin -->\n", "<!-- figures: end -->"
ROLES = ("validation", "calibration")
WORST = 8
GOALS = {
    "landmarks": "median error of PFS and OS at landmarks",
    "orr_inside": "ORR inside its 95 % interval, share of arms",
    "hr_error": "mean error of log hazard ratios",
    "hr_inside": "hazard ratios inside their 95 % intervals",
}
SECTIONS = ("ORR", "PFS landmarks", "OS landmarks", "hazard ratios", "adverse events", "adverse events, grade 3")
BASELINES = {"naive": "naive transport", "independent": "independent action"}


def main() -> None:
    words = sys.argv[1:]
    if words != ["--check"]:
        found = json.loads((Path(words[0] if words else "runs/validation") / "validation.json").read_text("utf-8"))
        KEPT.write_text(json.dumps(kept(found), indent=1) + "\n", encoding="utf-8")
    figures = json.loads(KEPT.read_text(encoding="utf-8"))
    for page, inside in ((PAGE, block(figures)), (README, "\n" + _goals(figures) + "\n")):
        text = page.read_text(encoding="utf-8")
        written = text.partition(BEGIN)[0] + BEGIN + inside + END + text.partition(END)[2]
        if words != ["--check"]:
            page.write_text(written, encoding="utf-8")
        elif written != text:
            sys.exit(f"{page.name} is out of date: run make credibility after make validate")


def kept(found: dict[str, Any]) -> dict[str, Any]:
    """Return what the page needs of a validation."""
    names = ("n_per_arm", "seed", "versions", "trials", "summary", "coverage", "indications")
    return {name: found.get(name) for name in names} | {"misses": found["misses"][:WORST], "fitted": fitted()}


def fitted() -> list[str]:
    """Return the trials whose figures set numbers of an indication, as the indications' files say."""
    from abscopal import catalogue

    return sorted(
        {trial for name in catalogue.names("indications") for trial in catalogue.indication(name).calibration}
    )


def block(found: dict[str, Any]) -> str:
    """Return the whole text between the markers."""
    parts = (_basis, _goals, _coverage, _sections, _baselines, _indications, _misses)
    return "\n" + "\n".join(part(found) for part in parts) + "\n"


def _basis(found: dict[str, Any]) -> str:
    trials = {
        "fitted": found["fitted"],
        "could be fitted, and were not": _of_role(found, "calibration") - set(found["fitted"]),
        "never fitted": _of_role(found, "validation"),
    }
    lines = [
        f"`abscopal validate` of version {found['versions']['abscopal']}, {found['n_per_arm']} subjects per arm, seed "
        f"{found['seed']}: {len(found['trials'])} trials. Errors are simulated less published.\n"
    ]
    lines += [f"- {words}, {len(names)}: {', '.join(sorted(names))}" for words, names in trials.items()]
    return "\n".join(lines) + "\n"


def _of_role(found: dict[str, Any], role: str) -> set[str]:
    return {name for name, one in found["trials"].items() if one["role"] == role}


def _goals(found: dict[str, Any]) -> str:
    def cells(role: str, name: str) -> list[str]:
        one = found["summary"][role]["goals"][name]
        return ["not compared"] if one["reached"] is None else [_number(one["reached"], name.endswith("inside"))]

    rows = []
    for name, words in GOALS.items():
        goal = found["summary"]["validation"]["goals"][name]
        at = "at least" if name.endswith("inside") else "at most"
        met = {True: "yes", False: "no", None: "not compared"}[goal["met"]]
        share = name.endswith("inside")
        rows.append([words, f"{at} {_number(goal['goal'], share)}", *cells("validation", name), met,
                     *cells("calibration", name)])  # fmt: skip
    return table("Goals", ["goal", "asked", "trials never fitted", "met", "calibration trials"], rows)


def _coverage(found: dict[str, Any]) -> str:
    if not found["coverage"]:
        return "**Coverage**: this validation computed no predictive intervals.\n"
    rows = [
        [role, kind, str(one["figures"]), _share(one["inside"])]
        for role in ROLES
        for kind, one in found["coverage"][role]["kinds"].items()
    ]
    level = found["coverage"]["validation"]["level"]
    return table(f"Coverage of {_share(level)} predictive intervals", ["role", "figures", "n", "inside"], rows)


def _sections(found: dict[str, Any]) -> str:
    rows = []
    for section in SECTIONS:
        for role in ROLES:
            one = found["summary"][role]["sections"][section]["model"]
            if one is not None:
                rows.append([section, role, str(one["n"]), _number(one["middle"]), _number(one["mean"]),
                             _signed(one["bias"]), _share(one["inside"])])  # fmt: skip
    return table("Errors", ["figures", "role", "n", "median", "mean", "bias", "inside the 95 % interval"], rows)


def _baselines(found: dict[str, Any]) -> str:
    rows = []
    for section in ("ORR", "PFS landmarks", "OS landmarks", "hazard ratios"):
        for key, words in BASELINES.items():
            one = found["summary"]["validation"]["sections"][section][key]
            if one is not None:
                rows.append([section, words, str(one["n"]), _number(one["model_mean"]), _number(one["baseline_mean"]),
                             _share(one["nearer"])])  # fmt: skip
    heads = ["figures of trials never fitted", "baseline", "n", "model", "baseline's", "model nearer"]
    return table("Mean errors beside the two baselines", heads, rows)


def _indications(found: dict[str, Any]) -> str:
    rows = []
    for name, roles in (found["indications"] or {}).items():
        for role in ROLES:
            sections = roles[role]
            values = [sections[key] and _number(sections[key]["middle"]) for key in ("ORR", "landmarks")]
            if any(values):
                ratios = sections["hazard ratios"]
                last = "" if ratios is None else _number(ratios["mean"])
                rows.append([name, role, str(sections["trials"]), *(value or "" for value in values), last])
    heads = ["cancer", "role", "trials", "ORR, median error", "landmarks, median error", "log HR, mean error"]
    return table("By cancer", heads, rows) if rows else "**By cancer**: not summed up in this validation.\n"


def _misses(found: dict[str, Any]) -> str:
    rows = [[one["trial"], one["arm"], one["role"], one["worst"], one["why"][0]] for one in found["misses"]]
    return table("Worst misses", ["trial", "arm", "role", "worst figure", "what the errors have in common"], rows)


def table(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of Markdown under a title in bold."""
    lines = [heads, ["---"] * len(heads), *rows]
    return f"**{title}**\n\n" + "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _number(value: float, share: bool = False) -> str:
    return _share(value) if share else f"{value:.3f}"


def _signed(value: float) -> str:
    return f"{value:+.3f}"


def _share(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.0f} %"


if __name__ == "__main__":
    main()
