"""One fraction of radiotherapy: what it spares (linear-quadratic), what it shows the immune system, what it inflames.

A fraction is an event: while it is given, `fraction` is its dose to a lesion, and these definitions say what becomes
of the lesion; otherwise `fraction` is 0 and they are 1, or 0 where they say what is added. Death by 8 Gy shows more
antigen than death by 2 Gy; above some 12 to 18 Gy the exonuclease TREX1 clears the DNA that calls dendritic cells. An
irradiated lesion is inflamed for weeks: it attracts T cells, from a blood that radiation has made poorer in them.

    survival            = exp(-(alpha d + beta d^2))         of sensitive clones; the drug-resistant withstand more
    survival_vessels    = survival ** vessel_sensitivity       of the capacity that the vessels give
    survival_T_cells    = exp(-T_cell_alpha d)               of all T cells in the lesion
    immunogenic_yield   = immunogenic_peak * d^2 / (immunogenic_half^2 + d^2) * TREX1_dose^6 / (TREX1_dose^6 + d^6)
    lymph_survival      = exp(-lymphocyte_alpha d * share of the blood in the field)
    dI/dt               = -irradiation_fading * I            I rises by irradiation_added at each fraction
    infiltration_factor = 1 + irradiation_attraction * I
"""

from abscopal.language import Contribution, Definition, Mechanism, Parameter, Process, Species, assumed, cited

_LEEUWEN = "van Leeuwen CM et al. Radiat Oncol 2018;13:96"
_TREX1 = "Vanpouille-Box C et al. Nat Commun 2017;8:15618"

_CELLS = (
    Parameter(
        "fraction",
        0.0,
        "Gy",
        "dose of the fraction given at this moment",
        assumed("0 between fractions; what gives radiotherapy sets it and clears it"),
        (0.0, 30.0),
        per="lesion",
    ),
    Parameter(
        "radiation_alpha",
        0.3,
        "1/Gy",
        "linear radiosensitivity of the tumour",
        cited(_LEEUWEN, derived="0.1 to 0.5 per Gy", recalled=True),
        (0.02, 1.0),
        spread=0.4,
    ),
    Parameter(
        "radiation_alpha_beta",
        10.0,
        "Gy",
        "dose at which linear and quadratic death are alike",
        cited(
            _LEEUWEN, derived="10 in most epithelial cancers, 0.6 to 4 in melanoma, prostate, sarcoma", recalled=True
        ),
        (0.5, 20.0),
    ),
    Parameter(
        "radiation_resistant",
        0.9,
        "1",
        "radiosensitivity of drug-resistant cells relative to sensitive ones",
        assumed("resistance to drugs and to radiation overlap little"),
        (0.3, 1.0),
    ),
    Parameter(
        "vessel_sensitivity",
        0.9,
        "1",
        "hits on the vessels of a lesion per hit on its cells",
        cited(
            "Garcia-Barros M et al. Science 2003;300:1155",
            derived="high doses kill endothelium and tumours grow back slowly in an irradiated bed; size is ours",
            recalled=True,
        ),
        (0.3, 1.0),
    ),
    Parameter(
        "T_cell_alpha",
        0.12,
        "1/Gy",
        "radiosensitivity of T cells in tissue",
        cited(
            "Arina A et al. Nat Commun 2019;10:3959",
            derived="T cells that reside in tumours survive doses that kill those in blood; the rate is ours",
            recalled=True,
        ),
        (0.0, 0.7),
    ),
)
_IMMUNE = (
    Parameter(
        "immunogenic_peak",
        1.0,
        "1",
        "antigen per visible cell killed at the best dose, relative to kill by T cells and drugs",
        assumed("immunogenic death is immunogenic death"),
        (0.1, 5.0),
    ),
    Parameter(
        "immunogenic_half",
        5.0,
        "Gy",
        "dose per fraction at half of that",
        cited(_TREX1, derived="8 Gy induces interferon, 2 Gy hardly", recalled=True),
        (1.0, 10.0),
    ),
    Parameter(
        "TREX1_dose",
        15.0,
        "Gy",
        "dose per fraction at which TREX1 takes half away",
        cited(_TREX1, derived="induced above 12 to 18 Gy, by cell line", recalled=True),
        (10.0, 25.0),
    ),
    Parameter(
        "irradiation_attraction",
        2.0,
        "1",
        "rise in a lesion's pull on T cells after an immunogenic fraction",
        assumed("chemokines CXCL9, 10 and 16 rise after irradiation; threefold pull at most"),
        (0.0, 10.0),
    ),
    Parameter(
        "irradiation_fading",
        0.05,
        "1/day",
        "fading of the inflammation of an irradiated lesion",
        assumed("inflamed for weeks"),
        (0.02, 0.3),
    ),
)
_BLOOD = (
    Parameter(
        "lymphocyte_alpha",
        0.385,
        "1/Gy",
        "radiosensitivity of circulating lymphocytes",
        cited("Yovino S et al. Cancer Invest 2013;31:140", derived="half are dead at 1.8 Gy", recalled=True),
        (0.2, 0.7),
    ),
    Parameter(
        "blood_share",
        0.3,
        "1",
        "share of the blood that passes a large field during a fraction",
        assumed("minutes of beam against a circulation time of one; part of the cardiac output"),
        (0.02, 1.0),
    ),
    Parameter(
        "field_half",
        200.0,
        "mL",
        "tumour volume in a field that half of that passes",
        assumed("small fields of stereotactic treatment spare the blood"),
        (20.0, 2000.0),
    ),
)


