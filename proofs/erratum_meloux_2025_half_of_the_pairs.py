"""Testing sources before bases only lets false mappings pass.

Statement: The published code tests an interchange on pairs with the source listed before the base: 6 of
the 12 ordered pairs of different inputs of XOR. Some mappings that pass fail on the other half: on the
shipped network 7 formulas with 42 minimal mappings pass, and 2 with 2 pass on all pairs.
Source: Méloux, Maniu, Portet & Peyrard (2025), arXiv:2502.20914; code as kept in the first commit of the
fork gwherb/MI-identifiability, read; the paper's text was not read: a discrepancy with the definition of
interchange accuracy (Geiger et al. 2024, Def. 5), not an error in print.
Shown: CE9 by counting all models with one inner node: 8,704 triples pass the half and fail the whole,
the first of them as an example; the shipped network in exact arithmetic under both conventions. CE9 is
decided as a claim for both sets of pairs.
Not shown: other networks.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, permutations, product

from tauomega import load
from tauomega.bridge.identifiability import Convention, Counts, Options, count
from tauomega.bridge.identifiability.options import Pairs
from tauomega.bridge.network_model import NetworkModel
from tauomega.proofs.deciding import decided
from tauomega.proofs.theorem import Kind, Scope, Step, Theorem, instance, main

__all__ = ["THEOREM"]

POINTS = 4


def separated() -> tuple[int, str]:
    """How many (node, high output, low output) pass the half and fail the whole; the first one.

    The node is g(x) below and above; outputs F(h, x) and k(a, x) are bit masks over (node, input).
    """
    total, first = 0, ""
    halves, whole = list(combinations(range(POINTS), 2)), list(permutations(range(POINTS), 2))
    for node in product((0, 1), repeat=POINTS):
        clean = [(node[x], x) for x in range(POINTS)]
        half = {(node[source], base) for source, base in halves} | set(clean)
        full = {(node[source], base) for source, base in whole} | set(clean)
        free, seen = 2 * POINTS, len(full - half)
        # Outputs agree on `half`, differ somewhere on the rest of `full`, and are free elsewhere.
        pairs = 2 ** len(half) * (4**seen - 2**seen) * 4 ** (free - len(full))
        total += pairs
        if pairs and not first:
            first = f"node = {node}: (node value, base) tested late: {sorted(full - half)}"
    return total, first


def network() -> NetworkModel:
    """The shipped XOR network."""
    low = load("xor_nand_or").claim.low
    assert isinstance(low, NetworkModel)
    return low


def shown(found: Counts) -> tuple[int, int]:
    """Formulas with a mapping, and minimal mappings."""
    assert found.mappings is not None, found.unknown
    return found.mappings.formulas, found.mappings.total


def prove() -> Iterator[Step]:
    """The family of one-node models, the shipped network, and both halves of the pairs."""
    total, first = separated()
    what = "one-node models that pass the half and fail the whole"
    yield Step(
        Kind.REFUTED, what, total == 8704, Scope.UP_TO_SIZE, f"{total:,}; {first}", 16 * 2**16
    )
    model = network()
    half = count(model, "XOR", convention=Convention.PUBLISHED, parts=("mappings",))
    whole = count(model, "XOR", options=Options(pairs=Pairs.ALL), parts=("mappings",))
    seen = f"source before base: {shown(half)}; all ordered pairs: {shown(whole)}"
    right = shown(half) == (7, 42) and shown(whole) == (2, 2)
    yield instance(Kind.REFUTED, "the half test decides interchange consistency", right, seen)
    joint = count(model, "XOR", options=Options(pairs=Pairs.ALL, joint=True), parts=("mappings",))
    seen = f"with joint sources too: {shown(joint)}"
    yield instance(
        Kind.PROVED, "all pairs, repaired; joint tests change nothing", shown(joint) == (2, 2), seen
    )
    yield decided(
        Kind.DROPPED,
        "the other half of the pairs (CE9)",
        ("source before base", "ce9_forward", load("ce9_forward").definition, "holds"),
        ("all ordered pairs", "ce9", load("ce9").definition, "fails"),
    )


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
