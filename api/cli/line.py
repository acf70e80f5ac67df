"""Lines of output and how they are set; styles show on a terminal only."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from shutil import get_terminal_size

import click

from tauomega.theory.reports.line import Line

__all__ = ["Line", "output_width", "write"]


def output_width() -> int:
    """Columns to write in: the terminal's, between 60 and 110, or 100 where there is none."""
    if not sys.stdout.isatty():
        return 100
    return min(110, max(60, get_terminal_size().columns))


def write(lines: Iterable[Line]) -> None:
    """Print the lines: plain in a pipe or a file, with styles on a terminal."""
    if not sys.stdout.isatty():
        for line in lines:
            click.echo(line.text)
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=True)
    for line in lines:
        console.print(Text(line.text, style=line.style))
