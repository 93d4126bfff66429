"""Write the shipped protocols from a folder of published trial figures.

    python scripts/protocols_from_trials.py FOLDER [NAME ...]

FOLDER holds `trials.yaml` (published figures, arm by arm, each checked or recalled) and `survival/` (survival times
reconstructed from printed Kaplan-Meier figures). Reconstructed curves whose owners grant no licence to copy enter a
protocol only as figures derived from them: the Kaplan-Meier estimate every three months, with citation. What the
protocols add to the folder (accrual, follow-up, scans, treatment after progression) stands in DESIGNS below; none of
the shares of later treatment could be checked against a page, so all but OAK's atezolizumab arm are marked recalled.
"""

from __future__ import annotations

import csv
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from abscopal.analysis.kaplan_meier import kaplan_meier
from abscopal.protocol import Protocol, to_yaml
from abscopal.yaml_reader import read_yaml

TARGET = Path(__file__).parents[1] / "src" / "abscopal" / "protocols"
SCHEMA = "../protocol/protocol.schema.json"
RECONSTRUCTED = "reconstructed by Bomze D et al., JAMA Netw Open 2020;3(10):e2017675; Kaplan-Meier estimate"


@dataclass(frozen=True)
class After:
    """Treatment after progression: regimens, share of all randomised, source, what the source counts."""

    regimen: str
    of_randomised: float
    source: str = "recalled"
    note: str = ""


@dataclass(frozen=True)
class Design:
    """What a protocol needs beyond the published figures."""

    title: str
    indication: str
    scans: str
    accrual_months: float
    follow_up_months: float
    arms: dict[str, str]  # our name: name in trials.yaml
    curve: str = ""  # citation of the printed overall survival curve
    files: tuple[str, ...] = ()
    curve_arms: dict[str, str] = field(default_factory=dict)  # our name: name in the curve file
    regimens: dict[str, list[str]] = field(default_factory=dict)
    progressing: dict[str, float] = field(default_factory=dict)  # share alive after progression, to divide by
    after: dict[str, tuple[After, ...]] = field(default_factory=dict)
    prefer: dict[str, str] = field(default_factory=dict)  # figure: key of `other`, or nothing
    hazard_ratios: dict[str, str] = field(default_factory=dict)  # endpoint: key of the contrast
    keep_pfs_at: bool = True
    notes: dict[str, str] = field(default_factory=dict)
    note: str = ""


IPI = "ipilimumab 3 mg/kg q3w x4"
NIVO = "nivolumab 3 mg/kg q2w"
PEMBRO = "pembrolizumab 2 mg/kg q3w"
DTIC = "dacarbazine 1000 mg/m2 q3w"
DOC = "docetaxel 75 mg/m2 q3w"
SHARES = (
    "Shares of later treatment are the published shares of all randomised divided by the share alive after progression "
    "(read off the progression-free survival curve, a tenth of all dying first). "
)

