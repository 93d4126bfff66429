"""Performance status, from 0 (well) to 4 (bedbound): it follows the burden and the organs that fail.

strain  = harm_index + organ_strain * sum over organs of (1 - function)
d P / dt = performance_rate * (4 * strain / (strain + strain_half) - P)
"""

from abscopal.language import Definition, Mechanism, Parameter, Process, Species, assumed

mechanism = Mechanism(
    "performance",
    "Performance status on a continuous scale",
    species=(Species("performance", "1", "performance status, 0 to 4 without steps"),),
    parameters=(
        Parameter(
            "performance_rate",
            0.03,
            "1/day",
            "rate at which performance follows the body's state",
            assumed("over a month, like the decline of the host"),
            (0.01, 0.3),
        ),
        Parameter(
            "strain_half",
            6.0,
            "1",
            "strain at performance status 2",
            assumed("status 0 or 1 at the burdens with which patients enter trials, once or twice the reference"),
            (2.0, 20.0),
        ),
        Parameter(
            "organ_strain",
            8.0,
            "1",
            "strain of an organ that has failed, in units of the reference burden",
            assumed("one failed organ alone means status 2 to 3"),
            (2.0, 30.0),
        ),
    ),
    definitions=(
        Definition(
            "strain",
            "harm_index + organ_strain * (6 - liver_function - lung_function - brain_function - marrow_function"
            " - kidney_function - bowel_function)",
            "1",
            "what the body has to bear",
        ),
    ),
    processes=(
        Process("loss_of_performance", "-> performance", "4 * performance_rate * hill(strain, strain_half, 1)"),
        Process("return_of_performance", "performance ->", "performance_rate * performance"),
    ),
)
