"""With a monotone mechanism, interventions determine all counterfactuals of two binary variables.

Statement: Two models X → Y on binary variables that agree on P(X, Y) and P(Y | do(X)) may differ on the
joint law of X and both responses of Y, from two equally likely contexts on. If Y never decreases in X in
any context, they never differ.
Source: a question of ours after Pearl's layers; monotone response types are those of Angrist, Imbens &
Rubin (1996).
Shown: for all laws: the linear map from laws of (X, Y under do(0), Y under do(1)) to layers 1 and 2 has
kernel 0 on the six monotone types, and kernel of dimension 2 on all eight. All multisets of up to 4
equally likely contexts: how many pairs are separated by layer 3 alone; none with one context.
Not shown: more values or variables.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, combinations_with_replacement, product

import sympy as sp

from tauomega.proofs.theorem import Kind, Scope, Step, Theorem, instance, main

__all__ = ["THEOREM"]

Type = tuple[int, int, int]
"""X, Y under do(X = 0), Y under do(X = 1)."""
TYPES: list[Type] = [(x, zero, one) for x, zero, one in product((0, 1), repeat=3)]
MONOTONE = [t for t in TYPES if t[1] <= t[2]]


def seen_in_layers(kind: Type) -> list[int]:
    """What a context of this type adds to P(X, Y), to P(Y = 1 | do(0)) and to P(Y = 1 | do(1))."""
    x, zero, one = kind
    y = (zero, one)[x]
    joint = [int((x, y) == cell) for cell in product((0, 1), repeat=2)]
    return [*joint, zero, one]


def hidden_dimension(kinds: list[Type]) -> int:
    """The dimension of the changes of law that layers 1 and 2 do not see."""
    matrix = sp.Matrix([seen_in_layers(kind) for kind in kinds]).T
    return len(kinds) - int(matrix.rank())


def separated(kinds: list[Type], contexts: int) -> tuple[int, str]:
    """Pairs of multisets of types with equal layers 1 and 2; the first pair."""
    groups: dict[tuple[int, ...], list[tuple[Type, ...]]] = {}
    for chosen in combinations_with_replacement(kinds, contexts):
        columns = zip(*(seen_in_layers(kind) for kind in chosen), strict=True)
        groups.setdefault(tuple(map(sum, columns)), []).append(chosen)
    pairs = [pair for group in groups.values() for pair in combinations(group, 2)]
    return len(pairs), str(pairs[0]) if pairs else ""


def prove() -> Iterator[Step]:
    """The kernels, the counts, and the smallest pair."""
    found = hidden_dimension(MONOTONE)
    what = "monotone: layers 1 and 2 determine the law of all responses"
    yield Step(Kind.PROVED, what, found == 0, Scope.IDENTITY, f"kernel of dimension {found}")
    found = hidden_dimension(TYPES)
    seen = f"without it the kernel has dimension {found}"
    yield instance(Kind.DROPPED, "monotone, for all laws", found == 2, seen)
    for contexts in (1, 2, 3, 4):
        count, _ = separated(MONOTONE, contexts)
        what = f"{contexts} equally likely monotone contexts: no pair is separated by layer 3 alone"
        total = len(list(combinations_with_replacement(MONOTONE, contexts)))
        yield Step(Kind.PROVED, what, count == 0, Scope.UP_TO_SIZE, "", total)
    counts = [separated(TYPES, contexts) for contexts in (1, 2, 3, 4)]
    numbers = [count for count, _ in counts]
    seen = f"pairs for 1, 2, 3, 4 contexts: {numbers}; the first: {counts[1][1]}"
    yield instance(
        Kind.DROPPED, "monotone (two contexts are enough)", numbers[0] == 0 < numbers[1], seen
    )


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
