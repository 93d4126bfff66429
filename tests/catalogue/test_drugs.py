"""The drug library against figures on labels that were not used to set it: half-lives and mean concentrations."""

import math

import pytest

from abscopal import catalogue
from abscopal.protocol.treatment import parse_treatment

HALF_LIFE = {  # days, US prescribing information, section 12.3 (recalled)
    "nivolumab": 25.0,
    "pembrolizumab": 22.0,
    "cemiplimab": 20.3,
    "dostarlimab": 23.5,
    "atezolizumab": 27.0,
    "durvalumab": 21.0,
    "avelumab": 6.1,
    "ipilimumab": 15.4,
    "tremelimumab": 16.9,
    "pertuzumab": 18.0,
    "bevacizumab": 20.0,
    "ramucirumab": 14.0,
    "necitumumab": 14.0,
    "cetuximab": 4.7,
    "trastuzumab-emtansine": 4.0,
    "vedolizumab": 25.0,
}
MEAN_CONCENTRATION = {  # drug: mg per day, mg/L at steady state
    "osimertinib": (80, 0.234),  # area under the curve 11 258 nM h, label
    "trametinib": (2, 0.0154),  # 370 ng h/mL, label
    "tamoxifen": (20, 0.12),  # label
    "everolimus": (10, 0.0214),  # 514 ng h/mL, O'Donnell A et al. 2008
    "palbociclib": (125, 0.08),  # between trough (61) and peak (116 ng/mL), label
    "cabozantinib": (60, 1.1),  # Lacy S et al. 2018
}
TOLERANCE = 0.4
FASTEST = 10.0  # per day: an explicit stepper takes it in its stride


def value(drug: str, key: str) -> float:
    """One number of a drug's kinetics, or 0."""
    fact = catalogue.drug(drug).kinetics.values.get(key)
    return fact.value if fact else 0.0


def rates(drug: str, concentration: float) -> tuple[float, float]:
    """Fast and slow rate of decline of a drug with two compartments, 1/day, once its clearance has changed."""
    clearance = value(drug, "clearance") * math.exp(value(drug, "clearance_change"))
    if saturable := value(drug, "saturable_rate"):
        clearance += saturable / (value(drug, "saturable_half") + concentration)
    gone, out = (flow / value(drug, "central_volume") for flow in (clearance, value(drug, "exchange")))
    back = value(drug, "exchange") / value(drug, "peripheral_volume")
    total = gone + out + back
    root = math.sqrt(total**2 - 4 * gone * back)
    return (total + root) / 2, (total - root) / 2


@pytest.mark.parametrize("drug", HALF_LIFE)
def test_half_life_of_an_antibody_is_that_of_its_label(drug: str) -> None:
    _, slow = rates(drug, concentration=50.0)
    assert math.log(2) / slow == pytest.approx(HALF_LIFE[drug], rel=TOLERANCE)


@pytest.mark.parametrize("drug", MEAN_CONCENTRATION)
def test_mean_concentration_of_a_daily_drug_is_the_published_one(drug: str) -> None:
    intake, published = MEAN_CONCENTRATION[drug]
    share = value(drug, "availability") or 1.0
    assert share * intake / value(drug, "clearance") == pytest.approx(published, rel=TOLERANCE)


@pytest.mark.parametrize("drug", catalogue.names("drugs"))
def test_no_drug_leaves_faster_than_the_stepper_follows(drug: str) -> None:
    form = catalogue.drug(drug).kinetics.form
    if form == "one_compartment":
        assert value(drug, "clearance") / value(drug, "volume") < FASTEST
    if form == "two_compartments":
        assert rates(drug, concentration=0.0)[0] < FASTEST


@pytest.mark.parametrize("drug", catalogue.names("drugs"))
def test_usual_regimens_of_a_drug_are_sentences_that_name_it(drug: str) -> None:
    for sentence in catalogue.drug(drug).regimens:
        assert str(parse_treatment(sentence)) == sentence
        assert sentence.split()[0] == drug
