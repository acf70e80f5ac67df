"""What a search says, in words."""

from __future__ import annotations

from collections.abc import Iterator

from tauomega.theory.reports.line import Line, paragraph
from tauomega.theory.reports.wording import count_words, evidence_words
from tauomega.theory.verdict import Evidence, Question, Run

from .results import Counted, Found, NoneExists, SearchResult, Solution, Undecided

__all__ = ["ending", "found", "number", "solution"]


def solution(result: Solution, title: str = "", width: int = 100) -> Iterator[Line]:
    """What it reads, what stands in the holes, and that it was decided."""
    reads = ", ".join(sorted(result.reads)) or "nothing"
    minimal = "" if result.minimal else "; not minimal"
    yield Line(f"{title or 'a solution that'} reads {reads}{minimal}", "bold")
    for place, text in result.filled:
        yield Line(f"   {place}: {text}")
    yield Line(f"   holds, {evidence_words(result.verdict.evidence)}", "dim")


def found(result: Found, title: str = "", width: int = 100) -> Iterator[Line]:
    """The solutions, then how the search ended."""
    for place, one in enumerate(result.solutions, start=1):
        yield from solution(one, f"{place}.", width)
    yield from ending(result, title, width)


def ending(
    result: SearchResult, title: str = "", width: int = 100, *, before: int = 0
) -> Iterator[Line]:
    """How the search ended; so many solutions were known before it."""
    among = f"of {count_words(result.candidates)} candidates"
    head = f"{title}: " if title else ""
    match result:
        case NoneExists(evidence=evidence):
            yield Line(f"{head}NONE EXISTS {among}, {evidence_words(evidence)}", "bold red")
        case Found(solutions=solutions, evidence=None, reason=reason):
            count = len(solutions) + before
            yield Line(f"{head}FOUND {count:,} {among}; {reason}", "bold green")
        case Found(solutions=solutions, evidence=evidence) if evidence is not None:
            count = len(solutions) + before
            words = f"there are no others, {evidence_words(evidence)}"
            yield Line(f"{head}FOUND {count:,} {among}; {words}", "bold green")
        case _:
            yield Line(f"{head}UNKNOWN {among}: {result.reason}", "bold yellow")
    yield from _about(result.question, getattr(result, "evidence", None), result.run, width)


def number(result: Counted | Undecided, title: str = "", width: int = 100) -> Iterator[Line]:
    """How many there are."""
    among = f"of {count_words(result.candidates)} candidates"
    head = f"{title}: " if title else ""
    evidence = None
    if isinstance(result, Counted):
        evidence = result.evidence
        yield Line(f"{head}{result.number:,} {among}, {evidence_words(evidence)}", "bold")
    else:
        yield Line(f"{head}UNKNOWN how many {among}: {result.reason}", "bold yellow")
    yield from _about(result.question, evidence, result.run, width)


def _about(question: Question, evidence: Evidence | None, run: Run, width: int) -> Iterator[Line]:
    parameters = ", ".join(f"{name}={value}" for name, value in question.parameters)
    text = f"{question.definition} ({parameters}; {question.semantics} semantics): {question.sentence}."
    yield from paragraph(text, width)
    if evidence is not None and evidence.relies_on:
        yield Line(f"relies on: {'; '.join(evidence.relies_on)}")
    yield Line(f"searched for {run.seconds:.2f} s", "dim")