DESIGNS = {
    "checkmate-066": Design(
        "Nivolumab against dacarbazine in untreated BRAF wild-type melanoma", "melanoma",
        "week 9, then every 6 weeks to month 12, then every 12 weeks", 13, 38.4,
        {"nivolumab": "nivolumab", "dacarbazine": "dacarbazine"},
        "Ascierto PA et al., JAMA Oncol 2019, figure 2A", ("sifi_itt_checkmate066_ascierto2019_fig2a.csv",),
        progressing={"nivolumab": 0.58, "dacarbazine": 0.87},
        after={
            "nivolumab": (After(IPI, 0.30), After(DTIC, 0.10)),
            "dacarbazine": (After(IPI, 0.42), After(PEMBRO, 0.15, note="any anti-PD-1, crossover included")),
        },
        note="Treatment beyond progression, which the trial allowed, is left out.",
    ),
    "checkmate-067": Design(
        "Nivolumab with or without ipilimumab against ipilimumab in untreated melanoma", "melanoma",
        "week 12, then every 6 weeks to week 49, then every 12 weeks", 9, 48,
        {"nivolumab+ipilimumab": "nivo_ipi", "nivolumab": "nivolumab", "ipilimumab": "ipilimumab"},
        "Hodi FS et al., Lancet Oncol 2018, figure 2B",
        ("sifi_itt_checkmate067_combo__hodi2018_fig2b.csv", "sifi_itt_checkmate067_mono__hodi2018_fig2b.csv"),
        {"nivolumab+ipilimumab": "nivoipi"},
        {"nivolumab+ipilimumab": ["nivolumab 1 mg/kg q3w x4, then 3 mg/kg q2w", IPI]},
        {"nivolumab+ipilimumab": 0.51, "nivolumab": 0.58, "ipilimumab": 0.80},
        {
            "nivolumab+ipilimumab": (
                After(PEMBRO, 0.10, note="any anti-PD-1"), After(DTIC, 0.09, note="any chemotherapy"),
            ),
            "nivolumab": (After(IPI, 0.28), After(DTIC, 0.09, note="any chemotherapy")),
            "ipilimumab": (After(PEMBRO, 0.43, note="any anti-PD-1"), After(DTIC, 0.12, note="any chemotherapy")),
        },
        note="BRAF inhibitors after progression, about a fifth of the subjects, are not modelled.",
    ),
    "keynote-006": Design(
        "Pembrolizumab against ipilimumab in ipilimumab-naive melanoma", "melanoma",
        "week 12, then every 6 weeks to week 48, then every 12 weeks", 6, 21,
        {"pembrolizumab": "pembrolizumab", "ipilimumab": "ipilimumab"},
        "Schachter J et al., Lancet 2017, figure 2A, both schedules of pembrolizumab together",
        ("sifi_itt_keynote-006_q2w__schachter2017_fig2a.csv", "sifi_itt_keynote-006_q3w__schachter2017_fig2a.csv"),
        regimens={"pembrolizumab": ["pembrolizumab 10 mg/kg q3w for 24 months"]},
        progressing={"pembrolizumab": 0.59, "ipilimumab": 0.76},
        after={
            "pembrolizumab": (After(IPI, 0.23), After(DTIC, 0.10, note="any chemotherapy")),
            "ipilimumab": (After(PEMBRO, 0.30, note="any anti-PD-1"), After(DTIC, 0.12, note="any chemotherapy")),
        },
        prefer={
            "pembrolizumab.cr": "", "ipilimumab.cr": "",  # by another criterion
            "pembrolizumab.orr": "orr_q3w_primary", "pembrolizumab.pfs_med": "pfs_med_q3w_primary",
            "ipilimumab.orr": "orr_primary", "ipilimumab.pfs_med": "pfs_med_primary",
        },
        hazard_ratios={"OS": "hr_os_q3w_final", "PFS": "hr_pfs_q3w_primary"},
        keep_pfs_at=False,
        notes={"pembrolizumab": "Two schedules, every 2 and every 3 weeks, are one arm, given every 3 weeks."},
        note="Response and progression-free survival are the first report's, by RECIST 1.1; later ones used other "
        "criteria. A third had one earlier line of therapy.",
    ),
    "mdx010-20": Design(
        "Ipilimumab against a gp100 peptide vaccine in previously treated melanoma", "melanoma",
        "every 12 weeks", 46, 10,
        {"ipilimumab": "ipilimumab", "gp100": "gp100"},
        regimens={"gp100": []},
        notes={"gp100": "The vaccine is an inactive control: it is represented by no treatment at all."},
        note="The third arm (ipilimumab with gp100) is left out: the vaccine is not modelled and added nothing. The "
        "trial judged response by modified WHO criteria. Re-induction at progression is left out.",
    ),
    "checkmate-017": Design(
        "Nivolumab against docetaxel in previously treated squamous non-small-cell lung cancer", "nsclc",
        "week 9, then every 6 weeks", 14, 24.2,
        {"nivolumab": "nivolumab", "docetaxel": "docetaxel"},
        "Brahmer J et al., N Engl J Med 2015, figure 1", ("sifi_itt_checkmate017_brahmer2015_fig1.csv",),
        progressing={"nivolumab": 0.74, "docetaxel": 0.85},
        after={"nivolumab": (After(DOC, 0.24),), "docetaxel": (After(NIVO, 0.02, note="any immunotherapy"),)},
    ),
    "checkmate-057": Design(
        "Nivolumab against docetaxel in previously treated non-squamous non-small-cell lung cancer", "nsclc",
        "week 9, then every 6 weeks", 13, 24.2,
        {"nivolumab": "nivolumab", "docetaxel": "docetaxel"},
        "Borghaei H et al., N Engl J Med 2015, figure 1A", ("sifi_itt_checkmate057_borghaei2015_fig1a.csv",),
        progressing={"nivolumab": 0.80, "docetaxel": 0.85},
        after={"nivolumab": (After(DOC, 0.23),), "docetaxel": (After(NIVO, 0.02, note="any immunotherapy"),)},
    ),
    "oak": Design(
        "Atezolizumab against docetaxel in previously treated non-small-cell lung cancer", "nsclc",
        "every 6 weeks to week 36, then every 9 weeks", 9, 26,
        {"atezolizumab": "atezolizumab", "docetaxel": "docetaxel"},
        "Fehrenbacher L et al., J Thorac Oncol 2018, figure 1A", ("sifi_itt_oak_fehrenbacher2018_fig1a.csv",),
        progressing={"atezolizumab": 0.78, "docetaxel": 0.85},
        after={
            "atezolizumab": (
                After(DOC, 0.22, "checked", "94 of 425 switched to other therapy after progression (Gandara 2018)"),
            ),
            "docetaxel": (After(NIVO, 0.17, note="any immunotherapy"),),
        },
        note="The trial went on with atezolizumab beyond progression in 168 of 332; this is left out.",
    ),
}  # fmt: skip

