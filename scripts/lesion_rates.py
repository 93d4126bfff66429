"""Write validation/lesion_rates.yaml: how fast real lesions regress and grow, from published series.

    python scripts/lesion_rates.py FOLDER

FOLDER holds `lesions/`: series of single lesions of OAK and IMvigor210 (CC BY 4.0) and changes of the sum of target
lesions of INSPIRE (MIT). Only distributions are kept.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from abscopal.validation.lesion_rates import spreads_of
from lesions_from_series import lesion_table
from yaml_text import written

TARGET = Path(__file__).parents[1] / "src" / "abscopal" / "validation" / "lesion_rates.yaml"
LALEH = {
    "source": "checked",
    "citation": "Laleh NG et al., PLoS Comput Biol 2022;18:e1009822, doi 10.1371/journal.pcbi.1009822",
    "licence": "CC BY 4.0",
}
WHICH = (
    "one lesion of each patient, which one is not said; that this arm is {arm} is taken from how long patients were "
    "followed and how deep responses were: assumed"
)
SERIES = {
    "laleh2022_study4_oak.csv": ("oak", {"Study_4_Arm_1": "docetaxel", "Study_4_Arm_2": "atezolizumab"}),
    "laleh2022_study5_imvigor210.csv": ("imvigor210-cohort2", {"Study_5_Arm_1": "atezolizumab"}),
}
INSPIRE = {
    "trial": "INSPIRE", "arm": "pembrolizumab", "source": "checked", "licence": "MIT",
    "citation": "Bratman SV et al., Nat Cancer 2020;1:873-881 (recalled), changes of the sum of target lesions",
    "note": "five cohorts of advanced solid tumours; no shipped protocol",
}  # fmt: skip


def main(folder: Path) -> None:
    """Write the file."""
    lesions = [*of_single_lesions(folder / "lesions"), of_sums(folder / "lesions" / "inspire_ctdna_size_change.csv")]
    head = "# Written by scripts/lesion_rates.py: rates in 1/week, changes as shares of the diameter at baseline.\n"
    TARGET.write_text(head + written({"lesions": lesions}) + "\n", encoding="utf-8")
    for one in lesions:
        print(one["trial"], one["arm"], *(f"{s['measure']} {s['quartiles']} n={s['n']}" for s in one["spreads"]))


def of_single_lesions(folder: Path) -> Iterator[dict[str, Any]]:
    """Yield what is known of each arm with series of single lesions."""
    for name, (trial, arms) in SERIES.items():
        table = lesion_table(pd.read_csv(folder / name, dtype=str, keep_default_na=False), trial)[0]
        table["DIAMETER_MM"] = pd.to_numeric(table["DIAMETER_MM"], errors="coerce")
        for theirs, ours in arms.items():
            note = WHICH.format(arm=ours) if len(arms) > 1 else WHICH.partition(";")[0]
            yield {
                "trial": trial,
                "arm": ours,
                **LALEH,
                "note": note,
                "spreads": spreads(table[table["ARM"] == theirs]),
            }


def of_sums(path: Path) -> dict[str, Any]:
    """Return what is known from changes of the sum of target lesions, in per cent, by week."""
    changes = pd.read_csv(path).dropna(subset=["size_change"])
    rows = pd.DataFrame({"USUBJID": changes["id"], "ADY": 7 * changes["time"], "STATE": "present",
                         "DIAMETER_MM": 100.0 + changes["size_change"]})  # fmt: skip
    start = pd.DataFrame({"USUBJID": rows["USUBJID"].unique(), "ADY": 0.0, "STATE": "present", "DIAMETER_MM": 100.0})
    return INSPIRE | {"spreads": spreads(pd.concat([start, rows]))}


def spreads(series: pd.DataFrame) -> list[dict[str, Any]]:
    """Return distributions as plain values."""
    return [{**one.model_dump(), "quartiles": list(one.quartiles)} for one in spreads_of(series)]


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("which folder? python scripts/lesion_rates.py FOLDER")
    main(Path(sys.argv[1]))
