"""Every shipped protocol, found by listing the folder: names known, sentences that read back, figures with a source."""

import csv
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from abscopal import catalogue
from abscopal.errors import InputError
from abscopal.population.eligibility import check_conditions
from abscopal.protocol import Figure, Protocol, Regimen, Schedule, Subgroup, read_protocol, to_yaml
from abscopal.record import Record
from abscopal.yaml_reader import read_yaml

NAMES = catalogue.names("protocols")
SCHEMA = "../protocol/protocol.schema.json"
GROUPS = (
    ("risk_favourable", "risk_intermediate", "risk_poor"),
    ("stage3a", "stage3b", "stage3c"),
    ("prior_lines_0", "prior_lines_1", "prior_lines_2"),
    ("hepatitis_b", "hepatitis_c"),
)  # fmt: skip
NESTED = (
    ("pdl1_ge50", "pdl1_ge5", "pdl1_ge1"), ("cps_ge10", "cps_ge1"), ("prior_lines_ge3", "prior_lines_ge2"),
)  # fmt: skip


@pytest.fixture(params=NAMES)
def protocol(request) -> Protocol:
    return read_protocol(catalogue.path("protocols", request.param))


def figures(record: Record) -> Iterator[Figure]:
    """Every published figure of a record, however deep."""
    for name in type(record).model_fields:
        value = getattr(record, name)
        for item in value.values() if isinstance(value, dict) else value if isinstance(value, tuple) else (value,):
            if isinstance(item, Figure):
                yield item
            elif isinstance(item, Record):
                yield from figures(item)


def test_there_is_a_protocol_for_each_of_fifty_five_published_trials():
    registered = [read_protocol(catalogue.path("protocols", name)).registry for name in NAMES]
    assert len(NAMES) >= 55
    assert all(number.startswith("NCT") and len(number) == 11 for number in registered)
    assert len(set(registered)) >= len(NAMES) - 1  # KEYNOTE-001 enrolled two cancers under one number


@pytest.mark.parametrize("name", NAMES)
def test_a_protocol_names_drugs_and_an_indication_of_the_catalogue(name):
    assert catalogue.load_protocol(name).name == name


@pytest.mark.parametrize("name", NAMES)
def test_the_sentences_of_a_protocol_read_back_as_they_were_written(name):
    written = read_yaml(catalogue.path("protocols", name))
    lines = [line for arm in written["arms"].values() for line in (arm, *arm.get("subsequent", ()))]
    sentences = [sentence for line in lines for sentence in line["regimen"]]
    assert sentences
    assert [str(Regimen.parse(sentence)) for sentence in sentences] == sentences
    assert str(Schedule.parse(written["scans"])) == written["scans"]


@pytest.mark.parametrize("name", NAMES)
def test_a_protocol_is_written_as_it_was_read(name):
    path = catalogue.path("protocols", name)
    assert to_yaml(read_protocol(path), schema=SCHEMA, defaults=False) == path.read_text(encoding="utf-8")


def test_every_published_figure_says_whether_it_was_checked(protocol):
    found = list(figures(protocol))
    assert all(any(True for _ in figures(arm.published)) for arm in protocol.arms)
    assert all(figure.source in ("checked", "recalled") for figure in found)
    assert all(line.source in ("checked", "recalled") and line.note for arm in protocol.arms for line in arm.subsequent)
    assert all(source.doi for source in protocol.sources)
    assert all("reconstructed by" in curve.citation for curve in protocol.curves)


def test_the_arms_add_up_to_the_subjects_in_the_proportions_of_the_randomisation(protocol):
    sizes = [arm.published.n for arm in protocol.arms]
    weights = sum(arm.allocation for arm in protocol.arms)
    assert sum(sizes) == protocol.subjects
    for arm, size in zip(protocol.arms, sizes, strict=True):
        assert protocol.subjects * arm.allocation / weights == pytest.approx(size, rel=0.05), arm.name


def test_an_interval_holds_its_figure(protocol):
    for figure in figures(protocol):
        if figure.value is not None:
            assert figure.lo is None or figure.lo <= figure.value, figure
            assert figure.hi is None or figure.value <= figure.hi, figure


def test_published_survival_falls_and_crosses_a_half_at_its_median(protocol):
    for arm in protocol.arms:
        for endpoint in ("os", "pfs"):
            at = {month: figure.value for month, figure in getattr(arm.published, f"{endpoint}_at").items()}
            median = getattr(arm.published, f"{endpoint}_median")
            assert [at[month] for month in sorted(at)] == sorted(at.values(), reverse=True), (arm.name, endpoint)
            for month, share in at.items() if median is not None and median.value is not None else ():
                late = month > median.value
                assert share < 0.53 if late else share > 0.47, (arm.name, endpoint, month)


