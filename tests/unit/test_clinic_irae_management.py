"""Hand-made series of grades managed by the rules: what is held, resumed, stopped and given, and when."""

import numpy as np
import pytest

from abscopal.clinic.irae_management import ANTI_CTLA4, ANTI_PD1, Phase, State, manage, table_of
from abscopal.clinic.irae_rules import RULES, Rules, rule_sources, rules
from abscopal.errors import InputError
from abscopal.record import read_record
from abscopal.yaml_reader import read_document

DRUGS = ("prednisone", "infliximab", "mycophenolate")
KG = 80.0


class Managed:
    """One patient of 80 kg with one event (or several), seen on some days."""

    def __init__(self, *events, drugs=DRUGS):
        self.table = table_of(rules(), [f"injury_{event}" for event in events], drugs)
        self.state, self.events = State.start(1, len(events)), events

    def see(self, day, *grades):
        self.state, self.orders = manage(
            self.state, np.array([grades], dtype=np.int8), float(day), np.array([KG]), self.table
        )
        return self

    def series(self, grades):
        """See the patient on each day of a mapping; return the dose of prednisone on each, mg/kg."""
        return [float(self.see(day, grade).mg_per_kg) for day, grade in grades.items()]

    @property
    def mg_per_kg(self):
        return self.orders.prednisone[0] / KG

    @property
    def held(self):
        return bool(self.state.held[0])

    @property
    def stopped(self):
        return self.state.stopped[0].tolist()

    @property
    def second(self):
        number = self.orders.second_line[0]
        return self.table.second_line[number] if number >= 0 else ""


NEITHER, ONLY_CTLA4, BOTH = [False, False], [False, True], [True, True]


@pytest.mark.parametrize("event", ["colon", "liver", "lung", "kidney", "joints", "nerves"])
def test_asco_2021_grade_1_goes_on_and_grade_2_is_held_and_given_steroids(event):
    patient = Managed(event).see(14, 1)
    assert (patient.held, patient.mg_per_kg, patient.orders.next_visit[0]) == (False, 0.0, np.inf)
    patient.see(28, 2)
    assert patient.held
    assert 0.25 <= patient.mg_per_kg <= 1.5
    assert patient.stopped == NEITHER
    assert patient.orders.next_visit[0] == 31


def test_asco_2021_colitis_of_grade_3_ends_anti_ctla4_and_lets_anti_pd1_resume():
    patient = Managed("colon").see(20, 3)
    assert 1.0 <= patient.mg_per_kg <= 2.0
    assert patient.stopped == ONLY_CTLA4
    doses = patient.series({23: 2, 30: 1} | {30 + 7 * week: 0 for week in range(1, 6)})
    assert doses[0] == pytest.approx(1.5)
    assert doses[1:] == sorted(doses[1:], reverse=True)
    assert (patient.held, patient.mg_per_kg, patient.stopped) == (False, 0.0, ONLY_CTLA4)


@pytest.mark.parametrize("event", ["colon", "liver", "lung", "skin", "kidney", "heart", "joints", "nerves"])
def test_asco_2021_grade_4_stops_every_checkpoint_antibody_for_good(event):
    patient = Managed(event).see(20, 4)
    assert patient.stopped == BOTH
    patient.series({20 + 7 * week: 0 for week in range(1, 12)})
    assert patient.stopped == BOTH


@pytest.mark.parametrize("event", ["thyroid", "pituitary", "adrenal", "islets"])
def test_asco_2021_endocrine_events_are_held_until_the_hormone_is_replaced_and_never_stop_treatment(event):
    patient = Managed(event).see(30, 4)
    assert patient.held
    assert patient.mg_per_kg == 0.0
    assert patient.orders.replace.all()
    patient.see(44, 4)
    assert (patient.held, patient.stopped) == (False, NEITHER)
    assert not patient.orders.replace.any()
    assert patient.orders.next_visit[0] == np.inf


def test_asco_2021_pneumonitis_stops_for_good_at_grade_3_and_is_tapered_over_8_weeks_where_colitis_takes_5():
    assert Managed("lung").see(20, 3).stopped == BOTH
    assert Managed("lung").table.taper_days[0] == 56
    lung, colon = (Managed(name).series({0: 2} | {7 * w: 0 for w in range(1, 10)}) for name in ("lung", "colon"))
    assert (np.count_nonzero(lung), np.count_nonzero(colon)) == (9, 6)


def test_asco_2021_myocarditis_stops_at_grade_2_with_a_pulse_of_a_gram_of_methylprednisolone():
    patient = Managed("heart").see(20, 2)
    assert patient.stopped == BOTH
    assert patient.orders.prednisone[0] == 1250
    assert patient.see(23, 2).mg_per_kg == 2.0