BASELINE = {
    "median_age": "age_median", "mean_age": "age_median", "male_pct": "male", "ecog1_pct": "ecog1", "m1c_pct": "m1c",
    "ldh_high_pct": "ldh_high", "brain_mets_pct": "brain", "liver_mets_pct": "liver", "stage_iv_pct": "stage4",
    "braf_mut_pct": "braf", "egfr_mut_pct": "egfr", "squamous_pct": "squamous", "pdl1_ge1_pct": "pdl1_ge1",
    "pdl1_ge5_pct": "pdl1_ge5", "pdl1_tc123_ic123_pct": "pdl1_ge1", "current_former_smoker_pct": "smoker",
    "prior_lines_1_pct": "prior_lines_1", "baseline_sld_mm_median": "sum_of_diameters_median",
    "n_met_sites_median": "sites_median",
}  # fmt: skip
BASELINE_NOTES = {"mean_age": "mean, not median", "pdl1_tc123_ic123_pct": "tumour or immune cells, SP142"}
FIGURES = {
    "orr": "orr", "cr": "cr", "dcr": "dcr", "pfs_med": "pfs_median", "os_med": "os_median", "dor_med": "dor_median",
    "ttr_med": "ttr_median",
}  # fmt: skip
RATES = {"orr", "cr", "dcr"}


def main(folder: Path, names: list[str]) -> None:
    """Write the protocols named, or all."""
    trials = {trial["id"]: trial for trial in read_yaml(folder / "trials.yaml")["trials"]}
    for name in names or DESIGNS:
        trial = trials[name.replace("-", "_")]
        protocol = Protocol(**fields_of(name, DESIGNS[name], trial, folder))
        path = TARGET / f"{name}.yaml"
        path.write_text(to_yaml(protocol, schema=SCHEMA), encoding="utf-8")
        print(path.relative_to(TARGET.parents[2]))


