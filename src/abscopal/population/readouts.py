"""What pathology and the laboratory report on the day of enrolment: the truth, with the error of each assay.

PD-L1 (TPS), TMB, LDH and NLR are drawn with the baseline; what needs the grown tumour is read here.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from abscopal.engine.batch import Batch
from abscopal.indications.indication import Indication, Marker
from abscopal.population.baseline import Baseline
from abscopal.population.distributions import EPSILON
from abscopal.population.traits import Candidates
from abscopal.random_streams import normal, uniform
from abscopal.sources import Source, assumed, cited

Array = NDArray[np.float64]

BYSTANDERS = 10.0
PER_MM2 = 1.4e-5
USUAL_TIL, TIL_POWER = 130.0, 0.15
CPS_PER_CD8 = 3.0
SHED, CLEARED, PLASMA_ML = 1.4e-4, 33.0, 3000.0
CRP_USUAL, CRP_BURDEN, CRP_FITNESS = 8.0, 0.6, 0.6
ALBUMIN_USUAL, ALBUMIN_SPREAD, ALBUMIN_AGE = 3.9, 0.46, -0.2
ALBUMIN_LOADINGS = {"fitness": 0.5, "burden": -0.35, "aggressive": -0.35}
MSI_WRONG = 0.02
ERROR = {"CPS": 0.4, "TIL": 0.7, "CRP": 0.3, "CTDNA": 0.3, "ALB": 0.03, "marker": 0.1}

SOURCES: dict[str, Source] = {
    "BYSTANDERS": cited("Simoni Y et al. Nature 2018;557:575", derived="one in ten CD8 T cells knows the tumour",
                        recalled=True),
    "PER_MM2": assumed("arithmetic: sections of 4 um and cells of 10 um show 0.014 mm3 under each mm2"),
    "TIL": cited("Blessin NC et al. Cell Oncol 2020", derived="middle of the medians of cancers; power and error give "
                 "a coefficient of variation of about 1 within a cancer (assumed), where the model's densities differ "
                 "by orders of magnitude: most CD8 T cells of a section are bystanders, and its regions differ"),
    "CPS_PER_CD8": assumed("PD-L1 positive lymphocytes and macrophages per CD8 T cell; puts most scores above 1"),
    "SHED": cited("Avanzini S et al. Sci Adv 2020;6:eabc4308", derived="1.4e-4 genomes per cell that dies",
                  recalled=True),
    "CLEARED": cited("Avanzini S et al. Sci Adv 2020;6:eabc4308", derived="half-life of 30 minutes", recalled=True),
    "PLASMA_ML": assumed("plasma of an adult"),
    "CRP": cited("Han CL et al. Front Immunol 2022;13:827788", derived="the cut of 10 mg/L divides patients in about "
                 "halves; what burden and fitness do to it is ours"),
    "ALBUMIN": cited("Chang TG et al. Nat Cancer 2024 (LORIS cohorts)", derived="median 3.9 g/dL, standard deviation "
                     "0.47; the loadings give what validation/real_patients.yaml has: area under the curve for "
                     "response, hazard ratios, correlation with NLR and with age; NLR's loadings, too"),
    "MSI_WRONG": assumed("polymerase chain reaction and immunohistochemistry miss some 2 % of each other's findings"),
    "ERROR": assumed("log-normal: biopsies of one tumour differ twofold in T-cell density, readers of the combined "
                     "score by about a category; laboratory assays by a few per cent to a third"),
}  # fmt: skip
"""Where each number of this module comes from."""


def read_out(indication: Indication, batch: Batch, baseline: Baseline, who: Candidates) -> dict[str, Array]:
    """Return the readouts of each patient by name, [n] each.

    `CPS` (0 to 100), `MSI` (1 for high, 0 for stable), `TIL` (CD8 T cells per mm2, NaN without a lesion to biopsy),
    `CRP` (mg/L), `ALB` (g/dL), `CTDNA` (tumour genomes per mL of plasma), and `MARKER` in the unit of the indication's
    first serum marker (NaN where there is none).
    """
    cells, density, ctdna = _tumour(batch)
    section = _section(density, who)
    found = {
        "CPS": np.minimum(100.0 * baseline.pdl1 + 100.0 * CPS_PER_CD8 * _per_cell(section, cells), 100.0),
        "TIL": np.where(cells.sum(axis=1) > 0, section, np.nan),
        "CRP": _inflammation(indication, batch, who),
        "ALB": _albumin(indication, baseline.age, who),
        "CTDNA": ctdna,
        "MARKER": _marker(indication.markers[0], cells.sum(axis=1) * batch.parameter("cell_volume"), who)
        if indication.markers
        else np.full(len(cells), np.nan),
    }
    found = {name: value if name == "TIL" else value * _error(name, who) for name, value in found.items()}
    found["CPS"] = np.minimum(found["CPS"], 100.0)
    truth = baseline.traits.get("MSI", np.zeros(len(cells), dtype=bool))
    wrong = uniform(who.seed, who.number, "MSI assay")[:, 0] < MSI_WRONG
    found["MSI"] = (truth & ~wrong).astype(float)
    return found


def _error(name: str, who: Candidates) -> Array:
    spread = ERROR.get(name, ERROR["marker"])
    return np.asarray(np.exp(spread * normal(who.seed, who.number, f"assay of {name}")[:, 0]))


def _tumour(batch: Batch) -> tuple[Array, Array, Array]:
    """Living cells [n, L], CD8 T cells per mL of the largest lesion [n], circulating tumour genomes per mL [n]."""
    everyone = np.arange(len(batch.y))
    cells, growth, kill, visible = batch.observe(everyone, "C", "net_growth", "kill", "C_visible")
    known = batch.kernel.layout.lesion_species
    specific = sum(batch.lesion_column(n) for n in ("T_effector", "T_progenitor", "T_terminal") if n in known)
    volume = cells * batch.parameter("cell_volume")[:, None]
    largest = (everyone, cells.argmax(axis=1))
    density = BYSTANDERS * np.asarray(specific)[largest] / np.maximum(volume[largest], EPSILON)
    death = np.maximum(batch.parameter("birth")[:, None] - growth, 0.0) * cells + kill * visible
    return cells, density, SHED * death.sum(axis=1) / (CLEARED * PLASMA_ML)


def _section(density: Array, who: Candidates) -> Array:
    """CD8 T cells per mm2 in a biopsy's section [n], from those per mL of the largest lesion."""
    nearest = np.maximum(PER_MM2 * density, EPSILON) / USUAL_TIL
    return np.asarray(USUAL_TIL * nearest**TIL_POWER * _error("TIL", who))


