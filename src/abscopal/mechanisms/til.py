"""Tumour-infiltrating lymphocytes, grown outside the body: those that engraft join the circulating effectors.

Only a part of them is specific for the tumour and only a part survives the infusion. From then on they are effectors
like the patient's own: they home to lesions, exhaust, and leave memory; the tumour must still present what they see.
In a patient emptied of lymphocytes they multiply on interleukins 7 and 15; interleukin 2 is a drug of its own.

    dTIL/dt = -til_settling * TIL
    dT_blood/dt += til_engraftment * til_specific * til_settling * TIL + til_homeostasis * lymphocytes_lost * T_blood
"""

from abscopal.language import Mechanism, Parameter, Process, Species, assumed, cited

mechanism = Mechanism(
    "til",
    "Infused tumour-infiltrating lymphocytes become circulating effectors",
    species=(
        Species("TIL", "cell", "tumour-infiltrating lymphocytes as infused", floor=1.0),
        Species("T_blood", "cell", "tumour-specific effector T cells in blood"),
    ),
    parameters=(
        Parameter(
            "til_settling",
            1.0,
            "1/day",
            "infused lymphocytes leaving the circulation",
            assumed("counts fall within a day or two of the infusion"),
            (0.3, 3.0),
        ),
        Parameter(
            "til_specific",
            0.1,
            "1",
            "share of infused lymphocytes that see the tumour",
            cited("Simoni Y et al. Nature 2018;557:575", derived="nine in ten are bystanders", recalled=True),
            (0.001, 0.9),
            spread=1.0,
        ),
        Parameter(
            "til_engraftment",
            0.1,
            "1",
            "share of infused lymphocytes that survive and function",
            assumed("as for CAR-T cells; products of older, more divided cells engraft less"),
            (0.005, 0.5),
            spread=0.5,
        ),
        Parameter(
            "til_homeostasis",
            0.15,
            "1/day",
            "division rate of circulating effectors in a patient without lymphocytes",
            cited(
                "Dudley ME et al. J Clin Oncol 2008;26:5233",
                derived="infused clones make up most of the returning lymphocytes for weeks; the rate is ours",
                recalled=True,
            ),
            (0.02, 0.6),
        ),
    ),
    processes=(
        Process("settling", "TIL ->", "til_settling * TIL"),
        Process("engraftment", "-> T_blood", "til_engraftment * til_specific * til_settling * TIL"),
        Process("homeostatic_growth", "-> T_blood", "til_homeostasis * lymphocytes_lost * T_blood"),
    ),
    when=("til",),
)
