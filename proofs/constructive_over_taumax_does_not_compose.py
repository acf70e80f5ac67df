"""Constructive abstractions over TAUMAX do not compose; over BLOCK they do.

Statement: There are abstractions τ1 and τ2, each constructive on all of its dom ω_τ, whose composite is
not: the composite gives a meaning to interventions that τ1 gave none. The smallest has two binary
variables below and a variable with three values between. If all variables between are binary, composites
of block maps are constructive again (two or three binary variables below).
Source: Beckers, Eberhardt & Halpern (2019), Def. 2.6, arXiv:1906.11583; the question and its answer ours.
Shown: all onto block maps and all acyclic worlds, in one context, of the shapes (2, 2) → (3,) → (2,) and
of shapes with binary middles; the first counterexample. One variable below: none.
Not shown: several contexts; larger shapes.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import product

from tauomega.proofs.small_models import Shape, World, omega, onto_maps, support, worlds
from tauomega.proofs.theorem import Step, Theorem, dropped, every, main

__all__ = ["THEOREM"]

Sizes = tuple[int, ...]
Map = tuple[int, ...]
Case = tuple[tuple[Shape, Shape, Shape], Map, Map, tuple[World, World, World]]


def block_maps(low: Shape, high: Shape) -> Iterator[Map]:
    """Onto maps in which no variable below is read by two above."""
    for tau in onto_maps(low, high):
        reads = support(low, high, tau)
        if sum(map(len, reads)) == len(frozenset().union(*reads)):
            yield tau


@cache
def squares(low: Shape, high: Shape, tau: Map, family: str) -> tuple[tuple[int, int], ...]:
    """The interventions of dom ω_τ ("taumax") or its unions of whole blocks ("block"), with their images."""
    reads = support(low, high, tau)
    read = frozenset().union(*reads)
    found = []
    for number, image in enumerate(omega(low, high, tau)):
        targets = {k for k, value in enumerate(low.interventions[number]) if value is not None}
        whole = all(block <= targets or not block & targets for block in reads)
        if image is not None and targets <= read and (family == "taumax" or whole):
            found.append((number, image))
    return tuple(found)


def above(low: Shape, high: Shape, tau: Map, family: str) -> dict[World, list[World]]:
    """For every world below, the worlds above with which all squares commute."""
    pairs = squares(low, high, tau, family)
    answers: dict[tuple[int, ...], list[World]] = {}
    for world in worlds(high):
        answers.setdefault(tuple(world[j] for _, j in pairs), []).append(world)
    return {w: answers.get(tuple(tau[w[i]] for i, _ in pairs), []) for w in worlds(low)}


def chains(low: Sizes, middle: Sizes, high: Sizes, family: str) -> Iterator[Case]:
    """Two abstractions in a row, both consistent on the family."""
    shapes = bottom, centre, top = Shape(low), Shape(middle), Shape(high)
    second = {tau: above(centre, top, tau, family) for tau in block_maps(centre, top)}
    for tau_1 in block_maps(bottom, centre):
        for world, between in above(bottom, centre, tau_1, family).items():
            for found, (tau_2, partners) in product(between, second.items()):
                yield from ((shapes, tau_1, tau_2, (world, found, h)) for h in partners[found])


def composes(case: Case, family: str) -> bool:
    """Whether the composite is consistent too."""
    (low, _, high), tau_1, tau_2, (world, _, last) = case
    both = tuple(tau_2[state] for state in tau_1)
    return all(both[world[i]] == last[j] for i, j in squares(low, high, both, family))


def shown(case: Case) -> str:
    """A case in words."""
    (low, middle, high), tau_1, tau_2, found = case
    sizes = f"{low.sizes} → {middle.sizes} → {high.sizes}"
    return f"{sizes}, τ1 = {tau_1}, τ2 = {tau_2}, responses {found}"


def prove() -> Iterator[Step]:
    """Where it composes, and the smallest case where it does not."""
    for low, middle in (
        ((3,), (3,)),
        ((2, 2), (2,)),
        ((2, 2), (2, 2)),
        ((2, 2, 2), (2,)),
        ((2, 2, 2), (2, 2)),
    ):
        what = f"composes over TAUMAX: {low} → {middle} → (2,)"
        yield every(what, chains(low, middle, (2,), "taumax"), lambda c: composes(c, "taumax"))
    what = "binary variables between (TAUMAX)"
    found = chains((2, 2), (3,), (2,), "taumax")
    yield dropped(what, found, lambda c: composes(c, "taumax"), show=shown)
    what = "composes over BLOCK: (2, 2) → (3,) → (2,)"
    yield every(what, chains((2, 2), (3,), (2,), "block"), lambda c: composes(c, "block"))


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
