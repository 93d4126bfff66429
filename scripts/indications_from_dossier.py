"""Write the literature priors of every cancer that no trial has been fitted to yet, from the parameter dossier.

    python scripts/indications_from_dossier.py FOLDER

FOLDER holds tumour_growth.yaml, metastasis.yaml and immune.yaml. What a cancer's file says beyond them is the table
`CANCERS` here. Files of cancers that have been fitted are left alone.

How numbers follow from the dossier:

    growth        ln 2 / doubling time of the volume
    sites         -ln(1 - share of patients with the organ), the mean number of lesions there if they come by chance
    recognition   on the line through the two fitted cancers, logit against log mutational burden;
                  times what presentation of antigen leaves of its odds
    precursors    in proportion to the mutational burden
    infiltration  root of the CD8 density, less what a stroma excludes
    PDL1_base     so that the share of patients with 1 % or more is the published one
    C_evasive     on the line through the two fitted cancers, log share against the share of patients with HLA loss
    death_rate    hazard of the registry's five-year survival, times what the fitted lung cancer has of it
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from math import exp, log, sqrt
from pathlib import Path
from statistics import NormalDist
from typing import Any

from dossier import Dossier, assumed, fact, spread
from indication_choices import CANCERS, Cancer
from yaml_text import written

OUT = Path(__file__).parents[1] / "src" / "abscopal" / "indications"
FITTED = ("melanoma", "nsclc")
TMB_MELANOMA, LOGIT_MELANOMA, SLOPE = 9.5, log(0.6 / 0.4), (log(0.6 / 0.4) - log(0.53 / 0.47)) / log(9.5 / 5.5)
USUAL_TMB, USUAL_CD8, PRECURSORS = 7.0, 130.0, 1e6
LOSS_MELANOMA, LOSS_NSCLC, SHARE_MELANOMA, SHARE_NSCLC, MOST_EVASIVE = 0.07, 0.208, 1e-11, 2.31e-6, 1e-4
OF_THE_REGISTRY, FIVE_YEARS = 0.44, 1826.0
PDL1_SPREAD = 2.0
AS_FITTED = "as fitted in melanoma, for want of a reason to differ"
UNKNOWN = "spread of an order of magnitude between patients, as in melanoma"

SOURCES = {
    "nguyen2022": ("Nguyen B et al. Cell 2022;185:563-575 (MSK-MET)", "10.1016/j.cell.2022.01.003"),
    "chang2024": ("Chang TG et al. Nat Cancer 2024 (LORIS cohorts)", "10.1038/s43018-024-00772-7"),
    "friberg1997": ("Friberg S, Mattson S. J Surg Oncol 1997;65:284-297", ""),
    "blessin2020": ("Blessin NC et al. Cell Oncol 2020", "10.1007/s13402-020-00496-7"),
    "michel2008": ("Michel S et al. Br J Cancer 2008;99:1867-1873, table 2", "10.1038/sj.bjc.6604756"),
    "mehrara2013": ("Mehrara E et al. Theor Biol Med Model 2013;10:31", "10.1186/1742-4682-10-31"),
    "bozic2014": ("Bozic I, Nowak MA. PNAS 2014;111:15964-15968", "10.1073/pnas.1412075111"),
    "laleh2022": ("Laleh NG et al. PLoS Comput Biol 2022;18:e1009822, lesion series", "10.1371/journal.pcbi.1009822"),
    "seer": ("SEER Cancer Stat Facts and Cancer Statistics Review, relative survival, distant stage", ""),
    "gandara2018": ("Gandara DR et al. Nat Med 2018;24:1441-1448, OAK and POPLAR", "10.1038/s41591-018-0134-3"),
}


def parameters(dossier: Dossier, cancer: Cancer) -> dict[str, Any]:
    """Return the distributions of the model's parameters."""
    return {**_tumour(dossier, cancer), **_visibility(dossier, cancer), **_suppression(cancer)}


def _tumour(dossier: Dossier, cancer: Cancer) -> dict[str, Any]:
    return {
        "growth": spread(
            dossier.doubling_time(cancer),
            assumed(0.6, "doubling times of a cancer differ threefold either way", 0.3, 1.2),
            aggressive=0.6,
        ),
        "chemosensitivity": spread(
            assumed(
                cancer.chemo,
                f"kill by chemotherapy at equal growth, over that in lung cancer: {cancer.chemo_why}",
                0.05,
                20.0,
            ),
            fact(
                1.25,
                "laleh2022",
                "shrinkage over growth on docetaxel in OAK, from sd of log ks 1.58, of log kg 1.04 and their "
                "correlation 0.57",
                0.3,
                2.0,
            ),
        ),
        "frailty": spread(
            assumed(1.0, "1 by definition for the typical patient", 0.1, 10.0),
            assumed(0.6, "between the two fitted cancers, 0.31 and 0.78", 0.2, 1.5),
            fitness=-0.7,
            aggressive=0.3,
        ),
        "colonisation": spread(
            assumed(3e-11 * cancer.seeds, f"melanoma's times {cancer.seeds:g}: {cancer.seeds_why}", 1e-13, 1e-8),
            assumed(1.0, UNKNOWN, 0.3, 2.0),
            aggressive=0.4,
        ),
    }


