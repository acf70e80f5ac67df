"""How many explanations a network has, by the published procedure and exactly.

    python -m tauomega.proofs.meloux_2025_identifiability --seeds 100 --page results.html

Statement: For networks trained on a two-input gate, one algorithm up to relabelling of values survives
once every ordered pair of inputs is interchanged, jointly: what-then-where is then identified.
Source: Méloux, Maniu, Portet & Peyrard (2025), arXiv:2502.20914, whose counts use half of the pairs, one
node at a time; the statement is what their shipped network suggests when the test is completed.
Shown: their counts on that network, and its counts when the test is complete (one algorithm); refuted
over trained networks, which have none of the list, or two; refuted over all 2-2-1 threshold networks
of a grid of weights: most of those that compute XOR use an algorithm that the list lacks.
Not shown: more than two hidden layers; that training prefers one algorithm.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path

from tauomega.bridge.identifiability import count
from tauomega.bridge.identifiability.study import Finding, study
from tauomega.bridge.identifiability.study_page import BIASES, GATES, WEIGHTS, redo
from tauomega.bridge.identifiability.weight_grid import grid_law
from tauomega.proofs.erratum_meloux_2025_half_of_the_pairs import network
from tauomega.proofs.theorem import Kind, Scope, Step, Theorem, instance, main

__all__ = ["THEOREM"]


def published_counts() -> Iterator[Step]:
    """The authors' numbers on clean inputs, and the complete test."""
    low = network()
    found, exact = count(low, "XOR"), count(low, "XOR", convention="exact")
    assert found.circuits is not None
    assert found.interpretations is not None
    assert found.mappings is not None
    assert exact.mappings is not None
    numbers = (
        found.circuits.checked, found.circuits.perfect, found.interpretations.total,
        found.mappings.formulas, found.mappings.total,
    )  # fmt: skip
    right = numbers == (3000, 32, 234_700, 7, 42)
    yield instance(Kind.PROVED, "the published counts of the shipped network", right, str(numbers))
    yield instance(
        Kind.SATISFIABLE,
        "one algorithm survives the complete test there",
        exact.mappings.classes == 1,
        f"{exact.mappings.formulas} formulas, {exact.mappings.classes} up to relabelling",
    )


def trained(seeds: dict[str, range]) -> Iterator[Step]:
    """Networks with no formula of the list, with two; and with two algorithms whatever the list."""
    found = [f for gate, chosen in seeds.items() for f in study((gate,), chosen)[1]]
    claims: dict[str, Callable[[Finding], bool]] = {
        "the list has an algorithm of every network": lambda f: f.surviving > 0,
        "the list has one algorithm of every network": lambda f: f.surviving < 2,
        "one algorithm of two bits survives, list or no list": lambda f: len(f.algorithms) < 2,
    }
    for claim, test in claims.items():
        wrong = [f for f in found if not test(f)]
        names = ", ".join(f"{f.gate} seed {f.seed}" for f in wrong[:2]) or "none"
        seen = f"{len(wrong)} of {len(found)} trained networks, {names}"
        yield Step(Kind.REFUTED, claim, bool(wrong), Scope.INSTANCE, seen, len(found))


def all_of_a_grid() -> Iterator[Step]:
    """Whoever computes XOR has one perfect circuit; most of them no formula of the list."""
    law = grid_law("XOR", WEIGHTS, BIASES)
    one = dict(law.given["perfect"]) == {1: law.computing} and law.computing > 0
    what = "a 2-2-1 threshold network of the grid that computes XOR has one perfect circuit"
    yield Step(Kind.PROVED, what, one, Scope.UP_TO_SIZE, f"of {law.networks:,}", law.computing)
    none = law.given["formulas"].get(0, 0)
    seen = f"{none:,} of {law.computing:,} have none"
    what = "each of these has an algorithm of the list"
    yield Step(Kind.REFUTED, what, none > 0, Scope.UP_TO_SIZE, seen, law.computing)


def prove() -> Iterator[Step]:
    """The shipped network, trained networks, and all networks of a grid."""
    yield from published_counts()
    yield from trained({"XOR": range(12), "AND": range(20, 26)})
    yield from all_of_a_grid()


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="With --seeds, redo the study's experiment.")
    parser.add_argument("--seeds", type=int, default=0, help="networks to train for each gate")
    parser.add_argument("--gates", nargs="+", default=GATES, choices=GATES)
    parser.add_argument("--figure", help="write the figure to this file, as SVG")
    parser.add_argument("--page", help="write the results to this file, as HTML")
    chosen = parser.parse_args()
    if chosen.seeds <= 0:
        raise SystemExit(main(THEOREM))
    lines, drawn, text = redo(chosen.gates, range(chosen.seeds))
    print("\n".join(lines))
    for name, content in ((chosen.figure, drawn), (chosen.page, text)):
        if name:
            Path(name).write_text(content, encoding="utf-8")
