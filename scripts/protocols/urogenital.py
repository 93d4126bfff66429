"""Trials in cancers of kidney, bladder, prostate and cervix."""

from protocols.design import After, Design
from protocols.regimens import DOC, NIVO, PEMBRO_FLAT

SUNITINIB = "sunitinib 50 mg daily, 4 weeks on, 2 weeks off"
AXITINIB = "axitinib 5 mg twice daily"
EVEROLIMUS = "everolimus 10 mg daily"
TAXOL = "paclitaxel 175 mg/m2 q3w"
GEMCITABINE = "gemcitabine 1000 mg/m2 days 1,8 q3w"
VINFLUNINE = "vinflunine 320 mg/m2 q3w"
ABIRATERONE = ("abiraterone 1000 mg daily", "prednisone 5 mg twice daily")
ENZALUTAMIDE = "enzalutamide 160 mg daily"
CERVICAL = ["paclitaxel 175 mg/m2 q3w x6", "carboplatin AUC 5 q3w x6", "bevacizumab 15 mg/kg q3w"]
CASTRATE = (
    "Androgen deprivation went on in both arms: it is part of the state at enrolment and not given here. Progression "
    "is radiographic."
)

DESIGNS = {
    "checkmate-214": Design(
        "Nivolumab with ipilimumab against sunitinib in untreated renal-cell carcinoma", "renal",
        "week 12, then every 6 weeks to month 13, then every 12 weeks", 16, 60,
        {"nivolumab+ipilimumab": "nivo_ipi", "sunitinib": "sunitinib"},
        "Motzer RJ et al., Lancet Oncol 2019, figure 2B", ("sifi_itt_checkmate214_motzer2019_fig2b.csv",),
        {"nivolumab+ipilimumab": "nivoipi"},
        {
            "nivolumab+ipilimumab": ["nivolumab 3 mg/kg q3w x4, then 3 mg/kg q2w", "ipilimumab 1 mg/kg q3w x4"],
            "sunitinib": [SUNITINIB],
        },
        after={
            "nivolumab+ipilimumab": (After(SUNITINIB, 0.20), After("cabozantinib 60 mg daily", 0.17)),
            "sunitinib": (After(NIVO, 0.38, note="any immunotherapy"), After(AXITINIB, 0.19)),
        },
        enrolled="advanced with a clear-cell component, untreated, Karnofsky 70 or more",
        stratified="IMDC risk and region",
        note="All randomised; the primary analysis was of those at intermediate or poor risk.",
    ),
    "checkmate-025": Design(
        "Nivolumab against everolimus in previously treated renal-cell carcinoma", "renal",
        "every 8 weeks to month 12, then every 12 weeks", 17, 60,
        {"nivolumab": "nivolumab", "everolimus": "everolimus"},
        "Tomita Y et al., Jpn J Clin Oncol 2019, figure 1", ("sifi_itt_checkmate025_tomita2019_fig1.csv",),
        after={
            "nivolumab": (After(EVEROLIMUS, 0.26), After(AXITINIB, 0.24)),
            "everolimus": (After(AXITINIB, 0.36), After(NIVO, 0.12, note="crossover at the end included")),
        },
        enrolled="advanced clear-cell, one or two earlier lines against angiogenesis, Karnofsky 70 or more",
        stratified="region, MSKCC risk and earlier lines",
    ),
    "keynote-045": Design(
        "Pembrolizumab against chemotherapy in urothelial carcinoma after platinum", "urothelial",
        "week 9, then every 6 weeks to month 12, then every 12 weeks", 12, 58,
        {"pembrolizumab": "pembrolizumab", "chemotherapy": "chemotherapy"},
        "Fradet Y et al., Ann Oncol 2019, figure 1A", ("sifi_itt_keynote-045_fradet2019_fig1a.csv",),
        regimens={"chemotherapy": [TAXOL]},
        after={
            "pembrolizumab": (After(TAXOL, 0.26, note="any systemic therapy"),),
            "chemotherapy": (After(PEMBRO_FLAT, 0.13, note="any immunotherapy"),),
        },
        notes={
            "chemotherapy": "Paclitaxel, docetaxel or vinflunine, a third each: paclitaxel stands for the taxanes, the "
            "commoner class.",
        },
        enrolled="advanced, progressed after platinum, at most two earlier lines, ECOG 0 to 2",
        stratified="ECOG, liver metastases, haemoglobin and time since chemotherapy",
    ),
    "imvigor210-cohort2": Design(
        "Atezolizumab in urothelial carcinoma after platinum", "urothelial",
        "every 9 weeks to month 12, then every 12 weeks", 6, 32,
        {"atezolizumab": "atezolizumab_cohort2"},
        enrolled="advanced, progressed after platinum, ECOG 0 or 1",
        note="Not randomised. Cohort 1 (119 untreated subjects who could not receive cisplatin) is of another line and "
        "left out. Treatment beyond progression and after it is left out.",
    ),
    "imvigor211": Design(
        "Atezolizumab against chemotherapy in urothelial carcinoma after platinum", "urothelial",
        "every 9 weeks to week 54, then every 12 weeks", 13, 27,
        {"atezolizumab": "atezolizumab", "chemotherapy": "chemotherapy"},
        "Powles T et al., Lancet 2018, figure 3A", ("sifi_itt_imvigor211_powles2017_fig3a.csv",),
        regimens={"chemotherapy": [VINFLUNINE]},
        after={
            "atezolizumab": (After(TAXOL, 0.27, note="any systemic therapy"),),
            "chemotherapy": (After("atezolizumab 1200 mg q3w", 0.05, note="any immunotherapy"),),
        },
        notes={"chemotherapy": "Of vinflunine, paclitaxel and docetaxel the commonest, vinflunine (55 %)."},
        enrolled="advanced, progressed after platinum, at most two earlier lines, ECOG 0 or 1",
        stratified="chemotherapy, PD-L1, risk factors and liver metastases",
        note="All randomised; the primary analysis was of those with PD-L1 on at least 5 % of immune cells.",
    ),
    "prevail": Design(
        "Enzalutamide against placebo in castration-resistant prostate cancer before chemotherapy", "prostate",
        "week 9, then every 8 weeks x2, then every 12 weeks", 24, 12,
        {"enzalutamide": "enzalutamide", "placebo": "placebo"},
        "Beer TM et al., N Engl J Med 2014, figure 1B", ("kmdata_prevail_1b.csv",),
        regimens={"placebo": []},
        after={
            "enzalutamide": (After(DOC, 0.25), After(ABIRATERONE, 0.15)),
            "placebo": (After(DOC, 0.42), After(ABIRATERONE, 0.35)),
        },
        pfs_curve="Beer TM et al., N Engl J Med 2014, figure 1A",
        pfs_files=("kmdata_prevail_1a.csv",),
        enrolled="metastatic and castration-resistant, no chemotherapy yet, few or no symptoms, ECOG 0 or 1",
        stratified="centre",
        note=f"{CASTRATE} Many had several later lines: shares are of the first. Response was counted among those with "
        "measurable soft tissue.",
    ),
    "cou-aa-302": Design(
        "Abiraterone with prednisone against prednisone in castration-resistant prostate cancer before chemotherapy",
        "prostate", "every 8 weeks x3, then every 12 weeks", 14, 45,
        {"abiraterone+prednisone": "abiraterone_prednisone", "prednisone": "placebo_prednisone"},
        "Ryan CJ et al., Lancet Oncol 2015, figure 2", ("kmdata_couaa202_2.csv",),
        {"abiraterone+prednisone": "abiraterone", "prednisone": "placebo"},
        after={
            "abiraterone+prednisone": (After(DOC, 0.50), After(ENZALUTAMIDE, 0.10)),
            "prednisone": (After(DOC, 0.50), After(ABIRATERONE, 0.25, note="crossover included")),
        },
        enrolled="metastatic and castration-resistant, no chemotherapy yet, few or no symptoms, ECOG 0 or 1, no "
        "visceral metastases",
        stratified="ECOG",
        baseline={"visceral": 0.0},
        note=f"{CASTRATE} Many had several later lines: shares are of the first.",
    ),
    "keynote-826": Design(
        "Pembrolizumab or placebo with chemotherapy and bevacizumab in untreated cervical cancer", "cervical",
        "every 9 weeks to month 12, then every 12 weeks", 14, 33,
        {"pembrolizumab+chemotherapy": "pembro_chemo", "chemotherapy": "placebo_chemo"},
        regimens={"pembrolizumab+chemotherapy": [PEMBRO_FLAT, *CERVICAL], "chemotherapy": CERVICAL},
        after={
            "pembrolizumab+chemotherapy": (After(GEMCITABINE, 0.15, note="any chemotherapy"),),
            "chemotherapy": (
                After(GEMCITABINE, 0.15, note="any chemotherapy"),
                After(PEMBRO_FLAT, 0.09, note="any immunotherapy"),
            ),
        },
        notes={"chemotherapy": "Carboplatin, as in four of five, and bevacizumab, as in 63 %; in both arms."},
        enrolled="persistent, recurrent or metastatic, without earlier systemic chemotherapy, ECOG 0 or 1",
        stratified="metastases at diagnosis, bevacizumab and PD-L1",
    ),
}  # fmt: skip
