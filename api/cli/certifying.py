"""The certificate of a verdict or a distance: made, checked, and only then written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import final

from tauomega.solvers.distance import Distance
from tauomega.theory.errors import InputError
from tauomega.theory.task import Task
from tauomega.theory.verdict import Unknown, Verdict

from .report_json import Json

__all__ = ["Written", "certify", "certify_distance", "why_no_certificate"]


@final
@dataclass(frozen=True, slots=True)
class Written:
    """What to tell about a certificate.

    Attributes:
        file: where it was written; nothing if it was not.
        reason: why it was not.
        size: its bytes.
        shown: (clause, how the checker checked it).
        refused: our own checker did not believe it.
    """

    file: Path | None = None
    reason: str = ""
    size: int = 0
    shown: tuple[tuple[str, str], ...] = ()
    refused: bool = False

    @property
    def line(self) -> str:
        """The same in words."""
        if self.file is None:
            return f"no certificate: {self.reason}"
        shown = "; ".join(f"{clause}: {how}" for clause, how in self.shown)
        return f"certificate {self.file} ({self.size:,} bytes), accepted by the checker: {shown}"

    def as_json(self) -> Json:
        """The same as JSON."""
        return {
            "file": None if self.file is None else str(self.file),
            "reason": self.reason,
            "shown": [[clause, how] for clause, how in self.shown],
        }


def why_no_certificate(task: Task, path: Path, *, distance: bool = False) -> str:
    """Why there can be none, before anything is decided; empty if there may be one.

    Raises:
        InputError: the file's folder is missing.
    """
    from tauomega.proofs.certificates.asked import why_not

    if not path.absolute().parent.is_dir():
        raise InputError([f"{path} cannot be written: there is no folder {path.parent}"])
    return why_not(task.claim, task.definition, task.at_most, distance=distance)


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
    from tauomega.proofs.certificates.writing import certificate_of

    if isinstance(verdict, Unknown):
        return Written(reason="the verdict is unknown")

    def made() -> bytes:
        return certificate_of(task.claim, task.definition, verdict, task=source[0], seconds=seconds)

    return _written(made, source[1], path, seconds)


def certify_distance(
    task: Task, found: Distance, source: tuple[str, Path], path: Path, seconds: float
) -> Written:
    """Make the certificate of an exact distance likewise.

    Raises:
        InputError: the file cannot be written.
    """
    from tauomega.proofs.certificates.writing import certificate_of_distance

    def made() -> bytes:
        return certificate_of_distance(
            task.claim, task.definition, found, task=source[0], seconds=seconds
        )

    return _written(made, source[1], path, seconds)


def _written(made: Callable[[], bytes], directory: Path, path: Path, seconds: float) -> Written:
    from tauomega.proofs.certificates.encoding import NotCertifiedError
    from tauomega.proofs.certificates.verifying import verify
    from tauomega.theory.whole_file import write_file

    try:
        data = made()
    except NotCertifiedError as error:
        return Written(reason=str(error))
    found = verify(data, directory=directory, seconds=seconds)
    if found.outcome == "not checked":
        return Written(reason=f"it was made, but not checked: {found.reason}")
    if found.outcome != "accepted":
        return Written(reason=f"the checker refuses it: {found.reason}", refused=True)
    try:
        write_file(path, data)
    except OSError as error:
        raise InputError([f"{path} cannot be written: {error.strerror}"]) from error
    return Written(path, size=len(data), shown=found.shown)
