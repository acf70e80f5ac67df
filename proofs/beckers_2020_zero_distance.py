"""Distance zero is abstraction, and similar models are at most as far apart through τ as directly.

Statement: For a metric d and a map of contexts τ_U, the largest d(τ M_L(u,i), M_H(τ_U(u), ω(i))) is 0
iff all squares commute (Prop. 3.3). For similar models d_max ≤ α implies d_τ ≤ α with τ = Id (Prop.
3.4, from right to left; the other direction is false: see erratum_beckers_2020_prop_3_4).
Source: Beckers, Eberhardt & Halpern (2019), Props. 3.3 and 3.4, arXiv:1906.11583.
Shown: for all models, with d real-valued; τ_U is a witness, so the equivalence carries over to "some
τ_U". In the second the identity is that witness.
Not shown: that the minimum over τ_U is attained, which finiteness gives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import z3

from tauomega.proofs.theorem import Step, Theorem, main
from tauomega.proofs.uninterpreted import Theory, World, proof

__all__ = ["THEOREM"]


def zero_is_equal(world: World) -> Theory:
    """All distances are 0 iff all squares commute."""
    low_u, high_u, state, low_i, high_i = (world.sort(n) for n in ("U", "W", "V", "I", "J"))
    read = world.function("τM_L", low_u, low_i, state)
    solve = world.function("M_H", high_u, high_i, state)
    omega, tau_u = world.function("ω", low_i, high_i), world.function("τ_U", low_u, high_u)
    d = world.function("d", state, state, z3.RealSort())

    def over(body: Callable[..., Any]) -> z3.BoolRef:
        return world.forall(low_u, low_i, body=body)

    hypotheses = {
        "d(x, y) = 0 only if x = y": world.forall(
            state, state, body=lambda x, y: z3.Implies(d(x, y) == 0, x == y)
        ),
        "d(x, x) = 0": world.forall(state, body=lambda x: d(x, x) == 0),
    }
    zero = over(lambda u, i: d(read(u, i), solve(tau_u(u), omega(i))) == 0)
    commute = over(lambda u, i: read(u, i) == solve(tau_u(u), omega(i)))
    return Theory(hypotheses, zero == commute)


def identity_is_a_witness(world: World) -> Theory:
    """Models 1 and 2 over the same contexts and states, with the identity for τ, τ_U and ω."""
    contexts, state, settings = (world.sort(n) for n in ("U", "V", "I"))
    first = world.function("M1", contexts, settings, state)
    second = world.function("M2", contexts, settings, state)
    chosen = world.function("τ_U", contexts, contexts)
    d = world.function("d", state, state, z3.RealSort())
    alpha = world.function("α", z3.RealSort())
    hypotheses = {
        "d_max ≤ α": world.forall(
            contexts, settings, body=lambda u, i: d(first(u, i), second(u, i)) <= alpha
        ),
        "τ_U is the identity": world.forall(contexts, body=lambda u: chosen(u) == u),
    }
    close = world.forall(
        contexts, settings, body=lambda u, i: d(first(u, i), second(chosen(u), i)) <= alpha
    )
    return Theory(hypotheses, close)


def prove() -> Iterator[Step]:
    """Prop. 3.3 for a given τ_U; Prop. 3.4 from right to left."""
    names = ("d(x, y) = 0 only if x = y", "d(x, x) = 0")
    yield from proof("d_τ = 0 with τ_U iff τ-abstraction with τ_U", zero_is_equal, drop=names)
    names = ("d_max ≤ α", "τ_U is the identity")
    yield from proof("d_max ≤ α ⇒ d_Id ≤ α", identity_is_a_witness, drop=names)


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
