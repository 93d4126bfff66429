"""Spread through the blood: cells leave in proportion to a lesion's surface, and few found a new colony.

Invasion, intravasation, survival in circulation, arrest and outgrowth are one efficiency per emitting surface (Iwata);
circulating T cells catch some of the seeds. A strike of this hazard founds an occult lesion of one cell, in an organ
drawn by the cancer's tropism.

    seeding = colonisation * sum C^(2/3) * 1 / (1 + T_blood / surveillance_half)
"""

from abscopal.language import Hazard, Mechanism, Parameter, assumed, cited

mechanism = Mechanism(
    "dissemination",
    "Blood-borne seeding of new lesions",
    parameters=(
        Parameter(
            "colonisation",
            3e-11,
            "1/(cell**(2/3)*day)",
            "new colonies per emitting surface and day",
            cited(
                "Iwata K et al. J Theor Biol 2000;203:177",
                derived="m = 5.3e-8 for hepatocellular carcinoma; spread in the indication",
                recalled=True,
            ),
            (1e-14, 1e-6),
        ),
        Parameter(
            "surveillance_half",
            1e8,
            "cell",
            "circulating effectors that catch half of the seeds",
            assumed("of the order of the circulating effectors of a strong response"),
            (1e6, 1e12),
        ),
    ),
    hazards=(
        Hazard(
            "seeding",
            "colonisation * total(C ** (2 / 3)) / (1 + T_blood / surveillance_half)",
            "a tumour cell founds a new colony",
        ),
    ),
)
