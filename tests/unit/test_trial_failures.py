"""A patient who cannot be computed is a value in the tables, and touches nobody else."""

import numpy as np
import pytest

from abscopal import catalogue
from abscopal.analysis.summary import summarise
from abscopal.clinic.words import spelled
from abscopal.report.findings import gather
from abscopal.report.page import report_page
from abscopal.trial.simulate import allocate, coded_tables, enrol, follow, prepare

SEED, SUBJECTS, BROKEN = 5, 40, 7


@pytest.fixture(scope="module")
def trial():
    design = prepare(catalogue.load_protocol("checkmate-066"))
    return design, enrol(design, SEED, SUBJECTS), allocate(design.protocol, SUBJECTS, SEED)


def tables_of(design, population, arm):
    course = follow(design, population, arm, SEED)
    return {name: spelled(table) for name, table in coded_tables(design, population, course).items()}


def not_a_number(population):
    population.batch.lesion_parameter("growth")[BROKEN] = np.nan


def no_number_in_the_state(population):
    population.batch.column("T_naive")[BROKEN] = np.nan


def without_a_cell(population):
    for name in population.batch.kernel.layout.lesion_species:
        population.batch.lesion_column(name)[BROKEN] = 0.0


@pytest.mark.parametrize("broken_by", [not_a_number, no_number_in_the_state, without_a_cell])
def test_one_bad_patient_changes_nothing_for_the_others(trial, broken_by):
    design, population, arm = trial
    sound = tables_of(design, population, arm)
    ill = population.take(np.arange(SUBJECTS))
    broken_by(ill)
    found = tables_of(design, ill, arm)
    name = sound["adsl"]["USUBJID"][BROKEN]
    for table in sound:
        others = [t[t["USUBJID"] != name].reset_index(drop=True) for t in (sound[table], found[table])]
        assert others[0].equals(others[1]), table


@pytest.mark.parametrize("broken_by", [not_a_number, no_number_in_the_state])
def test_who_cannot_be_computed_is_named_and_left_out_of_summary_and_page(trial, broken_by):
    design, population, arm = trial
    ill = population.take(np.arange(SUBJECTS))
    broken_by(ill)
    found = tables_of(design, ill, arm)
    assert found["adsl"].index[found["adsl"]["CLASS"] == "solver failure"].tolist() == [BROKEN]
    summary = summarise(found, "x", SEED, "dacarbazine")
    assert summary["n"] == SUBJECTS - 1
    page = report_page(gather(found, {"seed": SEED}, summary, design.protocol))
    assert f"{SUBJECTS - 1} virtual patients were followed" in page
