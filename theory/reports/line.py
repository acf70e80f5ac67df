"""A line of text, with a style that shows on a terminal only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import wrap
from typing import final

__all__ = ["Line", "paragraph"]


@final
@dataclass(frozen=True, slots=True)
class Line:
    """Some text, and a rich style such as `bold red`."""

    text: str
    style: str = ""


def paragraph(text: str, width: int, *, indent: str = "") -> Iterator[Line]:
    """A text in lines of at most so many characters; a long word stays whole."""
    for line in wrap(text, width - len(indent), break_long_words=False, break_on_hyphens=False):
        yield Line(f"{indent}{line}")
