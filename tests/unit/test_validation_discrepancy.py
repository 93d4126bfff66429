"""The model's own error: found again on synthetic trials, stored with where it comes from, blind to validation."""

from dataclasses import replace

import numpy as np
import pytest

from abscopal import catalogue
from abscopal.calibration.targets import Target
from abscopal.errors import InputError
from abscopal.validation.discrepancy import (
    SHIPPED,
    Discrepancy,
    Residual,
    estimated,
    moment,
    read_discrepancy,
    write_discrepancy,
)
from abscopal.validation.intervals import spread_of
from abscopal.validation.score import Score
from abscopal.validation.simulated import Estimate


def scores(random, rho=0.04, spread=0.25, trials=1500, n=200, role="calibration"):
    """Trials whose truth lies about the prediction as a beta and a log-normal distribution say."""
    for number in range(trials):
        p, hr = random.uniform(0.15, 0.85), random.uniform(0.4, 1.2)
        truth = random.beta(p * (1 / rho - 1), (1 - p) * (1 / rho - 1))
        seen = np.clip(random.binomial(n, truth) / n, 1 / n, 1 - 1 / n)
        ratio = hr * np.exp(random.normal(0.0, np.hypot(spread, 0.15)))
        share = (seen * (1 - seen) / n) ** 0.5
        for kind, quantity, value, simulated, sampling in (
            ("response", "ORR", seen, p, share),
            ("survival", "OS 12", seen, p, share),
            ("ratio", "OS HR", ratio, hr, 0.15),
        ):
            target = Target(f"t{number}", "a", quantity, float(value), 0.1, kind, "", float(sampling))
            one = Score(role, "x", target, Estimate(p if kind != "ratio" else simulated, simulated, simulated))
            yield replace(one, spread=spread_of(one, n, 10**7))


def test_it_is_found_again_where_it_is_known():
    found = estimated(scores(np.random.default_rng(3)), 400, 1)
    assert (found.response, found.survival) == pytest.approx((0.1, 0.1), rel=0.08)
    assert found.ratio == pytest.approx(0.25, rel=0.08)
    assert len(found.trials) == 1500


def test_what_chance_explains_is_no_discrepancy_and_figures_of_one_arm_share_its_weight():
    assert moment([Residual(0.1, 0.01, 0.25, 1.0), Residual(-0.05, 0.01, 0.25, 1.0)]) == 0.0
    assert moment([Residual(0.3, 0.0, 1.0, 1.0), *[Residual(0.0, 0.0, 1.0, 0.1)] * 10]) == pytest.approx(0.045)


def test_it_is_refused_trials_of_validation_however_many_others_there_are():
    own = list(scores(np.random.default_rng(1), trials=5))
    strange = replace(own[0], role="validation")
    with pytest.raises(InputError, match="t0") as error:
        estimated([*own, strange], 400, 1)
    assert "role: calibration" in str(error.value)


def test_the_shipped_one_comes_from_calibration_trials_alone_and_says_how():
    found = read_discrepancy()
    roles = {catalogue.load_protocol(name).role for name in found.trials}
    assert roles == {"calibration"}
    assert found.n_per_arm >= 200
    assert 0.0 < found.response < 0.5
    assert 0.0 < found.survival < 0.5
    assert 0.0 < found.ratio < 1.5
    assert "--write-discrepancy" in SHIPPED.read_text(encoding="utf-8")


def test_it_is_read_as_it_was_written_and_anything_else_is_named(tmp_path):
    known = Discrepancy(0.11, 0.07, 0.2, ("a", "b"), 400, 7, 8)
    write_discrepancy(known, tmp_path / "own.yaml")
    assert read_discrepancy(tmp_path / "own.yaml") == known
    (tmp_path / "other.yaml").write_text("size: 3\n")
    with pytest.raises(InputError, match=r"other\.yaml"):
        read_discrepancy(tmp_path / "other.yaml")


def test_a_share_of_one_half_has_the_stored_deviation_and_a_rare_one_less():
    known = Discrepancy(0.1, 0.2, 0.3)
    assert known.of_share("response", 0.5) == pytest.approx(0.1)
    assert known.of_share("survival", 0.1) == pytest.approx(0.2 * 0.6)
    assert known.of_share("survival", 0.0) == 0.0
