"""Death, by cause: cachexia, failure of a vital organ, treatment, or whatever else people of this age die of.

Each cause is a hazard of its own, and the first to strike is the cause of death. `frailty` is what remains different
between patients of equal burden.

    cachexia = death_rate * frailty * decline
    failure of an organ = failure_rate * (1 - function)
"""

from abscopal.language import Hazard, Mechanism, Parameter, Port, assumed, cited

mechanism = Mechanism(
    "death",
    "Competing causes of death",
    parameters=(
        Parameter(
            "death_rate",
            0.001,
            "1/day",
            "hazard of death from cachexia at the reference burden",
            assumed("a median survival of about two years at the reference burden; indications bring their own"),
            (1e-5, 0.05),
        ),
        Parameter(
            "frailty",
            1.0,
            "1",
            "this patient's hazard relative to others of like burden",
            assumed("1 for the typical patient; spread, performance status and LDH in the indication"),
            (0.001, 1000.0),
        ),
        Parameter(
            "failure_rate",
            0.03,
            "1/day",
            "hazard of death when a vital organ has failed",
            assumed("survival of weeks in hepatic failure, respiratory failure or coma"),
            (0.005, 0.2),
        ),
        Parameter(
            "background",
            3e-5,
            "1/day",
            "mortality of people of this age and sex",
            cited(
                "US period life table 2019, Social Security Administration",
                derived="exp(-9.8 + 0.087 age) per year for men, 0.62 of it for women",
                recalled=True,
            ),
            (1e-7, 0.01),
        ),
    ),
    ports=(Port("treatment_death", "sum", "hazard of death from toxicity of treatment", "1/day", "patient"),),
    hazards=(
        Hazard("cachexia", "death_rate * frailty * decline", "death from the burden as a whole"),
        Hazard("liver_failure", "failure_rate * (1 - liver_function)", "death from liver failure"),
        Hazard("respiratory_failure", "failure_rate * (1 - lung_function)", "death from respiratory failure"),
        Hazard("brain_metastases", "failure_rate * (1 - brain_function)", "death from raised intracranial pressure"),
        Hazard("marrow_failure", "failure_rate * (1 - marrow_function)", "death from marrow failure"),
        Hazard("kidney_failure", "failure_rate * (1 - kidney_function)", "death from kidney failure"),
        Hazard("bowel_obstruction", "failure_rate * (1 - bowel_function)", "death from bowel obstruction"),
        Hazard("treatment_toxicity", "treatment_death", "death from toxicity of treatment"),
        Hazard("other_causes", "background", "death from something else"),
    ),
)
