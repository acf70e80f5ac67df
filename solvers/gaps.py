"""Where a distance is attained, in words, and its value computed again there."""

from __future__ import annotations

from tauomega.theory.counterexample import Gap
from tauomega.theory.defect import Couplings, Defect, Inf, Sup
from tauomega.theory.intervention import Compound, Hard
from tauomega.theory.quantity import lower, upper

from .bottleneck import is_hall_witness
from .draws import Draw
from .engine import Answer, Budget, Problem
from .interpreter import Interpreter, OutOfTimeError
from .query_terms import Query

__all__ = ["gap_at", "recomputed"]

_WORDS = {
    "i": "intervention",
    "x": "setting",
    "q": "pair",
    "u": "context",
    "s": "state",
    "d": "drawn intervention",
    "z": "inert variables",
    "j": "high-level intervention",
    "lonely": "no high-level context is nearer to",
    "rare": "too few low-level contexts are nearer to these high-level ones",
}


def gap_at(problem: Problem, answer: Answer) -> Gap:
    """The value of a distance, and where it is attained."""
    value = answer.lo if answer.value is None else answer.value
    point = answer.point or {}
    where = tuple(
        (_WORDS.get(name, name), _shown(thing)) for name, thing in point.items() if name != "image"
    )
    return Gap(where, value, isinstance(problem.part.defect, Inf))


def recomputed(problem: Problem, answer: Answer, budget: Budget) -> bool:
    """Whether a fresh interpreter finds the same value at the same place.

    An infimum over maps of contexts is, where its engine says which contexts stand in the way; any other
    has no place, and is not; nor is what there is no time for.
    """
    point = dict(answer.point or {})
    if answer.value is not None and ("lonely" in point or "rare" in point):
        return is_hall_witness(problem, point, answer.value)
    parameters = point.pop("parameters", {})
    image = point.pop("image", None)
    body: Defect = problem.part.defect
    while isinstance(body, Sup) and body.variable in point:
        body = body.body
    searched = isinstance(body, Inf) and not isinstance(body.space, Couplings)
    if searched or answer.value is None:
        return False
    interpreter = Interpreter(problem, budget, parameters)  # type: ignore[arg-type]  # a mapping
    if isinstance(image, tuple):
        interpreter.images[image[0]] = image[1]
    try:
        found, _ = interpreter.value(body, point)
    except OutOfTimeError:
        return False
    return upper(found) >= lower(answer.value) and lower(found) <= upper(answer.value)


def _shown(thing: object) -> str:
    match thing:
        case Hard() | Compound():
            return thing.describe()
        case Draw(low=low):
            return low.describe()
        case Query(sources=sources, targets=targets):
            return f"do({', '.join(sources)}) -> {', '.join(targets)}"
        case dict():
            return ", ".join(f"{name} = {value}" for name, value in thing.items())
        case tuple() if thing and isinstance(thing[0], tuple):
            return "; ".join(map(_shown, thing))
        case tuple():
            return ", ".join(map(str, thing))
        case _:
            return str(thing)
