"""Causal consistency of exact transformations.

Statement: For interventions i ⊑ k both squares commute under τ and ω(i) ⊑ ω(k), so that going from i
to k below and then up is going up and then from ω(i) to ω(k); and ω(∅) = ∅ where both posets have a
least element.
Source: Rubenstein et al. (2017), Theorem 6, arXiv:1707.00819; the remark on ∅ is folklore.
Shown: for all models. Laws, interventions and push-forward are uninterpreted.
Not shown: anything about the measures themselves.
"""

from __future__ import annotations

from collections.abc import Iterator

import z3

from tauomega.proofs.theorem import Step, Theorem, main
from tauomega.proofs.uninterpreted import Theory, World, proof

__all__ = ["THEOREM"]


def theory(world: World) -> Theory:
    """An exact transformation between two posets of interventions with least elements."""
    low_laws, high_laws, low, high = (world.sort(name) for name in ("P", "Q", "I", "J"))
    law_l, law_h = world.function("P_L", low, low_laws), world.function("P_H", high, high_laws)
    push, omega = world.function("τ", low_laws, high_laws), world.function("ω", low, high)
    below = world.relation("⊑L", low, low)
    above = world.relation("⊑H", high, high)
    least_l, least_h = world.function("∅L", low), world.function("∅H", high)
    hypotheses = {
        "exact": world.forall(low, body=lambda i: push(law_l(i)) == law_h(omega(i))),
        "ω order-preserving": world.forall(
            low, low, body=lambda i, k: z3.Implies(below(i, k), above(omega(i), omega(k)))
        ),
        "ω onto": world.forall(
            high, body=lambda j: world.exists(low, body=lambda i: omega(i) == j)
        ),
        "∅ is least below": world.forall(low, body=lambda i: below(least_l, i)),
        "∅ is least above": world.forall(high, body=lambda j: above(least_h, j)),
        "⊑ antisymmetric above": world.forall(
            high, high, body=lambda i, k: z3.Implies(z3.And(above(i, k), above(k, i)), i == k)
        ),
    }
    squares = world.forall(
        low,
        low,
        body=lambda i, k: z3.Implies(
            below(i, k),
            z3.And(
                push(law_l(i)) == law_h(omega(i)),
                push(law_l(k)) == law_h(omega(k)),
                above(omega(i), omega(k)),
            ),
        ),
    )
    return Theory(hypotheses, z3.And(squares, omega(least_l) == least_h))


def prove() -> Iterator[Step]:
    """Both squares and the least element; each hypothesis is needed."""
    names = tuple(theory(World(1)).hypotheses)
    yield from proof("squares commute along ⊑, and ω(∅) = ∅", theory, drop=names)


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
