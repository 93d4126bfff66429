"""The biology of the disease, mechanism by mechanism: what each must bring about, and that it is its doing.

Small models, integrated by the plain twin, so that nothing is compiled.
"""

import dataclasses

import numpy as np
import pytest
from one_patient import Patient

from abscopal.language import Model
from abscopal.mechanisms import load, mechanisms
from shipped_models import smallest_model

GRAM = 1e9  # cells


def disease(lacking=None):
    """Every mechanism of a model without drugs, or all but one."""
    return Model(m for m in mechanisms().values() if not m.when and m.name != lacking)


# the metastatic cascade ---------------------------------------------------------------------------------------------


def probability_by_diameter(diameters, growth, colonisation):
    """Probability that a primary has founded a colony by the time it has each diameter (mm), from its first cell on."""
    model = smallest_model("dissemination")
    patient = Patient(
        model, ["breast"], growth=growth, colonisation=colonisation, lesion={"C_sensitive": 1.0, "K_vessels": 3.0}
    )
    cells = np.pi / 6.0 * np.array(diameters) ** 3 / 1000.0 * GRAM
    seeding = len(model.patient_species) + [hazard.name for hazard in model.hazards].index("seeding")
    return 1.0 - np.exp(-patient.live(*(np.log(cells) / growth))[:, seeding])


def test_probability_of_metastasis_against_primary_diameter_follows_coumans_2013():
    """PMC3684526: a colony per 6e7 cells shed, doubling in 1.7 months; removed at 2.7 +/- 1.6 mm a primary leaves
    a risk of 1 %. A gram sheds 1e6 cells a day (Butler and Gullino 1975), from a surface of 1e6."""
    growth, diameters = np.log(2) / (1.7 * 30.44), np.array([1.1, 2.7, 4.3, 10.0, 20.0])
    risk = probability_by_diameter(diameters, growth, 1e6 / (GRAM ** (2 / 3)) / 6e7)
    assert np.all(np.diff(risk) > 0)
    assert risk[0] < 0.01 < risk[2]
    assert risk[4] > 0.9


def test_a_lesion_without_vessels_hardly_seeds():
    """Folkman: below a millimetre there are no vessels to enter; a surface law alone would have them seed earlier."""
    model = smallest_model("dissemination")
    small = Patient(model, ["breast"], lesion={"C_sensitive": 5e3, "K_vessels": 1.5e4})
    assert small.now("blood_seeding")[0] < 0.02 * small.p[model.patient_parameters.index("colonisation")] * 5e3 ** (
        2 / 3
    )


FULL = {"C_sensitive": 1e10, "K_vessels": 3e10}
ROUTES = {
    "lymph_seeding": {"lung", "node", "ovary", "brain"},
    "peritoneal_seeding": {"ovary"},
    "csf_seeding": {"brain"},
}


@pytest.mark.parametrize("route", ROUTES)
def test_each_route_starts_where_its_anatomy_lets_it(route):
    model = disease()
    open_from = {o for o in ("lung", "node", "ovary", "brain") if Patient(model, [o], lesion=FULL).now(route)[0] > 0}
    assert open_from == ROUTES[route]


def test_nodes_seed_the_next_station_more_than_other_lesions_do():
    model = disease()
    node, lung = (Patient(model, [organ], lesion=FULL).now("lymph_seeding")[0] for organ in ("node", "lung"))
    assert node == pytest.approx(3.0 * lung)


def test_circulating_t_cells_and_natural_killers_catch_seeds():
    model = disease()
    alone, caught, few_killers = (
        Patient(model, ["lung"], lesion=FULL, patient={"T_blood": blood}, NK_level=killers).rate("seeding")
        for blood, killers in ((0.0, 1.0), (1e8, 1.0), (0.0, 0.5))
    )
    assert caught == pytest.approx(0.5 * alone, rel=0.01)
    assert few_killers > alone


# dormancy -----------------------------------------------------------------------------------------------------------


def test_a_sleeping_colony_stays_as_it_is_and_an_awake_one_grows():
    model = Model([load("tumour_growth"), load("dormancy")])
    grown = [Patient(model, ["lung"], asleep=a, lesion={"C_sensitive": 1e3, "K_vessels": 3e3}) for a in (1.0, 0.0)]
    asleep, awake = (patient.live(720.0)[0][patient.place("C_sensitive")][0] for patient in grown)
    assert asleep == pytest.approx(1e3)
    assert awake > 1e6
    assert grown[0].rate("awakening") > 0.0 == grown[1].rate("awakening")


def test_t_cells_kill_a_sleeping_colony():
    lesion = {"C_sensitive": 1e3, "K_vessels": 3e3, "T_effector": 1e3}
    model = disease()
    killed = Patient(model, ["lung"], asleep=1.0, lesion=lesion)
    assert killed.rate("C_sensitive")[0] < 0.0
    assert killed.now("net_growth")[0] == 0.0


