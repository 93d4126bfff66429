"""Hyperprogression: in a few susceptible patients blockade of PD-1 speeds the tumour instead of holding it.

Three sources are described: regulatory T cells that carry PD-1 themselves and multiply when it is blocked, macrophages
that engage the antibody's Fc part, and tumours with amplified MDM2 or EGFR. The last two act as growth. Susceptibility
is rare: nothing happens to the typical patient, and about one in ten is susceptible enough to triple the growth.

    susceptible    = hyper_susceptibility^2 / (hyper_susceptibility^2 + 1)
    growth_factor *= 1 + hyper_growth * susceptible * PD1_blocked
    dR/dt         += hyper_treg * susceptible * PD1_blocked * R      for regulatory T cells R
"""

from abscopal.language import Contribution, Definition, Mechanism, Parameter, Process, Species, cited

_KAMADA = "Kamada T et al. PNAS 2019;116:9999; Lo Russo G et al. Clin Cancer Res 2019;25:989"

mechanism = Mechanism(
    "hyperprogression",
    "Blockade of PD-1 speeds growth in susceptible patients",
    species=(Species("T_reg", "cell", "regulatory T cells in the lesion", "lesion"),),
    parameters=(
        Parameter(
            "hyper_susceptibility",
            0.08,
            "1",
            "this patient's susceptibility; 1 is half of the most there can be",
            cited(
                "Ferrara R et al. JAMA Oncol 2018;4:1543; pooled rates of 12.4 to 13.2 %",
                derived="13.8 % under PD-1 or PD-L1 inhibitors against 5.1 % under chemotherapy: an excess of 5 to 9 "
                "points; with this median and spread 10 % of patients are above 1, and not all of them grow in spite "
                "of their T cells",
                recalled=True,
            ),
            (1e-6, 50.0),
            spread=2.0,
        ),
        Parameter(
            "hyper_growth",
            4.0,
            "1",
            "growth added at full susceptibility and blockade, over usual growth",
            cited(
                "pooled definitions of hyperprogression",
                derived="definitions ask for a growth kinetics ratio of 2 and more: 1 + 4 / 2 at susceptibility 1",
                recalled=True,
            ),
            (0.5, 10.0),
        ),
        Parameter(
            "hyper_treg",
            0.05,
            "1/day",
            "multiplication of regulatory T cells at full susceptibility and blockade",
            cited(
                _KAMADA,
                derived="regulatory T cells double in a month of blockade; half of their turnover",
                recalled=True,
            ),
            (0.0, 0.09),
        ),
    ),
    definitions=(
        Definition("susceptible", "hill(hyper_susceptibility, 1, 2)", "1", "share of full susceptibility"),
        Definition(
            "promotion", "susceptible * PD1_blocked", "1", "promotion of the tumour by blockade, up to 1", "lesion"
        ),
    ),
    contributions=(Contribution("growth_factor", "1 + hyper_growth * promotion"),),
    processes=(Process("multiplication_of_regulatory_T_cells", "-> T_reg", "hyper_treg * promotion * T_reg"),),
    when=("PD1_blocked",),
)
