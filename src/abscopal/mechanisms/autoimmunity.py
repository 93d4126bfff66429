"""Checkpoint blockade lets self-reactive T cells loose: the drive behind every immune-related adverse event.

PD-1 holds back T cells that already sit in tissue, CTLA-4 holds back the priming of new ones. Blocking PD-1 releases
the first, and more drug releases no more, because its receptor is full at every dose in use. Blocking CTLA-4 primes the
second, steeply in its occupancy, so toxicity rises with the dose of ipilimumab. Primed cells find tissue unprotected
where PD-1 is blocked as well: the two together do more than their sum (each organ's `joint`), and sooner (`hastening`).

    d T_released / dt    = self_turnover * (proneness * PD1_systemic - T_released)
    d T_self_primed / dt = self_turnover * (proneness * CTLA4_blocked^ctla4_power - T_self_primed)
    d quelled / dt       = quelling * eased * (1 - quelled) - forgetting * quelled
    proneness            = autoimmune_tendency * (1 + history_effect * autoimmune_history) * (1 - quelled)
    eased                = 1 - injury_relief

1 is the typical patient under full blockade; without blockade both stay at zero.
Corticosteroids and other immunosuppressants ease the injury that the cells do (`immunosuppression`), clear them from
the tissue, hasten healing, and leave some tolerance behind: most may be treated again after an event has mended.
"""

from abscopal.language import Definition, Mechanism, Parameter, Port, Process, Species, assumed, cited

mechanism = Mechanism(
    "autoimmunity",
    "Self-reactive T cells released by checkpoint blockade",
    species=(
        Species("T_released", "1", "self-reactive T cells released from PD-1, 1 at full blockade"),
        Species("T_self_primed", "1", "self-reactive T cells primed for want of CTLA-4, 1 at full blockade"),
        Species("quelled", "1", "share of self-reactive T cells that immunosuppression has done away with"),
    ),
    parameters=(
        Parameter(
            "self_turnover",
            0.1,
            "1/day",
            "rate at which self-reactive effectors follow blockade",
            assumed("activated T cells expand and contract within weeks, as tumour-specific ones do"),
            (0.03, 0.3),
        ),
        Parameter(
            "ctla4_power",
            4.0,
            "1",
            "steepness of priming of self-reactive cells in the occupancy of CTLA-4",
            assumed("chosen on colitis in CheckMate 214 (1 mg/kg) and CheckMate 067 (3 mg/kg), by scripts/fit_irae.py"),
            (1.0, 8.0),
        ),
        Parameter(
            "hastening",
            4.0,
            "1",
            "how much sooner organs are infiltrated where CTLA-4 is blocked as well",
            assumed("chosen on onset of severe events, 27.5 weeks on PD-1 or PD-L1 and 7.9 on both (Tang 2021)"),
            (0.0, 10.0),
        ),
        Parameter(
            "autoimmune_tendency",
            1.0,
            "1",
            "this patient's self-reactive T cells relative to the typical patient",
            assumed("1 by definition; its spread makes events of several organs fall on the same patients"),
            (0.01, 100.0),
            spread=0.5,
        ),
        Parameter(
            "autoimmune_history",
            0.0,
            "1",
            "1 with an autoimmune disease before treatment",
            assumed("0 unless the population says otherwise; trials exclude active autoimmune disease"),
            (0.0, 1.0),
        ),
        Parameter(
            "history_effect",
            2.0,
            "1",
            "what an autoimmune history adds to proneness",
            cited(
                "Abdel-Wahab N et al. Ann Intern Med 2018;168:121-130",
                derived="three quarters of 123 patients had a flare or another event, about twice the odds of others",
                recalled=True,
            ),
            (0.3, 6.0),
        ),
        Parameter(
            "quelling",
            0.05,
            "1/day",
            "self-reactive T cells done away with under full immunosuppression",
            assumed("chosen so that 29 % of events recur on rechallenge (Dolladille C et al. JAMA Oncol 2020;6:865)"),
            (0.005, 0.2),
            spread=0.8,
        ),
        Parameter(
            "forgetting",
            0.002,
            "1/day",
            "return of self-reactive T cells once immunosuppression has ended",
            assumed("new ones are made over a year or more, in adults with little thymus"),
            (0.0005, 0.01),
        ),
        Parameter(
            "clearing",
            0.1,
            "1/day",
            "clearing of self-reactive T cells from tissue under full immunosuppression",
            assumed("activated T cells die within a week or two of high-dose steroids"),
            (0.02, 0.3),
        ),
        Parameter(
            "healing",
            3.0,
            "1",
            "how much faster injury mends under full immunosuppression",
            assumed("steroids help most patients with colitis, hepatitis or pneumonitis within a week"),
            (0.0, 10.0),
        ),
    ),
    ports=(Port("PD1_systemic", "any", "share of PD-1 signalling blocked outside the tumour", per="patient"),),
    definitions=(
        Definition(
            "proneness",
            "autoimmune_tendency * (1 + history_effect * autoimmune_history) * (1 - quelled)",
            "1",
            "self-reactive T cells of this patient relative to the typical one",
        ),
        Definition("eased", "1 - injury_relief", "1", "share of injury by T cells that immunosuppression takes away"),
        Definition("mending", "1 + healing * eased", "1", "how much faster injury mends than by itself"),
    ),
    processes=(
        Process("release", "-> T_released", "self_turnover * proneness * PD1_systemic"),
        Process("end_of_release", "T_released ->", "self_turnover * T_released"),
        Process("self_priming", "-> T_self_primed", "self_turnover * proneness * CTLA4_blocked ** ctla4_power"),
        Process("end_of_self_priming", "T_self_primed ->", "self_turnover * T_self_primed"),
        Process("quelling", "-> quelled", "quelling * eased * (1 - quelled)"),
        Process("forgetting", "quelled ->", "forgetting * quelled"),
    ),
    when=("PD1_systemic", "CTLA4_blocked"),
)