# clones -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kill", "survivors"),
    [({"kill": 1.0, "drug_kill": 0.0}, {"C_evasive", "C_double"}),
     ({"kill": 0.0, "drug_kill": 1.0}, {"C_resistant", "C_double"}),
     ({"kill": 1.0, "drug_kill": 1.0}, {"C_double"})],
)  # fmt: skip
def test_whatever_kills_selects_the_clones_that_withstand_it(kill, survivors):
    """Drug-resistant cells under drugs, immune-evasive ones under T cells, doubly resistant ones under both."""
    model = _with_fixed_kill(kill)
    start = {"C_sensitive": 1e9, "C_resistant": 1e6, "C_evasive": 1e6, "C_double": 1e6, "K_vessels": 3e9}
    patient = Patient(model, ["lung"], lesion=start)
    end = patient.live(60.0)[0]
    left = {name: end[patient.place(name)][0] for name in model.lesion_species if name.startswith("C_")}
    assert {name for name, cells in left.items() if cells > 0.5 * start[name]} == survivors


def _with_fixed_kill(kill):
    """Growth, mutation and both kinds of kill at given rates."""
    growth, mutation = load("tumour_growth"), load("mutation")
    killing, drugs = load("t_cell_killing"), load("resistance")
    unit = dataclasses.replace(growth.parameters[0], name="pace", value=1.0, range=None, per="patient")
    by_T_cells = tuple(dataclasses.replace(p, rate=p.rate.replace("kill *", f"{kill['kill']} * pace *"))
                       for p in killing.processes if p.reaction.endswith("dead"))  # fmt: skip
    by_drugs = tuple(dataclasses.replace(p, rate=p.rate.replace("drug_kill", f"{kill['drug_kill']} * pace"))
                     for p in drugs.processes)  # fmt: skip
    share = tuple(p for p in drugs.parameters if p.name == "resistant_share")
    both = dataclasses.replace(
        drugs, parameters=(*share, unit), processes=(*by_T_cells, *by_drugs), definitions=(), ports=()
    )
    return Model([growth, mutation, both])


# T cells ------------------------------------------------------------------------------------------------------------


def test_memory_decays_as_a_power_law_and_not_as_one_exponential():
    """Zarnitsyna VI et al. PLoS Comput Biol 2021: t^-0.75, which two or three compartments can follow."""
    patient = Patient(disease(), ["lung"], patient={"T_blood": 1e8})
    pools = ("T_memory", "T_memory_years", "T_memory_decades")
    formed = np.array([patient.rate(pool) for pool in pools])
    filled = Patient(disease(), ["lung"], patient=dict.fromkeys(pools, 1e8))  # with no antigen, and no new effectors
    loss = np.array([-filled.rate(pool) / 1e8 for pool in pools])
    days = np.array([100.0, 365.0, 3 * 365.0, 10 * 365.0, 20 * 365.0])
    left = formed / formed.sum() @ np.exp(-loss[:, None] * days)
    law = (1 + days / 750.0) ** -0.75
    assert np.abs(left / law - 1).max() < 0.02
    assert np.abs(np.exp(-0.001 * days) / law - 1).max() > 0.5


def test_tumour_in_the_liver_siphons_t_cells_and_gives_them_back_when_it_is_gone():
    """Yu J et al. Nat Med 2021. The same tumour in the lung does not; nor does that in the liver without the siphon."""
    model, switched_off = disease(), disease(lacking="liver_siphon")

    def loss(model, organ, cells):
        lesion = {"C_sensitive": cells, "K_vessels": 3 * cells}
        patient = Patient(model, [organ, "skin"], lesion=lesion, patient={"T_blood": 1e8}, infiltration=1e-6)
        return -patient.rate("T_blood") / 1e8

    liver, lung, small = loss(model, "liver", 1e11), loss(model, "lung", 1e11), loss(model, "liver", 1e8)
    assert 1.2 < liver / lung < 1.8
    assert small == pytest.approx(lung, rel=0.01)
    assert loss(switched_off, "liver", 1e11) == pytest.approx(loss(switched_off, "lung", 1e11), rel=1e-4)


