"""An estimate: a number with an interval around it, from draws. It is no verdict and no exact value."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import final

__all__ = ["LEVEL", "Estimate"]

LEVEL = Fraction(95, 100)


@final
@dataclass(frozen=True, slots=True)
class Estimate:
    """What a number of draws says of a mean.

    It is never `Holds` or `Fails`, whatever the interval, and compares with nothing: a claim whose distance
    was only estimated stays `unknown`.

    Attributes:
        mean: the mean of the draws.
        lo: the lower end of the interval.
        hi: the upper end; the interval covers the true value with probability `level` at least, for any
            law of the draws (Clopper-Pearson where each draw is right or wrong, else Hoeffding).
        draws: how many draws there were.
        seed: the seed of the random numbers; the same seed gives the same draws.
        law: what was drawn, and by which law.
        level: the probability with which the interval covers.
    """

    mean: Fraction
    lo: Fraction
    hi: Fraction
    draws: int
    seed: int
    law: str
    level: Fraction = LEVEL

    def __str__(self) -> str:
        """Never to be mistaken for an exact value.

        Example:
            >>> half, one = Fraction(1, 2), Fraction(1)
            >>> str(Estimate(half, half - half, one, 10, 1, "contexts by their law"))
            'estimated 0.5000, in [0.0000, 1.0000] with confidence 95 %: 10 draws (contexts by their law), seed 1'
        """
        return (
            f"estimated {float(self.mean):.4f}, in [{float(self.lo):.4f}, {float(self.hi):.4f}] with confidence "
            f"{float(100 * self.level):g} %: {self.draws:,} draws ({self.law}), seed {self.seed}"
        )

    def __bool__(self) -> bool:
        """Raise: an estimate answers nothing with yes or no."""
        raise TypeError("an estimate is no verdict; look at mean, lo and hi")
