"""What is due when, and how much of it for a body."""

import numpy as np
import pytest

from abscopal.protocol.treatment import parse_treatment
from abscopal.trial.plan import Body, Calendar, Dose, Intake, body_surface, last_days, measured

ONE = np.array([0])


def calendar_of(*sentences, start=0, end=400, continuous=(), scans=()):
    calendar = Calendar(frozenset(scans), continuous)
    calendar.add([parse_treatment(text) for text in sentences], ONE, start, end, 1)
    return calendar


def everything(calendar):
    found = []
    while (day := calendar.next_day()) is not None:
        found += [(day, due.what) for due in calendar.due(day)]
    return found


def test_a_calendar_gives_each_day_once_and_in_order_even_when_days_are_added():
    calendar = calendar_of("nivolumab 3 mg/kg q2w x3", scans={63, 105})
    days = [calendar.next_day() for _ in range(3)]
    calendar.add([parse_treatment("ipilimumab 3 mg/kg q3w x2")], ONE, 63, 400, 2)
    while (day := calendar.next_day()) is not None:
        days.append(day)
    assert days == [0, 14, 28, 63, 84, 105]


def test_doses_alike_are_given_together_and_each_subject_in_the_order_of_the_treatment():
    calendar = Calendar(frozenset())
    twice = [parse_treatment("nivolumab 3 mg/kg q2w x2"), parse_treatment("nivolumab 3 mg/kg q4w x2")]
    calendar.add(twice[1:], np.array([4, 2]), 0, 400, 1)
    calendar.add(twice, np.array([7]), 0, 400, 1)
    doses = calendar.due(0)
    assert [due.subjects.tolist() for due in doses] == [[4, 2, 7], [7]]
    assert all((due.what, due.line) == (Dose("nivolumab", 3.0, "mg/kg"), 1) for due in doses)
    assert calendar.due(0) == []
    assert [due.subjects.tolist() for due in calendar.due(28)] == [[4, 2], [7]]


def test_daily_intake_is_switched_on_and_off():
    calendar = calendar_of("sunitinib 50 mg daily, 4 weeks on, 2 weeks off", start=7, end=80, continuous={"sunitinib"})
    on, off = Intake("sunitinib", 50.0, "mg"), Intake("sunitinib", 0.0, "mg")
    assert everything(calendar) == [(7, on), (35, off), (49, on), (77, off)]


def test_a_taper_goes_over_without_a_day_off_and_stops_at_the_end_of_its_line():
    calendar = calendar_of("prednisone 60 mg daily for 14 days, then 20 mg daily", end=30, continuous={"prednisone"})
    amounts = [(day, what.per_day) for day, what in everything(calendar)]
    assert amounts == [(0, 60.0), (14, 20.0), (30, 0.0)]


def test_a_drug_that_cannot_be_taken_continuously_is_given_day_by_day():
    found = everything(calendar_of("fludarabine 30 mg/m2 daily for 3 days"))
    assert found == [(day, Dose("fludarabine", 30.0, "mg/m2")) for day in range(3)]


def test_fractions_come_day_by_day_and_procedures_on_their_day():
    found = everything(calendar_of("radiotherapy 2 Gy x7 to primary week 1", "resect primary day 0"))
    assert [day for day, _ in found] == [0, 7, 8, 9, 10, 11, 14, 15]
    assert [type(what).__name__ for _, what in found] == ["Resection"] + 7 * ["Radiotherapy"]


def test_what_is_due_can_be_taken_out_by_its_kind():
    calendar = calendar_of("nivolumab 240 mg q2w x1", "resect primary day 0")
    assert [due.what for due in calendar.due(0, Dose)] == [Dose("nivolumab", 240.0, "mg")]
    assert len(calendar.due(0)) == 1


def test_the_last_day_of_some_treatments_is_that_of_the_longest():
    treatments = [parse_treatment(text) for text in ("ipilimumab 3 mg/kg q3w x4", "radiotherapy 8 Gy x3 to primary")]
    assert last_days(treatments) == 63
    assert last_days([*treatments, parse_treatment("osimertinib 80 mg daily")]) == float("inf")
    assert last_days([]) == 0


def test_amounts_of_each_unit():
    body = Body(np.array([80.0]), np.array([2.0]), np.array([95.0]))
    given = {"mg": 240, "mg/kg": 3, "mg/m2": 1000, "AUC": 5, "cells": 5e10, "cells/kg": 2e6, "IU/kg": 600_000}
    amounts = {unit: body.amount(dose, unit)[0] for unit, dose in given.items()}
    assert amounts == {
        "mg": 240, "mg/kg": 240, "mg/m2": 2000, "AUC": 5 * (95 + 25), "cells": 5e10, "cells/kg": 1.6e8,
        "IU/kg": 4.8e7,
    }  # fmt: skip
    assert {unit: measured(unit) for unit in given} == {
        "mg": "mg", "mg/kg": "mg", "mg/m2": "mg", "AUC": "mg", "cells": "cells", "cells/kg": "cells", "IU/kg": "IU",
    }  # fmt: skip


def test_body_surface_is_mosteller():
    assert body_surface(np.array([80.0]), np.array([True]))[0] == pytest.approx(np.sqrt(176 * 80 / 3600))
