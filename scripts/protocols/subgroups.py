"""Published figures of parts of an arm, and the conditions by which a simulated patient is told to belong there."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from abscopal.analysis.kaplan_meier import kaplan_meier
from abscopal.calibration.targets import LANDMARKS
from protocols.curves import RECONSTRUCTED, times
from protocols.design import Design
from protocols.figures import figure
from protocols.left_out import carry

AT_RISK = 10  # subjects below whom a reconstructed curve says nothing
FROM_CURVE = {"source": "checked", "note": "from the reconstructed curve"}
SP142 = "told by tumour or immune cells (SP142), here by the share of positive tumour cells: assumed"
IMMUNE = "told by immune cells (SP142), here by a combined score that cuts off about as many: assumed"
EXOME = "told by 243 missense mutations in the exome, here by 12 per Mb: assumed"
UNTOLD = "no simulated patient can be told to belong here"

WHO: dict[str, tuple[tuple[str, ...], str]] = {
    "PD-L1 >=1%": (("PDL1 >= 1 %",), ""),
    "PD-L1 <1%": (("PDL1 < 1 %",), ""),
    "PD-L1 >=5%": (("PDL1 >= 5 %",), ""),
    "PD-L1 <5%": (("PDL1 < 5 %",), ""),
    "PD-L1 <5%/indeterminate": (("PDL1 < 5 %",), "with those in whom it could not be told"),
    "PD-L1 >=10%": (("PDL1 >= 10 %",), ""),
    "TPS >=50%": (("PDL1 >= 50 %",), ""),
    "TPS >=50% treated": (("PDL1 >= 50 %",), ""),
    "TPS <50%": (("PDL1 < 50 %",), ""),
    "TPS >=20%": (("PDL1 >= 20 %",), ""),
    "TPS 1-49%": (("PDL1 >= 1 %", "PDL1 < 50 %"), ""),
    "TPS <1%": (("PDL1 < 1 %",), ""),
    "TC3 or IC3": (("PDL1 >= 50 %",), SP142),
    "TC2/3 or IC2/3": (("PDL1 >= 5 %",), SP142),
    "TC1/2/3 or IC1/2/3": (("PDL1 >= 1 %",), SP142),
    "TC0 and IC0": (("PDL1 < 1 %",), SP142),
    "PD-L1 high (TC3/IC3)": (("PDL1 >= 50 %",), SP142),
    "PD-L1 high": (("PDL1 >= 50 %",), SP142),
    "CPS <1": (("CPS < 1",), ""),
    "CPS >=1": (("CPS >= 1",), ""),
    "CPS 1-9": (("CPS >= 1", "CPS < 10"), ""),
    "CPS >=10": (("CPS >= 10",), ""),
    "CPS 10-19": (("CPS >= 10", "CPS < 20"), ""),
    "CPS >=20": (("CPS >= 20",), ""),
    "IC2/3": (("CPS >= 10",), IMMUNE),
    "IC1": (("CPS >= 1", "CPS < 10"), IMMUNE),
    "IC0": (("CPS < 1",), IMMUNE),
    "TMB high": (("TMB >= 12",), EXOME),
    "TMB low/med": (("TMB < 12",), EXOME),
    "LDH>ULN": (("LDH > 1",), ""),
    "liver metastases": (("liver metastases",), ""),
    "squamous": (("squamous histology",), ""),
    "nonsquamous": (("no squamous histology",), ""),
    "BRAF mutant": (("BRAF mutation",), ""),
    "BRAF wild type": (("no BRAF mutation",), ""),
    "MSI-H": (("microsatellite instability",), ""),
    "extramedullary": (("extramedullary disease",), ""),
    "IMDC favourable": ((), UNTOLD),
    "IMDC intermediate/poor": ((), UNTOLD),
    "IMDC intermediate/poor (4y)": ((), UNTOLD),
    "PD-L1 >=1% int/poor (primary)": ((), UNTOLD),
    "PD-L1 <1% int/poor (primary)": ((), UNTOLD),
    "450e6 dose": ((), UNTOLD),
}
"""Subgroups by their published name: conditions that all of them meet, and what a reader must know."""
NAMES = {"CPS>=1": "CPS >=1", "CPS>=10": "CPS >=10", "LDH>ULN 5y": "LDH>ULN", "BRAF mutant 5y": "BRAF mutant"}
"""Other spellings."""
ARMS = {"pembro_chemo": "pembro_chemo_itt", "chemo": "chemo_itt"}
"""Arms that subgroups call otherwise."""
ARMS_THAT_ARE_SUBGROUPS = {
    "pembro_chemo_cps10": ("pembro_chemo_itt", "CPS >=10"),
    "chemo_cps10": ("chemo_itt", "CPS >=10"),
}
FIGURES = {"orr": "orr", "cr": "cr", "pfs_med": "pfs_median", "os_med": "os_median", "dor_med": "dor_median"}
RATIOS = {"hr_os": "os_hr", "hr_pfs": "pfs_hr"}
RATES = {"orr", "cr"}


@dataclass(frozen=True)
class Printed:
    """A printed curve of a subgroup: paper, files, and the names of our arms in them where they are other ones."""

    paper: str
    files: tuple[str, ...]
    arms: dict[str, str] = field(default_factory=dict)


WOLCHOK = "Wolchok JD et al., N Engl J Med 2017, figure 3"
FEHRENBACHER = "Fehrenbacher L et al., J Thorac Oncol 2018, figure 1"
CURVES: dict[str, dict[str, Printed]] = {
    "checkmate-067": {
        name: Printed(
            f"{WOLCHOK}{part.upper()}",
            (f"sifi_subgroup_checkmate067_combo__wolchok2017_fig3{part}.csv",
             f"sifi_subgroup_checkmate067_mono__wolchok2017_fig3{part}.csv"),
        )
        for part, name in (("a", "BRAF mutant"), ("b", "BRAF wild type"))
    },
    "oak": {
        name: Printed(f"{FEHRENBACHER}{part.upper()}", (f"sifi_subgroup_oak_fehrenbacher2018_fig1{part}.csv",))
        for part, name in (("b", "TC3 or IC3"), ("c", "TC2/3 or IC2/3"), ("d", "TC1/2/3 or IC1/2/3"),
                           ("e", "TC0 and IC0"), ("f", "squamous"), ("g", "nonsquamous"))
    },
    "keynote-042": {
        name: Printed(f"Mok TSK et al., Lancet 2019, figure 2{part.upper()}",
                      (f"sifi_subgroup_keynote-042_mok2019_fig2{part}.csv",))
        for part, name in (("a", "TPS >=50%"), ("b", "TPS >=20%"))
    },
    "checkmate-025": {
        name: Printed(f"Motzer RJ et al., N Engl J Med 2015, figure 3{part.upper()}",
                      (f"sifi_subgroup_checkmate025_motzer2015_fig3{part}.csv",))
        for part, name in (("a", "PD-L1 >=1%"), ("b", "PD-L1 <1%"))
    },
    "checkmate-214": {
        name: Printed(f"Motzer RJ et al., Lancet Oncol 2019, figure 2{part.upper()}",
                      (f"sifi_subgroup_checkmate214_motzer2019_fig2{part}.csv",))
        for part, name in (("a", "IMDC intermediate/poor"), ("c", "IMDC favourable"))
    },
    "imvigor211": {
        "IC2/3": Printed("Powles T et al., Lancet 2018, figure 2A", ("sifi_subgroup_imvigor211_powles2017_fig2a.csv",))
    },
    "checkmate-141": {
        name: Printed(f"Ferris RL et al., N Engl J Med 2016, figure 2{part.upper()}",
                      (f"sifi_subgroup_checkmate141_ferris2016_fig2{part}.csv",), {"chemotherapy": "standard"})
        for part, name in (("a", "PD-L1 >=1%"), ("b", "PD-L1 <1%"))
    },
    "keynote-040": {
        name: Printed(f"Cohen EEW et al., Lancet 2019, figure 3{part.upper()}",
                      (f"sifi_subgroup_keynote-040_cohen2018_fig3{part}.csv",))
        for part, name in (("a", "CPS >=1"), ("b", "CPS <1"), ("c", "TPS >=50%"), ("d", "TPS <50%"))
    },
}  # fmt: skip
"""Which subgroup a printed curve is of follows from its number of subjects."""


def subgroups(name: str, ours: str, design: Design, trial: dict[str, Any], folder: Path) -> list[dict[str, Any]]:
    """Return what is known of each part of one of our arms, in the order of the figures, then of the curves."""
    theirs = design.arms[ours]
    parts = {key: dict[str, Any]() for key in CURVES.get(name, {})}
    told = [row for row in trial.get("subgroups") or [] if theirs in (row["arm"], ARMS.get(row["arm"]))]
    told += arms_that_are_subgroups(theirs, trial)
    parts = {called(row["subgroup"]): {} for row in told} | parts
    for row in told:
        parts[called(row["subgroup"])] |= figures(row, reference(theirs, design, trial))
    for key, printed in CURVES.get(name, {}).items():
        parts[key] = with_curve(parts[key], printed, printed.arms.get(ours, design.curve_arms.get(ours, ours)), folder)
    return [{"name": key, "who": list(WHO[key][0]), "note": WHO[key][1]} | part for key, part in parts.items() if part]


def called(name: str) -> str:
    """Return the one spelling of a subgroup's name."""
    return NAMES.get(name, name)


