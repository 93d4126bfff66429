"""Estimate what markers tell of real patients under antibodies against PD-1 or PD-L1, and write it into the package.

    python scripts/real_patients.py FOLDER

FOLDER holds the tables of `TABLES`. No patient's record goes into the package, only figures estimated here with the
functions that estimate them from simulated patients.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from abscopal.validation.biomarkers import ENDPOINTS, FILE, RESPONSE, Estimate, RealFigure, estimate
from yaml_text import written

TABLES = {
    "chang2024": "loris_icb_patients.csv",
    "mariathasan2018": "imvigor210_pdata.csv",
    "gandara2018": "gandara2018_oak_clinical.csv",
    "liu2019": "liu2019_melanoma_antiPD1_patients.csv",
    "inspire": "inspire_pembrolizumab_patients.csv",
}
SOURCES = {
    "chang2024": {
        "citation": "Chang TG et al. Nat Cancer 2024",
        "of": "LORIS cohorts, antibodies against PD-1 or PD-L1 alone",
        "doi": "10.1038/s43018-024-00772-7",
    },
    "mariathasan2018": {
        "citation": "Mariathasan S et al. Nature 2018;554:544, package IMvigor210CoreBiologies",
        "of": "IMvigor210, atezolizumab in urothelial cancer",
    },
    "gandara2018": {
        "citation": "Gandara DR et al. Nat Med 2018;24:1441, supplement",
        "of": "OAK, atezolizumab in lung cancer",
        "doi": "10.1038/s41591-018-0134-3",
    },
    "liu2019": {
        "citation": "Liu D et al. Nat Med 2019;25:1916, supplement",
        "of": "melanoma under antibodies against PD-1",
    },
    "inspire": {
        "citation": "INSPIRE, NCT02644369, public table of patients",
        "of": "pembrolizumab in five cohorts of solid tumours",
    },
}
CANCERS = {
    "NSCLC": "nsclc",
    "Renal": "renal",
    "Melanoma": "melanoma",
    "Head & Neck": "head_and_neck",
    "Bladder": "urothelial",
    "Hepatobiliary": "hepatocellular",
    "Gastric": "gastric",
}
"""Cancers of the LORIS cohorts of which a trial of one antibody is shipped; unstable colorectal cancer is another."""
ALONE = 0  # code of a PD-1 or PD-L1 antibody alone in the LORIS table
AIMED = 0.05
NSCLC, UROTHELIAL, MELANOMA = ("nsclc",), ("urothelial",), ("melanoma",)


def loris(table: pd.DataFrame) -> pd.DataFrame:
    """Patients of the LORIS cohorts treated with one antibody, by cancer and line."""
    own = table[table["Drug"] == ALONE].rename(columns={"PDL1_TPS(%)": "PDL1", "Albumin": "ALB", "Age": "AGE"})
    unstable = (own["CancerType"] == "Colorectal") & (own["MSI"] == 1)
    cancer = own["CancerType"].map(CANCERS).mask(unstable, "colorectal_msi")
    later = own["Systemic_therapy_history"] == 1
    times = {name: own[f"{name}_Months"] for name in ENDPOINTS}
    events = {f"{name}_EVENT": own[f"{name}_Event"] for name in ENDPOINTS}
    found = own.assign(CANCER=cancer, LATER=later, PDL1=own["PDL1"] / 100, **{RESPONSE: own["Response"]})
    found = found.assign(STRATUM=cancer.astype("str") + later.astype("str"), WEIGHT=1.0, **times, **events)
    return found[cancer.notna()]


def frame(columns: Mapping[str, Any]) -> pd.DataFrame:
    """Return patients of equal weight."""
    return pd.DataFrame(columns).assign(WEIGHT=1.0)


def imvigor210(table: pd.DataFrame) -> pd.DataFrame:
    """Patients of IMvigor210; response is not known of those without a scan."""
    phenotype = {"desert": 0.0, "excluded": 1.0, "inflamed": 2.0}
    return frame(
        {
            "CANCER": "urothelial",
            "STRATUM": "all",
            RESPONSE: table["binaryResponse"].map({"CR/PR": 1.0, "SD/PD": 0.0}),
            "OS": table["os"],
            "OS_EVENT": table["censOS"].astype(float),
            "TMB": table["FMOne.mutation.burden.per.MB"],
            "CPS": table["IC.Level"].map({"IC0": 0.0, "IC1": 1.0, "IC2+": 2.0}),
            "TIL": table["Immune.phenotype"].map(phenotype),
            "LIVER": (table["Met.Disease.Status"] == "Liver").astype(float).where(table["Met.Disease.Status"].notna()),
            "ECOG": table["Baseline.ECOG.Score"].astype(float),
        }
    )


def oak(table: pd.DataFrame) -> pd.DataFrame:
    """Patients of OAK under atezolizumab; whoever was never scanned did not respond."""
    own = table[table["TRT01P"] == "MPDL3280A"]
    positive = own["TC1IC1"].map({"TC0 and IC0": 0.0, "TC1/2/3 or IC1/2/3": 1.0})
    high = own["TC3IC3"].map({"TC0/1/2 and IC0/1/2": 0.0, "TC3 or IC3": 1.0})
    numbers = {"AGE": "BAGE", "SUMDIAM": "blSLD", "NSITE": "METSITES", "ECOG": "ECOGGR", "TMB": "btmb"}
    return frame(
        {name: pd.to_numeric(own[column], errors="coerce") for name, column in numbers.items()}
        | {
            "CANCER": "nsclc",
            "STRATUM": "all",
            RESPONSE: own["BCOR"].isin(["CR", "PR"]).astype(float),
            "CPS": positive + high,
            **{name: own[name] for name in ENDPOINTS},
            **{f"{name}_EVENT": 1.0 - own[f"{name}.CNSR"] for name in ENDPOINTS},
        }
    )


def liu(table: pd.DataFrame) -> pd.DataFrame:
    """Patients with melanoma under PD-1 antibodies, apart by whether they had had ipilimumab."""
    numbers = {"TMB": "nonsyn_muts", "LDH": "LDH_Elevated", "LIVER": "Liver_Visc_Met", "ECOG": "Tx_Start_ECOG"}
    ends = {"PFS": "PFS", "OS": "OS", "PFS_EVENT": "progressed", "OS_EVENT": "dead"}
    return frame(
        {name: pd.to_numeric(table[column], errors="coerce") for name, column in (numbers | ends).items()}
        | {
            "CANCER": "melanoma",
            "STRATUM": table["priorCTLA4"].astype("str"),
            RESPONSE: table["BR"].isin(["CR", "PR"]).astype(float),
        }
    )


def inspire(table: pd.DataFrame) -> pd.DataFrame:
    """Patients of INSPIRE, by cohort."""
    own = table[table["orr"].notna()]
    columns = {"SUMDIAM": own["l_size"], "CTDNA": own["baseline_ctdna"], "STRATUM": own["cohort"]}
    return frame(columns | {"CANCER": "several", RESPONSE: (own["orr"] == "CR/PR").astype(float)})


READ = {"chang2024": loris, "mariathasan2018": imvigor210, "gandara2018": oak, "liu2019": liu, "inspire": inspire}
UNKNOWN = Estimate(value=0, lower=0, upper=0, n=2)  # stands where a figure is asked for and not found yet


def wanted() -> Iterator[RealFigure]:
    """Every figure to estimate."""
    for marker in ("TMB", "NLR", "ALB"):
        yield _figure("chang2024", "area", marker, RESPONSE, pooled=True, within=AIMED)
    yield _figure("chang2024", "area", "PDL1", RESPONSE, NSCLC, pooled=True, within=AIMED)
    for marker in ("TMB", "NLR", "ALB", "AGE"):
        yield _figure("chang2024", "area", marker, RESPONSE, within=None if marker == "AGE" else AIMED)
        for cancer in ("nsclc", "renal", "melanoma", "head_and_neck", "urothelial"):
            yield _figure("chang2024", "area", marker, RESPONSE, (cancer,))
    yield _figure("chang2024", "area", "PDL1", RESPONSE, NSCLC, within=AIMED)
    phenotype = "desert, excluded or inflamed, for CD8 density"
    yield _figure("mariathasan2018", "area", "TIL", RESPONSE, UROTHELIAL, note=phenotype, direction=True)
    yield _figure("mariathasan2018", "area", "LIVER", RESPONSE, UROTHELIAL, direction=True)
    yield from _further_areas()
    for marker in ("NLR", "ALB", "TMB", "AGE"):
        for cancers in ((), NSCLC):
            yield from (_figure("chang2024", "hazard ratio", marker, end, cancers) for end in ENDPOINTS)
    yield from _further_hazard_ratios()
    pairs = [("TMB", "NLR"), ("TMB", "ALB"), ("NLR", "ALB"), ("AGE", "TMB"), ("AGE", "NLR"), ("AGE", "ALB")]
    yield from (_figure("chang2024", "rank correlation", *pair) for pair in pairs)
    pairs = [("PDL1", "TMB"), ("PDL1", "NLR"), ("PDL1", "ALB"), ("PDL1", "AGE")]
    yield from (_figure("chang2024", "rank correlation", *pair, NSCLC) for pair in pairs)
    yield _figure("liu2019", "rank correlation", "LDH", "TMB", MELANOMA, note="raised or not; mutations of the exome")


def _further_areas() -> Iterator[RealFigure]:
    levels = "immune cells, three levels, for the combined score"
    yield _figure("mariathasan2018", "area", "CPS", RESPONSE, UROTHELIAL, note=levels)
    yield _figure("mariathasan2018", "area", "TMB", RESPONSE, UROTHELIAL)
    yield _figure("gandara2018", "area", "SUMDIAM", RESPONSE, NSCLC)
    yield _figure("gandara2018", "area", "NSITE", RESPONSE, NSCLC)
    yield _figure("gandara2018", "area", "TMB", RESPONSE, NSCLC, note="mutations in blood")
    levels = "tumour or immune cells, three levels, for the combined score"
    yield _figure("gandara2018", "area", "CPS", RESPONSE, NSCLC, note=levels)
    yield _figure("liu2019", "area", "TMB", RESPONSE, MELANOMA, note="mutations of the exome")
    yield _figure("liu2019", "area", "LDH", RESPONSE, MELANOMA, note="raised or not")
    yield _figure("inspire", "area", "SUMDIAM", RESPONSE)
    yield _figure("inspire", "area", "CTDNA", RESPONSE, note="tumour molecules per mL")


def _further_hazard_ratios() -> Iterator[RealFigure]:
    yield _figure("mariathasan2018", "hazard ratio", "LIVER", "OS", UROTHELIAL, direction=True)
    yield _figure("mariathasan2018", "hazard ratio", "ECOG", "OS", UROTHELIAL)
    yield _figure("mariathasan2018", "hazard ratio", "TMB", "OS", UROTHELIAL)
    for marker in ("SUMDIAM", "ECOG"):
        yield from (_figure("gandara2018", "hazard ratio", marker, end, NSCLC) for end in ENDPOINTS)


def _figure(
    source: str, statistic: Any, marker: str, of: str, cancers: tuple[str, ...] = (), **fields: Any
) -> RealFigure:
    return RealFigure(
        statistic=statistic, marker=marker, of=of, cancers=cancers, source=source, found=UNKNOWN, **fields
    )


def estimated(figure: RealFigure, patients: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Return a figure as the file has it, estimated from the patients of its source."""
    found = estimate(figure.model_copy(update={"found": UNKNOWN}), patients[figure.source])
    if found is None:
        sys.exit(f"{figure.source}: too few patients for {figure.statistic} of {figure.marker} and {figure.of}")
    rounded = {name: float(np.round(getattr(found, name), 3)) for name in ("value", "lower", "upper")}
    plain: dict[str, Any] = {"statistic": figure.statistic, "marker": figure.marker, "of": figure.of}
    plain |= {"found": rounded | {"n": found.n}, "source": figure.source}
    optional = {"cancers": list(figure.cancers), "pooled": figure.pooled, "note": figure.note}
    optional |= {"within": figure.within, "direction": figure.direction}
    return plain | {name: value for name, value in optional.items() if value}


def mix(patients: pd.DataFrame) -> list[dict[str, Any]]:
    """Count patients by cancer and line, the most frequent first."""
    counts = patients.groupby(["CANCER", "LATER"]).size().sort_values(ascending=False, kind="stable")
    return [{"cancer": str(cancer), "later": bool(later), "n": int(n)} for (cancer, later), n in counts.items()]


def main(folder: Path) -> None:
    """Read the tables, estimate and write."""
    missing = {"gandara2018": [".", ""]}
    patients = {
        source: read(pd.read_csv(folder / TABLES[source], na_values=missing.get(source)))
        for source, read in READ.items()
    }
    found = {"sources": SOURCES, "mix": mix(patients["chang2024"])}
    found["figures"] = [estimated(figure, patients) for figure in wanted()]
    head = "# Written by scripts/real_patients.py: figures of real patients, no patient's record.\n"
    FILE.write_text(head + written(found) + "\n", encoding="utf-8")
    print(f"{len(found['figures'])} figures in {FILE.name}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
