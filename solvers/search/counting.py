"""How many solutions: listed while they are few, counted by a projected model counter beyond."""

from __future__ import annotations

from functools import partial
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any

from tauomega.theory.definition import Definition
from tauomega.theory.errors import MissingDependencyError, OutOfReachError
from tauomega.theory.kernel.circuit import TRUE
from tauomega.theory.verdict import Evidence, Trusted

from ..child import Answered, Crashed, run_in_child
from ..engine import Budget
from ..problems import policies_of
from .apart import MEMORY, answering, encoded_ending, ending_of, evidence_of, outcome_of
from .demands import Demands
from .growing import GrowingFormula, OutOfTimeError
from .plan import NotPlannedError, plan_of, require_finite
from .relabelling import least_only, relabellings
from .results import Refuted
from .searching import exact_demands, literal_of, search
from .settings import all_demands, count_demands
from .sketch import Sketch, named

__all__ = ["counted"]

MOST_LISTED = 10_000
MOST_COUNTED = 2**15


def counted(
    sketch: Sketch, definition: Definition, budget: Budget, *, up_to_relabelling: bool
) -> tuple[int, Evidence] | str:
    """The number of solutions with its evidence, or why it is not known.

    Raises:
        MissingDependencyError: there are more than 10,000, and pyganak is not installed.
    """
    work = partial(_work, sketch, definition, budget.left, up_to_relabelling)
    outcome = run_in_child(partial(answering, work), seconds=budget.left, memory=MEMORY)
    answer = outcome_of(outcome, budget)
    if "projected" in answer:
        return _by_ganak(answer["clauses"], answer["projected"], tuple(answer["relies"]), budget)
    if "number" not in answer:
        return str(answer["reason"])
    evidence, reason = evidence_of(ending_of(answer), budget)
    return reason if evidence is None else (answer["number"], evidence)


def _work(
    sketch: Sketch, definition: Definition, seconds: float, up_to_relabelling: bool
) -> dict[str, Any]:
    """In the child: up to 10,000 solutions listed, or the formula that is to be counted."""
    require_finite(sketch.claim)
    claim, budget = named(sketch), Budget(seconds)
    try:
        demands = Demands(sketch, plan_of(claim, definition), budget)
        given = exact_demands(demands)
        if given is None and count_demands(demands) <= MOST_COUNTED:
            given = list(all_demands(demands)), ()
        if given is None:
            raise NotPlannedError
        always = [*demands.always, *(literal_of(demands, d) for d in given[0])]
        if up_to_relabelling:
            policy = policies_of(claim, definition.defect(claim))[1]
            always += least_only(demands.tables, relabellings(sketch, policy))
        return _listed(demands, always, given[1], budget)
    except NotPlannedError:
        return _one_by_one(sketch, definition, budget, up_to_relabelling)
    except OutOfTimeError:
        return {"reason": f"{budget.seconds:g} s are over"}
    except OutOfReachError as error:
        return {"reason": str(error)}


def _one_by_one(
    sketch: Sketch, definition: Definition, budget: Budget, relabelled: bool
) -> dict[str, Any]:
    searching = search(sketch, definition, budget, up_to_relabelling=relabelled)
    for number in range(MOST_LISTED + 1):
        try:
            next(searching)
        except StopIteration as stop:
            return encoded_ending(stop.value) | {"number": number}
    return {
        "reason": f"more than {MOST_LISTED:,} solutions, whose squares are too many to count on"
    }


def _listed(
    demands: Demands, always: list[int], relies: tuple[str, ...], budget: Budget
) -> dict[str, Any]:
    tables = demands.tables
    free = {abs(f) for cells in tables.cells for cell in cells for f in cell.values()} - {TRUE}
    with GrowingFormula(tables.blaster.circuit, []) as formula:
        formula.add([*tables.clauses, *((f,) for f in always)])
        clauses = tuple(formula.clauses)
        for number in range(MOST_LISTED + 1):
            holds = formula.solve([], budget)
            if holds is None:
                closed = Refuted(tuple(formula.clauses), relies)
                return encoded_ending(closed) | {"number": number}
            formula.add([tuple(-f for f in tables.literals(tables.candidate(holds)))])
    return {"clauses": clauses, "projected": sorted(free), "relies": relies}


def _by_ganak(
    clauses: list[list[int]], projected: list[int], relies: tuple[str, ...], budget: Budget
) -> tuple[int, Evidence] | str:
    if find_spec("pyganak") is None:
        raise MissingDependencyError(
            f"there are more than {MOST_LISTED:,} solutions; counting them needs pyganak, of the "
            'extra count: pip install "tauomega[count]"'
        )
    outcome = run_in_child(partial(_ganak, clauses, projected), seconds=budget.left, memory=MEMORY)
    match outcome:
        case Answered(value=str(digits)):
            return int(digits), Trusted(f"pyganak {version('pyganak')}", 1, relies)
        case Crashed(reason=reason):
            return f"pyganak stopped: {reason}"
        case _:
            return f"{budget.seconds:g} s are over"


def _ganak(clauses: list[list[int]], projected: list[int]) -> Any:
    """In the child: the number of assignments of the projected variables, in digits."""
    from pyganak import Counter

    counter = Counter()
    counter.new_vars(max(projected[-1], *(abs(f) for clause in clauses for f in clause)))
    counter.add_clauses(clauses)
    counter.set_sampling_set(projected)
    return str(counter.count())
