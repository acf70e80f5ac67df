"""Proofs for all real parameters: z3 over exact arithmetic, with every hypothesis shown to matter.

A sum of any length is reached by induction: a statement about a partial sum is shown to survive one term more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import z3

from tauomega.proofs.theorem import Kind, Scope, Step

__all__ = ["identity"]


def identity(
    what: str, hypotheses: Mapping[str, Any], conclusion: Any, *, keep: tuple[str, ...] = ()
) -> Iterator[Step]:
    """The steps of a proof over the reals.

    Args:
        what: the statement.
        hypotheses: named formulas.
        conclusion: a formula.
        keep: hypotheses that are not dropped, as they only say what a name means.
    """
    answer, _ = _refuting(hypotheses, conclusion)
    yield Step(Kind.PROVED, what, answer == z3.unsat, Scope.ARITHMETIC, f"z3: {answer}")
    for dropped in hypotheses:
        if dropped not in keep:
            rest = {name: formula for name, formula in hypotheses.items() if name != dropped}
            answer, seen = _refuting(rest, conclusion)
            yield Step(Kind.DROPPED, dropped, answer == z3.sat, Scope.INSTANCE, seen)


def _refuting(hypotheses: Mapping[str, Any], conclusion: Any) -> tuple[Any, str]:
    """Whether values meet the hypotheses and lack the conclusion, and which."""
    solver = z3.SolverFor("QF_NRA")
    solver.set("timeout", 20_000)
    solver.add(*hypotheses.values(), z3.Not(conclusion))
    answer = solver.check()
    if answer != z3.sat:
        return answer, f"z3: {answer}"
    model = solver.model()
    values = sorted(f"{d.name()} = {model[d]}" for d in model.decls() if not d.arity())
    return answer, ", ".join(values)
