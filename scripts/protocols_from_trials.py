"""Write the shipped protocols from a folder of published trial figures.

    python scripts/protocols_from_trials.py FOLDER [NAME ...]

Every figure that is left out is printed with its reason; one without a reason makes the script fail.

FOLDER holds `trials.yaml` (published figures, arm by arm, each checked or recalled) and `survival/` (survival times
reconstructed from printed Kaplan-Meier figures). Reconstructed curves enter a protocol only as figures derived from
them: the Kaplan-Meier estimate every three months, with citation. What the protocols add to the folder (accrual,
follow-up, scans, who was enrolled, treatment after progression) stands in the modules of `protocols/`; hardly any of it
could be checked against a page, so shares of later treatment are marked recalled unless the folder gives them.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from abscopal.protocol import Protocol, plain, to_yaml
from abscopal.yaml_reader import read_yaml
from protocols import blood, breast_and_others, digestive, lung, melanoma, urogenital
from protocols.adverse_events import adverse_events
from protocols.curves import curves
from protocols.design import After, Design
from protocols.figures import baseline, contrasts, published
from protocols.left_out import carry, left_out, watched
from protocols.regimens import sentence
from protocols.subgroups import subgroups

TARGET = Path(__file__).parents[1] / "src" / "abscopal" / "protocols"
SCHEMA = "../protocol/protocol.schema.json"
SHARES = (
    "Shares of later treatment are the published shares of all randomised divided by the share alive after progression "
    "({how}, a tenth of all dying first)."
)
READ = "read off the progression-free survival curve"
DERIVED = "one less progression-free survival, carried on exponentially from its last published figure"
DYING_FIRST = 0.1
# what publications seldom tell
LEFT_TO_DEFAULTS = ("management", "imaging", "access", "censoring", "accrual_ramp_months", "withdrawal_per_year")

DESIGNS = {
    name: design
    for module in (melanoma, lung, urogenital, digestive, breast_and_others, blood)
    for name, design in module.DESIGNS.items()
}


def main(folder: Path, names: list[str]) -> None:
    """Write the protocols named, or all."""
    trials = {trial["id"]: watched(trial) for trial in read_yaml(folder / "trials.yaml")["trials"]}
    unexplained = 0
    for name in names or DESIGNS:
        trial = trials[name.replace("-", "_")]
        whole = plain(Protocol(**fields_of(name, DESIGNS[name], trial, folder)))
        protocol = Protocol(**{key: value for key, value in whole.items() if key not in LEFT_TO_DEFAULTS})
        path = TARGET / f"{name}.yaml"
        path.write_text(to_yaml(protocol, schema=SCHEMA, defaults=False), encoding="utf-8")
        print(path.relative_to(TARGET.parents[2]))
        unexplained += report(left_out(trial, set(DESIGNS[name].arms.values())))
    if unexplained:
        sys.exit(f"{unexplained} figures were left out for no known reason")


def report(figures: list[tuple[str, str]]) -> int:
    """Print the figures that were left out, each with its reason; return how many have none."""
    for place, reason in figures:
        print(f"    left out: {place}: {reason or 'NO REASON KNOWN'}")
    return sum(not reason for _, reason in figures)


def fields_of(name: str, design: Design, trial: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Return the fields of a protocol."""
    by_id = {arm["id"]: arm for arm in trial["arms"]}
    sizes = {ours: by_id[theirs]["n"] for ours, theirs in design.arms.items()}
    allocation = {ours: round(size / min(sizes.values())) for ours, size in sizes.items()} | design.allocation
    return {
        "name": name,
        "title": design.title,
        "registry": trial["nct"],
        "role": trial["role"],
        "indication": design.indication,
        "line": design.line or trial["line"][:2],
        **({"setting": "adjuvant"} if design.adjuvant else {}),
        "subjects": sum(sizes.values()),
        "arms": {
            ours: with_subgroups(
                arm_fields(ours, design, by_id[theirs], allocation[ours], trial),
                subgroups(name, ours, design, trial, folder / "survival"),
            )
            for ours, theirs in design.arms.items()
        },
        "scans": design.scans,
        "criteria": "RECIST 1.1",
        "accrual_months": design.accrual_months,
        "follow_up_months": design.follow_up_months,
        "baseline": baseline(design, trial),
        "contrasts": contrasts(design, trial["contrasts"]),
        "curves": curves(design, folder / "survival"),
        "sources": [citation(paper) for paper in trial["citations"]],
        "note": note_of(design),
    }