def test_blockade_doubles_the_growth_of_few_and_of_nobody_else():
    """Hyperprogression beyond chemotherapy is of 5 to 9 % (Ferrara 2018); the T cells of some hold what would grow."""
    mechanism = load("hyperprogression")
    value = {parameter.name: parameter for parameter in mechanism.parameters}
    susceptibility = value["hyper_susceptibility"]
    draw = susceptibility.value * np.exp(susceptibility.spread * np.random.default_rng(1).normal(size=100_000))
    model = Model(m for m in mechanisms().values() if not m.when or m.name == "hyperprogression")

    def growth_ratio(susceptibility, blocked):
        blockade = dataclasses.replace(
            mechanism, parameters=tuple(dataclasses.replace(p, value=susceptibility, range=None)
                                        if p.name == "hyper_susceptibility" else p for p in mechanism.parameters),
            definitions=tuple(dataclasses.replace(d, formula=d.formula.replace("PD1_blocked", str(blocked)))
                              for d in mechanism.definitions),
        )  # fmt: skip
        patched = Model(blockade if m.name == "hyperprogression" else m for m in model.mechanisms)
        lesion = {"C_sensitive": 1e9, "K_vessels": 3e9}
        return Patient(patched, ["lung"], lesion=lesion).now("growth_factor")[0]

    grid = np.geomspace(1e-3, 1e2, 31)
    ratio = np.interp(np.log(draw), np.log(grid), [growth_ratio(s, 0.95) for s in grid])
    assert 0.05 < (ratio >= 2.0).mean() < 0.18
    assert np.median(ratio) < 1.05
    assert growth_ratio(10.0, 0.0) == 1.0


def test_lag3_blockade_relieves_exhausted_cells_only():
    blocked = dataclasses.replace(
        load("lag3"),
        contributions=tuple(dataclasses.replace(c, formula=c.formula.replace("LAG3_blocked", "0.9"))
                            for c in load("lag3").contributions),
    )  # fmt: skip
    plain = disease()
    model = Model([*plain.mechanisms, blocked])
    exhausted = {**FULL, "T_effector": 1e6, "T_progenitor": 1e7}
    fresh = {**FULL, "T_effector": 1e7}

    def relief(lesion):
        return Patient(model, ["lung"], lesion=lesion).now("T_function") / Patient(plain, ["lung"], lesion=lesion).now(
            "T_function"
        )

    assert relief(exhausted)[0] > 1.3
    assert relief(fresh)[0] == pytest.approx(1.0)


def test_the_milieu_of_the_usual_patient_is_left_as_it_was_fitted():
    """Help, competence, macrophages and private antigen are factors near 1 until something is out of the ordinary."""
    lesion = {**FULL, "T_effector": 2.5e6}  # a fifth of the macrophages are M1
    patient = Patient(disease(), ["lung"], lesion=lesion)
    assert patient.now("priming_factor") == pytest.approx(1.0)
    assert patient.now("T_cell_function") == pytest.approx(1.0)
    assert (
        0.9 < patient.now("suppression_from_macrophages")[0] * patient.now("suppression_from_clonal_antigen")[0] < 1.1
    )


# the host -----------------------------------------------------------------------------------------------------------

SYMPTOMS = {
    "bone": {"bone_pain", "fracture", "cord_compression"},
    "brain": {"seizure"},
    "liver": {"jaundice", "hepatic_decompensation"},
    "pancreas": {"jaundice"},
    "pleura": {"dyspnoea"},
    "lung": {"dyspnoea"},
    "peritoneum": {"ileus"},
    "skin": set(),
}


@pytest.mark.parametrize("organ", SYMPTOMS)
def test_symptoms_come_from_the_organs_that_cause_them(organ):
    names = {hazard.name for hazard in load("symptoms").hazards}
    patient = Patient(disease(), [organ], lesion={"C_sensitive": 1e11, "K_vessels": 3e11})
    assert {name for name in names if patient.rate(name) > 1e-9} == SYMPTOMS[organ]


@pytest.mark.parametrize(
    ("organ", "cause"),
    [("liver", "liver_failure"), ("pleura", "respiratory_failure"), ("meninges", "brain_metastases"),
     ("marrow", "marrow_failure"), ("kidney", "kidney_failure"), ("peritoneum", "bowel_obstruction")],
)  # fmt: skip
def test_death_has_the_cause_that_the_organ_full_of_tumour_gives_it(organ, cause):
    patient = Patient(disease(), [organ], lesion={"C_sensitive": 1e12, "K_vessels": 1e12})
    organs = {hazard.name for hazard in load("death").hazards} - {"cachexia", "other_causes", "treatment_toxicity"}
    rates = {name: patient.rate(name) for name in organs}
    assert max(rates, key=rates.get) == cause
    assert sum(rate > 1e-9 for rate in rates.values()) == 1


def test_performance_status_worsens_with_burden_and_stays_within_its_scale():
    levels = []
    for cells in (1e9, 1e11, 1e12):
        model = disease()
        patient = Patient(model, ["liver"], lesion={"C_sensitive": cells, "K_vessels": cells}, growth=1e-6)
        levels.append(patient.live(300.0, rtol=1e-5)[0][model.patient_species.index("performance")])
    assert 0.0 < levels[0] < 0.5 < levels[1] < levels[2] < 4.0
