"""Findings written out in words, for the tests of the response criteria."""

import numpy as np

from abscopal.clinic.criteria.criterion import LABELS, Findings

SUMS = {"CR": 0.0, "PR": 60.0, "SD": 100.0, "PD": 130.0, "NE": np.nan}


def one(value, kind=float):
    return np.array([value], dtype=kind)


def findings(total=100.0, nontarget="", new=0, new_sum=0.0, new_other=0.0, size=np.nan, complete=True):
    """One subject's findings: sum of targets (None: no targets), non-target response, new lesions, their sums."""
    has_target = total is not None
    return Findings(
        has_target=one(has_target, bool),
        target_sum=one(total if has_target else 0.0),
        targets_evaluated=one(complete, bool),
        targets_gone=one(has_target and complete and total == 0, bool),
        has_nontarget=one(nontarget != "", bool),
        nontarget_sum=one(size),
        nontargets_evaluated=one(nontarget != "NE", bool),
        nontargets_gone=one(nontarget == "CR", bool),
        unequivocal=one(nontarget == "PD", int),
        extranodal_seen=one((has_target and total > 0) or nontarget not in ("", "CR"), bool),
        new_count=one(new, int),
        new_target_sum=one(new_sum),
        new_nontarget_sum=one(new_other),
    )


def responses(criterion, baseline, *visits):
    """Words for the responses of visits (day, findings) after a baseline."""
    state, found = criterion.start(baseline), []
    for day, seen in visits:
        state, visit = criterion.assess(state, seen, day)
        found.append(LABELS[visit.response[0]])
    return found
