"""Two models of smoking agree on observations and interventions and differ on counterfactuals.

Statement: With T = U_T ∧ S and C = (¬T ∧ U_C1) ∨ (T ∧ U_C2) against C' = (¬S ∧ U'_1) ∨ (S ∧ U'_2), layers 1
and 2 agree on {S, C}; P(C = 0 under do(S = 0) | S = 1, C = 1) is 72/85 below and 9/10 above. With the
response pair of the low-level model as one exogenous variable above, it agrees too.
Source: the smoking model of Rischel (2020), MSc thesis, with the exogenous variables of Zennaro's
notebooks, read; the counterfactual recomputed.
Shown: exact enumeration of 16 and 8 contexts. The law of the pair (C under do(S=0), C under do(S=1)) is
what layer 3 asks; correlated, it is equal, independent, it is not.
Not shown: other queries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import product

from tauomega.proofs.theorem import Kind, Step, Theorem, instance, main

__all__ = ["THEOREM"]

Weighted = list[tuple[Fraction, int, int, int]]
"""Probability, S, C under do(S = 0), C under do(S = 1), one row a context."""
Query = Callable[[int, int, int], bool]


def coin(p: str) -> list[tuple[Fraction, int]]:
    """A binary law."""
    return [(1 - Fraction(p), 0), (Fraction(p), 1)]


def below() -> Weighted:
    """The model with tar."""
    rows = []
    for (p, s), (q, t), (r, c1), (v, c2) in product(
        coin("1/5"), coin("4/5"), coin("1/10"), coin("2/5")
    ):
        rows.append((p * q * r * v, s, c1, c2 if t else c1))
    return rows


def above(*, independent: bool) -> Weighted:
    """The model without tar: two independent coins, or the response pair of the one with tar."""
    if not independent:
        return [(p, s, zero, one) for p, s, zero, one in below()]
    rows = []
    for (p, s), (q, zero), (r, one) in product(coin("1/5"), coin("1/10"), coin("17/50")):
        rows.append((p * q * r, s, zero, one))
    return rows


def probability(model: Weighted, query: Query) -> Fraction:
    """The probability of an event about S and the two responses."""
    return sum((p for p, s, zero, one in model if query(s, zero, one)), Fraction(0))


def counterfactual(model: Weighted) -> Fraction:
    """P(C = 0 under do(S = 0) | S = 1, C = 1)."""
    seen = probability(model, lambda s, zero, one: s == 1 and one == 1)
    return probability(model, lambda s, zero, one: s == 1 and one == 1 and zero == 0) / seen


def layers(model: Weighted) -> list[Fraction]:
    """Layer 1: P(S, C). Layer 2: P(C | do(S))."""
    joint = [
        sum((p for p, s, *cancer in model if (s, cancer[s]) == (a, b)), Fraction(0))
        for a, b in product((0, 1), repeat=2)
    ]
    effects = [sum((p for p, _, *cancer in model if cancer[a] == 1), Fraction(0)) for a in (0, 1)]
    return [*joint, *effects]


def prove() -> Iterator[Step]:
    """Layers 1 and 2, layer 3, and the repair."""
    low, high, repaired = below(), above(independent=True), above(independent=False)
    right = layers(low) == layers(high)
    seen = f"P(C | do(S)) = {layers(low)[4]}, {layers(low)[5]}"
    yield instance(Kind.PROVED, "layers 1 and 2 agree", right, seen)
    found = counterfactual(low), counterfactual(high)
    right = found == (Fraction(72, 85), Fraction(9, 10))
    yield instance(
        Kind.DROPPED, "layer 2 only (layer 3 differs)", right, f"{found[0]} and {found[1]}"
    )
    right = layers(low) == layers(repaired) and counterfactual(repaired) == found[0]
    yield instance(
        Kind.SATISFIABLE, "with the response pair above, layer 3 agrees", right, f"{found[0]}"
    )


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
