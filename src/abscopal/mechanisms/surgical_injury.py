"""The wound of an operation and its complications: injury for weeks, and deaths within a month, most in the old.

    d injury_surgery / dt = rate * susceptibility * surgical_stress * (1 - injury / worst) - repair * injury
    hazard of death       = mortality * surgical_stress * (background / usual)^(1/2)

The stress of an operation starts at 1 and fades within two weeks; `background`, the mortality of people of that age and
sex, stands for age.
"""

from abscopal.language import Contribution, Mechanism, Parameter, Process, Species, assumed, cited

mechanism = Mechanism(
    "surgical_injury",
    "Wound and complications of an operation",
    species=(
        Species("surgical_stress", "1", "stress of an operation, as a share of that of a large one"),
        Species("injury_surgery", "1", "injury by an operation, in grades"),
    ),
    parameters=(
        Parameter(
            "surgical_injury_rate",
            0.2,
            "1/day",
            "grades per day that follow a large operation",
            cited(
                "Dindo D et al. Ann Surg 2004;240:205-213",
                derived="complications of grade 3 or worse in some 10 % after general surgery",
                recalled=True,
            ),
            (0.05, 0.8),
        ),
        Parameter(
            "surgical_susceptibility",
            1.0,
            "1",
            "susceptibility to complications relative to the typical patient",
            assumed("1 by definition; its spread puts a tenth at grade 3 whose median is 1"),
            (0.01, 100.0),
            spread=0.8,
        ),
        Parameter(
            "surgical_repair",
            0.05,
            "1/day",
            "mending after an operation",
            assumed("three weeks to recover from a large operation"),
            (0.02, 0.15),
        ),
        Parameter(
            "surgical_worst",
            5.0,
            "1",
            "worst injury by an operation",
            assumed("deaths are counted by their own hazard"),
            (4.0, 6.0),
        ),
        Parameter(
            "surgical_mortality",
            0.0015,
            "1/day",
            "hazard of death just after an operation",
            cited(
                "Fernandez FG et al. Ann Thorac Surg 2016;102:370-377",
                derived="1.4 % die within 30 days of a lobectomy",
                recalled=True,
            ),
            (0.0003, 0.006),
        ),
        Parameter(
            "usual_background",
            3e-5,
            "1/day",
            "mortality of people of about 60 years",
            assumed("what `background` is in a patient of 60"),
            (1e-5, 1e-4),
        ),
    ),
    contributions=(
        Contribution(
            "treatment_death", "surgical_mortality * surgical_stress * (background / usual_background) ** (1 / 2)"
        ),
    ),
    processes=(
        Process(
            "injury",
            "-> injury_surgery",
            "surgical_injury_rate * surgical_susceptibility * surgical_stress * (1 - injury_surgery / surgical_worst)",
        ),
        Process("repair", "injury_surgery ->", "surgical_repair * injury_surgery"),
    ),
    when=("surgery", "ablation"),
)
