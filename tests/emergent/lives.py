"""Small trials of one arm under chosen conditions, and what is counted in them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

import abscopal as ab
from abscopal.indications.indication import Indication
from abscopal.population.virtual_population import VirtualPopulation
from abscopal.trial.course import Course
from abscopal.trial.simulate import Design, enrol, follow, prepare, tables

NIVOLUMAB, DOCETAXEL = "nivolumab 240 mg q2w", "docetaxel 75 mg/m2 q3w"
FREE = "a condition of this test"


@dataclass(frozen=True)
class Lives:
    """What became of the subjects of a trial of one arm."""

    design: Design
    population: VirtualPopulation
    course: Course

    @cached_property
    def tables(self) -> dict[str, pd.DataFrame]:
        return tables(self.design, self.population, self.course)

    @cached_property
    def subjects(self) -> pd.Index:
        return pd.Index(self.tables["adsl"]["USUBJID"])

    @cached_property
    def lesions(self) -> pd.DataFrame:
        """Diameters of target lesions in mm: a row per lesion, a column per day (NaN: not measured)."""
        rows = self.tables["adtr"]
        rows = rows[rows["PARAMCD"].eq("LDIAM") & rows["ROLE"].eq("target")]
        wide = rows.pivot(index=["USUBJID", "LESION"], columns="ADY", values="AVAL")
        return wide[wide[0].notna() & (wide[0] > 0)]

    def organ(self) -> pd.Series:
        """Organ of each target lesion, indexed as `lesions`."""
        rows = self.tables["adtr"]
        rows = rows[rows["PARAMCD"].eq("LDIAM") & rows["ROLE"].eq("target")]
        return rows.groupby(["USUBJID", "LESION"])["ORGAN"].first().astype(str)

    @cached_property
    def sums(self) -> pd.DataFrame:
        """Sum of target diameters: a row per subject, a column per day."""
        rows = self.tables["adtr"]
        return rows[rows["PARAMCD"].eq("SUMDIAM")].pivot(index="USUBJID", columns="ADY", values="AVAL")

    @cached_property
    def first_response(self) -> pd.Series:
        """Day of the first sum of at most 70 % of baseline, NaN for none, by subject."""
        small = self.sums.le(0.7 * self.sums[0], axis=0)
        return small.idxmax(axis=1).where(small.any(axis=1)).reindex(self.subjects).astype(float)


def live(
    indication: str,
    regimen: list[str] | str,
    *,
    n: int = 300,
    line: str = "1L",
    months: float = 18,
    beyond: bool = True,
    criteria: str = "iRECIST",
    scans: str = "every 6 weeks",
    seed: int = 1,
    setting: str = "metastatic",
    baseline: dict[str, float] | None = None,
    fractions: dict[str, float] | None = None,
    change: object = None,
    **fixed: float,
) -> Lives:
    """Live through a trial of one arm in which nobody is lost and all start together.

    Parameters
    ----------
    fixed
        Parameters that everybody has, whatever the indication says of them: how a mechanism is switched off.
    baseline
        Shares by which subjects are chosen, as in a protocol.
    fractions
        Shares of clones at diagnosis that everybody has.
    change
        A function of the population, called before day 1.
    """
    regimens = [regimen] if isinstance(regimen, str) else regimen
    protocol = ab.Protocol(
        name="lives", indication=indication, subjects=n, line=line, setting=setting, scans=scans, criteria=criteria,
        arms=[ab.Arm("only", regimens, treatment_beyond_progression=beyond)],
        baseline={name: {"value": value, "source": "assumed"} for name, value in (baseline or {}).items()},
        accrual_months=0, follow_up_months=months, dropout_per_year=0,
    )  # fmt: skip
    design = with_fixed(prepare(protocol), fixed, fractions or {})
    population = enrol(design, seed, workers=2)
    if change is not None:
        change(population)
    return Lives(design, population, follow(design, population, np.zeros(n, dtype=np.int64), seed, workers=2))


def with_fixed(design: Design, fixed: dict[str, float], fractions: dict[str, float]) -> Design:
    data = design.indication.model_dump()
    for name, value in fixed.items():
        data["parameters"].pop(name, None)
        data["fixed"][name] = {"value": value, "source": "assumed", "derived": FREE}
    for name, value in fractions.items():
        data["fractions"][name]["center"] |= {"value": value, "range": None, "source": "assumed", "derived": FREE}
        data["fractions"][name]["spread"] |= {"value": 0.0, "range": None, "source": "assumed", "derived": FREE}
    return replace(design, indication=Indication(**data))
