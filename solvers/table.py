"""Vectorised exhaustive evaluation: every square computed, exactly, on numpy columns, in chunks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import Any, final

import numpy as np
import numpy.typing as npt

from tauomega.theory.defect import (
    HIGH,
    LOW,
    TAU,
    ContextMaps,
    Defect,
    Dist,
    Inf,
    Interventions,
    Law,
    Metric,
    Push,
    Read,
    Sup,
    Swaps,
)
from tauomega.theory.definition import high_model
from tauomega.theory.errors import OutOfReachError
from tauomega.theory.kernel import Value
from tauomega.theory.verdict import INFINITE, ContextMapWitness, Enumeration

from .columns import NotVectorisedError
from .engine import Answer, Budget, Problem
from .grids import Chunk, context_chunk, family_chunks, family_size, list_value
from .laws_on_columns import law_gap
from .machine import Machine
from .onto import missed_by_factor
from .parameters import assignments, has_finite_parameters
from .response_classes import ResponseClasses
from .settled import nothing_to_check
from .shapes import is_tau_onto, law_family, searched_squares, square_family, swapped
from .swaps_on_columns import swap_mismatch

__all__ = ["TABLE", "Table"]

Array = npt.NDArray[Any]
ONE, ZERO = Fraction(1), Fraction(0)
ROWS = 2**16
MOST_CONTEXTS = 2**22


@final
@dataclass(frozen=True, slots=True)
class Table:
    """Complete enumeration on columns. Memory stays bounded: chunks of about 2^16 squares."""

    @property
    def name(self) -> str:
        """`table`."""
        return "table"

    def accepts(self, problem: Problem) -> str | None:
        """Accepts squares, laws, interchanges and τ onto, over finite domains."""
        if problem.semantics not in ("exact", "real"):
            return f"evaluates exactly; {problem.semantics} is another semantics"
        claim = problem.claim
        for model in (claim.scm, claim.high):
            if model is None:
                continue
            if model.context_count() is None or any(
                getattr(variable.domain, "size", None) is None for variable in model.variables
            ):
                return "a variable has infinitely many values"
        if not has_finite_parameters(claim):
            return "a parameter has infinitely many values"
        if _shape(problem.part.defect) is None:
            return "only squares, laws, interchanges and τ onto are vectorised"
        return None

    def bounds(self, problem: Problem, budget: Budget) -> Answer:
        """The exact value, unless time runs out or an expression cannot be vectorised."""
        examined = 0
        answer = Answer()
        for parameters in assignments(problem.claim):
            try:
                machine = Machine.from_problem(problem, parameters)
                answer = self._decide(problem, machine, budget)
            except (NotVectorisedError, OutOfReachError) as error:
                return Answer(examined=examined, reason=str(error))
            examined += answer.examined
            if answer.reason:
                return answer
            if answer.lo > problem.tolerance:
                point = dict(answer.point or {}) | (
                    {"parameters": dict(parameters)} if parameters else {}
                )
                return Answer(
                    answer.lo, answer.hi, examined, answer.total, None, None, point, answer.minimal
                )
        what = answer.evidence.what if isinstance(answer.evidence, Enumeration) else "squares"
        return Answer(
            ZERO, ZERO, examined, answer.total, Enumeration(examined, what), answer.witness
        )

    def _decide(self, problem: Problem, machine: Machine, budget: Budget) -> Answer:
        defect = problem.part.defect
        match _shape(defect), defect:
            case "squares", Sup(space=Interventions() as space):
                return _squares(problem, machine, space, budget)
            case "maps", Inf(
                space=ContextMaps(onto=onto), body=Sup(space=Interventions() as space)
            ):
                return _context_map(problem, machine, space, onto, budget)
            case "laws", Sup(space=Interventions() as space):
                return law_gap(problem, machine, space, budget)
            case "law", _:
                return law_gap(problem, machine, None, budget)
            case "onto", _:
                return _onto(problem, machine, budget)
            case "swaps", Sup(space=Swaps() as swaps, body=Dist(left=Read(names=names))):
                return swap_mismatch(problem, machine, swaps, names, budget)
            case _:
                raise AssertionError("accepts() admitted a shape that is not decided")


def _shape(defect: Defect) -> str | None:
    if square_family(defect) is not None:
        return "squares"
    if searched_squares(defect) is not None:
        return "maps"
    if law_family(defect) is not None:
        return "laws"
    if defect == Dist(Metric.DISCRETE, Push(TAU, Law(LOW)), Law(HIGH)):
        return "law"
    if is_tau_onto(defect):
        return "onto"
    return None if swapped(defect) is None else "swaps"


def _squares(problem: Problem, machine: Machine, space: Interventions, budget: Budget) -> Answer:
    scm = problem.claim.scm
    count = scm.context_count()
    assert count is not None
    assert machine.high is not None
    width = min(count, ROWS)
    expected = family_size(problem, space)
    total = None if expected is None else expected * count
    examined = 0
    for chunk in family_chunks(problem, space, max(1, ROWS // width)):
        best: tuple[int, int] | None = None
        for start in range(0, count, width):
            if budget.spent and best is None:
                return Answer(examined=examined, total=total, reason=_spent(budget))
            if budget.spent:
                break
            contexts = context_chunk(scm, start, min(count, start + width))
            low = machine.low.run(contexts, chunk.low)
            high = machine.high.run(machine.context(contexts), chunk.high)
            differs = _mismatch(
                machine.image(low), high, chunk.count, len(next(iter(contexts.values()), [[0]])[0])
            )
            examined += differs.size
            if budget.progress is not None:
                budget.progress(examined, total)
            if differs.any():
                row, column = divmod(int(differs.argmax()), differs.shape[1])
                found = (row, start + column)
                best = found if best is None else min(best, found)
        if best is not None:
            point = _point(problem, chunk, best)
            return Answer(ONE, INFINITE, examined, total, point=point, minimal=not budget.spent)
    if not examined:
        raise nothing_to_check(space.family)
    return Answer(ZERO, ZERO, examined, examined, Enumeration(examined))


def _mismatch(
    image: Mapping[str, Array], high: Mapping[str, Array], rows: int, columns: int
) -> Array:
    differs = np.zeros((rows, columns), dtype=bool)
    for name, column in image.items():
        differs |= column != high[name]
    return differs


def _point(problem: Problem, chunk: Chunk, best: tuple[int, int]) -> dict[str, object]:
    row, column = best
    return {
        "i": chunk.intervention(problem.claim.scm, row),
        "u": context_at(problem.claim.scm, column),
    }


def context_at(model: Any, number: int) -> tuple[Value, ...]:
    """The context of this number, lexicographically."""
    columns = context_chunk(model, number, number + 1)
    return tuple(list_value(model, name, int(column[0, 0])) for name, column in columns.items())


def _spent(budget: Budget) -> str:
    return f"{budget.seconds:g} s are over"


def _context_map(
    problem: Problem, machine: Machine, space: Interventions, onto: bool, budget: Budget
) -> Answer:
    scm, high = problem.claim.scm, high_model(problem.claim)
    assert machine.high is not None
    below, above = scm.context_count(), high.context_count()
    assert below is not None
    assert above is not None
    if below + above > MOST_CONTEXTS:
        raise OutOfReachError("contexts to compare", below + above, MOST_CONTEXTS)
    low_contexts, high_contexts = context_chunk(scm, 0, below), context_chunk(high, 0, above)
    classes = ResponseClasses.start(below, above, machine.states)
    expected = family_size(problem, space)
    total = None if expected is None else expected * below
    examined = 0
    for chunk in family_chunks(problem, space, max(1, ROWS // max(below, above))):
        if budget.spent:
            return Answer(examined=examined, total=total, reason=_spent(budget))
        responses = machine.code(machine.image(machine.low.run(low_contexts, chunk.low)))
        counterparts = machine.code(machine.high.run(high_contexts, chunk.high))
        classes = classes.refined(
            np.broadcast_to(responses, (chunk.count, below)),
            np.broadcast_to(counterparts, (chunk.count, above)),
        )
        examined += chunk.count * below
        if budget.progress is not None:
            budget.progress(examined, total)
        if classes.unmatched() is not None:
            break
    if not examined:
        raise nothing_to_check(space.family)
    lonely = classes.unmatched()
    if lonely is not None:
        return Answer(ONE, INFINITE, examined, total, point={"u": context_at(scm, lonely)})
    if onto and (rare := classes.rare()) is not None:
        return Answer(ONE, INFINITE, examined, total, point={"w": context_at(high, rare)})
    pairs = tuple(
        (_named(scm.roots, context_at(scm, u)), _named(high.roots, context_at(high, w)))
        for u, w in classes.matching(onto, 16)
    )
    return Answer(
        ZERO, ZERO, examined, examined, Enumeration(examined), ContextMapWitness(pairs, below)
    )


def _named(names: tuple[str, ...], values: tuple[Value, ...]) -> tuple[tuple[str, Value], ...]:
    return tuple(zip(names, values, strict=True))


def _onto(problem: Problem, machine: Machine, budget: Budget) -> Answer:
    claim, facts = problem.claim, problem.facts
    if facts.is_block_map:  # a product of maps is onto iff each factor is
        count = sum(prod(facts_size(claim.scm, v) for v in b) for b in facts.supports.values())
        for name in facts.supports:
            missed = missed_by_factor(problem, name)
            if missed is not None:
                return Answer(ONE, INFINITE, count, count, point={"y": {name: missed[0]}})
        return Answer(ZERO, ZERO, count, count, Enumeration(count, "states of blocks"))
    names = [name for name in claim.scm.endogenous if name in facts.mapped]
    domains = [facts_size(claim.scm, name) for name in names]
    size = int(np.prod(domains, dtype=object))
    if size > 2**26 or machine.states > 2**26:
        raise OutOfReachError("states of the mapped variables", max(size, machine.states), 2**26)
    seen = np.zeros(machine.states, dtype=bool)
    for start in range(0, size, 2**18):
        if budget.spent:
            return Answer(examined=start, total=size, reason=_spent(budget))
        rest = np.arange(start, min(size, start + 2**18), dtype=np.int64)
        columns: dict[str, Array] = {}
        for name, radix in zip(reversed(names), reversed(domains), strict=True):
            rest, digit = np.divmod(rest, radix)
            columns[name] = digit.astype(np.intp)
        for name in claim.scm.endogenous:
            columns.setdefault(name, np.zeros(1, dtype=np.intp))
        seen[machine.code(machine.image(columns)).ravel()] = True
    if seen.all():
        return Answer(ZERO, ZERO, size, size, Enumeration(size, "states"))
    code = int(np.flatnonzero(~seen)[0])
    state = dict(machine.state(problem, code))
    return Answer(ONE, INFINITE, size, size, point={"y": state})


def facts_size(model: Any, name: str) -> int:
    """The number of values of a variable with a finite domain."""
    size: int = model.domain(name).size
    return size


TABLE = Table()
