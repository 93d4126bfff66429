"""Neutropenia after chemotherapy: dividing precursors die, and the count falls a week later and comes back (Friberg).

Precursors divide, pass three stages of maturation and circulate, all at the rate k = 4 / maturation. Few neutrophils in
blood make precursors divide faster. Stem cells refill an emptied marrow, which Friberg's model leaves out; it is what
lets the system find its balance by itself. All are relative to the patient's usual, 1.

    dP/dt  = k P ((1 - myelotoxicity) * F - 1) + k stem (1 - P)      F = myelopoiesis * max(N, 0.02)^-feedback
    dM1/dt = k (P - M1)    dM2/dt = k (M1 - M2)    dM3/dt = k (M2 - M3)    dN/dt = k (M3 - N)
    count  = neutrophils_baseline * N
    infection = infection_rate * half^3 / (half^3 + count^3)

`myelotoxicity` is the share by which drugs cut division, above 1 a net loss; `myelopoiesis` is where growth factors
act. A short pulse of myelotoxicity whose integral is 1, 2, 3 or 4 days brings a typical patient to 2.2, 1.1, 0.6 or 0.4
thousand million per litre on day 7 or 8. Infections strike at their hazard, and a share of them kills.
"""

from abscopal.language import (
    Contribution,
    Definition,
    Hazard,
    Mechanism,
    Parameter,
    Port,
    Process,
    Species,
    assumed,
    cited,
)

_FRIBERG = "Friberg LE et al. J Clin Oncol 2002;20:4713-4721"

mechanism = Mechanism(
    "myelosuppression",
    "Neutrophils and their precursors under chemotherapy, and infection when they are few",
    species=(
        Species("marrow_dividing", "1", "dividing precursors of neutrophils, relative to usual"),
        Species("marrow_early", "1", "first stage of maturation, relative to usual"),
        Species("marrow_middle", "1", "second stage of maturation, relative to usual"),
        Species("marrow_late", "1", "third stage of maturation, relative to usual"),
        Species("neutrophils", "1", "neutrophils in blood, relative to usual"),
    ),
    parameters=(
        Parameter(
            "neutrophils_baseline",
            5.05e6,
            "cell/mL",
            "the patient's usual neutrophil count",
            cited(_FRIBERG, where="table of estimates, docetaxel", recalled=True),
            (1.5e6, 1.5e7),
            spread=0.42,
        ),
        Parameter(
            "marrow_rest",
            1e-3,
            "1",
            "disturbance below which the marrow counts as undisturbed",
            assumed("arithmetic: a tenth of a per cent of any count; spares the engine a balance that stands still"),
            (1e-4, 1e-2),
        ),
        Parameter(
            "marrow_maturation",
            3.7,
            "day",
            "mean time from division to blood",
            cited(_FRIBERG, where="docetaxel", derived="88.7 h; 84 to 135 h for six drugs", recalled=True),
            (2.5, 6.0),
            spread=0.16,
        ),
        Parameter(
            "marrow_feedback",
            0.161,
            "1",
            "power of the neutrophil count on division",
            cited(_FRIBERG, where="docetaxel", recalled=True),
            (0.05, 0.4),
        ),
        Parameter(
            "marrow_stem",
            0.005,
            "1",
            "refilling by stem cells relative to turnover",
            assumed("small beside division, so that nadir and recovery stay those of Friberg's model"),
            (0.0005, 0.05),
        ),
        Parameter(
            "infection_rate",
            0.03,
            "1/day",
            "infections without neutrophils",
            assumed("a few days below 0.5e9 per L in most on docetaxel, and febrile neutropenia in a tenth"),
            (0.005, 0.2),
        ),
        Parameter(
            "infection_half",
            0.5e6,
            "cell/mL",
            "neutrophil count at which half of those infections occur",
            cited(
                "Bodey GP et al. Ann Intern Med 1966;64:328-340", derived="risk rises below 1e9 per L", recalled=True
            ),
            (2e5, 1e6),
        ),
        Parameter(
            "infection_mortality",
            0.05,
            "1",
            "share of infections in neutropenia that kill",
            cited("Kuderer NM et al. Cancer 2006;106:2258-2266", derived="9.5 % of inpatients", recalled=True),
            (0.01, 0.15),
        ),
    ),
    ports=(
        Port("myelotoxicity", "sum", "share by which drugs cut the division of precursors", per="patient"),
        Port("myelopoiesis", "product", "factor of growth factors on their division", per="patient"),
    ),
    definitions=(
        Definition(
            "marrow_disturbance",
            "abs(marrow_dividing - 1) + abs(marrow_early - 1) + abs(marrow_middle - 1) + abs(marrow_late - 1)"
            " + abs(neutrophils - 1) + abs(myelopoiesis - 1) + myelotoxicity",
            "1",
            "how far marrow and blood are from usual",
        ),
        Definition(
            "marrow_rate",
            "where(marrow_disturbance > marrow_rest, 4 / marrow_maturation, 0)",
            "1/day",
            "rate through each stage; an undisturbed marrow stands still",
        ),
        Definition(
            "marrow_drive",
            "myelopoiesis * (1 / max(neutrophils, 0.02)) ** marrow_feedback",
            "1",
            "division of precursors relative to usual",
        ),
        Definition("neutrophil_count", "neutrophils_baseline * neutrophils", "cell/mL", "neutrophils in blood"),
        Definition(
            "infections",
            "infection_rate * (1 - hill(neutrophil_count, infection_half, 3))",
            "1/day",
            "infections for want of neutrophils",
        ),
    ),
    processes=(
        Process("division", "-> marrow_dividing", "marrow_rate * marrow_drive * marrow_dividing"),
        Process("death_by_drugs", "marrow_dividing ->", "marrow_rate * myelotoxicity * marrow_drive * marrow_dividing"),
        Process("refilling", "-> marrow_dividing", "marrow_rate * marrow_stem"),
        Process("maturation", "marrow_dividing ->", "marrow_rate * (1 + marrow_stem) * marrow_dividing"),
        Process("early", "-> marrow_early", "marrow_rate * marrow_dividing"),
        Process("early_to_middle", "marrow_early -> marrow_middle", "marrow_rate * marrow_early"),
        Process("middle_to_late", "marrow_middle -> marrow_late", "marrow_rate * marrow_middle"),
        Process("release", "marrow_late -> neutrophils", "marrow_rate * marrow_late"),
        Process("loss", "neutrophils ->", "marrow_rate * neutrophils"),
    ),
    contributions=(Contribution("treatment_death", "infection_mortality * infections"),),
    hazards=(Hazard("infection", "infections", "infection for want of neutrophils", fatal=False),),
    when=("myelotoxicity", "myelopoiesis"),
)
