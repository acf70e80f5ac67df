"""Results that `print` and notebooks show as the command prints them."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import ClassVar, Protocol

from .line import Line

__all__ = ["Printed", "Readable"]


class _Printer(Protocol):
    def text(self, text: str, /) -> None: ...


class Printed:
    """What notebooks show as `print` does: the last value of a cell, as its `str`."""

    __slots__ = ()

    def _repr_pretty_(self, printer: _Printer, cycle: bool) -> None:
        printer.text(str(self))


class Readable(Printed):
    """What has a report: `str` is its text, at 100 columns; `repr` stays exact and whole."""

    __slots__ = ()

    REPORT: ClassVar[str]
    """Who writes it, `module:function` of (result, title, width); loaded when it is first asked for."""

    def lines(self, *, title: str = "", width: int = 100) -> Iterator[Line]:
        """The report, line by line."""
        module, _, function = self.REPORT.partition(":")
        found: Iterator[Line] = getattr(import_module(module), function)(self, title, width)
        return found

    def __str__(self) -> str:
        return "\n".join(line.text for line in self.lines())
