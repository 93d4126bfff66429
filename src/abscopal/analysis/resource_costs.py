"""What a trial's resources cost, from its tables and the user's prices: one accrual of costs per kind of resource.

A dose costs the cheapest whole vials that cover it, or its milligrams where vials are shared; daily intake costs its
tablets day by day. Visits are the days with a dose, a scan or a laboratory value. An adverse event costs what its term
and grade cost, on the day it is first seen. Nothing is charged after the last day known of a subject.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from math import gcd

import numpy as np
import pandas as pd

from abscopal.analysis.accrual import Accrual
from abscopal.analysis.censored import Floats
from abscopal.analysis.economic_tables import Followed
from abscopal.analysis.price_table import DrugPrice, PriceTable, Vial
from abscopal.analysis.quality_of_life import state_limits
from abscopal.errors import InputError, Problem, did_you_mean
from abscopal.units import DAYS_PER_MONTH

CATEGORIES = {
    "drugs": "Protocol treatment",
    "administration": "Administration",
    "visits": "Visits",
    "scans": "Scans",
    "toxicity": "Toxicity",
    "management_drugs": "Drugs against toxicity",
    "subsequent": "Subsequent therapy",
    "care": "Care by health state",
    "end_of_life": "End of life",
}
"""Kinds of cost, in the order of tables and figures."""

_FINEST = 100  # parts of a mg to which vials and doses are rounded
_MOST_PARTS = 2_000_000  # of the largest dose; more would be a wrong unit


def costs(trial: Followed, prices: PriceTable) -> dict[str, Accrual]:
    """Costs of all subjects by kind, in the order of `CATEGORIES`.

    Raises
    ------
    InputError
        Naming every drug that was given and has no price, or none that fits the unit of its doses.
    """
    if problems := list(missing_prices(trial, prices)):
        raise InputError(problems)
    first, later = (_lines(trial, protocol=protocol) for protocol in (True, False))
    found = {
        "drugs": _of_drugs(first, prices),
        "administration": _administration(_paid(trial, prices), prices),
        "visits": _visits(trial, prices),
        "scans": _at_once(trial.scans, prices.scan.value),
        "toxicity": _toxicity(trial, prices),
        "management_drugs": _of_drugs(_managed(trial, prices), prices),
        "subsequent": _of_drugs(later, prices) if prices.subsequent_therapy is None else _lump(later, prices),
        "care": _care(trial, prices),
        "end_of_life": Accrual.at_once(np.flatnonzero(trial.died), trial.end[trial.died], prices.end_of_life.value),
    }
    return {name: found[name].until(trial.end) for name in CATEGORIES}


def missing_prices(trial: Followed, prices: PriceTable) -> Iterator[Problem]:
    """Yield, for every drug given, what the table lacks to price it."""
    given = _paid(trial, prices)
    for name, rows in given.groupby(given["EXTRT"].astype("str"), sort=True):
        units, count = sorted(set(rows["EXDOSU"].astype("str"))), len(rows)
        if unknown := int(rows["EXDOSE"].isna().sum()):
            yield Problem(f"drugs.{name}", "a dose (EXDOSE) in every row", f"{unknown} rows without")
        price = prices.drugs.get(str(name))
        if price is None:
            guess = did_you_mean(str(name), prices.drugs)
            ways = _ways(units)
            yield Problem(f"drugs.{name}", f"{ways}, for {count} rows in {', '.join(units)}", "nothing", guess)
        elif wrong := [unit for unit in units if not _fits(price, unit)]:
            yield Problem(f"drugs.{name}", _ways(wrong), f"a price that does not fit doses in {', '.join(wrong)}")


def _ways(units: list[str]) -> str:
    ways = {"mg": "vials, per_mg or per_dose", "mg/day": "vials, per_mg or per_day"}
    return " and ".join(
        dict.fromkeys(ways.get(unit, "per_day" if unit.endswith("/day") else "per_dose") for unit in units)
    )


def _fits(price: DrugPrice, unit: str) -> bool:
    daily = unit.endswith("/day")
    if price.vials or price.per_mg is not None:
        return unit in ("mg", "mg/day")
    return price.per_day is not None if daily else price.per_dose is not None


def _lines(trial: Followed, *, protocol: bool) -> pd.DataFrame:
    return trial.doses[(trial.doses["EXLINE"] == 1) == protocol]


def _priced(trial: Followed, prices: PriceTable) -> pd.DataFrame:
    """Return doses that are priced one by one."""
    return trial.doses if prices.subsequent_therapy is None else _lines(trial, protocol=True)


def _paid(trial: Followed, prices: PriceTable) -> pd.DataFrame:
    """Everything that is priced one by one: doses, and drugs against toxicity."""
    return pd.concat([_priced(trial, prices), _managed(trial, prices)])


def _managed(trial: Followed, prices: PriceTable) -> pd.DataFrame:
    """Drugs given against toxicity, with the columns of doses; daily ones, from the first day to the last."""
    columns = ["place", "EXTRT", "EXDOSE", "EXDOSU", "ADY", "AENDY"]
    if trial.medications is None or prices.toxicity_includes_drugs or trial.medications.empty:
        return trial.doses.iloc[:0][columns]
    rows = trial.medications
    unit = rows["CMDOSU"].astype("str")
    last = rows["AENDY"].fillna(pd.Series(trial.end[rows["place"]], index=rows.index))
    return pd.DataFrame({
        "place": rows["place"], "EXTRT": rows["CMTRT"].astype("str"), "EXDOSE": rows["CMDOSE"], "EXDOSU": unit,
        "ADY": rows["ASTDY"].astype(float), "AENDY": last.astype(float),
    })  # fmt: skip


def _of_drugs(rows: pd.DataFrame, prices: PriceTable) -> Accrual:
    """Costs of doses and daily intake, drug by drug."""
    groups = rows.groupby([rows["EXTRT"].astype("str"), rows["EXDOSU"].astype("str")], sort=True)
    return Accrual.together(
        [_of_drug(part, str(unit), prices.drugs[str(name)], prices) for (name, unit), part in groups]
    )


def _of_drug(rows: pd.DataFrame, unit: str, price: DrugPrice, prices: PriceTable) -> Accrual:
    who, day = rows["place"].to_numpy(), rows["ADY"].to_numpy(float)
    cost = dose_cost(rows["EXDOSE"].to_numpy(float), price, shared=prices.vials_shared, rounding=prices.dose_rounding)
    if unit.endswith("/day"):
        return Accrual.over(who, day, rows["AENDY"].to_numpy(float) + 1, cost)
    return Accrual.at_once(who, day, cost)


def dose_cost(dose: Floats, price: DrugPrice, *, shared: bool = False, rounding: float = 0.0) -> Floats:
    """Cost of each dose (k,), in mg unless the price is of a dose or a day.

    Parameters
    ----------
    dose
        Doses, or daily doses.
    price
        Of the drug.
    shared
        Whether what is left in a vial is given to somebody else.
    rounding
        Share by which a dose may be rounded down to fit its vials.
    """
    for fixed in (price.per_dose, price.per_day):
        if fixed is not None:
            return np.full(len(dose), fixed.value)
    if price.per_mg is not None:
        return np.asarray(dose * price.per_mg.value)
    if shared:
        return np.asarray(dose * min(vial.price.value / vial.mg for vial in price.vials))
    return _whole_vials(dose * (1 - rounding), price.vials)


def _whole_vials(dose: Floats, vials: tuple[Vial, ...]) -> Floats:
    """Cost of the cheapest whole vials that hold each dose, by dynamic programming over their common measure."""
    sizes = [max(1, round(vial.mg * _FINEST)) for vial in vials]
    measure = reduce(gcd, sizes)
    needed = np.ceil(dose * _FINEST / measure - 1e-6).astype(np.int64)
    most = int(needed.max(initial=0))
    if most > _MOST_PARTS:
        raise InputError([Problem("drugs", f"doses of at most {_MOST_PARTS} parts of their vials", f"{most}")])
    cover = np.zeros(most + 1)
    options = [(size // measure, vial.price.value) for size, vial in zip(sizes, vials, strict=True)]
    for parts in range(1, most + 1):
        cover[parts] = min(price + cover[max(0, parts - size)] for size, price in options)
    return np.asarray(cover[np.maximum(needed, 0)])


def _at_once(rows: pd.DataFrame, amount: float | Floats, day: str = "ADY") -> Accrual:
    return Accrual.at_once(rows["place"].to_numpy(), rows[day].to_numpy(float), amount)


def _administration(rows: pd.DataFrame, prices: PriceTable) -> Accrual:
    """Each kind of administration once per subject and day; daily intake has none."""
    given = rows[~rows["EXDOSU"].astype("str").str.endswith("/day")]
    kinds = {name: price.administration for name, price in prices.drugs.items()}
    kind = given["EXTRT"].astype("str").map(kinds).fillna("")
    once = given.assign(kind=kind)[kind != ""].drop_duplicates(["place", "ADY", "kind"])
    amount = {key: price.value for key, price in prices.administration.items()}
    return _at_once(once, np.asarray(once["kind"].map(amount), dtype=np.float64))


def _visits(trial: Followed, prices: PriceTable) -> Accrual:
    come = pd.concat([trial.doses, trial.left_out])
    come = come[~come["EXDOSU"].astype("str").str.endswith("/day")]
    sources = [come, trial.scans, *([] if trial.samples is None else [trial.samples])]
    days = pd.concat([rows[["place", "ADY"]].astype(float) for rows in sources]).drop_duplicates()
    return _at_once(days.astype({"place": np.intp}), prices.visit.value)


def _toxicity(trial: Followed, prices: PriceTable) -> Accrual:
    pairs = zip(trial.events["AETERM"].astype("str"), trial.events["AETOXGR"], strict=True)
    amount = np.array([prices.toxicity.of(term, int(grade)) for term, grade in pairs], dtype=float)
    return _at_once(trial.events, amount, "ASTDY")


def _lump(later: pd.DataFrame, prices: PriceTable) -> Accrual:
    """Return the price of all subsequent therapy, on its first day."""
    first = later.groupby("place", sort=True)["ADY"].min()
    price = 0.0 if prices.subsequent_therapy is None else prices.subsequent_therapy.value
    return Accrual.at_once(first.index.to_numpy(np.intp), first.to_numpy(float), price)


def _care(trial: Followed, prices: PriceTable) -> Accrual:
    limits, who, care = state_limits(trial), np.arange(trial.count), prices.care_per_month
    free = Accrual.over(who, limits[:, 0], limits[:, 2], care.progression_free.value / DAYS_PER_MONTH)
    after = Accrual.over(who, limits[:, 2], limits[:, 3], care.progressed.value / DAYS_PER_MONTH)
    return Accrual.together([free, after])
