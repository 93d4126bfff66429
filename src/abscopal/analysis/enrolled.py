"""Whom the analyses count."""

import pandas as pd


def enrolled(adsl: pd.DataFrame) -> pd.DataFrame:
    """Rows of ADSL that belong to the trial's population.

    A simulated table also lists the subjects whose simulation failed (CLASS is not "enrolled"); they have no
    outcome, so no analysis counts them. A real trial's table has no CLASS and is taken whole.
    """
    return adsl[adsl["CLASS"] == "enrolled"] if "CLASS" in adsl.columns else adsl
