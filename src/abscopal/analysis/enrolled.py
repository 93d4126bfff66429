"""Whom the analyses count, and where in a list of subjects the rows of another table belong."""

import numpy as np
import pandas as pd

from abscopal.analysis.censored import Codes


def enrolled(adsl: pd.DataFrame) -> pd.DataFrame:
    """Rows of ADSL that belong to the trial's population.

    A simulated table also lists the subjects whose simulation failed (CLASS is not "enrolled"); they have no
    outcome, so no analysis counts them. A real trial's table has no CLASS and is taken whole.
    """
    return adsl[adsl["CLASS"] == "enrolled"] if "CLASS" in adsl.columns else adsl


def analysed(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of ADTR or ADRS that analyses count: by the protocol's criteria, by the investigator (ANL01FL is "Y").

    The others assess the same scans by further criteria, or by independent readers. A real trial's table without the
    flag is taken whole.
    """
    if "ANL01FL" not in table.columns:
        return table
    counted = table["ANL01FL"].eq("Y").to_numpy()
    return table if counted.all() else table[counted]


def places(rows: pd.Series, subjects: pd.Series) -> Codes:
    """Place of each row's USUBJID among the subjects (each there once), -1 where it is not one of them."""
    known = pd.Index(subjects.astype("str"))
    if not isinstance(rows.dtype, pd.CategoricalDtype):
        return np.asarray(known.get_indexer(pd.Index(rows.astype("str"))))
    # the last place is for a row without a subject, whose code is -1
    of_word = np.append(known.get_indexer(rows.cat.categories.astype("str")), -1)
    return np.asarray(of_word[rows.cat.codes.to_numpy()])


def labels(values: pd.Series) -> tuple[Codes, list[str]]:
    """Return the number of each row's word, and the words that occur, in alphabetical order."""
    code, found = pd.factorize(values, sort=True)
    if (code < 0).any():
        raise ValueError(f"{values.name}: expected a word in every row, got a missing one")
    return np.asarray(code), [str(word) for word in found]
