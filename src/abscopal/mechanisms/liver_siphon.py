"""Liver metastases siphon T cells and teach tolerance: the whole body's response suffers, more so the more tumour.

Macrophages there kill circulating effectors, and regulatory T cells raised there restrain those that are left, in other
organs too. Both go when the liver lesions go, by radiotherapy for example.

    loss of T_blood  = siphon_rate * V / (V + siphon_half) * T_blood      for the tumour volume V in the liver
    T_cell_function *= 1 - liver_tolerance * V / (V + siphon_half)
"""

from abscopal.language import Contribution, Definition, Mechanism, Parameter, Process, Species, assumed, cited

mechanism = Mechanism(
    "liver_siphon",
    "T cells lost to and dulled by liver metastases",
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
            20.0,
            "mL",
            "tumour in the liver at which half of that is reached",
            assumed("one lesion of clinical size"),
            (1.0, 500.0),
        ),
        Parameter(
            "liver_tolerance",
            0.2,
            "1",
            "share of T-cell function lost with much tumour in the liver",
            cited(
                "Lee JC et al. Sci Immunol 2020;5:eaba0759",
                derived="liver metastases activate regulatory T cells that dull responses elsewhere; the size is ours, "
                "held to the interaction of the siphon",
                recalled=True,
            ),
            (0.0, 0.6),
        ),
    ),
    definitions=(
        Definition(
            "liver_burden",
            "hill(total(in_liver * volume), siphon_half, 1)",
            "1",
            "tumour in the liver, as a share of much",
        ),
    ),
    contributions=(Contribution("T_cell_function", "1 - liver_tolerance * liver_burden"),),
    processes=(Process("siphoning", "T_blood ->", "siphon_rate * liver_burden * T_blood"),),
)
