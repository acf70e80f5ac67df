"""No interventional error on single variables says nothing about sets of them.

Statement: An α-abstraction may have IC = 0 on all pairs of single variables and IC > 0 on a pair of sets;
so the evaluation set J is part of the claim.
Source: Zennaro, Turrini & Damoulas (2023), IJCAI (IC and J); the example (CE10) ours.
Shown: CE10, C = A xor B against independent fair coins: decided as claims over single variables and over
({A, B}, C), with the error √(3/4 ln 4/3) in nats enclosed. Below C = A both sets of pairs detect it.
Not shown: how large the gap can be.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import log, sqrt

from tauomega import distance, load
from tauomega.proofs.deciding import claim, decided
from tauomega.proofs.theorem import Kind, Step, Theorem, instance, main
from tauomega.theory.definitions.alpha import Alpha
from tauomega.theory.policy import Pairs
from tauomega.theory.quantity import Ball

__all__ = ["THEOREM"]

JOINT: Pairs = ((("A", "B"), ("C",)),)
SINGLE: Pairs = ((("A",), ("C",)), (("B",), ("C",)))
COINS = "U, V, W : bool ~ 1/2\nA = U\nB = V\nC = W"


def prove() -> Iterator[Step]:
    """CE10 over both evaluation sets, its error, and a model that single variables expose."""
    parity = load("ce10").claim
    copy = claim("A, B : bool ~ 1/2\nA1 = A\nB1 = B\nC1 = A1", COINS, dict(parity.tau_text))
    yield decided(
        Kind.PROVED,
        "no error on (A, C) and (B, C)",
        ("CE10 over single variables", parity, Alpha(pairs=SINGLE), "holds"),
    )
    yield decided(
        Kind.DROPPED,
        "single variables only",
        ("CE10 over ({A, B}, C)", parity, Alpha(pairs=JOINT), "fails"),
    )
    value = distance(parity, Alpha(pairs=JOINT)).value
    expected = sqrt(3 / 4 * log(4 / 3))
    right = (
        isinstance(value, Ball) and abs(float(value.lo) - expected) < 1e-12 > value.hi - value.lo
    )
    seen = f"{value}; √(3/4 ln 4/3) = {expected:.6f}"
    yield instance(Kind.PROVED, "the error is √(3/4 ln 4/3)", right, seen)
    yield decided(
        Kind.DROPPED,
        "C = A xor B (a copy of A is seen by single variables too)",
        ("C = A over single variables", copy, Alpha(pairs=SINGLE), "fails"),
        ("C = A over ({A, B}, C)", copy, Alpha(pairs=JOINT), "fails"),
    )


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
