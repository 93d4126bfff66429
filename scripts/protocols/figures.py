"""Published figures of a trial as a protocol holds them: shares of 1, months, each with its source."""

from __future__ import annotations

from typing import Any

from protocols.design import Design
from protocols.left_out import carry

BASELINE = {
    "median_age": "age_median", "mean_age": "age_median", "male_pct": "male", "ecog1_pct": "ecog1", "m1c_pct": "m1c",
    "ldh_high_pct": "ldh_high", "brain_mets_pct": "brain", "liver_mets_pct": "liver", "stage_iv_pct": "stage4",
    "braf_mut_pct": "braf", "egfr_mut_pct": "egfr", "squamous_pct": "squamous", "pdl1_ge1_pct": "pdl1_ge1",
    "pdl1_ge5_pct": "pdl1_ge5", "pdl1_tc123_ic123_pct": "pdl1_ge1", "current_former_smoker_pct": "smoker",
    "prior_lines_1_pct": "prior_lines_1", "baseline_sld_mm_median": "sum_of_diameters_median",
    "n_met_sites_median": "sites_median",
    "tps_ge50_pct": "pdl1_ge50", "tps50_pct": "pdl1_ge50", "pdl1_high_pct": "pdl1_ge50", "pdl1_pos_pct": "pdl1_ge1",
    "cps1_pct": "cps_ge1", "cps10_pct": "cps_ge10", "lag3_ge1_pct": "lag3_ge1", "p16_pos_pct": "hpv",
    "visceral_pct": "visceral", "extrahepatic_pct": "extrahepatic", "mvi_pct": "vascular_invasion",
    "hbv_pct": "hepatitis_b", "hcv_pct": "hepatitis_c", "afp400_pct": "afp_high", "bclc_c_pct": "bclc_c",
    "imdc_fav_pct": "risk_favourable", "imdc_int_pct": "risk_intermediate", "imdc_poor_pct": "risk_poor",
    "mskcc_fav_pct": "risk_favourable", "mskcc_int_pct": "risk_intermediate", "mskcc_poor_pct": "risk_poor",
    "prior_nephrectomy_pct": "nephrectomy", "right_sided_pct": "right_sided", "lynch_pct": "lynch",
    "de_novo_pct": "de_novo", "marrow_blast_ge50_pct": "blasts_ge50", "emd_pct": "extramedullary",
    "high_risk_cyto_pct": "high_risk_cytogenetics", "iiia_pct": "stage3a", "iiib_pct": "stage3b",
    "iiic_pct": "stage3c", "treatment_naive_pct": "prior_lines_0", "prior_1_pct": "prior_lines_1",
    "prior_2_pct": "prior_lines_2", "prior_ge2_pct": "prior_lines_ge2", "prior_ge3_pct": "prior_lines_ge3",
    "prior_lines_median": "prior_lines_median", "antiPD1_refractory_pct": "prior_pd1",
    "prior_ipilimumab_pct": "prior_ctla4", "prior_asct_pct": "prior_transplant", "prior_hsct_pct": "prior_transplant",
    "prior_allosct_pct": "prior_transplant", "refractory_last_pct": "refractory", "triple_refractory_pct": "refractory",
}  # fmt: skip
BASELINE_NOTES = {
    "mean_age": "mean, not median", "pdl1_tc123_ic123_pct": "tumour or immune cells, SP142",
    "pdl1_high_pct": "at least 50 % of tumour or 10 % of immune cells, SP142",
    "pdl1_pos_pct": "melanoma score of at least 2, which is at least 1 % of cells",
    "imdc_fav_pct": "IMDC", "imdc_int_pct": "IMDC", "imdc_poor_pct": "IMDC", "mskcc_fav_pct": "MSKCC",
    "mskcc_int_pct": "MSKCC", "mskcc_poor_pct": "MSKCC", "prior_asct_pct": "autologous",
    "prior_allosct_pct": "allogeneic", "refractory_last_pct": "stable or progressive disease as best response",
    "triple_refractory_pct": "to a proteasome inhibitor, an immunomodulator and an antibody to CD38",
}  # fmt: skip
UNITED = {  # our name: groups that make it up
    "pdl1_ge1": ("tps_ge50_pct", "tps_20_49_pct", "tps_1_49_pct", "tps_1_19_pct"),
}
FIGURES = {
    "orr": "orr", "cr": "cr", "dcr": "dcr", "pfs_med": "pfs_median", "os_med": "os_median", "dor_med": "dor_median",
    "ttr_med": "ttr_median",
}  # fmt: skip
RATES = {"orr", "cr", "dcr"}
EVENTS = {"efs": "event-free survival", "rfs": "recurrence-free survival"}
PRESS = {"secondary/AI-written news page; low confidence": "from the news; low confidence"}


