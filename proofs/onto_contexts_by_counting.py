"""No matching is needed: response classes are counted.

Statement: An onto compatible τ_U exists iff every class of equal responses occurs below iff it occurs
above, and below at least as often.
Source: Beckers, Eberhardt & Halpern (2019), Def. 2.5, arXiv:1906.11583; the criterion ours.
Shown: for all assignments of up to 4 classes to up to 4 contexts below and 3 above, against all maps;
agreement is equality of classes, so the relation is a disjoint union of complete blocks, which is why
counting does. For relations that are no equivalence counting fails.
Not shown: more contexts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import product

from tauomega.proofs.theorem import Kind, Step, Theorem, dropped, every, instance, main

__all__ = ["THEOREM"]

Case = tuple[tuple[int, ...], tuple[int, ...]]


def cases() -> Iterator[Case]:
    """Classes of the contexts below and above."""
    for below, above in product(range(1, 5), range(1, 4)):
        yield from product(product(range(4), repeat=below), product(range(4), repeat=above))


def some_onto(case: Case) -> bool:
    """By placing the contexts below one class after another: each class maps onto its own kind."""
    low, high = case
    reached: set[frozenset[int]] = {frozenset()}
    for r in low:
        reached = {done | {w} for done in reached for w, s in enumerate(high) if s == r}
    return any(len(done) == len(high) for done in reached)


def counted(case: Case) -> bool:
    """The criterion."""
    low, high = map(Counter, case)
    return set(low) == set(high) and all(low[r] >= high[r] for r in high)


def prove() -> Iterator[Step]:
    """The criterion, each half alone, and a relation that is no equivalence."""
    small = list(cases())
    what = "onto compatible τ_U iff classes match and there are enough: up to 4 and 3 contexts"
    yield every(what, small, lambda case: some_onto(case) == counted(case))
    yield dropped(
        "at least as often below",
        small,
        lambda case: some_onto(case) == (set(case[0]) == set(case[1])),
    )
    yield dropped(
        "every class below occurs above",
        small,
        lambda case: some_onto(case) == all(case[0].count(r) >= case[1].count(r) for r in case[1]),
    )
    joined = {(0, 0), (0, 1), (1, 1), (2, 1)}  # u0 agrees with w0 and w1: no equivalence
    onto = any({t0, 1} == {0, 1} for t0 in (0, 1) if (0, t0) in joined)
    classes = Counter(frozenset(w for u, w in joined if u == v) for v in range(3))
    seen = f"u0 ~ w0, w1; u1, u2 ~ w1: an onto map exists, classes below are {dict(classes)}"
    yield instance(Kind.DROPPED, "agreement is an equivalence", onto and len(classes) == 2, seen)


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
