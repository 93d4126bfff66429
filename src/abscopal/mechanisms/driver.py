"""A driver: whether a tumour depends on an oncogene, a receptor or an antigen that some drugs act on.

    effect of a drug on a driver = driver * effect

A template: `build` makes the parameter, 0 or 1 in each patient, that every drug on that driver shares.
"""

from __future__ import annotations

from abscopal.language import Mechanism, Parameter, assumed


def build(name: str) -> Mechanism:
    """Return the mechanism of one driver, such as EGFR: its parameter `driver_EGFR`."""
    share = Parameter(
        f"driver_{name}",
        1.0,
        "1",
        f"whether the tumour depends on {name}",
        assumed("0 or 1 in each patient, drawn from the share of the indication or the baseline table of the trial"),
        (0.0, 1.0),
    )
    return Mechanism(f"driver_{name}", f"Dependence of the tumour on {name}", parameters=(share,))
