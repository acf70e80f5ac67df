"""Where a distance is attained, in words, and its value computed again there."""

from __future__ import annotations

from tauomega.theory.counterexample import Gap
from tauomega.theory.defect import Couplings, Defect, Expected, Inf, Mean, Sup
from tauomega.theory.intervention import Compound, Hard
from tauomega.theory.quantity import lower, upper

from .bottleneck import is_hall_witness
from .draws import Draw
from .engine import Answer, Budget, Problem
from .interpreter import Interpreter, OutOfTimeError
from .query_terms import Query
from .ranging import Swap

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
_ABOVE = ("w", "rare")


def gap_at(problem: Problem, answer: Answer) -> Gap:
    """The value of a distance, and where it is attained."""
    value = answer.lo if answer.value is None else answer.value
    point = answer.point or {}
    averaged = _averaged(problem.part.defect)
    where = tuple(
        (
            f"{'worst ' if name in averaged else ''}{_WORDS.get(name, name)}",
            _shown(thing, _roots(problem, name)),
        )
        for name, thing in point.items()
        if name != "image"
    )
    infimum = isinstance(problem.part.defect, Inf)
    return Gap(where, value, infimum, point=tuple(point.items()))


def _averaged(defect: Defect) -> set[str]:
    """The variables that a mean is taken over: of these the place of its largest term is known."""
    names: set[str] = set()
    while isinstance(defect, Sup | Mean | Expected):
        names |= {defect.variable} if isinstance(defect, Mean | Expected) else set()
        defect = defect.body
    return names


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


def _roots(problem: Problem, name: str) -> tuple[str, ...]:
    """The roots of the model whose contexts a variable stands for."""
    high = problem.claim.high
    return high.roots if high is not None and name in _ABOVE else problem.claim.scm.roots


def _shown(thing: object, roots: tuple[str, ...]) -> str:
    match thing:
        case Hard() | Compound():
            return thing.describe()
        case Draw(low=low):
            return low.describe()
        case Swap(base=base, sources=sources):
            swapped = (f"{name} from {_shown(u, roots)}" for name, u in sources)
            return "; ".join((f"base {_shown(base, roots)}", *swapped))
        case Query(sources=sources, targets=targets):
            return f"do({', '.join(sources)}) -> {', '.join(targets)}"
        case dict():
            return ", ".join(f"{name} = {value}" for name, value in thing.items())
        case tuple() if thing and isinstance(thing[0], tuple):
            return "; ".join(_shown(part, roots) for part in thing)
        case tuple() if len(thing) == len(roots):
            return ", ".join(f"{name} = {value}" for name, value in zip(roots, thing, strict=True))
        case tuple():
            return ", ".join(map(str, thing))
        case _:
            return str(thing)
