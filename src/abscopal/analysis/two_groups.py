"""The Cox likelihood of two groups, from counts alone.

With one covariate that is 0 or 1, the risk set of an event counts only by how many of each group are in it, so the sums
over it need no sum over subjects: with A and B subjects of group 0 and 1 (less Efron's share of those tied),

    log L(b) = d b - sum over events of log( A + B exp(b) )         p = B exp(b) / (A + B exp(b))
    gradient = d - sum of p                                        information = sum of p (1 - p)

for d events in group 1. Exact, and many times faster than the general case in `cox.py`: a million subjects take a
fraction of a second.
"""

from dataclasses import dataclass

import numpy as np

from abscopal.analysis.censored import Floats


@dataclass(frozen=True, eq=False)
class TwoGroups:
    """Counts at the m events.

    Attributes
    ----------
    zero, one : (m,) float
        Subjects of group 0 and 1 at risk, less Efron's share of the subjects tied.
    events_zero, events_one : int
        Events in each group.
    outranked : (2,) bool
        Whether any event of group 0 was beside a subject of group 1 at risk, and the other way round.
    """

    zero: Floats
    one: Floats
    events_zero: int
    events_one: int
    outranked: tuple[bool, bool]

    @classmethod
    def build(cls, time: Floats, event: np.ndarray, group: np.ndarray) -> "TwoGroups":
        """Sort the subjects and count those at risk; `group` is (n,) bool, `event` too."""
        order = np.argsort(time, kind="stable")
        died, member = event[order], group[order]
        starts = np.flatnonzero(np.diff(time[order], prepend=-1.0))  # times are >= 0: the first row starts a tie
        at_risk_one = np.cumsum(member[::-1])[::-1][starts].astype(np.float64)
        at_risk_zero = (len(time) - starts) - at_risk_one
        events_one = np.add.reduceat(died & member, starts, dtype=np.float64)
        events_zero = np.add.reduceat(died & ~member, starts, dtype=np.float64)
        ties = (events_one + events_zero).astype(np.int64)
        tie = np.repeat(np.arange(len(starts)), ties)
        rank = np.arange(len(tie)) - np.repeat(np.cumsum(ties) - ties, ties)
        share = rank / ties[tie]
        return cls(
            at_risk_zero[tie] - share * events_zero[tie],
            at_risk_one[tie] - share * events_one[tie],
            int(events_zero.sum()),
            int(events_one.sum()),
            (bool((events_zero * at_risk_one).any()), bool((events_one * at_risk_zero).any())),
        )

    @property
    def events(self) -> int:
        """Number of events."""
        return self.events_zero + self.events_one

    def evaluate(self, beta: Floats) -> tuple[float, Floats, Floats]:
        """Log partial likelihood (-inf where not computable), its gradient (1,) and the information matrix (1, 1)."""
        below, above = min(float(beta[0]), 0.0), min(-float(beta[0]), 0.0)  # so that exp cannot overflow
        weighted = self.one * np.exp(below)
        denominator = self.zero * np.exp(above) + weighted
        if not denominator.min() > 1e-200:
            return -np.inf, np.zeros(1), np.zeros((1, 1))
        p = weighted / denominator
        likelihood = self.events_one * below + self.events_zero * above - float(np.log(denominator).sum())
        return likelihood, np.array([self.events_one - p.sum()]), np.array([[float((p * (1.0 - p)).sum())]])

    def never_outranked(self, direction: Floats) -> bool:
        """Tell whether at every event the subject who has it scores highest of its risk set along `direction`."""
        return not self.outranked[0 if direction[0] > 0 else 1]
