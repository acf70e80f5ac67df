"""The competition's points, the confusion table, and intervals for sampled shares."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import final

from tauomega.theory.estimate import LEVEL

__all__ = ["Confusion", "interval", "points"]

RIGHT, WRONG_HOLDS, WRONG_FAILS = 10, -150, -50


def points(says: str, label: str | None, *, replayed: bool | None) -> int:
    """The points of one answer: right +10, wrong "holds" -150, wrong "fails" -50, unknown 0.

    A wrong "fails" whose counterexample replays costs nothing: it would refute the label, which is
    then disputed, and no fault of the method. Nothing is scored where the label is not known.

    Source: the rules follow the International Verification of Neural Networks Competition (2024),
    where a wrong proof costs fifteen times what a right one earns.
    """
    if says == "unknown" or label not in ("holds", "fails"):
        return 0
    if says == label:
        return RIGHT
    if says == "holds":
        return WRONG_HOLDS
    return 0 if replayed else WRONG_FAILS


@final
@dataclass(frozen=True, slots=True)
class Confusion:
    """How often each label met each answer."""

    counts: tuple[tuple[str, str, int], ...]

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> Confusion:
        """From (label, answer) pairs."""
        listed = list(pairs)
        labels, answers = ("holds", "fails", "unknown"), ("holds", "fails", "unknown")
        return cls(tuple((a, b, listed.count((a, b))) for a in labels for b in answers))

    def count(self, label: str, says: str) -> int:
        """How often this answer was given to this label."""
        return next(n for a, b, n in self.counts if (a, b) == (label, says))


def interval(agreed: int, count: int) -> tuple[float, float]:
    """The Clopper-Pearson interval of a share: covers it with a probability of at least 95 %.

    Rounded outward to four decimals.

    Source: Clopper and Pearson (1934), Biometrika 26.
    """
    from math import ceil, floor

    from scipy.special import betaincinv

    tail = float(1 - LEVEL) / 2
    low = 0.0 if agreed == 0 else float(betaincinv(agreed, count - agreed + 1, tail))
    high = 1.0 if agreed == count else float(betaincinv(agreed + 1, count - agreed, 1 - tail))
    return floor(low * 10**4) / 10**4, ceil(high * 10**4) / 10**4
