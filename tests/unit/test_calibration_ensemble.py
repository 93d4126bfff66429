"""Patients at many points: the same whatever was interrupted or divided, and one who dies stays dead."""

import numpy as np
import pytest

from abscopal import catalogue
from abscopal.calibration.ensemble import PLAUSIBLE, simulate
from abscopal.calibration.knobs import Knob
from abscopal.calibration.targets import fit_targets

KNOBS = [Knob("parameters.growth.center", 0.002, 0.02, 0.006), Knob("fixed.death_rate", 1e-5, 5e-3, 4e-4)]
POINTS = np.array([[0.4, 0.5], [0.6, 0.7], [0.5, 0.2]])
BLOCK = 12


@pytest.fixture(scope="module")
def wanted():
    protocol = catalogue.load_protocol("sharp")
    return [(protocol, tuple((t.arm, t.quantity) for t in fit_targets([protocol], 12.5)))]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("ensemble")


@pytest.fixture(scope="module")
def ensemble(wanted, folder):
    return simulate(wanted, KNOBS, POINTS, 7, folder, block=BLOCK)


def same(one, other, rows=slice(None)):
    return all(np.array_equal(one.outcomes[key][rows], values) for key, values in other.outcomes.items())


def test_every_patient_has_the_point_of_the_block_and_every_figure_a_value(ensemble):
    assert ensemble.paths == ("parameters.growth.center", "fixed.death_rate")
    assert np.array_equal(ensemble.points, np.repeat(POINTS, BLOCK, axis=0))
    for values in ensemble.outcomes.values():
        assert values.shape == (len(POINTS) * BLOCK,)
        assert np.isin(values[np.isfinite(values)], (0.0, 0.5, 1.0)).all() or (values > 0).all()
    shares = ensemble.outcomes["sharp", "", PLAUSIBLE].reshape(3, BLOCK)
    assert ((shares > 0) & (shares <= 1)).all()
    assert (shares == shares[:, :1]).all()


def test_survivors_at_a_year_were_alive_at_half_a_year(ensemble):
    for arm in ("sorafenib", "placebo"):
        early, late = (ensemble.outcomes["sharp", arm, f"OS {month}"] for month in (6, 12))
        assert (late <= early).all()


def test_an_interrupted_ensemble_goes_on_to_the_same_end(wanted, folder, ensemble):
    kept = sorted(folder.glob("*.npz"))
    kept[-1].unlink()
    assert same(ensemble, simulate(wanted, KNOBS, POINTS, 7, folder, block=BLOCK))


def test_blocks_are_the_same_patients_however_they_are_divided(wanted, tmp_path, ensemble):
    """A block's patients follow from its number, the trial and the seed; not from which blocks are lived beside it."""
    last = simulate(wanted, KNOBS, POINTS[2:], 7, tmp_path, block=BLOCK, first=2)
    assert same(ensemble, last, rows=slice(2 * BLOCK, None))