def published(ours: str, design: Design, arm: dict[str, Any]) -> dict[str, Any]:
    """Return what the arm did, as shares of 1 and months."""
    found: dict[str, Any] = {"n": arm["n"]}
    for theirs, name in FIGURES.items():
        other = design.prefer.get(f"{ours}.{theirs}")
        value = arm.get(theirs) if other is None else arm["other"].get(other)
        if value is not None:
            found[name] = figure(value, 100 if theirs in RATES else 1, other or "")
    found["os_at"] = {month: figure(value, 100) for month, value in arm.get("os_at", {}).items()}
    if design.keep_pfs_at:
        found["pfs_at"] = progression_free(design, arm)
    found["dor_at"] = {month: still_responding(value, arm) for month, value in arm.get("dor_at", {}).items()}
    return found


def still_responding(value: dict[str, Any], arm: dict[str, Any]) -> dict[str, Any]:
    """Return the share of responders still in response; one of all treated is divided by the response rate."""
    share = figure(value, 100)
    if "of treated" not in share["note"]:
        return share
    note = f"{value['value']:g} % of those treated, divided by the response rate"
    return share | {"value": round(value["value"] / arm["orr"]["value"], 3), "note": note}


def progression_free(design: Design, arm: dict[str, Any]) -> dict[int, Any]:
    """Return survival without progression by month, or what the trial reported in its place."""
    found = {month: figure(value, 100) for month, value in arm.get(f"{design.progression or 'pfs'}_at", {}).items()}
    return {month: prefixed(EVENTS.get(design.progression, ""), value) for month, value in found.items()}


def prefixed(note: str, value: dict[str, Any]) -> dict[str, Any]:
    """Return a figure whose note begins with these words."""
    return value | {"note": ", ".join(part for part in (note, value["note"]) if part)}


def figure(value: dict[str, Any], divide: float = 1, key: str = "") -> dict[str, Any]:
    """Return a figure with its interval, source and note; an interval from memory makes the note say so."""
    lo, hi = carry(value).get("ci95", (None, None))
    note = value.get("note", "")
    notes = [
        "first report" if key.endswith("primary") else "",
        PRESS.get(note, note),
        f"of {value['pop']}" if "pop" in value else "",
        f"at {value['at'].removesuffix(' RFS')}" if "at" in value else "",
        "not reached" if value.get("not_reached") else "",
        "from the reconstructed curve" if value.get("basis") == "km_from_ipd" else "",
        "interval recalled" if value.get("ci_source") == "recalled" and value["source"] == "checked" else "",
    ]
    found = {"value": value["value"], "lo": lo, "hi": hi}
    scaled = {name: None if number is None else round(number / divide, 5) for name, number in found.items()}
    return scaled | {"source": value["source"], "note": ", ".join(note for note in notes if note)}


def baseline(design: Design, trial: dict[str, Any]) -> dict[str, Any]:
    """Return the marginals we know a name for, and those that follow from whom the trial enrolled."""
    found = trial["baseline"]
    marginals = {}
    for theirs, name in BASELINE.items():
        if theirs in found:
            marginals[name] = figure(found[theirs], 100 if theirs.endswith("_pct") else 1)
            marginals[name]["note"] = BASELINE_NOTES.get(theirs, "")
    if "ecog1" not in marginals and "ecog0_pct" in found:
        zero = carry(found["ecog0_pct"])
        marginals["ecog1"] = {"value": round(1 - zero["value"] / 100, 5), "source": zero["source"]}
    eligible = {"source": "recalled", "note": "as the trial enrolled"}
    chosen = {name: {"value": value, **eligible} for name, value in design.baseline.items()}
    return marginals | united(found, marginals) | histology(trial["indication"]) | chosen


def united(found: dict[str, Any], marginals: dict[str, Any]) -> dict[str, Any]:
    """Return marginals that are sums of published groups."""
    sums = {}
    for name, groups in UNITED.items():
        parts = [found[group] for group in groups if group in found]
        if len(parts) > 1 and name not in marginals:
            value = round(sum(carry(part)["value"] for part in parts) / 100, 5)
            sums[name] = {"value": value, "source": parts[0]["source"], "note": "sum of the published groups"}
    return sums


def histology(indication: str) -> dict[str, Any]:
    """Return the share of squamous histology where the trial chose by it."""
    chosen = {"nsclc_squamous": 1.0, "nsclc_nonsquamous": 0.0}
    return {"squamous": {"value": chosen[indication], "source": "checked"}} if indication in chosen else {}


def contrasts(design: Design, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the hazard ratios between our arms."""
    ours = {theirs: (name, "") for name, theirs in design.arms.items()} | design.contrasts
    rows = []
    for contrast in found:
        (arm, note), (reference, _) = (ours.get(contrast[side], ("", "")) for side in ("experimental", "control"))
        for endpoint in ("OS", "PFS") if arm and reference else ():
            key = design.hazard_ratios.get(endpoint, f"hr_{endpoint.lower()}")
            if key in contrast:
                notes = [note, EVENTS.get(design.progression, "") if endpoint == "PFS" else ""]
                ratio = prefixed(", ".join(part for part in notes if part), figure(contrast[key]))
                rows.append({"endpoint": endpoint, "arm": arm, "reference": reference, "hr": ratio})
    return rows
