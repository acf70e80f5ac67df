"""The benchmark tasks, one file each: a file here with a `TASK` in its `__all__` is a task."""

from __future__ import annotations

from tauomega.theory.errors import InputError
from tauomega.theory.kernel.errors import nearest

from ...plugins import found_in
from ..task import BenchmarkTask

__all__ = ["find_task", "tasks"]


def tasks() -> tuple[BenchmarkTask, ...]:
    """All tasks that ship, by name."""
    found = found_in(__name__, __path__, lambda thing: isinstance(thing, BenchmarkTask))
    return tuple(sorted(found, key=lambda task: task.name))


def find_task(name: str) -> BenchmarkTask:
    """The task of this name.

    Raises:
        InputError: there is none; the nearest name is suggested.
    """
    known = {task.name: task for task in tasks()}
    if name not in known:
        raise InputError([f"no task {name!r}; known: {', '.join(known)}{nearest(name, known)}"])
    return known[name]
