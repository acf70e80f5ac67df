"""Progress of long work: a bar on a terminal, nothing in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tauomega.theory.quantity import Number

__all__ = ["shown_measuring", "shown_progress"]

Report = Callable[[int, int | None], None]
Narrowed = Callable[["Number", "Number"], None]


@contextmanager
def shown_progress(title: str) -> Iterator[Report | None]:
    """A function to tell (examined, in all or `None`), or `None` where nobody would see it."""
    with shown_measuring(title) as (progress, _):
        yield progress


@contextmanager
def shown_measuring(title: str) -> Iterator[tuple[Report | None, Narrowed | None]]:
    """Beside `shown_progress`, a function to tell the bounds of what is measured, lower and upper."""
    if not sys.stderr.isatty():
        yield None, None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    bar = Progress(
        TextColumn(title, markup=False),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    task = bar.add_task("", total=None)

    def tell(examined: int, total: int | None) -> None:
        if not bar.live.is_started:  # short work shows nothing
            bar.start()
        bar.update(task, completed=examined, total=total)

    def narrowed(low: Number, high: Number) -> None:
        if not bar.live.is_started:
            bar.start()
        bar.update(task, description=f"between {low} and {high}")

    try:
        yield tell, narrowed
    finally:
        bar.stop()
