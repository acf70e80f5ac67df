r"""Couplings of two finite laws: the least expected cost, exactly, and whether some map achieves a law.

$$\min_{\pi \in \Pi(p, q)} \sum_{u, w} \pi(u, w)\, c(u, w)$$
A map of contexts with $\tau_U(P_L) = P_H$ is a coupling that sends each context to one place; couplings
relax it, and always exist. Costs may be lists: then the largest of several expectations is minimised.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product

import z3

__all__ = ["best_map", "least_cost", "maps_onto_law"]

Law = Sequence[Fraction]
ZERO = Fraction(0)
Costs = Sequence[Sequence[Sequence[Fraction]]]
"""costs[i][u][w]: the distance in context u below against w above, under intervention i."""


def least_cost(below: Law, above: Law, costs: Costs) -> Fraction:
    """The least, over couplings, of the largest expected cost: a linear program over ℚ, by z3."""
    size = len(below), len(above)
    weight = [[z3.Real(f"p_{u}_{w}") for w in range(size[1])] for u in range(size[0])]
    bound = z3.Real("bound")
    program = z3.Optimize()
    for u, mass in enumerate(below):
        program.add(sum(weight[u]) == z3.Q(mass.numerator, mass.denominator))
    for w, mass in enumerate(above):
        column = [weight[u][w] for u in range(size[0])]
        program.add(sum(column) == z3.Q(mass.numerator, mass.denominator))
    program.add(*[p >= 0 for row in weight for p in row])
    for cost in costs:
        parts = [
            weight[u][w] * z3.Q(cost[u][w].numerator, cost[u][w].denominator)
            for u in range(size[0])
            for w in range(size[1])
        ]
        program.add(sum(parts) <= bound)
    least = program.minimize(bound)
    found = program.check()
    assert found == z3.sat, "the product law is a coupling"
    return Fraction(str(program.lower(least)))


def maps_onto_law(below: Law, above: Law) -> Iterator[tuple[int, ...]]:
    """Every map of contexts that pushes the law below to the law above."""
    for chosen in product(range(len(above)), repeat=len(below)):
        pushed = [Fraction(0)] * len(above)
        for u, w in enumerate(chosen):
            pushed[w] += below[u]
        if pushed == list(above):
            yield chosen


def best_map(below: Law, above: Law, costs: Costs) -> Fraction | None:
    """The least, over maps that push one law to the other, of the largest expected cost."""
    found = [
        max(sum((mass * cost[u][t[u]] for u, mass in enumerate(below)), ZERO) for cost in costs)
        for t in maps_onto_law(below, above)
    ]
    return min(found, default=None)
