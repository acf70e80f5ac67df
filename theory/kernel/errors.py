"""What is wrong with an input, where, and what to write instead."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from .failure import AbstractionError, EvaluationError

__all__ = [
    "AbstractionError",
    "EvaluationError",
    "Fault",
    "InputError",
    "Source",
    "in_order",
    "nearest",
]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a text stands: a file (or another name for it) and the position of its first character.

    Lines and columns count from 1. `indent` is the column of every later line.
    """

    name: str = "text"
    line: int = 1
    column: int = 1
    indent: int = 1


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with an input.

    `text` is the text that was read and `span` the half-open range of its characters at fault;
    both may be absent, when the fault concerns no piece of text.
    """

    message: str
    text: str = ""
    span: tuple[int, int] | None = None
    source: Source = Source()

    @property
    def position(self) -> tuple[int, int] | None:
        """The line and column of the fault in its file, from 1."""
        if self.span is None:
            return None
        before = self.text[: self.span[0]]
        row = before.count("\n")
        offset = len(before) - (before.rfind("\n") + 1)
        start = self.source.column if row == 0 else self.source.indent
        return self.source.line + row, start + offset

    def render(self) -> str:
        """The fault as a person reads it: place, message, the line, a caret."""
        if self.span is None or self.position is None:
            return (
                self.message
                if self.source.name == "text"
                else f"{self.source.name}: {self.message}"
            )
        line, column = self.position
        first = self.text.rfind("\n", 0, self.span[0]) + 1
        last = self.text.find("\n", first)
        shown = self.text[first : last if last >= 0 else len(self.text)]
        offset = self.span[0] - first
        width = max(1, min(self.span[1], first + len(shown)) - self.span[0])
        if len(shown) > 160:  # a window around the caret
            low = max(0, offset - 60)
            shown, offset = shown[low : low + 140], offset - low
            width = min(width, max(1, len(shown) - offset))
        place = f"{self.source.name}:{line}:{column}"
        return f"{place}: {self.message}\n    {shown}\n    {' ' * offset}{'^' * width}"


def in_order(faults: Iterable[Fault]) -> list[Fault]:
    """Faults of one text by where they stand."""
    return sorted(faults, key=lambda fault: fault.span or (0, 0))


class InputError(AbstractionError, ValueError):
    """An input is not well formed; every fault found in it is listed in `faults`, in order."""

    def __init__(self, faults: Iterable[Fault | str]) -> None:
        found = [fault if isinstance(fault, Fault) else Fault(fault) for fault in faults]
        self.faults: tuple[Fault, ...] = tuple(dict.fromkeys(found))
        super().__init__("\n".join(fault.render() for fault in self.faults))


def nearest(name: str, candidates: Iterable[str]) -> str:
    """`; did you mean 'X1'?` for the candidate closest to `name`, or the empty string."""
    found = get_close_matches(name, sorted(set(candidates)), n=1, cutoff=0.5)
    return f"; did you mean {found[0]!r}?" if found else ""
