"""Regulatory T cells gather in lesions, some on their own, some after the effectors, and dampen them by ratio.

CTLA-4 is one of their tools: they strip CD80 and CD86 from dendritic cells, and blockade takes it from their hands.

    suppression *= 1 - treg_strength * (1 - treg_ctla4 * CTLA4_blocked) * R / (R + treg_ratio * E)
"""

from abscopal.language import Contribution, Mechanism, Parameter, Port, Process, Species, assumed, cited, fitted

mechanism = Mechanism(
    "treg",
    "Regulatory T cells suppress effectors in the lesion",
    species=(Species("T_reg", "cell", "regulatory T cells in the lesion", "lesion"),),
    parameters=(
        Parameter(
            "treg_influx",
            3e4,
            "cell/(mL*day)",
            "regulatory T cells entering per volume of tumour",
            cited(
                "Blessin NC et al. Cell Oncol 2020, doi:10.1007/s13402-020-00496-7",
                derived="0.3 per tumour-specific CD8 cell at 6e5 per mL, times the loss rate: 1.8e4",
            ),
            (1e3, 1e6),
        ),
        Parameter(
            "treg_bias",
            1.0,
            "1",
            "the organ's pull on regulatory T cells relative to lung",
            assumed("liver and peritoneum are tolerogenic; order only"),
            (0.2, 5.0),
            per="lesion",
        ),
        Parameter(
            "treg_follow",
            0.01,
            "1/day",
            "regulatory T cells raised per effector by its interleukin 2",
            assumed("a tenth of effectors' own turnover"),
            (0.0, 0.1),
        ),
        Parameter(
            "treg_loss",
            0.1,
            "1/day",
            "turnover of regulatory T cells in the lesion",
            assumed("activated regulatory T cells turn over within weeks"),
            (0.03, 0.3),
        ),
        Parameter(
            "treg_strength",
            0.93,
            "1",
            "share of effector function lost to an excess of regulatory T cells",
            fitted("the melanoma calibration protocols, first coarse fit"),
            (0.0, 0.95),
        ),
        Parameter(
            "treg_ctla4",
            0.996,
            "1",
            "share of that suppression that goes through CTLA-4",
            fitted("the melanoma calibration protocols, first coarse fit"),
            (0.0, 1.0),
        ),
        Parameter(
            "treg_ratio",
            0.58,
            "1",
            "regulatory T cells per effector at half of their effect",
            fitted("the melanoma calibration protocols, first coarse fit"),
            (0.1, 10.0),
        ),
    ),
    ports=(Port("treg_depletion", "sum", "extra loss of regulatory T cells by drugs", "1/day"),),
    contributions=(
        Contribution(
            "suppression",
            "1 - treg_strength * (1 - treg_ctla4 * CTLA4_blocked)"
            " * T_reg / (T_reg + treg_ratio * T_effector + one_cell)",
        ),
    ),
    processes=(
        Process(
            "influx_of_regulatory_T_cells", "-> T_reg", "treg_influx * treg_bias * volume + treg_follow * T_effector"
        ),
        Process("loss_of_regulatory_T_cells", "T_reg ->", "(treg_loss + treg_depletion) * T_reg"),
    ),
)
