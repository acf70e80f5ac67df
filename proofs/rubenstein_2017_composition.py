"""Exact transformations compose.

Statement: If M is an exact (τ1, ω1)-transformation of L, and H an exact (τ2, ω2)-transformation of
M whose interventions contain the image of ω1, then H is an exact (τ2 τ1, ω2 ω1)-transformation of L.
Source: Rubenstein et al. (2017), Lemma 5, arXiv:1707.00819.

Shown: for all models. Laws are elements of three uninterpreted sorts, and push-forwards are
functions between them with (τ2 τ1)# = τ2# τ1#.
Not shown: that push-forwards of measures are functorial, which is measure theory.
"""

from __future__ import annotations

from collections.abc import Iterator

import z3

from tauomega.proofs.theorem import Step, Theorem, main
from tauomega.proofs.uninterpreted import Theory, World, proof

__all__ = ["THEOREM"]


def theory(world: World) -> Theory:
    """Two squares of laws and interventions side by side."""
    low, middle, high = (world.sort(name) for name in ("P", "Q", "R"))
    low_i, middle_i, high_i = (world.sort(name) for name in ("I", "J", "K"))
    law_l = world.function("law_L", low_i, low)
    law_m = world.function("law_M", middle_i, middle)
    law_h = world.function("law_H", high_i, high)
    push_1, push_2 = world.function("τ1", low, middle), world.function("τ2", middle, high)
    both = world.function("τ21", low, high)
    omega_1, omega_2 = world.function("ω1", low_i, middle_i), world.function("ω2", middle_i, high_i)
    family = world.relation("I2", middle_i)
    le_l, le_m, le_h = (
        world.relation(f"⊑{s}", x, x) for s, x in (("L", low_i), ("M", middle_i), ("H", high_i))
    )
    forall = world.forall
    hypotheses = {
        "H1 is exact": forall(low_i, body=lambda i: push_1(law_l(i)) == law_m(omega_1(i))),
        "H2 is exact on I2": forall(
            middle_i,
            body=lambda j: z3.Implies(family(j), push_2(law_m(j)) == law_h(omega_2(j))),
        ),
        "I2 contains ω1(I1)": forall(low_i, body=lambda i: family(omega_1(i))),
        "push-forward is functorial": forall(low, body=lambda p: both(p) == push_2(push_1(p))),
        "ω1 is order-preserving": forall(
            low_i, low_i, body=lambda i, k: z3.Implies(le_l(i, k), le_m(omega_1(i), omega_1(k)))
        ),
        "ω2 is order-preserving": forall(
            middle_i,
            middle_i,
            body=lambda i, k: z3.Implies(le_m(i, k), le_h(omega_2(i), omega_2(k))),
        ),
    }
    squares = forall(low_i, body=lambda i: both(law_l(i)) == law_h(omega_2(omega_1(i))))
    monotone = forall(
        low_i,
        low_i,
        body=lambda i, k: z3.Implies(le_l(i, k), le_h(omega_2(omega_1(i)), omega_2(omega_1(k)))),
    )
    return Theory(hypotheses, z3.And(squares, monotone))


def prove() -> Iterator[Step]:
    """The composite is exact; each hypothesis is needed."""
    names = tuple(theory(World(1)).hypotheses)
    yield from proof(
        "the composite squares commute and ω2 ω1 is order-preserving", theory, drop=names
    )


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
