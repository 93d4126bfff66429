"""A drug, a cancer, a mechanism and a trial, each one file put into a folder, take part as the shipped ones do."""

import numpy as np
import pytest
from typer.testing import CliRunner

import abscopal
from abscopal import catalogue, cli
from abscopal.check import Finding, check_catalogue
from abscopal.errors import InputError
from abscopal.folders import VARIABLE
from abscopal.mechanisms import load, mechanisms

DRUG = """
name: tracerine
title: Tracerine, a small molecule that heats tumours
modality: targeted
group: tumour heater
target: tumour temperature
kinetics:
  form: one_compartment
  values:
    clearance: {value: 2.0, range: [1, 4], source: made, where: table 1}
    volume: {value: 40.0, range: [20, 80], source: made, where: table 1}
effects:
  - {port: heating, form: proportional, in: patient, values: {slope: {value: 0.2, source: assumed, derived: made for a test}}}
regimens: [tracerine 100 mg q2w]
sources:
  made: {citation: "Nobody A. Journal of Tests 2026;1:1-2"}
"""  # noqa: E501

MECHANISM = '''"""Heat that a drug brings to tumours kills their cells.

d heat / dt = heating - cooling heat;  targeted_kill += kill_by_heat heat
"""

from abscopal.language import Contribution, Mechanism, Parameter, Port, Process, Species, assumed

mechanism = Mechanism(
    "heat",
    "Heat brought by a drug kills tumour cells",
    species=(Species("heat_stored", "1", "heat above the usual"),),
    parameters=(
        Parameter("cooling", 0.1, "1/day", "loss of heat", assumed("made for a test"), (0.05, 0.2)),
        Parameter("kill_by_heat", 0.05, "1/day", "kill per heat", assumed("made for a test"), (0.0, 1.0), spread=0.2),
    ),
    ports=(Port("heating", "sum", "heat brought by drugs", "1/day", "patient"),),
    contributions=(Contribution("targeted_kill", "kill_by_heat * heat_stored"),),
    processes=(
        Process("heating_up", "-> heat_stored", "heating"),
        Process("cooling_down", "heat_stored ->", "cooling * heat_stored"),
    ),
    when=("heating",),
)
'''

TRIAL = """
name: heat-trial
title: Tracerine against nothing in made-up cancer
indication: madeup
line: 1L
subjects: 20
arms:
  heated: {regimen: [tracerine 100 mg q2w]}
  untreated: {regimen: []}
scans: every 8 weeks
accrual_months: 1
follow_up_months: 8
"""
CANCER_SITES = {"pancreas", "spleen"}


def cancer(where) -> str:
    """The commented file of `abscopal new indication`, with other organs than any shipped cancer has alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(where)
        assert CliRunner().invoke(cli.app, ["new", "indication", "madeup"]).exit_code == 0
    text = (where / "madeup.yaml").read_text(encoding="utf-8")
    text = text.replace("  lung: {", "  pancreas: {").replace("  liver: {", "  spleen: {")
    return "\n".join(line for line in text.splitlines() if not line.startswith("  node: {"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder of somebody's own, named by ABSCOPAL_CATALOGUE."""
    where = tmp_path_factory.mktemp("mine")
    files = {
        "drugs/tracerine.yaml": DRUG,
        "mechanisms/heat.py": MECHANISM,
        "indications/madeup.yaml": cancer(tmp_path_factory.mktemp("new")),
        "protocols/heat-trial.yaml": TRIAL,
    }
    for name, text in files.items():
        (where / name).parent.mkdir(exist_ok=True)
        (where / name).write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, str(where))
        yield where


@pytest.fixture(scope="module")
def trial(folder):
    return abscopal.run("heat-trial", seed=3)


@pytest.mark.usefixtures("folder")
def test_each_file_is_listed_among_the_shipped_ones():
    names = {kind: catalogue.names(kind) for kind in catalogue.KINDS}
    assert {"tracerine", "nivolumab"} <= set(names["drugs"])
    assert {"heat", "tumour_growth"} <= set(names["mechanisms"])
    assert {"madeup", "melanoma"} <= set(names["indications"])
    assert {"heat-trial", "oak"} <= set(names["protocols"])
    assert catalogue.describe("drugs", "tracerine") == "Tracerine, a small molecule that heats tumours"
    assert load("heat") is mechanisms()["heat"]