def _of_lesion(name: str, formula: str, meaning: str) -> Definition:
    return Definition(name, formula, "1", meaning, "lesion")


mechanism = Mechanism(
    "radiotherapy",
    "A fraction of radiotherapy: survival, antigen, inflammation, lymphocytes",
    species=(Species("irradiation", "1", "inflammation of an irradiated lesion, as a share of the most", "lesion"),),
    parameters=(*_CELLS, *_IMMUNE, *_BLOOD),
    definitions=(
        Definition(
            "radiation_damage",
            "radiation_alpha * fraction * (1 + fraction / radiation_alpha_beta)",
            "1",
            "mean lethal hits per cell of a fraction",
            "lesion",
        ),
        _of_lesion("survival_sensitive", "exp(-radiation_damage)", "share of sensitive cells that survive a fraction"),
        _of_lesion(
            "survival_resistant",
            "exp(-(radiation_resistant * radiation_damage))",
            "share of drug-resistant cells that survive a fraction",
        ),
        _of_lesion(
            "survival_vessels",
            "exp(-(vessel_sensitivity * radiation_damage))",
            "share of the capacity of the vessels that survives a fraction",
        ),
        _of_lesion("survival_T_cells", "exp(-(T_cell_alpha * fraction))", "share of T cells that survive a fraction"),
        _of_lesion(
            "radiation_immunogenicity",
            "hill(fraction, immunogenic_half, 2) * (1 - hill(fraction, TREX1_dose, 6))",
            "how well death by a fraction shows antigen, as a share of the most",
        ),
        _of_lesion(
            "immunogenic_yield",
            "immunogenic_peak * radiation_immunogenicity",
            "antigen added per visible cell that a fraction kills",
        ),
        _of_lesion(
            "irradiation_added",
            "radiation_immunogenicity * (1 - irradiation)",
            "what a fraction adds to the inflammation of a lesion",
        ),
        _of_lesion(
            "lymph_survival",
            "exp(-(lymphocyte_alpha * fraction * blood_share * volume / (volume + field_half)))",
            "share of circulating lymphocytes that survive a fraction",
        ),
    ),
    contributions=(Contribution("infiltration_factor", "1 + irradiation_attraction * irradiation"),),
    processes=(Process("fading", "irradiation ->", "irradiation_fading * irradiation"),),
    when=("radiotherapy",),
)
