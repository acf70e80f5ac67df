"""A certificate verified: by the checker, then by reading its task again, in a child with limits."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass, replace
from functools import partial
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any, final

from tauomega.solvers.child import Answered, Crashed, run_in_child
from tauomega.theory.errors import InputError
from tauomega.theory.task import NetworkReader

from .checker.document import RefusedError, read_document
from .reading import read_again
from .trusted import TRUSTED, lines_of_code

__all__ = ["Verified", "verify"]


@final
@dataclass(frozen=True, slots=True)
class Verified:
    """What a certificate was seen to prove, or why it was not believed.

    Attributes:
        outcome: `accepted`, `refused`, `not checked` (time or memory were over), or `no certificate`.
        reason: why not; empty if accepted.
        verdict: `holds`, `fails` or `distance`, of an accepted one.
        statement: what is proved, in the checker's words.
        shown: (clause, how it was checked).
        relies_on: theorems, with their scripts.
        read: how the claim compares with its task's text.
        unchecked: what was taken as given.
        trusted: the modules that were loaded to check it, with their lines of code.
    """

    outcome: str
    reason: str = ""
    verdict: str = ""
    statement: str = ""
    shown: tuple[tuple[str, str], ...] = ()
    relies_on: tuple[str, ...] = ()
    read: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()
    trusted: tuple[tuple[str, int], ...] = ()


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
            pairs = {key: tuple(map(tuple, found[key])) for key in ("shown", "trusted")}
            return Verified(**(found | lists | pairs))
        case Crashed(reason=reason):
            return Verified("not checked", f"the checker stopped: {reason}")
        case _:
            return Verified(
                "not checked", f"{seconds:g} s are over; give it more with a longer timeout"
            )


def _verify(data: bytes, task: str | None, directory: Path | None) -> Any:
    said = _checked_alone(data)
    trusted = _counted(said.pop("loaded"))
    found = Verified(said["outcome"], said["reason"], trusted=trusted)
    if found.outcome == "accepted" and task not in (None, said["task"]):
        wanted = sha256(str(task).encode()).hexdigest()
        reason = f"it is about another task than the one with sha256 {wanted[:12]}…"
        found = replace(found, outcome="refused", reason=reason)
    if found.outcome != "accepted":
        return asdict(found)
    try:
        read = _read(data, said["task"], directory)
    except RefusedError as error:
        return asdict(replace(found, outcome="refused", reason=str(error)))
    given = _taken_as_given(said.pop("task"))
    return asdict(Verified(**said, read=read, unchecked=given, trusted=trusted))


def _checked_alone(data: bytes) -> dict[str, Any]:
    """What the checker says, in an interpreter that of tauomega loads nothing else."""
    paths = os.pathsep.join(path or os.getcwd() for path in sys.path)
    done = subprocess.run(  # noqa: S603  # our own module; the certificate is its stdin
        [sys.executable, "-P", "-m", f"{__package__}.alone"],
        input=data,
        capture_output=True,
        env=os.environ | {"PYTHONPATH": paths},
    )
    if done.returncode:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise RuntimeError(*last or (f"its exit status was {done.returncode}",))
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _counted(loaded: dict[str, str]) -> tuple[tuple[str, int], ...]:
    """The modules of the kernel and the checker among those that were loaded, with their lines of code."""
    names = sorted(name for name in loaded if name.startswith(TRUSTED))
    lines = ((name, lines_of_code(Path(loaded[name]))) for name in names)
    return tuple((name, count) for name, count in lines if count)


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
