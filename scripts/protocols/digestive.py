"""Trials in cancers of liver, bowel and stomach."""

from protocols.design import After, Design
from protocols.regimens import NIVO, NIVO_FLAT, PEMBRO_FLAT, SORAFENIB

FOLFOX_BEV = ["oxaliplatin 85 mg/m2 q2w", "fluorouracil 2800 mg/m2 q2w", "bevacizumab 5 mg/kg q2w"]
FOLFIRI = ("irinotecan 180 mg/m2 q2w", "fluorouracil 2800 mg/m2 q2w")
LENVATINIB = "lenvatinib 12 mg daily"
TAXOL_WEEKLY = "paclitaxel 80 mg/m2 days 1,8,15 q4w"

DESIGNS = {
    "checkmate-459": Design(
        "Nivolumab against sorafenib in untreated hepatocellular carcinoma", "hepatocellular",
        "every 8 weeks to week 48, then every 12 weeks", 17, 33,
        {"nivolumab": "nivolumab", "sorafenib": "sorafenib"},
        after={
            "nivolumab": (After(SORAFENIB, 0.36, note="any kinase inhibitor"),),
            "sorafenib": (
                After(NIVO_FLAT, 0.20, note="any immunotherapy"), After(LENVATINIB, 0.23, note="any kinase inhibitor"),
            ),
        },
        enrolled="advanced, not amenable to local therapy or progressed after it, untreated, Child-Pugh A, ECOG 0 or 1",
        stratified="cause, vascular invasion or spread, and region",
    ),
    "imbrave150": Design(
        "Atezolizumab with bevacizumab against sorafenib in untreated hepatocellular carcinoma", "hepatocellular",
        "every 6 weeks to week 54, then every 9 weeks", 10, 19,
        {"atezolizumab+bevacizumab": "atezo_bev", "sorafenib": "sorafenib"},
        "Finn RS et al., N Engl J Med 2020, figure 1A", ("sifi_hcc_imbrave150_finn2020_fig1a.csv",),
        {"atezolizumab+bevacizumab": "atezobeva"},
        after={
            "atezolizumab+bevacizumab": (After(SORAFENIB, 0.20, note="any kinase inhibitor"),),
            "sorafenib": (
                After(NIVO_FLAT, 0.19, note="any immunotherapy"), After(LENVATINIB, 0.22, note="any kinase inhibitor"),
            ),
        },
        enrolled="unresectable, untreated, Child-Pugh A, ECOG 0 or 1, varices treated",
        stratified="region, ECOG, vascular invasion or spread, and alpha-fetoprotein (400 ng/mL)",
    ),
    "keynote-240": Design(
        "Pembrolizumab against placebo in hepatocellular carcinoma after sorafenib", "hepatocellular", "every 6 weeks",
        18, 13,
        {"pembrolizumab": "pembrolizumab", "placebo": "placebo"},
        "Finn RS et al., J Clin Oncol 2020, figure 2A", ("sifi_itt_keynote-240_finn2019_fig2a.csv",),
        regimens={"placebo": []},
        after={
            "pembrolizumab": (After(LENVATINIB, 0.25, note="any kinase inhibitor"),),
            "placebo": (
                After(LENVATINIB, 0.25, note="any kinase inhibitor"), After(NIVO_FLAT, 0.10, note="any immunotherapy"),
            ),
        },
        enrolled="progressed on sorafenib or intolerant of it, Child-Pugh A, ECOG 0 or 1, main portal vein open",
        stratified="region, vascular invasion and alpha-fetoprotein (200 ng/mL)",
    ),
    "sharp": Design(
        "Sorafenib against placebo in untreated hepatocellular carcinoma", "hepatocellular", "every 6 weeks", 13, 6,
        {"sorafenib": "sorafenib", "placebo": "placebo"},
        "Llovet JM et al., N Engl J Med 2008, figure 2A", ("sifi_hcc_sharp_llovet2008_fig2a.csv",),
        regimens={"placebo": []},
        enrolled="advanced, untreated, Child-Pugh A, ECOG 0 to 2",
        stratified="region, ECOG, and vascular invasion or spread",
        note="Median survival without progression is the median time to radiological progression.",
    ),
    "reflect": Design(
        "Lenvatinib against sorafenib in untreated hepatocellular carcinoma", "hepatocellular", "every 8 weeks", 28, 15,
        {"lenvatinib": "lenvatinib", "sorafenib": "sorafenib"},
        "Kudo M et al., Lancet 2018, figure 2", ("sifi_hcc_reflect_kudo2018_fig2.csv",),
        after={
            "lenvatinib": (After(SORAFENIB, 0.25),),
            "sorafenib": (After(NIVO_FLAT, 0.10, note="any immunotherapy"),),
        },
        notes={"lenvatinib": "12 mg from 60 kg on, 8 mg below; 12 mg stands for both."},
        enrolled="unresectable, untreated, Child-Pugh A, ECOG 0 or 1, less than half of the liver occupied",
        stratified="region, vascular invasion or spread, ECOG and weight",
        criteria="mRECIST",
    ),
    "checkmate-142": Design(
        "Nivolumab with or without ipilimumab in colorectal cancer of high microsatellite instability",
        "colorectal_msi", "every 6 weeks to week 24, then every 12 weeks", 24, 48,
        {"nivolumab+ipilimumab": "nivo_ipi_2L", "nivolumab": "nivolumab_2L"},
        regimens={"nivolumab+ipilimumab": ["nivolumab 3 mg/kg q3w x4, then 3 mg/kg q2w", "ipilimumab 1 mg/kg q3w x4"]},
        line="2L",
        allocation={"nivolumab+ipilimumab": 8, "nivolumab": 5},
        baseline={"msi": 1.0},
        enrolled="metastatic, mismatch-repair deficient, progressed after at least one line, ECOG 0 or 1",
        note="The cohorts followed one another and were not randomised. The untreated cohort (45) is of another line "
        "and left out; figures at baseline are those of all 238. Treatment after progression is left out.",
    ),
    "keynote-177": Design(
        "Pembrolizumab against chemotherapy in untreated colorectal cancer of high microsatellite instability",
        "colorectal_msi", "every 9 weeks", 24, 65,
        {"pembrolizumab": "pembrolizumab", "chemotherapy": "chemotherapy"},
        regimens={"chemotherapy": FOLFOX_BEV},
        after={
            "pembrolizumab": (After(FOLFIRI, 0.25, note="any chemotherapy"),),
            "chemotherapy": (After(PEMBRO_FLAT, None, note="any PD-1 or PD-L1 inhibitor, crossover included"),),
        },
        notes={
            "chemotherapy": "FOLFOX or FOLFIRI, alone or with bevacizumab or cetuximab: the commonest, FOLFOX with "
            "bevacizumab; folinic acid is left out.",
        },
        baseline={"msi": 1.0},
        enrolled="metastatic, mismatch-repair deficient, untreated, ECOG 0 or 1",
    ),
    "keynote-016": Design(
        "Pembrolizumab in previously treated colorectal cancer with deficient mismatch repair", "colorectal_msi",
        "week 12, then every 8 weeks", 16, 5,
        {"pembrolizumab": "pembrolizumab_dMMR_CRC"},
        line="3L",
        baseline={"msi": 1.0},
        enrolled="metastatic, mismatch-repair deficient, at least two earlier lines, ECOG 0 or 1",
        note="Not randomised. The cohorts with proficient mismatch repair (25, none of whom responded) and with other "
        "cancers (9) are other diseases and left out. Treatment after progression is left out.",
    ),
    "attraction-2": Design(
        "Nivolumab against placebo in gastric cancer after two lines or more", "gastric",
        "every 6 weeks to month 12, then every 12 weeks", 16, 24,
        {"nivolumab": "nivolumab", "placebo": "placebo"},
        "Kang YK et al., Lancet 2017, figure 2", ("sifi_itt_attraction-2_kang2017_fig2.csv",),
        regimens={"placebo": []},
        enrolled="unresectable or recurrent, stomach or junction, at least two earlier lines, Asian, ECOG 0 or 1",
        stratified="country, ECOG and number of organs with metastases",
        note="Treatment after progression is left out.",
    ),
    "keynote-061": Design(
        "Pembrolizumab against paclitaxel in gastric cancer after platinum and fluoropyrimidine", "gastric",
        "every 6 weeks", 13, 15,
        {"pembrolizumab": "pembrolizumab", "paclitaxel": "paclitaxel"},
        "Shitara K et al., Lancet 2018, figure 2A", ("sifi_itt_keynote-061_shitara2018_fig2a.csv",),
        regimens={"paclitaxel": [TAXOL_WEEKLY]},
        after={
            "pembrolizumab": (After(TAXOL_WEEKLY, 0.30, note="any systemic therapy"),),
            "paclitaxel": (After(NIVO, 0.08, note="any immunotherapy"),),
        },
        baseline={"cps_ge1": 1.0},
        enrolled="advanced, stomach or junction, one earlier line, combined positive score of at least 1 (the "
        "population of the primary analysis), ECOG 0 or 1",
        stratified="region, time to progression under the first line, and PD-L1",
    ),
}  # fmt: skip