def test_severe_events_are_among_those_of_any_grade(protocol):
    for arm in protocol.arms:
        for name, event in arm.published.adverse_events.items():
            if event.any_grade and event.grade3:
                assert event.grade3.value <= event.any_grade.value, (arm.name, name)


def test_nobody_progresses_after_death(protocol):
    for arm in protocol.arms:
        for month, free in arm.published.pfs_at.items():
            alive = arm.published.os_at.get(month)
            assert alive is None or free.value <= alive.value, (arm.name, month)


def test_published_curves_fall_and_pass_near_the_published_landmarks(protocol):
    for curve in protocol.curves:
        months, shares = zip(*curve.points, strict=True)
        assert list(months) == sorted(months)
        assert list(shares) == sorted(shares, reverse=True)
        at = dict(curve.points)
        printed = protocol.arm(curve.arm).published
        for month, figure in (printed.os_at if curve.endpoint == "OS" else printed.pfs_at).items():
            if month in at and figure.source == "checked":
                assert at[month] == pytest.approx(figure.value, abs=0.05), (curve.arm, curve.endpoint, month)


def test_shares_at_baseline_agree_with_each_other(protocol):
    known = protocol.baseline.numbers()
    for group in GROUPS:
        assert sum(known.get(name, 0.0) for name in group) <= 1.011, group  # printed to a whole per cent
    for group in NESTED:
        shares = [known[name] for name in group if name in known]
        assert shares == sorted(shares), group


def test_no_indication_is_fitted_to_a_trial_kept_for_validation():
    fitted = {name for found in catalogue.names("indications") for name in catalogue.indication(found).calibration}
    roles = {name: read_protocol(catalogue.path("protocols", name)).role for name in NAMES}
    assert fitted
    assert {roles[name] for name in fitted} == {"calibration"}
    assert sorted(roles.values()).count("validation") >= 20


def test_what_is_resected_before_the_trial_is_adjuvant():
    setting = {name: read_protocol(catalogue.path("protocols", name)).setting for name in NAMES}
    assert {name for name in NAMES if setting[name] == "adjuvant"} == {"keynote-054", "keynote-942"}


@pytest.fixture
def script(monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "scripts"))
    yield pytest.importorskip("protocols_from_trials")
    for name in [name for name in sys.modules if name.partition(".")[0] in ("protocols", "protocols_from_trials")]:
        del sys.modules[name]


def trial():
    """A published trial of two arms, as the folder of figures describes one."""
    arm = {"n": 100, "pfs_med": {"value": 4.0, "source": "checked"}, "other": {}}
    pieces = [{"drug": "docetaxel", "dose": 75, "unit": "mg/m2", "interval_days": 21, "cycles": None}]
    paper = {"first_author": "van Dijk A", "journal": "J", "year": 2020, "doi": "10.1/x", "reports": "primary"}
    return {
        "id": "x_1", "nct": "NCT00000001", "role": "validation", "indication": "nsclc_all", "line": "2L",
        "arms": [{"id": "new", "regimen": [], **arm}, {"id": "old", "regimen": pieces, **arm}],
        "baseline": {}, "contrasts": [], "citations": [paper],
        "crossover_pct_control_to_io": {"value": 30, "source": "checked"},
    }  # fmt: skip


def test_the_script_turns_figures_into_a_protocol(script, tmp_path):
    from protocols.design import After, Design

    folder = tmp_path / "survival"
    folder.mkdir()
    with (folder / "sifi_x.csv").open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([("time", "event", "arm"), (2, 1, "old"), (7, 0, "old")])
    design = Design(
        "New against old", "nsclc", "every 6 weeks", 12, 12, {"a": "new", "b": "old"}, "Dijk, figure 1",
        ("sifi_x.csv",), {"b": "old"}, {"a": ["nivolumab 3 mg/kg q2w"]},
        after={"b": (After("nivolumab 3 mg/kg q2w", None),)}, baseline={"egfr": 0.0}, enrolled="adults",
    )  # fmt: skip
    made = Protocol(**script.fields_of("x-1", design, trial(), tmp_path))
    assert made.subjects == 200
    assert made.role == "validation"
    assert [str(regimen) for regimen in made.arm("b").regimen] == ["docetaxel 75 mg/m2 q3w"]
    assert made.arm("b").subsequent[0].share == pytest.approx(0.30 / (0.9 - 0.5 ** (18 / 4)), abs=0.005)
    assert made.arm("b").subsequent[0].source == "checked"
    assert made.curves[0].points == ((0, 1), (3, 0.5), (6, 0.5))
    assert made.baseline.egfr.note == "as the trial enrolled"
    assert made.sources[0].key == "dijk-2020"
    assert made.note.startswith("Enrolled: adults.")


