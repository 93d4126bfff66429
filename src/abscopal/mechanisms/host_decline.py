"""The host declines with burden: cachexia follows the sum of lesion diameters, weighted by organ, with a lag.

target = (sum of harm_j * diameter_j / harm_reference)^harm_power
d decline / dt = decline_rate * (target - decline)
"""

from abscopal.language import Definition, Mechanism, Parameter, Process, Species, assumed, cited

mechanism = Mechanism(
    "host_decline",
    "Cachexia follows burden",
    species=(Species("decline", "1", "decline of the host, 1 at the reference burden"),),
    parameters=(
        Parameter(
            "harm",
            1.0,
            "1",
            "harm per diameter in this organ relative to lung",
            cited(
                "Kerioui M et al. ESMO Open 2022, PMC8718952",
                derived="hazard per 10 mm: liver 12 %, locoregional 10 %, node 7 %, lung 5 %",
            ),
            (0.2, 5.0),
            per="lesion",
        ),
        Parameter(
            "harm_reference",
            100.0,
            "mm",
            "weighted sum of diameters at which decline is 1",
            assumed("of the order of a trial's baseline sum; sets the scale of the death rate"),
            (50.0, 200.0),
        ),
        Parameter(
            "harm_power",
            1.5,
            "1",
            "steepness of decline in burden",
            assumed("hazard of death rises faster than in proportion to diameter; indications bring their own"),
            (0.5, 3.0),
        ),
        Parameter(
            "decline_rate",
            0.03,
            "1/day",
            "rate at which decline follows burden",
            assumed("weight and muscle are lost over a month"),
            (0.01, 0.1),
        ),
        Parameter("mm3_per_mL", 1000.0, "mm**3/mL", "conversion", assumed("arithmetic, exact"), (1000.0, 1000.0)),
    ),
    definitions=(
        Definition(
            "diameter",
            "(1.909859317102744 * mm3_per_mL * volume) ** (1 / 3)",
            "mm",
            "diameter of a sphere of the lesion's living volume",
            "lesion",
        ),
        Definition("harm_index", "total(harm * diameter) / harm_reference", "1", "burden as the host feels it"),
    ),
    processes=(
        Process("decline", "-> decline", "decline_rate * harm_index ** harm_power"),
        Process("recovery", "decline ->", "decline_rate * decline"),
    ),
)
