"""The parameter dossier: what is looked up in it, and numbers in the form of the indications' files."""

from __future__ import annotations

from math import log
from pathlib import Path
from typing import Any

import yaml

from indication_choices import Cancer

OTHER_LOSS = {"CRC_unstable": 0.3}  # HLA lost in 17 %, beta-2-microglobulin in 20 to 24 % of unstable tumours
ORGAN_OF = {
    "lung": "lung",
    "liver": "liver",
    "bone": "bone",
    "cns_brain": "brain",
    "distant_ln": "node",
    "mediastinum": "node",
    "intra_abdominal_peritoneum": "peritoneum",
    "adrenal": "adrenal",
    "skin": "skin",
    "pleura": "pleura",
    "kidney": "kidney",
    "ovary": "ovary",
    "bowel": "bowel",
}
"""Organs of the model by the names of the registry; its others are few, or the primary's own surroundings."""


def fact(
    value: float,
    source: str,
    derived: str,
    low: float | None = None,
    high: float | None = None,
    *,
    recalled: bool = False,
) -> dict[str, Any]:
    """Return a number as files hold it; without ends, its range is a third to three times the value."""
    found: dict[str, Any] = {"value": _round(value)}
    if low is not None and high is not None:
        found["range"] = [min(_round(low), found["value"]), max(_round(high), found["value"])]
    found |= {"source": source, "derived": derived}
    return found | ({"grade": "recalled"} if recalled else {})


def assumed(value: float, why: str, low: float | None = None, high: float | None = None) -> dict[str, Any]:
    """Return an assumption; without ends, its range is a third to three times the value."""
    return fact(value, "assumed", why, value / 3 if low is None else low, value * 3 if high is None else high)


def spread(center: dict[str, Any], width: dict[str, Any], scale: str = "log", **loadings: float) -> dict[str, Any]:
    """Return a distribution."""
    found: dict[str, Any] = {"center": center, "spread": width, "scale": scale}
    return found | ({"loadings": loadings} if loadings else {})


def _round(value: float) -> float:
    return float(f"{value:.4g}")


class Dossier:
    """The three files, and what is looked up in them."""

    def __init__(self, folder: Path) -> None:
        self.growth, self.metastasis, self.immune = (
            yaml.safe_load((folder / f"{name}.yaml").read_text(encoding="utf-8"))
            for name in ("tumour_growth", "metastasis", "immune")
        )

    def doubling_time(self, cancer: Cancer) -> dict[str, Any]:
        """Net growth rate, 1/day."""
        if isinstance(cancer.doubling, float):
            days, low, high, why = cancer.doubling, cancer.doubling / 3, cancer.doubling * 3, cancer.doubling_why
            return assumed(log(2) / days, f"ln2 / doubling time of {days:g} days: {why}", log(2) / high, log(2) / low)
        entry = self.growth["growth_rates"]["per_cancer_volume_doubling_time"][cancer.doubling]
        days, (low, high) = entry["value"], entry["range"]
        why = f"ln2 / doubling time of {days:g} days ({low:g} to {high:g}): {entry['citation']}"
        return fact(log(2) / days, "friberg1997", why, log(2) / high, log(2) / low, recalled=True)

    def sites(self, cancer: Cancer) -> dict[str, Any]:
        """Weight of each organ among lesions."""
        if not cancer.registry:
            return {organ: assumed(share, cancer.sites_why, 0.0, 1.0) for organ, share in cancer.sites.items()}
        shares: dict[str, list[float]] = {}
        for site, percent in self.metastasis["organotropism_MSK_MET"][cancer.registry]["value"].items():
            if site in ORGAN_OF and percent > 0:
                shares.setdefault(ORGAN_OF[site], []).append(percent)
        lesions = {organ: sum(-log(1 - percent / 100) for percent in some) for organ, some in shares.items()}
        total = sum(lesions.values())
        found = {}
        for organ, number in lesions.items():
            ever = " and ".join(f"{percent:g} %" for percent in shares[organ])
            if number / total >= 0.005:
                found[organ] = fact(number / total, "nguyen2022", f"{ever} of patients ever; share among lesions")
        for organ, share in cancer.sites.items():
            found[organ] = assumed(share, cancer.sites_why, 0.0, 1.0)
        return found

    def mutations(self, cancer: Cancer) -> tuple[float, float, str, str]:
        """Mutations per Mb: median, spread of the log, source and how it follows."""
        if isinstance(cancer.tmb, tuple):
            return (*cancer.tmb, "assumed", cancer.tmb_why)
        burden = self.immune["TMB"]
        full = burden["all_comers_MSK_MET"].get(cancer.tmb) or burden["ICI_treated_MSK"].get(cancer.tmb)
        if full is not None:
            low, high = full["IQR"]
            return full["value"], log(high / low) / 1.349, *_from_quartiles(full)
        median = burden["all_comers_median_only"]["value"][cancer.tmb]
        return median, 0.8, "nguyen2022", f"median of {cancer.tmb}; spread as in lung and breast"

    def density(self, cancer: Cancer) -> tuple[float, str, str]:
        """CD8 T cells per mm2, source and how it follows."""
        if isinstance(cancer.cd8, float):
            return cancer.cd8, "assumed", f"some {cancer.cd8:g} CD8 T cells per mm2: {cancer.cd8_why}"
        if isinstance(cancer.cd8, tuple):
            density, source = cancer.cd8
            return density, source, f"{density:g} CD8 T cells per mm2: {cancer.cd8_why}"
        value = self.immune["tumour_infiltration"]["CD8_density_median"]["value"][cancer.cd8]
        return float(value), "blessin2020", f"{value} CD8 T cells per mm2"

    def antigen_presentation_lost(self, cancer: Cancer) -> tuple[float, str]:
        """Share of patients with loss of heterozygosity at HLA, and its source."""
        table = self.immune["MHC"]["HLA_LOH_LORIS_by_cancer"]["value"]
        if cancer.loss in table:
            return table[cancer.loss], "chang2024"
        return OTHER_LOSS.get(cancer.loss, 0.17), "assumed"

    def five_years(self, cancer: Cancer) -> tuple[float, str, str, bool]:
        """Relative survival at five years in distant stage, its source, how it follows and if it is recalled."""
        if isinstance(cancer.survival, float):
            return (
                cancer.survival,
                "assumed",
                f"{100 * cancer.survival:g} % alive at five years: {cancer.survival_why}",
                False,
            )
        entry: Any = self.metastasis["stage4_five_year_survival"]
        recalled = False
        for key in cancer.survival.split("."):
            entry = entry[key] if key in entry else entry["value"][key]
            recalled |= isinstance(entry, dict) and entry.get("source") == "recalled"
        value = entry["value"] if isinstance(entry, dict) else entry
        return value / 100.0, "seer", f"{value:g} % alive at five years in distant stage", recalled

    def ratio(self, cancer: Cancer) -> dict[str, Any]:
        """Neutrophils over lymphocytes."""
        table = self.immune["host_prognostic_HR_ICI"]["baseline_labs_median"]["value"]
        if "NLR" in table.get(cancer.labs, {}):
            return fact(table[cancer.labs]["NLR"], "chang2024", f"median of {cancer.labs}", 1.5, 10.0)
        return assumed(3.8, "between melanoma (3.2) and lung cancer (4.9)", 1.5, 10.0)


def _from_quartiles(full: dict[str, Any]) -> tuple[str, str]:
    low, high = full["IQR"]
    source = "nguyen2022" if "Nguyen" in full["citation"] else "chang2024"
    return source, f"median; quartiles {low:g} and {high:g} per Mb"
