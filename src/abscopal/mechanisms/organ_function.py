"""Vital organs fail as tumour replaces them.

function = 1 - V^3 / (V^3 + half^3) for the tumour volume V in the organ, with `half` the volume at which half is lost
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


def _inside(organ: str) -> Parameter:
    return Parameter(
        f"in_{organ}",
        0.0,
        "1",
        f"1 for a lesion in {organ}, else 0",
        assumed("marks the organ; not a measurement"),
        (0.0, 1.0),
        per="lesion",
    )


def _function(organ: str) -> Definition:
    return Definition(
        f"{organ}_function", f"1 - hill(total(in_{organ} * volume), {organ}_half, 3)", "1", f"function left in {organ}"
    )


_ORGANS = ("liver", "lung", "brain", "bone")

mechanism = Mechanism(
    "organ_function",
    "Function left in liver, lung, brain and bone marrow",
    parameters=(
        *(_inside(organ) for organ in _ORGANS),
        _half("liver", 700.0, 300.0, 1200.0, "of 1500 mL, 70 % replaced is failure"),
        _half("lung", 1000.0, 300.0, 2500.0, "half of functional lung, effusion limits earlier"),
        _half("brain", 60.0, 20.0, 120.0, "Monro-Kellie reserve of 100 to 150 mL with oedema"),
        _half("bone", 700.0, 200.0, 1500.0, "half of the haematopoietic marrow"),
    ),
    definitions=tuple(_function(organ) for organ in _ORGANS),
)
