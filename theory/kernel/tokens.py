"""Text to tokens: longest match, ASCII names, exact literals, positions kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .errors import Fault, InputError, Source

__all__ = ["MAX_TEXT", "RESERVED", "Token", "tokenize"]

MAX_TEXT = 1_000_000
MAX_DIGITS = 1000

RESERVED = frozenset(
    [
        "bool",
        "real",
        "input",
        "param",
        "let",
        "def",
        "cyclic",
        "if",
        "then",
        "else",
        "or",
        "and",
        "xor",
        "not",
        "mod",
        "table",
        "uniform",
        "normal",
        "min",
        "max",
        "abs",
        "relu",
        "floor",
        "sum",
        "all",
        "any",
        "count",
        "self",
    ]
)

_PATTERN = re.compile(
    r"(?P<space>[ \t\r]+|#[^\n]*)"
    r"|(?P<newline>\n)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<decimal>[0-9]+\.[0-9]+)"
    r"|(?P<int>[0-9]+)"
    r"|(?P<op>:=|->|\.\.|==|!=|<=|>=|[=<>+\-*/@()\[\]{},:;~|?])"
)
_NETWORK_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.(?:[A-Za-z_][A-Za-z0-9_]*|[0-9]+))*")
_OPEN, _CLOSE = "([{", ")]}"


@dataclass(frozen=True, slots=True)
class Token:
    """A token: its kind (`name`, `int`, `decimal`, `op`, `newline`, `end`), text and position."""

    kind: str
    text: str
    start: int
    end: int

    @property
    def span(self) -> tuple[int, int]:
        """The half-open range of its characters."""
        return self.start, self.end


def tokenize(text: str, source: Source, *, network: bool = False) -> list[Token]:
    """All tokens, a `newline` between statements, `end` last.

    A line goes on while a bracket is open. With `network`, a name goes on with `.name` or `.int`.

    Raises:
        InputError: the text is too long, or has a character or a literal that is not of the grammar.
    """
    if len(text) > MAX_TEXT:
        message = f"the text has {len(text)} characters; the limit is {MAX_TEXT}"
        raise InputError([Fault(message, source=source)])
    return list(_tokens(text, source, network))


def _tokens(text: str, source: Source, network: bool) -> Iterator[Token]:
    position, depth = 0, 0
    while position < len(text):
        match = _PATTERN.match(text, position)
        if match is None:
            message = f"{text[position]!r} does not belong here"
            raise InputError([Fault(message, text, (position, position + 1), source)])
        kind = match.lastgroup or ""
        if kind == "name" and network:
            match = _NETWORK_NAME.match(text, position) or match
        start, position = position, match.end()
        found = text[start:position]
        if kind in ("int", "decimal") and len(found) > MAX_DIGITS:
            message = f"a number of {len(found)} characters; the limit is {MAX_DIGITS}"
            raise InputError([Fault(message, text, (start, start + 1), source)])
        if kind == "space" or (kind == "newline" and depth > 0):
            continue
        if kind == "op" and found in _OPEN:
            depth += 1
        elif kind == "op" and found in _CLOSE:
            depth = max(0, depth - 1)
        yield Token(kind, found, start, position)
    yield Token("end", "", len(text), len(text))
