"""The search in a process of its own, so that time and memory are kept; what it says is decided again here."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from functools import partial
from typing import Any

from tauomega.theory.definition import Definition
from tauomega.theory.errors import InputError
from tauomega.theory.verdict import Certified, Enumeration, Evidence, Trusted

from ..child import Answered, Crashed, Outcome
from ..engine import Budget
from ..refuting import refute
from ..streaming import Tell, streamed
from .results import Ending, Exhausted, Refuted, Unfinished
from .searching import search
from .sketch import Candidate, Sketch

__all__ = [
    "MEMORY",
    "answering",
    "encoded_ending",
    "ending_of",
    "evidence_of",
    "found_apart",
    "outcome_of",
]

MEMORY = 4_000_000_000
PROVED = 400_000
"""The clauses of a formula whose refutation is checked."""


def found_apart(
    sketch: Sketch,
    definition: Definition,
    budget: Budget,
    *,
    known: Sequence[Candidate],
    up_to_relabelling: bool,
) -> Generator[Candidate, None, Ending]:
    """As `searching.search`, in a child process; progress is passed on.

    Raises:
        InputError: as `searching.search`.
    """
    work = partial(_work, sketch, definition, budget.left, known, up_to_relabelling)
    stream = streamed(work, seconds=budget.left, memory=MEMORY)
    while True:
        try:
            message = next(stream)
        except StopIteration as stop:
            return ending_of(outcome_of(stop.value, budget))
        if "progress" in message:
            if budget.progress is not None:
                budget.progress(*message["progress"])
        else:
            yield _decoded(sketch, message["candidate"])


def outcome_of(outcome: Outcome, budget: Budget) -> dict[str, Any]:
    """What a child answered, or a reason why it did not.

    Raises:
        InputError: it met bad input.
        AssertionError: it met a bug of ours.
    """
    match outcome:
        case Answered(value=dict() as answer) if "faults" in answer:
            raise InputError(list(answer["faults"]))
        case Answered(value=dict() as answer):
            return answer
        case Crashed(reason=reason) if reason.startswith("AssertionError: "):
            raise AssertionError(reason.removeprefix("AssertionError: "))
        case Crashed(reason=reason):
            return {"reason": f"the search stopped: {reason}"}
        case _:
            return {"reason": f"{budget.seconds:g} s are over"}


def answering(function: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """In a child: the answer, with bad input as part of it."""
    try:
        return function()
    except InputError as error:
        return {"faults": [fault.message for fault in error.faults]}


def _work(
    sketch: Sketch,
    definition: Definition,
    seconds: float,
    known: Sequence[Candidate],
    up_to_relabelling: bool,
    tell: Tell,
) -> dict[str, Any]:
    """In the child: tell every solution, and say at the end why there are no others."""

    def all_of_it() -> dict[str, Any]:
        budget = Budget(seconds, progress=lambda done, whole: tell({"progress": [done, whole]}))
        searching = search(
            sketch, definition, budget, known=known, up_to_relabelling=up_to_relabelling
        )
        while True:
            try:
                candidate = next(searching)
            except StopIteration as stop:
                return encoded_ending(stop.value)
            tell({"candidate": _encoded(sketch, candidate)})

    return answering(all_of_it)


def _encoded(sketch: Sketch, candidate: Candidate) -> list[list[int]]:
    return [
        [values.index(v) for values, v in zip(u.values, table, strict=True)]
        for u, table in zip(sketch.unknowns, candidate, strict=True)
    ]


def _decoded(sketch: Sketch, numbers: list[list[int]]) -> Candidate:
    return tuple(
        tuple(values[n] for values, n in zip(u.values, row, strict=True))
        for u, row in zip(sketch.unknowns, numbers, strict=True)
    )


def encoded_ending(ending: Ending) -> dict[str, Any]:
    """An ending as a JSON value."""
    match ending:
        case Refuted(clauses=clauses, relies_on=relies):
            return {"clauses": clauses, "relies": relies}
        case Exhausted(candidates=candidates):
            return {"candidates": candidates}
        case Unfinished(reason=reason):
            return {"reason": reason}


def ending_of(answer: dict[str, Any]) -> Ending:
    """The ending that a JSON value says."""
    if "clauses" in answer:
        return Refuted(tuple(map(tuple, answer["clauses"])), tuple(answer["relies"]))
    if "candidates" in answer:
        return Exhausted(answer["candidates"])
    return Unfinished(answer["reason"])


def evidence_of(ending: Ending, budget: Budget) -> tuple[Evidence | None, str]:
    """The evidence that there is nothing more, with its proof checked in what is left; or the reason."""
    match ending:
        case Unfinished(reason=reason):
            return None, reason
        case Exhausted(candidates=candidates):
            return Enumeration(candidates, "candidates"), ""
        case Refuted(clauses=clauses, relies_on=relies):
            steps: object = ""
            if len(clauses) <= PROVED and budget.left > 0.2:
                steps = refute(clauses, seconds=0.9 * budget.left, memory=MEMORY)
            if isinstance(steps, str):
                return Trusted("CaDiCaL 1.9.5", 1, relies), ""
            assert isinstance(steps, list)
            return Certified("clausal proof", len(steps), "steps", relies), ""
