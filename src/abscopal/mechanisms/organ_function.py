"""Vital organs fail as tumour replaces them, or stops what they do from outside.

function = 1 - V^3 / (V^3 + half^3) for the tumour volume V that tells on the organ, `half` where half is lost

Tumour in the pleura tells on the lung through its effusion, in the meninges on the brain, in bone on the marrow, over
the peritoneum on the bowel, in the pancreas on the bile ducts.
"""

from abscopal.language import Definition, Mechanism, Parameter, assumed

_DEFAULT = "modelling default from organ reserve, no published dose-response of function on tumour volume"


def _half(organ: str, value: float, low: float, high: float, why: str) -> Parameter:
    return Parameter(
        f"{organ}_half",
        value,
        "mL",
        f"tumour in {organ} at which half of its function is lost",
        assumed(f"{_DEFAULT}: {why}"),
        (low, high),
    )


def inside(organ: str) -> Parameter:
    """Return the lesion parameter that is 1 in this organ, else 0; the population fills it in."""
    return Parameter(
        f"in_{organ}",
        0.0,
        "1",
        f"1 for a lesion in {organ}, else 0",
        assumed("marks the organ; not a measurement"),
        (0.0, 1.0),
        per="lesion",
    )


def _effect(name: str, value: float, low: float, high: float, meaning: str, why: str) -> Parameter:
    return Parameter(name, value, "1", meaning, assumed(why), (low, high))


def _function(organ: str, volume: str) -> Definition:
    return Definition(
        f"{organ}_function", f"1 - hill(total({volume} * volume), {organ}_half, 3)", "1", f"function left in {organ}"
    )


_ORGANS = (
    "liver", "lung", "brain", "bone", "pleura", "meninges", "marrow", "kidney", "bowel", "peritoneum", "pancreas",
)  # fmt: skip

mechanism = Mechanism(
    "organ_function",
    "Function left in liver, lung, brain, marrow, kidney, bowel and bile ducts",
    parameters=(
        *(inside(organ) for organ in _ORGANS),
        _half("liver", 700.0, 300.0, 1200.0, "of 1500 mL, 70 % replaced is failure"),
        _half("lung", 1000.0, 300.0, 2500.0, "half of functional lung, effusion limits earlier"),
        _half("brain", 60.0, 20.0, 120.0, "Monro-Kellie reserve of 100 to 150 mL with oedema"),
        _half("marrow", 700.0, 200.0, 1500.0, "half of the haematopoietic marrow"),
        _half("kidney", 250.0, 100.0, 500.0, "of 300 mL, most of which can be spared"),
        _half("bowel", 1000.0, 100.0, 2000.0, "a gut held fast by peritoneal disease in late stages"),
        _half("bile_duct", 400.0, 50.0, 800.0, "ducts run where tumour of pancreas and liver meets them"),
        _effect(
            "effusion", 3.0, 1.0, 10.0, "lung lost per volume of pleural tumour", "an effusion is larger than its cause"
        ),
        _effect(
            "meningeal_effect",
            10.0,
            3.0,
            30.0,
            "brain lost per volume of meningeal tumour",
            "a film of tumour blocks the outflow of fluid; untreated, patients live four to six weeks",
        ),
        _effect(
            "pancreatic_effect",
            10.0,
            3.0,
            30.0,
            "bile duct lost per volume of tumour in the pancreas",
            "a few centimetres in the head of the pancreas close the duct",
        ),
    ),
    definitions=(
        _function("liver", "in_liver"),
        _function("lung", "(in_lung + effusion * in_pleura)"),
        _function("brain", "(in_brain + meningeal_effect * in_meninges)"),
        _function("marrow", "(in_bone + in_marrow)"),
        _function("kidney", "in_kidney"),
        _function("bowel", "(in_bowel + in_peritoneum)"),
        _function("bile_duct", "(in_liver + pancreatic_effect * in_pancreas)"),
    ),
)
