"""Progress of long work: a bar on a terminal, nothing in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["shown_progress"]

Report = Callable[[int, int | None], None]


@contextmanager
def shown_progress(title: str) -> Iterator[Report | None]:
    """A function to tell (examined, in all or `None`), or `None` where nobody would see it."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    bar = Progress(
        TextColumn(title, markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    task = bar.add_task(title, total=None)

    def tell(examined: int, total: int | None) -> None:
        if not bar.live.is_started:  # short work shows nothing
            bar.start()
        bar.update(task, completed=examined, total=total)

    try:
        yield tell
    finally:
        bar.stop()