def test_asco_2021_dermatitis_of_grade_2_goes_on_with_topical_treatment():
    patient = Managed("skin").see(20, 2)
    assert (patient.held, patient.mg_per_kg) == (False, 0.0)


@pytest.mark.parametrize(
    ("event", "drugs", "drug"),
    [
        ("colon", DRUGS, "infliximab"),
        ("liver", DRUGS, "mycophenolate"),  # infliximab is toxic to the liver
        ("joints", (*DRUGS, "tocilizumab"), "tocilizumab"),
        ("joints", DRUGS, "infliximab"),
    ],
)
def test_asco_2021_three_days_without_improvement_bring_the_second_line_once(event, drugs, drug):
    patient = Managed(event, drugs=drugs).see(20, 3)
    assert patient.see(22, 3).second == ""
    assert patient.see(23, 3).second == drug
    assert patient.see(30, 3).second == ""


def test_asco_2021_who_improves_in_three_days_needs_no_second_line():
    assert Managed("colon").see(20, 3).see(23, 2).second == ""


def test_asco_2021_infliximab_is_never_given_for_hepatitis():
    assert "infliximab" not in rules().events["injury_liver"].second_line
    assert rules().second_line["infliximab"].days == (0, 14, 42)


def test_asco_2021_a_flare_during_the_taper_brings_the_full_dose_back():
    patient = Managed("colon").see(0, 2).see(7, 1).see(14, 0)
    assert patient.mg_per_kg < 1.0
    assert patient.see(21, 2).mg_per_kg == 1.0
    assert patient.state.phase[0] == Phase.FULL


def test_asco_2021_treatment_is_resumed_at_10_mg_of_prednisone_and_not_above():
    patient = Managed("colon").see(0, 2)
    for day in range(7, 42, 7):
        patient.see(day, 0)
        assert patient.held == (patient.orders.prednisone[0] > 10)


def test_label_treatment_stops_where_12_weeks_do_not_bring_prednisone_to_10_mg():
    patient = Managed("colon").see(0, 2)
    patient.series({7 * week: 2 for week in range(1, 13)})
    assert patient.stopped == NEITHER
    assert patient.see(91, 2).stopped == BOTH


def test_label_a_second_grade_3_stops_treatment_and_a_second_grade_2_does_not():
    for again, stopped in ((2, ONLY_CTLA4), (3, BOTH)):
        patient = Managed("colon").see(0, 3)
        patient.series({7 * week: 0 for week in range(1, 8)})
        assert patient.see(100, again).stopped == stopped


def test_the_worst_of_two_events_sets_the_dose_and_both_must_mend_before_treatment_is_resumed():
    patient = Managed("colon", "liver").see(0, 2, 3)
    assert patient.mg_per_kg == 1.5
    assert patient.orders.event[0] == 1
    patient.see(7, 2, 0)
    assert (patient.state.phase[0], patient.held) == (Phase.FULL, True)


def test_subjects_are_managed_alike_alone_and_in_company():
    table, rng = table_of(rules(), ["injury_colon", "injury_thyroid"], DRUGS), np.random.default_rng(1)
    series = rng.integers(0, 5, (12, 40, 2)).astype(np.int8)
    together, apart = State.start(40, 2), [State.start(1, 2) for _ in range(40)]
    for visit, grades in enumerate(series):
        together, orders = manage(together, grades, 7.0 * visit, np.full(40, KG), table)
        for number in range(40):
            apart[number], own = manage(apart[number], grades[number : number + 1], 7.0 * visit, np.array([KG]), table)
            assert own.prednisone[0] == orders.prednisone[number]
            assert apart[number].stopped[0].tolist() == together.stopped[number].tolist()
    assert together.stopped[:, ANTI_PD1].any()
    assert (together.stopped[:, ANTI_CTLA4] >= together.stopped[:, ANTI_PD1]).all()


def test_every_group_of_rules_names_a_source_and_whether_it_was_checked():
    found = rule_sources()
    assert len(found) == len(rules().events) + len(rules().second_line) + len(rules().cytokines.events)
    assert {source.grade for source in found} <= {"checked", "recalled"}


def test_a_rule_that_does_less_at_a_higher_grade_is_refused(tmp_path):
    text = RULES.read_text(encoding="utf-8")
    mild = text.replace("4: {anti_pd1: stop, anti_ctla4: stop, prednisone: 2}", "4: {anti_pd1: hold, anti_ctla4: hold, prednisone: 2}", 1)  # fmt: skip  # noqa: E501
    path = tmp_path / "rules.yaml"
    path.write_text(mild.replace("injury_thyroid", "injury_tyroid"), encoding="utf-8")
    assert read_document(path).data
    with pytest.raises(InputError) as refused:
        read_record(path, Rules)
    assert "no less to be done at a higher grade" in str(refused.value)
    assert "injury_thyroid" in str(refused.value)
