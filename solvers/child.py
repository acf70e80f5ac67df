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
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, final

__all__ = ["Answered", "Crashed", "Outcome", "TimedOut", "run_in_child"]


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
    read, write = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # forking beside threads: see above
        child = os.fork()
    if child == 0:
        _child(function, read, write, seconds, memory)
    os.close(write)
    try:
        return _collect(read, child, time.monotonic() + seconds)
    finally:
        os.close(read)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child, signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(child, 0)


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


def _collect(read: int, child: int, deadline: float) -> Outcome:
    data = bytearray()
    while True:
        left = deadline - time.monotonic()
        if left <= 0:
            return TimedOut()
        ready, _, _ = select.select([read], [], [], left)
        if not ready:
            return TimedOut()
        piece = os.read(read, 1 << 16)
        if not piece:
            break
        data += piece
        if len(data) > 100_000_000:
            return Crashed("its answer is longer than 100 MB")
    try:
        answer = json.loads(data.decode())
    except ValueError:
        return Crashed("it ended without an answer (out of memory, or killed)")
    if "error" in answer:
        return Crashed(answer["error"])
    return Answered(answer["value"])
