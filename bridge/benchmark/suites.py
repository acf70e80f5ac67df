"""Suites: which tasks meet which methods, with which seeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import final

from tauomega.theory.errors import InputError
from tauomega.theory.kernel.errors import nearest

from ..methods import find_method
from ..methods.method import Method
from ..plugins import found_in_file
from .task import BenchmarkTask
from .tasks import find_task

__all__ = ["SUITES", "Suite", "make_suite", "resolve_method", "resolve_task"]


@final
@dataclass(frozen=True, slots=True)
class Suite:
    """Names of tasks and methods (or paths of a user's files), and seeds."""

    tasks: tuple[str, ...]
    methods: tuple[str, ...]
    seeds: tuple[int, ...] = (0,)


_SMOKE_METHODS = ("activation-patching", "das", "exact-search", "random", "always-yes")
SUITES = {
    "smoke": Suite(("xor-reference", "ripple-adder", "hierarchical-equality"), _SMOKE_METHODS),
    "none": Suite((), _SMOKE_METHODS),
}
"""`none` is for a user's own tasks alone."""


def make_suite(
    name: str, *, extra_tasks: Sequence[str] = (), only: Sequence[str] = (), seeds: int = 1
) -> Suite:
    """A suite by name, with a user's tasks added, and only some methods if asked.

    Raises:
        InputError: no such suite, or a number of seeds below 1.
    """
    if name not in SUITES:
        raise InputError([f"no suite {name!r}; suites: {', '.join(SUITES)}{nearest(name, SUITES)}"])
    if seeds < 1:
        raise InputError([f"--seeds {seeds}: at least 1"])
    found = replace(SUITES[name], seeds=tuple(range(seeds)))
    if only:
        found = replace(found, methods=tuple(dict.fromkeys(only)))
    return replace(found, tasks=(*found.tasks, *extra_tasks))


def resolve_task(reference: str) -> BenchmarkTask:
    """A task by name, from a claim in a TOML file, or from a user's Python file (which is run).

    Raises:
        InputError: no such task or file, or a file without a task.
    """
    path = Path(reference)
    if path.suffix == ".py":
        found: list[BenchmarkTask] = found_in_file(
            path, lambda thing: isinstance(thing, BenchmarkTask), "BenchmarkTask"
        )
        return found[0]
    if path.suffix == ".toml" or "/" in reference:
        from .from_claim import task_from_file

        return task_from_file(path)
    return find_task(reference)


def resolve_method(reference: str) -> Method:
    """A method by name, or from a user's Python file (which is run).

    Raises:
        InputError: no such method or file, or a file without one.
    """
    path = Path(reference)
    if path.suffix == ".py":
        found = found_in_file(
            path, lambda thing: isinstance(thing, type) and hasattr(thing, "propose"), "method"
        )
        method: Method = found[0]()
        return method
    return find_method(reference)
