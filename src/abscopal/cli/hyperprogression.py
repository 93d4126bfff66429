"""`abscopal assess --hyperprogression`: who of a lesion table is hyperprogressive, by a published definition."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


def judged(
    lesions: Sequence[Path], definition: str, baseline_day: int | None, follow_up: Path | None, evaluator: str
) -> pd.DataFrame:
    """Return the table of `clinic.hyperprogression.hyperprogression` for the tables in these files.

    Parameters
    ----------
    lesions
        As `abscopal assess` takes them.
    definition, baseline_day
        As `hyperprogression` takes them.
    follow_up
        CSV or Parquet table with the last day of treatment, for the definition that asks for it.
    evaluator
        Whose readings, where SDTM has those of several.
    """
    from abscopal.clinic.growth_rate import definition_named
    from abscopal.clinic.hyperprogression import hyperprogression
    from abscopal.clinic.lesion_tables.lesion_file import read_lesions, read_table

    definition_named(definition)  # a slip of the pen is told before a large file is read
    one_table = len(lesions) == 1 and lesions[0].is_file()
    if baseline_day is not None and one_table:  # a scan before the baseline need not have the lesions of later ones
        table, _ = read_table(lesions[0])
    else:
        table = read_lesions(lesions, evaluator=evaluator)
    ends = None if follow_up is None else read_table(follow_up)[0]
    return hyperprogression(table, definition, baseline_day=baseline_day, follow_up=ends)


def as_json(table: pd.DataFrame, definition: str) -> dict[str, Any]:
    """Return the definition with its source, how many are hyperprogressive by it, and the rows."""
    from abscopal.clinic.growth_rate import SOURCES, definition_named

    rule = definition_named(definition)
    counts = table["HPD"].value_counts()
    return {
        "definition": rule.name,
        "sentence": rule.sentence,
        "source": str(SOURCES[rule.name]),
        "counts": {word: int(counts.get(word, 0)) for word in ("Y", "N", "NE")},
        "rows": json.loads(table.to_json(orient="records", double_precision=12)),
    }
