"""Two processes at once: diagrams, and CaDiCaL looking for a counterexample and then for the least.

What is said does not depend on who is faster. The least counterexample is one; and what holds rests on
the diagrams if they are small enough, however soon CaDiCaL knows.
"""

from __future__ import annotations

import os
import select
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import Any, final

from .bdd import BDD, Decided, checked_diagram, read_decided, work_on_diagrams
from .bits import ONE, held
from .child import Answered, Child, Outcome, is_in_this_process
from .deadline import disturbed, undisturbed
from .engine import Answer, Budget, Problem
from .least import least_in_child
from .miter import Miter, drawn_model, miter_of, point_of
from .statements import NotStatedError

__all__ = ["can_race", "raced"]


def can_race() -> bool:
    """Whether there are two processors to run on, and children are wanted."""
    if is_in_this_process():
        return False
    return hasattr(os, "sched_getaffinity") and len(os.sched_getaffinity(0)) > 1


def raced(problem: Problem, budget: Budget) -> Answer:
    """What `bdd` says, or sooner the least counterexample; what holds is left to other engines.

    A counterexample that could not be made the least in time is given as what it is.
    """
    try:
        miter = miter_of(problem)
    except NotStatedError as error:
        return Answer(reason=str(error))
    if miter.collapsed or drawn_model(miter) is not None:
        return BDD.bounds(problem, budget)
    race = _Race(miter, budget)
    found = race.run()
    if isinstance(found, Decided) and found.model is None:
        return held(miter, checked_diagram(miter, found.order, budget))
    if isinstance(found, str) and race.model is None:
        return Answer(reason=found)
    least = found.model if isinstance(found, Decided) else None
    model = least or race.model or frozenset()
    point = point_of(miter, model, problem)
    return Answer(
        ONE, examined=1, total=miter.squares, point=point, minimal=isinstance(found, Decided)
    )


@final
class _Race:
    """The children that run, by what they are to find; and a counterexample, when there is one."""

    def __init__(self, miter: Miter, budget: Budget) -> None:
        self.miter, self.budget = miter, budget
        self.model: frozenset[int] | None = None
        self.reason = f"{budget.seconds:g} s are over"
        self._running: dict[str, Child] = {}
        self._stack = ExitStack()

    def run(self) -> Decided | str:
        """The least satisfying assignment, or that there is none, or why that was not decided."""
        work, tried = work_on_diagrams(self.miter)
        with undisturbed(), self._stack:
            self._begin("diagrams", work)
            self._begin("model", partial(_model, self.miter))
            while self._running:
                with disturbed():
                    name, outcome = self._next()
                del self._running[name]
                if name == "diagrams":
                    found = read_decided(outcome, tried, self.budget)
                    if isinstance(found, Decided):
                        return found
                    self.reason = found
                elif name == "least" and isinstance(outcome, Answered) and outcome.value:
                    return Decided(frozenset(outcome.value), ())
                elif name == "model" and isinstance(outcome, Answered) and outcome.value:
                    self.model = frozenset(outcome.value[1:])
                    self._begin("least", partial(least_in_child, self.miter))
        return self.reason

    def _begin(self, name: str, work: Callable[[], Any]) -> None:
        memory = self.budget.memory * 4
        child = Child(work, seconds=0.9 * self.budget.left, memory=memory)
        self._stack.callback(child.kill)
        self._running[name] = child

    def _next(self) -> tuple[str, Outcome]:
        """The child that ends first, and its outcome."""
        while True:
            pipes = {child.pipe: name for name, child in self._running.items()}
            first = min(self._running, key=lambda name: self._running[name].deadline)
            ready, _, _ = select.select(list(pipes), [], [], self._running[first].left)
            if not ready:
                return first, self._running[first].outcome()
            for pipe in ready:
                outcome = self._running[pipes[pipe]].heard()
                if outcome is not None:
                    return pipes[pipe], outcome


def _model(miter: Miter) -> Any:
    """In the child: 1 (true) and the true variables of a satisfying assignment, or nothing."""
    from pysat.solvers import Solver

    clauses = miter.circuit.clauses(miter.literals)
    with Solver(name="cadical195", bootstrap_with=clauses) as solver:
        if not solver.solve():
            return []
        free = set(miter.free)
        return [1, *(f for f in solver.get_model() if f in free)]
