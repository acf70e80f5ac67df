"""For block maps, soft abstraction without intervention is soft abstraction over all blocks.

Statement: If one simultaneous step commutes with a block map τ in every context and at every state, then so it
does under every intervention on whole blocks, the image setting the variables of those blocks to their τ; and
the explicit ω of Theorem 14 at such an intervention is ω_τ: a constant goes to its τ. So for block maps soft
abstraction is one notion over ∅, SINGLE(1), REACH and BLOCK, and constructive-soft ⇒ soft.
Source: ours, on Massidda, Geiger, Icard & Bacciu (2023), Defs. 11 and 13 and Theorem 14, arXiv:2211.12270.
Shown: for all models with a set of blocks that is intervened on and the rest. For a τ that is no block map
the step of the rest need not be read by itself.
Not shown: interventions on parts of blocks, whose steps mix old and new values in one block.
"""

from __future__ import annotations

from collections.abc import Iterator

from tauomega.proofs.theorem import Step, Theorem, main
from tauomega.proofs.uninterpreted import Theory, World, proof

__all__ = ["THEOREM"]


def theory(world: World) -> Theory:
    """Blocks A, which are set to a, and B, which step by their own mechanisms."""
    low_u, high_u, first, second = (world.sort(name) for name in ("U", "W", "A", "B"))
    above_1, above_2 = world.sort("X"), world.sort("Y")
    step_l = world.function("F_B", low_u, first, second, second)
    step_h = world.function("G_Y", high_u, above_1, above_2, above_2)
    after_l = world.function("F_B under A←a", low_u, first, first, second, second)
    after_h = world.function("G_Y under X←x", high_u, above_1, above_1, above_2, above_2)
    tau_1, tau_2 = world.function("τ1", first, above_1), world.function("τ2", second, above_2)
    tau_u = world.function("τ_U", low_u, high_u)
    forall = world.forall
    hypotheses = {
        "one step commutes without intervention": forall(
            low_u,
            first,
            second,
            body=lambda u, a, b: tau_2(step_l(u, a, b)) == step_h(tau_u(u), tau_1(a), tau_2(b)),
        ),
        "setting A leaves the mechanisms of B": forall(
            low_u,
            first,
            first,
            second,
            body=lambda u, s, a, b: after_l(u, s, a, b) == step_l(u, a, b),
        ),
        "setting X leaves the mechanism of Y": forall(
            high_u,
            above_1,
            above_1,
            above_2,
            body=lambda w, s, x, y: after_h(w, s, x, y) == step_h(w, x, y),
        ),
    }
    commutes = forall(
        low_u,
        first,
        first,
        second,
        body=lambda u, s, a, b: (
            tau_2(after_l(u, s, a, b)) == after_h(tau_u(u), tau_1(s), tau_1(a), tau_2(b))
        ),
    )
    return Theory(hypotheses, commutes)


def explicit(world: World) -> Theory:
    """Theorem 14's g_Y(y, u) = τ_Y(F^i(τ⁻¹(y), τ_U⁻¹(u))), where i sets the whole block to s."""
    high_u, state, block, above = (world.sort(name) for name in ("W", "V", "A", "X"))
    step = world.function("F^i", state, block)
    inverse = world.function("τ⁻¹", high_u, above, state)
    tau, rule = world.function("τ1", block, above), world.function("g", high_u, above, above)
    setting = world.function("s", block)
    hypotheses = {
        "i sets the block": world.forall(state, body=lambda x: step(x) == setting),
        "g is the explicit rule": world.forall(
            high_u, above, body=lambda w, y: rule(w, y) == tau(step(inverse(w, y)))
        ),
    }
    constant = world.forall(high_u, above, body=lambda w, y: rule(w, y) == tau(setting))
    return Theory(hypotheses, constant)


def prove() -> Iterator[Step]:
    """Steps under interventions, and the explicit ω at them."""
    names = tuple(theory(World(1)).hypotheses)
    yield from proof("steps commute under every block intervention", theory, drop=names)
    names = tuple(explicit(World(1)).hypotheses)
    yield from proof("the explicit ω sets Y to τ of the setting", explicit, drop=names)


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
