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
AGAIN, MOST_HELD_BACK = 0.02, 5
"""Seconds until an alarm that was held back rings again, and how often code of others holds it back."""


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
    before = signal.signal(signal.SIGALRM, _Alarm())
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


class _Alarm:
    """Raises where that is heard; elsewhere it rings again, a moment later.

    In the middle of an import it would leave half a module behind. In a finalizer or in the callback of a weak
    reference, which run wherever a collection of garbage happens to be, Python drops what is raised, and the
    deadline would be lost. Callbacks look like any other function, but they are not ours and are short: so an alarm
    that rings in code of others waits for ours, a few times.
    """

    def __init__(self) -> None:
        self.held_back = 0

    def __call__(self, _: int, frame: FrameType | None) -> None:
        ours = frame is not None and str(frame.f_globals.get("__name__")).startswith("tauomega")
        if _would_be_lost(frame) or (not ours and self.held_back < MOST_HELD_BACK):
            self.held_back += 1
            signal.setitimer(signal.ITIMER_REAL, AGAIN)
            return
        raise OverrunError


def _would_be_lost(frame: FrameType | None) -> bool:
    """Whether an import or a finalizer is on the stack."""
    while frame is not None:
        code = frame.f_code
        if code.co_filename.startswith("<frozen importlib") or code.co_name == "__del__":
            return True
        frame = frame.f_back
    return False


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
