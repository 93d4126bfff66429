"""PD-1 and PD-L1: the brake on T cells, and how much of it is on (quasi-steady).

PD-L1 has a constitutive part and a part induced by the interferon gamma of the T cells themselves (adaptive
resistance), so a lesion with more T cells brakes them harder until PD-1 or PD-L1 is blocked.

    PDL1 = PDL1_base + (1 - PDL1_base) * density / (density + interferon_half)
    brake = 1 - pd1_strength * PDL1 * (1 - PD1_blocked)
"""

from abscopal.language import Definition, Mechanism, Parameter, Port, assumed, cited

mechanism = Mechanism(
    "pd1_pdl1",
    "PD-1 signalling with interferon-induced PD-L1",
    parameters=(
        Parameter(
            "PDL1_base",
            0.2,
            "1",
            "constitutive PD-L1 as a share of the most there can be",
            assumed("sets the readout of PD-L1 staining; spread in the indication"),
            (0.0, 1.0),
        ),
        Parameter(
            "interferon_half",
            1e6,
            "cell/mL",
            "tumour-specific T cells per volume that induce half of PD-L1",
            cited(
                "Blessin NC et al. Cell Oncol 2020, doi:10.1007/s13402-020-00496-7",
                derived="CD8 density of melanoma about 6e6 per mL, a tenth of them tumour-specific",
            ),
            (1e4, 1e8),
        ),
        Parameter(
            "pd1_strength",
            0.85,
            "1",
            "share of T-cell function lost at full PD-1 signalling",
            assumed("blockade restores most but not all function; indications bring their own"),
            (0.2, 0.99),
        ),
    ),
    ports=(Port("PD1_blocked", "any", "share of PD-1 signalling blocked in the lesion"),),
    definitions=(
        Definition(
            "T_density",
            "T_effector / (volume + cell_volume * one_cell)",
            "cell/mL",
            "tumour-specific effectors per volume of tumour",
            "lesion",
        ),
        Definition(
            "PDL1",
            "PDL1_base + (1 - PDL1_base) * hill(T_density, interferon_half, 1)",
            "1",
            "PD-L1 in a lesion",
            "lesion",
        ),
        Definition("PD1_signal", "PDL1 * (1 - PD1_blocked)", "1", "PD-1 signalling left", "lesion"),
        Definition("brake", "1 - pd1_strength * PD1_signal", "1", "T-cell function left by PD-1", "lesion"),
    ),
)
