"""Work in a child process ends: by its answer, its deadline, its memory, or its death."""

from __future__ import annotations

import os
import signal
import time
import weakref
from pathlib import Path

import pytest

from tauomega.solvers.child import Answered, Child, Crashed, TimedOut, in_this_process, run_in_child
from tauomega.solvers.deadline import GRACE, OverrunError, deadline
from tauomega.solvers.engine import Budget


def forever() -> None:
    while True:
        time.sleep(0.01)


def is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def gone_soon(process: int) -> bool:
    for _ in range(200):
        if not is_alive(process):
            return True
        time.sleep(0.01)
    return False


def test_an_answer_comes_back() -> None:
    assert run_in_child(lambda: {"a": [1, None]}, seconds=5) == Answered({"a": [1, None]})


def test_an_exception_and_a_death_are_crashes_with_a_reason() -> None:
    def fail() -> None:
        raise ValueError("no such luck")

    assert run_in_child(fail, seconds=5) == Crashed("ValueError: no such luck")
    died = run_in_child(lambda: os._exit(3), seconds=5)
    assert isinstance(died, Crashed)
    assert "without an answer" in died.reason


def test_memory_is_limited() -> None:
    outcome = run_in_child(lambda: len(bytearray(400_000_000)), seconds=5, memory=100_000_000)
    assert isinstance(outcome, Crashed)
    assert "MemoryError" in outcome.reason


def test_the_whole_group_is_killed_at_the_deadline(tmp_path: Path) -> None:
    note = tmp_path / "grandchild"

    def with_a_child_of_its_own() -> None:
        process = os.fork()
        if process == 0:
            forever()
        note.write_text(str(process))
        forever()

    assert run_in_child(with_a_child_of_its_own, seconds=1) == TimedOut()
    assert gone_soon(int(note.read_text()))


def test_cpu_time_is_limited_where_nobody_waits() -> None:
    """A child that outlives its parent's interest still ends."""

    def spin() -> None:
        while True:
            pass

    child = Child(spin, seconds=0.2, memory=10**9)
    try:
        assert child.outcome() == TimedOut()
        assert is_alive(child.process)
    finally:
        child.kill()
        child.kill()
    assert gone_soon(child.process)


def test_the_deadline_interrupts_what_does_not_look() -> None:
    start = time.monotonic()
    with pytest.raises(OverrunError), deadline(Budget(0.1)):
        while True:
            pass
    assert time.monotonic() - start >= 0.1 + GRACE - 0.01


def test_an_alarm_in_a_finalizer_is_not_lost() -> None:
    """What is raised in a finalizer or a callback is dropped: the alarm waits until it is heard."""
    rung: list[str] = []

    def spin(seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            pass

    class Finalized:
        def __del__(self) -> None:
            spin(GRACE + 0.3)
            rung.append("finalizer")

    class Watched:
        pass

    def callback(_: object) -> None:
        spin(0.06)
        rung.append("callback")

    with pytest.raises(OverrunError), deadline(Budget(0.1)):
        thing = Finalized()
        del thing
        while True:
            pass
    with pytest.raises(OverrunError), deadline(Budget(0.0)):
        spin(GRACE - 0.03)
        watched = Watched()
        kept = weakref.ref(watched, callback)
        del watched
        while kept() is None:
            pass
    assert rung == ["finalizer", "callback"]


def test_the_deadline_is_gone_afterwards() -> None:
    before = signal.getsignal(signal.SIGALRM), signal.getitimer(signal.ITIMER_REAL)[0] > 0
    with deadline(Budget(60)):
        pass
    after = signal.getsignal(signal.SIGALRM), signal.getitimer(signal.ITIMER_REAL)[0] > 0
    assert before == after


def test_an_alarm_of_the_callers_that_rings_first_is_left_alone() -> None:
    class MineError(Exception):
        pass

    def mine(*_: object) -> None:
        raise MineError

    previous, left = signal.signal(signal.SIGALRM, mine), signal.getitimer(signal.ITIMER_REAL)[0]
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    try:
        with pytest.raises(MineError), deadline(Budget(30)):
            while True:
                pass
    finally:
        signal.signal(signal.SIGALRM, previous)
        signal.setitimer(signal.ITIMER_REAL, left)


def test_a_child_is_killed_when_the_deadline_interrupts_the_wait(tmp_path: Path) -> None:
    note = tmp_path / "child"

    def write_and_wait() -> None:
        note.write_text(str(os.getpid()))
        forever()

    with pytest.raises(OverrunError), deadline(Budget(0.2)):
        run_in_child(write_and_wait, seconds=60)
    assert gone_soon(int(note.read_text()))


def test_small_questions_can_be_asked_in_this_process() -> None:
    with in_this_process():
        assert run_in_child(lambda: [os.getpid(), (1, 2)], seconds=5) == Answered(
            [os.getpid(), [1, 2]]
        )
        assert isinstance(run_in_child(lambda: 1 // 0, seconds=5), Crashed)
    outside = run_in_child(os.getpid, seconds=5)
    assert outside != Answered(os.getpid())
