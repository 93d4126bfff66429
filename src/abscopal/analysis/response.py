"""Response rates of the arms, with exact intervals.

Every enrolled subject counts in the denominator (intention to treat): one who was never scanned is a non-responder.

References
----------
Eisenhauer EA et al. Eur J Cancer 2009;45:228 (RECIST 1.1).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from abscopal.analysis.enrolled import enrolled, labels, places
from abscopal.analysis.proportion import Proportion, proportion

# The words of `clinic.criteria.criterion.LABELS`, which a table of a real trial may hold as well; NE and NED are none.
COMPLETE = frozenset({"CR", "iCR"})
PARTIAL = frozenset({"PR", "iPR"})
# Non-CR/non-PD is what stable disease is called where no lesion can be measured (RECIST 1.1, table 2).
STABLE = frozenset({"SD", "iSD", "NON-CR/NON-PD", "NON-iCR/NON-iUPD"})
SUSPECTED = frozenset({"iUPD", "uPD", "IR1", "IR2", "IR3"})  # progression only if a later scan says so
PROGRESSIVE = frozenset({"PD", "iCPD"})
OBJECTIVE = COMPLETE | PARTIAL
CONTROLLED = OBJECTIVE | STABLE


@dataclass(frozen=True)
class ResponseRates:
    """Objective response (CR or PR), complete response, and disease control (CR, PR or SD) of one arm."""

    objective: Proportion
    complete: Proportion
    disease_control: Proportion


def response_rates(adrs: pd.DataFrame, adsl: pd.DataFrame, *, paramcd: str = "CBOR") -> dict[str, ResponseRates]:
    """Response rates by arm from the best overall response.

    Parameters
    ----------
    adrs : DataFrame
        One row per subject with PARAMCD equal to `paramcd`; AVALC is the best response. A subject without a row has
        none.
    adsl : DataFrame
        The subjects: USUBJID, ARM, and CLASS where simulated.
    paramcd : {"CBOR", "BOR"}
        Confirmed or unconfirmed best overall response.
    """
    if paramcd not in ("CBOR", "BOR"):
        raise ValueError(f"paramcd: expected CBOR or BOR, got {paramcd!r}")
    subjects = enrolled(adsl)
    rows = adrs[adrs["PARAMCD"] == paramcd]
    if (twice := rows["USUBJID"].duplicated()).any():
        raise ValueError(
            f"ADRS: expected one {paramcd} row per subject, got several for {rows.loc[twice, 'USUBJID'].iloc[0]}"
        )
    place = places(rows["USUBJID"], subjects["USUBJID"])
    arm, names = labels(subjects["ARM"])
    n = np.bincount(arm, minlength=len(names))
    counts = [
        np.bincount(arm[place[(place >= 0) & rows["AVALC"].isin(wanted).to_numpy()]], minlength=len(names))
        for wanted in (OBJECTIVE, COMPLETE, CONTROLLED)
    ]
    return {
        name: ResponseRates(*(proportion(int(count[code]), int(n[code])) for count in counts))
        for code, name in enumerate(names)
    }
