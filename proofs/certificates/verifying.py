"""A certificate verified: by the checker, then by reading its task again, in a child with limits."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import partial
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any, final

from tauomega.solvers.child import Answered, Crashed, run_in_child
from tauomega.theory.errors import InputError
from tauomega.theory.task import NetworkReader

from .checker.checking import check_certificate
from .checker.document import NotACertificateError, RefusedError, read_document
from .reading import read_again

__all__ = ["Verified", "verify"]


@final
@dataclass(frozen=True, slots=True)
class Verified:
    """What a certificate was seen to prove, or why it was not believed.

    Attributes:
        outcome: `accepted`, `refused`, `not checked` (time or memory were over), or `no certificate`.
        reason: why not; empty if accepted.
        verdict: `holds` or `fails`, of an accepted one.
        statement: what is proved, in the checker's words.
        shown: (clause, how it was checked).
        relies_on: theorems, with their scripts.
        read: how the claim compares with its task's text.
        unchecked: what was taken as given.
    """

    outcome: str
    reason: str = ""
    verdict: str = ""
    statement: str = ""
    shown: tuple[tuple[str, str], ...] = ()
    relies_on: tuple[str, ...] = ()
    read: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()


def verify(
    data: bytes,
    *,
    task: str | None = None,
    directory: Path | None = None,
    seconds: float = 60.0,
    memory: int = 4_000_000_000,
) -> Verified:
    """Verify a certificate.

    Args:
        data: its bytes.
        task: the text of the task that it should be about; any by default.
        directory: where the paths in the task's text start.
        seconds: wall-clock time.
        memory: bytes.
    """
    outcome = run_in_child(partial(_verify, data, task, directory), seconds=seconds, memory=memory)
    match outcome:
        case Answered(value=dict() as found):
            lists = {key: tuple(found[key]) for key in ("relies_on", "read", "unchecked")}
            pairs = tuple((clause, how) for clause, how in found["shown"])
            return Verified(**(found | lists | {"shown": pairs}))
        case Crashed(reason=reason):
            return Verified("not checked", f"the checker stopped: {reason}")
        case _:
            return Verified(
                "not checked", f"{seconds:g} s are over; give it more with a longer timeout"
            )


def _verify(data: bytes, task: str | None, directory: Path | None) -> Any:
    try:
        accepted = check_certificate(data)
        if task is not None and task != accepted.task:
            wanted = sha256(task.encode()).hexdigest()
            raise RefusedError(f"it is about another task than the one with sha256 {wanted[:12]}…")
        read = _read(data, accepted.task, directory)
    except NotACertificateError as error:
        return asdict(Verified("no certificate", str(error)))
    except RefusedError as error:
        return asdict(Verified("refused", str(error)))
    return asdict(
        Verified(
            "accepted",
            "",
            accepted.verdict,
            accepted.statement,
            accepted.shown,
            accepted.relies_on,
            read,
            _taken_as_given(accepted.task),
        )
    )


def _taken_as_given(task: str) -> tuple[str, ...]:
    digest = sha256(task.encode()).hexdigest()
    return (
        f"that the claim ({len(task):,} characters of text, sha256 {digest[:12]}…) was read rightly: "
        "verify reads it again, with the parser",
        "that the definition in words is the one that was meant",
    )


def _read(data: bytes, text: str, directory: Path | None) -> tuple[str, ...]:
    if not text:
        return ("the claim comes with no text of a task, so only its models as trees are proved",)
    try:
        reader = _network_reader() if "network" in text else None
        differences = read_again(read_document(data), directory=directory, network=reader)
    except InputError as error:
        first = error.faults[0].message if error.faults else str(error)
        return (f"the task's text was not read again: {first}",)
    return ("the task's text was read again and says exactly this claim", *differences)


def _network_reader() -> NetworkReader:
    reader: NetworkReader = import_module("tauomega.bridge.network_task").NETWORK_READER
    return reader
