"""A distance in words."""

from __future__ import annotations

from collections.abc import Iterator

from tauomega.theory.quantity import INFINITE, Number
from tauomega.theory.reports.line import Line, paragraph
from tauomega.theory.reports.wording import evidence_words

from .distance import Distance

__all__ = ["report", "value_words"]


def report(found: Distance, title: str = "", width: int = 100) -> Iterator[Line]:
    """The value, of what it is, where it is attained and what it rests on."""
    question = found.question
    shown = "unknown" if found.value is None else value_words(found.value)
    yield Line(f"{title or 'distance'}: {shown}", "bold yellow" if found.value is None else "bold")
    listed = ", ".join(f"{name} = {text}" for name, text in question.parameters)
    yield Line(f"  {question.definition}{f' ({listed})' if listed else ''}")
    yield from paragraph(f"from: {question.sentence}", width, indent="  ")
    if found.reason:
        yield Line(f"  {found.reason}", "bold red")
    if found.value is None:
        low, high = (value_words(end) for end in (found.bounds.lo, found.bounds.hi))
        attained = "; at least that at" if found.where else ""
        yield Line(f"  it is at least {low} and at most {high}{attained}")
    for place, what in found.where.items():
        yield Line(f"  {place}: {what}")
    if found.evidence is not None:
        yield Line(f"  {evidence_words(found.evidence)}")
    if found.estimate is not None:
        yield from paragraph(str(found.estimate), width, indent="  ")


def value_words(number: Number) -> str:
    """The number as it is written out, or `∞`."""
    return "∞" if number == INFINITE else str(number)