def _visibility(dossier: Dossier, cancer: Cancer) -> dict[str, Any]:
    """How well T cells know the tumour, and how easily they come in."""
    tmb, _, tmb_source, tmb_why = dossier.mutations(cancer)
    logit = LOGIT_MELANOMA + SLOPE * log(tmb / TMB_MELANOMA) + log(cancer.presented)
    density, density_source, density_why = dossier.density(cancer)
    known = cancer.antigen_why or "no antigen but what mutations make"
    return {
        "recognition": spread(
            fact(
                1 / (1 + exp(-logit)),
                tmb_source,
                f"{tmb_why}; on the line through melanoma (0.6) and lung cancer (0.53); odds times "
                f"{cancer.presented:g}: {cancer.presented_why}",
                0.02,
                0.95,
            ),
            assumed(1.2, "between the two fitted cancers, 0.8 and 1.5", 0.5, 3.0),
            "logit",
            antigenic=0.5,
            inflamed=0.3,
        ),
        "precursors": spread(
            fact(
                PRECURSORS * cancer.antigen * tmb / USUAL_TMB,
                tmb_source,
                f"{tmb_why}; 1e6 at {USUAL_TMB:g}, in proportion; times {cancer.antigen:g}: {known}",
                1e4,
                1e8,
            ),
            assumed(1.0, "ten epitopes of frequencies that differ by more than 100", 0.3, 2.0),
            antigenic=0.6,
        ),
        "infiltration": spread(
            fact(
                cancer.entry * sqrt(density / USUAL_CD8),
                density_source,
                f"{density_why}, root of it over {USUAL_CD8:g}; times {cancer.entry:g}: {cancer.entry_why}",
                0.02,
                10.0,
            ),
            assumed(1.2, AS_FITTED, 0.5, 1.5),
            inflamed=0.7,
        ),
    }


def _suppression(cancer: Cancer) -> dict[str, Any]:
    return {
        "PDL1_base": spread(
            assumed(
                _positive(cancer.pdl1),
                f"PD-L1 on at least 1 % of tumour cells in {100 * cancer.pdl1:g} % of patients: {cancer.pdl1_why}",
                0.0001,
                0.99,
            ),
            assumed(PDL1_SPREAD, "from none to nearly all cells, as in the two fitted cancers", 0.5, 4.0),
            "logit",
            inflamed=0.5,
        ),
        "interferon_half": spread(
            assumed(3.4e7, AS_FITTED, 1e5, 1e9), assumed(1.75, AS_FITTED, 0.3, 3.0), inflamed=-0.7
        ),
        "treg_influx": spread(
            assumed(3660.0 * cancer.treg, f"melanoma's times {cancer.treg:g}: {cancer.treg_why}", 1e3, 1e6),
            assumed(2.2, AS_FITTED, 0.3, 3.0),
            inflamed=-0.95,
        ),
        "pd1_strength": spread(
            assumed(0.868, AS_FITTED, 0.3, 0.98), assumed(3.45, AS_FITTED, 0.2, 4.0), "logit", inflamed=0.95
        ),
        "myeloid_level": spread(
            assumed(cancer.myeloid, cancer.myeloid_why, 0.1, 10.0),
            assumed(0.7, "as the spread of log NLR", 0.3, 1.0),
            fitness=-0.5,
        ),
    }


def _positive(share: float) -> float:
    """Median constitutive PD-L1 at which this share of patients has 1 % or more."""
    logit = log(0.01 / 0.99) + PDL1_SPREAD * NormalDist().inv_cdf(share)
    return 1 / (1 + exp(-logit))


