"""Proposition 3.4 of Beckers, Eberhardt & Halpern holds from right to left only.

Statement: As printed, for similar models "Id-α-approximate abstraction iff d_max-α approximation". The
left side takes a minimum over maps of contexts, the right side does not: X := U and X := ¬U are at
distance 0 by τ_U = ¬, and at d_max = 1.
Source: Beckers, Eberhardt & Halpern (2019), Prop. 3.4, arXiv:1906.11583, statement read; false as
printed.
Shown: the pair, found among all pairs of models with one binary variable and two contexts, and decided
as claims with exact distances. Repaired by fixing τ_U = id: then both sides are one number, on all
pairs of models of at most two binary variables and two contexts.
Not shown: more variables, values, contexts; other metrics than the discrete one.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations, product

from tauomega import distance
from tauomega.proofs.deciding import claim
from tauomega.proofs.small_models import Shape, World, models, worlds
from tauomega.proofs.theorem import Kind, Step, Theorem, every, instance, main, refuted, satisfiable
from tauomega.theory.defect import Metric
from tauomega.theory.definitions.approximate import Approximate
from tauomega.theory.definitions.similar import Similar
from tauomega.theory.family import Block

__all__ = ["THEOREM"]

Model = tuple[World, ...]
Pair = tuple[Model, Model]


def through(pair: Pair, tau_u: tuple[int, ...]) -> int:
    """The largest 0/1 distance over contexts and interventions with a given map of contexts."""
    first, second = pair
    return int(any(world != second[w] for world, w in zip(first, tau_u, strict=True)))


def d_max(pair: Pair) -> int:
    """Def. 3.1: the same context on both sides."""
    return through(pair, tuple(range(len(pair[0]))))


def d_identity(pair: Pair) -> int:
    """Def. 3.2 with τ = Id: the minimum over onto maps of contexts, here the permutations."""
    return min(through(pair, t) for t in permutations(range(len(pair[0]))))


def pairs(sizes: tuple[int, ...]) -> Iterator[Pair]:
    """Pairs of models with two contexts; those of the second are told apart from the first's."""
    known = list(worlds(Shape(sizes)))
    yield from product(models(Shape(sizes), 2), product(known, repeat=2))


def printed(pair: Pair) -> bool:
    """d_Id ≤ 0 implies d_max ≤ 0."""
    return d_identity(pair) > 0 or d_max(pair) == 0


def repaired(pair: Pair) -> bool:
    """With τ_U = id the two sides agree, whatever the models; the right side bounds the left."""
    fixed = through(pair, tuple(range(2)))
    return fixed == d_max(pair) and d_identity(pair) <= d_max(pair)


def prove() -> Iterator[Step]:
    """The counterexample by search and as claims; the direction that holds; the repair."""
    show = "worlds {0[0]} and {0[1]}, one number a response".format
    yield refuted("Id-0-approximate ⇒ d_max-0", pairs((2,)), printed, show=show)
    found = claim("U : bool\nX = U", "U : bool\nX = not U", {"X": "X"})
    values = [
        distance(found, definition).value
        for definition in (
            Approximate(Block(), metric=Metric.DISCRETE),
            Similar(Block(), metric=Metric.DISCRETE),
        )
    ]
    seen = f"X = U against X = ¬U: d_Id = {values[0]}, d_max = {values[1]}"
    yield instance(Kind.REFUTED, "the two distances agree", values == [0, 1], seen)
    for sizes in ((2,), (2, 2)):
        what = f"d_Id ≤ d_max, and equality once τ_U = id: all pairs over {sizes}, 2 contexts"
        yield every(what, pairs(sizes), repaired)
    yield satisfiable(
        "pairs that agree under both", pairs((2,)), lambda pair: d_max(pair) == 0, show=show
    )


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
