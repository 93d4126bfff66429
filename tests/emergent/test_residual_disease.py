"""Minimal residual disease: the same patients, the same treatment, from ten thousand to a hundred billion cells.

Authority: adjuvant immunotherapy cures where the same drugs only hold back visible disease; smaller tumours respond
better (Chatterjee MS et al. CPT Pharmacometrics Syst Pharmacol 2017;6:29, burden lowers the killing rate).
"""

import numpy as np
import pytest

from abscopal import catalogue
from abscopal.population.pools import Pool
from abscopal.population.residual import with_burden
from abscopal.population.virtual_population import draw_population
from abscopal.protocol import Protocol
from abscopal.trial.simulate import prepare

PATIENTS, YEARS = 80, 2
BURDENS = (1e4, 1e6, 1e8, 1e11)


@pytest.fixture(scope="module")
def melanoma():
    """Of the model that trials of nivolumab alone have, which other tests need, too."""
    arms = [{"name": "only", "regimen": ["nivolumab 480 mg q4w"]}]
    design = prepare(Protocol(indication="melanoma", subjects=PATIENTS, arms=arms))
    drugs = list(design.drugs.values())
    return draw_population(design.indication, design.kernel, drugs, 400, 1, which=[Pool(0, PATIENTS, 400)]).batch


def cured(batch, cells, patrolled=None, treated=True):
    """Share of patients without a living tumour cell after two years."""
    treated_batch, drug = with_burden(batch, cells), catalogue.drug("nivolumab")
    treated_batch.threshold[:] = np.inf  # biology alone: nobody dies, nothing is seeded
    if patrolled is not None:
        treated_batch.parameter("patrolled_volume")[:] = patrolled
    everyone = np.arange(PATIENTS)
    for day in range(0, YEARS * 364, 28):
        if treated:
            treated_batch.dose(everyone, drug.dosed_species, np.full(PATIENTS, 480.0))
        treated_batch.advance(everyone, np.full(PATIENTS, day + 28.0))
    (living,) = treated_batch.observe(everyone, "C")
    return (living.sum(axis=1) < 1.0).mean()


def test_cure_by_the_same_immunotherapy_falls_with_the_burden_it_begins_from(melanoma):
    share = [cured(melanoma, cells) for cells in BURDENS]
    assert (np.diff(share) <= 0).all()
    assert share[0] >= share[-1] + 0.1


def test_debulking_first_raises_the_chance_of_cure(melanoma):
    assert cured(melanoma, 1e5) > cured(melanoma, 1e10) + 0.05


def test_without_treatment_residual_disease_comes_back(melanoma):
    assert cured(melanoma, 1e6, treated=False) < 0.05


def test_residual_disease_is_not_cured_where_t_cells_do_not_patrol_the_tissue_around_it(melanoma):
    assert cured(melanoma, 1e4, patrolled=0.0) < cured(melanoma, 1e4) - 0.05
