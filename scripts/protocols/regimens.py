"""Regimens that several trials share, and sentences from the pieces of a published regimen."""

from __future__ import annotations

from typing import Any

IPI = "ipilimumab 3 mg/kg q3w x4"
NIVO = "nivolumab 3 mg/kg q2w"
NIVO_FLAT = "nivolumab 240 mg q2w"
PEMBRO = "pembrolizumab 2 mg/kg q3w"
PEMBRO_FLAT = "pembrolizumab 200 mg q3w x35"
DTIC = "dacarbazine 1000 mg/m2 q3w"
DOC = "docetaxel 75 mg/m2 q3w"
GEM_CARBO = ("gemcitabine 1000 mg/m2 days 1,8 q3w", "carboplatin AUC 2 days 1,8 q3w")
CARBO_PEM = ("carboplatin AUC 5 q3w x4", "pemetrexed 500 mg/m2 q3w")
CARBO_ETOPOSIDE = ("carboplatin AUC 5 q3w x4", "etoposide 100 mg/m2 days 1-3 q3w x4")
DAB_TRAM = ("dabrafenib 150 mg twice daily", "trametinib 2 mg daily")
FLUDARABINE = "fludarabine 30 mg/m2 days 1-3 q4w x1"
CYCLOPHOSPHAMIDE = "cyclophosphamide 500 mg/m2 days 1-3 q4w x1"
CAPECITABINE = "capecitabine 1000 mg/m2 twice daily, 2 weeks on, 1 week off"
SORAFENIB = "sorafenib 400 mg twice daily"

DAILY = {1: "daily", 0.5: "twice daily"}


def sentence(part: dict[str, Any]) -> str:
    """`nivolumab 3 mg/kg q2w` from its pieces; what a note adds to them stands in the design."""
    count = f" x{part['cycles']}" if part["cycles"] else ""
    days = part["interval_days"]
    return f"{part['drug']} {part['dose']} {part['unit']} {DAILY.get(days) or f'q{days // 7}w'}{count}"