def with_parts():
    """The same trial with figures of a subgroup, of durations of response, and some that no protocol carries."""
    made = trial()
    old = made["arms"][1]
    old |= {
        "orr": {"value": 20, "source": "checked"},
        "dor_at": {
            12: {"value": 40, "source": "checked"},
            60: {"value": 5, "note": "% of treated", "source": "checked"},
        },
    }
    old["other"] = {"orr_primary": {"value": 18, "source": "recalled"}}
    old["quality_of_life"] = {"value": 7, "source": "checked"}
    figures = {"orr": {"value": 30, "source": "recalled"}, "os_12m": {"value": 50, "source": "checked"}}
    made["subgroups"] = [
        {"subgroup": "TPS >=50%", "arm": "old", "n": {"value": 40, "source": "checked"}, **figures},
        {"subgroup": "TPS >=50%", "arm": "third", **figures},
    ]
    return made


def test_the_script_carries_subgroups_and_says_of_every_figure_left_out_why(script, tmp_path):
    from protocols.design import Design
    from protocols.left_out import left_out, watched

    made = watched(with_parts())
    design = Design("New against old", "nsclc", "every 6 weeks", 12, 12, {"a": "new", "b": "old"}, regimens={"a": []})
    published = Protocol(**script.fields_of("x-1", design, made, tmp_path)).arm("b").published
    (group,) = published.subgroups
    assert (group.name, [str(one) for one in group.who], group.n) == ("TPS >=50%", ["PDL1 >= 50 %"], 40)
    assert (group.orr.value, group.orr.source, group.os_at[12].value) == (0.3, "recalled", 0.5)
    assert published.dor_at[12].value == 0.4
    assert published.dor_at[60].value == pytest.approx(0.25)  # a twentieth of all is a quarter of the responders
    reasons = dict(left_out(made, {"new", "old"}))
    assert reasons.pop("arms.old.quality_of_life") == ""
    assert reasons.keys() == {
        "arms.old.other.orr_primary", "crossover_pct_control_to_io", "subgroups.third.1.orr",
        "subgroups.third.1.os_12m",
    }  # fmt: skip
    assert all(reasons.values())


def test_the_script_fails_where_a_figure_is_left_out_for_no_known_reason(script, capsys):
    assert script.report([("arms.a.orr", "said elsewhere"), ("arms.a.quality_of_life", "")]) == 1
    assert "arms.a.quality_of_life: NO REASON KNOWN" in capsys.readouterr().out


def test_the_landmarks_of_a_subgroup_are_its_reconstructed_curve_while_ten_are_at_risk(script, tmp_path):
    from protocols.subgroups import Printed, with_curve

    rows = [(4, 1, "old")] * 10 + [(13, 1, "old")] * 20 + [(30, 0, "old")] * 5 + [(1, 1, "new")] * 9
    with (tmp_path / "sifi_part.csv").open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([("time", "event", "arm"), *rows])
    found = with_curve({"os_at": {12: {"value": 0.1}}}, Printed("Dijk, figure 2", ("sifi_part.csv",)), "old", tmp_path)
    assert found["n"] == 35
    assert {month: one["value"] for month, one in found["os_at"].items()} == {6: 0.714, 12: 0.714}
    assert found["citation"].startswith("Dijk, figure 2; reconstructed by Bomze")


def test_every_subgroup_is_told_by_what_is_known_of_its_cancer():
    for name in NAMES:
        protocol = catalogue.load_protocol(name)
        groups = {(arm.name, group.name): group.who for arm in protocol.arms for group in arm.published.subgroups}
        check_conditions({" ".join(key): who for key, who in groups.items()}, catalogue.indication(protocol.indication))
        assert len(groups) == sum(len(arm.published.subgroups) for arm in protocol.arms)


def test_a_hazard_ratio_of_a_subgroup_needs_the_arm_it_is_against():
    with pytest.raises(InputError, match="against"):
        Subgroup(name="TPS >=50%", os_hr=0.5)
    arm = {"regimen": [], "published": {"subgroups": [{"name": "TPS >=50%", "os_hr": 0.5, "against": "placeboo"}]}}
    with pytest.raises(InputError, match="placebo"):
        Protocol(indication="nsclc", subjects=10, arms={"a": arm, "placebo": {"regimen": []}})


def test_the_script_knows_every_shipped_protocol(script):
    assert set(script.DESIGNS) == set(NAMES)
