"""The certificate of a verdict: made, checked, and only then written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import final

from tauomega.theory.errors import InputError
from tauomega.theory.task import Task
from tauomega.theory.verdict import Unknown, Verdict

__all__ = ["Written", "certify"]


@final
@dataclass(frozen=True, slots=True)
class Written:
    """What to tell about a certificate; `refused` says that our own checker did not believe it."""

    lines: tuple[str, ...]
    refused: bool = False


def certify(
    task: Task, verdict: Verdict, source: tuple[str, Path], path: Path, seconds: float
) -> Written:
    """Make the certificate of a verdict, check it, and write it in full or not at all.

    Args:
        task: what was decided.
        verdict: what came out.
        source: the task's text and its folder.
        path: where to write.
        seconds: wall-clock time for making it, and again for checking it.

    Raises:
        InputError: the file cannot be written.
    """
    from tauomega.proofs.certificates.encoding import NotCertifiedError
    from tauomega.proofs.certificates.verifying import verify
    from tauomega.proofs.certificates.writing import certificate_of
    from tauomega.theory.whole_file import write_file

    text, directory = source
    if isinstance(verdict, Unknown):
        return Written(("no certificate: the verdict is unknown",))
    try:
        data = certificate_of(task.claim, task.definition, verdict, task=text, seconds=seconds)
    except NotCertifiedError as error:
        return Written((f"no certificate: {error}",))
    found = verify(data, directory=directory, seconds=seconds)
    if found.outcome == "not checked":
        return Written((f"no certificate: it was made, but not checked: {found.reason}",))
    if found.outcome != "accepted":
        return Written((f"no certificate: the checker refuses it: {found.reason}",), refused=True)
    try:
        write_file(path, data)
    except OSError as error:
        raise InputError([f"{path} cannot be written: {error.strerror}"]) from error
    shown = "; ".join(f"{clause}: {how}" for clause, how in found.shown)
    return Written((f"certificate {path} ({len(data):,} bytes), accepted by the checker: {shown}",))
