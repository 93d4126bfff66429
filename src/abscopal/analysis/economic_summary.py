"""The evaluation of a trial's costs and QALYs as plain values, for JSON, and its subjects as a table."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pandas as pd

from abscopal.analysis.accrual import Accrual, Weights
from abscopal.analysis.censored import Floats
from abscopal.analysis.cost_effectiveness import acceptability, net_benefit
from abscopal.analysis.economic_tables import Followed
from abscopal.analysis.economics import ArmResult, Comparison, Evaluation
from abscopal.analysis.price_table import PriceTable
from abscopal.analysis.quality_of_life import partitioned_survival, quality
from abscopal.analysis.resource_costs import costs
from abscopal.units import DAYS_PER_YEAR

PRICES_ARE_YOURS = "Prices and utilities are those of the price table given, not of this program."
USUAL_THRESHOLD = 50_000.0  # end of the axis where a table names none: in whatever currency, only where to look
POINTS = 81  # of an acceptability curve


def thresholds(found: Evaluation, threshold: float | None) -> Floats:
    """Return the axis of an acceptability curve, (m,): to twice the threshold, and far enough to show where arms meet.

    That is to half more than the highest cost per QALY against the reference, but no further than ten thresholds.
    """
    usual = threshold or USUAL_THRESHOLD
    ratios = [row.icer for row in found.comparisons if row.icer is not None]
    return np.linspace(0.0, min(max([2.0 * usual, *(1.5 * ratio for ratio in ratios)]), 10.0 * usual), POINTS)


def summarise(trial: Followed, found: Evaluation, prices: PriceTable, threshold: float | None) -> dict[str, Any]:
    """Return everything as values of JSON; money in the table's currency, time in years, shares of 1."""
    axis = thresholds(found, threshold)
    curves = acceptability(found.samples, axis)
    check = partitioned_survival(trial, found.horizon_years * DAYS_PER_YEAR)
    return {
        "note": PRICES_ARE_YOURS,
        "currency": prices.currency,
        "price_year": prices.year,
        "title": prices.title,
        "horizon_years": found.horizon_years,
        "discount": {"costs": found.discount[0], "effects": found.discount[1]},
        "threshold": threshold,
        "bootstrap_replicates": found.replicates,
        "arms": {
            arm.name: _arm(arm, threshold) | {"partitioned_survival_years": check[arm.name]} for arm in found.arms
        },
        "contrasts": [_contrast(row, found, threshold) for row in found.comparisons],
        "frontier": [vars(row) for row in found.frontier],
        "acceptability": {
            "thresholds": axis.tolist(),
            "probability": {arm: [round(float(p), 6) for p in share] for arm, share in curves.items()},
        },
        "numbers_by_grade": number_grades(prices),
    }


def number_grades(prices: PriceTable) -> dict[str, int]:
    """Count the numbers of the table by where they come from: checked, recalled, assumed or the user's own."""
    grades = ("user" if fact.source == "user" else prices.origin(fact).grade for fact in prices.facts().values())
    return dict(sorted(Counter(grades).items()))


def _arm(arm: ArmResult, threshold: float | None) -> dict[str, Any]:
    benefit = None if threshold is None else float(net_benefit(arm.cost, arm.qaly, threshold))
    return {
        "n": arm.subjects,
        "cost": arm.cost,
        "cost_interval": list(arm.cost_interval),
        "qaly": arm.qaly,
        "qaly_interval": list(arm.qaly_interval),
        "life_years": arm.life_years,
        "net_benefit": benefit,
        "costs": arm.costs,
        "qalys": arm.qalys,
        "years": arm.years,
        "followed_at_horizon": arm.followed,
    }


def _contrast(row: Comparison, found: Evaluation, threshold: float | None) -> dict[str, Any]:
    extra: dict[str, Any] = {}
    if threshold is not None:
        drawn = found.samples[row.arm] - found.samples[row.reference]
        benefit = threshold * drawn[:, 1] - drawn[:, 0]
        extra = {
            "net_benefit": float(net_benefit(row.cost, row.qaly, threshold)),
            "net_benefit_interval": [float(value) for value in np.quantile(benefit, [0.025, 0.975])],
            "probability_cost_effective": float((benefit > 0).mean()),
        }
    plain = {key: list(value) if isinstance(value, tuple) else value for key, value in vars(row).items()}
    return plain | extra


def subjects_table(trial: Followed, prices: PriceTable, found: Evaluation) -> pd.DataFrame:
    """Cost and QALYs of each subject as seen, discounted, up to the horizon; COMPLETE if seen until then or death.

    Those of the others are what was seen of them only: means over them are not those of the evaluation, which corrects
    for what was not seen.
    """
    horizon = found.horizon_years * DAYS_PER_YEAR
    of_costs, of_effects = (Weights.none(rate, horizon) for rate in found.discount)
    parts = quality(trial, prices.utilities, prices.disutilities, found.discount[1])
    cost, qaly = (
        weights.worth(Accrual.together(list(accruals.values())), trial.count)
        for weights, accruals in ((of_costs, costs(trial, prices)), (of_effects, parts))
    )
    return pd.DataFrame({
        "USUBJID": trial.names, "ARM": np.array(trial.arms)[trial.arm], "DAYS": np.minimum(trial.end, horizon),
        "COMPLETE": np.where(trial.died | (trial.end >= horizon), "Y", "N"), "COST": cost, "QALY": qaly,
    })  # fmt: skip