def fields_of(name: str, design: Design, trial: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Return the fields of a protocol."""
    by_id = {arm["id"]: arm for arm in trial["arms"]}
    sizes = {ours: by_id[theirs]["n"] for ours, theirs in design.arms.items()}
    return {
        "name": name,
        "title": design.title,
        "registry": trial["nct"],
        "indication": design.indication,
        "line": trial["line"][:2],
        "subjects": sum(sizes.values()),
        "arms": {
            ours: arm_fields(ours, design, by_id[theirs], round(sizes[ours] / min(sizes.values())))
            for ours, theirs in design.arms.items()
        },
        "scans": design.scans,
        "criteria": "RECIST 1.1",
        "accrual_months": design.accrual_months,
        "follow_up_months": design.follow_up_months,
        "baseline": baseline(trial["baseline"]) | histology(trial["indication"]),
        "contrasts": contrasts(design, trial["contrasts"]),
        "curves": curves(design, folder / "survival"),
        "sources": [citation(paper) for paper in trial["citations"]],
        "note": ((SHARES if design.after else "") + design.note).strip(),
    }


def arm_fields(ours: str, design: Design, arm: dict[str, Any], allocation: int) -> dict[str, Any]:
    """Return one arm: what is given, what follows, what it did."""
    regimen = design.regimens.get(ours)
    return {
        "regimen": [sentence(part) for part in arm["regimen"]] if regimen is None else regimen,
        "allocation": allocation,
        "subsequent": [subsequent(after, design.progressing[ours]) for after in design.after.get(ours, ())],
        "note": design.notes.get(ours, ""),
        "published": published(ours, design, arm),
    }


def sentence(part: dict[str, Any]) -> str:
    """`nivolumab 3 mg/kg q2w` from its pieces."""
    count = f" x{part['cycles']}" if part["cycles"] else ""
    return f"{part['drug']} {part['dose']} {part['unit']} q{part['interval_days'] // 7}w{count}"


def subsequent(after: After, progressing: float) -> dict[str, Any]:
    """Return later treatment as a share of those alive after progression."""
    note = f"{round(100 * after.of_randomised)} % of all randomised" + (f", {after.note}" if after.note else "")
    share = round(after.of_randomised / progressing, 2)
    return {"regimen": [after.regimen], "share": share, "source": after.source, "note": note}


def published(ours: str, design: Design, arm: dict[str, Any]) -> dict[str, Any]:
    """Return what the arm did, as shares of 1 and months."""
    found: dict[str, Any] = {"n": arm["n"]}
    for theirs, name in FIGURES.items():
        other = design.prefer.get(f"{ours}.{theirs}")
        value = arm.get(theirs) if other is None else arm["other"].get(other)
        if value is not None:
            found[name] = figure(value, 100 if theirs in RATES else 1, other or "")
    for key in ("os_at", "pfs_at") if design.keep_pfs_at else ("os_at",):
        found[key] = {month: figure(value, 100) for month, value in arm.get(key, {}).items()}
    return found


def figure(value: dict[str, Any], divide: float = 1, key: str = "") -> dict[str, Any]:
    """Return a figure with its interval, source and note; an interval from memory makes the note say so."""
    lo, hi = value.get("ci95", (None, None))
    notes = [
        "first report" if key.endswith("primary") else "",
        value.get("note", ""),
        f"at {value['at']}" if "at" in value else "",
        "not reached" if value.get("not_reached") else "",
        "from the reconstructed curve" if value.get("basis") == "km_from_ipd" else "",
        "interval recalled" if value.get("ci_source") == "recalled" and value["source"] == "checked" else "",
    ]
    found = {"value": value["value"], "lo": lo, "hi": hi}
    scaled = {name: None if number is None else round(number / divide, 5) for name, number in found.items()}
    return scaled | {"source": value["source"], "note": ", ".join(note for note in notes if note)}


def baseline(found: dict[str, Any]) -> dict[str, Any]:
    """Return the marginals we know a name for."""
    marginals = {}
    for theirs, name in BASELINE.items():
        if theirs in found:
            marginals[name] = figure(found[theirs], 100 if theirs.endswith("_pct") else 1)
            marginals[name]["note"] = BASELINE_NOTES.get(theirs, "")
    if "ecog1" not in marginals and "ecog0_pct" in found:
        zero = found["ecog0_pct"]
        marginals["ecog1"] = {"value": round(1 - zero["value"] / 100, 5), "source": zero["source"]}
    return marginals


def histology(indication: str) -> dict[str, Any]:
    """Return the share of squamous histology where the trial chose by it."""
    chosen = {"nsclc_squamous": 1.0, "nsclc_nonsquamous": 0.0}
    return {"squamous": {"value": chosen[indication], "source": "checked"}} if indication in chosen else {}


def contrasts(design: Design, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the hazard ratios between our arms."""
    ours = {theirs: name for name, theirs in design.arms.items()}
    rows = []
    for contrast in found:
        arm, reference = ours.get(contrast["experimental"]), ours.get(contrast["control"])
        if arm and reference:
            for endpoint in ("OS", "PFS"):
                ratio = figure(contrast[design.hazard_ratios.get(endpoint, f"hr_{endpoint.lower()}")])
                rows.append({"endpoint": endpoint, "arm": arm, "reference": reference, "hr": ratio})
    return rows


def curves(design: Design, folder: Path) -> list[dict[str, Any]]:
    """Return survival every three months by Kaplan-Meier, a curve for each arm there are times of."""
    rows = [row for number, name in enumerate(design.files) for row in times(folder / name, number)]
    found = []
    for ours in design.arms:
        arm = design.curve_arms.get(ours, ours)
        first = min((row[3] for row in rows if row[2] == arm and shared(design, ours)), default=None)
        mine = [row for row in rows if row[2] == arm and first in (None, row[3])]
        if mine:
            origin = f"{design.curve}; {RECONSTRUCTED}"
            found.append({"endpoint": "OS", "arm": ours, "points": landmarks(mine), "citation": origin})
    return found


def shared(design: Design, ours: str) -> bool:
    """Whether each of several files repeats the same subjects of this arm (a common control)."""
    return len(design.files) > 1 and ours == list(design.arms)[-1]


def times(path: Path, number: int) -> list[tuple[float, int, str, int]]:
    """Return (months, event, arm, number of the file) of a curve file."""
    with path.open(newline="", encoding="utf-8") as stream:
        return [(float(row["time"]), int(row["event"]), row["arm"], number) for row in csv.DictReader(stream)]


def landmarks(rows: list[tuple[float, int, str, int]]) -> list[tuple[float, float]]:
    """Return (month, survival) every three months while anyone is followed."""
    months, events = [row[0] for row in rows], [row[1] for row in rows]
    curve = kaplan_meier(months, events)
    shares = {month: curve.at(month) for month in range(0, int(max(months)) + 1, 3)}
    return [(month, round(share, 3)) for month, share in shares.items() if share is not None]


def citation(paper: dict[str, Any]) -> dict[str, str]:
    """Return a publication."""
    key = f"{paper['first_author'].split()[0].lower()}-{paper['year']}"
    text = f"{paper['first_author']} et al., {paper['journal']} {paper['year']}"
    return {"key": key, "citation": text, "doi": paper["doi"], "note": paper["reports"]}


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("which folder? python scripts/protocols_from_trials.py FOLDER [NAME ...]")
    main(Path(sys.argv[1]), sys.argv[2:])
