"""A claim that holds on a family holds on every smaller one.

Statement: If all squares commute on I_L, with a given τ_U, then they commute on every subset of I_L;
and REACH ⊆ BLOCK ⊆ TAUMAX and SINGLE(k) ⊆ BLOCK for block maps with factors onto.
Source: Rubenstein et al. (2017), Def. 3, arXiv:1707.00819, and Beckers, Eberhardt & Halpern (2019),
Def. 2.5, arXiv:1906.11583, read as universal statements; proof ours.
Shown: for all models, the first part, and for two blocks that ω_τ is defined on unions of whole
blocks, which is BLOCK ⊆ TAUMAX. The other inclusions are by construction of the families. The
converse of monotonicity fails: CE4 (∅ against all), CE6 (BLOCK against TAUMAX), CE7 (REACH against
BLOCK), decided as claims.
Not shown: anything for definitions that also ask ω to be onto all high-level interventions.
"""

from __future__ import annotations

from collections.abc import Iterator

import z3

from tauomega import check, load
from tauomega.proofs.theorem import Kind, Step, Theorem, instance, main
from tauomega.proofs.uninterpreted import Theory, World, proof
from tauomega.theory.definition import Definition
from tauomega.theory.definitions.constructive import Constructive
from tauomega.theory.definitions.tau_abstraction import TauAbstraction
from tauomega.theory.family import All, Block, Given, Reach, TauMax
from tauomega.theory.intervention import NOTHING

__all__ = ["THEOREM"]


def smaller(world: World) -> Theory:
    """Squares on a family, and on one inside it."""
    low_u, high_u, state, low_i, high_i = (world.sort(n) for n in ("U", "W", "V", "I", "J"))
    read = world.function("τM_L", low_u, low_i, state)
    solve = world.function("M_H", high_u, high_i, state)
    omega, tau_u = world.function("ω", low_i, high_i), world.function("τ_U", low_u, high_u)
    large, small = world.relation("I_L", low_i), world.relation("I'", low_i)

    def commute(family: z3.FuncDeclRef) -> z3.BoolRef:
        return world.forall(
            low_u,
            low_i,
            body=lambda u, i: z3.Implies(family(i), read(u, i) == solve(tau_u(u), omega(i))),
        )

    hypotheses = {
        "squares commute on I_L": commute(large),
        "I' ⊆ I_L": world.forall(low_i, body=lambda i: z3.Implies(small(i), large(i))),
    }
    return Theory(hypotheses, commute(small))


def whole_block(world: World) -> Theory:
    """τ of all states with Z_1 = a is all states with Y_1 = τ_1(a)."""
    block_1, block_2, value_1, value_2 = (world.sort(n) for n in ("A", "B", "X", "Y"))
    tau_1, tau_2 = world.function("τ1", block_1, value_1), world.function("τ2", block_2, value_2)
    hypotheses = {
        "τ2 onto": world.forall(
            value_2, body=lambda y: world.exists(block_2, body=lambda b: tau_2(b) == y)
        )
    }
    image = world.forall(
        block_1,
        value_1,
        value_2,
        body=lambda a, x, y: (
            world.exists(block_2, body=lambda b: z3.And(tau_1(a) == x, tau_2(b) == y))
            == (tau_1(a) == x)
        ),
    )
    return Theory(hypotheses, image)


def prove() -> Iterator[Step]:
    """Monotonicity, BLOCK inside TAUMAX, and the three separations."""
    names = tuple(smaller(World(1)).hypotheses)
    yield from proof("squares commute on the smaller family", smaller, drop=names)
    yield from proof("ω_τ(Z_1 ← a) = (Y_1 ← τ_1(a))", whole_block, drop=("τ2 onto",))
    pairs: list[tuple[str, Definition, Definition]] = [
        ("ce4", TauAbstraction(Given((NOTHING,))), TauAbstraction(All())),
        ("ce6", Constructive(Block()), Constructive(TauMax())),
        ("ce7", Constructive(Reach(1)), Constructive(Block())),
    ]
    for example, small, large in pairs:
        claim = load(example).claim
        found = check(claim, small).name, check(claim, large).name
        label = f"{small.family} ⊆ the family tested (taking {large.family})"  # type: ignore[attr-defined]  # both have one
        seen = f"{example}: {found[0]} on the smaller, {found[1]} on the larger family"
        yield instance(Kind.DROPPED, label, found == ("holds", "fails"), seen)


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
