"""`tauomega check`: decide a claim and say why."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import click

from tauomega.loading import load, task_source
from tauomega.theory.errors import EngineDisagreementError, InputError
from tauomega.theory.reports.verdict_text import report
from tauomega.theory.task import Task
from tauomega.theory.verdict import Fails, Holds, Verdict

from .certifying import Written, certify, why_no_certificate
from .disagreement import keep_bundle
from .exit_code import ExitCode
from .line import output_width, write
from .progress import shown_measuring
from .report_json import canonical, faults_to_json, verdict_to_json
from .sampling import DRAWS, SEED
from .seconds import SECONDS
from .semantics import comparison, comparison_to_json, names_of, of_own_type, under, with_refusals
from .tolerance import TOLERANCE
from .user_definition import named_definition

__all__ = ["command", "exit_code_of"]


@click.command(name="check")
@click.argument("task")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON value on stdout.")
@click.option(
    "--timeout", type=SECONDS, default=60.0, help="Time to decide in, such as 10s.  [default: 60s]"
)
@click.option(
    "--engine",
    "engines",
    multiple=True,
    metavar="NAME",
    help="Ask this engine; give it several times, or 'all', to compare.",
)
@click.option("--family", metavar="F", help="Replace the task's family: block, all, taumax, …")
@click.option(
    "--definition",
    metavar="FILE.py:NAME",
    help="Replace the task's definition by a shipped one, or by your own; this runs FILE.py.",
)
@click.option(
    "--certificate",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write evidence that `tauomega verify` checks to FILE.",
)
@click.option(
    "--semantics",
    metavar="S",
    help="Replace a network's semantics: real, exact-grid, all-orders(bfloat16), …; 'all' compares them.",
)
@click.option(
    "--at-most",
    type=TOLERANCE,
    metavar="α",
    help="Allow a distance up to α, an exact number such as 1/10, in place of the task's.",
)
@DRAWS
@SEED
def command(
    task: str,
    as_json: bool,
    timeout: float,
    engines: tuple[str, ...],
    family: str | None,
    definition: str | None,
    certificate: Path | None,
    semantics: str | None,
    at_most: Fraction | None,
    draws: int | None,
    seed: int,
) -> ExitCode:
    """Decide TASK, a TOML file or the name of a shipped example.

    Prints a proof, a counterexample, or why it is unknown. Exit status: 0 holds, 1 fails,
    2 bad input, 3 unknown, 4 engines disagree, 130 interrupted, with what was known by then; under several
    semantics, the worst.
    """
    from tauomega.solvers.course import CheckInterrupted

    try:
        kind = None if definition is None else named_definition(definition)
        name = None if semantics in (None, "all") else names_of(semantics)[0]
        if certificate is not None and semantics is not None:
            raise InputError(
                ["a certificate is about the task as it stands; leave --semantics out"]
            )
        loaded = load(task, family=family, definition=kind)
        if at_most is not None:
            loaded = replace(loaded, at_most=at_most)
        written = None
        if certificate is not None:
            reason = why_no_certificate(loaded, certificate)
            written = Written(reason=reason) if reason else None
            if written is not None:
                click.echo(written.line, err=True)
        drawing = draws, seed
        verdicts: dict[str, Verdict] = {}
        stopped = False
        if semantics == "all":
            verdicts, stopped = _compared(loaded, task, timeout, engines, drawing)
        else:
            try:
                verdicts[task] = _decide(loaded, task, timeout, engines, name, drawing)
            except CheckInterrupted as interrupt:
                verdicts[task], stopped = interrupt.verdict, True
        verdict = min(verdicts.values())
        if certificate is not None and written is None and not stopped:
            written = certify(loaded, verdict, task_source(task), certificate, timeout)
            click.echo(written.line, err=True)
    except InputError as error:
        if as_json:
            click.echo(canonical(faults_to_json(error)))
        raise
    except EngineDisagreementError as error:
        raise EngineDisagreementError(f"{error}{keep_bundle(task, error.bundle)}") from error
    if semantics == "all":
        if as_json:
            click.echo(canonical(comparison_to_json(verdicts)))
        else:
            write(comparison(verdicts, title=task, width=output_width()))
    elif as_json:
        also = {} if written is None else {"certificate": written.as_json()}
        click.echo(canonical(verdict_to_json(verdict) | also))
    else:
        write(report(verdict, width=output_width(), title=task))
    if written is not None and written.refused:
        return ExitCode.DISAGREEMENT
    if stopped:
        raise click.Abort
    return exit_code_of(verdict)


def _compared(
    task: Task,
    target: str,
    timeout: float,
    engines: tuple[str, ...],
    drawing: tuple[int | None, int],
) -> tuple[dict[str, Verdict], bool]:
    """The claim under every semantics, and whether it was interrupted."""
    from tauomega.solvers.course import CheckInterrupted

    names = of_own_type(names_of("all"), task.claim)
    verdicts: dict[str, Verdict] = {}
    refusals: dict[str, InputError] = {}
    for name in names:
        try:
            verdicts[name] = _decide(task, target, timeout, engines, name, drawing)
        except CheckInterrupted as interrupt:
            verdicts[name] = interrupt.verdict
            return with_refusals(names, verdicts, refusals), True
        except InputError as error:
            refusals[name] = error
    return with_refusals(names, verdicts, refusals), False


def exit_code_of(verdict: Verdict) -> ExitCode:
    """0 holds, 1 fails, 3 unknown."""
    match verdict:
        case Holds():
            return ExitCode.HOLDS
        case Fails():
            return ExitCode.FAILS
        case _:
            return ExitCode.UNKNOWN


def _decide(
    task: Task,
    target: str,
    timeout: float,
    engines: tuple[str, ...],
    semantics: str | None,
    drawing: tuple[int | None, int],
) -> Verdict:
    from tauomega.solvers.checking import check

    claim = task.claim if semantics is None else under(task.claim, semantics)
    with shown_measuring(f"checking {target}") as (progress, narrowed):
        return check(
            claim,
            task.definition,
            timeout=timeout,
            engines=engines or None,
            at_most=task.at_most,
            progress=progress,
            narrowed=narrowed,
            draws=drawing[0],
            seed=drawing[1],
        )