def _per_cell(section: Array, cells: Array) -> Array:
    """CD8 T cells per tumour cell at the usual 1e9 tumour cells per mL; 0 without a tumour."""
    return np.where(cells.sum(axis=1) > 0, section / PER_MM2 / 1e9, 0.0)


def _score(indication: Indication, batch: Batch) -> Array:
    """Burden against the cancer's usual one, on the log scale [n]; 0 where it is the usual one."""
    (volume,) = batch.observe(np.arange(len(batch.y)), "volume")
    diameter = np.cbrt(6.0 / np.pi * 1000.0 * volume).sum(axis=1)
    return np.asarray(np.log((diameter + 1.0) / indication.sum_of_diameters.center.value))


def _inflammation(indication: Indication, batch: Batch, who: Candidates) -> Array:
    log_level = CRP_BURDEN * _score(indication, batch) - CRP_FITNESS * who.common["fitness"]
    return np.asarray(CRP_USUAL * np.exp(log_level))


def _albumin(indication: Indication, age: Array, who: Candidates) -> Array:
    """Albumin in g/dL: lower in the unfit, the old, and those with much or aggressive tumour."""
    usual = indication.covariates["age"]
    older = (age - usual.center.value) / usual.spread.value
    shared = sum(loading * who.common[name] for name, loading in ALBUMIN_LOADINGS.items()) + ALBUMIN_AGE * older
    rest = np.sqrt(1.0 - ALBUMIN_AGE**2 - sum(loading**2 for loading in ALBUMIN_LOADINGS.values()))
    own = normal(who.seed, who.number, "albumin")[:, 0]
    return np.asarray(np.clip(ALBUMIN_USUAL + ALBUMIN_SPREAD * (shared + rest * own), 1.5, 5.5))


def _marker(marker: Marker, volume: Array, who: Candidates) -> Array:
    """Concentration of a serum marker: what a healthy person has, and what each mL of tumour sheds."""
    shed = marker.per_volume.value * np.exp(marker.spread.value * normal(who.seed, who.number, "shedding")[:, 0])
    own = np.exp(0.3 * normal(who.seed, who.number, "marker without tumour")[:, 0])
    return np.asarray(marker.normal.value * own + shed * volume)
