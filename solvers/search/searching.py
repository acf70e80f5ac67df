"""The search: a formula that grows by the squares that candidates break, until what is left is right.

A candidate is a satisfying assignment of the demands so far. Where these are not all, the candidate is
decided by `check`; a square that it breaks, and some that random draws show, become demands on all
candidates. Each solution is excluded and the search goes on, cheapest candidates first, until the
formula is unsatisfiable: the refutation is the proof that there are no others.
"""

from __future__ import annotations

import random
from collections.abc import Generator, Iterable, Sequence
from itertools import chain

from tauomega.theory.definition import Definition
from tauomega.theory.errors import OutOfReachError
from tauomega.theory.verdict import Fails, Holds, Unknown

from ..engine import Budget
from ..problems import policies_of
from .demands import Demands, Setting, Swapped
from .growing import GrowingFormula, OutOfTimeError
from .literal import decided, literally, reads_of
from .plan import NotPlannedError, plan_of, require_finite
from .relabelling import Relabelling, is_least, least_only, relabellings
from .results import Ending, Exhausted, Refuted, Unfinished
from .settings import LOCAL, all_demands, broken, count_demands, from_counterexample, local_squares
from .sketch import Candidate, Sketch, named

__all__ = ["Searching", "exact_demands", "literal_of", "search"]

MOST_DEMANDS = 2**11
MOST_LOCAL = 2**14
SEED = 1
Searching = Generator[Candidate, None, Ending]


def search(
    sketch: Sketch,
    definition: Definition,
    budget: Budget,
    *,
    known: Iterable[Candidate] = (),
    up_to_relabelling: bool = False,
) -> Searching:
    """All solutions, cheapest first; the generator's value says why there are no others.

    Where the formula says all that is asked, solutions are not decided one by one; whoever shows them
    does that.

    Args:
        sketch: the class of candidates.
        definition: what they are to satisfy.
        budget: the time.
        known: solutions that are not to be found again.
        up_to_relabelling: whether of solutions that differ by a relabelling the least one is wanted.

    Raises:
        InputError: the claim lacks what the definition needs; a root has infinitely many values.
    """
    require_finite(sketch.claim)
    claim = named(sketch)
    group: list[Relabelling] = []
    if up_to_relabelling:
        try:
            group = relabellings(sketch, policies_of(claim, definition.defect(claim))[1])
        except OutOfReachError as error:
            return Unfinished(f"up to relabelling: {error}")
    try:
        demands = Demands(sketch, plan_of(claim, definition), budget)
    except NotPlannedError:
        return (yield from _literal(sketch, definition, budget, set(known), group))
    try:
        return (yield from _grown(demands, definition, budget, known, group))
    except OutOfTimeError:
        return Unfinished(f"{budget.seconds:g} s are over")


def _literal(
    sketch: Sketch,
    definition: Definition,
    budget: Budget,
    known: set[Candidate],
    group: Sequence[Relabelling],
) -> Searching:
    """Every candidate decided; solutions come in order of their cost once all are known."""
    solutions: list[tuple[int, Candidate]] = []
    unknown = ""
    for candidate, filled, verdict in literally(sketch, definition, budget):
        if isinstance(verdict, Unknown):
            unknown = f"a candidate is undecided: {verdict.reason}"
        elif isinstance(verdict, Holds) and is_least(sketch, group, candidate):
            solutions.append((len(reads_of(sketch, candidate, filled)), candidate))
    for _, candidate in sorted(solutions, key=lambda pair: pair[0]):
        if candidate not in known:
            yield candidate
    if budget.spent or unknown:
        return Unfinished(unknown or f"{budget.seconds:g} s are over")
    return Exhausted(sketch.size)


def exact_demands(demands: Demands) -> tuple[list[Setting | Swapped], tuple[str, ...]] | None:
    """Demands that say all that is asked, and the theorem they lean on; `None` if they are too many."""
    if demands.plan.swaps is None:
        local = local_squares(demands, MOST_LOCAL)
        if local is not None:
            return [*local], (LOCAL,)
    if count_demands(demands) <= MOST_DEMANDS:
        return list(all_demands(demands)), ()
    return None


def literal_of(demands: Demands, demand: Setting | Swapped) -> int:
    """The literal that says that a demand is met."""
    if isinstance(demand, Swapped):
        return demands.interchange(demand)
    return demands.square(demand)


def _grown(
    demands: Demands,
    definition: Definition,
    budget: Budget,
    known: Iterable[Candidate],
    group: Sequence[Relabelling],
) -> Searching:
    tables, sketch = demands.tables, demands.tables.sketch
    circuit = tables.blaster.circuit
    costs = demands.costs()
    relies: tuple[str, ...] = ()
    before = list(known)
    given = exact_demands(demands)
    always = [*demands.always, *least_only(tables, group)]
    if given is not None:
        always += [literal_of(demands, d) for d in given[0]]
        relies = given[1]
    with GrowingFormula(circuit, []) as formula:
        formula.add([*tables.clauses, *((f,) for f in always)])
        formula.add(tuple(-f for f in tables.literals(c)) for c in before)
        rng = random.Random(SEED)  # noqa: S311  # reproducible draws, no secret
        number = 0
        refused: set[Candidate] = set()
        words = tables.blaster.words
        total = words.add([words.truth(f) for f in costs]) if costs else words.constant(0)
        level = 0
        while True:
            bound = -words.less(words.constant(level), total)
            formula.define(bound)
            seen = len(tables.clauses)
            holds = formula.solve([bound], budget)
            if holds is None:
                if level >= len(costs) or formula.solve([], budget) is None:
                    break
                level += 1
                continue
            candidate = tables.candidate(holds)
            verdict = None
            if given is None:
                filled = sketch.fill(candidate)
                verdict = decided(filled, definition, budget)
            if verdict is None or isinstance(verdict, Holds):
                number += 1
                if budget.progress is not None:
                    budget.progress(number, None)
                formula.add([tuple(-f for f in tables.literals(candidate))])
                yield candidate
                continue
            if not isinstance(verdict, Fails):
                return Unfinished(f"a candidate is undecided: {verdict.reason}")
            new = from_counterexample(demands, filled, verdict.counterexample)
            if not new or candidate in refused:
                formula.add([tuple(-f for f in tables.literals(candidate))])
                relies = ("single candidates were refuted by check",)
            refused.add(candidate)
            new += broken(demands, filled, rng)
            literals = [literal_of(demands, d) for d in new]
            formula.add(chain(tables.clauses[seen:], ((f,) for f in literals)))
        return Refuted(tuple(formula.clauses), relies)
