"""Lesions of a replay beside real ones, and figures of subgroups: counted again by hand in a made-up trial."""

import numpy as np
import pandas as pd
import pytest
from synthetic_trial import DACARBAZINE, NIVOLUMAB, synthetic_tables

from abscopal import catalogue
from abscopal.calibration.targets import Target
from abscopal.protocol import Protocol
from abscopal.protocol.condition import Condition
from abscopal.validation import lesion_rates as module
from abscopal.validation.lesion_rates import lesion_section, real_lesions, sites_of, spreads_of
from abscopal.validation.simulated import simulated
from abscopal.validation.subgroups import BASELINE, belong, in_subgroups

ARM, OTHER = NIVOLUMAB.name, DACARBAZINE.name


def series(*diameters):
    rows = [
        {"USUBJID": f"P{who}", "ADY": 42 * visit, "STATE": "too small" if size is None else "present",
         "DIAMETER_MM": size}
        for who, sizes in enumerate(diameters)
        for visit, size in enumerate(sizes)
    ]  # fmt: skip
    return pd.DataFrame(rows).astype({"DIAMETER_MM": float})


def test_best_changes_are_counted_up_to_progression_in_those_with_three_diameters():
    found = spreads_of(series([100, 80, 60, 90, 10], [50, 50, 50], [20, 30], [40, None, 5]))
    best = next(one for one in found if one.measure == "best change")
    assert best.n == 3  # the third has two diameters; what the first shrank by after progression does not count
    assert best.quartiles == pytest.approx(tuple(np.quantile([-0.4, 0.0, 1 / 8 - 1], [0.25, 0.5, 0.75])), abs=1e-4)
    assert best.none == pytest.approx(1 / 3, abs=1e-3)


def test_real_lesions_are_those_of_calibration_trials_with_licence_and_citation():
    for one in real_lesions():
        if one.trial in catalogue.names("protocols"):
            assert catalogue.load_protocol(one.trial).role == "calibration"
            assert one.arm in [arm.name for arm in catalogue.load_protocol(one.trial).arms]
        assert one.licence in ("CC BY 4.0", "MIT")
        assert {spread.measure for spread in one.spreads} == {"regression", "growth", "best change"}


@pytest.fixture(scope="module")
def tables():
    made = synthetic_tables(per_arm=60)
    rng = np.random.default_rng(3)
    adsl = made["adsl"].assign(
        TRAITS=rng.choice(["", "BRAF", "squamous EGFR"], 120), MSIFL="N", TMB=rng.gamma(2, 5, 120)
    )
    return {**made, "adsl": adsl.assign(**{name: 1.0 for name in BASELINE if name not in adsl})}


@pytest.fixture
def _folder(monkeypatch, tables):
    """Whatever is read of a run is the made-up trial."""
    monkeypatch.setattr(module, "read_parquet", lambda path, name, columns: tables[name])


@pytest.mark.usefixtures("_folder")
def test_the_section_lays_simulated_lesions_beside_real_ones_and_sites_beside_published_ones(tmp_path, tables):
    trial = Protocol(
        name="oak", indication="nsclc", subjects=120, baseline={"liver": 0.2, "male": 0.5},
        arms=[{"name": "atezolizumab", "regimen": ["atezolizumab 1200 mg q3w"]}],
    )  # fmt: skip
    (site,) = sites_of(trial, tmp_path)
    assert (site.site, site.published) == ("liver", 0.2)
    assert site.simulated == pytest.approx((tables["adsl"]["LIVERFL"] == "Y").mean())
    tables["adtr"] = tables["adtr"].assign(
        ARM=tables["adtr"]["ARM"].replace({ARM: "atezolizumab", OTHER: "docetaxel"}), LESION=tables["adtr"]["LESION"]
    )
    page = "".join(map(str, lesion_section({"oak": trial}, {"oak": tmp_path})))
    row = page.split("oak, atezolizumab")[1].split("</tr>")[0]
    assert row.count("<td") >= 5
    assert "–" not in row
    assert "INSPIRE" in page
    assert "20" in page.split("Lesions at baseline")[-1]


@pytest.mark.parametrize(
    ("sentence", "count"),
    [
        ("PDL1 >= 5 %", lambda adsl: adsl["PDL1"] >= 0.05),
        ("TMB > 10", lambda adsl: adsl["TMB"] > 10),
        ("liver metastases", lambda adsl: adsl["LIVERFL"] == "Y"),
        ("no squamous histology", lambda adsl: ~adsl["TRAITS"].str.contains("squamous")),
        ("BRAF mutation", lambda adsl: adsl["TRAITS"] == "BRAF"),
        ("microsatellite instability", lambda adsl: adsl["MSIFL"] == "Y"),
        ("LDH > 1 or BRAF mutation", lambda adsl: (adsl["LDH"] > 1) | (adsl["TRAITS"] == "BRAF")),
    ],
)
def test_who_belongs_to_a_subgroup_is_read_from_adsl(tables, sentence, count):
    np.testing.assert_array_equal(belong(Condition.parse(sentence), tables["adsl"]), count(tables["adsl"]).to_numpy())


def test_what_adsl_cannot_tell_has_no_estimate(tables):
    assert belong(Condition.parse("skin metastases"), tables["adsl"]) is None


def test_figures_of_a_subgroup_are_those_of_a_trial_of_its_members_alone(tables):
    who = (Condition.parse("PDL1 >= 5 %"), Condition.parse("no BRAF mutation"))
    name = " in PDL1 >= 5 % and no BRAF mutation"
    targets = [
        Target("t", ARM, f"{quantity}{name}", 0.5, 0.1, f"subgroup {kind}", reference, who=who)
        for quantity, kind, reference in (("ORR", "response", ""), ("OS 12", "survival", ""), ("OS HR", "ratio", OTHER))
    ]
    found = in_subgroups(tables, tables["adsl"], [*targets, Target("t", ARM, "ORR", 0.5, 0.1)])
    members = tables["adsl"][(tables["adsl"]["PDL1"] >= 0.05) & (tables["adsl"]["TRAITS"] != "BRAF")]["USUBJID"]
    part = {key: table[table["USUBJID"].isin(members)] for key, table in tables.items()}
    whole = [Target("t", ARM, "ORR", 0.5, 0.1), Target("t", ARM, "OS 12", 0.5, 0.1, "survival"),
             Target("t", ARM, "OS HR", 0.5, 0.1, "ratio", OTHER)]  # fmt: skip
    expected = simulated(part, whole).estimates
    assert len(found) == 3
    for target, alone in zip(targets, whole, strict=True):
        assert found[ARM, target.reference, target.quantity] == expected[ARM, alone.reference, alone.quantity]