def arms_that_are_subgroups(theirs: str, trial: dict[str, Any]) -> list[dict[str, Any]]:
    """Return arms of the figures that are a part of this one, with the ratio of that part, as rows of subgroups."""
    rows = []
    for arm in trial["arms"]:
        whole, name = ARMS_THAT_ARE_SUBGROUPS.get(arm["id"], ("", ""))
        if whole == theirs:
            ratios = [c for c in trial["contrasts"] if c["experimental"] == arm["id"]]
            own = {key: value for key, value in (ratios[0] if ratios else {}).items() if key in RATIOS}
            landmarks = {f"os_{month}m": value for month, value in (arm.get("os_at") or {}).items()}
            rows.append({"subgroup": name, **arm, **landmarks, **own, "n": {"value": arm["n"]}})
    return rows


def reference(theirs: str, design: Design, trial: dict[str, Any]) -> str:
    """Return our name of the arm that the trial compared this one with; "" where it compared it with none."""
    ours = {value: key for key, value in design.arms.items()}
    return next((ours.get(c["control"], "") for c in trial["contrasts"] if c["experimental"] == theirs), "")


def figures(row: dict[str, Any], against: str) -> dict[str, Any]:
    """Return the figures of a row as fields of a subgroup."""
    found: dict[str, Any] = {"n": carry(row["n"])["value"]} if "n" in row else {}
    for theirs, ours in FIGURES.items():
        if theirs in row:
            found[ours] = figure(row[theirs], 100 if theirs in RATES else 1)
    months = {int(key[3:-1]): value for key, value in row.items() if key.startswith("os_") and key.endswith("m")}
    found["os_at"] = {month: figure(value, 100) for month, value in months.items()}
    ratios = {ours: figure(row[theirs]) for theirs, ours in RATIOS.items() if theirs in row}
    return found | ({"against": against, **ratios} if ratios else {})


def with_curve(part: dict[str, Any], printed: Printed, arm: str, folder: Path) -> dict[str, Any]:
    """Return a subgroup with the landmarks of its reconstructed curve, which go before printed ones."""
    files = [folder / name for name in printed.files]
    rows = next((mine for path in files if (mine := [row for row in times(path, 0) if row[2] == arm])), [])
    if not rows:
        return part
    months = [row[0] for row in rows]
    curve = kaplan_meier(months, [row[1] for row in rows])
    known = [month for month, left in zip(LANDMARKS, curve.numbers_at_risk(LANDMARKS), strict=True) if left >= AT_RISK]
    landmarks = {month: {"value": round(float(curve.at(month) or 0.0), 3), **FROM_CURVE} for month in known}
    citation = f"{printed.paper}; {RECONSTRUCTED['sifi']}"
    size = {"n": len(rows)} if "n" not in part else {}
    survival = part.get("os_at", {}) | landmarks
    return part | size | {"os_at": dict(sorted(survival.items())), "citation": citation}
