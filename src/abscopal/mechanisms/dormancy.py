"""Dormant colonies: some seeds sleep, neither growing nor building vessels, until something wakes them.

A colony is asleep or not (`asleep`, of each lesion). Asleep it holds its size; T cells may still kill it. Awakening is
an event: it strikes in proportion to the number of living colonies that sleep, and one of them grows from then on.

    growth, vessels *= 1 - asleep
    awakening        = awakening_rate * number of sleeping colonies
"""

from abscopal.language import Contribution, Definition, Hazard, Mechanism, Parameter, assumed, cited

mechanism = Mechanism(
    "dormancy",
    "Dormant colonies and their awakening",
    parameters=(
        Parameter(
            "asleep",
            0.0,
            "1",
            "1 for a dormant colony, else 0",
            assumed("a state of the colony, not a measurement"),
            (0.0, 1.0),
            per="lesion",
        ),
        Parameter(
            "awakening_rate",
            2e-5,
            "1/day",
            "rate at which a dormant colony begins to grow",
            cited(
                "Pan H et al. N Engl J Med 2017;377:1836",
                derived="late recurrence of 1 to 4 % per year in breast cancer, shared by some three colonies",
                recalled=True,
            ),
            (1e-6, 1e-3),
        ),
    ),
    definitions=(
        Definition(
            "sleeping",
            "where(C >= one_cell, asleep, 0)",
            "1",
            "1 for a living dormant colony",
            "lesion",
        ),
    ),
    contributions=(Contribution("growth_factor", "1 - asleep"), Contribution("vessel_growth", "1 - asleep")),
    hazards=(Hazard("awakening", "awakening_rate * total(sleeping)", "a dormant colony begins to grow", fatal=False),),
)

DORMANT_SHARE = 0.2
DORMANT_SHARE_SOURCE = assumed(
    "share of new colonies that fall asleep; 36 % of women free of disease 7 to 22 years after surgery for breast "
    "cancer had circulating tumour cells (Meng 2004), most other cancers far fewer; 0.02 to 0.6"
)
DORMANT_CELLS = 1e3
DORMANT_CELLS_SOURCE = assumed("cells of a nest that has stopped, below the millimetre at which vessels are needed")
