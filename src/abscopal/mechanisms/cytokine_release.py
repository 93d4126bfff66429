"""Cytokine release syndrome: engaged T cells raise interleukin 6, and fever, hypotension and hypoxia follow its level.

What CAR-T cells and bispecific antibodies release (`cytokine_release`) makes macrophages release interleukin 6, until
they are spent. Patients differ in it by more than tenfold; the syndrome's grade grows by one with every few-fold of it.
Blocking its receptor (`cytokine_relief`, tocilizumab) eases the syndrome within a day and leaves the T cells alone.

    storm                   = cytokine_release * (1 - macrophages_spent)
    d macrophages_spent/dt  = spending * storm - macrophage_renewal * macrophages_spent
    d IL6 / dt              = IL6_release * proneness * storm - IL6_clearance * IL6
    d injury_cytokine / dt  = crs_rate * (crs_scale * ln(1 + cytokine_relief * IL6 / crs_least) - injury_cytokine)
    d CRP / dt              = CRP_clearance * (CRP_most * IL6 / (IL6 + CRP_half) - CRP)

Injury is in grades of the American Society for Transplantation and Cellular Therapy: 1 fever, 2 hypotension or little
oxygen, 3 one vasopressor, 4 several or ventilation (Lee 2019). IL6 is in multiples of its usual level, CRP in what is
above the patient's usual.
"""

from abscopal.language import (
    Contribution,
    Definition,
    Mechanism,
    Parameter,
    Port,
    Process,
    Species,
    assumed,
    cited,
    fitted,
)

mechanism = Mechanism(
    "cytokine_release",
    "Cytokine release syndrome, with interleukin 6 and CRP",
    species=(
        Species("IL6", "1", "interleukin 6 above the usual, in multiples of the usual level"),
        Species("injury_cytokine", "1", "cytokine release syndrome, in grades"),
        Species("macrophages_spent", "1", "share of macrophages that release no more"),
        Species("CRP", "mg/L", "C-reactive protein above the patient's usual"),
    ),
    parameters=(
        Parameter(
            "IL6_release",
            300.0,
            "1",
            "interleukin 6 released per cytokine release, in multiples of its usual level",
            assumed("some 500 pg/mL at the peak of a typical syndrome, the usual being 5 pg/mL"),
            (30.0, 3000.0),
        ),
        Parameter(
            "cytokine_proneness",
            1.0,
            "1",
            "interleukin 6 of this patient relative to the typical one",
            fitted("93 % of any grade and 13 % of grade 3 or worse in ZUMA-1; 1 by definition, the spread matters"),
            (0.001, 1000.0),
            spread=1.3,
        ),
        Parameter(
            "macrophage_spending",
            0.5,
            "1",
            "macrophages spent per release of cytokines",
            assumed("the syndrome lasts some eight days while CAR-T cells stay for weeks"),
            (0.1, 2.0),
        ),
        Parameter(
            "macrophage_renewal",
            0.02,
            "1/day",
            "return of macrophages that can release",
            assumed("monocytes that come later replace them over weeks"),
            (0.005, 0.1),
        ),
        Parameter(
            "IL6_clearance",
            3.0,
            "1/day",
            "fall of interleukin 6",
            assumed("half-life of hours, while macrophages keep releasing for a while"),
            (1.0, 10.0),
        ),
        Parameter(
            "crs_scale",
            0.665,
            "1",
            "grades per e-fold of interleukin 6",
            fitted("93 % of any grade and 13 % of grade 3 or worse in ZUMA-1"),
            (0.2, 2.0),
        ),
        Parameter(
            "crs_least",
            1.5,
            "1",
            "interleukin 6 from which on the syndrome grows",
            assumed("interleukin 6 rises some tenfold to thirtyfold from grade 1 to grade 3"),
            (0.3, 10.0),
        ),
        Parameter(
            "crs_rate",
            1.0,
            "1/day",
            "rate at which the syndrome follows interleukin 6",
            assumed("fever falls within a day of tocilizumab"),
            (0.5, 3.0),
        ),
        Parameter(
            "crs_lethality",
            0.02,
            "1/day",
            "hazard of death per grade beyond the fourth",
            cited(
                "Ahmed N et al. Blood Adv 2024;8:5346",
                derived="1.1 % die within 28 days without relapse, of any cause; the syndrome lasts a week",
            ),
            (0.002, 0.2),
        ),
        Parameter(
            "CRP_most",
            300.0,
            "mg/L",
            "highest rise of CRP",
            assumed("severe sepsis and cytokine release reach 200 to 400 mg/L"),
            (100.0, 600.0),
        ),
        Parameter(
            "CRP_half",
            100.0,
            "1",
            "interleukin 6 at half of that",
            assumed("CRP reaches some 150 mg/L in a typical syndrome"),
            (10.0, 1000.0),
        ),
        Parameter(
            "CRP_clearance",
            0.9,
            "1/day",
            "fall of CRP",
            cited("Pepys MB, Hirschfield GM. J Clin Invest 2003;111:1805", derived="half-life 19 hours", recalled=True),
            (0.7, 1.0),
        ),
    ),
    ports=(
        Port("cytokine_release", "sum", "release of cytokines by engaged T cells", "1/day", per="patient"),
        Port("cytokine_relief", "product", "factor on signalling by interleukin 6", per="patient"),
    ),
    definitions=(
        Definition(
            "storm", "cytokine_release * (1 - macrophages_spent)", "1/day", "cytokines that T cells make others release"
        ),
        Definition("crs_beyond_four", "max(injury_cytokine - 4, 0)", "1", "cytokine release syndrome beyond grade 4"),
    ),
    contributions=(Contribution("treatment_death", "crs_lethality * crs_beyond_four"),),
    processes=(
        Process("release", "-> IL6", "IL6_release * cytokine_proneness * storm"),
        Process("spending", "-> macrophages_spent", "macrophage_spending * storm"),
        Process("renewal", "macrophages_spent ->", "macrophage_renewal * macrophages_spent"),
        Process("clearance", "IL6 ->", "IL6_clearance * IL6"),
        Process(  # a thousandth of the usual level, so that the slope is finite where there is no interleukin 6
            "onset",
            "-> injury_cytokine",
            "crs_rate * crs_scale * log(1 + cytokine_relief * IL6 / crs_least)",
        ),
        Process("recovery", "injury_cytokine ->", "crs_rate * injury_cytokine"),
        Process("acute_phase", "-> CRP", "CRP_clearance * CRP_most * hill(IL6, CRP_half, 1)"),
        Process("fall_of_CRP", "CRP ->", "CRP_clearance * CRP"),
    ),
    when=("cytokine_release", "car_t", "redirected_exposure", "cytokine_relief"),
)
