"""A made-up trial's tables, drawn from simple laws, for tests of what reads tables.

Lesions shrink towards a floor and regrow exponentially; progression is +20 % from the nadir or a new lesion; death
follows progression after an exponential time. Nothing here is biology: the tables only have the right columns and agree
with one another.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

ORGANS = ("lung", "liver", "bone", "brain", "node", "skin", "peritoneum", "adrenal")
ORGAN_SHARES = np.array([0.28, 0.16, 0.09, 0.04, 0.22, 0.13, 0.04, 0.04])
SCANS = np.concatenate([[0], np.arange(63, 365, 42), np.arange(420, 1500, 84)])
CUT_OFF = 1430
CAUSES = ("liver failure", "respiratory failure", "cachexia", "brain metastases", "other cause")


@dataclass(frozen=True)
class SyntheticArm:
    """Laws of one arm: share of responders, of new lesions per scan, mean days from progression to death."""

    name: str
    responders: float
    new_lesion: float = 0.03
    survival_after_progression: float = 300.0
    mortal: bool = True


NIVOLUMAB = SyntheticArm("nivolumab 3 mg/kg q2w", responders=0.42, survival_after_progression=420)
DACARBAZINE = SyntheticArm(
    "dacarbazine 1000 mg/m2 q3w", responders=0.14, new_lesion=0.06, survival_after_progression=280
)


def synthetic_tables(
    arms: tuple[SyntheticArm, ...] = (NIVOLUMAB, DACARBAZINE), per_arm: int = 100, seed: int = 7
) -> dict[str, pd.DataFrame]:
    """Tables adsl, adtr, adrs, adtte and adex of a trial of `per_arm` subjects in each arm."""
    rng = np.random.default_rng(seed)
    rows: dict[str, list[dict]] = {name: [] for name in ("adsl", "adtr", "adrs", "adtte", "adex")}
    number = 0
    for arm in arms:
        for _ in range(per_arm):
            number += 1
            key = {"STUDYID": "synthetic", "USUBJID": f"SUBJ-{number:04d}", "ARM": arm.name}
            for name, records in _subject(arm, rng).items():
                rows[name] += [key | record for record in records]
    tables = {name: pd.DataFrame(records) for name, records in rows.items()}
    events = _adverse_events(rows["adsl"])
    return tables | {"adae": events, "adcm": _steroids(events), "adtruth": _truth(tables["adrs"])}


def _steroids(events: pd.DataFrame) -> pd.DataFrame:
    """Return prednisone for every rash of grade 3, taken down in two steps."""
    severe = events[events["AETOXGR"] == 3]
    course = severe[["STUDYID", "USUBJID", "ARM"]].assign(CMTRT="prednisone", CMINDC=severe["AETERM"], CMDOSU="mg/day")
    steps = [course.assign(ASTDY=day, AENDY=day + 13, CMDOSE=dose) for day, dose in ((30, 80.0), (44, 40.0))]
    return pd.concat(steps, ignore_index=True)


def _truth(adrs: pd.DataFrame) -> pd.DataFrame:
    """Living cells at each scan as if every lesion were nothing else, so that they change as the cube of the sum."""
    scans = adrs[adrs["PARAMCD"] == "OVR"]
    cells = 1e10 * (1 + scans["CHANGE_BASELINE"] / 100) ** 3
    last = cells.groupby(scans["USUBJID"]).shift(1).fillna(1e10)
    later = cells.groupby(scans["USUBJID"]).shift(-1)
    kinds = [cells <= 1e6, cells >= 1.728 * last, cells <= 0.343e10]
    return scans[["STUDYID", "USUBJID", "ARM", "ADY", "AVISITN", "AVALC"]].assign(
        LIVING=cells,
        CHANGE_LAST=100 * (cells / last - 1).where(last > 0),
        CHANGE_LATER=100 * (later / cells - 1).where(cells > 0),
        TRUTH=pd.Series(np.select(kinds, ["gone", "grown", "shrunk"], "stable"), index=scans.index, dtype="str"),
    )


def _adverse_events(subjects: list[dict]) -> pd.DataFrame:
    """A rash for every third subject, of grade 3 for every ninth, and numb fingers for every fourth."""
    rash = ("Dermatitis", "skin", "immune-related")
    numb = ("Peripheral neuropathy", "nerves", "drug")
    rows = [(s, rash, 3 if i % 9 == 0 else 1) for i, s in enumerate(subjects) if i % 3 == 0]
    rows += [(s, numb, 2) for i, s in enumerate(subjects) if i % 4 == 0]
    key = ("STUDYID", "USUBJID", "ARM")
    return pd.DataFrame([
        {name: s[name] for name in key} | dict(zip(("AETERM", "AEORGAN", "AECAT"), what, strict=True))
        | {"AETOXGR": grade, "ASTDY": 30, "AENDY": np.nan, "AEREL": "protocol treatment"}
        for s, what, grade in rows
    ])  # fmt: skip


def _subject(arm: SyntheticArm, rng: np.random.Generator) -> dict[str, list[dict]]:
    responder = rng.random() < arm.responders
    organs = list(rng.choice(ORGANS, size=int(rng.integers(1, 7)), p=ORGAN_SHARES))
    lesions = [_lesion(organ, responder, rng) for organ in organs]
    for lesion in [le for le in lesions if le["organ"] != "bone"][:5]:
        lesion["role"] = "target"
    visits = _visits(lesions, arm, rng)
    progression = next((v["ADY"] for v in visits if v["AVALC"] == "PD"), None)
    dropout = int(rng.exponential(9000)) if arm.mortal else CUT_OFF
    death = (progression or rng.integers(1500, 4000)) + int(rng.exponential(arm.survival_after_progression)) + 5
    end = min(death if arm.mortal else CUT_OFF, dropout, CUT_OFF)
    died = arm.mortal and end == death
    visits = [v for v in visits if v["ADY"] <= end]
    progression = next((v["ADY"] for v in visits if v["AVALC"] == "PD"), None)
    return {
        "adsl": [_adsl(lesions, end, died, progression, rng)],
        "adtr": [r for v in visits for r in v["lesions"]],
        "adrs": _responses(visits),
        "adtte": _times(visits, end, died, progression),
        "adex": [
            {"ADY": d, "EXTRT": arm.name.split()[0], "EXDOSE": 240.0, "EXDOSU": "mg", "EXSEQ": i + 1, "EXLINE": 1}
            for i, d in enumerate(range(0, min(end, progression or end) + 1, 14))
        ],
    }


def _lesion(organ: str, responder: bool, rng: np.random.Generator) -> dict:
    depth = rng.beta(2.5, 0.7) if responder else rng.beta(0.8, 3.0) * 0.3
    depth *= 0.6 if organ == "liver" else 1.0
    growth = rng.lognormal(np.log(0.0004 if responder else 0.0026), 0.9)
    return {
        "organ": organ,
        "size": float(rng.uniform(12, 60)),
        "depth": depth,
        "growth": growth * (0.02 if depth > 0.95 else 1),
        "speed": rng.lognormal(np.log(1 / 60), 0.3),
        "role": "non-target",
    }


def _size(lesion: dict, day: float) -> float:
    kept = 1 - lesion["depth"] * (1 - np.exp(-lesion["speed"] * day))
    return lesion["size"] * (kept + np.exp(lesion["growth"] * day) - 1)


def _visits(lesions: list[dict], arm: SyntheticArm, rng: np.random.Generator) -> list[dict]:
    visits, nadir, new_since = [], np.inf, None
    for number, day in enumerate(SCANS):
        if number and new_since is None and rng.random() < arm.new_lesion:
            new_since = number
        records, total = _scan(lesions, number, int(day), rng)
        if new_since is not None:
            records.append(
                _record(number, int(day), f"L{len(lesions) + 1:02d}", "liver", "new", 11.0 + number - new_since)
            )
        if number == 0:
            baseline = max(total, 1.0)
        change = 100 * (total / baseline - 1)
        change_nadir = 100 * (total / max(nadir, 1.0) - 1) if number else 0.0
        pd_now = number > 0 and ((change_nadir >= 20 and total - nadir >= 5) or new_since is not None)
        target = "PD" if pd_now else "CR" if total == 0 else "PR" if change <= -30 else "SD"
        visits.append(
            {
                "ADY": int(day),
                "AVISITN": number,
                "AVALC": target if number else "SD",
                "SUM_MM": total,
                "NADIR_MM": nadir if number else total,
                "CHANGE_BASELINE": change,
                "CHANGE_NADIR": change_nadir,
                "NEW": "N" if new_since is None else "Y",
                "lesions": records,
            }
        )
        nadir = min(nadir, total)
        if pd_now and any(v["AVALC"] == "PD" for v in visits[:-1]):
            break
    return visits


def _scan(lesions: list[dict], number: int, day: int, rng: np.random.Generator) -> tuple[list[dict], float]:
    records, total = [], 0.0
    for i, lesion in enumerate(lesions):
        size = _size(lesion, day) * rng.lognormal(0, 0.04)
        size = 0.0 if size < 2.5 else 5.0 if size < 5 else size
        records.append(_record(number, day, f"L{i + 1:02d}", lesion["organ"], lesion["role"], size))
        total += size if lesion["role"] == "target" else 0.0
    records.append(_record(number, day, "", "", "", total) | {"PARAMCD": "SUMDIAM", "STATE": ""})
    return records, total


def _record(number: int, day: int, lesion: str, organ: str, role: str, size: float) -> dict:
    return {
        "ADY": day,
        "AVISITN": number,
        "PARAMCD": "LDIAM",
        "LESION": lesion,
        "ORGAN": organ,
        "ROLE": role,
        "NODE": organ == "node",
        "STATE": "absent" if size == 0 else "too small" if size == 5 else "present",
        "AVAL": size if role == "target" or not role else np.nan,
        "AVALU": "mm",
        "PERP_MM": np.nan,
    }


def _responses(visits: list[dict]) -> list[dict]:
    blank = {"SUM_MM": np.nan, "NADIR_MM": np.nan, "CHANGE_BASELINE": np.nan, "CHANGE_NADIR": np.nan}
    blank |= {"TARGET": "", "NONTARGET": "", "NEW": "", "RULE": ""}
    rows = []
    for v in visits[1:]:
        row = {
            k: v[k] for k in ("ADY", "AVISITN", "AVALC", "SUM_MM", "NADIR_MM", "CHANGE_BASELINE", "CHANGE_NADIR", "NEW")
        }
        rows.append(row | {"PARAMCD": "OVR", "TARGET": v["AVALC"], "NONTARGET": "NON-CR/NON-PD", "RULE": "synthetic"})
    until = visits[1:]
    stop = next((i for i, v in enumerate(until) if v["AVALC"] == "PD"), len(until))
    seen = until[: stop + 1]
    for code, confirmed in (("BOR", False), ("CBOR", True)):
        value, day = _best(seen, confirmed)
        rows.append(blank | {"PARAMCD": code, "AVALC": value, "ADY": day, "AVISITN": 0})
    return rows


def _best(seen: list[dict], confirmed: bool) -> tuple[str, int]:
    rank = {"CR": 0, "PR": 1}
    for wanted in ("CR", "PR"):
        for i, v in enumerate(seen):
            good = rank.get(v["AVALC"], 9) <= rank[wanted]
            again = not confirmed or (i + 1 < len(seen) and rank.get(seen[i + 1]["AVALC"], 9) <= rank[wanted])
            if good and again:
                return wanted, v["ADY"]
    for wanted in ("SD", "PR", "CR", "PD"):
        for v in seen:
            if v["AVALC"] == wanted:
                return ("SD" if wanted in ("PR", "CR") else wanted), v["ADY"]
    return "NE", 0


def _times(visits: list[dict], end: int, died: bool, progression: int | None) -> list[dict]:
    rows = [_time("OS", end, died, "death" if died else "alive at cut-off")]
    last_scan = visits[-1]["ADY"] if visits else 0
    event = progression if progression is not None else end if died else None
    rows.append(
        _time("PFS", event if event is not None else max(last_scan, 1), event is not None, "progression or death")
    )
    best, day = _best([v for v in visits[1:] if progression is None or v["ADY"] <= progression], True)
    if best in ("CR", "PR"):
        rows.append(_time("TTR", day, True, "confirmed response"))
        rows.append(_time("DOR", max((event or last_scan) - day, 1), event is not None, "progression or death"))
    return rows


def _time(code: str, days: float, event: bool, description: str) -> dict:
    return {"PARAMCD": code, "AVAL": float(max(days, 1)), "CNSR": 0 if event else 1, "EVNTDESC": description}


def _adsl(lesions: list[dict], end: int, died: bool, progression: int | None, rng: np.random.Generator) -> dict:
    organs = {le["organ"] for le in lesions}
    stopped = "PROGRESSION" if progression is not None else "DEATH" if died else "ONGOING"
    if stopped == "ONGOING" and rng.random() < 0.2:
        stopped = "WITHDRAWAL"
    last_dose = min(end, progression if progression is not None else end)
    later = progression is not None and end - progression > 40 and rng.random() < 0.6
    return {
        "AGE": float(np.clip(rng.normal(64, 11), 20, 90)),
        "SEX": "M" if rng.random() < 0.59 else "F",
        "WEIGHT": float(rng.normal(80, 14)),
        "ECOG": int(rng.random() < 0.36),
        "LDH": float(rng.lognormal(-0.1, 0.5)),
        "PDL1": float(rng.beta(0.5, 3)),
        "TMB": float(rng.lognormal(2, 1)),
        "NLESION": len(lesions),
        "NSITE": len(organs),
        "SUMDIAM": sum(le["size"] for le in lesions),
        **{f"{organ.upper()}FL": "Y" if organ in organs else "N" for organ in ("liver", "brain", "bone", "lung")},
        "TRTEDY": int(last_dose if stopped != "WITHDRAWAL" else last_dose // 2),
        "DTHDY": float(end) if died else np.nan,
        "DTHCAUS": str(rng.choice(CAUSES, p=[0.25, 0.2, 0.3, 0.1, 0.15])) if died else "",
        "EOSDY": int(end),
        "EOSSTT": "DEATH" if died else "ONGOING" if end == CUT_OFF else "LOST TO FOLLOW-UP",
        "DCTREAS": stopped,
        "CLASS": "enrolled",
        "NXTRT": "ipilimumab 3 mg/kg q3w x4" if later else "",
        "NXTDY": float(progression + 30) if later else np.nan,
    }
