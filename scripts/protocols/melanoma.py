"""Trials in melanoma."""

from protocols.design import After, Design
from protocols.regimens import DAB_TRAM, DTIC, IPI, PEMBRO, PEMBRO_FLAT

DESIGNS = {
    "checkmate-066": Design(
        "Nivolumab against dacarbazine in untreated BRAF wild-type melanoma", "melanoma",
        "week 9, then every 6 weeks to month 12, then every 12 weeks", 13, 38.4,
        {"nivolumab": "nivolumab", "dacarbazine": "dacarbazine"},
        "Ascierto PA et al., JAMA Oncol 2019, figure 2A", ("sifi_itt_checkmate066_ascierto2019_fig2a.csv",),
        progressing={"nivolumab": 0.58, "dacarbazine": 0.87},
        after={
            "nivolumab": (After(IPI, 0.30), After(DTIC, 0.10)),
            "dacarbazine": (After(IPI, 0.42), After(PEMBRO, 0.15, note="any anti-PD-1, crossover included")),
        },
        note="Treatment beyond progression, which the trial allowed, is left out.",
    ),
    "checkmate-067": Design(
        "Nivolumab with or without ipilimumab against ipilimumab in untreated melanoma", "melanoma",
        "week 12, then every 6 weeks to week 49, then every 12 weeks", 9, 48,
        {"nivolumab+ipilimumab": "nivo_ipi", "nivolumab": "nivolumab", "ipilimumab": "ipilimumab"},
        "Hodi FS et al., Lancet Oncol 2018, figure 2B",
        ("sifi_itt_checkmate067_combo__hodi2018_fig2b.csv", "sifi_itt_checkmate067_mono__hodi2018_fig2b.csv"),
        {"nivolumab+ipilimumab": "nivoipi"},
        {"nivolumab+ipilimumab": ["nivolumab 1 mg/kg q3w x4, then 3 mg/kg q2w", IPI]},
        {"nivolumab+ipilimumab": 0.51, "nivolumab": 0.58, "ipilimumab": 0.80},
        {
            "nivolumab+ipilimumab": (
                After(PEMBRO, 0.10, note="any anti-PD-1"), After(DTIC, 0.09, note="any chemotherapy"),
            ),
            "nivolumab": (After(IPI, 0.28), After(DTIC, 0.09, note="any chemotherapy")),
            "ipilimumab": (After(PEMBRO, 0.43, note="any anti-PD-1"), After(DTIC, 0.12, note="any chemotherapy")),
        },
        note="BRAF inhibitors after progression, about a fifth of the subjects, are not modelled.",
    ),
    "keynote-006": Design(
        "Pembrolizumab against ipilimumab in ipilimumab-naive melanoma", "melanoma",
        "week 12, then every 6 weeks to week 48, then every 12 weeks", 6, 21,
        {"pembrolizumab": "pembrolizumab", "ipilimumab": "ipilimumab"},
        "Schachter J et al., Lancet 2017, figure 2A, both schedules of pembrolizumab together",
        ("sifi_itt_keynote-006_q2w__schachter2017_fig2a.csv", "sifi_itt_keynote-006_q3w__schachter2017_fig2a.csv"),
        regimens={"pembrolizumab": ["pembrolizumab 10 mg/kg q3w for 24 months"]},
        progressing={"pembrolizumab": 0.59, "ipilimumab": 0.76},
        after={
            "pembrolizumab": (After(IPI, 0.23), After(DTIC, 0.10, note="any chemotherapy")),
            "ipilimumab": (After(PEMBRO, 0.30, note="any anti-PD-1"), After(DTIC, 0.12, note="any chemotherapy")),
        },
        prefer={
            "pembrolizumab.cr": "", "ipilimumab.cr": "",  # by another criterion
            "pembrolizumab.orr": "orr_q3w_primary", "pembrolizumab.pfs_med": "pfs_med_q3w_primary",
            "ipilimumab.orr": "orr_primary", "ipilimumab.pfs_med": "pfs_med_primary",
        },
        hazard_ratios={"OS": "hr_os_q3w_final", "PFS": "hr_pfs_q3w_primary"},
        keep_pfs_at=False,
        notes={"pembrolizumab": "Two schedules, every 2 and every 3 weeks, are one arm, given every 3 weeks."},
        note="Response and progression-free survival are the first report's, by RECIST 1.1; later ones used other "
        "criteria. A third had one earlier line of therapy.",
    ),
    "keynote-001-melanoma": Design(
        "Pembrolizumab in advanced melanoma, most of it treated before", "melanoma",
        "every 12 weeks", 21, 48,
        {"pembrolizumab": "pembrolizumab_all"},
        line="2L",
        enrolled="advanced melanoma of any line, ECOG 0 or 1, ipilimumab before in half",
        note="Not randomised. Doses of 2 and 10 mg/kg, every 2 or 3 weeks, are one arm at 10 mg/kg every 3 weeks. Of "
        "the 655, 151 had no earlier therapy; their results are left out, as are later treatments. The investigators "
        "judged response by immune-related criteria.",
    ),
    "mdx010-20": Design(
        "Ipilimumab against a gp100 peptide vaccine in previously treated melanoma", "melanoma",
        "every 12 weeks", 46, 10,
        {"ipilimumab": "ipilimumab", "gp100": "gp100"},
        regimens={"gp100": []},
        notes={"gp100": "The vaccine is an inactive control: it is represented by no treatment at all."},
        note="The third arm (ipilimumab with gp100) is left out: the vaccine is not modelled and added nothing. The "
        "trial judged response by modified WHO criteria. Re-induction at progression is left out.",
    ),
    "combi-dv-pooled": Design(
        "Dabrafenib with trametinib against dabrafenib or vemurafenib alone in untreated BRAF-mutant melanoma",
        "melanoma", "every 8 weeks to week 56, then every 12 weeks", 17, 60,
        {
            "dabrafenib+trametinib": "dabrafenib_trametinib_pooled", "dabrafenib": "combi_d_dabrafenib",
            "vemurafenib": "combi_v_vemurafenib",
        },
        after={
            "dabrafenib+trametinib": (After(IPI, 0.20), After(PEMBRO, 0.12, note="any anti-PD-1")),
            "dabrafenib": (After(IPI, 0.22), After(DAB_TRAM, 0.12, note="crossover included")),
            "vemurafenib": (After(IPI, 0.20), After(DAB_TRAM, 0.10, note="crossover included")),
        },
        allocation={"dabrafenib+trametinib": 8, "dabrafenib": 3, "vemurafenib": 5},
        contrasts={
            "combi_d_dt": ("dabrafenib+trametinib", "COMBI-d alone"),
            "combi_v_dt": ("dabrafenib+trametinib", "COMBI-v alone"),
        },
        baseline={"braf": 1.0},
        enrolled="unresectable stage III or IV melanoma with BRAF V600E or V600K, untreated, ECOG 0 or 1",
        stratified="LDH and BRAF mutation (V600E or V600K) in both trials",
        note="Two trials as one: the arms with trametinib of COMBI-d (211) and COMBI-v (352) are pooled, the control "
        "of each (212 and 352) is an arm of its own. Figures at baseline are those of the pooled arm.",
    ),
    "relativity-047": Design(
        "Relatlimab with nivolumab against nivolumab in untreated melanoma", "melanoma",
        "week 12, then every 8 weeks to week 52, then every 12 weeks", 31, 34,
        {"relatlimab+nivolumab": "relatlimab_nivolumab", "nivolumab": "nivolumab"},
        after={
            "relatlimab+nivolumab": (After(IPI, 0.11, note="with or without nivolumab"), After(DAB_TRAM, 0.09)),
            "nivolumab": (After(IPI, 0.15, note="with or without nivolumab"), After(DAB_TRAM, 0.10)),
        },
        enrolled="unresectable stage III or IV melanoma, untreated, ECOG 0 or 1, no active brain metastases",
        stratified="LAG-3 (1 %), PD-L1 (1 %), BRAF V600 and M stage",
        note="The two antibodies were given in one infusion.",
    ),
    "rohaan-til": Design(
        "Tumour-infiltrating lymphocytes against ipilimumab in melanoma, mostly after anti-PD-1", "melanoma",
        "every 6 weeks x2, then every 12 weeks", 90, 3,
        {"til": "til", "ipilimumab": "ipilimumab"},
        regimens={
            "til": [
                "cyclophosphamide 60 mg/kg days 1-2 q4w x1", "fludarabine 25 mg/m2 days 3-7 q4w x1",
                "til 5e9 cells once from day 7", "interleukin-2 600000 IU/kg q8h x15 from day 8",
            ],
        },
        notes={
            "til": "Cells are grown for some five weeks between surgery and lymphodepletion; here lymphodepletion "
            "begins on the day of randomisation, and the lesion resected for culture is not taken out. At least 5e9 "
            "cells were given; interleukin-2 stopped earlier in most.",
        },
        line="2L",
        enrolled="unresectable stage IIIC or IV melanoma, at most one earlier line, ECOG 0 or 1, age 18 to 75",
        stratified="BRAF V600, line of therapy and centre",
        note="Follow-up is the shortest; its median was 33 months. Treatment after progression is left out.",
    ),
    "keynote-054": Design(
        "Adjuvant pembrolizumab against placebo in resected stage III melanoma", "melanoma",
        "every 12 weeks to month 24, then every 26 weeks", 15, 72,
        {"pembrolizumab": "pembrolizumab", "placebo": "placebo"},
        regimens={"placebo": []},
        after={
            "pembrolizumab": (After(DAB_TRAM, 0.10, note="after recurrence"),),
            "placebo": (After(PEMBRO_FLAT, 0.30, note="crossover at recurrence"), After(DAB_TRAM, 0.10)),
        },
        line="1L",
        adjuvant=True,
        progression="rfs",
        enrolled="completely resected cutaneous melanoma of stage IIIA (a nodal deposit above 1 mm), IIIB or IIIC "
        "without in-transit metastases",
        stratified="stage and region",
        note="Survival without progression is recurrence-free survival. Overall survival has not been reported.",
    ),
    "keynote-942": Design(
        "Adjuvant individualised mRNA vaccine with pembrolizumab against pembrolizumab in resected melanoma",
        "melanoma", "every 12 weeks to month 36, then every 26 weeks", 26, 14,
        {"mrna-4157+pembrolizumab": "mrna4157_pembro", "pembrolizumab": "pembrolizumab"},
        regimens={
            "mrna-4157+pembrolizumab": [
                "pembrolizumab 200 mg q3w x18", "mrna-4157 1 mg q3w x9 from week 6",
            ],
        },
        line="1L",
        adjuvant=True,
        progression="rfs",
        notes={
            "mrna-4157+pembrolizumab": "The vaccine is made from the resected tumour meanwhile: its first dose is "
            "taken to come with the third of pembrolizumab (recalled).",
        },
        enrolled="completely resected cutaneous melanoma of stage IIIB, IIIC, IIID or IV at high risk of recurrence",
        stratified="stage",
        note="Survival without progression is recurrence-free survival.",
    ),
}  # fmt: skip
