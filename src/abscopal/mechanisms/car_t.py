"""CAR-T cells: a small part of the dose engrafts, expands on antigen, contracts, and leaves a long-lived memory.

Expansion is driven by antigen, on tumour cells and on the healthy cells that carry it too (B cells for CD19), and slows
as the CAR-T cells outnumber it. It ends by itself once the cells have been through their divisions, antigen or not,
after 7 to 14 days (Stein 2019). Low lymphocyte counts help it. CAR-T cells pass through every lesion and the tissue
around it (quasi-steady), however few of the patient's own T cells are there; each kills at most `car_kill` cells per
day, and no tumour cell dies faster than `car_kill / car_contact`.

    dE/dt  = car_engraftment * car_settling * CAR_T + (growth - loss) * E      loss = car_contraction + lymphotoxicity
    dD/dt  = growth * (E + D) - loss * D                                        so that d(D/E)/dt = growth
    dM/dt  = car_memory_share * car_contraction * E - car_memory_loss * M
    dB/dt  = car_aplasia * N / (N + car_aplasia_half) * (1 - B) - healthy_recovery * B      N = E + car_memory_kill * M
    growth = car_expansion * help * A / (A + car_antigen_half + E) / (1 + (D / (E * car_divisions))^8)
    kill   = car_kill * function * n / (antigen-positive cells + car_contact * n)

for E effectors, D the e-folds of division behind them, M memory, B the share of healthy cells with the antigen that is
lost, A cells with the antigen, n the part of N in reach of a lesion.
"""

from abscopal.language import Contribution, Definition, Mechanism, Parameter, Process, Source, Species, assumed, cited


def _stein(derived: str) -> Source:
    citation = "Stein AM et al. CPT Pharmacometrics Syst Pharmacol 2019;8:285"
    return cited(citation, doi="10.1002/psp4.12388", derived=derived)


_KINETICS = (
    Parameter(
        "car_settling",
        1.0,
        "1/day",
        "infused CAR-T cells leaving the blood",
        assumed("counts fall within a day or two of the infusion"),
        (0.3, 3.0),
    ),
    Parameter(
        "car_engraftment",
        0.1,
        "1",
        "share of infused CAR-T cells that engraft",
        _stein("1e7 cells at the start of expansion, from Cmax and fold, for a dose of some 1e8; 6.6 pg DNA per cell"),
        (0.005, 0.5),
    ),
    Parameter(
        "car_expansion",
        2.1,
        "1/day",
        "division rate of CAR-T cells at full antigen in an emptied niche",
        _stein("net ln(3900)/9.3 days, plus contraction, over help, drive and divisions on the way to the peak"),
        (0.3, 3.0),
        spread=0.4,
    ),
    Parameter(
        "car_divisions",
        8.3,
        "1",
        "e-folds of division after which expansion is halved",
        _stein("3900-fold, with a standard deviation of 1.55 in its logarithm"),
        (2.0, 12.0),
        spread=0.19,
    ),
    Parameter(
        "car_contraction",
        0.16,
        "1/day",
        "loss of CAR-T effectors",
        _stein("alpha"),
        (0.03, 0.6),
        spread=0.5,
    ),
    Parameter(
        "car_memory_share",
        0.0079,
        "1",
        "share of contracting effectors that become memory",
        _stein("the slow part of the decline, FB"),
        (0.0005, 0.1),
        spread=0.9,
    ),
    Parameter(
        "car_memory_loss",
        0.0032,
        "1/day",
        "loss of memory CAR-T cells",
        _stein("beta"),
        (0.0003, 0.05),
        spread=0.93,
    ),
    Parameter(
        "car_dependence",
        0.8,
        "1",
        "share of expansion that needs an emptied niche",
        cited(
            "Turtle CJ et al. Sci Transl Med 2016;8:355ra116",
            derived="stronger lymphodepletion gave far higher peaks; the share is ours",
            recalled=True,
        ),
        (0.0, 0.95),
    ),
)
_ANTIGEN = (
    Parameter(
        "car_antigen_half",
        1e9,
        "cell",
        "cells with the antigen at half of the drive to expand",
        assumed("patients in remission expand less, yet do"),
        (1e7, 1e11),
    ),
    Parameter(
        "car_healthy_antigen",
        1e10,
        "cell",
        "healthy cells that carry the antigen, after lymphodepletion",
        assumed("some 1e11 B cells, a tenth of them left"),
        (0.0, 1e12),
    ),
    Parameter(
        "car_aplasia",
        0.5,
        "1/day",
        "loss of healthy cells with the antigen to many CAR-T cells",
        assumed("B cells are gone within two weeks of the infusion"),
        (0.05, 2.0),
    ),
    Parameter(
        "car_aplasia_half",
        1e8,
        "cell",
        "CAR-T cells at half of that rate",
        assumed("aplasia lasts while a few per cent of the peak persist"),
        (1e6, 1e10),
    ),
    Parameter(
        "healthy_recovery",
        0.02,
        "1/day",
        "return of healthy cells with the antigen",
        assumed("B cells come back within two months once CAR-T cells are gone"),
        (0.003, 0.1),
    ),
)
_KILL = (
    Parameter(
        "car_kill",
        13.0,
        "1/day",
        "cells killed per CAR-T cell and day",
        cited(
            "Halle S et al. Immunity 2016;44:233",
            derived="2 to 16 per day, killer cells in mice; near the top, so that four in five respond in ZUMA-1",
            recalled=True,
        ),
        (0.3, 30.0),
        spread=0.5,
    ),
    Parameter(
        "car_memory_kill",
        0.1,
        "1",
        "kill by a memory CAR-T cell relative to an effector",
        assumed("resting cells must be woken first; with more, whoever responds would be cured"),
        (0.0, 1.0),
    ),
    Parameter(
        "car_contact",
        5.0,
        "1",
        "CAR-T cells per tumour cell at which more of them no longer help",
        assumed("a tumour cell among many CAR-T cells lasts half a day"),
        (1.0, 40.0),
    ),
    Parameter(
        "car_milieu",
        0.4,
        "1",
        "share of the suppression in a lesion that CAR-T cells feel",
        assumed("a costimulatory domain is built in; between none and all"),
        (0.0, 1.0),
    ),
    Parameter(
        "car_tissue",
        300.0,
        "mL",
        "pull of healthy tissue on CAR-T cells",
        assumed("spleen and marrow hold most lymphocytes: 2 L of them, at a lower pull than a lesion"),
        (30.0, 3000.0),
    ),
    Parameter(
        "car_nest",
        0.3,
        "mL",
        "tissue around a lesion from which CAR-T cells reach it",
        assumed("residual cells are in reach of what passes within half a centimetre"),
        (0.01, 100.0),
    ),
)
_READOUT = (
    Parameter(
        "car_in_blood",
        4e-6,
        "1/mL",
        "share of all CAR-T cells in one mL of blood",
        cited("Ganusov VV, De Boer RJ. Trends Immunol 2007;28:514", derived="2 % of lymphocytes in 5 L", recalled=True),
        (1e-6, 2e-5),
    ),
    Parameter(
        "car_cytokine",
        1.0,
        "1/day",
        "cytokine release of many CAR-T cells that see antigen",
        assumed("1 by definition for the typical product; products differ"),
        (0.0, 10.0),
    ),
    Parameter(
        "car_cytokine_half",
        3e9,
        "cell",
        "CAR-T cells at half of that release",
        assumed("a tenth of a typical peak, so that fever begins some days before it"),
        (1e8, 1e11),
    ),
)

