"""Proposition 4.5 of Beckers, Eberhardt & Halpern: distance zero is more than equal laws.

Statement: As printed, "τ-0-approximate by Def. 4.4 iff τ-abstraction by Def. 4.3". Def. 4.3 compares
laws, intervention by intervention; Def. 4.4 takes one map of contexts for all of them.
Source: Beckers, Eberhardt & Halpern (2019), Defs. 4.3, 4.4 and Prop. 4.5, arXiv:1906.11583, statements
read; false as printed.
Shown: CE2 (two binary variables, a fair binary context) satisfies Def. 4.3 and has distance 1; with laws
(1/2, 1/2) and (1/3, 2/3) and a constant model no map of contexts exists at all. Repairs, for all
pairs of responses of two contexts to two interventions with fair and skew laws: couplings that may depend
on i give 0 iff all laws agree; one coupling for all i gives 0 iff the joint laws agree.
Not shown: more contexts or interventions.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product

from tauomega.proofs.coupling import Costs, Law, best_map, least_cost, maps_onto_law
from tauomega.proofs.deciding import decided
from tauomega.proofs.theorem import Kind, Step, Theorem, dropped, every, instance, main
from tauomega.theory.definitions.probabilistic import Probabilistic
from tauomega.theory.family import Given
from tauomega.theory.intervention import NOTHING, Hard

__all__ = ["THEOREM"]

Responses = tuple[tuple[int, ...], ...]
"""For every context, the states under the interventions."""
Case = tuple[Law, Law, Responses, Responses]
FAIR, SKEW = (Fraction(1, 2),) * 2, (Fraction(1, 3), Fraction(2, 3))
CE2: Case = (FAIR, FAIR, ((0, 0, 1), (1, 1, 0)), ((0, 0, 0), (1, 1, 1)))
"""Y under ∅, X←0, X←1: below X xor U, above U; X itself never differs."""


def costs(case: Case) -> Costs:
    """The 0/1 distance, for every intervention and pair of contexts."""
    _, _, low, high = case
    interventions = range(len(low[0]))
    return [[[Fraction(a[i] != b[i]) for b in high] for a in low] for i in interventions]


def laws(
    law: Law, responses: Responses, positions: tuple[int, ...]
) -> dict[tuple[int, ...], Fraction]:
    """The joint law of the states under some interventions."""
    found: dict[tuple[int, ...], Fraction] = {}
    for mass, response in zip(law, responses, strict=True):
        key = tuple(response[p] for p in positions)
        found[key] = found.get(key, Fraction(0)) + mass
    return found


def agree(case: Case, positions: tuple[int, ...]) -> bool:
    """The laws below and above agree."""
    return laws(case[0], case[2], positions) == laws(case[1], case[3], positions)


def cases() -> Iterator[Case]:
    """Responses of two contexts to two interventions, up to exchanging both values on both sides.

    So the first context below answers 0; two laws that differ are tried in one order.
    """
    answers = list(product((0, 1), repeat=2))
    low = [((0, 0), second) for second in answers]
    high = list(product(answers, repeat=2))
    for laws_ in ((FAIR, FAIR), (FAIR, SKEW), (SKEW, SKEW)):
        yield from ((*laws_, *pair) for pair in product(low, high))


def repaired(case: Case) -> bool:
    """Both equivalences."""
    table = costs(case)
    each = [least_cost(case[0], case[1], [cost]) == 0 for cost in table]
    together = least_cost(case[0], case[1], table) == 0
    return each == [agree(case, (i,)) for i in range(2)] and together == agree(case, (0, 1))


def printed(case: Case) -> bool | None:
    """Def. 4.3 implies that some map has distance 0."""
    return (
        best_map(case[0], case[1], costs(case)) == 0
        if agree(case, (0,)) and agree(case, (1,))
        else None
    )


def prove() -> Iterator[Step]:
    """CE2, the empty set of maps, and the two repairs."""
    family = Given((NOTHING, Hard((("X", 0),)), Hard((("X", 1),))))
    yield decided(
        Kind.REFUTED, "CE2 satisfies Def. 4.3", ("CE2", "ce2", Probabilistic(family), "holds")
    )
    value = best_map(CE2[0], CE2[1], costs(CE2))
    shared = least_cost(CE2[0], CE2[1], costs(CE2))
    each = [least_cost(CE2[0], CE2[1], [cost]) for cost in costs(CE2)]
    seen = (
        f"Def. 4.4: {value}; one coupling for all i: {shared}; a coupling for each i: {max(each)}"
    )
    right = [value, shared, max(each)] == [1, Fraction(1, 2), 0]
    yield instance(Kind.REFUTED, "Def. 4.3 ⇒ distance 0", right, seen)
    none = list(maps_onto_law(FAIR, SKEW))
    seen = f"laws (1/2, 1/2) and (1/3, 2/3): {len(none)} maps; a constant model satisfies Def. 4.3"
    yield instance(Kind.REFUTED, "Def. 4.4's minimum is over a non-empty set", not none, seen)
    what = "both repairs: responses of 2 contexts to 2 interventions, up to exchanging values"
    yield every(what, cases(), repaired)
    what = "couplings instead of one map"
    yield dropped(what, cases(), printed, show=lambda c: f"below {c[2]}, above {c[3]}")


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
