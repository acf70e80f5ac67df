r"""Mean squared errors of an explanation under random interventions, exactly: a finite sum.

One sample: k uniform in 1..most, k targets of the pool at random, uniform values; roots that were not
chosen are set too; every variable that is not set is compared. A pool may hold the pseudo-target
`NOISE`: when it is chosen, unmapped variables are overwritten, each noise value equally likely.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, product
from math import comb, tanh
from typing import final

__all__ = ["NOISE", "System", "mean_squares", "score"]

NOISE = "φ"
Setting = Mapping[str, int]
Model = Callable[[Setting], Mapping[str, int]]


@final
@dataclass(frozen=True)
class System:
    """Two models over the same named values.

    Attributes:
        domains: variable -> values, uniform when set; a noise variable too.
        roots: always set.
        low: setting (with noise) -> values of the variables of `domains`.
        high: setting -> the same variables.
        noise: unmapped variables and their values, overwritten together.
    """

    domains: Mapping[str, Sequence[int]]
    roots: Sequence[str]
    low: Model
    high: Model
    noise: Mapping[str, Sequence[int]]


def mean_squares(system: System, *, most: int, faithful: bool = False) -> dict[str, Fraction]:
    """Variable -> expected squared error, given that it is not set; variables that are always set left out."""
    total: dict[str, Fraction] = {}
    weight: dict[str, Fraction] = {}
    for mass, targets in _targets(system, most, faithful):
        names = sorted({*targets, *system.roots} - {NOISE})
        noisy = list(system.noise) if NOISE in targets else []
        choices = [system.domains[n] for n in names] + [system.noise[n] for n in noisy]
        settings = list(product(*choices))
        for values in settings:
            setting = dict(zip([*names, *noisy], values, strict=True))
            below, above = system.low(setting), system.high(setting)
            for name in system.domains:
                if name not in setting:
                    share = mass / len(settings)
                    weight[name] = weight.get(name, Fraction(0)) + share
                    error = share * (below[name] - above[name]) ** 2
                    total[name] = total.get(name, Fraction(0)) + error
    return {name: total[name] / weight[name] for name in total}


def _targets(
    system: System, most: int, faithful: bool
) -> Iterator[tuple[Fraction, tuple[str, ...]]]:
    pool = [*system.domains, *([NOISE] if faithful else [])]
    limit = min(most, len(pool))
    for k in range(1, limit + 1):
        for targets in combinations(pool, k):
            yield Fraction(1, limit * comb(len(pool), k)), targets


def score(squares: Mapping[str, Fraction]) -> float:
    """The published score: the mean over variables of tanh of the mean squared error."""
    return sum(tanh(float(value)) for value in squares.values()) / len(squares)
