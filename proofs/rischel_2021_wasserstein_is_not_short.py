"""Wasserstein errors do not add up: a map that stretches makes the composite worse than the sum.

Statement: For the supremum Wasserstein distance error(g ∘ f) ≤ error(f) + error(g) fails: f of error 1
followed by the exact g that doubles all distances has error 2. If every map is short the bound holds.
Source: Rischel & Weichwald (2021), section 2.4, arXiv:2103.15758 (CE24).
Shown: the example; over all laws on {0, 1, 2} with denominator 3 and all 27 maps of {0, 1, 2} to
itself: W1(f p, f q) ≤ W1(p, q) for every f that is short on points, and for no f that is not.
Not shown: infinite spaces.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from itertools import product

from tauomega.proofs.stochastic import law
from tauomega.proofs.theorem import Kind, Step, Theorem, every, instance, main
from tauomega.solvers.metrics import law_distance
from tauomega.theory.defect import Metric

__all__ = ["THEOREM"]

Weights = tuple[int, ...]
Map = tuple[int, ...]
LAWS = [w for w in product(range(4), repeat=3) if sum(w) == 3]


@cache
def distance(p: Weights, q: Weights, scale: int = 1) -> Fraction:
    """W1 of two laws on {0, 1, 2}, with all distances multiplied by `scale`."""
    left, right = (law([Fraction(w, 3) for w in weights], unit=scale) for weights in (p, q))
    value = law_distance(Metric.W1, left, right)
    assert isinstance(value, Fraction)
    return value


def pushed(weights: Weights, f: Map) -> Weights:
    """The law of f(x)."""
    found = [0, 0, 0]
    for x, weight in enumerate(weights):
        found[f[x]] += weight
    return tuple(found)


def is_short(f: Map) -> bool:
    """Whether no two points move apart."""
    return all(abs(f[x] - f[y]) <= abs(x - y) for x, y in product(range(3), repeat=2))


def short_on_laws(f: Map) -> bool:
    """Whether no two laws move apart."""
    return all(
        distance(pushed(p, f), pushed(q, f)) <= distance(p, q) for p, q in product(LAWS, repeat=2)
    )


def prove() -> Iterator[Step]:
    """The example, and shortness on points against shortness on laws."""
    left, right_ = (3, 0, 0), (0, 3, 0)
    first, composite = distance(left, right_), distance(left, right_, scale=2)
    seen = f"error(f) = {first}, error(g) = 0, error(g ∘ f) = {composite}"
    yield instance(
        Kind.DROPPED, "short maps (g doubles distances)", [first, composite] == [1, 2], seen
    )
    what = "short on points iff short on laws: all maps of {0, 1, 2}, all laws with denominator 3"
    yield every(what, product(range(3), repeat=3), lambda f: is_short(f) == short_on_laws(f))


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
