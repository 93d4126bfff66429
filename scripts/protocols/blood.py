"""Trials in cancers of blood and lymph."""

from protocols.design import Design
from protocols.regimens import CYCLOPHOSPHAMIDE, FLUDARABINE

WAITING = (
    "Cells are made from the patient's own between leukapheresis and lymphodepletion; here lymphodepletion begins on "
    "study day 0 and all subjects are infused."
)

DESIGNS = {
    "checkmate-205": Design(
        "Nivolumab in Hodgkin lymphoma after autologous transplantation", "hodgkin",
        "week 9, then every 8 weeks x2, then every 12 weeks x2, then every 16 weeks", 12, 58,
        {"nivolumab": "nivolumab"},
        line="3L",
        enrolled="relapsed or refractory classical Hodgkin lymphoma after autologous transplantation, with or without "
        "brentuximab vedotin, ECOG 0 or 1",
        criteria="IWG 2007",
        note="Three cohorts as one arm, not randomised. Later allogeneic transplantation is left out.",
    ),
    "zuma-1": Design(
        "Axicabtagene ciloleucel in refractory large B-cell lymphoma", "dlbcl",
        "week 4, then week 13, then every 13 weeks", 16, 60,
        {"axi-cel": "axi_cel"},
        regimens={"axi-cel": [FLUDARABINE, CYCLOPHOSPHAMIDE, "axi-cel 2e6 cells/kg once from day 5"]},
        notes={"axi-cel": WAITING},
        line="3L",
        enrolled="large B-cell lymphoma refractory to the last therapy or relapsed within a year of autologous "
        "transplantation, ECOG 0 or 1",
        criteria="Cheson 2007 and Lugano",
        note="Not randomised: 101 infused of 111 enrolled. Bridging was not allowed. Later treatment is left out.",
    ),
    "eliana": Design(
        "Tisagenlecleucel in relapsed or refractory B-cell acute lymphoblastic leukaemia of children and young adults",
        "b_all", "every 4 weeks x6, then every 13 weeks", 24, 36,
        {"tisagenlecleucel": "tisagenlecleucel"},
        regimens={
            "tisagenlecleucel": [
                "fludarabine 30 mg/m2 days 1-4 q4w x1", "cyclophosphamide 500 mg/m2 days 1-2 q4w x1",
                "tisagenlecleucel 3.1e6 cells/kg once from day 6",
            ],
        },
        notes={"tisagenlecleucel": f"{WAITING} The dose is the median given."},
        line="2L",
        progression="efs",
        enrolled="relapsed twice, refractory, or relapsed after allogeneic transplantation, age 3 to 23, at least 5 % "
        "blasts in the marrow",
        criteria="remission of the marrow within three months (CR with or without recovery of counts)",
        note="Not randomised: 79 infused of 97 enrolled. Survival without progression is event-free survival. Bridging "
        "chemotherapy and later transplantation are left out. Patients of the model are adults.",
    ),
    "karmma": Design(
        "Idecabtagene vicleucel in multiple myeloma after three lines or more", "multiple_myeloma",
        "every 4 weeks x6, then every 12 weeks", 11, 24,
        {"ide-cel": "ide_cel"},
        regimens={
            "ide-cel": [
                FLUDARABINE, "cyclophosphamide 300 mg/m2 days 1-3 q4w x1", "ide-cel 300e6 cells once from day 5",
            ],
        },
        notes={
            "ide-cel": f"{WAITING} Of the target doses of 150e6, 300e6 and 450e6 cells (4, 70 and 54 subjects) the "
            "commonest.",
        },
        line="4L",
        enrolled="three earlier lines or more with an immunomodulator, a proteasome inhibitor and an antibody to CD38, "
        "refractory to the last, ECOG 0 or 1",
        criteria="IMWG",
        note="Not randomised: 128 infused of 140. Those refractory are triple-refractory. Bridging, retreatment and "
        "later lines are left out.",
    ),
    "tower": Design(
        "Blinatumomab against chemotherapy in relapsed or refractory B-cell acute lymphoblastic leukaemia of adults",
        "b_all", "every 6 weeks x5, then every 12 weeks", 20, 4,
        {"blinatumomab": "blinatumomab", "chemotherapy": "chemotherapy"},
        regimens={
            "blinatumomab": [
                "blinatumomab 0.009 mg daily for 7 days, then 0.028 mg daily for 21 days, "
                "then 0.028 mg daily, 4 weeks on, 2 weeks off x4",
            ],
            "chemotherapy": [
                "fludarabine 30 mg/m2 days 1-5 q4w x2", "cytarabine 2000 mg/m2 days 1-5 q4w x2",
                "filgrastim 0.005 mg/kg days 1-7 q4w x2",
            ],
        },
        notes={
            "blinatumomab": "A continuous infusion of 9 and then 28 ug a day, four weeks of six; the first pause is "
            "left out, and so is maintenance after the fifth cycle.",
            "chemotherapy": "Of four regimens the commonest: fludarabine, high-dose cytarabine and filgrastim, without "
            "idarubicin.",
        },
        line="2L",
        progression="efs",
        hazard_ratios={"PFS": "hr_efs"},
        enrolled="Philadelphia-negative, refractory, in early first relapse or later, more than 5 % blasts in the "
        "marrow, ECOG 0 to 2, adults",
        stratified="age, earlier salvage and earlier allogeneic transplantation",
        criteria="remission of the marrow within twelve weeks",
        note="Survival without progression is event-free survival. Later transplantation, a quarter in each arm, is "
        "left out.",
    ),
}  # fmt: skip
