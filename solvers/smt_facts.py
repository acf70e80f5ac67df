"""Facts of τ over infinite domains, by z3: what it depends on, and whether it leaves its domain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import z3

from tauomega.theory.kernel import Domain, Expression, Finite, Interval, Range, Reals, Value

from .child import Answered, run_in_child
from .engine import Budget
from .expression_to_z3 import Encoder, NotEncodedError, number_of

__all__ = ["depends_on", "leaves_domain"]


def depends_on(
    expression: Expression, variable: str, domains: Mapping[str, Domain], budget: Budget
) -> bool | None:
    """Whether two states that differ in one variable only have different values; `None`: undecided."""

    def query() -> Any:
        encoder, solver = Encoder(), z3.SimpleSolver()
        terms = _constants(encoder, solver, domains)
        other, bounds = encoder.constant(domains[variable])
        solver.add(bounds)
        changed = encoder.term(expression, {**terms, variable: other}, domains)
        solver.add(encoder.term(expression, terms, domains) != changed)
        return str(solver.check())

    answer = run_in_child(query, seconds=budget.left)
    found = answer.value if isinstance(answer, Answered) else "unknown"
    return {"sat": True, "unsat": False}.get(found)


def leaves_domain(
    expression: Expression, domains: Mapping[str, Domain], target: Domain, budget: Budget
) -> dict[str, Value] | Literal[False] | None:
    """A state at which the value is outside the target; `False`: there is none; `None`: undecided."""

    def query() -> Any:
        encoder, solver = Encoder(), z3.SimpleSolver()
        terms = _constants(encoder, solver, domains)
        inside = _inside(encoder, encoder.term(expression, terms, domains), target)
        solver.add(z3.Not(inside))
        result = str(solver.check())
        if result != "sat":
            return result
        model = solver.model()
        try:
            return {n: str(encoder.value(model, t, domains[n])) for n, t in terms.items()}
        except NotEncodedError:
            return "unknown"

    answer = run_in_child(query, seconds=budget.left)
    if not isinstance(answer, Answered):
        return None
    if isinstance(answer.value, dict):
        return answer.value
    return False if answer.value == "unsat" else None


def _constants(encoder: Encoder, solver: Any, domains: Mapping[str, Domain]) -> dict[str, Any]:
    terms = {}
    for name, domain in domains.items():
        terms[name], bounds = encoder.constant(domain)
        solver.add(bounds)
    return terms


def _inside(encoder: Encoder, term: Any, target: Domain) -> Any:
    match target:
        case Reals():
            return z3.BoolVal(True)
        case Interval(low=low, high=high):
            return z3.And(term >= number_of(low), term <= number_of(high))
        case Range(low=low, high=high):
            whole = z3.BoolVal(True) if z3.is_int(term) else z3.IsInt(term)
            return z3.And(term >= low, term <= high, whole)
        case Finite(values=values):
            return z3.Or([term == encoder.literal(v, target) for v in values])
