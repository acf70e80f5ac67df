"""Counterexamples, evaluated again by the models alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tauomega.theory.kernel.commuting import squares_of
from tauomega.theory.kernel.program import INNER

from .decoding import items_of, list_of
from .document import RefusedError, refuse_unless
from .squares import point_of, sides_at
from .statements import (
    OVER_BOXES,
    Question,
    context_map,
    first_missed,
    squares_asked,
    statement_of,
)

__all__ = ["check_counterexample"]


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
        case {"kind": "too few contexts", "above": above, **rest} if not rest:
            from .matching import check_too_few

            return check_too_few(question, above)
        case {"kind": "missed value", "value": value, **rest} if not rest:
            return _missed(question, value)
        case {"kind": "shared", "variable": variable, "readers": readers, **rest} if not rest:
            return _shared(question, variable, readers)
        case _:
            raise RefusedError("no kind of counterexample")


def _square(question: Question, at: Any, image: Any, result: Any) -> str:
    refuse_unless(not question.searched, "one square does not refute every τ_U")
    maps = context_map(question)
    squares = squares_of(statement_of(question, maps))
    point = point_of(squares, at, {})
    sides = sides_at(squares, point)
    below = [[name, str(value)] for name, value, _ in sides]
    above = [[name, str(value)] for name, _, value in sides]
    refuse_unless((image, result) == (below, above), "the two solutions are others")
    judged = sides_at(squares_asked(question, maps, refuting=True), point)
    refuse_unless(any(a != b for _, a, b in judged), "the square commutes")
    differ = [name for name, a, b in sides if a != b]
    return f"a square that does not commute, evaluated again: it differs in {', '.join(differ)}"


def _missed(question: Question, value: Any) -> str:
    refuse_unless("τ onto" in question.clauses, "the definition does not ask for τ to be onto")
    wanted = dict(items_of(value, question.claim.high.domains(*INNER)))
    first = first_missed(question.claim, tuple(wanted))
    refuse_unless(wanted and first == wanted, "it is not the first value that τ misses")
    return f"a value that τ misses for {', '.join(wanted)}, all states that it reads listed again"


def _shared(question: Question, variable: Any, readers: Any) -> str:
    refuse_unless("block map" in question.clauses, "the definition does not ask for blocks")
    found = [name for name, f in question.factors.items() if variable in f.support]
    refuse_unless(len(found) > 1 and readers == found, "it is not read by these τ")
    return f"{variable} is read by the τ of {' and '.join(found)}"
