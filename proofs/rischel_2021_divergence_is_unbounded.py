"""With KL, two finite errors may compose to an infinite one.

Statement: On the positive integers with p ∝ 2^-x, q ∝ x^-3, r ∝ x^-2, D(q|p) and D(r|q) are finite and
D(r|p) is infinite.
Source: Rischel & Weichwald (2021), supplement, Prop. A.2, arXiv:2103.15758.
Shown: the three series, up to their constants: Σ x^-3 (x ln 2 - 3 ln x), Σ x^-2 ln x and
Σ x^-2 (x ln 2 - 2 ln x), decided by sympy's convergence tests; on {1..N} the three sums for growing N,
exactly bounded: only the third grows without end. With r in place of p the third is 0. CE12: three
laws on two points with KL 0.1438 + 0.2251 < 0.8304.
Not shown: convergence itself is trusted to sympy; the finite sums are certified.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import sympy as sp

from tauomega.proofs.stochastic import Law, law
from tauomega.proofs.theorem import Kind, Scope, Step, Theorem, instance, main
from tauomega.solvers.metrics import law_distance
from tauomega.theory.defect import Metric
from tauomega.theory.quantity import lower

__all__ = ["THEOREM"]


def normal(weights: list[Fraction]) -> Law:
    """The law proportional to the weights."""
    return law([w / sum(weights) for w in weights])


def divergence(p: Law, q: Law) -> float:
    """D(p|q) in nats, from the certified lower end."""
    return float(lower(law_distance(Metric.KL, p, q)))


def truncated(n: int) -> tuple[float, float, float]:
    """D(q|p), D(r|q), D(r|p) on {1..n}."""
    support = range(1, n + 1)
    p = normal([Fraction(1, 2**x) for x in support])
    q, r = (normal([Fraction(1, x**k) for x in support]) for k in (3, 2))
    return divergence(q, p), divergence(r, q), divergence(r, p)


def prove() -> Iterator[Step]:
    """The series, the truncations, and the two-point example."""
    x = sp.Symbol("x", integer=True, positive=True)
    series = {
        "D(q|p)": ([x ** (-2), sp.log(x) / x**3], True),
        "D(r|q)": ([sp.log(x) / x**2], True),
        "D(r|p)": ([x ** (-1)], False),
    }
    for name, (terms, finite) in series.items():
        found = [bool(sp.Sum(term, (x, 1, sp.oo)).is_convergent()) for term in terms]
        kind = Kind.PROVED if finite else Kind.DROPPED
        what = f"{name} is finite" if finite else "a metric (KL): D(r|p) is infinite"
        shown = " and ".join(f"Σ {term}" for term in terms)
        seen = f"{shown}: {'converges' if all(found) else 'diverges'}"
        right = all(found) is finite
        yield Step(kind, what, right, Scope.IDENTITY, seen)
    sums = {n: truncated(n) for n in (8, 64, 512)}
    growth = [sums[512][k] - sums[64][k] for k in range(3)]
    right = growth[2] > 10 * (growth[0] + growth[1]) > 0
    seen = "; ".join(f"N = {n}: " + " ".join(f"{v:.3f}" for v in s) for n, s in sums.items())
    yield instance(Kind.PROVED, "only the third sum keeps growing", right, seen)
    same = normal([Fraction(1, x**2) for x in range(1, 65)])
    value = divergence(same, dict(same))
    yield instance(Kind.SATISFIABLE, "p replaced by r: D(r|r) = 0", value == 0, str(value))
    p, q, r = (normal([a, 1 - a]) for a in (Fraction(1, 2), Fraction(1, 4), Fraction(1, 20)))
    found3 = divergence(p, q), divergence(q, r), divergence(p, r)
    right = [round(v, 4) for v in found3] == [0.1438, 0.2251, 0.8304]
    seen = "{:.4f} + {:.4f} < {:.4f}".format(*found3)
    yield instance(Kind.DROPPED, "a metric (KL): CE12", right, seen)


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
