"""A cancer vaccine presents the tumour's antigens to naive T cells, with an adjuvant that wakes dendritic cells.

It works on the patient's own precursors: where the tumour has no antigen that T cells could know, there are hardly any
and the vaccine primes nothing. A vaccine made from the patient's neoantigens also recruits precursors against those
that the tumour does not present to the node by itself (`vaccine_breadth` per precursor against those that it does).

    dV/dt = -vaccine_clearance * V                               V: mRNA or peptide, mg
    presentation      = V / (V + vaccine_half)                   dendritic-cell vaccines add to it
    presented_antigen = vaccine_antigen_worth * presentation
    priming_factor    = 1 + vaccine_adjuvant * presentation
    dB/dt = vaccine_recruitment * presentation * (1 - B)         B: share of the extra precursors recruited
    dT_naive/dt += vaccine_breadth * precursors * dB/dt
"""

from abscopal.language import Contribution, Definition, Mechanism, Parameter, Port, Process, Species, assumed, cited

mechanism = Mechanism(
    "vaccine",
    "Vaccines: antigen presented with an adjuvant, and precursors recruited against more antigens",
    species=(
        Species("vaccine_antigen", "mg", "vaccine, mRNA or peptide, at the site of injection and its node", floor=1e-9),
        Species("vaccine_recruited", "1", "share of the precursors recruited that a vaccine can recruit"),
        Species("T_naive", "cell", "naive tumour-specific CD8 T cells"),
    ),
    parameters=(
        Parameter(
            "vaccine_clearance",
            0.35,
            "1/day",
            "loss of vaccine antigen",
            assumed("messenger RNA in lipid particles is translated for some days; half-life two days"),
            (0.05, 2.0),
        ),
        Parameter(
            "vaccine_half",
            0.1,
            "mg",
            "vaccine at half of its presentation",
            assumed("1 mg per dose was chosen near the top of the dose response"),
            (0.001, 100.0),
        ),
        Parameter(
            "vaccine_antigen_worth",
            3e10,
            "cell",
            "antigen that a full vaccine presents, in dead tumour cells' worth",
            assumed("several times what half matures dendritic cells, so that it does so without a tumour"),
            (1e8, 1e12),
        ),
        Parameter(
            "vaccine_adjuvant",
            4.0,
            "1",
            "rise in priming per T cell by the adjuvant",
            assumed("RNA in lipid particles raises CD80 and CD86 on dendritic cells several fold"),
            (0.0, 30.0),
        ),
        Parameter(
            "vaccine_recruitment",
            0.1,
            "1/day",
            "recruitment of precursors while a vaccine is presented in full",
            assumed("responses to most encoded antigens are there after three or four doses"),
            (0.01, 0.5),
        ),
        Parameter(
            "vaccine_breadth",
            2.0,
            "1",
            "precursors recruited against further antigens, per precursor against those presented anyway",
            cited(
                "Weber JS et al. Lancet 2024;403:632",
                derived="up to 34 neoantigens against the ten epitopes of the precursors; most encoded ones draw none",
                recalled=True,
            ),
            (0.0, 10.0),
            spread=0.5,
        ),
    ),
    ports=(Port("vaccine_presentation", "any", "presentation by vaccines as a share of the most", per="patient"),),
    definitions=(
        Definition(
            "vaccine_recruiting",
            "vaccine_recruitment * vaccine_presentation * (1 - vaccine_recruited)",
            "1/day",
            "share of the extra precursors recruited per day",
        ),
    ),
    contributions=(
        Contribution("vaccine_presentation", "hill(vaccine_antigen, vaccine_half, 1)"),
        Contribution("presented_antigen", "vaccine_antigen_worth * vaccine_presentation"),
        Contribution("priming_factor", "1 + vaccine_adjuvant * vaccine_presentation"),
    ),
    processes=(
        Process("clearance_of_vaccine", "vaccine_antigen ->", "vaccine_clearance * vaccine_antigen"),
        Process("recruitment", "-> vaccine_recruited", "vaccine_recruiting"),
        Process("recruited_precursors", "-> T_naive", "vaccine_breadth * precursors * vaccine_recruiting"),
    ),
    when=("vaccine",),
)
