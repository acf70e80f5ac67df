"""Solutions on disk, one JSON value a line: what was shown is never lost, and a search goes on from it.

A line is written, flushed and synced before its solution is shown. The first line says which search it
is, by the hash of the claim, the definition and the question; a last line that is torn is dropped.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, fields
from pathlib import Path
from typing import IO, Any, final

from tauomega.solvers.search.results import Solution
from tauomega.solvers.search.sketch import Candidate, Sketch
from tauomega.theory.errors import InputError
from tauomega.theory.kernel import Value, format_expression
from tauomega.theory.task import Task

from .report_json import canonical
from .solutions_json import SCHEMA, solution_to_json

__all__ = ["SolutionsFile"]

MOST_BYTES = 1_000_000_000


@final
@dataclass(frozen=True, slots=True)
class SolutionsFile:
    """An open file of solutions, and the candidates that it had when it was opened."""

    handle: IO[bytes]
    sketch: Sketch
    known: tuple[Candidate, ...]

    @classmethod
    def opened(
        cls, path: Path, sketch: Sketch, task: Task, *, relabelled: bool, resume: bool
    ) -> SolutionsFile:
        """A new file, or one to go on with.

        Raises:
            InputError: the file is there and is not to be resumed; it is of another search, or no such
                file at all; it cannot be written.
        """
        digest = _digest(sketch, task, relabelled)
        known: tuple[Candidate, ...] = ()
        end = 0
        try:
            if path.exists():
                if not resume:
                    message = f"{path} exists; go on with it by --resume, or name another file"
                    raise InputError([message])
                if path.stat().st_size > MOST_BYTES:
                    raise InputError([f"{path} has more than {MOST_BYTES:,} bytes"])
                known, end = _read(path, path.read_bytes(), sketch, digest)
            handle = path.open("r+b" if end else "wb")
            handle.truncate(end)
            handle.seek(end)
        except OSError as error:
            raise InputError([f"{path} cannot be used: {error.strerror}"]) from error
        file = cls(handle, sketch, known)
        if not end:
            file._write({"schema": SCHEMA, "search": digest})
        return file

    def append(self, solution: Solution) -> None:
        """Write a solution down, for good."""
        self._write({"solution": solution_to_json(self.sketch, solution)})

    def close(self) -> None:
        """Close the file."""
        self.handle.close()

    def _write(self, value: dict[str, Any]) -> None:
        self.handle.write(canonical(value).encode() + b"\n")
        self.handle.flush()
        os.fsync(self.handle.fileno())


def _digest(sketch: Sketch, task: Task, relabelled: bool) -> str:
    claim = sketch.claim
    definition: Any = task.definition
    parts = [
        str(claim.scm),
        str(claim.high),
        repr([(n, format_expression(e)) for n, e in claim.tau.items()]),
        repr([(n, format_expression(e)) for n, e in (claim.tau_u or {}).items()]),
        repr(
            (
                claim.omega,
                dict(claim.sites),
                dict(sketch.sites),
                claim.high_interventions,
                sketch.omega,
            )
        ),
        repr((sorted(claim.inert), sorted(claim.internal), relabelled)),
        definition.name,
        repr([(f.name, str(getattr(definition, f.name))) for f in fields(definition)]),
    ]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _read(
    path: Path, data: bytes, sketch: Sketch, digest: str
) -> tuple[tuple[Candidate, ...], int]:
    """The candidates of a file, and where its last whole line ends."""
    end = data.rfind(b"\n") + 1
    lines = data[:end].splitlines()
    try:
        values = [json.loads(line) for line in lines]
        if not values and data and not b'{"schema"'.startswith(data[:9]):
            raise ValueError
        if values and values[0].get("schema") != SCHEMA:
            raise ValueError
        same = not values or values[0].get("search") == digest
        filled = [value["solution"]["filled"] for value in values[1:]] if same else []
        found = tuple(_candidate(tables, sketch) for tables in filled)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InputError([f"{path} is no file of solutions; name another file"]) from error
    if not same:
        raise InputError([f"{path} holds the solutions of another search; name another file"])
    return found, end


def _candidate(filled: Any, sketch: Sketch) -> Candidate:
    found = []
    for unknown, given in zip(sketch.unknowns, filled, strict=True):
        table: list[Value] = []
        for text, values in zip(given["table"], unknown.values, strict=True):
            named = {str(value): value for value in values}
            table.append(named[text])
        found.append(tuple(table))
    return tuple(found)
