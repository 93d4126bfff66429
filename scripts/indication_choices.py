"""What `indications_from_dossier.py` says of each cancer beyond the dossier: choices, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass, field

Group = tuple[float, str, dict[str, float], str]
"""A driver or subtype: share, why, factors on parameters, name of the share in a protocol (empty: in small letters)."""

NO_REASON = "as in melanoma, for want of a reason to differ"


@dataclass(frozen=True)
class Cancer:
    """Choices for one cancer; a text in doubling, tmb, cd8, loss, survival or labs names an entry of the dossier.

    A pair as cd8 is a density and its source.
    """

    title: str
    doubling: str | float
    survival: str | float
    tmb: str | tuple[float, float]
    cd8: str | float | tuple[float, str]
    age: float
    male: float
    sum_mm: float
    registry: str = ""
    sites: dict[str, float] = field(default_factory=dict)
    sites_why: str = "share among lesions, which the registry does not count there"
    doubling_why: str = ""
    survival_why: str = ""
    tmb_why: str = ""
    cd8_why: str = ""
    loss: str = ""
    labs: str = ""
    tags: tuple[str, ...] = ("solid",)
    measurable: bool = True
    organ: str = ""
    present: float = 0.0
    primary_mm: float = 0.0
    seeding: float = 1.2
    sum_why: str = "usual in first-line trials"
    antigen: float = 1.0
    antigen_why: str = ""
    presented: float = 1.0
    presented_why: str = "no reason to differ"
    entry: float = 1.0
    entry_why: str = "no barrier but what density shows"
    pdl1: float = 0.3
    pdl1_why: str = "usual in solid tumours"
    treg: float = 1.0
    treg_why: str = NO_REASON
    myeloid: float = 1.0
    myeloid_why: str = "1 by definition for the typical patient"
    chemo: float = 1.0
    chemo_why: str = "as in lung cancer"
    resistant: float = 1e-4
    resistant_why: str = "between the two fitted cancers, 1e-5 and 1e-2"
    seeds: float = 1.0
    seeds_why: str = NO_REASON
    harm: float = 1.0
    harm_why: str = "no reason to differ"
    age_spread: float = 11.0
    weight: float = 75.0
    ldh: float = 0.85
    ecog1: float = 0.55
    male_why: str = "share among patients"
    drivers: dict[str, Group] = field(default_factory=dict)
    subtypes: dict[str, Group] = field(default_factory=dict)
    markers: tuple[tuple[str, str, float, float, float], ...] = ()
    history: dict[str, tuple[float, str]] = field(default_factory=dict)
    residual: float = 0.0
    reference_line: str = "1L"


STROMA = "T cells stay in the stroma around the tumour (excluded phenotype)"
TWO_SEXES = "share among patients"
BREAST_MARKER = ("CA 15-3", "U/mL", 15.0, 1.0, 1.2)
MSI_FACTORS = {"recognition": 3.0, "precursors": 5.0, "infiltration": 2.0, "TMB": 6.0}


def msi(share: float) -> Group:
    """Return microsatellite instability in this share of patients."""
    return share, "microsatellite instability: some six times the mutations", MSI_FACTORS, "msi"


CANCERS: dict[str, Cancer] = {
    "sclc": Cancer(
        "Small-cell lung cancer, extensive stage", "SCLC", "SCLC", "SCLC", "SCLC", 64, 0.65, 110,
        "small_cell_lung_cancer", {}, loss="SCLC", labs="SCLC", organ="lung", present=0.95, primary_mm=55,
        sum_why="large mediastinal masses", presented=0.5, presented_why="MHC class I is switched off in most",
        entry=0.7, entry_why="neuroendocrine tumours are deserts, the others are not", pdl1=0.1,
        pdl1_why="hardly any on tumour cells", chemo=3.0, chemo_why="two in three respond to platinum", ldh=1.2,
        ecog1=0.65, markers=(("NSE", "ug/L", 12.0, 0.3, 0.8),), resistant=1e-3,
        resistant_why="nearly all relapse within the year",
    ),
    "renal": Cancer(
        "Renal cell carcinoma, clear cell, advanced", "RCC_mets", "kidney", "RCC", "RCC_clear", 62, 0.72, 80,
        "renal_cell_carcinoma", {}, loss="RCC", labs="RCC", organ="kidney", present=0.25, primary_mm=80, antigen=4.0,
        antigen_why="frameshifts make many neoantigens each, endogenous retroviruses are expressed", pdl1=0.25,
        pdl1_why="a quarter", chemo=0.15, chemo_why="hardly any responds to chemotherapy", weight=82, residual=0.4,
        ecog1=0.4,
    ),
    "urothelial": Cancer(
        "Urothelial carcinoma, advanced", "urothelial", "bladder", "bladder", "urothelial", 67, 0.77, 75,
        "bladder_cancer", {"bladder": 0.12}, loss="bladder", labs="bladder", organ="bladder", present=0.35, pdl1=0.35,
        pdl1_why="a third", chemo=1.5, chemo_why="half respond to platinum", residual=0.5, ecog1=0.6, entry=0.8,
        entry_why="half of tumours exclude T cells (Mariathasan 2018)",
    ),
    "head_and_neck": Cancer(
        "Squamous carcinoma of the head and neck, recurrent or metastatic", "HNSCC_clinical", 0.15, "HNSCC", 130.0,
        61, 0.83, 70, "head_and_neck_cancer", {"head_and_neck": 0.3}, loss="HNSCC", labs="HNSCC",
        survival_why="after recurrence far below the 39 % of the registry's distant stage at first diagnosis",
        cd8_why="rich in tonsil, poor in larynx", organ="head_and_neck", present=0.5, pdl1=0.55, pdl1_why="half",
        chemo=1.0, ecog1=0.75, residual=0.5, sites_why="recurrence at the site of the primary; share among lesions",
        subtypes={"hpv": (0.25, "human papillomavirus, by p16: foreign antigens, better prognosis", {"frailty": 0.5,
        "precursors": 2.0, "infiltration": 1.4}, "hpv")}, history={"prior_radiotherapy": (0.85,
        "most were irradiated at the first diagnosis")},
    ),
    "hepatocellular": Cancer(
        "Hepatocellular carcinoma, advanced", "HCC", "liver", "hepatobiliary", 90.0, 65, 0.83, 95,
        "hepatobiliary_cancer", {}, loss="hepatobiliary", labs="hepatobiliary",
        cd8_why="below lung cancer and above colorectal cancer without instability", organ="liver", present=0.8,
        primary_mm=65, sum_why="a large mass in the liver", pdl1=0.12, pdl1_why="one in eight", treg=1.5,
        treg_why="the liver is tolerogenic", myeloid=1.3, myeloid_why="above the usual: inflamed, fibrotic liver",
        chemo=0.5, chemo_why="one in ten responds", harm=0.5, ecog1=0.4, seeds=0.5, residual=0.6,
        harm_why="the liver's weight already counts each millimetre 2.4 times",
        seeds_why="spreads late beyond the liver", markers=(("AFP", "ng/mL", 4.0, 0.4, 2.8),),
        subtypes={ "hepatitis_b": (0.45, "hepatitis B as cause", {}, "hepatitis_b"), "hepatitis_c": (0.2,
        "hepatitis C as cause", {}, "hepatitis_c"), "vascular_invasion": (0.3, "grows into the portal vein",
        {"frailty": 1.6, "growth": 1.3}, ""), }, history={"chronic_infection": (0.6,
        "viral hepatitis is the commonest cause")},
    ),
    "gastric": Cancer(
        "Carcinoma of the stomach and gastro-oesophageal junction, advanced", "gastric", "stomach_recent",
        "gastroesophageal", 120.0, 62, 0.7, 70, "esophagogastric_cancer", {"stomach": 0.15}, loss="gastric",
        labs="gastric", cd8_why="as in bladder cancer", organ="stomach", present=0.6, pdl1=0.2,
        pdl1_why="few on tumour cells, more on immune cells", chemo=1.2, chemo_why="half respond to platinum",
        markers=(("CEA", "ng/mL", 2.0, 0.2, 1.8),), residual=0.5, weight=66, treg=1.3,
        treg_why="many regulatory cells; blockade speeds some tumours up", drivers={"HER2": (0.18, "HER2 amplified",
        {}, ""), "MSI": msi(0.05)},
    ),
    "oesophageal": Cancer(
        "Squamous carcinoma of the oesophagus, advanced", 100.0, "esophagus", (5.3, 0.7), 110.0, 64, 0.83, 65,
        "esophagogastric_cancer", {"oesophagus": 0.2}, doubling_why="between squamous lung and gastric cancer",
        tmb_why="median of oesophageal cancers in the LORIS cohorts", cd8_why="as in bladder cancer",
        loss="esophageal", labs="esophageal", organ="oesophagus", present=0.6, pdl1=0.45, pdl1_why="nearly half",
        chemo=1.2, chemo_why="half respond to platinum", weight=62, residual=0.5, drivers={"HER2": (0.05,
        "rare in squamous tumours", {}, "")}, history={"prior_radiotherapy": (0.4,
        "chemoradiotherapy with curative intent before recurrence")},
    ),
    "colorectal_msi": Cancer(
        "Colorectal carcinoma with microsatellite instability, metastatic", "colorectal_liver_mets", "colorectal_all",
        (46.0, 0.5), 250.0, 62, 0.5, 80, "colorectal_cancer", {"bowel": 0.1}, loss="CRC_unstable", labs="CRC",
        tmb_why="unstable tumours carry some 30 to 60 mutations per Mb", cd8_why="densely infiltrated, a hallmark",
        organ="bowel", present=0.4, antigen=0.35, antigen_why="most were edited away before the tumour could grow",
        pdl1=0.25, pdl1_why="mostly on immune cells", chemo=0.9, chemo_why="less than in stable tumours",
        markers=(("CEA", "ng/mL", 2.0, 0.5, 1.8),), residual=0.25, drivers={"MSI": (1.0, "by definition", {}, "msi"),
        "BRAF": (0.25, "V600E, methylator phenotype", {"frailty": 1.4}, "")}, subtypes={"lynch": (0.3,
        "inherited defect of mismatch repair", {}, ""), "right_sided": (0.65, "proximal colon", {}, "")},
    ),
    "colorectal_mss": Cancer(
        "Colorectal carcinoma without microsatellite instability, metastatic", "colorectal_liver_mets",
        "colorectal_all", "CRC", (108.0, "michel2008"), 63, 0.58, 100, "colorectal_cancer", {"bowel": 0.1}, loss="CRC",
        labs="CRC", cd8_why="mean of 25 within and 191 around the epithelium, 280 in unstable tumours", organ="bowel",
        present=0.4, entry=0.37, entry_why="T cells stay in the stroma: 0.11 within per one around, 0.30 in "
        "unstable tumours",
        pdl1=0.05, pdl1_why="hardly any on tumour cells", treg=1.5, treg_why="TGF-beta rich; FOXP3 per CD8 is 1.7 to "
        "1.9 times that of unstable tumours (Michel 2008)", myeloid=1.5,
        myeloid_why="above the usual: myeloid cells at the invasive margin", chemo=1.4, presented=0.25,
        presented_why="MHC class I is reduced in 39 % (doi:10.1111/cas.14723), and WNT signalling keeps dendritic "
        "cells out (Luke 2019, doi:10.1158/1078-0432.CCR-18-1942), 0.4 of it, whose size is ours", antigen=0.15,
        antigen_why="few neoantigens are presented, T cells against them are rare",
        chemo_why="half respond to doublets", markers=(("CEA", "ng/mL", 2.0, 0.5, 1.8),), residual=0.3,
        drivers={"MSI": (0.0, "by definition", {}, "msi"), "BRAF": (0.08, "V600E mutation", {"frailty": 1.6}, "")},
        subtypes={"right_sided": (0.33, "proximal colon", {"frailty": 1.3}, "")},
    ),
    "cervical": Cancer(
        "Cervical carcinoma, persistent, recurrent or metastatic", "cervix", "cervix", "cervical", 140.0, 51, 0.0, 65,
        "cervical_cancer", {"cervix": 0.2}, cd8_why="virus-driven, well infiltrated", loss="", organ="cervix",
        present=0.4, antigen=1.5, antigen_why="viral proteins E6 and E7", pdl1=0.6, pdl1_why="more than half",
        chemo=1.3, chemo_why="a third to a half respond to platinum", male_why="by anatomy", weight=65, age_spread=13,
        history={"prior_radiotherapy": (0.7, "chemoradiotherapy with curative intent before recurrence")},
    ),
    "breast_tnbc": Cancer(
        "Triple-negative breast cancer, metastatic", "breast_metastases", "breast.TN", "breast", 110.0, 54, 0.01, 60,
        "breast_cancer", {"breast": 0.08}, cd8_why="the best infiltrated of breast cancers", loss="breast",
        labs="breast", organ="breast", present=0.3, primary_mm=35, pdl1=0.2, pdl1_why="few on tumour cells",
        chemo=1.5, chemo_why="half respond to taxanes", male_why="rare in men", markers=(BREAST_MARKER,),
        residual=0.35, drivers={"HER2": (0.0, "by definition", {}, ""), "ER": (0.0, "by definition", {},
        "hormone_receptor")}, history={"prior_chemotherapy": (0.6, "adjuvant, before recurrence")}, weight=70,
        ecog1=0.4,
    ),
    "breast_her2": Cancer(
        "HER2-positive breast cancer, metastatic", "breast_metastases", "breast.HRneg_HER2pos", "breast", 80.0, 54,
        0.01, 70, "breast_cancer", {"breast": 0.1}, cd8_why="between the other breast cancers", loss="breast",
        labs="breast", organ="breast", present=0.4, primary_mm=35, entry=0.7, entry_why=STROMA, presented=0.6,
        presented_why="HER2 signalling lowers MHC class I", pdl1=0.1, pdl1_why="few", chemo=1.5,
        chemo_why="half respond to taxanes", male_why="rare in men", markers=(BREAST_MARKER,), residual=0.3,
        weight=68, ecog1=0.35, drivers={"HER2": (1.0, "by definition", {}, ""), "ER": (0.5, "half express it",
        {"growth": 0.85}, "hormone_receptor")},
    ),
    "breast_hr": Cancer(
        "Hormone-receptor-positive, HER2-negative breast cancer, metastatic", 150.0, "breast.HRpos_HER2neg", (2.6,
        0.8), 40.0, 62, 0.01, 55, "breast_cancer", {"breast": 0.08}, loss="breast", labs="breast", measurable=False,
        doubling_why="slower than breast metastases as a whole (90 days), of which the fast ones are negative",
        tmb_why="below the median of breast cancers as a whole (3.5)", cd8_why="the poorest of breast cancers",
        organ="breast", present=0.25, primary_mm=35, entry=0.25, entry_why=STROMA, pdl1=0.05, pdl1_why="hardly any",
        presented=0.25, presented_why="MHC class I is low", antigen=0.2,
        antigen_why="few neoantigens, low MHC class I", chemo=1.0, male_why="rare in men", markers=(BREAST_MARKER,),
        residual=0.3, weight=70, ecog1=0.45, drivers={"HER2": (0.0, "by definition", {}, ""), "ER": (1.0,
        "by definition", {}, "hormone_receptor")}, history={"prior_chemotherapy": (0.45,
        "adjuvant, before recurrence")},
    ),
    "prostate": Cancer(
        "Prostate cancer, metastatic, castration-resistant", "prostate_mets", "prostate.2011_2016", "prostate", 30.0,
        70, 1.0, 60, "prostate_cancer", {"prostate": 0.1}, cd8_why="among the lowest of all cancers", loss="",
        measurable=False, organ="prostate", present=0.5, entry=0.2, entry_why=STROMA, pdl1=0.05,
        pdl1_why="hardly any", treg=1.5, treg_why="many regulatory cells", myeloid=2.0,
        myeloid_why="above the usual: myeloid cells in bone marrow", presented=0.2,
        presented_why="MHC class I is lost from 80 % of nodal metastases and a third to a half of primaries (Blades "
        "1995, Urology 46:681; Carretero 2016, doi:10.1007/s00262-015-1774-5)", antigen=0.15,
        antigen_why="few neoantigens", chemo=0.9, male_why="by anatomy", weight=84, ecog1=0.3,
        markers=(("PSA", "ng/mL", 1.0, 2.0, 1.3),), drivers={"AR": (0.95, "nearly all depend on it still", {}, ""),
        "MSI": msi(0.025)},
    ),
    "ovarian": Cancer(
        "Ovarian carcinoma, high-grade serous, advanced", "ovary", "ovary.stage_IV_5y", "ovarian", 60.0, 61, 0.0, 90,
        "ovarian_cancer", {"ovary": 0.1}, cd8_why="below most cancers", loss="ovarian", organ="ovary", present=0.4,
        primary_mm=60, entry=0.35, entry_why="T cells stay in the stroma where TGF-beta is made and antigen "
        "presentation lost (Desbois 2020, Nat Commun 11:5583); the size is ours", pdl1=0.1, pdl1_why="few", treg=2.0,
        treg_why="drawn into ascites by CCL22", myeloid=1.5, myeloid_why="above the usual: ascites", chemo=2.5,
        presented=0.35, presented_why="MHC class I is lost in many, which shortens life (Rolland 2007, "
        "Clin Cancer Res 13:3591); the size is ours", antigen=0.25,
        antigen_why="few point mutations for so many rearrangements", chemo_why="three in four respond to platinum",
        male_why="by anatomy", markers=(("CA-125", "U/mL", 12.0, 5.0, 1.0),), weight=68, seeding=1.6,
    ),
    "merkel": Cancer(
        "Merkel cell carcinoma, advanced", 45.0, 0.18, (2.0, 1.2), "merkel", 73, 0.65, 65,
        doubling_why="among the fastest of solid tumours",
        survival_why="registry of distant disease before PD-1 inhibitors",
        tmb_why="1 per Mb with the virus, 40 without", sites={"node": 0.4, "skin": 0.25, "lung": 0.1, "liver": 0.12,
        "bone": 0.08, "adrenal": 0.03, "peritoneum": 0.02}, sites_why="share among lesions, nodes and skin first",
        organ="skin", present=0.2, antigen=8.0,
        antigen_why="polyomavirus T antigen in four of five, many mutations in the rest", entry=1.5,
        entry_why="inflamed where T cells know the virus", pdl1=0.45, pdl1_why="half", chemo=2.0,
        chemo_why="half respond to platinum", residual=0.5, history={"chronic_infection": (0.08,
        "immunosuppression is a cause")},
    ),
    "cutaneous_squamous": Cancer(
        "Cutaneous squamous-cell carcinoma, advanced", 80.0, 0.2, "nonmelanoma_skin", 120.0, 72, 0.82, 75,
        "skin_cancer_non_melanoma", {"node": 0.3}, doubling_why="as other squamous carcinomas",
        survival_why="series of metastatic disease before PD-1 inhibitors", cd8_why="as in bladder cancer",
        organ="skin", present=0.5, presented=0.6, presented_why="MHC class I is often lost",
        antigen=0.25, antigen_why="most were edited away before the tumour could grow",
        pdl1=0.5, pdl1_why="half", chemo=1.2, chemo_why="a third respond to platinum", residual=0.35, ecog1=0.55,
        history={"prior_radiotherapy": (0.6, "irradiated after surgery"), "chronic_infection": (0.06,
        "immunosuppression is a cause")},
    ),
    "mesothelioma": Cancer(
        "Pleural mesothelioma, unresectable", 110.0, 0.07, "mesothelioma", 100.0, 68, 0.77, 90, "mesothelioma",
        {"pleura": 0.45}, doubling_why="as squamous lung cancer",
        survival_why="registry of all stages, few at five years",
        cd8_why="as in bladder cancer, mostly in the stroma", loss="mesothelioma", labs="mesothelioma",
        organ="pleura", present=0.98, primary_mm=50, entry=0.7, entry_why=STROMA, pdl1=0.4, pdl1_why="two in five",
        myeloid=1.3, myeloid_why="above the usual: macrophages", chemo=0.7,
        chemo_why="a third respond to pemetrexed and platinum", antigen=2.0,
        antigen_why="rearrangements make neoantigens that point mutations do not count", markers=(("SMRP", "nmol/L",
        1.0, 0.02, 1.0),), ecog1=0.6, harm=0.6,
        harm_why="the pleura's weight already counts each millimetre 1.4 times",
    ),
    "hodgkin": Cancer(
        "Hodgkin lymphoma, classical, relapsed or refractory", 60.0, 0.35, (6.0, 0.8), "hodgkin", 34, 0.57, 90,
        doubling_why="between aggressive and indolent lymphomas",
        tmb_why="few sequenced; of the order of lung cancer",
        survival_why="after failure of transplantation, before PD-1 inhibitors", tags=("liquid",),
        sites={"node": 0.66, "spleen": 0.1, "lung": 0.08, "liver": 0.05, "bone": 0.05, "marrow": 0.04,
        "pleura": 0.02}, sites_why="share among lesions, nodes first, then spleen", antigen=2.0,
        antigen_why="Epstein-Barr virus in a third; CD4 T cells do much of the work", pdl1=0.97,
        pdl1_why="9p24.1 is amplified in nearly all", entry=0.4, treg=1.5,
        treg_why="regulatory cells around each tumour cell",
        entry_why="one in a hundred cells is tumour: most of that density knows no tumour", chemo=4.0,
        chemo_why="most respond even after relapse", age_spread=12, weight=74, ecog1=0.45, reference_line="3L",
        history={"prior_chemotherapy": (0.98, "by definition of relapse"), "prior_radiotherapy": (0.5,
        "half were irradiated before")},
    ),
    "dlbcl": Cancer(
        "Diffuse large B-cell lymphoma, relapsed or refractory", 30.0, 0.1, (7.0, 0.8), 150.0, 58, 0.62, 100,
        doubling_why="growth fraction of three quarters", tmb_why="of the order of lung cancer",
        survival_why="refractory disease, median survival of half a year", cd8_why="varies with the microenvironment",
        tags=("liquid",), sites={"node": 0.58, "spleen": 0.08, "marrow": 0.07, "liver": 0.06, "bowel": 0.04,
        "stomach": 0.04, "lung": 0.05, "skin": 0.03, "bone": 0.03, "kidney": 0.02},
        sites_why="share among lesions; a third outside nodes", entry=0.5,
        entry_why="half of tumours lack MHC class I on the surface", pdl1=0.25, pdl1_why="a quarter", chemo=2.0,
        chemo_why="curable by chemotherapy at first; a quarter respond when refractory", resistant=1e-2,
        resistant_why="refractory by definition", ldh=1.2, ecog1=0.6, reference_line="3L", drivers={"CD20": (0.95,
        "lost in some after rituximab", {}, "")}, history={"prior_chemotherapy": (0.98, "by definition of relapse")},
    ),
    "b_all": Cancer(
        "B-cell acute lymphoblastic leukaemia, relapsed or refractory", 9.0, 0.07, (1.0, 0.8), 40.0, 35, 0.58, 150,
        doubling_why="leukaemia doubles within one to two weeks at relapse",
        tmb_why="among the fewest of all cancers", survival_why="after relapse in adults",
        cd8_why="few T cells among blasts", tags=("liquid",), measurable=False, sites={"marrow": 0.72, "spleen": 0.1,
        "node": 0.1, "liver": 0.05, "meninges": 0.03}, sites_why="share among compartments; marrow first",
        sum_why="marrow of one litre, half of it blasts", presented=0.4,
        presented_why="blasts lack costimulation and make T cells anergic", pdl1=0.1, pdl1_why="few", entry=0.5,
        entry_why="marrow full of blasts", chemo=3.0,
        chemo_why="four in five respond at first, a quarter after relapse", resistant=1e-2,
        resistant_why="relapsed by definition", age_spread=14, weight=68, ldh=1.8, ecog1=0.6, harm=0.6,
        reference_line="2L", harm_why="most of the harm is marrow failure, which the model has by itself",
        seeding=2.0, drivers={"CD20": (0.4, "two in five", {}, "")}, history={"prior_chemotherapy": (0.98,
        "by definition of relapse")},
    ),
    "multiple_myeloma": Cancer(
        "Multiple myeloma, relapsed and refractory", 90.0, 0.25, (1.6, 0.8), 50.0, 62, 0.58, 110,
        doubling_why="protein doubles within about three months at relapse", tmb_why="about two mutations per Mb",
        survival_why="triple-class exposed, median survival about a year", cd8_why="dysfunctional T cells in marrow",
        tags=("liquid",), measurable=False, sites={"marrow": 0.6, "bone": 0.33, "skin": 0.03, "node": 0.02,
        "liver": 0.02}, sites_why="share among compartments; extramedullary masses late",
        sum_why="focal lesions and diffuse marrow", presented=0.3,
        presented_why="T cells in the marrow are senescent", antigen=0.3,
        antigen_why="mutations are few and shared by few clones", pdl1=0.2, pdl1_why="a fifth", entry=0.3,
        entry_why="marrow niche", treg=1.5, treg_why="many regulatory cells", chemo=1.2,
        chemo_why="alkylators act, most have seen them", resistant=1e-2, resistant_why="refractory by definition",
        weight=78, ecog1=0.6, harm=0.6, reference_line="4L",
        harm_why="most of the harm is marrow failure, which the model has by itself", markers=(("M-protein", "g/dL",
        0.05, 0.02, 0.8),), seeding=1.6, history={"prior_chemotherapy": (0.9, "transplantation with melphalan")},
        subtypes={"extramedullary": (0.3, "disease outside the marrow", {"growth": 1.4, "frailty": 1.4}, "")},
    ),
}  # fmt: skip
