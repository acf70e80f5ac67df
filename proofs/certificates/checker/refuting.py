"""Counterexamples, evaluated again by the models alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tauomega.theory.kernel.commuting import squares_of
from tauomega.theory.kernel.domain import Value
from tauomega.theory.kernel.evaluation import evaluate
from tauomega.theory.kernel.expression import free_names
from tauomega.theory.kernel.program import INNER

from .decoding import items_of, list_of
from .document import RefusedError, refuse_unless
from .factors import states_of
from .squares import point_of, sides_at
from .statements import OVER_BOXES, Question, context_map, statement_of

__all__ = ["check_counterexample", "first_missed"]


def check_counterexample(question: Question, found: Mapping[str, Any]) -> str:
    """Check that a counterexample refutes the question's definition; what was checked, in words.

    Raises:
        RefusedError: it does not.
    """
    over_boxes = question.definition == OVER_BOXES
    refuse_unless(over_boxes == (found.get("kind") == "box-point"), "another kind is asked for")
    match dict(found):
        case {"kind": "box-point", "at": at, **rest} if not rest:
            from .boxes import check_box_point

            return check_box_point(question, at)
        case {"kind": "square", "at": at, "image": image, "result": result, **rest} if not rest:
            return _square(question, at, image, result)
        case {"kind": "no context", "context": u, "separators": shown, **rest} if not rest:
            from .matching import check_no_context

            return check_no_context(question, list_of(u), list_of(shown))
        case {"kind": "missed value", "value": value, **rest} if not rest:
            return _missed(question, value)
        case {"kind": "shared", "variable": variable, "readers": readers, **rest} if not rest:
            return _shared(question, variable, readers)
        case _:
            raise RefusedError("no kind of counterexample")


def _square(question: Question, at: Any, image: Any, result: Any) -> str:
    refuse_unless(not question.searched, "one square does not refute every τ_U")
    squares = squares_of(statement_of(question, context_map(question)))
    sides = sides_at(squares, point_of(squares, at, {}))
    below = [[name, str(value)] for name, value, _ in sides]
    above = [[name, str(value)] for name, _, value in sides]
    refuse_unless((image, result) == (below, above), "the two solutions are others")
    differ = [name for name, a, b in sides if a != b]
    refuse_unless(differ, "the square commutes")
    return f"a square that does not commute, evaluated again: it differs in {', '.join(differ)}"


def _missed(question: Question, value: Any) -> str:
    refuse_unless("τ onto" in question.clauses, "the definition does not ask for τ to be onto")
    wanted = dict(items_of(value, question.claim.high.domains(*INNER)))
    first = first_missed(question, tuple(wanted))
    refuse_unless(wanted and first == wanted, "it is not the first value that τ misses")
    return f"a value that τ misses for {', '.join(wanted)}, all states that it reads listed again"


def first_missed(question: Question, names: tuple[str, ...]) -> dict[str, Value] | None:
    """The first combination of values of high-level variables that τ never takes, if there is one.

    Raises:
        RefusedError: there are more than 2^16 states to list.
    """
    claim = question.claim
    inner = claim.low.domains(*INNER)
    read = {v for n in names for v in free_names(claim.tau[n])}
    states = states_of(tuple(v for v in inner if v in read), inner)
    taken = {tuple(evaluate(claim.tau[n], state) for n in names) for state in states}
    all_values = states_of(names, claim.high.domains(*INNER))
    return next((s for s in all_values if tuple(s.values()) not in taken), None)


def _shared(question: Question, variable: Any, readers: Any) -> str:
    refuse_unless("block map" in question.clauses, "the definition does not ask for blocks")
    found = [name for name, f in question.factors.items() if variable in f.support]
    refuse_unless(len(found) > 1 and readers == found, "it is not read by these τ")
    return f"{variable} is read by the τ of {' and '.join(found)}"
