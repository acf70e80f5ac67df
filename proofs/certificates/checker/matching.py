"""A τ_U that is to be found: what each context makes of all interventions, and contexts that respond alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tauomega.theory.kernel.commuting import Squares
from tauomega.theory.kernel.program import Kind

from .decoding import list_of
from .document import refuse_unless
from .evidence import transcript_of
from .factors import states_of
from .squares import WORK, State, point_of, settings_of, sides_at, work_of
from .statements import Question, squares_asked

__all__ = ["check_no_context", "check_table", "check_too_few", "free_squares"]


def free_squares(
    question: Question, *, refuting: bool = False
) -> tuple[Squares, list[State], list[State]]:
    """The statement with a free high-level context, and the contexts below and above.

    Raises:
        RefusedError: the models have parameters, or too many contexts.
    """
    squares = squares_asked(question, None, refuting=refuting)
    models = question.claim.low, question.claim.high
    refuse_unless(not any(m.domains(Kind.PARAMETER) for m in models), "the models have parameters")
    domains = squares.program.domains(Kind.EXOGENOUS)
    roots = squares.context
    tops = tuple(name for name in roots if name.startswith("above "))
    below = states_of(tuple(name for name in roots if name not in tops), domains)
    return squares, below, states_of(tops, domains)


def check_table(question: Question, table: Any) -> str:
    """Check a τ_U that is listed: for each low-level context, in order, the place of a high-level one.

    Raises:
        RefusedError: a square does not commute with it, or it is not onto and should be.
    """
    squares, below, above = free_squares(question)
    places = _places(table, above, len(below))
    if question.searched == "searched-onto":
        refuse_unless(len(set(places)) == len(above), "τ_U is not onto")
    pairs = [context | above[place] for context, place in zip(below, places, strict=True)]
    count = transcript_of(squares, pairs)[0]
    return f"τ_U, listed, with complete enumeration of {count:,} squares"


def check_too_few(question: Question, given: Any) -> str:
    """Check that fewer low-level contexts are near to some high-level ones than these are, so no τ_U is onto.

    Raises:
        RefusedError: they are enough, or τ_U need not be onto.
    """
    refuse_unless(question.searched == "searched-onto", "τ_U need not be onto")
    squares, below, above = free_squares(question, refuting=True)
    rare = [above[place] for place in _places(given, above)]
    work = work_of(squares) * len(below) * len(rare)
    refuse_unless(work <= WORK, f"more than {WORK:,} nodes to evaluate")
    settings = list(settings_of(squares))

    def commutes(point: State) -> bool:
        return all(a == b for _, a, b in sides_at(squares, point))

    near = sum(any(all(commutes(s | u | w) for s in settings) for w in rare) for u in below)
    refuse_unless(near < len({*given}), "they are near to enough low-level contexts")
    return f"{near:,} of {len(below):,} low-level contexts for {len(rare):,} high-level ones, evaluated again"


def _places(given: Any, above: Sequence[State], length: int | None = None) -> list[int]:
    """Places of high-level contexts."""
    places = list_of(given, length)
    fits = all(type(place) is int and 0 <= place < len(above) for place in places)
    refuse_unless(fits, "no place of a high-level context")
    return places


def check_no_context(question: Question, context: list[Any], separators: list[Any]) -> str:
    """Check that no high-level context does what a low-level one does under some interventions.

    Raises:
        RefusedError: some context does, or some intervention is not needed to see it.
    """
    refuse_unless(question.searched, "τ_U is fixed, so a square would refute it")
    squares, _, above = free_squares(question, refuting=True)
    points = [point_of(squares, context + list_of(separator), above[0]) for separator in separators]
    refuse_unless(points, "there is no separator")
    needed: set[int] = set()
    for w in above:
        sides = [sides_at(squares, point | w) for point in points]
        differ = [k for k, found in enumerate(sides) if any(a != b for _, a, b in found)]
        refuse_unless(differ, "some high-level context matches")
        needed.update(differ if len(differ) == 1 else ())
    refuse_unless(len(needed) == len(points), "a separator is not needed")
    matches = "matches" if question.bound is None else "is near enough"
    return (
        f"a low-level context that none of the {len(above):,} high-level contexts {matches} under "
        f"{len(points)} interventions, evaluated again"
    )
