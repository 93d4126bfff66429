"""What must come out of the model without having been put in.

Ranges, not values: they hold for the shipped parameters and should survive a new fit.
"""

import dataclasses

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import abscopal as ab
from abscopal import catalogue
from abscopal.engine.batch import Batch
from abscopal.engine.kernel import compile_model
from abscopal.language import Model
from abscopal.mechanisms import load
from abscopal.population.virtual_population import draw_population

DRUGS = ("nivolumab", "dacarbazine")
PATIENTS = 300


def tight(batch):
    batch.tolerance = 1e-9
    return batch


@pytest.fixture(scope="module")
def drugs():
    return [catalogue.drug(name) for name in DRUGS]


@pytest.fixture(scope="module")
def kernel(drugs):
    return compile_model(catalogue.disease_model(drugs))


@pytest.fixture(scope="module")
def population(kernel, drugs):
    drawn = draw_population(catalogue.indication("melanoma"), kernel, drugs, PATIENTS, 5)
    drawn.batch.threshold[:] = np.inf  # nobody dies and nothing is seeded: the tumours alone
    return drawn


def lived(population, days, treat=None):
    """The patients after so many days, with 240 mg of a drug every two weeks if one is named."""
    batch, everyone = population.batch.take(np.arange(PATIENTS)), np.arange(PATIENTS)
    for day in range(0, days, 14):
        if treat is not None:
            batch.dose(everyone, treat, np.full(PATIENTS, 240.0))
        batch.advance(everyone, np.full(PATIENTS, float(min(day + 14, days))))
    return batch


def test_no_drug_has_no_drug_effect(population):
    """A model that knows drugs nobody is given moves as the model without them."""
    plain = compile_model(catalogue.disease_model())
    with_drugs = tight(population.batch.take(np.arange(20)))
    layout = with_drugs.kernel.layout
    known = [layout.patient_parameters.index(name) for name in plain.layout.patient_parameters]
    local = [layout.lesion_parameters.index(name) for name in plain.layout.lesion_parameters]
    y = np.zeros((20, plain.layout.size(with_drugs.slots)))
    without = Batch(
        plain, y, with_drugs.p[:, known], with_drugs.q[:, :, local], with_drugs.lesions, np.zeros(20),
        np.full((20, len(plain.layout.hazards)), np.inf), 1e-9,
    )  # fmt: skip
    for name in plain.layout.patient_species:
        without.column(name)[:] = with_drugs.column(name)
    for name in plain.layout.lesion_species:
        without.lesion_column(name)[...] = with_drugs.lesion_column(name)
    for batch in (with_drugs, without):
        batch.advance(np.arange(20), np.full(20, 365.0))
    for name in plain.layout.lesion_species:
        assert np.allclose(without.lesion_column(name), with_drugs.lesion_column(name), rtol=1e-5, atol=1.0), name


def growth_alone(vessels):
    mechanism = load("tumour_growth")
    if not vessels:
        mechanism = dataclasses.replace(
            mechanism,
            processes=tuple(p for p in mechanism.processes if "vessel" not in p.name),
            parameters=tuple(p for p in mechanism.parameters if p.name != "C_max"),
        )
    return compile_model(Model([mechanism]))


def one_lesion(kernel, cells, capacity, growth):
    layout, model = kernel.layout, kernel.model
    p = np.array([[model.parameters[name].value for name in layout.patient_parameters]])
    q = np.array([[[model.parameters[name].value for name in layout.lesion_parameters]]])
    batch = Batch(kernel, np.zeros((1, layout.size(1))), p, q, np.array([1]), np.zeros(1), np.zeros((1, 0)), 1e-10)
    batch.lesion_column("C_sensitive")[:] = cells
    batch.lesion_column("K_vessels")[:] = capacity
    batch.lesion_parameter("growth")[:] = growth
    return batch


def test_without_immunity_and_with_constant_capacity_growth_is_gompertz():
    batch = one_lesion(growth_alone(vessels=False), 1e8, 1e11, 0.01)
    rate = 0.01 / np.log(batch.parameter("vascular_ratio")[0])
    for day in (30.0, 200.0, 700.0):
        batch.advance(np.array([0]), np.array([day]))
        exact = 1e11 * np.exp(np.log(1e8 / 1e11) * np.exp(-rate * day))
        assert batch.lesion_column("C_sensitive")[0, 0] == pytest.approx(exact, rel=1e-7)


def test_without_immunity_growth_is_gompertz_hahnfeldt_by_scipy():
    batch = one_lesion(growth_alone(vessels=True), 1e9, 3e9, 0.012)
    ratio, loss, largest = (batch.parameter(name)[0] for name in ("vascular_ratio", "vascular_loss", "C_max"))
    build = ratio * (0.012 + loss)

    def slope(_, state):
        cells, capacity = state
        grow = 0.012 / np.log(ratio) * np.log(capacity / cells) * cells
        return grow, build * cells - (loss + (build - loss) * (cells / largest) ** (2 / 3)) * capacity

    batch.advance(np.array([0]), np.array([900.0]))
    exact = solve_ivp(slope, (0, 900), (1e9, 3e9), method="DOP853", rtol=1e-11, atol=1).y[:, -1]
    assert batch.lesion_column("C_sensitive")[0, 0] == pytest.approx(exact[0], rel=1e-7)
    assert batch.lesion_column("K_vessels")[0, 0] == pytest.approx(exact[1], rel=1e-7)


