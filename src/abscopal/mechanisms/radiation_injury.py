"""Radiation injury of the healthy tissue around irradiated lesions: pneumonitis, oesophagitis, dermatitis, necrosis.

What a fraction inflames (`irradiation`, per lesion) injures the tissue in its field for as long as it lasts, and mends
over months. More fields and more fractions injure more.

    d injury_radiation / dt = rate * susceptibility * total(irradiation) * (1 - injury / worst) - repair * injury
"""

from abscopal.language import Contribution, Definition, Mechanism, Parameter, Process, Species, assumed, cited

_PNEUMONITIS = cited(
    "Palma DA et al. Int J Radiat Oncol Biol Phys 2013;85:444-450",
    derived="symptomatic pneumonitis in 30 % and fatal in 2 % after chemoradiotherapy of the lung",
    recalled=True,
)

mechanism = Mechanism(
    "radiation_injury",
    "Injury of healthy tissue by radiotherapy",
    species=(
        Species("injury_radiation", "1", "injury of healthy tissue by radiotherapy, in grades"),
        Species("irradiation", "1", "inflammation of an irradiated lesion, as a share of the most", "lesion"),
    ),
    parameters=(
        Parameter(
            "radiation_injury_rate",
            0.05,
            "1/day",
            "grades per day done to the tissue around one fully inflamed lesion",
            _PNEUMONITIS,
            (0.005, 0.5),
        ),
        Parameter(
            "radiation_susceptibility",
            1.0,
            "1",
            "susceptibility of healthy tissue to radiation relative to the typical patient",
            _PNEUMONITIS,
            (0.01, 100.0),
            spread=0.8,
        ),
        Parameter(
            "radiation_repair",
            0.02,
            "1/day",
            "mending of injury by radiation",
            assumed("pneumonitis and oesophagitis mend within one to three months"),
            (0.007, 0.06),
        ),
        Parameter(
            "radiation_worst",
            6.0,
            "1",
            "worst injury by radiation",
            assumed("grade 5 and what lies beyond"),
            (4.0, 8.0),
        ),
        Parameter(
            "radiation_lethality",
            0.03,
            "1/day",
            "hazard of death per grade beyond the fourth",
            _PNEUMONITIS,
            (0.003, 0.3),
        ),
    ),
    definitions=(Definition("radiation_beyond_four", "max(injury_radiation - 4, 0)", "1", "injury beyond grade 4"),),
    contributions=(Contribution("treatment_death", "radiation_lethality * radiation_beyond_four"),),
    processes=(
        Process(
            "injury",
            "-> injury_radiation",
            "radiation_injury_rate * radiation_susceptibility * total(irradiation)"
            " * (1 - injury_radiation / radiation_worst)",
        ),
        Process("repair", "injury_radiation ->", "radiation_repair * injury_radiation"),
    ),
    when=("radiotherapy",),
)
