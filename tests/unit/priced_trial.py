"""Three subjects whose costs and QALYs can be computed in the head, and prices for them and for the synthetic trial."""

from __future__ import annotations

import numpy as np
import pandas as pd

from abscopal.analysis.price_table import PriceTable

YEAR = 365.25
NOBODY = {"adcm": None, "adlb": None}


def utilities(**other):
    return {"on_treatment": 0.8, "off_treatment": 0.7, "progressed": 0.5} | other


def prices(**other):
    """Round numbers; every key may be replaced."""
    usual = {
        "currency": "EUR",
        "year": 2024,
        "drugs": {
            "antibody": {"vials": [{"mg": 40, "price": 400}, {"mg": 100, "price": 1000}], "administration": "infusion"},
            "tablet": {"per_day": 50},
        },
        "administration": {"infusion": 200},
        "visit": 100,
        "scan": 300,
        "care_per_month": {"progression_free": 30, "progressed": 60},
        "toxicity": {"by_grade": {"3": 2000}, "terms": {"Colitis": {"2": 500}}},
        "end_of_life": 5000,
        "utilities": utilities(),
        "disutilities": {"by_grade": {"3": 0.2}},
    }
    return PriceTable(**usual | other)


def three_subjects():
    """One who dies after two years, one after one year under daily tablets, one of another arm lost after a year."""

    def row(who, arm="A", **values):
        return {"USUBJID": who, "ARM": arm, **values}

    def times(who, arm, pfs, pfs_seen, os, died):
        return [
            row(who, arm, PARAMCD="OS", AVAL=os, CNSR=int(not died)),
            row(who, arm, PARAMCD="PFS", AVAL=pfs, CNSR=int(not pfs_seen)),
        ]

    def dose(who, arm, day, drug="antibody", amount=130.0, unit="mg", last=None, line=1):
        last = day if last is None else last
        return row(who, arm, ADY=day, AENDY=last, EXTRT=drug, EXDOSE=amount, EXDOSU=unit, EXLINE=line)

    return {
        "adsl": pd.DataFrame([row("one"), row("two"), row("three", "B")]),
        "adtte": pd.DataFrame([
            *times("one", "A", YEAR, True, 2 * YEAR, True),
            *times("two", "A", YEAR, True, YEAR, True),
            *times("three", "B", YEAR, False, YEAR, False),
        ]),
        "adex": pd.DataFrame([
            dose("one", "A", 0), dose("one", "A", 73, amount=30.0),
            dose("two", "A", 0, "tablet", 10.0, "mg/day", last=99),
            dose("three", "B", 0),
        ]),
        "adae": pd.DataFrame([
            row("one", AETERM="Colitis", AETOXGR=3, ASTDY=10, AENDY=83.05),
            row("two", AETERM="Colitis", AETOXGR=2, ASTDY=10, AENDY=np.nan),
            row("two", AETERM="Hepatitis", AETOXGR=3, ASTDY=300, AENDY=np.nan),
        ]),
        "adrs": pd.DataFrame([
            row("one", ADY=73, PARAMCD="OVR"), row("one", ADY=73, PARAMCD="BOR"), row("two", ADY=80, PARAMCD="OVR"),
        ]),
    }  # fmt: skip


def synthetic_prices(**other):
    """Prices of what the synthetic trial gives."""
    drugs = {
        "nivolumab": {"vials": [{"mg": 40, "price": 440}, {"mg": 100, "price": 1100}], "administration": "infusion"},
        "dacarbazine": {"per_mg": 0.1, "administration": "infusion"},
    }
    return prices(drugs=drugs, **other)