def shrinkage_day(population, treat, doses, every):
    """First day on which a patient's imaged diameters fall by 30 %, by a daily look; NaN if never in half a year."""
    batch, everyone = population.batch.take(np.arange(PATIENTS)), np.arange(PATIENTS)
    begin = np.cbrt(batch.observe(everyone, "imaged_volume")[0]).sum(axis=1)
    first = np.full(PATIENTS, np.nan)
    for day in range(182):
        if day % every == 0:
            batch.dose(everyone, treat, doses)
        batch.advance(everyone, np.full(PATIENTS, day + 1.0))
        now = np.cbrt(batch.observe(everyone, "imaged_volume")[0]).sum(axis=1)
        first = np.where(np.isnan(first) & (now <= 0.7 * begin), day + 1.0, first)
    return first


def test_anti_pd1_responds_later_than_chemotherapy(population):
    nivolumab = shrinkage_day(population, "nivolumab_central", np.full(PATIENTS, 240.0), 14)
    dacarbazine = shrinkage_day(population, "dacarbazine_amount", np.full(PATIENTS, 1900.0), 21)
    assert np.isfinite(nivolumab).mean() > 0.2
    assert np.isfinite(dacarbazine).mean() > 0.05
    assert np.nanmedian(nivolumab) > np.nanmedian(dacarbazine) + 3


def test_some_responders_progress_later_with_evasive_clones():
    protocol = ab.Protocol(
        indication="melanoma", subjects=300, arms=[ab.Arm("a", ["nivolumab 240 mg q2w"])], accrual_months=0,
        dropout_per_year=0,
    )  # fmt: skip
    trial = ab.run(protocol, seed=3)
    best = trial.adrs.query("PARAMCD == 'CBOR'").set_index("USUBJID")["AVALC"]
    pfs = trial.adtte.query("PARAMCD == 'PFS'").set_index("USUBJID")
    relapsed = best.isin(["CR", "PR"]) & (pfs["EVNTDESC"].reindex(best.index) == "progression")
    lasting = best.isin(["CR", "PR"]) & ~relapsed
    assert 0.03 < relapsed.sum() / best.isin(["CR", "PR"]).sum() < 0.8
    assert lasting.sum() > 20
    end = trial.course.end
    cells = {name: end.lesion_column(name).sum(axis=1) for name in ("C_sensitive", "C_resistant", "C_evasive")}
    evasive = cells["C_evasive"] / np.maximum(sum(cells.values()), 1)
    index = trial.adsl["USUBJID"]
    assert np.median(evasive[index.isin(best.index[relapsed])]) > 0.5
    started = (
        trial.population.batch.lesion_column("C_evasive").sum()
        / trial.population.batch.lesion_column("C_sensitive").sum()
    )
    assert started < 0.05


def destroy_first_lesion(batch):
    """Kill 99 % of the first lesion in place, as a beam would; the dead visible cells are antigen."""
    for name in ("C_sensitive", "C_resistant", "C_evasive"):
        killed = 0.99 * batch.lesion_column(name)[:, 0]
        batch.lesion_column(name)[:, 0] -= killed
        batch.lesion_column("dead")[:, 0] += killed
        if name != "C_evasive":
            batch.column("antigen")[:] += killed


def second_lesion(population, *, drug, destroy):
    """Mean kill rate in the second lesion over three months, and its cells then over those at first."""
    batch, everyone = population.batch.take(np.arange(PATIENTS)), np.arange(PATIENTS)
    begin = batch.observe(everyone, "C")[0][:, 1]
    rates = []
    for day in range(0, 98, 14):
        if drug:
            batch.dose(everyone, "nivolumab_central", np.full(PATIENTS, 240.0))
        if destroy and day == 14:
            destroy_first_lesion(batch)
        batch.advance(everyone, np.full(PATIENTS, day + 14.0))
        kill, cells = batch.observe(everyone, "kill", "C")
        if day >= 14:
            rates.append(kill[:, 1])
    return np.mean(rates, axis=0), cells[:, 1] / np.maximum(begin, 1.0)


def test_killing_one_lesion_kills_in_another_and_more_so_under_anti_pd1(population):
    """The abscopal effect, after which the project is named: a few regress there who would not have, most do not."""
    two = population.batch.lesions > 1
    gain, regressed = {}, {}
    for drug in (False, True):
        rate, left = second_lesion(population, drug=drug, destroy=False)
        rate_after, left_after = second_lesion(population, drug=drug, destroy=True)
        unmoved = two & (left >= 0.8)
        gain[drug] = (rate_after - rate)[two].mean()
        regressed[drug] = (left_after < 0.8)[unmoved].mean()
    assert gain[True] > 0.002
    assert gain[True] > 1.3 * gain[False]
    assert 0.02 < regressed[True] < 0.2
    assert 0.0 < regressed[False] < 0.08
