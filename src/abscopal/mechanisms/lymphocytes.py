"""The lymphocyte count: treatment that kills lymphocytes lowers it, and it comes back over weeks.

Low counts are a toxicity, and a help to infused T cells: fewer compete with them for interleukins 7 and 15, and the
regulatory T cells of the lesions go, too.

    d lost / dt = lymphotoxicity * (1 - lost) - lymphocyte_recovery * lost
    count       = lymphocytes_baseline * (1 - lost)
    treg_depletion += lymphotoxicity
"""

from abscopal.language import Contribution, Definition, Mechanism, Parameter, Process, Species, cited

mechanism = Mechanism(
    "lymphocytes",
    "Lymphocytes in blood, lost to treatment and regained",
    species=(Species("lymphocytes_lost", "1", "share of the patient's usual lymphocytes that is lost"),),
    parameters=(
        Parameter(
            "lymphocytes_baseline",
            1.6e6,
            "cell/mL",
            "the patient's usual lymphocyte count",
            cited(
                "Chang TG et al. Nat Cancer 2024", derived="normal 1e6 to 4e6 per mL; cancer low in it", recalled=True
            ),
            (2e5, 5e6),
            spread=0.4,
        ),
        Parameter(
            "lymphocyte_recovery",
            0.03,
            "1/day",
            "return of the lymphocyte count",
            cited(
                "Mackall CL. Stem Cells 2000;18:10",
                derived="counts come back over weeks to months, here half in three weeks",
                recalled=True,
            ),
            (0.005, 0.1),
            spread=0.4,
        ),
    ),
    definitions=(
        Definition(
            "lymphocyte_count",
            "lymphocytes_baseline * (1 - lymphocytes_lost)",
            "cell/mL",
            "lymphocytes in blood",
        ),
    ),
    contributions=(Contribution("treg_depletion", "lymphotoxicity"),),
    processes=(
        Process("loss_of_lymphocytes", "-> lymphocytes_lost", "lymphotoxicity * (1 - lymphocytes_lost)"),
        Process("return_of_lymphocytes", "lymphocytes_lost ->", "lymphocyte_recovery * lymphocytes_lost"),
    ),
    when=("lymphotoxicity", "radiotherapy", "car_t", "til", "redirected_exposure"),
)
