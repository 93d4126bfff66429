"""Write calibration/side_figures.yaml: published figures that belong to no arm of a shipped protocol.

    python scripts/side_figures_from_trials.py FOLDER

FOLDER holds `trials.yaml`; its side tables are pseudoprogression, time to response by setting, treatment beyond
progression, hyperprogression, onset and resolution of immune-related adverse events, their rates in labels, survival
of distant stages in registries and survival after many years. A figure takes the role of the trial behind it; one of
a trial that is no shipped protocol, or pooled over trials of both roles, has none and is only compared with.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from abscopal.yaml_reader import read_yaml
from yaml_text import written

TARGET = Path(__file__).parents[1] / "src" / "abscopal" / "calibration" / "side_figures.yaml"
TRIALS = {  # study and size: the trial it reports, where that is one of ours
    ("Robert", 206): "checkmate-066", ("Hodi", 327): "keynote-001-melanoma", ("Borghaei", 287): "checkmate-057",
    ("Rosenberg", 310): "imvigor210-cohort2",
}  # fmt: skip
BEYOND = {
    "CheckMate 025": "checkmate-025", "KEYNOTE-001 melanoma": "keynote-001-melanoma", "OAK atezolizumab": "oak",
    "CheckMate 141 nivolumab": "checkmate-141", "CheckMate 459 (% treated beyond progression)": "checkmate-459",
}  # fmt: skip
REFERENCES = {"Larkin 2015": "checkmate-067"}
REVIEW = "Jia W, Cancer Biol Med 2019, doi 10.20892/j.issn.2095-3941.2019.0144, table 1"
IRECIST = "Park HJ, Radiology 2020"
PERCENT, MONTHS, WEEKS, COUNT = "share", "months", "weeks", "patients"
Row = dict[str, Any]


def main(folder: Path) -> None:
    """Write the file and say how many figures have which role."""
    data = read_yaml(folder / "trials.yaml")
    roles = {trial["id"].replace("_", "-"): trial["role"] for trial in data["trials"]}
    figures = [with_role(row, roles) for row in rows(data["tables"])]
    head = "# Written by scripts/side_figures_from_trials.py: published figures that belong to no arm of a protocol.\n"
    TARGET.write_text(head + written({"figures": figures}) + "\n", encoding="utf-8")
    counts = {role: sum(row.get("role") == role for row in figures) for role in ("calibration", "validation", None)}
    print(f"{TARGET.name}: {len(figures)} figures, by role {counts}")


def with_role(row: Row, roles: dict[str, str]) -> Row:
    """Return a row with the role of its trial, if it has one, and without what is empty."""
    role = {"role": roles[row["trial"]]} if row.get("trial") else {}
    return {key: value for key, value in (row | role).items() if value not in (None, "")}


def rows(tables: dict[str, Any]) -> Iterator[Row]:
    """Yield every figure of the side tables."""
    yield from pseudoprogression(tables["pseudoprogression"])
    for row in tables["time_to_response_median_months"]["rows"]:
        yield made("time to response", row["setting"], "median", row["value"], MONTHS)
    for block in tables["treatment_beyond_progression"]:
        yield from beyond_progression(block)
    for row in tables["hyperprogression"]["rows"]:
        extra = {"n": row["n"], "citation": row["study"]}
        yield made(
            "hyperprogression", f"{row['tumour']}, {row['arm']}", row["definition"], row["rate"], PERCENT, **extra
        )
    for row in tables["irae_onset"]["rows"]:
        yield made("onset of irAE", row["agent"], row["organ"], row["value_weeks"], WEEKS, citation=row["ref"])
    yield from resolution(tables["irae_resolution"]["rows"])
    for row in tables["irae_reference_rates_label"]["rows"]:
        for grade, key in (("any grade", "any_pct"), ("grade 3 or worse", "g3_pct")):
            if row[key] is not None:
                what, extra = (
                    f"{row['organ']}, {grade}",
                    {"n": subjects(row["regimen"]), "citation": "US label, pooled"},
                )
                yield made("irAE in labels", row["regimen"], what, row[key], PERCENT, **extra)
    for row in tables["survival_distant_stage_seer_5y"]["rows"]:
        yield made("5-year relative survival", row["cancer"], "distant stage", row["value"], PERCENT, citation="SEER")
    yield from long_term(tables["long_term_os"])


def made(table: str, of: str, what: str, figure: Row, unit: str, **extra: Any) -> Row:
    """Return one figure; percentages become shares of 1."""
    divide = 100 if unit == PERCENT else 1
    lo, hi = figure.get("ci95", (None, None))
    numbers = {"value": figure["value"], "lo": lo, "hi": hi}
    scaled = {key: None if value is None else round(value / divide, 5) for key, value in numbers.items()}
    note = ", ".join(part for part in (figure.get("note", ""), extra.pop("note", "")) if part)
    return (
        {"table": table, "of": of, "what": what, **scaled, "unit": unit, "source": figure["source"]}
        | extra
        | {"note": note}
    )


def pseudoprogression(table: Row) -> Iterator[Row]:
    """Yield shares with pseudoprogression, by study."""
    pooled, unconfirmed = table["pooled_meta"], table["iupd_followed_by_pseudoprogression"]
    yield made("pseudoprogression", "all", "17 studies pooled", pooled, PERCENT, n=pooled["n"], citation=IRECIST)
    yield made("pseudoprogression", "all", "of those with iUPD", unconfirmed, PERCENT, n=287, citation=IRECIST)
    for row in table["rows"]:
        extra = {"n": row["n"], "citation": f"{row['study']}, in {REVIEW}", "note": row["criteria"]}
        trial = TRIALS.get((row["study"], row["n"]), "")
        what = f"{row['agent']}, {row['study']} ({row['n']})"
        yield made("pseudoprogression", row["tumour"], what, row["rate"], PERCENT, trial=trial, **extra)


def beyond_progression(block: Row) -> Iterator[Row]:
    """Yield what was seen in those treated beyond progression."""
    figures = {key: value for key, value in block.items() if isinstance(value, dict)}
    figures |= {f"response before: {key}": value for key, value in figures.pop("by_prior_bor", {}).items()}
    for key, figure in figures.items():
        unit = MONTHS if "median_os" in key else COUNT if "progressed" in key else PERCENT
        extra = {"trial": BEYOND.get(block["trial"], ""), "citation": block.get("ref", "")}
        yield made("treatment beyond progression", block["trial"], key.replace("_", " "), figure, unit, **extra)


def resolution(found: list[Row]) -> Iterator[Row]:
    """Yield shares and times of resolution."""
    for row in found:
        item = row["item"]
        unit = WEEKS if "(weeks)" in item else PERCENT
        what = item.replace(" (%)", "").replace(" (weeks)", "")
        what = what.replace("same", "pooled median time to resolution with IM", 1)
        trial = REFERENCES.get(row["ref"], "")
        yield made(
            "resolution of irAE", "checkpoint inhibitors", what, row["value"], unit, citation=row["ref"], trial=trial
        )


def long_term(table: Row) -> Iterator[Row]:
    """Yield survival by the cancer itself after many years; overall survival is in the protocols."""
    specific = {"checkmate-067": table["checkmate_067"]["melanoma_specific_survival_10y"],
                "keynote-006": table["keynote_006"]["mss_10y"]}  # fmt: skip
    for trial, arms in specific.items():
        for arm, figure in arms.items():
            yield made("melanoma-specific survival", arm, "10 years", figure, PERCENT, trial=trial)


def subjects(regimen: str) -> int | None:
    """Return the number at the end of `nivolumab mono n=1994`."""
    _, _, number = regimen.partition(" n=")
    return int(number) if number else None


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("which folder? python scripts/side_figures_from_trials.py FOLDER")
    main(Path(sys.argv[1]))
