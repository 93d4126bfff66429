"""Figures of real patients and the same of simulated ones, by tables made by hand."""

from math import log

import numpy as np
import pandas as pd
import pytest

from abscopal import catalogue
from abscopal.validation.biomarker_section import biomarker_section
from abscopal.validation.biomarkers import (
    MARKERS,
    Cell,
    Citation,
    Comparison,
    Estimate,
    RealFigure,
    RealPatients,
    antibody_arms,
    compare,
    estimate,
    real_patients,
    weighted,
)

FOUND = Estimate(value=0.6, lower=0.55, upper=0.65, n=500)


def figure(statistic="area", marker="NLR", of="response", found=FOUND, **fields):
    return RealFigure(statistic=statistic, marker=marker, of=of, found=found, source="x", **fields)


def patients(n=400, seed=3, **columns):
    rng = np.random.default_rng(seed)
    plain = {"CANCER": "nsclc", "LATER": True, "STRATUM": "a", "WEIGHT": 1.0, "NLR": np.exp(rng.normal(1, 0.7, n))}
    return pd.DataFrame(plain | {"response": (rng.random(n) < 0.3).astype(float)} | columns)


def test_every_shipped_figure_lies_in_its_interval_and_names_a_source_marker_and_cancers():
    real = real_patients()
    known = set(catalogue.names("indications"))
    assert len(real.figures) > 50
    for one in real.figures:
        assert one.found.lower <= one.found.value <= one.found.upper
        assert one.source in real.sources
        assert one.marker in MARKERS
        assert one.of in {"response", "PFS", "OS", *MARKERS}
        assert set(one.cancers) <= known
    assert {cell.cancer for cell in real.mix} <= known


def test_goals_of_the_pooled_checks_are_shipped():
    """TMB, NLR and albumin over all cancers and PD-L1 in lung cancer within 0.05; CD8 and liver by direction."""
    goals = {(one.marker, one.within) for one in real_patients().figures if one.pooled}
    assert goals == {("TMB", 0.05), ("NLR", 0.05), ("ALB", 0.05), ("PDL1", 0.05)}
    assert {one.marker for one in real_patients().figures if one.direction} == {"TIL", "LIVER"}


def test_arms_are_those_of_one_antibody_in_trials_that_select_nobody_by_a_marker():
    arms = {name: antibody_arms(catalogue.load_protocol(name)) for name in (
        "checkmate-057", "keynote-024", "impower150", "checkmate-214", "combi-dv-pooled", "zuma-1")}  # fmt: skip
    assert arms.pop("checkmate-057") == ["nivolumab"]
    assert not any(arms.values())


def test_weights_make_the_mix_of_the_real_patients():
    drawn = pd.DataFrame({"CANCER": ["nsclc"] * 6 + ["renal"] * 2 + ["hodgkin"], "LATER": [True] * 2 + [False] * 7})
    mix = [Cell(cancer="nsclc", later=True, n=30), Cell(cancer="nsclc", later=False, n=8)]
    mix += [Cell(cancer="renal", later=True, n=4), Cell(cancer="gastric", later=True, n=50)]
    weight = weighted(drawn, mix)["WEIGHT"]
    assert weight.tolist() == [15.0, 15.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 0.0]


def test_a_hazard_ratio_is_per_doubling_and_within_strata():
    """Exponential times whose hazard doubles with each fourfold NLR, in strata of very different hazards."""
    n = 4000
    rng = np.random.default_rng(8)
    ratio, far = np.exp(rng.normal(1, 0.7, n)), np.arange(n) % 2 == 0
    hazard = np.sqrt(ratio) * np.where(far, 20.0, 1.0)
    time = rng.exponential(1 / hazard)
    found = estimate(
        figure("hazard ratio", of="OS"),
        patients(n, NLR=ratio * np.where(far, 0.3, 1.0), STRATUM=np.where(far, "a", "b"), OS=time, OS_EVENT=1.0),
    )
    assert found.value == pytest.approx(np.sqrt(2), rel=0.05)
    assert found.lower < found.value < found.upper


