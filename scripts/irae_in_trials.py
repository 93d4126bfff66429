"""Lay immune-related events of whole simulated trials, managed as the rules say, beside published incidences.

    python scripts/irae_in_trials.py --subjects 2000    # the table of docs/toxicity.md

Untreated melanoma, the regimens of CheckMate 067 (a calibration trial), the same patients in each; first line alone,
until 100 days after the last dose. Published: the dossier's pooled incidences (`fit_irae.TARGETS`), with the interval
that a share has in an arm of 314 patients; a model value inside it is marked *.
"""

from __future__ import annotations

import argparse
from dataclasses import replace

import numpy as np
import pandas as pd

import abscopal as ab
from abscopal.clinic.toxicity_grades import EVENTS
from abscopal.trial.simulate import Design, enrol, follow, prepare, tables
from fit_irae import TARGETS, TREATED, submodel

REGIMENS = {
    "both": ["nivolumab 1 mg/kg q3w x4, then 3 mg/kg q2w", "ipilimumab 3 mg/kg q3w x4"],
    "PD1": ["nivolumab 3 mg/kg q2w"],
    "CTLA4": ["ipilimumab 3 mg/kg q3w x4"],
}
ARM = 314  # patients of an arm of CheckMate 067
OBSERVED_AFTER = 100  # days after the last dose
DEATHS = {"PD1": 0.36, "CTLA4": 1.08, "both": 1.23}  # %, Wang 2018, recalled


def protocol(regimen: list[str], subjects: int) -> ab.Protocol:
    """Return a trial of one arm."""
    return ab.Protocol(
        name="events", indication="melanoma", subjects=subjects, arms=[ab.Arm("only", regimen)], accrual_months=0,
        scans="week 12, then every 6 weeks to week 49, then every 12 weeks", follow_up_months=30, dropout_per_year=0,
    )  # fmt: skip


def interval(percent: float) -> tuple[float, float]:
    """Return Wilson's interval of a share in an arm, in percent."""
    p, z = percent / 100, 1.96
    middle, half = p + z**2 / (2 * ARM), z * np.sqrt(p * (1 - p) / ARM + z**2 / (4 * ARM**2))
    return tuple(100 * (middle + sign * half) / (1 + z**2 / ARM) for sign in (-1, 1))  # type: ignore[return-value]


def beside(seen: float, published: float) -> str:
    """Return a share beside the published one and its interval, marked where inside."""
    low, high = interval(published)
    return f"{seen:.1f}{'*' if low <= seen <= high else ''} | {published:g} ({low:.1f}-{high:.1f})"


def weeks(days: pd.Series) -> str:
    """Return the median of days in weeks; a dash where most have no end or there are too few."""
    median = days.fillna(np.inf).median() / 7 if len(days) >= 10 else np.inf
    return f"{median:.1f}" if np.isfinite(median) else "-"


def events(design: Design, regimen: list[str], subjects: int, seed: int) -> tuple[pd.DataFrame, dict[str, float]]:
    """Simulate a regimen; return its immune-related events, and percent stopped for them and dead of them."""
    chosen = replace(design, protocol=protocol(regimen, subjects))
    population = enrol(chosen, seed)
    course = follow(chosen, population, np.zeros(subjects, dtype=np.int64), seed)
    found = tables(chosen, population, course)
    adae, adsl = found["adae"], found["adsl"].set_index("USUBJID")
    adae = adae[adae["AECAT"].eq("immune-related")]
    adae = adae[adae["ASTDY"] <= adae["USUBJID"].map(adsl["TRTEDY"]).fillna(0) + OBSERVED_AFTER]
    shares = {
        "any grade": 100 * adae["USUBJID"].nunique() / subjects,
        "grade 3": 100 * adae[adae["AETOXGR"] >= 3]["USUBJID"].nunique() / subjects,
        "stopped": 100 * float(adsl["DCTREAS"].eq("ADVERSE EVENT").mean()),
        "deaths": 100 * float(np.mean(course.cause == "treatment toxicity")),
    }
    return adae, shares


def rows(name: str, adae: pd.DataFrame, subjects: int) -> list[str]:
    """Return a line of the table for each organ on one class."""
    lines = []
    for event, target in TARGETS.items():
        if name not in target.rates:
            continue
        mine = adae[adae["AETERM"].eq(EVENTS[submodel(event).patient_species[-1]].term)]
        any_grade, severe = (100 * mine[mine["AETOXGR"] >= grade]["USUBJID"].nunique() / subjects for grade in (1, 3))
        first = mine.groupby("USUBJID")["ASTDY"].min()
        treated = mine[mine["AETOXGR"] >= TREATED]
        aim = target.onset if name == "PD1" else target.other.get(name)
        mends = target.resolution if name == "PD1" else None
        cells = [event, name, *(beside(*pair) for pair in zip((any_grade, severe), target.rates[name], strict=True))]
        cells += [weeks(first), f"{aim or ''}", weeks(treated["AENDY"] - treated["ASTDY"]), f"{mends or ''}"]
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--subjects", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    design = prepare(protocol(REGIMENS["both"], options.subjects))
    for name, regimen in REGIMENS.items():
        adae, shares = events(design, regimen, options.subjects, options.seed)
        print(name, {what: round(share, 2) for what, share in shares.items()}, f"published deaths {DEATHS[name]} %")
        print("\n".join(rows(name, adae, options.subjects)), flush=True)


if __name__ == "__main__":
    main()
