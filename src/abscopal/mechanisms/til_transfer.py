"""Tumour-infiltrating lymphocytes, grown outside the body: those that engraft supply effectors for months.

Only a part of them is specific for the tumour and only a part survives the infusion. What engrafts renews itself, in a
patient emptied of lymphocytes faster than it is lost, and gives rise to circulating effectors. These are like the
patient's own: they home to lesions, exhaust, and leave memory; the tumour must still present what they see.
Interleukin 2, if given, is a drug of its own.

    dTIL/dt = -til_settling * TIL
    dP/dt   = til_engraftment * til_specific * til_settling * TIL
              + (til_homeostasis * lymphocytes_lost - til_loss - lymphotoxicity) * P
    dT_blood/dt += til_supply * P
"""

from abscopal.language import Mechanism, Parameter, Process, Species, assumed, cited

_DUDLEY = "Dudley ME et al. J Clin Oncol 2008;26:5233"

mechanism = Mechanism(
    "til_transfer",
    "Infused tumour-infiltrating lymphocytes engraft and supply circulating effectors",
    species=(
        Species("TIL", "cell", "tumour-infiltrating lymphocytes as infused", floor=1.0),
        Species("TIL_engrafted", "cell", "engrafted lymphocytes that see the tumour", floor=1.0),
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
            0.2,
            "1",
            "share of infused lymphocytes that survive and renew themselves",
            assumed("as for CAR-T cells or better: ten times as many go into a patient emptied of more lymphocytes"),
            (0.005, 0.9),
            spread=0.5,
        ),
        Parameter(
            "til_supply",
            0.3,
            "1/day",
            "effectors that an engrafted lymphocyte gives rise to",
            assumed("a division every two or three days, of which one daughter differentiates"),
            (0.02, 1.4),
        ),
        Parameter(
            "til_homeostasis",
            0.1,
            "1/day",
            "renewal of engrafted lymphocytes in a patient without others",
            cited(
                _DUDLEY,
                derived="infused clones make up much of the returning lymphocytes for weeks; the rate is ours",
                recalled=True,
            ),
            (0.02, 0.6),
        ),
        Parameter(
            "til_loss",
            0.03,
            "1/day",
            "loss of engrafted lymphocytes",
            cited(_DUDLEY, derived="still there after a month, fewer after half a year", recalled=True),
            (0.003, 0.2),
            spread=0.7,
        ),
    ),
    processes=(
        Process("settling", "TIL ->", "til_settling * TIL"),
        Process("engraftment", "-> TIL_engrafted", "til_engraftment * til_specific * til_settling * TIL"),
        Process("renewal", "-> TIL_engrafted", "til_homeostasis * lymphocytes_lost * TIL_engrafted"),
        Process("loss", "TIL_engrafted ->", "(til_loss + lymphotoxicity) * TIL_engrafted"),
        Process("supply", "-> T_blood", "til_supply * TIL_engrafted"),
    ),
    when=("til",),
)
