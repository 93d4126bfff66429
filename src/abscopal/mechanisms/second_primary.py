"""A second primary: an independent new cancer, at the incidence of people of this age.

Its cells carry none of the antigens that this cancer's T cells know, so to them they are evasive. On a scan it looks
like a metastasis; a biopsy tells them apart by their clone.

    second_primary = second_primary_rate
"""

from abscopal.language import Hazard, Mechanism, Parameter, cited

mechanism = Mechanism(
    "second_primary",
    "An independent new cancer",
    parameters=(
        Parameter(
            "second_primary_rate",
            4e-5,
            "1/day",
            "incidence of a new invasive cancer of any kind",
            cited(
                "SEER Cancer Statistics Review, incidence of all invasive cancers by age",
                derived="about 1.4 % per year at the age of 62; the population scales it with age",
                recalled=True,
            ),
            (1e-7, 1e-3),
        ),
    ),
    hazards=(Hazard("second_primary", "second_primary_rate", "a new cancer arises", fatal=False),),
)

INCIDENCE: dict[str, float] = {
    "lung": 0.13,
    "breast": 0.15,
    "prostate": 0.15,
    "bowel": 0.09,
    "bladder": 0.05,
    "kidney": 0.05,
    "skin": 0.06,
    "pancreas": 0.03,
    "head_and_neck": 0.03,
    "liver": 0.02,
    "stomach": 0.02,
    "oesophagus": 0.01,
    "ovary": 0.01,
    "cervix": 0.01,
}
INCIDENCE_SOURCE = cited(
    "Siegel RL et al. Cancer statistics, CA Cancer J Clin",
    derived="new cases by organ over all new cases, both sexes together",
    recalled=True,
)
ONE_SEX = {"prostate": True, "ovary": False, "cervix": False}  # whether only men can have it
NEW_CANCER_CELLS = 3e7
NEW_CANCER_SOURCE = cited(
    "Del Monte U. Cell Cycle 2009;8:505",
    derived="some 4 mm at 1e9 cells per mL: incidence counts cancers that are found, so it founds one about to be",
    recalled=True,
)
