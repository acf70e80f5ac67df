"""How large IC can be when ISC is 0: exactly 1 - 1/m in total variation, for fibres of m values.

Statement: If ISC = 0, the laws below average over every fibre of α to the law above. A single one is then
at total variation at most 1 - 1/m from it, m the size of the fibre, and this is attained with two
values above.
Source: a question of ours on the errors of Zennaro, Turrini & Damoulas (2023), IJCAI.
Shown: for m = 1..4 and 2 or 3 values above, the exact maximum, as a linear program over ℚ by z3, for
each pattern of signs; the attaining table in closed form. Without ISC = 0 the maximum is 1.
Not shown: the same for √JSD, whose maximum is irrational.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product

import z3

from tauomega.proofs.theorem import Kind, Scope, Step, Theorem, instance, main

__all__ = ["THEOREM"]


def largest(m: int, values: int, *, averaged: bool) -> Fraction:
    """The maximum of TV(first law, law above) over m laws that average to it (or any law above)."""
    laws = [[z3.Real(f"p_{a}_{y}") for y in range(values)] for a in range(m)]
    above = [z3.Real(f"q_{y}") for y in range(values)]
    best = Fraction(0)
    for signs in product((-1, 1), repeat=values):
        program = z3.Optimize()
        for law in (*laws, above):
            program.add(sum(law) == 1, *[p >= 0 for p in law])
        if averaged:
            program.add(*[m * above[y] == sum(law[y] for law in laws) for y in range(values)])
        # TV is half the maximum over sign patterns of Σ ± (p - q), and each pattern is a bound below.
        goal = program.maximize(
            sum(s * (laws[0][y] - above[y]) for y, s in enumerate(signs)) * z3.Q(1, 2)
        )
        found = program.check()
        assert found == z3.sat, "equal laws are feasible"
        best = max(best, Fraction(str(program.upper(goal))))
    return best


def attained(m: int) -> Fraction:
    """TV of a point mass and the average of it with m - 1 copies of the other one."""
    above = (Fraction(1, m), 1 - Fraction(1, m))
    return (abs(1 - above[0]) + above[1]) / 2


def prove() -> Iterator[Step]:
    """The maximum for small fibres, where it is attained, and without the condition."""
    for m, values in product((1, 2, 3, 4), (2, 3)):
        found = largest(m, values, averaged=True)
        right = found == 1 - Fraction(1, m) == attained(m)
        what = f"fibres of {m}, {values} values above: the largest IC is {found}"
        yield Step(Kind.PROVED, what, right, Scope.ARITHMETIC)
    found = largest(2, 2, averaged=False)
    yield instance(Kind.DROPPED, "ISC = 0", found == 1, f"the largest IC is then {found}")


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
