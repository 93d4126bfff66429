"""Help from CD4 T cells: Th1 cells license dendritic cells, and priming falters without them (quasi-steady).

How much help a patient can muster is a trait (`help_level`, 1 in the typical patient); treatment that kills
lymphocytes takes it away for as long as it lasts.

    help            = help_level / (1 + lymphotoxicity / help_renewal)
    priming_factor *= 1 - help_share + help_share * 2 help / (1 + help)
"""

from abscopal.language import Contribution, Definition, Mechanism, Parameter, assumed

mechanism = Mechanism(
    "cd4_help",
    "Help from CD4 T cells in priming",
    parameters=(
        Parameter(
            "help_level",
            1.0,
            "1",
            "tumour-specific Th1 help relative to the typical patient",
            assumed("1 by definition; CD4 counts and responses differ about twofold between patients"),
            (0.01, 20.0),
            spread=0.4,
        ),
        Parameter(
            "help_renewal",
            0.03,
            "1/day",
            "renewal of helper cells",
            assumed("like the lymphocyte count, over weeks"),
            (0.005, 0.1),
        ),
        Parameter(
            "help_share",
            0.5,
            "1",
            "share of priming and recall that depends on help",
            assumed("CD8 responses without CD4 help are weaker and short-lived, not absent"),
            (0.1, 0.9),
        ),
    ),
    definitions=(
        Definition("help", "help_level / (1 + lymphotoxicity / help_renewal)", "1", "help over the typical patient's"),
    ),
    contributions=(Contribution("priming_factor", "1 - help_share + help_share * 2 * hill(help, 1, 1)"),),
)
