"""`tauomega verify`: check a certificate, and say what its claim rests on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from textwrap import wrap

import click

from tauomega.loading import task_source
from tauomega.proofs.certificates.verifying import Verified, verify
from tauomega.theory.errors import InputError

from .exit_code import ExitCode
from .line import Line, output_width, write
from .report_json import canonical
from .seconds import SECONDS

__all__ = ["command", "report_verified"]

LARGEST = 64_000_000
CODES = {
    "accepted": ExitCode.HOLDS,
    "refused": ExitCode.DISAGREEMENT,
    "not checked": ExitCode.UNKNOWN,
    "no certificate": ExitCode.BAD_INPUT,
}


@click.command(name="verify")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--task", metavar="TASK", help="Accept it only if it is about this task.")
@click.option(
    "--export",
    metavar="DIRECTORY",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write a clausal proof as problem.cnf and proof.drup, for other checkers.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON value on stdout.")
@click.option(
    "--timeout", type=SECONDS, default=60.0, help="Time to check in, such as 10s.  [default: 60s]"
)
def command(
    file: Path, task: str | None, export: Path | None, as_json: bool, timeout: float
) -> ExitCode:
    """Check the certificate in FILE, which `check --certificate` wrote.

    The checker runs in an interpreter of its own, which loads the standard library, the kernel and
    the checker only, and tells how many lines of code these are; then the certificate's task is read
    again. Exit status: 0 accepted, 4 refused, 3 not checked in time, 2 no certificate.
    """
    if file.stat().st_size > LARGEST:
        raise InputError([f"{file}: a certificate has at most {LARGEST:,} bytes"])
    wanted, directory = (None, file.parent) if task is None else task_source(task)
    found = verify(file.read_bytes(), task=wanted, directory=directory, seconds=timeout)
    if export is not None and found.outcome == "accepted":
        _export(file.read_bytes(), export)
    if as_json:
        click.echo(canonical(asdict(found)))
    else:
        write(report_verified(found, str(file), output_width()))
    return CODES[found.outcome]


def _export(data: bytes, directory: Path) -> None:
    from tauomega.proofs.certificates.checker.document import RefusedError, read_document
    from tauomega.proofs.certificates.exporting import clauses_and_proof

    try:
        clauses, proof = clauses_and_proof(read_document(data))
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "problem.cnf").write_text(clauses, encoding="ascii")
        (directory / "proof.drup").write_text(proof, encoding="ascii")
    except RefusedError as error:
        raise InputError([f"nothing to export: {error}"]) from error
    except OSError as error:
        raise InputError([f"{directory} cannot be written: {error.strerror}"]) from error


def report_verified(found: Verified, name: str, width: int) -> Iterator[Line]:
    """What was seen, as lines."""
    if found.outcome != "accepted":
        yield Line(f"{name}: {found.outcome.upper()}", "bold red")
        yield from _wrapped(found.reason, width, "  why         ")
        return
    yield Line(f"{name}: ACCEPTED", "bold green")
    yield from _wrapped(found.statement, width, "  proved      ")
    for clause, how in found.shown:
        yield from _wrapped(f"{clause}: {how}", width, "  shown by    ")
    for theorem in found.relies_on:
        yield from _wrapped(theorem, width, "  relies on   ")
    for line in found.read:
        yield from _wrapped(line, width, "  task        ")
    for line in found.unchecked:
        yield from _wrapped(line, width, "  not checked ")
    yield from _wrapped(_trusted(found.trusted), width, "  trusted     ")


def _trusted(modules: Sequence[tuple[str, int]]) -> str:
    """What was loaded to check a certificate, and how long it is."""
    short = (f"{name.rpartition('.')[2]} {lines}" for name, lines in modules)
    total = sum(lines for _, lines in modules)
    return f"{total:,} lines of Python in {len(modules)} modules: {', '.join(short)}"


def _wrapped(text: str, width: int, first: str) -> Iterator[Line]:
    for line in wrap(text, width, initial_indent=first, subsequent_indent=" " * len(first)):
        yield Line(line)
