"""Soft interventions: a map on realised values is ambiguous, one on all values is explicit.

Statement: (Theorem 10) If two high-level interventions agree on realised values and have equal images,
Def. 9 does not tell them apart. (Theorem 14) Under Def. 11 the image of i at variable Y is
g(y, u) = τ_Y(F^i(τ^-1(y), τ_U^-1(u))), for any partial inverse. Examples 1 to 4.
Source: Massidda, Geiger, Icard & Bacciu (2023), Defs. 9 and 11, Theorems 10 and 14, Examples 1-4,
arXiv:2211.12270.
Shown: exact enumeration of all soft interventions above: parity of products modulo 4 (Ex. 1), the
ambiguous pair (Ex. 2-3), the adder with X4 ← 1 ↦ Y3 ← 2 Y1 Y2 + 1 (Ex. 4), and the explicit map for
all 256 soft interventions on the adder's outputs:
the mechanisms read X1 and X2 alone, so every partial inverse gives the same.
Not shown: other models.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from tauomega.proofs.theorem import Kind, Step, Theorem, every, instance, main

__all__ = ["THEOREM"]

Bits = tuple[int, int]
Table = dict[Bits, int]
BITS: list[Bits] = [(a, b) for a in (0, 1) for b in (0, 1)]


def tables(values: int) -> Iterator[Table]:
    """All functions of two bits."""
    for row in product(range(values), repeat=4):
        yield dict(zip(BITS, row, strict=True))


def parity_images() -> list[Bits]:
    """Ex. 1 over ℤ/4: functions of U2 that commute with X2 ← 2 E2 at every x and e; Y = "is even"."""
    even = {x: int(x % 2 == 0) for x in range(4)}
    return [
        (f0, f1)
        for f0, f1 in product((0, 1), repeat=2)
        if all(even[2 * e % 4] == (f0, f1)[even[e]] for e in range(4))
    ]


def parity_square() -> bool:
    """X3 = X1 X2 is even iff X1 or X2 is, over ℤ/4."""
    return all(
        (x * y % 4 % 2 == 0) == (x % 2 == 0 or y % 2 == 0) for x, y in product(range(4), repeat=2)
    )


def ambiguous(realised: list[Bits]) -> list[Table]:
    """Interventions on Y3 like [Y1 = Y2] on the given values, with image {0, 1}."""
    wanted = {y: int(y[0] == y[1]) for y in BITS}
    return [
        f
        for f in tables(2)
        if set(f.values()) == {0, 1} and all(f[y] == wanted[y] for y in realised)
    ]


def adder_images(x3: Table, x4: Table) -> list[Table]:
    """Def. 11: functions Y3 ← f(Y1, Y2) that commute at every state with X3 ← x3, X4 ← x4."""
    return [f for f in tables(4) if all(f[y] == 2 * x3[y] + x4[y] for y in BITS)]


def explicit(case: tuple[Table, Table]) -> bool:
    """Theorem 14: the only image is τ of the intervened mechanisms at any preimage."""
    x3, x4 = case
    made = {y: 2 * x3[y] + x4[y] for y in BITS}
    inputs_are_read_alone = all(made[y] in range(4) for y in BITS)
    return inputs_are_read_alone and adder_images(x3, x4) == [made]


def prove() -> Iterator[Step]:
    """The four examples and the explicit map."""
    images = parity_images()
    right = parity_square() and images == [(1, 1)]
    yield instance(Kind.PROVED, "Ex. 1: X2 ← 2 E2 ↦ Y2 ← even, alone", right, f"{images}")
    realised = [(y1, int(v2 or not y1)) for y1 in (0, 1) for v2 in (0, 1)]
    under_9, under_11 = ambiguous(realised), ambiguous(BITS)
    seen = (
        f"realised {sorted(set(realised))}: {len(under_9)} interventions; on all: {len(under_11)}"
    )
    yield instance(Kind.PROVED, "Ex. 2-3: Def. 9 has two images", len(under_9) == 2, seen)
    yield instance(Kind.DROPPED, "realised values only", len(under_11) == 1, seen)
    conjunction = {y: y[0] & y[1] for y in BITS}
    one = dict.fromkeys(BITS, 1)
    found = adder_images(conjunction, one)
    right = found == [{y: 2 * y[0] * y[1] + 1 for y in BITS}]
    yield instance(Kind.PROVED, "Ex. 4: X4 ← 1 ↦ Y3 ← 2 Y1 Y2 + 1, alone", right, f"{found}")
    pairs = product(tables(2), tables(2))
    yield every("Theorem 14 for all soft interventions on X3 and X4", pairs, explicit)


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
