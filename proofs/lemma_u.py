"""Lemma U: uniform transformations are those with a compatible map of contexts.

Statement: For finitely many contexts, (∀ law below ∃ law above: exact) iff some τ_U satisfies
τ(M_L(u, i)) = M_H(τ_U(u), ω(i)) for all contexts u and interventions i; τ_U need not be onto.
Source: the equivalence of Beckers & Halpern (2019), Defs. 3.5 and 3.7, arXiv:1812.03789; proof ours.
Shown: for all models, in two halves. "Only if": a point mass below needs a law above, and every
context in that law's support answers alike; the support relation is uninterpreted. "If": the events
that τ_U pulls back are equal sets, for every event above. Restricting the laws to the model's own
one breaks the equivalence, by CE2, which is decided as a claim.
Not shown: that equal sets have equal measure, which is extensionality.
"""

from __future__ import annotations

from collections.abc import Iterator

import z3

from tauomega import check, load
from tauomega.proofs.theorem import Kind, Step, Theorem, instance, main
from tauomega.proofs.uninterpreted import Theory, World, proof
from tauomega.theory.definitions.exact import Exact
from tauomega.theory.definitions.uniform import Uniform
from tauomega.theory.family import Given
from tauomega.theory.intervention import NOTHING, Hard
from tauomega.theory.policy import OmegaPolicy

__all__ = ["THEOREM"]


def only_if(world: World) -> Theory:
    """S(u, w): context w has positive probability in the law that answers the point mass at u."""
    low_u, high_u, state, low_i, high_i = (world.sort(n) for n in ("U", "W", "V", "I", "J"))
    read = world.function("τM_L", low_u, low_i, state)
    solve = world.function("M_H", high_u, high_i, state)
    omega = world.function("ω", low_i, high_i)
    supports = world.relation("S", low_u, high_u)
    choice = world.function("τ_U", low_u, high_u)
    hypotheses = {
        "a law has a support": world.forall(
            low_u,
            body=lambda u: z3.Implies(
                world.exists(high_u, body=lambda w: supports(u, w)), supports(u, choice(u))
            ),
        ),
        "every point mass has a law above": world.forall(
            low_u, body=lambda u: world.exists(high_u, body=lambda w: supports(u, w))
        ),
        "that law is exact": world.forall(
            low_u,
            high_u,
            low_i,
            body=lambda u, w, i: z3.Implies(supports(u, w), solve(w, omega(i)) == read(u, i)),
        ),
    }
    compatible = world.forall(
        low_u, low_i, body=lambda u, i: solve(choice(u), omega(i)) == read(u, i)
    )
    return Theory(hypotheses, compatible)


def when(world: World) -> Theory:
    """Events above, pulled back to contexts below by either way round the square."""
    low_u, high_u, state, event = (world.sort(n) for n in ("U", "W", "V", "A"))
    low_i, high_i = world.sort("I"), world.sort("J")
    read = world.function("τM_L", low_u, low_i, state)
    solve = world.function("M_H", high_u, high_i, state)
    omega, tau_u = world.function("ω", low_i, high_i), world.function("τ_U", low_u, high_u)
    has = world.relation("∈", state, event)
    hypotheses = {
        "τ_U is compatible": world.forall(
            low_u, low_i, body=lambda u, i: read(u, i) == solve(tau_u(u), omega(i))
        )
    }
    same = world.forall(
        low_u,
        low_i,
        event,
        body=lambda u, i, a: has(read(u, i), a) == has(solve(tau_u(u), omega(i)), a),
    )
    return Theory(hypotheses, same)


def prove() -> Iterator[Step]:
    """Both halves, and CE2 where the laws are not free."""
    names = tuple(only_if(World(1)).hypotheses)
    yield from proof("uniform ⇒ some τ_U is compatible", only_if, drop=names)
    yield from proof("compatible τ_U ⇒ the pushed law is exact", when, drop=("τ_U is compatible",))
    family = Given((NOTHING, Hard((("X", 0),)), Hard((("X", 1),))))
    claim = load("ce2").claim
    exact = check(claim, Exact(family, OmegaPolicy.DERIVED))
    uniform = check(claim, Uniform(family))
    right = (exact.name, uniform.name) == ("holds", "fails")
    seen = f"CE2: exact {exact.name}, no compatible τ_U: uniform {uniform.name}"
    yield instance(Kind.DROPPED, "every law below (only the fair one)", right, seen)


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
