"""What dose rules and growth factors are for: fewer patients without neutrophils, and for fewer days."""

import numpy as np
import pytest
from scipy.stats import norm
from toxicity_submodel import Alone

from abscopal import catalogue
from abscopal.clinic.dose_modification import dose_rules
from abscopal.clinic.toxicity_grades import EVENTS
from abscopal.mechanisms import load

GROWS = {"myelotoxicity": ("1", 0.0), "myelopoiesis": ("1", 1.0)}
USUAL = dict.fromkeys(("marrow_dividing", "marrow_early", "marrow_middle", "marrow_late", "neutrophils"), 1.0)
BASELINE = next(p for p in load("myelosuppression").parameters if p.name == "neutrophils_baseline")


@pytest.fixture(scope="module")
def marrow():
    return Alone("myelosuppression", feeds=GROWS, owned={"treatment_death": ("sum", "1/day")})


def cycle(marrow, share=1.0, factor=1.0):
    """Relative count by tenth of a day after a dose of this share; growth factor from the day after it for ten days."""
    days = dose_rules().growth_factors
    begin, end = days.first_day.value, days.first_day.value + days.days.value
    state, found = USUAL, []
    for first, last, strength, growth in ((0, begin, share, 1.0), (begin, 3, share, factor), (3, end, 0.0, factor),
                                          (end, 25, 0.0, 1.0)):  # fmt: skip
        path = marrow.run(np.linspace(first, last, round(10 * (last - first)) + 1), state,
                          given_myelotoxicity=strength, given_myelopoiesis=growth)  # fmt: skip
        state = {name: path[name][-1] for name in path}
        found.append(path["neutrophils"][:-1])
    return np.concatenate(found)


def patients(count):
    """Counts in cells per mL of patients who differ in their usual count, as the model says, [patients, times]."""
    usual = BASELINE.value * np.exp(BASELINE.spread * norm.ppf((np.arange(50) + 0.5) / 50))
    return usual[:, None] * count


def share_of_grade_4(count):
    return (EVENTS["neutrophils"].grade(patients(count).min(axis=1)) == 4).mean()


def test_the_first_reduction_lowers_the_share_with_grade_4_neutropenia(marrow):
    drug = catalogue.drug("docetaxel")
    rules = dose_rules().of(drug.name, drug.group, drug.modality, list(EVENTS))
    full, reduced = (share_of_grade_4(cycle(marrow, share)) for share in (1.0, rules.shares[0]))
    assert full > 0.2
    assert reduced < 0.7 * full


def test_filgrastim_after_chemotherapy_shortens_neutropenia_by_more_than_a_day(marrow):
    """Crawford J et al. N Engl J Med 1991;325:164: days below 0.5e9 per L fell from six to one in the first cycle."""
    drug = catalogue.drug("filgrastim")
    values, kinetics = drug.effects[0].values, drug.kinetics.values
    dose = dose_rules().growth_factors.mg_per_kg.value * 80 * kinetics["availability"].value
    mean = dose / kinetics["clearance"].value
    factor = 1 + values["maximum"].value * mean / (mean + values["half"].value)
    days = [(patients(cycle(marrow, factor=f)) < 1e6).sum(axis=1).mean() / 10 for f in (1.0, factor)]
    assert days[1] < days[0] - 1
