"""Neurotoxicity of immune effector cells (ICANS): cytokines open the barrier to the brain, some days after the fever.

    d barrier / dt       = storm - barrier_closing * barrier
    d injury_brain / dt  = icans_rate * (icans_scale * icans_proneness * barrier^2 - injury_brain)

Injury is in grades of the American Society for Transplantation and Cellular Therapy: 1 some, 2 many and 3 nearly all
points of the encephalopathy score lost, 4 unrousable (Lee 2019). Blocking the receptor of interleukin 6 does not help.
"""

from abscopal.language import Contribution, Definition, Mechanism, Parameter, Process, Species, assumed, cited, fitted

mechanism = Mechanism(
    "neurotoxicity",
    "Neurotoxicity of CAR-T cells and bispecific antibodies",
    species=(
        Species("barrier", "1", "opening of the barrier between blood and brain, in days of cytokine release"),
        Species("injury_brain", "1", "neurotoxicity, in grades"),
    ),
    parameters=(
        Parameter(
            "barrier_closing",
            0.3,
            "1/day",
            "closing of the barrier",
            assumed("neurotoxicity begins two to three days after fever and ends a week after it"),
            (0.1, 1.0),
        ),
        Parameter(
            "icans_scale",
            4.1,
            "1",
            "grade at an opening of 1",
            fitted("64 % of any grade and 28 % of grade 3 or worse in ZUMA-1"),
            (0.1, 30.0),
        ),
        Parameter(
            "icans_proneness",
            1.0,
            "1",
            "neurotoxicity of this patient relative to the typical one",
            fitted("64 % of any grade and 28 % of grade 3 or worse in ZUMA-1; 1 by definition, the spread matters"),
            (0.001, 1000.0),
            spread=1.0,
        ),
        Parameter(
            "icans_rate",
            1.0,
            "1/day",
            "rate at which it follows the opening",
            assumed("symptoms change from day to day"),
            (0.3, 3.0),
        ),
        Parameter(
            "icans_lethality",
            0.005,
            "1/day",
            "hazard of death per grade beyond the fourth",
            cited(
                "Ahmed N et al. Blood Adv 2024;8:5346",
                derived="1.1 % die within 28 days without relapse, of any cause, the minority of it in the brain",
            ),
            (0.0005, 0.05),
        ),
    ),
    definitions=(Definition("icans_beyond_four", "max(injury_brain - 4, 0)", "1", "neurotoxicity beyond grade 4"),),
    contributions=(Contribution("treatment_death", "icans_lethality * icans_beyond_four"),),
    processes=(
        Process("opening", "-> barrier", "storm"),
        Process("closing", "barrier ->", "barrier_closing * barrier"),
        Process("onset", "-> injury_brain", "icans_rate * icans_scale * icans_proneness * barrier ** 2"),
        Process("recovery", "injury_brain ->", "icans_rate * injury_brain"),
    ),
    when=("cytokine_release", "car_t", "redirected_exposure", "cytokine_relief"),
)