def note_of(design: Design) -> str:
    """Return who was enrolled, how shares were derived, and how the protocol departs from the trial."""
    criteria = (
        f"The trial judged response by {design.criteria}: here it is judged by the size of what scans and compartments "
        "show (RECIST 1.1)."
    )
    parts = (
        f"Enrolled: {design.enrolled}." if design.enrolled else "",
        f"Randomisation was stratified by {design.stratified}; here it is not." if design.stratified else "",
        SHARES.format(how=READ if design.progressing else DERIVED) if design.after else "",
        criteria if design.criteria else "",
        design.note,
    )
    return " ".join(part for part in parts if part)


def arm_fields(
    ours: str, design: Design, arm: dict[str, Any], allocation: float, trial: dict[str, Any]
) -> dict[str, Any]:
    """Return one arm: what is given, what follows, what it did."""
    regimen = design.regimens.get(ours)
    results = published(ours, design, arm)
    progressing = design.progressing.get(ours) or alive_after_progression(results, design)
    return {
        "regimen": [sentence(part) for part in arm["regimen"]] if regimen is None else regimen,
        "allocation": allocation,
        "subsequent": [subsequent(after, progressing, trial) for after in design.after.get(ours, ())],
        "note": design.notes.get(ours, ""),
        "published": results | {"adverse_events": adverse_events(arm)},
    }


def with_subgroups(arm: dict[str, Any], parts: list[dict[str, Any]]) -> dict[str, Any]:
    """Return an arm with what was published of parts of it."""
    return arm | {"published": arm["published"] | {"subgroups": parts}}


def alive_after_progression(results: dict[str, Any], design: Design) -> float:
    """Return the share of all randomised alive after progression: all but the progression-free and those dying first.

    Progression-free survival halfway between first and last cut-off is carried on exponentially from its last landmark
    or from its median; neither known, half are taken to be without progression.
    """
    month = design.follow_up_months + design.accrual_months / 2
    known = {float(at): figure["value"] for at, figure in results.get("pfs_at", {}).items()}
    if not known and (median := results.get("pfs_median", {}).get("value")):
        known = {median: 0.5}
    last = max(known, default=month)
    return float(1 - known.get(last, 0.5) ** max(month / last, 1.0) - DYING_FIRST)


def subsequent(after: After, progressing: float, trial: dict[str, Any]) -> dict[str, Any]:
    """Return later treatment as a share of those alive after progression."""
    part, source = after.of_randomised, after.source
    if part is None:
        crossing = carry(trial["crossover_pct_control_to_io"])
        part, source = crossing["value"] / 100, crossing["source"]
    note = f"{round(100 * part)} % of all randomised" + (f", {after.note}" if after.note else "")
    regimen = [after.regimen] if isinstance(after.regimen, str) else list(after.regimen)
    return {"regimen": regimen, "share": round(part / progressing, 2), "source": source, "note": note}


def citation(paper: dict[str, Any]) -> dict[str, str]:
    """Return a publication; a particle before the surname is not part of its key."""
    surname = next(word for word in paper["first_author"].split() if word[0].isupper())
    text = f"{paper['first_author']} et al., {paper['journal']} {paper['year']}"
    return {
        "key": f"{surname.lower()}-{paper['year']}", "citation": text, "doi": paper["doi"], "note": paper["reports"],
    }  # fmt: skip


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("which folder? python scripts/protocols_from_trials.py FOLDER [NAME ...]")
    main(Path(sys.argv[1]), sys.argv[2:])
