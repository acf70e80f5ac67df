"""TOML with places: where each key and each string stands in its file."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from .errors import Fault, InputError, Source
from .kernel.errors import nearest

__all__ = ["Faults", "Locate", "read_toml"]

T = TypeVar("T")

MAX_TEXT = 1_000_000
MAX_BRACKETS = 100
MAX_DOTS = 50
_PART = r"[A-Za-z0-9_\"'-]"
_LONG_KEY = re.compile(rf"(?<!{_PART})(?:{_PART}++[ \t]*+\.[ \t]*+){{{MAX_DOTS}}}")
"""Such keys make the TOML reader quadratic; the pattern starts at the head of a word only."""


class Locate(Protocol):
    """Gives the place of the value at a path of keys and positions, as well as it is known."""

    def __call__(self, *path: str | int) -> Source:
        """The place of the first character of the text there."""
        ...


class Faults:
    """What is wrong with a file, gathered while it is read."""

    def __init__(self, locate: Locate) -> None:
        self.locate = locate
        self.faults: list[Fault | str] = []

    def fault(self, message: str, *where: str | int) -> None:
        """Remember a fault at a key."""
        source = self.locate(*where)
        place = f"{source.name}:{source.line}" if source.line else source.name
        self.faults.append(f"{place}: {message}")

    def know_only(self, table: Mapping[str, object], keys: Sequence[str], section: str) -> None:
        """Remember a fault for every key of a section that it does not have; the nearest one is suggested."""
        for key in table:
            if key not in keys:
                hint = nearest(key, keys)
                self.fault(
                    f"[{section}] has no key {key!r}; it has: {', '.join(keys)}{hint}", section, key
                )

    def attempt(self, action: Callable[[], T]) -> T | None:
        """The result of an action, or `None` with its faults remembered."""
        try:
            return action()
        except InputError as error:
            self.faults.extend(error.faults)
            return None


def read_toml(text: str, name: str) -> tuple[dict[str, Any], Locate]:
    """A TOML document and the places of its values.

    Raises:
        InputError: the text is too long, nested too deep, or no TOML; with line and column.
    """
    if len(text) > MAX_TEXT:
        message = f"{name}: the file has {len(text)} characters; the limit is {MAX_TEXT}"
        raise InputError([message])
    depth = deepest = 0
    for character in text:
        if character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth = max(0, depth - 1)
    if deepest > MAX_BRACKETS:
        raise InputError([f"{name}: brackets are nested deeper than {MAX_BRACKETS}"])
    if _LONG_KEY.search(text):
        raise InputError([f"{name}: a dotted name has more than {MAX_DOTS} parts"])
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError([_decode_fault(str(error), text, name)]) from None
    except (RecursionError, ValueError) as error:
        raise InputError([f"{name}: no TOML that can be read: {error}"]) from None
    return table, _Places(text, name)


def _decode_fault(message: str, text: str, name: str) -> Fault:
    found = re.search(r"\(at line (\d+), column (\d+)\)", message)
    short = re.sub(r" \(at .*\)$", "", message)
    if found is None:
        end = len(text.rstrip())
        return Fault(f"no TOML: {short}", text, (max(0, end - 1), end), Source(name))
    line, column = int(found[1]), int(found[2])
    start = sum(len(row) + 1 for row in text.split("\n")[: line - 1]) + column - 1
    return Fault(f"no TOML: {short}", text, (start, start + 1), Source(name))


class _Places:
    """A scan of the lines for headers, keys and strings; what it does not find, it does not claim."""

    _HEADER = re.compile(r"^\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
    _KEY = re.compile(r"""^\s*("[^"\n]*"|'[^'\n]*'|[A-Za-z0-9_.-]+)\s*=\s*""")

    def __init__(self, text: str, name: str) -> None:
        self.name = name
        self.places: dict[tuple[str | int, ...], Source] = {}
        section: tuple[str | int, ...] = ()
        counts: dict[tuple[str | int, ...], int] = {}
        lines = text.split("\n")
        number = 0
        while number < len(lines):
            line = lines[number]
            header, key = self._HEADER.match(line), self._KEY.match(line)
            if header is not None and key is None:
                section = tuple(_keys(header[2]))
                if header[1] == "[[":
                    index = counts.get(section, 0)
                    counts[section] = index + 1
                    section = (*section, index)
                self.places[section] = Source(name, number + 1, 1)
            elif key is not None:
                path = (*section, *_keys(key[1]))
                number = self._value(path, lines, number, key.end())
            number += 1

    def _value(
        self, path: tuple[str | int, ...], lines: list[str], number: int, column: int
    ) -> int:
        rest = lines[number][column:]
        for quotes in ('"""', "'''"):
            if rest.startswith(quotes):
                inside = rest[3:]
                if inside == "" or inside == "\r":
                    self.places[path] = Source(self.name, number + 2, 1, 1)
                else:
                    self.places[path] = Source(self.name, number + 1, column + 4, 1)
                while quotes not in inside and number + 1 < len(lines):
                    number += 1
                    inside = lines[number]
                return number
        if rest[:1] in ('"', "'"):
            self.places[path] = Source(self.name, number + 1, column + 2, 1)
            return number
        self.places[path] = Source(self.name, number + 1, column + 1, 1)
        if rest[:1] == "[":
            return self._array(path, lines, number, column)
        return number

    def _array(
        self, path: tuple[str | int, ...], lines: list[str], number: int, column: int
    ) -> int:
        position, depth, index = column, 0, 0
        while number < len(lines):
            line = lines[number]
            while position < len(line):
                character = line[position]
                if character == "#":
                    break
                if character in "\"'":
                    end = line.find(character, position + 1)
                    if depth == 1:
                        self.places[*path, index] = Source(self.name, number + 1, position + 2, 1)
                    position = len(line) if end < 0 else end
                elif character == "[":
                    depth += 1
                elif character == "]":
                    depth -= 1
                    if depth == 0:
                        return number
                elif character == "," and depth == 1:
                    index += 1
                position += 1
            number, position = number + 1, 0
        return number

    def __call__(self, *path: str | int) -> Source:
        """The place of a value, or of the nearest thing around it."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, Source(self.name))


def _keys(text: str) -> list[str]:
    return [part.strip().strip("\"'") for part in re.findall(r'"[^"]*"|\'[^\']*\'|[^.\s]+', text)]
