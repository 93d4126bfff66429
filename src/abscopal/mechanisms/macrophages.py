"""Macrophages take sides: interferon of T cells turns them to M1, quiet tumour leaves them M2 (quasi-steady).

    M1           = density / (density + polarisation_half)     share of the lesion's macrophages, the rest is M2
    suppression *= (1 - m2_strength * (1 - M1)) / (1 - m2_strength * (1 - M1_typical))

The second factor is 1 in a lesion with the T cells of a typical one, whose macrophages the other brakes' strengths
already hold.
"""

from abscopal.language import Contribution, Definition, Mechanism, Parameter, assumed, cited

mechanism = Mechanism(
    "macrophages",
    "Polarisation of macrophages between M1 and M2",
    parameters=(
        Parameter(
            "polarisation_half",
            1e6,
            "cell/mL",
            "tumour-specific T cells per volume that turn half of the macrophages to M1",
            cited(
                "Blessin NC et al. Cell Oncol 2020, doi:10.1007/s13402-020-00496-7",
                derived="the same interferon that induces half of PD-L1 in mechanism pd1_pdl1",
            ),
            (1e4, 1e8),
        ),
        Parameter(
            "m2_strength",
            0.05,
            "1",
            "share of T-cell function lost to M2 macrophages alone",
            assumed("one brake of several, weaker than regulatory T cells and myeloid suppressors; direction only"),
            (0.0, 0.5),
        ),
        Parameter(
            "M1_typical",
            0.5,
            "1",
            "share of M1 at which the factor is 1",
            assumed("the median over lesions of the virtual melanoma patients at diagnosis, by the formula above"),
            (0.05, 0.95),
        ),
    ),
    definitions=(
        Definition("M1", "hill(T_density, polarisation_half, 1)", "1", "share of macrophages that are M1", "lesion"),
    ),
    contributions=(Contribution("suppression", "(1 - m2_strength * (1 - M1)) / (1 - m2_strength * (1 - M1_typical))"),),
)