def test_a_rank_correlation_is_spearmans_within_strata():
    n = 3000
    rng = np.random.default_rng(5)
    shared, far = rng.normal(size=n), 50.0 * (np.arange(n) % 2)
    both = {"NLR": np.exp(shared + rng.normal(size=n)) + far, "ALB": -shared + rng.normal(size=n) + far}
    found = estimate(figure("rank correlation", of="ALB"), patients(n, STRATUM=far.astype(str), **both))
    assert found.value == pytest.approx(6 / np.pi * np.arcsin(-0.5 / 2), abs=0.05)  # Pearson's -0.5 as Spearman's


def test_patients_of_other_cancers_and_unknown_response_are_left_out():
    drawn = patients(100, CANCER=["nsclc"] * 60 + ["hodgkin"] * 40)
    drawn["response"] = (np.arange(100) % 2).astype(float)
    drawn.loc[:9, "response"] = np.nan
    assert estimate(figure(cancers=("nsclc",)), drawn).n == 50
    assert estimate(figure(), drawn.assign(WEIGHT=(drawn["CANCER"] == "hodgkin") * 1.0)).n == 40
    assert estimate(figure(), drawn.iloc[:15]) is None


@pytest.mark.parametrize(
    ("fields", "simulated", "difference", "met"),
    [
        ({"within": 0.05}, 0.64, 0.04, True),
        ({"within": 0.05}, 0.54, -0.06, False),
        ({"direction": True}, 0.51, -0.09, True),
        ({"direction": True}, 0.49, -0.11, False),
        ({}, 0.6, 0.0, None),
        ({"statistic": "hazard ratio", "direction": True}, 1.2, log(2), False),
    ],
)
def test_a_goal_is_a_largest_difference_or_a_direction(fields, simulated, difference, met):
    found = Comparison(figure(**fields), Estimate(value=simulated, lower=0.1, upper=1.9, n=100))
    assert found.difference == pytest.approx(difference)
    assert found.met is met
    assert Comparison(figure(**fields), None).met is None


@pytest.fixture
def replayed(tmp_path):
    """A run folder with the columns that are read: responders have an NLR of 1, the others of 2 or 1."""
    n = 40
    names = [f"SUBJ-{number:02d}" for number in range(2 * n)]
    arm = ["nivolumab"] * n + ["docetaxel"] * n
    low = np.arange(2 * n) % 4 < 2
    markers = {name: 1.0 for name in MARKERS if name not in ("LIVER", "NLR")}
    subject = {"USUBJID": names, "ARM": arm, "CLASS": "enrolled", "LIVERFL": "N", "NLR": np.where(low, 1.0, 2.0)}
    best = np.where(np.arange(2 * n) % 4 == 0, "PR", "SD")
    tables = {
        "adsl": subject | markers,
        "adrs": {"USUBJID": names, "PARAMCD": "BOR", "AVALC": best, "ANL01FL": "Y"},
        "adtte": {"USUBJID": names, "PARAMCD": "OS", "AVAL": np.arange(2.0 * n) + 1, "CNSR": 0},
    }
    (tmp_path / "adam").mkdir()
    for name, columns in tables.items():
        pd.DataFrame(columns).to_parquet(tmp_path / "adam" / f"{name}.parquet")
    return {"checkmate-057": (catalogue.load_protocol("checkmate-057"), tmp_path)}


def asked(*figures):
    mix = (Cell(cancer="nsclc", later=True, n=1),)
    return RealPatients(sources={"x": Citation(citation="a paper", of="patients")}, mix=mix, figures=figures)


def test_replayed_patients_of_the_antibody_alone_stand_beside_the_real_ones(replayed):
    """Ten responders with NLR 1, of the others ten with 1 and twenty with 2: 1 in 6 pairs tied or won."""
    found = compare(replayed, asked(figure(pooled=True), figure("hazard ratio", marker="TMB", of="OS")))
    assert found[0].simulated.n == 40
    assert found[0].simulated.value == pytest.approx(1 / 6)
    assert found[0].difference == pytest.approx(1 / 6 - 0.6)
    assert found[1].simulated is None  # one value of the marker says nothing
    assert found[0].plain()["simulated"]["n"] == 40


def test_the_section_says_what_was_found_and_what_is_missing(replayed):
    found = compare(replayed, asked(figure(pooled=True, within=0.05), figure("hazard ratio", of="PFS")))
    text = "".join(str(part) for part in biomarker_section(found))
    assert "(0.55 to 0.65)" in text
    assert "within 0.05: no" in text
    assert "0 of 1 figures" in text
    assert "No trial replayed here" in str(biomarker_section(compare({}, asked(figure())))[0])
