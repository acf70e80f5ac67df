"""Over unions of whole blocks an exact transformation needs no search for ω: ω_τ will do.

Statement: Let ω be any order-preserving map from block interventions to interventions above under which all
laws agree, each τ_k onto or constant, and ω_τ defined. Then ω(i) sets no variable that ω_τ(i) leaves free, it
sets variables to the values of ω_τ(i), and the variables that it leaves free have those values almost surely;
so the law under ω_τ(i) is the law under ω(i). Hence exact with some ω ⇔ exact with ω_τ, over blocks.
Source: ours, on Rubenstein et al. (2017), Def. 3, arXiv:1707.00819, and ω_τ of Beckers, Eberhardt & Halpern
(2019), Def. 2.3, arXiv:1906.11583.
Shown: for all models, laws by their supports, variable by variable. Without order-preservation ω may set what
the block intervention left alone.
Not shown: families that are not closed under setting one block more: over SINGLE(1) the search matters.
"""

from __future__ import annotations

from collections.abc import Iterator

import z3

from tauomega.proofs.theorem import Step, Theorem, main
from tauomega.proofs.uninterpreted import Theory, World, proof

__all__ = ["THEOREM"]

TWO = "Y_k has two values"
"""Not dropped: a variable with one value is the case of CE15, in which ω_τ is ambiguous."""


def sets_no_more(world: World) -> Theory:
    """Variable Y_k, whose block i leaves alone: ω(i) does not set it."""
    low, high, value, context = (world.sort(name) for name in ("I", "J", "Y", "W"))
    omega = world.function("ω", low, high)
    below = world.relation("⊑", low, low)
    fixes = world.relation("sets Y_k to", high, value)
    likely = world.function("Y_k under", high, context, value)
    free, told = world.relation("leaves Z_k", low), world.relation("sets Z_k to τ_k =", low, value)
    forall, exists = world.forall, world.exists
    hypotheses = {
        "block k may be set too, to any value": forall(
            low,
            value,
            body=lambda i, y: z3.Implies(
                free(i), exists(low, body=lambda k: z3.And(below(i, k), told(k, y)))
            ),
        ),
        "ω preserves order": forall(
            low,
            low,
            value,
            body=lambda i, k, y: z3.Implies(
                z3.And(below(i, k), fixes(omega(i), y)), fixes(omega(k), y)
            ),
        ),
        "what is set has its value": forall(
            high, context, value, body=lambda j, w, y: z3.Implies(fixes(j, y), likely(j, w) == y)
        ),
        "laws agree where Z_k is set": forall(
            low,
            value,
            context,
            body=lambda i, y, w: z3.Implies(told(i, y), likely(omega(i), w) == y),
        ),
        TWO: exists(value, value, body=lambda y, z: y != z),
    }
    untouched = forall(
        low, value, body=lambda i, y: z3.Implies(free(i), z3.Not(fixes(omega(i), y)))
    )
    return Theory(hypotheses, untouched)


def adds_nothing(world: World) -> Theory:
    """A variable that has a value in all likely contexts may be set to it: the solutions stay."""
    context, state, value = (world.sort(name) for name in ("W", "S", "Y"))
    read = world.function("Y_k", state, value)
    solves = world.relation("solves M_j", context, state)
    solves_more = world.relation("solves M_j with Y_k ← y", context, state)
    before, after = world.function("M_j", context, state), world.function("M_j'", context, state)
    chosen = world.function("y", value)
    forall = world.forall
    hypotheses = {
        "before is a solution": forall(context, body=lambda w: solves(w, before(w))),
        "Y_k has the value almost surely": forall(
            context, body=lambda w: read(before(w)) == chosen
        ),
        "other equations are kept": forall(
            context,
            state,
            body=lambda w, s: z3.Implies(
                z3.And(solves(w, s), read(s) == chosen), solves_more(w, s)
            ),
        ),
        "the solution after is the only one": forall(
            context, state, body=lambda w, s: z3.Implies(solves_more(w, s), s == after(w))
        ),
    }
    return Theory(hypotheses, forall(context, body=lambda w: before(w) == after(w)))


def prove() -> Iterator[Step]:
    """ω sets no more than ω_τ, and what it sets less is so anyway."""
    for what, theory in (
        ("ω(i) sets no variable whose block i leaves alone", sets_no_more),
        ("setting a variable to its almost sure value changes no solution", adds_nothing),
    ):
        names = tuple(name for name in theory(World(1)).hypotheses if name != TWO)
        yield from proof(what, theory, drop=names)


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
