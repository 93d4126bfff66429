"""The report's plain tables: who was treated, how they responded, why treatment stopped, what they died of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from abscopal.analysis.response import response_rates
from abscopal.report.estimates import survival_of
from abscopal.report.numbers import NONE, count, median_and_quartiles, month_interval, months, percent, percent_interval
from abscopal.report.published import PublishedValue
from abscopal.report.style import RESPONSE_NAMES
from abscopal.report.waterfall import responses_of
from abscopal.units import DAYS_PER_MONTH

Rows = list[list[str]]
Cell = Callable[[pd.DataFrame], str]

STOP_REASONS = {
    "PROGRESSION": "progression",
    "DEATH": "death",
    "COMPLETED": "planned treatment completed",
    "WITHDRAWAL": "withdrawal of consent",
    "LOST TO FOLLOW-UP": "lost to follow-up",
    "ADVERSE EVENT": "adverse event",
    "ONGOING": "still on treatment at cut-off",
    "NEVER TREATED": "never treated",
}
END_STATES = {
    "DEATH": "died",
    "ONGOING": "alive at cut-off",
    "LOST TO FOLLOW-UP": "lost to follow-up",
    "WITHDRAWAL BY SUBJECT": "withdrew consent",
}

# label, column, name of the published marginal, how to print a column of subjects
BASELINE: tuple[tuple[str, str, str, Cell], ...] = (
    ("Age, years", "AGE", "age_median", lambda s: median_and_quartiles(s["AGE"])),
    ("Men", "SEX", "male", lambda s: count(int((s["SEX"] == "M").sum()), len(s))),
    ("ECOG 1 or more", "ECOG", "ecog1", lambda s: count(int((s["ECOG"] >= 1).sum()), len(s))),
    ("LDH above ULN", "LDH", "ldh_high", lambda s: count(int((s["LDH"] > 1).sum()), len(s))),
    ("PD-L1 1 % or more", "PDL1", "pdl1_ge1", lambda s: count(int((s["PDL1"] >= 0.01).sum()), len(s))),
    ("Lesions seen", "NLESION", "", lambda s: median_and_quartiles(s["NLESION"])),
    ("Organs involved", "NSITE", "sites_median", lambda s: median_and_quartiles(s["NSITE"])),
    ("Sum of target diameters, mm", "SUMDIAM", "sum_of_diameters_median", lambda s: median_and_quartiles(s["SUMDIAM"])),
    ("Liver lesions", "LIVERFL", "liver", lambda s: count(int((s["LIVERFL"] == "Y").sum()), len(s))),
    ("Lung lesions", "LUNGFL", "lung", lambda s: count(int((s["LUNGFL"] == "Y").sum()), len(s))),
    ("Bone lesions", "BONEFL", "bone", lambda s: count(int((s["BONEFL"] == "Y").sum()), len(s))),
    ("Brain lesions", "BRAINFL", "brain", lambda s: count(int((s["BRAINFL"] == "Y").sum()), len(s))),
)


def baseline_rows(adsl: pd.DataFrame, arms: Sequence[str], published: Mapping[str, PublishedValue]) -> Rows:
    """Who was treated, by arm, and what the paper says of all its subjects.

    Parameters
    ----------
    adsl
        Subjects.
    arms
        Arms in order.
    published
        Marginals at baseline by name, such as `age_median`; where there is none, the rows have no last cell.
    """
    by_arm = [adsl[adsl["ARM"] == arm] for arm in arms]
    table = [["Subjects", *(str(len(subjects)) for subjects in by_arm)]]
    table += [[label, *(cell(s) for s in by_arm)] for label, column, _, cell in BASELINE if column in adsl.columns]
    if published:
        shown = {label: published.get(key) for label, _, key, _ in BASELINE}
        table = [[*row, _marginal(shown.get(row[0]))] for row in table]
    return table


def _marginal(value: PublishedValue | None) -> str:
    if value is None or value.value is None:
        return NONE
    return percent(value.value) if value.value <= 1 else f"{value.value:g}"


def response_rows(tables: Mapping[str, pd.DataFrame], arms: Sequence[str]) -> Rows:
    """Count confirmed best responses by arm, rates with exact 95 % intervals, duration and time to response."""
    adsl, adrs = tables["adsl"], tables["adrs"]
    best = responses_of(adsl["USUBJID"], adrs)
    rates = response_rates(adrs, adsl)
    rows = []
    for code, name in RESPONSE_NAMES.items():
        found = [best[(adsl["ARM"] == arm).to_numpy()] for arm in arms]
        rows.append([f"{name.capitalize()} ({code})", *(count(int((f == code).sum()), len(f)) for f in found)])
    for label, attribute in (
        ("Objective response, exact 95 % interval", "objective"),
        ("Disease control, exact 95 % interval", "disease_control"),
    ):
        shares = [getattr(rates[arm], attribute) if arm in rates else None for arm in arms]
        rows.append(
            [
                label,
                *(
                    NONE if s is None else f"{percent(s.rate, 1)} ({percent_interval((s.lower, s.upper))})"
                    for s in shares
                ),
            ]
        )
    rows.append(["Median duration of response, months", *(_duration(tables["adtte"], arm) for arm in arms)])
    rows.append(["Median time to response, months", *(_time_to_response(tables["adtte"], arm) for arm in arms)])
    return rows


def disposition_rows(adsl: pd.DataFrame, arms: Sequence[str]) -> Rows:
    """Why protocol treatment stopped, and how each subject's follow-up ended."""
    by_arm = [adsl[adsl["ARM"] == arm] for arm in arms]
    rows = [["Why protocol treatment stopped"]]
    rows += _counted(by_arm, "DCTREAS", STOP_REASONS)
    rows.append(["Last known state"])
    rows += _counted(by_arm, "EOSSTT", END_STATES)
    rows.append(["Afterwards"])
    treated = [int((subjects["NXTRT"].fillna("") != "").sum()) for subjects in by_arm]
    rows.append(["subsequent therapy", *(count(n, len(s)) for n, s in zip(treated, by_arm, strict=True))])
    return rows