def fractions(dossier: Dossier, cancer: Cancer) -> dict[str, Any]:
    """Return the shares of resistant and evasive cells at diagnosis."""
    lost, source = dossier.antigen_presentation_lost(cancer)
    slope = (log(SHARE_NSCLC) - log(SHARE_MELANOMA)) / (LOSS_NSCLC - LOSS_MELANOMA)
    share = min(exp(log(SHARE_MELANOMA) + slope * (lost - LOSS_MELANOMA)), MOST_EVASIVE)
    line = "on the line through melanoma (7 %, 1e-11) and lung cancer (21 %, 2e-6), at most 1e-4"
    why = f"antigen presentation lost in {100 * lost:g} % of patients; {line}"
    return {
        "C_resistant": spread(
            fact(
                cancer.resistant,
                "bozic2014",
                f"several resistant subclones in each detectable lesion; the share is ours: {cancer.resistant_why}",
                1e-7,
                0.5,
                recalled=True,
            ),
            assumed(2.0, "orders of magnitude between patients", 0.5, 4.0),
        ),
        "C_evasive": spread(
            fact(share, source, why, 1e-13, 0.01),
            assumed(4.0, "from none to dominant, as in the two fitted cancers", 1.0, 12.0),
            antigenic=-0.3,
        ),
    }


def covariates(dossier: Dossier, cancer: Cancer) -> dict[str, Any]:
    """Return the distributions of what is known of every patient."""
    tmb, width, source, why = dossier.mutations(cancer)
    return {
        "age": spread(
            assumed(
                cancer.age,
                "median age at diagnosis of advanced disease, to about three years",
                cancer.age - 8,
                cancer.age + 8,
            ),
            assumed(cancer.age_spread, "adults of working and old age", 5.0, 20.0),
            "linear",
        ),
        "weight": spread(
            assumed(cancer.weight, "body weight of such patients", 50.0, 100.0),
            assumed(0.2, "coefficient of variation of adult body weight", 0.15, 0.35),
        ),
        "TMB": spread(fact(tmb, source, why, tmb / 3, tmb * 3), fact(width, source, why, 0.4, 2.0), antigenic=0.7),
        "LDH": spread(
            assumed(cancer.ldh, "times the upper limit of normal", 0.4, 3.0),
            assumed(0.45, "a few per cent of patients above twice the limit", 0.3, 0.9),
            fitness=-0.4,
            aggressive=0.4,
            burden=0.3,
        ),
        "NLR": spread(
            dossier.ratio(cancer),
            assumed(0.65, "between melanoma (0.61) and lung cancer (0.72)", 0.4, 0.9),
            fitness=-0.4,
            burden=0.4,
            aggressive=0.3,
            inflamed=-0.1,
        ),
    }


def document(dossier: Dossier, name: str, cancer: Cancer) -> dict[str, Any]:
    """Return the whole file."""
    found: dict[str, Any] = {
        "name": name,
        "title": cancer.title,
        "tags": list(cancer.tags),
        "calibration": [],
        "reference_line": cancer.reference_line,
        "sites": dossier.sites(cancer),
        "needs_measurable": cancer.measurable,
        "clustering": assumed(1.0, "lesions of one patient share organs more than chance", 0.0, 5.0),
        "primary": _primary(cancer),
        "sum_of_diameters": spread(
            assumed(cancer.sum_mm, f"median at enrolment: {cancer.sum_why}", cancer.sum_mm / 2, cancer.sum_mm * 2),
            fact(0.65, "gandara2018", "standard deviation of the log in OAK", 0.5, 1.0),
            aggressive=0.3,
        ),
        "seeding_index": spread(
            assumed(
                cancer.seeding,
                "between one late seeder (0.6) and seeding by a primary that grows as fast as its metastases (2)",
                0.5,
                2.5,
            ),
            assumed(0.35, "oligometastatic and disseminated disease both occur", 0.1, 0.7),
            aggressive=0.3,
        ),
        "growth_within": fact(
            0.25, "mehrara2013", "metastases of one patient need separate rates; the size is ours", 0.1, 0.6
        ),
        "parameters": parameters(dossier, cancer),
        "fractions": fractions(dossier, cancer),
        "fixed": _fixed(dossier, cancer),
        "drivers": {key: _subgroup(group) for key, group in cancer.drivers.items()},
        "subtypes": {key: _subgroup(group) for key, group in cancer.subtypes.items()},
        "covariates": covariates(dossier, cancer),
        "markers": [_marker(*marker) for marker in cancer.markers],
        "history": {key: assumed(share, reason, 0.0, 1.0) for key, (share, reason) in cancer.history.items()},
        "male": assumed(cancer.male, cancer.male_why, 0.0, 1.0),
        "ecog1": assumed(cancer.ecog1, "performance status 1 or more among those who enter trials", 0.1, 0.9),
        "lines": _lines() if cancer.reference_line == "1L" else {},
        "adjuvant": _adjuvant(cancer),
    }
    found = {
        key: value
        for key, value in found.items()
        if value not in (None, {}) and (value or key == "calibration" or value is False)
    }
    used = {part["source"] for part in _facts(found)} & SOURCES.keys()
    found["sources"] = {
        key: {"citation": SOURCES[key][0], **({"doi": SOURCES[key][1]} if SOURCES[key][1] else {})}
        for key in SOURCES
        if key in used
    }
    return found


