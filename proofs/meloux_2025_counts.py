"""The counts of circuits and interpretations of the shipped XOR network, in both conventions.

Statement: Of the 2-3-3-1 network, the published rules count 3,000 valid circuits, 32 of them perfect on
clean inputs, with 234,700 interpretations (at most 94,720 of one circuit); with the full node set there
are 9,625 circuits, 197 of them perfect.
Source: Méloux, Maniu, Portet & Peyrard (2025), arXiv:2502.20914, code as kept in the first commit of the
fork gwherb/MI-identifiability, read; replayed in exact arithmetic.
Shown: all counts for the stored weights; the numbers of valid circuits also by the closed form
N(a, b) = Σ_i (-1)^i C(b, i) (2^(b-i) - 1)^a for the edges between two active layers.
Not shown: noisy inputs, whose counts depend on the draw.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from math import comb

from tauomega.bridge.identifiability import Convention, Options, count
from tauomega.proofs.erratum_meloux_2025_half_of_the_pairs import network
from tauomega.proofs.theorem import Kind, Scope, Step, Theorem, instance, main

__all__ = ["THEOREM"]


def edge_masks(above: int, below: int) -> int:
    """Bipartite graphs in which every node has an edge."""
    return sum(
        (-1) ** i * comb(below, i) * (2 ** (below - i) - 1) ** above for i in range(below + 1)
    )


def edge_masks_literally(above: int, below: int) -> int:
    """The same by listing all edge masks."""
    total = 0
    for mask in product((0, 1), repeat=above * below):
        rows = [mask[r * below : (r + 1) * below] for r in range(above)]
        total += all(map(any, rows)) and all(map(any, zip(*rows, strict=True)))
    return total


def valid_circuits(hidden: tuple[int, ...], inputs: int, *, full: bool) -> int:
    """Valid circuits: inputs stay on, every active unit has an edge on both sides."""
    total = 0
    for sizes in product(*(range(1, width + 1) for width in hidden)):
        if not full and sizes == hidden:
            continue
        ways, below = 1, inputs
        for width, active in zip((*hidden, 1), (*sizes, 1), strict=True):
            ways *= comb(width, active) * edge_masks(active, below)
            below = active
        total += ways
    return total


def prove() -> Iterator[Step]:
    """The closed form, its literal twin, and the counts of the network."""
    sizes = list(product(range(1, 4), repeat=2))
    right = all(edge_masks(a, b) == edge_masks_literally(a, b) for a, b in sizes)
    what = "the closed form counts edge masks, up to 3 × 3"
    yield Step(Kind.PROVED, what, right, Scope.UP_TO_SIZE, "", len(sizes))
    found = [valid_circuits((3, 3), 2, full=full) for full in (False, True)]
    seen = f"2-3-3-1: {found[0]:,} without the full node set, {found[1]:,} with it"
    yield instance(Kind.PROVED, "valid circuits", found == [3000, 9625], seen)
    published = count(
        network(), "XOR", convention=Convention.PUBLISHED, parts=("circuits", "interpretations")
    )
    circuits, groundings = published.circuits, published.interpretations
    assert circuits is not None, published.unknown
    assert groundings is not None, published.unknown
    numbers = (circuits.checked, circuits.perfect, groundings.total, max(groundings.per_circuit))
    seen = "{:,} circuits, {:,} perfect, {:,} interpretations, at most {:,}".format(*numbers)
    yield instance(Kind.PROVED, "the published rules", numbers == (3000, 32, 234700, 94720), seen)
    more = count(network(), "XOR", options=Options(full_mask=True), parts=("circuits",)).circuits
    assert more is not None
    seen = f"{more.checked:,} circuits, {more.perfect:,} perfect"
    right = (more.checked, more.perfect) == (9625, 197)
    yield instance(Kind.DROPPED, "leave out circuits with all units on", right, seen)


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
