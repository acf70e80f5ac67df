"""Units of work on worker processes: resumable, and the same results in any order."""

from __future__ import annotations

import json
import multiprocessing
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from random import Random
from typing import Any, final

from tauomega.theory.errors import InputError
from tauomega.theory.whole_file import write_file

from .records import Record, UnitKey, append, read_results
from .suites import Suite, resolve_method, resolve_task
from .task import BenchmarkTask

__all__ = ["MANIFEST", "Unit", "keys_of", "run_suite", "units_of"]

MANIFEST = "bench.json"
TRUTH = "truth"
ROUNDS = 2
"""How often a unit is tried whose worker died."""


@final
@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of work by references: names, or paths of a user's files."""

    task: str
    method: str
    seed: int
    pairs: str | None = None


def units_of(suite: Suite, pairs: str | None = None) -> list[Unit]:
    """The labels of every task, and every method on every task with every seed."""
    found = [Unit(task, TRUTH, 0, pairs) for task in suite.tasks]
    found += [
        Unit(task, method, seed, pairs)
        for seed in suite.seeds
        for method in suite.methods
        for task in suite.tasks
    ]
    return found


def keys_of(units: Sequence[Unit]) -> dict[Unit, UnitKey]:
    """What each unit is a function of.

    Raises:
        InputError: tasks or methods that are not found, or two of one name; all at once.
    """
    faults: list[str] = []
    tasks: dict[str, tuple[str, str]] = {}
    methods: dict[str, tuple[str, str]] = {TRUTH: (TRUTH, TRUTH)}
    for unit in units:
        try:
            if unit.task not in tasks:
                task = _task(unit)
                tasks[unit.task] = task.name, task.hash
        except InputError as error:
            tasks[unit.task] = "", ""
            faults += [fault.message for fault in error.faults]
        try:
            if unit.method not in methods:
                from .answers import method_hash

                method = resolve_method(unit.method)
                methods[unit.method] = method.name, method_hash(method)
        except InputError as error:
            methods[unit.method] = "", ""
            faults += [fault.message for fault in error.faults]
    for word, table in (("task", tasks), ("method", methods)):
        names = [name for name, _ in table.values() if name]
        faults += [
            f"two {word}s are called {n!r}"
            for n in sorted({n for n in names if names.count(n) > 1})
        ]
    if faults:
        raise InputError(faults)
    return {
        unit: UnitKey(
            tasks[unit.task][0],
            methods[unit.method][0],
            unit.seed,
            tasks[unit.task][1],
            methods[unit.method][1],
        )
        for unit in units
    }


def _task(unit: Unit) -> BenchmarkTask:
    from .from_claim import with_pairs_from

    task = resolve_task(unit.task)
    own = unit.pairs is not None and unit.task.endswith((".toml", ".py"))
    return with_pairs_from(task, Path(unit.pairs)) if own and unit.pairs else task


def run_suite(
    suite: Suite,
    directory: Path,
    *,
    pairs: str | None = None,
    workers: int = 2,
    resume: bool = False,
    order: int | None = None,
    progress: Callable[[int, int | None], None] | None = None,
) -> None:
    """Run what is missing of a suite and append it to the results in a directory.

    Args:
        suite: tasks, methods, seeds.
        directory: made if absent.
        pairs: a file of counterfactual pairs for the user's own tasks.
        workers: processes; each writes its own file.
        resume: whether the directory may have results already; those are kept.
        order: a seed that shuffles the units; the results do not depend on it.
        progress: told how many units are done, out of how many.

    Raises:
        InputError: an unknown name; a directory with results that is not to be resumed; workers
            that died twice on the same units.
    """
    if workers < 1:
        raise InputError([f"--workers {workers}: at least 1"])
    units = units_of(suite, pairs)
    keys = keys_of(units)
    done = _prepared(directory, resume)
    _write_manifest(directory, suite, list(keys.values()))
    if order is not None:
        Random(order).shuffle(units)  # noqa: S311  # an order, not a key
    for _ in range(ROUNDS):
        missing = [unit for unit in units if keys[unit] not in done]
        if not missing:
            return
        _round(missing, directory, min(workers, len(missing)), len(units), progress)
        done = set(read_results(directory)[0])
    missing = [unit for unit in units if keys[unit] not in done]
    if missing:
        names = ", ".join(f"{u.method} on {u.task}" for u in missing[:5])
        raise InputError(
            [
                f"{len(missing)} units have no result ({names}); their workers died, see above; --resume tries again"
            ]
        )


def _prepared(directory: Path, resume: bool) -> set[UnitKey]:
    if directory.exists() and not directory.is_dir():
        raise InputError([f"{str(directory)!r} is no directory"])
    if any(directory.glob("worker-*.jsonl")) and not resume:
        raise InputError(
            [f"{str(directory)!r} has results; add --resume to keep them, or name another"]
        )
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError([f"{str(directory)!r} cannot be made: {error.strerror}"]) from error
    return set(read_results(directory)[0])


def _write_manifest(directory: Path, suite: Suite, keys: Sequence[UnitKey]) -> None:
    listed = [[k.task, k.method, k.seed, k.task_hash, k.method_hash] for k in sorted(keys)]
    content = {
        "schema": "tauomega/bench-suite/1",
        "tasks": list(suite.tasks),
        "methods": list(suite.methods),
        "seeds": list(suite.seeds),
        "units": listed,
    }
    write_file(directory / MANIFEST, f"{json.dumps(content, indent=1)}\n".encode())


def _round(
    units: Sequence[Unit],
    directory: Path,
    workers: int,
    total: int,
    progress: Callable[[int, int | None], None] | None,
) -> None:
    context = multiprocessing.get_context("spawn")
    used = {path.name for path in directory.glob("worker-*.jsonl")}
    running: dict[Connection, Any] = {}
    for number in range(workers):
        mine, theirs = context.Pipe(duplex=False)
        name = f"worker-{number + 1:03d}.jsonl"
        if name in used:  # a file has one writer, ever: an earlier run may still be writing it
            taken = sum(1 for other in used if other.startswith(f"worker-{number + 1:03d}"))
            name = f"worker-{number + 1:03d}-{taken}.jsonl"
        process = context.Process(
            target=_work, args=(units[number::workers], str(directory / name), theirs), daemon=True
        )
        process.start()
        theirs.close()
        running[mine] = process
    finished = total - len(units)
    try:
        while running:
            for ready in wait(list(running)):
                assert isinstance(ready, Connection)
                try:
                    ready.recv()
                    finished += 1
                    if progress is not None:
                        progress(finished, total)
                except EOFError:
                    running.pop(ready).join()
    finally:
        for process in running.values():
            process.terminate()
        for process in running.values():
            process.join()


def _work(units: Sequence[Unit], path: str, done: Connection) -> None:
    """A worker: one thread, its own file, one line a unit."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends us
    import torch

    torch.set_num_threads(1)
    keys = keys_of(units)
    for unit in units:
        start = time.perf_counter()
        task = _task(unit)
        result = _result(task, unit)
        seconds = round(time.perf_counter() - start, 6)
        append(
            Path(path), Record(keys[unit], result, {"seconds": seconds, "worker": Path(path).stem})
        )
        done.send(None)
    done.close()
    sys.stdout.flush()


def _result(task: BenchmarkTask, unit: Unit) -> Any:
    from .answers import answers_of
    from .truth import truth_of

    if unit.method == TRUTH:
        return truth_of(task)
    return answers_of(task, resolve_method(unit.method), unit.seed)
