"""Prevalence weights against R: numbers frozen by make_r_weighting.R, which minimises over all weights."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from abscopal.analysis.kaplan_meier import kaplan_meier
from abscopal.calibration.weighting import Moment, weigh

DATA = Path(__file__).parent / "data"
R = json.loads((DATA / "r_weighting.json").read_text())
LUNG = pd.read_csv(DATA / "r_lung.csv")


def moments(case):
    followed = (LUNG["time"] > 365).to_numpy(float)
    kept = kaplan_meier(LUNG["time"], LUNG["status"]).at(365) / followed.mean()
    columns = (LUNG["age"].to_numpy(float), (LUNG["sex"] == 2).to_numpy(float), followed * kept)
    wanted = zip(("age", "women", "OS year"), columns, case["aim"], case["error"], strict=True)
    return [Moment("all", name, values, aim, error) for name, values, aim, error in wanted]


@pytest.mark.parametrize("case", R["cases"], ids=lambda case: f"{case['aim']}-{case['trust']}")
def test_weights_match_R_optim_on_the_objective_itself(case):
    found = weigh(moments(case), trust=case["trust"])
    weight = found.weight
    objective = case["trust"] * np.mean(weight * np.log(weight))
    objective += 0.5 * sum(((found.after - case["aim"]) / case["error"]) ** 2)
    assert objective == pytest.approx(case["objective"], rel=1e-9)
    assert weight[:6] == pytest.approx(case["first"], abs=2e-5)
    assert found.largest == pytest.approx(case["largest"], abs=2e-4)
    assert found.effective == pytest.approx(case["effective"], rel=1e-5)
    assert found.before == pytest.approx(R["before"], rel=1e-10)
    assert found.after == pytest.approx(case["means"], rel=1e-5)
    assert list(found.nearest) == pytest.approx([np.nan] * 3, nan_ok=True)


@pytest.mark.parametrize("case", R["cases"], ids=lambda case: f"{case['aim']}-{case['trust']}")
def test_the_weighted_curve_matches_R_survfit(case):
    weight = weigh(moments(case), trust=case["trust"]).weight
    curve = kaplan_meier(LUNG["time"], LUNG["status"], weight)
    assert curve.at(365) == pytest.approx(case["survival_of_a_year"], abs=1e-5)