def test_the_mechanism_is_in_the_model_because_the_drug_calls_for_it(trial, folder):
    assert "heat_stored" in trial.design.kernel.model.species
    assert "heat_stored" not in catalogue.disease_model([catalogue.drug("nivolumab")]).species


def test_the_drug_is_given_and_recorded(trial):
    arms = trial.adex.groupby("ARM")["EXTRT"].unique()
    assert list(arms.index) == ["heated"]
    assert list(arms["heated"]) == ["tracerine"]
    assert np.all(trial.adex["EXDOSE"] == 100.0)


def test_the_drug_acts_through_the_mechanism(trial):
    """Tumours of those treated shrink, and those of the others grow."""
    sums = trial.adtr[trial.adtr["PARAMCD"] == "SUMDIAM"].sort_values("ADY")
    change = sums.groupby(["ARM", "USUBJID"])["AVAL"].agg(lambda mm: mm.iloc[1] / mm.iloc[0] if len(mm) > 1 else np.nan)
    medians = change.groupby("ARM").median()
    assert medians["heated"] < 0.9
    assert medians["untreated"] > 1.0


def test_without_its_kill_the_mechanism_has_no_effect(folder):
    """The same patients, the number of the mechanism set to zero: this is what moves the tumours above."""
    from dataclasses import replace

    from abscopal.gallery.patient import live, typical
    from abscopal.gallery.treatment import under

    example = under(catalogue.drug("tracerine"))
    patient = typical(example.model(), example.drugs)
    off = patient.p.copy()
    off[patient.model.patient_parameters.index("kill_by_heat")] = 0.0
    with_it, without_it, untreated = (
        live(one, given).values["volume"].sum(axis=1)[-1]
        for one, given in (
            (patient, example.given),
            (replace(patient, p=off), example.given),
            (patient, replace(example.given, doses=())),
        )
    )
    assert with_it < 0.5 * untreated
    assert without_it == pytest.approx(untreated, rel=1e-3)


def test_the_cancer_sits_where_its_file_says(trial):
    lesions = trial.adtr[trial.adtr["PARAMCD"] == "LDIAM"]
    assert set(lesions["ORGAN"].astype(str)) <= CANCER_SITES
    assert set(trial.adsl["ARM"]) == {"heated", "untreated"}


@pytest.mark.usefixtures("folder")
def test_the_files_are_checked_like_the_shipped_ones():
    mine = {"tracerine", "heat", "madeup", "heat-trial"}
    findings = {finding.name: finding for finding in check_catalogue() if finding.name in mine}
    assert findings.keys() == mine
    assert all(isinstance(finding, Finding) and not finding.problems for finding in findings.values())


def test_what_the_command_new_writes_is_sound(tmp_path, monkeypatch):
    runner = CliRunner()
    for kind, name in (("drug", "newmab-1"), ("indication", "new_cancer"), ("mechanism", "new_factor")):
        (tmp_path / f"{kind}s").mkdir()
        monkeypatch.chdir(tmp_path / f"{kind}s")
        assert runner.invoke(cli.app, ["new", kind, name]).exit_code == 0
        assert runner.invoke(cli.app, ["new", kind, name]).exit_code == 2, "an existing file is kept"
        assert runner.invoke(cli.app, ["new", kind, "../other"]).exit_code == 2
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    mine = [one for one in check_catalogue() if one.name in ("newmab-1", "new_cancer", "new_factor")]
    assert len(mine) == 3
    assert [one.problems for one in mine] == [(), (), ()]
    assert "new_factor_level" in catalogue.disease_model([catalogue.drug("newmab-1")]).species


def test_a_folder_that_does_not_exist_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv(VARIABLE, str(tmp_path / "nowhere"))
    with pytest.raises(InputError, match=f"{VARIABLE}: expected folders that exist, got '.*nowhere'"):
        catalogue.names("drugs")


def test_a_name_that_is_taken_is_refused(tmp_path, monkeypatch):
    (tmp_path / "drugs").mkdir()
    (tmp_path / "drugs" / "nivolumab.yaml").write_text("name: nivolumab\n")
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    with pytest.raises(ValueError, match=r"the drug 'nivolumab' exists twice: .* and .*"):
        catalogue.names("drugs")


def test_a_folder_may_hold_any_of_the_four_kinds(tmp_path, monkeypatch):
    (tmp_path / "drugs").mkdir()
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    assert "treg" in catalogue.names("mechanisms")
    assert "nivolumab" in catalogue.names("drugs")
