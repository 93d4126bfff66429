"""Trials in cancers of the breast and of head and neck."""

from protocols.design import After, Design
from protocols.regimens import CAPECITABINE, DOC, GEM_CARBO, NIVO, PEMBRO_FLAT

PERTUZUMAB = "pertuzumab 840 mg q3w x1, then 420 mg q3w"
TRASTUZUMAB = "trastuzumab 8 mg/kg q3w x1, then 6 mg/kg q3w"
FULVESTRANT = "fulvestrant 500 mg q4w"
PALBOCICLIB = "palbociclib 125 mg daily, 3 weeks on, 1 week off"

DESIGNS = {
    "keynote-355": Design(
        "Pembrolizumab or placebo with chemotherapy in untreated metastatic triple-negative breast cancer",
        "breast_tnbc", "every 8 weeks x3, then every 9 weeks to month 12, then every 12 weeks", 17, 36,
        {"pembrolizumab+chemotherapy": "pembro_chemo_itt", "chemotherapy": "chemo_itt"},
        regimens={"pembrolizumab+chemotherapy": [PEMBRO_FLAT, *GEM_CARBO], "chemotherapy": list(GEM_CARBO)},
        after={
            "pembrolizumab+chemotherapy": (After(CAPECITABINE, 0.45, note="any chemotherapy"),),
            "chemotherapy": (
                After(CAPECITABINE, 0.45, note="any chemotherapy"), After(PEMBRO_FLAT, 0.05, note="any immunotherapy"),
            ),
        },
        notes={
            "chemotherapy": "Of nab-paclitaxel, paclitaxel and gemcitabine with carboplatin the commonest, the last "
            "(55 %); in both arms.",
        },
        baseline={"her2": 0.0, "hormone_receptor": 0.0, "male": 0.0},
        enrolled="inoperable or metastatic, triple-negative, untreated, six months or more after curative therapy, "
        "ECOG 0 or 1",
        stratified="chemotherapy, PD-L1 (1) and earlier therapy of the same class",
        note="All randomised; those with a combined positive score of at least 10 (220 and 103) are left out as a "
        "group of their own.",
    ),
    "cleopatra": Design(
        "Pertuzumab or placebo with trastuzumab and docetaxel in untreated HER2-positive breast cancer", "breast_her2",
        "every 9 weeks", 29, 43,
        {"pertuzumab+trastuzumab+docetaxel": "pertuzumab_trastuzumab_docetaxel",
         "trastuzumab+docetaxel": "placebo_trastuzumab_docetaxel"},
        "Swain SM et al., N Engl J Med 2015, figure 2A", ("kmdata_cleopatra_2a.csv",),
        {"pertuzumab+trastuzumab+docetaxel": "pertuzumab", "trastuzumab+docetaxel": "control"},
        {
            "pertuzumab+trastuzumab+docetaxel": [PERTUZUMAB, TRASTUZUMAB, f"{DOC} x6"],
            "trastuzumab+docetaxel": [TRASTUZUMAB, f"{DOC} x6"],
        },
        after={
            "pertuzumab+trastuzumab+docetaxel": (
                After((TRASTUZUMAB, CAPECITABINE), 0.35, note="any further therapy against HER2"),
            ),
            "trastuzumab+docetaxel": (
                After((TRASTUZUMAB, CAPECITABINE), 0.40, note="any further therapy against HER2"),
            ),
        },
        pfs_curve="Swain SM et al., N Engl J Med 2015, figure 3A",
        pfs_files=("kmdata_cleopatra_3a.csv",),
        baseline={"her2": 1.0, "male": 0.0},
        enrolled="metastatic, HER2-positive, untreated, ECOG 0 or 1",
        stratified="region and earlier adjuvant therapy",
        note="Docetaxel was to be given at least six times; six stands for what each chose.",
    ),
    "paloma-2": Design(
        "Palbociclib or placebo with letrozole in untreated hormone-receptor-positive breast cancer", "breast_hr",
        "every 12 weeks", 17, 88,
        {"palbociclib+letrozole": "palbociclib_letrozole", "letrozole": "placebo_letrozole"},
        regimens={"palbociclib+letrozole": [PALBOCICLIB, "letrozole 2.5 mg daily"]},
        after={
            "palbociclib+letrozole": (
                After(FULVESTRANT, 0.30, note="any endocrine therapy alone"),
                After(CAPECITABINE, 0.35, note="any chemotherapy"),
            ),
            "letrozole": (
                After(FULVESTRANT, 0.28, note="any endocrine therapy alone"),
                After((FULVESTRANT, PALBOCICLIB), 0.20, note="any inhibitor of CDK4 and CDK6"),
                After(CAPECITABINE, 0.30, note="any chemotherapy"),
            ),
        },
        baseline={"hormone_receptor": 1.0, "her2": 0.0, "male": 0.0},
        enrolled="advanced, oestrogen-receptor positive, HER2-negative, postmenopausal, untreated, ECOG 0 to 2",
        stratified="site of disease, disease-free interval and earlier adjuvant endocrine therapy",
        note="Shares of later therapy are of the first of several lines.",
    ),
    "checkmate-141": Design(
        "Nivolumab against single-agent therapy in head and neck cancer after platinum", "head_and_neck",
        "week 9, then every 6 weeks", 14, 24,
        {"nivolumab": "nivolumab", "chemotherapy": "investigator_choice"},
        "Ferris RL et al., Oral Oncol 2018, figure 1", ("sifi_itt_checkmate141_ferris2018_fig1.csv",),
        {"chemotherapy": "IC"},
        {"chemotherapy": ["docetaxel 30 mg/m2 q1w"]},
        after={
            "nivolumab": (After("docetaxel 30 mg/m2 q1w", 0.30, note="any systemic therapy"),),
            "chemotherapy": (After(NIVO, 0.08, note="any immunotherapy"),),
        },
        notes={"chemotherapy": "Of docetaxel, methotrexate and cetuximab the commonest, docetaxel (about half)."},
        enrolled="recurrent or metastatic, progressed within six months of platinum, ECOG 0 or 1",
        stratified="earlier cetuximab",
    ),
    "keynote-040": Design(
        "Pembrolizumab against single-agent therapy in head and neck cancer after platinum", "head_and_neck",
        "week 9, then every 6 weeks to month 12, then every 9 weeks", 17, 17,
        {"pembrolizumab": "pembrolizumab", "chemotherapy": "standard"},
        "Cohen EEW et al., Lancet 2019, figure 2A", ("sifi_itt_keynote-040_cohen2018_fig2a.csv",),
        {"chemotherapy": "standard"},
        {"chemotherapy": [DOC]},
        after={
            "pembrolizumab": (After(DOC, 0.30, note="any systemic therapy"),),
            "chemotherapy": (After(PEMBRO_FLAT, 0.13, note="any immunotherapy"),),
        },
        notes={"chemotherapy": "Of docetaxel, methotrexate and cetuximab the commonest, docetaxel."},
        enrolled="recurrent or metastatic, progressed during or after platinum, ECOG 0 or 1",
        stratified="ECOG, p16 and PD-L1 (50 %)",
    ),
}  # fmt: skip
