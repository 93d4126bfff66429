"""The organ a lesion sits in: how T cells, antibodies and small molecules reach it, and how it calms them.

Data rather than dynamics: each lesion takes its organ's numbers as its own parameters.

    suppression *= 1 - tolerance
"""

from math import inf

from abscopal.language import Contribution, Mechanism, Parameter, assumed, cited

_SHAH = cited(
    "Shah DK, Betts AM. MAbs 2013;5:297",
    derived="tissue over plasma by organ, scaled to a tumour interstitium of 0.3; serosa, marrow, spleen, meninges and "
    "pancreas are ours",
    recalled=True,
)
_KERIOUI = cited(
    "Kerioui M et al. ESMO Open 2022, PMC8718952; Nishino M et al. 2016",
    derived="order of response: node, adrenal and lung before liver; the sizes, and every other organ, are ours",
)

mechanism = Mechanism(
    "organ_milieu",
    "Organ-specific tolerance of T cells",
    parameters=(
        Parameter(
            "tolerance",
            0.1,
            "1",
            "share of T-cell function lost to the organ's milieu",
            assumed("orders organs by response rate; sizes are ours"),
            (0.0, 0.9),
            per="lesion",
        ),
    ),
    contributions=(Contribution("suppression", "1 - tolerance"),),
)

# Lesion parameters by organ. `antibody` and `small_molecule` are concentrations over plasma; `measurable` is the
# diameter (nodes: short axis) in mm from which on a lesion can be measured, infinite where it never can.
_COLUMNS = ("perfusion", "treg_bias", "myeloid_bias", "tolerance", "antibody", "small_molecule", "harm", "measurable")
_ROWS = {
    "lung": (1.0, 1.0, 1.0, 0.1, 0.3, 1.0, 1.0, 10.0),
    "liver": (0.7, 1.5, 2.0, 0.35, 0.3, 1.0, 2.4, 10.0),
    "bone": (0.6, 1.5, 1.5, 0.25, 0.15, 0.8, 1.4, inf),
    "brain": (0.5, 0.7, 1.0, 0.2, 0.05, 0.3, 2.0, 10.0),
    "node": (1.3, 1.0, 0.7, 0.0, 0.3, 1.0, 1.4, 15.0),
    "skin": (1.0, 1.0, 0.8, 0.05, 0.3, 1.0, 0.7, 10.0),
    "peritoneum": (0.6, 1.5, 1.5, 0.25, 0.2, 0.8, 2.0, 10.0),
    "adrenal": (1.2, 1.0, 0.8, 0.05, 0.3, 1.0, 1.0, 10.0),
    "pleura": (0.8, 1.2, 1.2, 0.15, 0.2, 0.9, 1.4, 10.0),
    "kidney": (1.2, 1.0, 1.0, 0.1, 0.3, 1.0, 1.0, 10.0),
    "bowel": (0.9, 1.3, 1.2, 0.2, 0.3, 1.0, 1.6, 10.0),
    "ovary": (0.8, 1.2, 1.2, 0.15, 0.3, 1.0, 1.2, 10.0),
    "marrow": (0.8, 1.5, 1.2, 0.2, 0.5, 1.0, 1.4, inf),
    "spleen": (1.3, 1.0, 1.0, 0.05, 0.5, 1.0, 1.0, 10.0),
    "meninges": (0.4, 0.7, 1.0, 0.2, 0.02, 0.1, 3.0, inf),
    "breast": (0.9, 1.0, 1.0, 0.1, 0.3, 1.0, 0.8, 10.0),
    "prostate": (0.7, 1.2, 1.2, 0.2, 0.3, 0.9, 0.8, 10.0),
    "bladder": (0.9, 1.0, 1.0, 0.1, 0.3, 1.0, 2.0, 10.0),
    "stomach": (0.9, 1.2, 1.1, 0.15, 0.3, 1.0, 2.0, 10.0),
    "oesophagus": (0.9, 1.1, 1.1, 0.1, 0.3, 1.0, 2.0, 10.0),
    "head_and_neck": (1.0, 1.0, 1.1, 0.05, 0.3, 1.0, 2.0, 10.0),
    "cervix": (0.9, 1.1, 1.0, 0.1, 0.3, 1.0, 1.6, 10.0),
    "pancreas": (0.4, 1.5, 2.0, 0.35, 0.2, 0.7, 2.4, 10.0),
}
ORGANS: dict[str, dict[str, float]] = {organ: dict(zip(_COLUMNS, row, strict=True)) for organ, row in _ROWS.items()}
ORGAN_SOURCES = {
    "perfusion": _KERIOUI,
    "tolerance": _KERIOUI,
    "treg_bias": _KERIOUI,
    "myeloid_bias": cited(
        "Yu J et al. Nat Med 2021;27:152", derived="liver macrophages siphon T cells; sizes are ours"
    ),
    "antibody": _SHAH,
    "harm": cited(
        "Kerioui M et al. ESMO Open 2022, PMC8718952",
        derived="hazard per 10 mm over lung's 5 %: liver 12 %, locoregional 10 % (bladder, stomach, oesophagus, "
        "head and neck), node 7 %; the others are ours",
    ),
    "measurable": cited(
        "Eisenhauer EA et al. Eur J Cancer 2009;45:228 (RECIST 1.1)",
        where="section 3.1",
        derived="bone, leptomeningeal and marrow disease is not measurable; solid pleura is, an effusion is not",
    ),
    "small_molecule": assumed("chemotherapy reaches most organs alike; the blood-brain barrier keeps out most of it"),
}