def death_rows(adsl: pd.DataFrame, arms: Sequence[str]) -> Rows:
    """Causes of death, the most frequent first; shares are of the arm's deaths."""
    dead = adsl[adsl["DTHDY"].notna()]
    causes = dead["DTHCAUS"].astype("str").replace("", "not stated")
    by_arm = [causes[dead["ARM"] == arm] for arm in arms]
    subjects = [int((adsl["ARM"] == arm).sum()) for arm in arms]
    rows = [["Deaths, of all subjects", *(count(len(c), n) for c, n in zip(by_arm, subjects, strict=True))]]
    ranked = causes.value_counts().sort_index().sort_values(ascending=False, kind="stable")
    return rows + [[str(cause), *(count(int((c == cause).sum()), len(c)) for c in by_arm)] for cause in ranked.index]


def _counted(by_arm: Sequence[pd.DataFrame], column: str, names: Mapping[str, str]) -> Rows:
    """One row per value that occurs, in the order of `names`; a value without a name shows as itself."""
    seen = list(dict.fromkeys(value for subjects in by_arm for value in sorted(subjects[column].unique())))
    ordered = [value for value in names if value in seen] + [value for value in seen if value not in names]
    return [
        [names.get(value, str(value).lower()), *(count(int((s[column] == value).sum()), len(s)) for s in by_arm)]
        for value in ordered
    ]


def _duration(adtte: pd.DataFrame, arm: str) -> str:
    survival = survival_of(adtte, "DOR")
    if survival is None or arm not in survival.arms:
        return NONE
    return f"{months(survival.median(arm))} ({month_interval(survival.median_interval(arm))})"


def _time_to_response(adtte: pd.DataFrame, arm: str) -> str:
    rows = adtte[(adtte["PARAMCD"] == "TTR") & (adtte["ARM"] == arm) & (adtte["CNSR"] == 0)]
    return median_and_quartiles(rows["AVAL"] / DAYS_PER_MONTH, 1)
