"""ADTR and ADRS of a trial: what the investigator made of the scans, and what else was made of the same scans."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abscopal.clinic.criteria.criterion import Criterion
from abscopal.clinic.readers import INDEPENDENT
from abscopal.clinic.records import Subjects, adrs, adtr
from abscopal.clinic.tables import conform
from abscopal.clinic.words import stacked
from abscopal.trial.course import Course

if TYPE_CHECKING:
    import pandas as pd


def measurements(subjects: Subjects, course: Course, criterion: Criterion) -> pd.DataFrame:
    """Return ADTR: what the investigator measured, and the independent readers where there were any."""
    review = [reader for reader in course.further if reader.evaluator == INDEPENDENT]
    tables = [adtr(subjects, course.organ, course.scans, unit=criterion.unit)]
    tables += [adtr(subjects, course.organ, reader.scans, reader.evaluator, reader.criterion.unit) for reader in review]
    return _one("ADTR", tables)


def responses(subjects: Subjects, course: Course, criterion: Criterion) -> pd.DataFrame:
    """Return ADRS: responses by the protocol's criterion, by other criteria, and by independent review."""
    until = course.counted_until
    tables = [adrs(subjects, course.scans, criterion, until)]
    for reader in course.further:
        who = reader.evaluator
        tables.append(adrs(subjects, reader.scans, reader.criterion, until, evaluator=who, analysed=False))
    return _one("ADRS", tables)


def _one(name: str, tables: list[pd.DataFrame]) -> pd.DataFrame:
    return tables[0] if len(tables) == 1 else conform(name, stacked(tables))
