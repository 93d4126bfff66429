"""Spread through the blood, step by step; and where the colonies of every route are counted.

A cell that founds a colony has invaded, entered a vessel, survived the circulation, been arrested in an organ, left the
vessel there and grown. Only the whole chain can be measured, about one colony per 6e7 shed cells, so `colonisation`
stands for its product where nothing is out of the ordinary, and each step that varies is a factor of 1 there:

    invasion and intravasation: surface * vascularity, where surface = C^(2/3) * C / (C + avascular_cells)
                                and vascularity = K_vessels / (vascular_ratio * C), at most 1
    survival in circulation:    1 / (1 + natural_killing * (NK_level - 1) + T_blood / surveillance_half)
    arrest:                     in the first capillaries downstream of the lesion (`DRAINAGE`), by the organ's soil
    extravasation, outgrowth:   at once, or after a sleep (mechanism dormancy)

    blood_seeding = colonisation * surface * vascularity * circulation_survival
    seeding       = sum over lesions of the rates of all routes (port `seeding_rate`)

A strike of this hazard founds an occult colony. Its route is drawn in proportion to the routes' rates at that moment,
its organ given the route.
"""

from abscopal.language import Contribution, Definition, Hazard, Mechanism, Parameter, Port, assumed, cited

mechanism = Mechanism(
    "dissemination",
    "Blood-borne seeding, and the hazard of a new colony by any route",
    parameters=(
        Parameter(
            "colonisation",
            3e-11,
            "1/(cell**(2/3)*day)",
            "new colonies through the blood per emitting surface and day",
            cited(
                "Iwata K et al. J Theor Biol 2000;203:177",
                derived="m = 5.3e-8 for hepatocellular carcinoma; 1e6 cells shed per gram and day (Butler 1975) times "
                "one colony per 6e7 (Coumans 2013) is 1.7e-8; spread in the indication",
                recalled=True,
            ),
            (1e-14, 1e-6),
        ),
        Parameter(
            "avascular_cells",
            5.2e5,
            "cell",
            "cells of a lesion half of which has vessels that a cell could enter",
            cited(
                "Folkman J. N Engl J Med 1971;285:1182",
                derived="1 mm of diameter, 0.2 to 2 mm, at 1e9 cells per mL",
                recalled=True,
            ),
            (4e3, 4e6),
        ),
        Parameter(
            "natural_killing",
            0.5,
            "1",
            "share of losses in circulation that natural killer cells account for",
            assumed("shear kills most cells within a day, 999 of 1000 together; the split is a guess"),
            (0.1, 0.9),
        ),
        Parameter(
            "NK_level",
            1.0,
            "1",
            "this patient's natural killer cells relative to the typical patient",
            assumed("1 by definition; counts differ twofold between healthy people"),
            (0.1, 10.0),
            spread=0.4,
        ),
        Parameter(
            "surveillance_half",
            1e8,
            "cell",
            "circulating effectors that catch half of the seeds",
            assumed("of the order of the circulating effectors of a strong response"),
            (1e6, 1e12),
        ),
    ),
    ports=(Port("seeding_rate", "sum", "new colonies founded from a lesion, by every route", "1/day"),),
    definitions=(
        Definition(
            "emitting_surface",
            "C ** (2 / 3) * hill(C, avascular_cells, 1)",
            "cell**(2/3)",
            "surface from which cells leave",
            "lesion",
        ),
        Definition(
            "vascularity",
            "min(K_vessels / (vascular_ratio * max(C, one_cell)), 1)",
            "1",
            "vessels for the tumour there is, relative to one that grows freely",
            "lesion",
        ),
        Definition(
            "circulation_survival",
            "1 / (1 + natural_killing * (NK_level - 1) + T_blood / surveillance_half)",
            "1",
            "survival of tumour cells in blood relative to the typical patient without tumour-specific T cells",
        ),
        Definition(
            "blood_seeding",
            "colonisation * emitting_surface * vascularity * circulation_survival",
            "1/day",
            "colonies founded through the blood",
            "lesion",
        ),
    ),
    contributions=(Contribution("seeding_rate", "blood_seeding"),),
    hazards=(Hazard("seeding", "total(seeding_rate)", "a tumour cell founds a new colony", fatal=False),),
)

# The organ whose capillaries blood from a lesion meets first; the rest of the circulation comes after them. Blood from
# lung runs through the left heart to every organ alike.
DRAINAGE: dict[str, str] = {
    "bowel": "liver",
    "stomach": "liver",
    "pancreas": "liver",
    "spleen": "liver",
    "peritoneum": "liver",
    "breast": "lung",
    "liver": "lung",
    "kidney": "lung",
    "adrenal": "lung",
    "skin": "lung",
    "bone": "lung",
    "marrow": "lung",
    "brain": "lung",
    "meninges": "lung",
    "ovary": "lung",
    "cervix": "lung",
    "bladder": "lung",
    "head_and_neck": "lung",
    "node": "lung",
    "oesophagus": "lung",
    "prostate": "bone",
}
DRAINAGE_SOURCE = cited(
    "Weiss L. Metastasis of cancer: a conceptual history, Cancer Metastasis Rev 2000;19:193; Batson OV. Ann Surg 1940",
    derived="portal blood meets the liver, caval blood the lung, blood from prostate the axial skeleton by the "
    "vertebral veins",
    recalled=True,
)
FIRST_BED = 3.0
FIRST_BED_SOURCE = assumed(
    "times as likely to be arrested in the first capillaries as the cancer's tropism says; 1 to 10; capillaries let 1 "
    "in 1000 to 10000 cells through (Scott 2012), but few of those arrested there thrive"
)
