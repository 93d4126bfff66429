"""Liver metastases siphon T cells: macrophages there kill circulating effectors, more of them the more tumour there is.

It goes when the liver lesions go, by radiotherapy for example. Other organs' lesions lose T cells to it too.

    loss of T_blood = siphon_rate * V / (V + siphon_half) * T_blood      for the tumour volume V in the liver
"""

from abscopal.language import Definition, Mechanism, Parameter, Process, Species, assumed, cited

mechanism = Mechanism(
    "liver_siphon",
    "Circulating effectors lost to liver metastases",
    species=(Species("T_blood", "cell", "tumour-specific effector T cells in blood"),),
    parameters=(
        Parameter(
            "siphon_rate",
            0.06,
            "1/day",
            "loss of circulating effectors with much tumour in the liver",
            cited(
                "Yu J et al. Nat Med 2021;27:152; PMC7153839",
                derived="kept small: checkpoint inhibitors against control have a hazard ratio of 0.82 with and 0.72 "
                "without liver metastases; about half of the usual loss",
            ),
            (0.0, 0.3),
        ),
        Parameter(
            "siphon_half",
            100.0,
            "mL",
            "tumour in the liver at which half of that is reached",
            assumed("a few lesions of clinical size"),
            (10.0, 500.0),
        ),
    ),
    definitions=(
        Definition(
            "siphon",
            "siphon_rate * hill(total(in_liver * volume), siphon_half, 1)",
            "1/day",
            "loss of circulating effectors to the liver",
        ),
    ),
    processes=(Process("siphoning", "T_blood ->", "siphon * T_blood"),),
)
