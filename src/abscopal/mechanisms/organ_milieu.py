"""The organ a lesion sits in: how T cells, antibodies and small molecules reach it, and how it calms them.

Data rather than dynamics: each lesion takes its organ's numbers as its own parameters.

    suppression *= 1 - tolerance
"""

from abscopal.language import Contribution, Mechanism, Parameter, assumed, cited

_SHAH = cited(
    "Shah DK, Betts AM. MAbs 2013;5:297",
    derived="tissue over plasma by organ, scaled to a tumour interstitium of 0.3",
    recalled=True,
)
_KERIOUI = cited(
    "Kerioui M et al. ESMO Open 2022, PMC8718952; Nishino M et al. 2016",
    derived="order of response: node, adrenal and lung before liver; the sizes are ours",
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

# Lesion parameters by organ. `antibody` and `small_molecule` are concentrations over plasma.
ORGANS: dict[str, dict[str, float]] = {
    "lung": {
        "perfusion": 1.0,
        "treg_bias": 1.0,
        "myeloid_bias": 1.0,
        "tolerance": 0.10,
        "antibody": 0.3,
        "small_molecule": 1.0,
        "harm": 1.0,
    },
    "liver": {
        "perfusion": 0.7,
        "treg_bias": 1.5,
        "myeloid_bias": 2.0,
        "tolerance": 0.35,
        "antibody": 0.3,
        "small_molecule": 1.0,
        "harm": 2.4,
    },
    "bone": {
        "perfusion": 0.6,
        "treg_bias": 1.5,
        "myeloid_bias": 1.5,
        "tolerance": 0.25,
        "antibody": 0.15,
        "small_molecule": 0.8,
        "harm": 1.4,
    },
    "brain": {
        "perfusion": 0.5,
        "treg_bias": 0.7,
        "myeloid_bias": 1.0,
        "tolerance": 0.20,
        "antibody": 0.05,
        "small_molecule": 0.3,
        "harm": 2.0,
    },
    "node": {
        "perfusion": 1.3,
        "treg_bias": 1.0,
        "myeloid_bias": 0.7,
        "tolerance": 0.0,
        "antibody": 0.3,
        "small_molecule": 1.0,
        "harm": 1.4,
    },
    "skin": {
        "perfusion": 1.0,
        "treg_bias": 1.0,
        "myeloid_bias": 0.8,
        "tolerance": 0.05,
        "antibody": 0.3,
        "small_molecule": 1.0,
        "harm": 0.7,
    },
    "peritoneum": {
        "perfusion": 0.6,
        "treg_bias": 1.5,
        "myeloid_bias": 1.5,
        "tolerance": 0.25,
        "antibody": 0.2,
        "small_molecule": 0.8,
        "harm": 2.0,
    },
    "adrenal": {
        "perfusion": 1.2,
        "treg_bias": 1.0,
        "myeloid_bias": 0.8,
        "tolerance": 0.05,
        "antibody": 0.3,
        "small_molecule": 1.0,
        "harm": 1.0,
    },
}
ORGAN_SOURCES = {
    "perfusion": _KERIOUI,
    "tolerance": _KERIOUI,
    "treg_bias": _KERIOUI,
    "myeloid_bias": cited("Yu J et al. Nat Med 2021;27:152", derived="liver macrophages siphon T cells; size is ours"),
    "antibody": _SHAH,
    "harm": cited(
        "Kerioui M et al. ESMO Open 2022, PMC8718952",
        derived="hazard per 10 mm over lung's 5 %: liver 12 %, locoregional 10 %, node 7 %; bone, brain, skin and "
        "adrenal are ours",
    ),
    "small_molecule": assumed("chemotherapy reaches most organs alike; the blood-brain barrier keeps out most of it"),
}
