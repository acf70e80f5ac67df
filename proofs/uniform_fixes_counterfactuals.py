"""A uniform transformation keeps every counterfactual.

Statement: If τ_U is compatible and the law above is its push-forward, then for any tuple of
interventions of the family the joint law of the low-level outcomes, read through τ, is the joint law
of the high-level ones: layer 3 agrees.
Source: Pearl's layers, for Beckers & Halpern (2019), Def. 3.7, arXiv:1812.03789; proof ours.
Shown: for all models, for events about two interventions at once; more interventions are more
conjuncts of the same kind. Exactness alone does not do: in CE2 all laws agree and the probability
that Y under X←0 differs from Y under X←1 is 1 below and 0 above.
Not shown: that equal sets have equal measure.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import z3

from tauomega import load
from tauomega.proofs.theorem import Kind, Step, Theorem, instance, main
from tauomega.proofs.uninterpreted import Theory, World, proof
from tauomega.theory.definition import high_model
from tauomega.theory.intervention import Hard
from tauomega.theory.scm import SCM

__all__ = ["THEOREM"]


def theory(world: World) -> Theory:
    """The event "y under i and z under k", below and above."""
    low_u, high_u, state, low_i, high_i = (world.sort(n) for n in ("U", "W", "V", "I", "J"))
    read = world.function("τM_L", low_u, low_i, state)
    solve = world.function("M_H", high_u, high_i, state)
    omega, tau_u = world.function("ω", low_i, high_i), world.function("τ_U", low_u, high_u)
    hypotheses = {
        "τ_U is compatible": world.forall(
            low_u, low_i, body=lambda u, i: read(u, i) == solve(tau_u(u), omega(i))
        )
    }
    joint = world.forall(
        low_u,
        low_i,
        low_i,
        state,
        state,
        body=lambda u, i, k, y, z: (
            z3.And(read(u, i) == y, read(u, k) == z)
            == z3.And(solve(tau_u(u), omega(i)) == y, solve(tau_u(u), omega(k)) == z)
        ),
    )
    return Theory(hypotheses, joint)


def crossed(model: SCM) -> Fraction:
    """P(Y under X←0 differs from Y under X←1)."""
    set_0, set_1 = Hard((("X", 0),)), Hard((("X", 1),))
    return sum(
        (
            model.probability(u)
            for u in model.contexts()
            if model.run(u, set_0)["Y"] != model.run(u, set_1)["Y"]
        ),
        Fraction(0),
    )


def prove() -> Iterator[Step]:
    """Compatible maps keep joint events; CE2 shows that equal laws do not."""
    what = "every joint event has the same contexts below and, pulled back, above"
    yield from proof(what, theory, drop=("τ_U is compatible",))
    claim = load("ce2").claim
    below, above = crossed(claim.scm), crossed(high_model(claim))
    seen = f"CE2: P(Y_(X←0) ≠ Y_(X←1)) is {below} below and {above} above"
    yield instance(Kind.DROPPED, "compatible (exact only)", below == 1 and above == 0, seen)


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
