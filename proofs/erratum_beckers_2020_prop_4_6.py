"""Proposition 4.6 of Beckers, Eberhardt & Halpern holds from right to left only.

Statement: As printed, for similar probabilistic models "Id-α-approximate iff d_max-α". The left side is
a minimum over maps of contexts that preserve the law; permuting contexts may bring models closer.
Source: Beckers, Eberhardt & Halpern (2019), Defs. 4.1, 4.4 and Prop. 4.6, arXiv:1906.11583, statements
read; false as printed.
Shown: over all pairs of models of one binary variable with two fair contexts, the first counterexample;
"d_max ≤ α ⇒ d_Id ≤ α" on all pairs of at most two binary variables and two fair contexts. With the law
(1/3, 2/3), which only the identity preserves, both directions hold.
Not shown: more contexts; other metrics than the discrete one.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product

from tauomega.proofs.coupling import Costs, Law, best_map
from tauomega.proofs.small_models import Shape, World, models, worlds
from tauomega.proofs.theorem import Step, Theorem, every, main, refuted, satisfiable

__all__ = ["THEOREM"]

FAIR, SKEW = (Fraction(1, 2),) * 2, (Fraction(1, 3), Fraction(2, 3))
Case = tuple[Law, tuple[World, ...], tuple[World, ...]]


def costs(case: Case) -> Costs:
    """The 0/1 distance under every intervention, for every pair of contexts."""
    _, first, second = case
    return [[[Fraction(a[i] != b[i]) for b in second] for a in first] for i in range(len(first[0]))]


def d_max(case: Case) -> Fraction:
    """Def. 4.1: the largest expected distance in the same context."""
    law = case[0]
    return max(
        sum((m * cost[u][u] for u, m in enumerate(law)), Fraction(0)) for cost in costs(case)
    )


def d_identity(case: Case) -> Fraction:
    """Def. 4.4 with τ = Id: the minimum over maps that preserve the law."""
    found = best_map(case[0], case[0], costs(case))
    assert found is not None, "the identity preserves the law"
    return found


def cases(sizes: tuple[int, ...], law: Law) -> Iterator[Case]:
    """All pairs of models with two contexts and this law."""
    known = list(worlds(Shape(sizes)))
    for first, second in product(models(Shape(sizes), 2), product(known, repeat=2)):
        yield law, first, second


def prove() -> Iterator[Step]:
    """The counterexample, the direction that holds, and where both hold."""
    show = "models {0[1]} and {0[2]} with a fair context".format
    printed = "d_Id ≤ α ⇒ d_max ≤ α"
    yield refuted(printed, cases((2,), FAIR), lambda c: d_max(c) <= d_identity(c), show=show)
    for sizes in ((2,), (2, 2)):
        what = f"d_Id ≤ d_max: all pairs over {sizes}, a fair context"
        yield every(what, cases(sizes, FAIR), lambda c: d_identity(c) <= d_max(c))
    what = "equality where only the identity preserves the law: all pairs over (2, 2)"
    yield every(what, cases((2, 2), SKEW), lambda c: d_identity(c) == d_max(c))
    yield satisfiable(
        "different models at a positive distance",
        cases((2,), SKEW),
        lambda c: d_max(c) > 0,
        show=show,
    )


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
