"""Survival of the arms of a trial from its ADTTE table: what `trial.survival("OS")` gives."""

from collections.abc import Sequence
from difflib import get_close_matches
from functools import cached_property
from typing import overload

import numpy as np
import pandas as pd

from abscopal.analysis.censored import Floats
from abscopal.analysis.cox import HazardRatio, cox
from abscopal.analysis.enrolled import labels
from abscopal.analysis.kaplan_meier import SurvivalCurve, kaplan_meier
from abscopal.analysis.logrank import LogRank, logrank
from abscopal.units import DAYS_PER_MONTH


class Survival:
    """One time-to-event endpoint of a trial, by arm. Times asked and answered are in months; curves are in days.

    Parameters
    ----------
    adtte : DataFrame
        USUBJID, ARM, PARAMCD, AVAL (days) and CNSR (0 event, 1 censored).
    paramcd : str
        Endpoint: "OS", "PFS", "DOR" or "TTR" in a simulated trial.

    Examples
    --------
    >>> table = pd.DataFrame({"USUBJID": list("abcd"), "ARM": ["mono", "mono", "combo", "combo"], "PARAMCD": "OS",
    ...                       "AVAL": [100.0, 300.0, 200.0, 400.0], "CNSR": [0, 0, 0, 1]})
    >>> survival = Survival(table, "OS")
    >>> round(survival.hazard_ratio(reference="mono").hr, 4)
    0.3904
    """

    def __init__(self, adtte: pd.DataFrame, paramcd: str) -> None:
        known = sorted(adtte["PARAMCD"].unique())
        if paramcd not in known:
            raise ValueError(f"PARAMCD: {_unknown(paramcd, known)}")
        self.paramcd = paramcd
        rows = adtte[adtte["PARAMCD"] == paramcd]
        if rows["USUBJID"].duplicated().any():
            raise ValueError(f"ADTTE: expected one {paramcd} row per subject, got several")
        self._arm, arms = labels(rows["ARM"])
        self.arms: tuple[str, ...] = tuple(arms)
        self._days = rows["AVAL"].to_numpy(dtype=np.float64)
        self._event = 1 - rows["CNSR"].to_numpy()

    @cached_property
    def curves(self) -> dict[str, SurvivalCurve]:
        """Kaplan-Meier curve of each arm, in days."""
        return {arm: kaplan_meier(*self._times((arm,))[:2]) for arm in self.arms}

    def curve(self, arm: str) -> SurvivalCurve:
        """Kaplan-Meier curve of one arm, in days."""
        return self.curves[self._known(arm)]

    def median(self, arm: str) -> float | None:
        """Median of an arm in months; None where not reached."""
        return _months(self.curve(arm).median())

    def median_interval(self, arm: str) -> tuple[float | None, float | None]:
        """95 % limits of an arm's median in months; None where not reached."""
        lower, upper = self.curve(arm).median_interval()
        return _months(lower), _months(upper)

    def at(self, months: float, arm: str) -> float | None:
        """Landmark rate: the share free of the event at `months`; None beyond the arm's follow-up."""
        return self.curve(arm).at(months * DAYS_PER_MONTH)

    def interval_at(self, months: float, arm: str) -> tuple[float, float] | None:
        """95 % limits of the landmark rate at `months`."""
        return self.curve(arm).interval_at(months * DAYS_PER_MONTH)

    def numbers_at_risk(self, months: Sequence[float], arm: str) -> Floats:
        """Subjects of an arm still at risk at each of `months`."""
        return self.curve(arm).numbers_at_risk(np.asarray(months, dtype=np.float64) * DAYS_PER_MONTH)

    @overload
    def hazard_ratio(self, reference: str, arm: str) -> HazardRatio: ...
    @overload
    def hazard_ratio(self, reference: str, arm: None = None) -> HazardRatio | dict[str, HazardRatio]: ...
    def hazard_ratio(self, reference: str, arm: str | None = None) -> HazardRatio | dict[str, HazardRatio]:
        """Hazard ratio of an arm against `reference`, by a Cox model of these two arms alone.

        Parameters
        ----------
        reference : str
            Arm in the denominator.
        arm : str, optional
            Arm in the numerator. Left out, it is the other arm of a two-arm trial; with more arms the answer is a
            dict by arm, each compared with the reference alone, as in trial reports.

        Raises
        ------
        CoxError
            If the ratio is not finite, for instance because one arm has no event.
        """
        self._known(reference)
        others = tuple(name for name in self.arms if name != reference)
        if not others:
            raise ValueError(f"reference: {reference!r} is the only arm with {self.paramcd}, nothing to compare")
        if arm is None:
            ratios = {name: self._pair(name, reference) for name in others}
            return ratios[others[0]] if len(others) == 1 else ratios
        if self._known(arm) == reference:
            raise ValueError(f"arm: expected an arm other than the reference {reference!r}")
        return self._pair(arm, reference)

    def logrank(self, arms: Sequence[str] | None = None) -> LogRank:
        """Log-rank test between `arms`, by default all of them."""
        chosen = self.arms if arms is None else tuple(self._known(arm) for arm in arms)
        time, event, arm = self._times(chosen)
        return logrank(time, event, np.array(self.arms)[arm])

    def _pair(self, arm: str, reference: str) -> HazardRatio:
        time, event, arms = self._times((arm, reference))
        return cox(time, event, arms == self.arms.index(arm), names=[f"{arm} against {reference}"]).hazard_ratio()

    def _times(self, arms: Sequence[str]) -> tuple[Floats, np.ndarray, np.ndarray]:
        """Days, event flags and arm (its place in `self.arms`) of the subjects in `arms`."""
        chosen = np.isin(self._arm, [self.arms.index(arm) for arm in arms])
        return self._days[chosen], self._event[chosen], self._arm[chosen]

    def _known(self, arm: str) -> str:
        if arm not in self.arms:
            raise ValueError(f"arm: {_unknown(arm, self.arms)}")
        return arm


def _months(days: float | None) -> float | None:
    return None if days is None else days / DAYS_PER_MONTH


def _unknown(name: str, known: Sequence[str]) -> str:
    """Describe an unknown name among the known ones, with the nearest of them."""
    near = get_close_matches(name, known, n=1)
    hint = f", did you mean {near[0]}?" if near else ""
    return f"expected one of {', '.join(known)}, got {name!r}{hint}"
