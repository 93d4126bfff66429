"""Trials in lung cancer and mesothelioma."""

from protocols.design import After, Design
from protocols.regimens import CARBO_ETOPOSIDE, CARBO_PEM, DOC, NIVO, PEMBRO_FLAT

NO_DRIVER = {"egfr": 0.0, "alk": 0.0}
CARBO_PEM_X6 = ["carboplatin AUC 5 q3w x6", "pemetrexed 500 mg/m2 q3w"]
CARBO_TAXOL = ["carboplatin AUC 6 q3w x4", "paclitaxel 200 mg/m2 q3w x4"]
CIS_PEM = ["pemetrexed 500 mg/m2 q3w x6", "cisplatin 75 mg/m2 q3w x6"]
GEM_CIS = ["gemcitabine 1250 mg/m2 days 1,8 q3w x6", "cisplatin 75 mg/m2 q3w x6"]
ETOPOSIDE_X6 = ["carboplatin AUC 5 q3w x6", "etoposide 100 mg/m2 days 1-3 q3w x6"]

DESIGNS = {
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
    "poplar": Design(
        "Atezolizumab against docetaxel in previously treated non-small-cell lung cancer, phase 2", "nsclc",
        "every 6 weeks to week 36, then every 9 weeks", 8, 21,
        {"atezolizumab": "atezolizumab", "docetaxel": "docetaxel"},
        after={"atezolizumab": (After(DOC, 0.25),), "docetaxel": (After(NIVO, 0.05, note="any immunotherapy"),)},
        enrolled="stage IIIB or IV after platinum, one or two earlier lines, ECOG 0 or 1",
        stratified="PD-L1 on immune cells, histology and earlier lines",
        note="Treatment beyond progression is left out.",
    ),
    "keynote-001-nsclc": Design(
        "Pembrolizumab in previously treated non-small-cell lung cancer", "nsclc", "every 9 weeks", 26, 52,
        {"pembrolizumab": "pembrolizumab_treated"},
        line="2L",
        enrolled="stage IIIB or IV, ECOG 0 or 1, PD-L1 on at least 1 % of cells in most cohorts",
        note="Not randomised. Doses of 2 and 10 mg/kg, every 2 or 3 weeks, are one arm at 10 mg/kg every 3 weeks. The "
        "101 without earlier therapy are left out; figures at baseline are those of all 550. Survival is that at five "
        "years; treatment after progression is left out.",
    ),
    "keynote-024": Design(
        "Pembrolizumab against platinum doublet in untreated lung cancer with PD-L1 on half of the cells or more",
        "nsclc", "every 9 weeks", 13, 55,
        {"pembrolizumab": "pembrolizumab", "chemotherapy": "chemotherapy"},
        "Reck M et al., N Engl J Med 2016, figure 2", ("sifi_itt_keynote-024_reck2016_fig2.csv",),
        regimens={"chemotherapy": list(CARBO_PEM)},
        after={
            "pembrolizumab": (After(CARBO_PEM, 0.34, note="any systemic therapy"),),
            "chemotherapy": (After(PEMBRO_FLAT, None, note="any PD-1 or PD-L1 inhibitor, crossover included"),),
        },
        notes={"chemotherapy": "Of five doublets the commonest: carboplatin with pemetrexed, then pemetrexed alone."},
        baseline=NO_DRIVER,
        enrolled="stage IV, untreated, PD-L1 on at least 50 % of tumour cells, no EGFR mutation, no ALK rearrangement, "
        "ECOG 0 or 1",
        stratified="ECOG, histology and region",
    ),
    "keynote-042": Design(
        "Pembrolizumab against platinum doublet in untreated lung cancer with PD-L1 on 1 % of the cells or more",
        "nsclc", "every 9 weeks to week 45, then every 12 weeks", 27, 50,
        {"pembrolizumab": "pembrolizumab", "chemotherapy": "chemotherapy"},
        "Mok TSK et al., Lancet 2019, figure 2C", ("sifi_itt_keynote-042_mok2019_fig2c.csv",),
        regimens={"chemotherapy": CARBO_PEM_X6},
        after={
            "pembrolizumab": (After(CARBO_PEM, 0.38, note="any systemic therapy"),),
            "chemotherapy": (After(NIVO, 0.20, note="any immunotherapy"),),
        },
        notes={"chemotherapy": "Carboplatin with pemetrexed; those with squamous histology received paclitaxel."},
        baseline={**NO_DRIVER, "pdl1_ge1": 1.0},
        enrolled="stage IIIB or IV, untreated, PD-L1 on at least 1 % of tumour cells, no EGFR mutation, no ALK "
        "rearrangement, ECOG 0 or 1",
        stratified="ECOG, histology, PD-L1 (50 %) and region",
    ),
    "keynote-189": Design(
        "Pembrolizumab or placebo with pemetrexed and platinum in untreated non-squamous lung cancer", "nsclc",
        "every 6 weeks x2, then every 9 weeks to week 48, then every 12 weeks", 13, 60,
        {"pembrolizumab+chemotherapy": "pembro_pem_plat", "chemotherapy": "placebo_pem_plat"},
        "Gandhi L et al., N Engl J Med 2018, figure 1A", ("sifi_itt_keynote-189_gandhi2018_fig1a.csv",),
        {"pembrolizumab+chemotherapy": "pembrolizumab", "chemotherapy": "placebo"},
        after={
            "pembrolizumab+chemotherapy": (After(DOC, 0.35, note="any systemic therapy"),),
            "chemotherapy": (After(PEMBRO_FLAT, None, note="any PD-1 or PD-L1 inhibitor, crossover included"),),
        },
        notes={"chemotherapy": "Carboplatin, as in seven of ten; the others received cisplatin."},
        baseline=NO_DRIVER,
        enrolled="stage IV non-squamous, untreated, no EGFR mutation, no ALK rearrangement, ECOG 0 or 1",
        stratified="PD-L1 (1 %), platinum and smoking",
    ),
    "impower150": Design(
        "Atezolizumab, bevacizumab or both with carboplatin and paclitaxel in untreated non-squamous lung cancer",
        "nsclc", "every 6 weeks to week 48, then every 9 weeks", 21, 32,
        {"atezolizumab+bevacizumab+chemotherapy": "abcp", "atezolizumab+chemotherapy": "acp",
         "bevacizumab+chemotherapy": "bcp"},
        "Socinski MA et al., N Engl J Med 2018, figure 3", ("sifi_itt_impower150_socinski2018_fig3.csv",),
        {"atezolizumab+bevacizumab+chemotherapy": "ABCP", "bevacizumab+chemotherapy": "BCP"},
        {
            "atezolizumab+bevacizumab+chemotherapy": [
                "atezolizumab 1200 mg q3w", "bevacizumab 15 mg/kg q3w", *CARBO_TAXOL,
            ],
            "atezolizumab+chemotherapy": ["atezolizumab 1200 mg q3w", *CARBO_TAXOL],
            "bevacizumab+chemotherapy": ["bevacizumab 15 mg/kg q3w", *CARBO_TAXOL],
        },
        after={
            "atezolizumab+bevacizumab+chemotherapy": (After(DOC, 0.25),),
            "atezolizumab+chemotherapy": (After(DOC, 0.25),),
            "bevacizumab+chemotherapy": (After(NIVO, 0.35, note="any immunotherapy"),),
        },
        baseline={"egfr": 0.10, "alk": 0.03},
        enrolled="stage IV non-squamous, without earlier chemotherapy, EGFR or ALK positive after a kinase inhibitor "
        "allowed, ECOG 0 or 1",
        stratified="sex, liver metastases and PD-L1",
        note="The curves and the medians marked so are of those without EGFR or ALK alterations.",
    ),
    "impower133": Design(
        "Atezolizumab or placebo with carboplatin and etoposide in untreated extensive small-cell lung cancer", "sclc",
        "every 6 weeks to week 48, then every 9 weeks", 11, 20,
        {"atezolizumab+chemotherapy": "atezo_ce", "chemotherapy": "ce"},
        "Horn L et al., N Engl J Med 2018, figure 2A", ("sifi_itt_impower133_horn2018_fig2a.csv",),
        {"atezolizumab+chemotherapy": "atezolizumab", "chemotherapy": "placebo"},
        {
            "atezolizumab+chemotherapy": ["atezolizumab 1200 mg q3w", *CARBO_ETOPOSIDE],
            "chemotherapy": list(CARBO_ETOPOSIDE),
        },
        after={
            "atezolizumab+chemotherapy": (After(CARBO_ETOPOSIDE, 0.19, note="platinum again"),),
            "chemotherapy": (
                After(CARBO_ETOPOSIDE, 0.18, note="platinum again"), After(NIVO, 0.07, note="any immunotherapy"),
            ),
        },
        enrolled="extensive stage, untreated, ECOG 0 or 1, brain metastases only if treated",
        stratified="sex, ECOG and brain metastases",
    ),
    "caspian": Design(
        "Durvalumab with platinum and etoposide against these alone in untreated extensive small-cell lung cancer",
        "sclc", "every 6 weeks x2, then every 8 weeks", 14, 34,
        {"durvalumab+chemotherapy": "durva_ep", "chemotherapy": "ep"},
        "Paz-Ares L et al., Lancet 2019, figure 2A", ("sifi_itt_caspian_paz-ares2019_fig2a.csv",),
        {"durvalumab+chemotherapy": "durvalumab_EP", "chemotherapy": "EP"},
        {
            "durvalumab+chemotherapy": ["durvalumab 1500 mg q3w x4, then 1500 mg q4w", *CARBO_ETOPOSIDE],
            "chemotherapy": ETOPOSIDE_X6,
        },
        after={
            "durvalumab+chemotherapy": (After(CARBO_ETOPOSIDE, 0.18, note="platinum again"),),
            "chemotherapy": (
                After(CARBO_ETOPOSIDE, 0.18, note="platinum again"), After(NIVO, 0.05, note="any immunotherapy"),
            ),
        },
        notes={
            "chemotherapy": "Carboplatin, as in three of four; up to six cycles, which half received. Cranial "
            "irradiation for prophylaxis, allowed in this arm, is left out.",
        },
        enrolled="extensive stage, untreated, performance status 0 or 1, no untreated brain metastases with symptoms",
        stratified="platinum",
        note="The third arm (with tremelimumab) is left out.",
    ),
    "flaura": Design(
        "Osimertinib against gefitinib or erlotinib in untreated EGFR-mutant lung cancer", "nsclc",
        "every 6 weeks to month 18, then every 12 weeks", 15, 39,
        {"osimertinib": "osimertinib", "gefitinib": "gefitinib_erlotinib"},
        after={
            "osimertinib": (After(CARBO_PEM, 0.29, note="any chemotherapy"),),
            "gefitinib": (
                After("osimertinib 80 mg daily", 0.31, note="crossover included"),
                After(CARBO_PEM, 0.18, note="any chemotherapy"),
            ),
        },
        notes={"gefitinib": "Gefitinib, as in two of three; the others received erlotinib."},
        baseline={"egfr": 1.0},
        enrolled="locally advanced or metastatic, untreated, EGFR exon 19 deletion or L858R, WHO performance status 0 "
        "or 1, stable brain metastases allowed",
        stratified="mutation and Asian origin",
    ),
    "checkmate-026": Design(
        "Nivolumab against platinum doublet in untreated lung cancer with PD-L1 on 5 % of the cells or more", "nsclc",
        "every 6 weeks to week 48, then every 12 weeks", 13, 15,
        {"nivolumab": "nivolumab_pdl1_ge5", "chemotherapy": "chemotherapy_pdl1_ge5"},
        "Carbone DP et al., N Engl J Med 2017, figure 1B", ("sifi_itt_checkmate026_carbone2017_fig1b.csv",),
        regimens={"chemotherapy": CARBO_PEM_X6},
        after={
            "nivolumab": (After(CARBO_PEM, 0.36, note="any systemic therapy"),),
            "chemotherapy": (After(NIVO, None, note="crossover included"),),
        },
        notes={"chemotherapy": "Of five doublets the commonest: carboplatin with pemetrexed."},
        baseline={**NO_DRIVER, "pdl1_ge5": 1.0, "pdl1_ge1": 1.0},
        enrolled="stage IV or recurrent, untreated, PD-L1 on at least 5 % of tumour cells (the population of the "
        "primary analysis; 1 % at randomisation), no EGFR mutation, no ALK rearrangement, ECOG 0 or 1",
        stratified="histology and PD-L1 (5 %)",
        note="Figures at baseline are those of all 541 randomised.",
    ),
    "revel": Design(
        "Ramucirumab or placebo with docetaxel in lung cancer after platinum", "nsclc", "every 6 weeks", 26, 11,
        {"ramucirumab+docetaxel": "ramucirumab_docetaxel", "docetaxel": "docetaxel"},
        "Garon EB et al., Lancet 2014, figure 2", ("kmdata_revel_2.csv",),
        {"ramucirumab+docetaxel": "ramucirumab_docetaxel", "docetaxel": "placebo_docetaxel"},
        after={
            "ramucirumab+docetaxel": (After("erlotinib 150 mg daily", 0.20),),
            "docetaxel": (After("erlotinib 150 mg daily", 0.20),),
        },
        pfs_curve="Garon EB et al., Lancet 2014, figure 3",
        pfs_files=("kmdata_revel_3.csv",),
        enrolled="stage IV, one earlier platinum-based line, ECOG 0 or 1",
        stratified="sex, region, ECOG and earlier maintenance",
    ),
    "squire": Design(
        "Necitumumab with gemcitabine and cisplatin against these alone in untreated squamous lung cancer", "nsclc",
        "every 6 weeks", 25, 16,
        {"necitumumab+chemotherapy": "necitumumab_gem_cis", "chemotherapy": "gem_cis"},
        "Thatcher N et al., Lancet Oncol 2015, figure 2A", ("kmdata_squire_2a.csv",),
        {"necitumumab+chemotherapy": "necitumumab_gem_cis", "chemotherapy": "gem_cis"},
        {
            "necitumumab+chemotherapy": ["necitumumab 800 mg days 1,8 q3w", *GEM_CIS],
            "chemotherapy": GEM_CIS,
        },
        after={
            "necitumumab+chemotherapy": (After(DOC, 0.25), After("erlotinib 150 mg daily", 0.12)),
            "chemotherapy": (After(DOC, 0.25), After("erlotinib 150 mg daily", 0.12)),
        },
        pfs_curve="Thatcher N et al., Lancet Oncol 2015, figure 2B",
        pfs_files=("kmdata_squire_2b.csv",),
        enrolled="stage IV squamous, untreated, ECOG 0 to 2",
        stratified="ECOG and region",
    ),
    "profile-1014": Design(
        "Crizotinib against pemetrexed and platinum in untreated ALK-positive lung cancer", "nsclc", "every 6 weeks",
        30, 5,
        {"crizotinib": "crizotinib", "chemotherapy": "pem_plat"},
        "Solomon BJ et al., N Engl J Med 2014, figure 1B", ("kmdata_profile1014_1b.csv",), {"chemotherapy": "chemo"},
        {"chemotherapy": CIS_PEM},
        after={
            "crizotinib": (
                After(tuple(CIS_PEM), 0.18, note="any chemotherapy"), After("alectinib 600 mg twice daily", 0.08),
            ),
            "chemotherapy": (After("crizotinib 250 mg twice daily", 0.70, note="crossover"),),
        },
        notes={"chemotherapy": "Cisplatin or carboplatin by choice: cisplatin stands for both."},
        pfs_curve="Solomon BJ et al., N Engl J Med 2014, figure 1A",
        pfs_files=("kmdata_profile1014_1a.csv",),
        baseline={"alk": 1.0, "egfr": 0.0},
        enrolled="advanced non-squamous, untreated, ALK-positive, ECOG 0 to 2",
        stratified="ECOG, Asian origin and brain metastases",
    ),
    "maps": Design(
        "Bevacizumab with pemetrexed and cisplatin against these alone in untreated pleural mesothelioma",
        "mesothelioma", "every 9 weeks", 71, 12,
        {"bevacizumab+chemotherapy": "pcb", "chemotherapy": "pc"},
        "Zalcman G et al., Lancet 2016, figure 2A", ("kmdata_maps_2a.csv",),
        {"bevacizumab+chemotherapy": "pcb", "chemotherapy": "pc"},
        after={
            "bevacizumab+chemotherapy": (After("gemcitabine 1250 mg/m2 days 1,8 q3w", 0.30, note="any chemotherapy"),),
            "chemotherapy": (After("gemcitabine 1250 mg/m2 days 1,8 q3w", 0.30, note="any chemotherapy"),),
        },
        pfs_curve="Zalcman G et al., Lancet 2016, figure 2C",
        pfs_files=("kmdata_maps_2c.csv",),
        enrolled="unresectable pleural mesothelioma, untreated, ECOG 0 to 2, age 18 to 75",
        stratified="histology, ECOG, centre and smoking",
        note="Response rates were not a result of the trial.",
    ),
}  # fmt: skip
