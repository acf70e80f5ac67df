"""The coarsest variable that a site can carry is the classes of equal rows of its interchange table.

Statement: Let T(b, s) be the output when a site takes its value from source s in base b. A label c of
sources is consistent, T(b, s) = g(b, c(s)) for some g, iff sources with one label have equal rows; so
the classes of equal rows are consistent, and every consistent label refines them.
Source: of single-source interchange scored on outputs (Geiger et al. 2024, Defs. 2 and 5,
arXiv:2303.02536); the theorem ours.
Shown: both directions for all models. With two sites at once equal rows are not enough (CE8): of four
sources of one site all that agree alone are told apart together with the other.
Not shown: several sites.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import z3

from tauomega.proofs.theorem import Kind, Step, Theorem, instance, main
from tauomega.proofs.uninterpreted import Theory, World, proof

__all__ = ["THEOREM"]


def consistent_labels_refine(world: World) -> Theory:
    """G exists, so one label means one row."""
    bases, sources, labels, outputs = (world.sort(n) for n in ("B", "S", "C", "O"))
    table = world.function("T", bases, sources, outputs)
    label = world.function("c", sources, labels)
    answer = world.function("g", bases, labels, outputs)
    hypotheses = {
        "T(b, s) = g(b, c(s))": world.forall(
            bases, sources, body=lambda b, s: table(b, s) == answer(b, label(s))
        )
    }
    rows = world.forall(
        bases,
        sources,
        sources,
        body=lambda b, s, t: z3.Implies(label(s) == label(t), table(b, s) == table(b, t)),
    )
    return Theory(hypotheses, rows)


def row_classes_are_consistent(world: World) -> Theory:
    """Choose a source for every label; g answers as it does."""
    bases, sources, labels, outputs = (world.sort(n) for n in ("B", "S", "C", "O"))
    table = world.function("T", bases, sources, outputs)
    label = world.function("c", sources, labels)
    chosen = world.function("some source", labels, sources)
    answer = world.function("g", bases, labels, outputs)
    hypotheses = {
        "one label, one row": world.forall(
            bases,
            sources,
            sources,
            body=lambda b, s, t: z3.Implies(label(s) == label(t), table(b, s) == table(b, t)),
        ),
        "the chosen source has the label": world.forall(
            sources, body=lambda s: label(chosen(label(s))) == label(s)
        ),
        "g answers as the chosen source": world.forall(
            bases, labels, body=lambda b, c: answer(b, c) == table(b, chosen(c))
        ),
    }
    consistent = world.forall(bases, sources, body=lambda b, s: table(b, s) == answer(b, label(s)))
    return Theory(hypotheses, consistent)


def off_together(a: int, b: int, base: tuple[int, int]) -> int:
    """Sites A and B copy the inputs; the output is 1 only where both are off."""
    return int(a != base[0] and b != base[1])


def rows() -> tuple[int, int]:
    """How many rows a site's sources have, with the other site left alone, and with it from a source."""
    inputs = list(product((0, 1), (0, 1)))
    alone = {tuple(off_together(s[0], base[1], base) for base in inputs) for s in inputs}
    joint = {
        tuple(off_together(s[0], t[1], base) for base in inputs for t in inputs) for s in inputs
    }
    return len(alone), len(joint)


def prove() -> Iterator[Step]:
    """Both directions, and two sites at once."""
    names = tuple(consistent_labels_refine(World(1)).hypotheses)
    yield from proof("consistent ⇒ one label, one row", consistent_labels_refine, drop=names)
    names = tuple(row_classes_are_consistent(World(1)).hypotheses)
    what = "one label, one row ⇒ consistent"
    yield from proof(what, row_classes_are_consistent, drop=names)
    alone, joint = rows()
    seen = f"A and B copy x1 and x2, O = both off: {alone} row alone, {joint} with joint sources"
    yield instance(Kind.DROPPED, "one site at a time", (alone, joint) == (1, 2), seen)


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
