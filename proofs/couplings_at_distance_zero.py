"""A coupling at distance 0 exists iff the laws are equal.

Statement: Two laws of outcomes are equal iff some coupling of the laws of contexts gives different outcomes
with probability 0. So Def. 4.4 at 0 with a coupling for each intervention is Def. 4.3, and with one coupling
for all interventions (outcomes being tuples) it is equality of the joint laws; a map of contexts that pushes
the law below to the law above is a coupling.
Source: repairs of Prop. 4.5 of Beckers, Eberhardt & Halpern (2019), arXiv:1906.11583; proof ours.
Shown: from a coupling to the laws for all models: both outcomes are functions on the coupling, which agree
where it has weight. From the laws to a coupling by exact arithmetic: π(u, w) = p(u) q(w) / P(c) on pairs
with one outcome c has the marginals p and q, for any number of contexts, by induction.
Not shown: infinitely many contexts.
"""

from __future__ import annotations

from collections.abc import Iterator

import z3

from tauomega.proofs.arithmetic import identity
from tauomega.proofs.theorem import Step, Theorem, main
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


def to_coupling() -> Iterator[Step]:
    """The row of a context u in the conditional product, one context w with outcome c after another."""
    row, p, so_far, q, mass = z3.Reals("R p Q q c")
    defined = {"P(c) > 0": mass > 0}
    one_more = row + p * q / mass == p * (so_far + q) / mass
    hypotheses = defined | {"the row so far is p Q / P(c)": row == p * so_far / mass}
    what = "a row of p(u) q(w) / P(c), n contexts ⇒ n + 1"
    yield from identity(what, hypotheses, one_more, keep=tuple(defined))
    whole = defined | {
        "the row is p Q / P(c)": row == p * so_far / mass,
        "c has one probability below and above": so_far == mass,
    }
    yield from identity("its sum is p(u); and columns alike", whole, row == p, keep=tuple(defined))


def prove() -> Iterator[Step]:
    """Both directions, and maps as couplings."""
    yield from proof(
        "equal events on the coupling", to_laws, drop=tuple(to_laws(World(1)).hypotheses)
    )
    names = tuple(map_is_coupling(World(1)).hypotheses)
    yield from proof("a map is a coupling at distance 0", map_is_coupling, drop=names)
    yield from to_coupling()


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
