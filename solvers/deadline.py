"""A deadline for work in this process: what does not look at its budget is interrupted."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from tauomega.theory.errors import UndecidedError

from .engine import Budget, is_counting_looks

__all__ = ["GRACE", "OverrunError", "deadline", "disturbed", "undisturbed", "within"]

GRACE = 0.15
"""Seconds that engines are given beyond the budget to stop by themselves."""


class OverrunError(BaseException):
    """The deadline passed. No `except Exception` on the way holds it up; whoever set it catches it."""


@contextmanager
def deadline(budget: Budget) -> Iterator[None]:
    """Interrupt the body when a budget is over, and a moment for it to notice has passed too.

    Child processes are waited for with timeouts of their own; this is for plain Python between them,
    such as building a circuit. Only the main thread of a process can be interrupted: elsewhere, and
    where an alarm of the caller's would ring first, the body runs on; and while looks at budgets are counted.

    Raises:
        OverrunError: the deadline passed while the body ran.
    """
    seconds = budget.left + GRACE
    if (
        is_counting_looks()
        or not hasattr(signal, "setitimer")
        or threading.current_thread() is not threading.main_thread()
    ):
        yield
        return
    outer, _ = signal.getitimer(signal.ITIMER_REAL)
    if 0 < outer <= seconds:
        yield
        return
    start = time.monotonic()
    before = signal.signal(signal.SIGALRM, _ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if outer > 0:
            passed = time.monotonic() - start
            signal.setitimer(signal.ITIMER_REAL, max(0.001, outer - passed))


@contextmanager
def within(seconds: float) -> Iterator[Budget]:
    """A budget that the body is held to, for work whose answer is whole or none.

    Raises:
        UndecidedError: the time is over.
    """
    budget = Budget(seconds)
    try:
        with deadline(budget):
            yield budget
    except OverrunError:
        raise UndecidedError(
            f"{seconds:g} s are over; give it more with a longer timeout"
        ) from None


def _ring(_: int, frame: FrameType | None) -> None:
    """Raise, but not in the middle of an import, which would leave half a module behind."""
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            signal.setitimer(signal.ITIMER_REAL, 0.02)
            return
        frame = frame.f_back
    raise OverrunError


@contextmanager
def undisturbed() -> Iterator[None]:
    """Hold the alarm back while something is done that must not be left half done."""
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def disturbed() -> Iterator[None]:
    """Let the alarm through again, inside `undisturbed`."""
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGALRM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
