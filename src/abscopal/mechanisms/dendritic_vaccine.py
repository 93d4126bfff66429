"""Dendritic cells loaded with tumour antigen outside the body: a vaccine that brings its own presenting cells.

    dD/dt = -dendritic_vaccine_loss * D
    vaccine_presentation += dendritic_vaccine_migration * D / (dendritic_vaccine_migration * D + dendritic_vaccine_half)

What presentation does is in the mechanism `vaccine`.
"""

from abscopal.language import Contribution, Mechanism, Parameter, Process, Species, assumed, cited

mechanism = Mechanism(
    "dendritic_vaccine",
    "Dendritic cells loaded outside the body present antigen",
    species=(Species("dendritic_vaccine", "cell", "injected dendritic cells", floor=1.0),),
    parameters=(
        Parameter(
            "dendritic_vaccine_loss",
            0.3,
            "1/day",
            "loss of injected dendritic cells",
            assumed("mature dendritic cells live for days in a node"),
            (0.1, 1.0),
        ),
        Parameter(
            "dendritic_vaccine_migration",
            0.03,
            "1",
            "share of injected dendritic cells that reach a node",
            cited("De Vries IJM et al. Nat Biotechnol 2005;23:1407", derived="a few per cent", recalled=True),
            (0.001, 0.1),
        ),
        Parameter(
            "dendritic_vaccine_half",
            1e6,
            "cell",
            "injected cells in nodes at half of the presentation",
            assumed("doses of some 1e7 to 1e8 cells are near the knee; no human dose response is known"),
            (1e4, 1e8),
        ),
    ),
    contributions=(
        Contribution(
            "vaccine_presentation",
            "hill(dendritic_vaccine_migration * dendritic_vaccine, dendritic_vaccine_half, 1)",
        ),
    ),
    processes=(
        Process("loss_of_injected_cells", "dendritic_vaccine ->", "dendritic_vaccine_loss * dendritic_vaccine"),
    ),
    when=("dendritic-cell vaccine",),
)
