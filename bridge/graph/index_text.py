"""Indices of sites as text: `:`, `3`, `0:16`, `(0, 2)`, and with the name of an axis, `position=3`.

```
index = part {"," part}        part = [axis "="] (":" | int | [int] ":" [int] | "(" int {"," int} ")")
```
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

from tauomega.theory.errors import InputError

__all__ = ["Part", "WrittenPart", "fits", "listed", "nearest_part", "read_index", "shown_index"]

Part = slice | int | tuple[int, ...]
_PART = re.compile(
    r"\s*(?:([A-Za-z]{1,20})\s*=\s*)?(?:(\d{0,9})\s*(:)\s*(\d{0,9})|(\d{1,9})|\(([\d\s,]{1,500})\))\s*"
)


@final
@dataclass(frozen=True, slots=True)
class WrittenPart:
    """One part of an index: what is chosen, and the axis if it is named."""

    axis: str
    part: Part


def read_index(text: str) -> list[WrittenPart]:
    """The parts of an index.

    Raises:
        InputError: a part that is none, as it was written.
    """
    found: list[WrittenPart] = []
    for word in re.split(r",(?![^(]*\))", text):
        match = _PART.fullmatch(word)
        if match is None:
            raise InputError(
                [
                    f"{word.strip()!r} is no index; write :, 3, 0:16 or (0, 2) for a dimension"
                    + ("; positions count from 0" if word.strip().startswith("-") else "")
                ]
            )
        axis = match[1] or ""
        if match[3]:
            start, stop = (int(x) if x else None for x in (match[2], match[4]))
            whole = start is None and stop is None
            found.append(WrittenPart(axis, slice(None) if whole else slice(start, stop)))
        elif match[5]:
            found.append(WrittenPart(axis, int(match[5])))
        else:
            numbers = [x for x in match[6].split(",") if x.strip()]
            if not numbers or not all(x.strip().isdigit() for x in numbers):
                raise InputError([f"({match[6]}) is no list of positions"])
            found.append(WrittenPart(axis, tuple(int(x) for x in numbers)))
    return found


def listed(part: Part, size: int) -> Sequence[int]:
    """The positions that a part chooses of so many; some may lie outside, so that it may be a long range."""
    if isinstance(part, slice):
        return range(part.start or 0, size if part.stop is None else part.stop)
    return (part,) if isinstance(part, int) else part


def fits(part: Part, size: int) -> bool:
    """Whether a part chooses something, and only of so many positions."""
    places = listed(part, size)
    ends = (places[0], places[-1]) if isinstance(places, range) and places else places
    return bool(places) and all(0 <= k < size for k in ends)


def nearest_part(part: Part, size: int) -> Part:
    """The nearest part that chooses positions below a size, each once, and at least one."""
    if isinstance(part, int):
        return min(part, size - 1)
    if isinstance(part, tuple):
        inside = tuple(dict.fromkeys(k for k in part if k < size))
        return inside or (size - 1,)
    start = min(part.start or 0, size - 1)
    stop = size if part.stop is None else min(part.stop, size)
    if part == slice(None):
        return part
    return slice(start, max(stop, start + 1))


def shown_index(parts: Sequence[Part]) -> str:
    """An index as it is written."""
    words = []
    for part in parts:
        if isinstance(part, slice):
            start, stop = ("" if end is None else str(end) for end in (part.start, part.stop))
            words.append(f"{start}:{stop}")
        else:
            words.append(str(part) if isinstance(part, int) else f"({', '.join(map(str, part))})")
    return ", ".join(words)