mechanism = Mechanism(
    "car_t",
    "CAR-T cells: engraftment, expansion on antigen, contraction, memory and kill",
    species=(
        Species("CAR_T", "cell", "CAR-T cells as infused", floor=1.0),
        Species("CAR_effector", "cell", "engrafted CAR-T cells", floor=1.0),
        Species("CAR_generations", "cell", "e-folds of division behind the engrafted CAR-T cells, summed over them"),
        Species("CAR_memory", "cell", "memory CAR-T cells"),
        Species("healthy_lost", "1", "share of healthy cells with the antigen that is lost, as in B-cell aplasia"),
    ),
    parameters=(*_KINETICS, *_ANTIGEN, *_KILL, *_READOUT),
    definitions=(
        Definition(
            "car_antigen",
            "total(antigen_positive) + car_healthy_antigen * (1 - healthy_lost)",
            "cell",
            "cells with the antigen in the whole body",
        ),
        Definition(
            "car_drive",
            "car_antigen / (car_antigen + car_antigen_half + CAR_effector)",
            "1",
            "share of CAR-T cells that antigen drives",
        ),
        Definition(
            "car_growth",
            "car_expansion * (1 - car_dependence * (1 - lymphocytes_lost)) * car_drive"
            " / (1 + (CAR_generations / (car_divisions * (CAR_effector + one_cell))) ** 8)",
            "1/day",
            "division rate of CAR-T cells",
        ),
        Definition("car_loss", "car_contraction + lymphotoxicity", "1/day", "loss of CAR-T effectors"),
        Definition(
            "car_active", "CAR_effector + car_memory_kill * CAR_memory", "cell", "effectors, and memory in their worth"
        ),
        Definition(
            "car_concentration", "car_in_blood * (CAR_T + CAR_effector + CAR_memory)", "cell/mL", "CAR-T cells in blood"
        ),
        Definition("car_pull", "perfusion * (volume + car_nest)", "mL", "pull on CAR-T cells", "lesion"),
        Definition(
            "car_local",
            "car_active * car_pull / (car_tissue + total(car_pull))",
            "cell",
            "CAR-T cells in reach of a lesion",
            "lesion",
        ),
    ),
    contributions=(
        Contribution(
            "redirected_kill",
            "car_kill * (1 - car_milieu * (1 - suppression * min(T_cell_function, 1)))"
            " * car_local / (antigen_positive + car_contact * car_local + one_cell)",
        ),
        Contribution("cytokine_release", "car_cytokine * car_drive * hill(CAR_effector, car_cytokine_half, 1)"),
    ),
    processes=(
        Process("settling", "CAR_T ->", "car_settling * CAR_T"),
        Process("engraftment", "-> CAR_effector", "car_engraftment * car_settling * CAR_T"),
        Process("expansion", "-> CAR_effector", "car_growth * CAR_effector"),
        Process("contraction", "CAR_effector ->", "car_loss * CAR_effector"),
        Process("generations_gained", "-> CAR_generations", "car_growth * (CAR_effector + CAR_generations)"),
        Process("generations_lost", "CAR_generations ->", "car_loss * CAR_generations"),
        Process("memory_formation", "-> CAR_memory", "car_memory_share * car_contraction * CAR_effector"),
        Process("memory_loss", "CAR_memory ->", "car_memory_loss * CAR_memory"),
        Process(
            "loss_of_healthy_cells",
            "-> healthy_lost",
            "car_aplasia * hill(car_active, car_aplasia_half, 1) * (1 - healthy_lost)",
        ),
        Process("return_of_healthy_cells", "healthy_lost ->", "healthy_recovery * healthy_lost"),
    ),
    when=("car_t",),
)
