"""`tauomega find`: fill the holes of a claim."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tauomega.loading import load
from tauomega.theory.errors import InputError, MissingDependencyError

from .exit_code import ExitCode
from .line import output_width, write
from .progress import shown_progress
from .report_json import canonical, faults_to_json
from .seconds import SECONDS
from .semantics import require_table
from .solutions_file import SolutionsFile
from .solutions_json import (
    ending_to_json,
    number_to_json,
    solution_to_json,
)
from .user_definition import named_definition

if TYPE_CHECKING:
    from tauomega.solvers.search.results import SearchResult, Solution
    from tauomega.solvers.search.sketch import Sketch
    from tauomega.theory.task import Task

__all__ = ["command"]


@click.command(name="find")
@click.argument("task")
@click.option("--all", "every", is_flag=True, help="Every solution, those that read least first.")
@click.option("--count", "counting", is_flag=True, help="Only how many solutions there are.")
@click.option(
    "--limit",
    type=click.IntRange(1),
    default=10_000,
    show_default=True,
    help="The most solutions to list.",
)
@click.option(
    "--up-to-relabelling",
    "relabelled",
    is_flag=True,
    help="One of those that differ by names and values of the high level only.",
)
@click.option(
    "--timeout", type=SECONDS, default=60.0, help="Time to search in, such as 10s.  [default: 60s]"
)
@click.option("--family", metavar="F", help="Replace the task's family: block, all, taumax, …")
@click.option(
    "--definition",
    metavar="FILE.py:NAME",
    help="Replace the task's definition by a shipped one, or by your own; this runs FILE.py.",
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Append each solution to this file, one JSON value a line, before it is shown.",
)
@click.option("--resume", is_flag=True, help="Go on where the --output file ends.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON value on stdout.")
def command(
    task: str,
    every: bool,
    counting: bool,
    limit: int,
    relabelled: bool,
    timeout: float,
    family: str | None,
    definition: str | None,
    output: Path | None,
    resume: bool,
    as_json: bool,
) -> ExitCode:
    """Fill the holes `?(…)` of TASK so that its definition holds.

    Holes stand in τ, in τ_U and in mechanisms of both models; a site that is to be found is written
    ["?"], or ["?", candidates]; an ω, high = "?". Solutions that read the fewest variables come first. Exit status: 0
    found, 1 there is none, 2 bad input, 3 not known, 130 interrupted.
    """
    try:
        if counting and (every or output is not None):
            raise InputError(["--count lists nothing; leave --all and --output out"])
        if resume and output is None:
            raise InputError(["--resume goes on with a file; name it with --output FILE"])
        kind = None if definition is None else named_definition(definition)
        read = load(task, family=family, definition=kind, holes=True)
        require_table(read.claim)
        if counting:
            return _count(read, task, relabelled, timeout, as_json)
        most = limit if every else 1
        return _list(read, task, most, relabelled, timeout, output, resume, as_json)
    except MissingDependencyError as error:
        raise click.ClickException(str(error)) from error
    except InputError as error:
        if as_json:
            click.echo(canonical(faults_to_json(error)))
        raise


def _count(task: Task, target: str, relabelled: bool, timeout: float, as_json: bool) -> ExitCode:
    from tauomega.solvers.search.finding import count_all
    from tauomega.solvers.search.results import Counted
    from tauomega.solvers.search.solutions_text import number

    with shown_progress(f"counting {target}") as progress:
        result = count_all(
            task.claim,
            task.definition,
            sites=task.wanted,
            omega=task.wanted_omega,
            up_to_relabelling=relabelled,
            timeout=timeout,
            progress=progress,
        )
    if as_json:
        click.echo(canonical(number_to_json(result)))
    else:
        write(number(result, target, output_width()))
    if not isinstance(result, Counted):
        return ExitCode.UNKNOWN
    return ExitCode.HOLDS if result.number else ExitCode.FAILS


def _list(
    task: Task,
    target: str,
    most: int,
    relabelled: bool,
    timeout: float,
    output: Path | None,
    resume: bool,
    as_json: bool,
) -> ExitCode:
    from tauomega.solvers.search.finding import enumerate_all, sketch_of
    from tauomega.solvers.search.results import Found, NoneExists

    sketch = sketch_of(task.claim, task.wanted, task.wanted_omega)
    file = None
    if output is not None:
        file = SolutionsFile.opened(output, sketch, task, relabelled=relabelled, resume=resume)
    known = () if file is None else file.known
    if known and not as_json:
        click.echo(f"{len(known):,} solutions are in {output} already")
    show = _shower(file, len(known), silent=as_json)
    with shown_progress(f"searching {target}") as progress:
        result = enumerate_all(
            sketch,
            task.definition,
            limit=most,
            up_to_relabelling=relabelled,
            known=known,
            timeout=timeout,
            progress=progress,
            shown=show,
        )
    if file is not None:
        file.close()
    _print_ending(result, sketch, target, len(known), as_json)
    match result:
        case Found():
            return ExitCode.HOLDS
        case NoneExists():
            return ExitCode.FAILS
        case _:
            return ExitCode.UNKNOWN


def _shower(file: SolutionsFile | None, before: int, *, silent: bool) -> Callable[[Solution], None]:
    """What happens to a solution: it is written down, then shown."""
    number = before

    def show(solution: Solution) -> None:
        nonlocal number
        number += 1
        if file is not None:
            file.append(solution)
        if not silent:
            write(solution.lines(title=f"{number}.", width=output_width()))

    return show


def _print_ending(
    result: SearchResult, sketch: Sketch, target: str, before: int, as_json: bool
) -> None:
    if not as_json:
        from tauomega.solvers.search.solutions_text import ending

        write(ending(result, target, output_width(), before=before))
        return
    listed = [solution_to_json(sketch, s) for s in getattr(result, "solutions", ())]
    click.echo(canonical(ending_to_json(result, before) | {"solutions": list(listed)}))
