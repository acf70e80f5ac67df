"""Work that may not return, in a child process: wall, CPU and memory limits, killed as a group."""

from __future__ import annotations

import contextlib
import json
import math
import os
import resource
import select
import signal
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, final

from .deadline import disturbed, undisturbed

__all__ = [
    "Answered",
    "Child",
    "Crashed",
    "Outcome",
    "TimedOut",
    "in_this_process",
    "is_in_this_process",
    "run_in_child",
]

LONGEST = 100_000_000


@final
@dataclass(frozen=True, slots=True)
class Answered:
    """The child answered with this JSON value."""

    value: Any


@final
@dataclass(frozen=True, slots=True)
class TimedOut:
    """The deadline passed; the child and its children are dead."""


@final
@dataclass(frozen=True, slots=True)
class Crashed:
    """The child died or raised: why."""

    reason: str


Outcome = Answered | TimedOut | Crashed


def run_in_child(
    function: Callable[[], Any], *, seconds: float, memory: int = 4_000_000_000
) -> Outcome:
    """Call a function in a forked child; its result must be a JSON value.

    Args:
        function: what to call; it sees the parent's memory as it is now, and changes nothing of it.
        seconds: wall-clock time; at the deadline the child's whole process group is killed.
        memory: bytes that the child may add to the address space.

    Threads of the parent do not exist in the child: no engine that needs them is run this way.
    """
    if _HERE.get():
        return _called(function)
    with undisturbed():
        child = Child(function, seconds=seconds, memory=memory)
        try:
            with disturbed():
                return child.outcome()
        finally:
            child.kill()


_HERE: ContextVar[bool] = ContextVar("here", default=False)


@contextmanager
def in_this_process() -> Iterator[None]:
    """Call functions here, not in children: for thousands of small questions that are known to end."""
    token = _HERE.set(True)
    try:
        yield
    finally:
        _HERE.reset(token)


def is_in_this_process() -> bool:
    """Whether functions are called here for now."""
    return _HERE.get()


def _called(function: Callable[[], Any]) -> Outcome:
    try:
        return Answered(json.loads(json.dumps(function())))
    except Exception as error:
        return Crashed(f"{type(error).__name__}: {error}")


@final
class Child:
    """Work that was begun in a forked child; whoever begins it must `kill` it."""

    def __init__(self, function: Callable[[], Any], *, seconds: float, memory: int) -> None:
        self.deadline = time.monotonic() + seconds
        self.pipe, write = os.pipe()
        self._data = bytearray()
        self._outcome: Outcome | None = None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # forking beside threads: see below
            self.process = os.fork()
        if self.process == 0:
            _child(function, self.pipe, write, seconds, memory)
        os.close(write)

    def outcome(self) -> Outcome:
        """Wait for the outcome, at most until the deadline."""
        while self._outcome is None:
            ready, _, _ = select.select([self.pipe], [], [], self.left)
            self._outcome = self.heard() if ready else TimedOut()
        return self._outcome

    @property
    def left(self) -> float:
        """Seconds until the deadline, at least 0."""
        return max(0.0, self.deadline - time.monotonic())

    def heard(self) -> Outcome | None:
        """Take what the pipe has, which must be ready: the outcome, if that was the end of it."""
        piece = os.read(self.pipe, 1 << 16)
        self._data += piece
        if len(self._data) > LONGEST:
            self._outcome = Crashed("its answer is longer than 100 MB")
        elif not piece:
            self._outcome = _read(self._data)
        return self._outcome

    def kill(self) -> None:
        """End the child and all that it began. Twice does no harm."""
        if self.pipe < 0:
            return
        os.close(self.pipe)
        self.pipe = -1
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process, signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.process, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.process, 0)


def _child(function: Callable[[], Any], read: int, write: int, seconds: float, memory: int) -> None:
    """Never returns."""
    status = 1
    try:
        os.setsid()
        os.close(read)
        sink = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1, 2):
            os.dup2(sink, standard)
        used = _address_space()
        resource.setrlimit(resource.RLIMIT_AS, (used + memory, used + memory))
        limit = math.ceil(seconds) + 1
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
        try:
            answer = {"value": function()}
        except BaseException as error:
            answer = {"error": f"{type(error).__name__}: {error}"[:2000]}
        with os.fdopen(write, "w") as pipe:
            json.dump(answer, pipe)
        status = 0
    finally:
        os._exit(status)


def _address_space() -> int:
    if not sys.platform.startswith("linux"):
        return 8_000_000_000
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[0]) * resource.getpagesize()


def _read(data: bytearray) -> Outcome:
    try:
        answer = json.loads(data.decode())
    except ValueError:
        return Crashed("it ended without an answer (out of memory, or killed)")
    if "error" in answer:
        return Crashed(answer["error"])
    return Answered(answer["value"])
