"""What a scan sees: living and dead tumour, infiltrate, oedema and scar. A lesion can look larger than it is.

Under attack it swells; when it is gone, a scar stays for a while, so that a killed lesion may still be measured.

    dO/dt = oedema_yield * cell_volume * (cells killed by T cells) - oedema_clearance * O
    dS/dt = scar_share * cell_volume * dead_clearance * dead - scar_resorption * S
    imaged volume = cell_volume * (C + dead) + infiltrate + O + S
"""

from abscopal.language import Definition, Mechanism, Parameter, Process, Species, assumed, cited, fitted

mechanism = Mechanism(
    "inflammation",
    "Dead tissue, infiltrate and oedema in the imaged volume",
    species=(
        Species("dead", "cell", "dead tumour cells not yet cleared", "lesion"),
        Species("oedema", "mL", "oedema of the lesion", "lesion"),
        Species("scar", "mL", "fibrous remnant of killed tumour", "lesion"),
    ),
    parameters=(
        Parameter(
            "dead_clearance",
            0.2,
            "1/day",
            "clearance of dead tumour cells",
            assumed("apoptotic cells are gone within days, necrotic tissue within weeks; chosen with oedema_yield"),
            (0.01, 0.5),
        ),
        Parameter(
            "oedema_yield",
            0.2,
            "1",
            "oedema raised per volume of tumour killed by T cells",
            fitted(
                "pseudoprogression in 6 % of patients (Park HJ et al. Radiology 2020;297:87) and in few single lesions"
            ),
            (0.0, 5.0),
        ),
        Parameter(
            "oedema_clearance",
            0.05,
            "1/day",
            "resorption of oedema",
            assumed("inflammation subsides over weeks"),
            (0.01, 0.5),
        ),
        Parameter(
            "scar_share",
            0.00683,
            "1",
            "volume of scar per volume of dead tumour cleared",
            fitted("the melanoma calibration protocols, first coarse fit"),
            (0.0005, 0.2),
        ),
        Parameter(
            "scar_resorption",
            0.002,
            "1/day",
            "resorption of scar",
            assumed("complete responses keep being added for a year or two"),
            (0.0003, 0.02),
        ),
        Parameter(
            "T_cell_volume",
            2e-10,
            "mL/cell",
            "volume of a lymphocyte",
            assumed("a sphere of 7 to 8 micrometres"),
            (1e-10, 5e-10),
        ),
        Parameter(
            "bystanders",
            10.0,
            "1",
            "T cells in the lesion per tumour-specific one",
            cited("Simoni Y et al. Nature 2018;557:575", derived="nine in ten are bystanders", recalled=True),
            (2.0, 50.0),
        ),
    ),
    definitions=(
        Definition(
            "infiltrate",
            "T_cell_volume * bystanders * (T_effector + T_progenitor + T_terminal)",
            "mL",
            "volume of the T-cell infiltrate",
            "lesion",
        ),
        Definition(
            "imaged_volume",
            "volume + cell_volume * dead + infiltrate + oedema + scar",
            "mL",
            "volume that a scan shows",
            "lesion",
        ),
    ),
    processes=(
        Process("clearance_of_the_dead", "dead ->", "dead_clearance * dead"),
        Process("scarring", "-> scar", "scar_share * cell_volume * dead_clearance * dead"),
        Process("resorption_of_scar", "scar ->", "scar_resorption * scar"),
        Process("oedema", "-> oedema", "oedema_yield * cell_volume * killed_by_T_cells"),
        Process("resorption_of_oedema", "oedema ->", "oedema_clearance * oedema"),
    ),
)
