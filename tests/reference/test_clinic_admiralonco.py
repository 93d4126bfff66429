"""Confirmed best overall response against the figures admiralonco expects of itself.

pharmaverse/admiralonco (Apache-2.0), tests of derive_param_confirmed_bor with a confirmation of 28 days, stable disease
from 28 days after the start on and at most one visit not evaluable between; its dates are written here as days since
the start of treatment. Its subject 8 has no visit (it says MISSING where RECIST says NE) and needs no row here.
"""

import dataclasses

import numpy as np
import pytest

from abscopal.clinic.criteria.best import Timing
from abscopal.clinic.criteria.criterion import LABELS, Visits
from abscopal.clinic.criteria.recist import Recist

SUBJECTS = {
    "1": ([(0, "PR"), (31, "CR"), (46, "NE"), (60, "CR"), (91, "SD")], "CR", 31),
    "2": ([(20, "SD"), (51, "PR"), (80, "SD"), (92, "CR")], "SD", 51),
    "3": ([(1, "CR"), (21, "CR"), (51, "SD")], "SD", 51),
    "4": ([(2, "PR"), (62, "SD"), (93, "SD"), (123, "PR"), (137, "NON-CR/NON-PD")], "SD", 62),
    "5": ([(0, "PR"), (9, "SD"), (19, "PR"), (135, "NON-CR/NON-PD")], "NON-CR/NON-PD", 135),
    "6": ([(4, "PR"), (14, "CR"), (57, "PR")], "SD", 57),
    "7": ([(4, "PR"), (14, "CR"), (59, "NE")], "NE", 4),
    "9": ([(15, "PD"), (34, "SD")], "PD", 15),
}


def confirmed_best(series, criterion):
    days = np.array([[float(day) for day, _ in series]])
    codes = np.array([[LABELS.index(word) for _, word in series]], dtype=np.int8)
    best = criterion.best(Visits(codes, days, np.full(days.shape, np.nan)), confirmed=True)
    return LABELS[best.response[0]], best.day[0]


@pytest.mark.parametrize("subject", SUBJECTS)
def test_confirmed_best_response_and_its_day_against_admiralonco(subject):
    series, expected, day = SUBJECTS[subject]
    criterion = dataclasses.replace(Recist(), timing=Timing(confirmation=28.0, stable=28.0))
    assert confirmed_best(series, criterion) == (expected, day)
