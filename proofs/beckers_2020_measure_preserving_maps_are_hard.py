"""Whether Def. 4.4 has a map of contexts at all is as hard as 3-PARTITION.

Statement: Numbers a_1..a_3m with B/4 < a_j < B/2 and sum m B can be split into m triples of sum B iff some
map of contexts pushes the law a_j / (m B) to the uniform law on m contexts. Couplings always exist.
Source: Beckers, Eberhardt & Halpern (2019), Def. 4.4 (τ_U with τ_U(Pr_L) = Pr_H), arXiv:1906.11583; the
reduction ours. 3-PARTITION is strongly NP-hard (Garey & Johnson 1979).
Shown: the equivalence for all instances with m = 2 and B ≤ 24, by trying all maps and all splits; the
product law is a coupling of each.
Not shown: hardness itself, which is the reduction and the cited theorem.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations, combinations_with_replacement

from tauomega.proofs.coupling import least_cost, maps_onto_law
from tauomega.proofs.theorem import Step, Theorem, dropped, every, main, satisfiable

__all__ = ["THEOREM"]

Numbers = tuple[int, ...]
MOST = 24


def instances(*, bounded: bool = True) -> Iterator[Numbers]:
    """Six numbers of sum 2 B, each between B/4 and B/2 if bounded."""
    for b in range(3, MOST + 1):
        inside = [a for a in range(1, b + 1) if not bounded or b < 4 * a < 2 * b]
        for numbers in combinations_with_replacement(inside, 6):
            if sum(numbers) == 2 * b:
                yield numbers


def splits_into_triples(numbers: Numbers) -> bool:
    """Some three of the six have half of the sum."""
    return any(2 * sum(chosen) == sum(numbers) for chosen in combinations(numbers, 3))


def has_map(numbers: Numbers) -> bool:
    """Some map of contexts pushes the law to (1/2, 1/2)."""
    total = sum(numbers)
    law = [Fraction(a, total) for a in numbers]
    return any(True for _ in maps_onto_law(law, [Fraction(1, 2)] * 2))


def coupling_exists(numbers: Numbers) -> bool:
    """The least cost of a coupling is defined; with zero costs it is 0."""
    total = sum(numbers)
    law = [Fraction(a, total) for a in numbers]
    free = [[[Fraction(0)] * 2 for _ in numbers]]
    return least_cost(law, [Fraction(1, 2)] * 2, free) == 0


def prove() -> Iterator[Step]:
    """The equivalence; both answers occur; couplings; without the bounds the triples are lost."""
    what = f"a map exists iff there are triples: all instances, m = 2, B ≤ {MOST}"
    yield every(what, instances(), lambda n: has_map(n) == splits_into_triples(n))
    yield satisfiable("an instance with triples", instances(), splits_into_triples)
    yield dropped("triples exist", instances(), has_map)
    few = [numbers for numbers in instances() if not has_map(numbers)][:50]
    yield every("a coupling exists where no map does", few, coupling_exists)
    wide = instances(bounded=False)
    yield dropped("B/4 < a < B/2", wide, lambda n: has_map(n) == splits_into_triples(n))


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
