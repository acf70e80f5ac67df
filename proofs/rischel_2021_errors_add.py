"""Errors of transformations add up at most, in √JSD; not in KL.

Statement: error(g ∘ f) ≤ error(f) + error(g), for every distance of laws that has the triangle
inequality and that post- and pre-composition with kernels does not increase; √JSD is one, KL is not.
Source: Rischel & Weichwald (2021), Prop. 2.12 and the example of section 1.4, arXiv:2103.15758.
Shown: the bound for all models, from these three properties; the triangle inequality and shortness
under maps of √JSD for all laws on three points with denominator 4, certified by ball arithmetic; the
air-conditioner example with 100 temperatures, all printed digits.
Not shown: the triangle inequality of √JSD in general, which is a theorem of Endres & Schindelin.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from itertools import product

import z3

from tauomega.proofs.stochastic import law
from tauomega.proofs.theorem import Kind, Step, Theorem, every, instance, main
from tauomega.proofs.uninterpreted import Theory, World, proof
from tauomega.solvers.metrics import law_distance
from tauomega.theory.defect import Metric
from tauomega.theory.quantity import lower, upper

__all__ = ["THEOREM"]

Weights = tuple[Fraction, ...]


def bound(world: World) -> Theory:
    """Laws at three levels; kernels down, measurements up; errors along the top interventions."""
    middle, high = world.sort("Q"), world.sort("R")
    settings, others = world.sort("K"), world.sort("J")
    top = world.function("I''", settings, high)
    realised = world.function("I'", others, middle)
    down = world.function("k", settings, others)
    lowest = world.function("f I h", others, middle)
    measure = world.function("g", middle, high)
    real = z3.RealSort()
    d_q, d_r = world.function("dQ", middle, middle, real), world.function("dR", high, high, real)
    alpha, beta = world.function("α", real), world.function("β", real)
    hypotheses = {
        "error(g) ≤ β": world.forall(
            settings, body=lambda x: d_r(top(x), measure(realised(down(x)))) <= beta
        ),
        "error(f) ≤ α": world.forall(others, body=lambda y: d_q(realised(y), lowest(y)) <= alpha),
        "measuring is short": world.forall(
            middle, middle, body=lambda p, q: d_r(measure(p), measure(q)) <= d_q(p, q)
        ),
        "triangle inequality": world.forall(
            high, high, high, body=lambda p, q, r: d_r(p, r) <= d_r(p, q) + d_r(q, r)
        ),
    }
    total = world.forall(
        settings, body=lambda x: d_r(top(x), measure(lowest(down(x)))) <= alpha + beta
    )
    return Theory(hypotheses, total)


@cache
def far(metric: Metric, p: Weights, q: Weights) -> tuple[Fraction | float, Fraction | float]:
    """Certified lower and upper bounds of a distance of two laws."""
    value = law_distance(metric, law(p), law(q))
    return lower(value), upper(value)


def laws() -> list[Weights]:
    """All laws on three points with denominator 4."""
    counts = [c for c in product(range(5), repeat=3) if sum(c) == 4]
    return [tuple(Fraction(n, 4) for n in c) for c in counts]


def triangle(case: tuple[Weights, Weights, Weights]) -> bool:
    """The inequality is not certified false, up to 1e-30: equality occurs when two laws coincide."""
    p, q, r = case
    sides = far(Metric.SQRT_JSD, p, q)[1] + far(Metric.SQRT_JSD, q, r)[1]
    return far(Metric.SQRT_JSD, p, r)[0] <= sides


def merging_is_short(case: tuple[Weights, Weights]) -> bool:
    """Merging two of the three points does not increase the distance."""
    merged = [(p + q, r) for p, q, r in case]
    return far(Metric.SQRT_JSD, merged[0], merged[1])[0] <= far(Metric.SQRT_JSD, *case)[1]


def air_conditioner() -> tuple[Weights, Weights, Weights]:
    """P(T) at do(A1 = A2 = 100), in M; after dropping A2; after dropping both."""
    terms = [[n**2, n**3, 100**n] for n in range(1, 101)]
    weights = [[Fraction(1, row[k]) for row in terms] for k in range(3)]
    both, one, none = ([w / sum(column) for w in column] for column in weights)
    middle = [(b + 99 * o) / 100 for b, o in zip(both, one, strict=True)]
    last = [(m + 99 * x) / 100 for m, x in zip(middle, none, strict=True)]
    return tuple(both), tuple(middle), tuple(last)


def prove() -> Iterator[Step]:
    """The bound, what it needs of a distance, and the printed example."""
    yield from proof("error(g ∘ f) ≤ α + β", bound, drop=tuple(bound(World(1)).hypotheses))
    yield every("√JSD: triangle inequality", product(laws(), laws(), laws()), triangle)
    yield every("√JSD: merging points is short", product(laws(), laws()), merging_is_short)
    first, middle, last = air_conditioner()
    printed = {Metric.KL: (0.22, 0.39, 1.52), Metric.SQRT_JSD: (0.2, 0.22, 0.37)}
    for metric, digits in printed.items():
        bounds = [far(metric, *p) for p in ((first, middle), (middle, last), (first, last))]
        right = [tuple(round(float(x), 2) for x in b) for b in bounds] == [(d, d) for d in digits]
        within = bounds[2][1] <= bounds[0][0] + bounds[1][0]
        steps = {Metric.KL: (Kind.DROPPED, "triangle inequality (KL)")}
        kind, what = steps.get(metric, (Kind.SATISFIABLE, "the example in √JSD"))
        seen = " ".join(f"{float(b[0]):.7f}" for b in bounds)
        seen = f"{metric.value}: M→M', M'→M'', M→M'' = {seen}; within the sum: {within}"
        yield instance(kind, what, right and within is (metric is Metric.SQRT_JSD), seen)


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
