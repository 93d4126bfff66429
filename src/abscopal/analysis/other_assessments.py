"""Response by the further criteria and readers of a trial, on the same scans as the response that counts."""

import pandas as pd

from abscopal.analysis.response import ResponseRates, response_rates

CRITERIA, EVALUATOR = "PARCAT1", "RSEVAL"


def other_assessments(adrs: pd.DataFrame, adsl: pd.DataFrame) -> dict[tuple[str, str], dict[str, ResponseRates]]:
    """Rates of the confirmed best response by (criteria, evaluator) and arm.

    Parameters
    ----------
    adrs : DataFrame
        USUBJID, PARAMCD, AVALC, and PARCAT1, RSEVAL and ANL01FL, without which there are no others. Rows whose ANL01FL
        is "Y" are what analyses count, and left out here.
    adsl : DataFrame
        The subjects: USUBJID, ARM, and CLASS where simulated.

    Returns
    -------
    dict
        In alphabetical order of evaluator and criteria; empty where the scans were assessed once.
    """
    if not {CRITERIA, EVALUATOR, "ANL01FL"} <= set(adrs.columns):
        return {}
    others = adrs[adrs["PARAMCD"].eq("CBOR").to_numpy() & adrs["ANL01FL"].ne("Y").to_numpy()]
    criteria, evaluator = others[CRITERIA].astype("str"), others[EVALUATOR].astype("str")
    return {
        (by, who): response_rates(others[(criteria == by) & (evaluator == who)], adsl)
        for who, by in sorted(set(zip(evaluator, criteria, strict=True)))
    }
