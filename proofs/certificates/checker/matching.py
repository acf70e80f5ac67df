"""A τ_U that is to be found: what each context makes of all interventions, and contexts that respond alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tauomega.theory.kernel.commuting import Squares, squares_of
from tauomega.theory.kernel.domain import Value
from tauomega.theory.kernel.program import Kind

from .decoding import list_of
from .document import refuse_unless
from .factors import states_of
from .squares import WORK, State, point_of, settings_of, sides_at, work_of
from .statements import Question, statement_of

__all__ = ["check_no_context", "check_table", "free_squares", "matching"]


def free_squares(question: Question) -> tuple[Squares, list[State], list[State]]:
    """The statement with a free high-level context, and the contexts below and above.

    Raises:
        RefusedError: the models have parameters, or too many contexts.
    """
    squares = squares_of(statement_of(question, None))
    models = question.claim.low, question.claim.high
    refuse_unless(not any(m.domains(Kind.PARAMETER) for m in models), "the models have parameters")
    domains = squares.program.domains(Kind.EXOGENOUS)
    roots = squares.context
    tops = tuple(name for name in roots if name.startswith("above "))
    below = states_of(tuple(name for name in roots if name not in tops), domains)
    return squares, below, states_of(tops, domains)


def matching(question: Question) -> tuple[list[int], int, int]:
    """The τ_U that lists would give: contexts go to contexts above that respond alike, in turn.

    With it the number of high-level contexts, and that of interventions.

    Raises:
        RefusedError: a low-level context has no counterpart, or there is too much to evaluate.
    """
    squares, below, above = free_squares(question)
    work = work_of(squares) * (len(below) + len(above))
    refuse_unless(work <= WORK, f"more than {WORK:,} nodes to evaluate")
    settings = list(settings_of(squares))

    def responses(contexts: Sequence[State], side: int) -> list[tuple[Value, ...]]:
        return [
            tuple(sides[side] for s in settings for sides in sides_at(squares, s | context))
            for context in contexts
        ]

    alike: dict[object, list[int]] = {}
    for number, response in enumerate(responses(above, 2)):
        alike.setdefault(response, []).append(number)
    met: dict[object, int] = {}
    table = []
    for response in responses(below, 1):
        refuse_unless(response in alike, "a low-level context has no counterpart")
        turn = met[response] = met.get(response, -1) + 1
        table.append(alike[response][turn % len(alike[response])])
    return table, len(above), len(settings)


def check_table(question: Question, table: Any) -> str:
    """Check a τ_U that is listed: for each low-level context, in order, the place of a high-level one.

    Raises:
        RefusedError: a square does not commute with it, or it is not onto and should be.
    """
    found, above, settings = matching(question)
    refuse_unless(table == found, "τ_U is not the one that the contexts give")
    if question.searched == "searched-onto":
        refuse_unless(len(set(found)) == above, "τ_U is not onto")
    return f"τ_U, listed, with complete enumeration of {len(found) * settings:,} squares"


def check_no_context(question: Question, context: list[Any], separators: list[Any]) -> str:
    """Check that no high-level context does what a low-level one does under some interventions.

    Raises:
        RefusedError: some context does, or some intervention is not needed to see it.
    """
    refuse_unless(question.searched, "τ_U is fixed, so a square would refute it")
    squares, _, above = free_squares(question)
    points = [point_of(squares, context + list_of(separator), above[0]) for separator in separators]
    refuse_unless(points, "there is no separator")
    needed: set[int] = set()
    for w in above:
        sides = [sides_at(squares, point | w) for point in points]
        differ = [k for k, found in enumerate(sides) if any(a != b for _, a, b in found)]
        refuse_unless(differ, "some high-level context matches")
        needed.update(differ if len(differ) == 1 else ())
    refuse_unless(len(needed) == len(points), "a separator is not needed")
    return (
        f"a low-level context that none of the {len(above):,} high-level contexts matches under "
        f"{len(points)} interventions, evaluated again"
    )
