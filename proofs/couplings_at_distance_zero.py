"""A coupling at distance 0 exists iff the laws are equal.

Statement: Two laws of outcomes are equal iff some coupling of the laws of contexts gives different outcomes
with probability 0. So Def. 4.4 at 0 with a coupling for each intervention is Def. 4.3, and with one coupling
for all interventions (outcomes being tuples) it is equality of the joint laws; a map of contexts that pushes
the law below to the law above is a coupling.
Source: repairs of Prop. 4.5 of Beckers, Eberhardt & Halpern (2019), arXiv:1906.11583; proof ours.
Shown: from a coupling to the laws for all models: both outcomes are functions on the coupling, which agree
where it has weight. From the laws to a coupling by exact arithmetic: π(u, w) = p(u) q(w) / P(c) on pairs
with one outcome c has the marginals p and q, for up to three contexts an outcome.
Not shown: more contexts an outcome, which are longer sums of the same kind; infinitely many contexts.
"""

from __future__ import annotations

from collections.abc import Iterator

import z3

from tauomega.proofs.theorem import Kind, Scope, Step, Theorem, instance, main
from tauomega.proofs.uninterpreted import Theory, World, proof

__all__ = ["THEOREM"]


def to_laws(world: World) -> Theory:
    """Points of a coupling lie over contexts below and above; likely ones have one outcome."""
    point, low, high, outcome = (world.sort(name) for name in ("Π", "U", "W", "O"))
    first, second = world.function("u", point, low), world.function("w", point, high)
    below, above = world.function("f", low, outcome), world.function("g", high, outcome)
    likely = world.relation("likely", point)
    hypotheses = {
        "distance 0: likely points have one outcome": world.forall(
            point, body=lambda p: z3.Implies(likely(p), below(first(p)) == above(second(p)))
        )
    }
    same_event = world.forall(
        point,
        outcome,
        body=lambda p, o: z3.Implies(likely(p), (below(first(p)) == o) == (above(second(p)) == o)),
    )
    return Theory(hypotheses, same_event)


def map_is_coupling(world: World) -> Theory:
    """With a map t, likely points are (u, t(u)) of likely u: its squares are those of the coupling."""
    low, high, outcome = (world.sort(name) for name in ("U", "W", "O"))
    image = world.function("t", low, high)
    below, above = world.function("f", low, outcome), world.function("g", high, outcome)
    likely, coupled = world.relation("likely", low), world.relation("π", low, high)
    hypotheses = {
        "squares commute almost surely": world.forall(
            low, body=lambda u: z3.Implies(likely(u), below(u) == above(image(u)))
        ),
        "π is on the graph of t": world.forall(
            low, high, body=lambda u, w: coupled(u, w) == z3.And(likely(u), w == image(u))
        ),
    }
    zero = world.forall(
        low, high, body=lambda u, w: z3.Implies(coupled(u, w), below(u) == above(w))
    )
    return Theory(hypotheses, zero)


def to_coupling(count: int) -> Iterator[Step]:
    """The conditional product of two laws on one outcome, `count` contexts on each side."""
    low, high = (
        z3.Reals(" ".join(f"p{k}" for k in range(count))),
        z3.Reals(" ".join(f"q{k}" for k in range(count))),
    )
    mass = z3.Real("c")
    rows = [z3.Sum([p * q / mass for q in high]) == p for p in low]
    columns = [z3.Sum([p * q / mass for p in low]) == q for q in high]
    positive = [mass > 0, *(x >= 0 for x in (*low, *high))]
    sums = [z3.Sum(low) == mass, z3.Sum(high) == mass]
    solver = z3.SolverFor("QF_NRA")
    solver.add(*positive, *sums, z3.Not(z3.And(*rows, *columns)))
    what = f"p(u) q(w) / P(c) has marginals p and q, {count} contexts each with outcome c"
    yield Step(Kind.PROVED, what, solver.check() == z3.unsat, Scope.ARITHMETIC)
    solver = z3.SolverFor("QF_NRA")
    solver.add(*positive, sums[0], z3.Not(z3.And(*rows, *columns)))
    found = solver.check() == z3.sat
    seen = str(solver.model()) if found else "no counterexample"
    yield instance(Kind.DROPPED, "c has one probability below and above", found, seen)


def prove() -> Iterator[Step]:
    """Both directions, and maps as couplings."""
    yield from proof(
        "equal events on the coupling", to_laws, drop=tuple(to_laws(World(1)).hypotheses)
    )
    names = tuple(map_is_coupling(World(1)).hypotheses)
    yield from proof("a map is a coupling at distance 0", map_is_coupling, drop=names)
    for count in (1, 2, 3):
        yield from to_coupling(count)


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
