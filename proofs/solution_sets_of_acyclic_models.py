"""Between models with one solution, an exact transformation says that squares commute.

Statement: If every model under every intervention has exactly one solution, τ of the solutions below are the
solutions above, as sets, iff τ of the solution below is the solution above.
Source: Geiger et al. (2025), Def. 25, arXiv:2301.04709, on acyclic models; proof ours.
Shown: for all models, both ways, with solutions as a relation. With two solutions the sets can agree while
a chosen solution goes to another one; without a solution they agree vacuously (CE16).
Not shown: that acyclic models have one solution.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import z3

from tauomega.proofs.theorem import Step, Theorem, main
from tauomega.proofs.uninterpreted import Theory, World, proof

__all__ = ["THEOREM"]


def theory(*, from_sets: bool) -> Callable[[World], Theory]:
    """At a pair of matched contexts and interventions: from sets to squares, or back."""

    def stated(world: World) -> Theory:
        index, low, high = (world.sort(name) for name in ("I", "X", "Y"))
        tau = world.function("τ", low, high)
        solves_l = world.relation("Solve_L", index, low)
        solves_h = world.relation("Solve_H", index, high)
        solution_l = world.function("M_L", index, low)
        solution_h = world.function("M_H", index, high)
        forall = world.forall

        def one(relation: Any, solution: Any, sort: Any) -> Any:
            return forall(index, sort, body=lambda i, x: relation(i, x) == (x == solution(i)))

        sets = forall(
            index,
            high,
            body=lambda i, y: (
                world.exists(low, body=lambda x: z3.And(solves_l(i, x), tau(x) == y))
                == solves_h(i, y)
            ),
        )
        squares = forall(index, body=lambda i: tau(solution_l(i)) == solution_h(i))
        hypotheses = {
            "one solution below": one(solves_l, solution_l, low),
            "one solution above": one(solves_h, solution_h, high),
            "the assumption": sets if from_sets else squares,
        }
        return Theory(hypotheses, squares if from_sets else sets)

    return stated


def prove() -> Iterator[Step]:
    """Both directions; each hypothesis is needed."""
    names = tuple(theory(from_sets=True)(World(1)).hypotheses)
    yield from proof("equal sets ⇒ squares commute", theory(from_sets=True), drop=names)
    yield from proof("squares commute ⇒ equal sets", theory(from_sets=False), drop=names)


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
