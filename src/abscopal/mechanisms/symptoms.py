"""Symptoms by site: each strikes a patient once, at a rate that follows the tumour in the organ or the function lost.

rate = most * D / (D + half) for the sum D of diameters in bone or brain;   rate = most * (1 - function) elsewhere
"""

from abscopal.language import Definition, Hazard, Mechanism, Parameter, assumed, cited

_COLEMAN = "Coleman RE. Clin Cancer Res 2006;12:6243s (reviews)"


def _most(
    name: str, value: float, low: float, high: float, meaning: str, derived: str, citation: str = ""
) -> Parameter:
    source = cited(citation, derived=derived, recalled=True) if citation else assumed(derived)
    return Parameter(name, value, "1/day", meaning, source, (low, high))


mechanism = Mechanism(
    "symptoms",
    "Bone pain, fracture, cord compression, jaundice, liver failure, dyspnoea, seizure, ileus",
    parameters=(
        Parameter(
            "symptom_half",
            30.0,
            "mm",
            "sum of diameters in the organ at which symptoms come at half of their greatest rate",
            assumed("one or two lesions of clinical size"),
            (5.0, 100.0),
        ),
        _most(
            "bone_pain_rate",
            0.006,
            0.001,
            0.03,
            "bone pain with much tumour in bone",
            "70 % of patients, over a year with 30 mm of tumour",
            _COLEMAN,
        ),
        _most(
            "fracture_rate",
            0.0009,
            0.0002,
            0.003,
            "pathological fracture with much tumour in bone",
            "10 to 20 % per year with 30 mm of tumour",
            _COLEMAN,
        ),
        _most(
            "cord_compression_rate",
            0.0003,
            0.0001,
            0.001,
            "spinal cord compression with much tumour in bone",
            "3 to 10 % of patients, over one to two years",
            _COLEMAN,
        ),
        _most(
            "seizure_rate",
            0.0015,
            0.0004,
            0.006,
            "first seizure with much tumour in the brain",
            "20 to 35 % of patients with brain metastases, over a year with 30 mm of tumour",
            "Sperduto PW et al. (DS-GPA) and reviews of brain metastases",
        ),
        _most(
            "jaundice_rate", 0.03, 0.01, 0.2, "jaundice when bile no longer flows", "weeks from obstruction to jaundice"
        ),
        _most(
            "decompensation_rate",
            0.03,
            0.01,
            0.2,
            "liver failure shows when liver function is lost",
            "encephalopathy and ascites within weeks; as fast as death from it, and before it",
        ),
        _most("dyspnoea_rate", 0.05, 0.01, 0.3, "dyspnoea when lung function is lost", "felt within weeks"),
        _most(
            "ileus_rate",
            0.1,
            0.01,
            0.3,
            "bowel obstruction when the bowel is held fast",
            "within days of the passage closing, before death from it; 10 to 50 % of patients with peritoneal disease",
        ),
    ),
    definitions=(
        Definition("tumour_in_bone", "total(in_bone * diameter)", "mm", "sum of diameters in bone"),
        Definition("tumour_in_brain", "total(in_brain * diameter)", "mm", "sum of diameters in the brain"),
        Definition(
            "bone_symptoms", "hill(tumour_in_bone, symptom_half, 1)", "1", "share of the greatest rate, in bone"
        ),
    ),
    hazards=(
        Hazard("bone_pain", "bone_pain_rate * bone_symptoms", "bone pain", fatal=False),
        Hazard("fracture", "fracture_rate * bone_symptoms", "pathological fracture", fatal=False),
        Hazard("cord_compression", "cord_compression_rate * bone_symptoms", "spinal cord compression", fatal=False),
        Hazard("seizure", "seizure_rate * hill(tumour_in_brain, symptom_half, 1)", "first seizure", fatal=False),
        Hazard("jaundice", "jaundice_rate * (1 - bile_duct_function)", "jaundice", fatal=False),
        Hazard("hepatic_decompensation", "decompensation_rate * (1 - liver_function)", "liver failure", fatal=False),
        Hazard("dyspnoea", "dyspnoea_rate * (1 - lung_function)", "dyspnoea", fatal=False),
        Hazard("ileus", "ileus_rate * (1 - bowel_function)", "bowel obstruction", fatal=False),
    ),
)
