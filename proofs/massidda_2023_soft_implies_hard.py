"""A soft τ-abstraction is a τ-abstraction.

Statement: If one simultaneous step of all mechanisms commutes with τ, in every state and context and
under every intervention, then so do the solutions, provided those above are unique.
Source: Massidda, Geiger, Icard & Bacciu (2023), Defs. 4, 9, 11 and appendix A.4, arXiv:2211.12270.
Shown: for all models; a model under an intervention is its step, solutions are fixed points, so cycles
are included. The converse fails (erratum_massidda_2023_vice_versa).
Not shown: the clause on restrictions, which Defs. 9 and 11 share.
"""

from __future__ import annotations

from collections.abc import Iterator

import z3

from tauomega.proofs.theorem import Step, Theorem, main
from tauomega.proofs.uninterpreted import Theory, World, proof

__all__ = ["THEOREM"]


def theory(world: World) -> Theory:
    """Steps and solutions below and above."""
    low_u, high_u, low_i, high_i = (world.sort(n) for n in ("E", "U", "I", "J"))
    low, high = world.sort("X"), world.sort("Y")
    step_l = world.function("F", low_u, low_i, low, low)
    step_h = world.function("G", high_u, high_i, high, high)
    solve_l = world.function("L", low_u, low_i, low)
    solve_h = world.function("H", high_u, high_i, high)
    tau, tau_u = world.function("τ", low, high), world.function("τ_U", low_u, high_u)
    omega = world.function("ω", low_i, high_i)
    forall = world.forall
    hypotheses = {
        "one step commutes, in every state": forall(
            low_u,
            low_i,
            low,
            body=lambda e, i, x: tau(step_l(e, i, x)) == step_h(tau_u(e), omega(i), tau(x)),
        ),
        "L solves the low-level model": forall(
            low_u, low_i, body=lambda e, i: step_l(e, i, solve_l(e, i)) == solve_l(e, i)
        ),
        "solutions above are unique": forall(
            high_u,
            high_i,
            high,
            body=lambda u, j, y: z3.Implies(step_h(u, j, y) == y, y == solve_h(u, j)),
        ),
    }
    commute = forall(
        low_u, low_i, body=lambda e, i: tau(solve_l(e, i)) == solve_h(tau_u(e), omega(i))
    )
    return Theory(hypotheses, commute)


def prove() -> Iterator[Step]:
    """The implication; each hypothesis is needed."""
    yield from proof("soft ⇒ solutions commute", theory, drop=tuple(theory(World(1)).hypotheses))


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