def _fixed(dossier: Dossier, cancer: Cancer) -> dict[str, Any]:
    survival, source, why, recalled = dossier.five_years(cancer)
    rate = OF_THE_REGISTRY * cancer.harm * -log(survival) / FIVE_YEARS
    share = f"{OF_THE_REGISTRY} of that hazard, as in the fitted lung cancer"
    how = f"{why}; {share}; times {cancer.harm:g}: {cancer.harm_why}"
    return {
        "death_rate": fact(rate, source, how, 1e-5, 0.05, recalled=recalled),
        "harm_power": assumed(1.0, "as in the fitted lung cancer (0.96)", 0.5, 3.0),
    }


def _primary(cancer: Cancer) -> dict[str, Any] | None:
    if not cancer.organ:
        return None
    found: dict[str, Any] = {
        "organ": cancer.organ,
        "present": assumed(cancer.present, "share of metastatic patients with the primary in place", 0.0, 1.0),
    }
    if cancer.primary_mm:
        found["diameter"] = spread(
            assumed(cancer.primary_mm, "usual diameter of a primary that has spread"),
            assumed(0.5, "from a third to three times that", 0.2, 1.0),
        )
    return found


def _subgroup(group: tuple[float, str, dict[str, float], str]) -> dict[str, Any]:
    share, why, factors, marginal = group
    found: dict[str, Any] = {"share": assumed(share, why, 0.0, 1.0)}
    if marginal:
        found["marginal"] = marginal
    if factors:
        found["factors"] = {key: assumed(value, f"direction known, size ours: {why}") for key, value in factors.items()}
    return found


def _marker(name: str, unit: str, normal: float, slope: float, width: float) -> dict[str, Any]:
    return {
        "name": name,
        "unit": unit,
        "normal": assumed(normal, "usual level in adults without the cancer"),
        "per_volume": assumed(slope, "order of magnitude of levels at a burden of 50 mL", slope / 10, slope * 10),
        "spread": assumed(width, "cancers of one kind shed very differently", 0.3, 3.0),
    }


def _lines() -> dict[str, Any]:
    return {
        "2L": {"frailty": assumed(1.6, "as in the fitted lung cancer, 1 / 0.6", 1.0, 6.0)},
        "3L": {"frailty": assumed(2.2, "as from the first to the second line, and less again", 1.0, 8.0)},
        "4L": {"frailty": assumed(2.6, "as from the first to the second line, and less again", 1.0, 10.0)},
    }


def _adjuvant(cancer: Cancer) -> dict[str, Any] | None:
    if not cancer.residual:
        return None
    return {
        "share": assumed(
            cancer.residual, "share of high-risk patients whose cancer comes back after surgery", 0.1, 0.95
        ),
        "resected": spread(
            assumed(cancer.primary_mm or 30.0, "diameter of the operable tumour"),
            assumed(0.5, "from a third to three times that", 0.2, 1.0),
        ),
        "cells": spread(
            assumed(3e5, "recurrence after one to three years at the cancer's growth rate", 1e4, 1e8),
            assumed(2.0, "from tens of cells to what imaging would find", 1.0, 4.0),
            aggressive=0.5,
        ),
        "colonies": assumed(2.0, "most first recurrences are single or few", 1.0, 8.0),
        "asleep": assumed(0.3, "late relapses show that some colonies sleep for years", 0.0, 0.9),
    }


def _facts(part: Any) -> Iterable[dict[str, Any]]:
    if isinstance(part, dict):
        if "value" in part and "source" in part:
            yield part
        else:
            for inner in part.values():
                yield from _facts(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from _facts(inner)


def main(folder: str) -> None:
    """Write every file that is not fitted."""
    dossier = Dossier(Path(folder))
    for name, cancer in CANCERS.items():
        if name in FITTED:
            raise SystemExit(f"{name} has been fitted; its file is not written")
        text = written(document(dossier, name, cancer)) + "\n"
        (OUT / f"{name}.yaml").write_text(text, encoding="utf-8")
        print(f"{name}: {len(text.splitlines())} lines")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("usage: python scripts/indications_from_dossier.py FOLDER")
    main(sys.argv[1])
