"""`tauomega prove`: run theorem scripts and say whether they come out as claimed."""

from __future__ import annotations

import click

from .exit_code import ExitCode
from .line import Line, output_width, write
from .outcome_report import outcome_to_json, outcomes_to_html, outcomes_to_latex, report_outcome
from .progress import shown_progress
from .report_json import canonical

__all__ = ["command"]


@click.command(name="prove")
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option("--list", "listed", is_flag=True, help="List the scripts and run none.")
@click.option("--json", "form", flag_value="json", help="Print one JSON value: a list of objects.")
@click.option("--html", "form", flag_value="html", help="Print a page.")
@click.option("--latex", "form", flag_value="latex", help="Print a LaTeX table.")
@click.option("--full", is_flag=True, help="Show every counterexample and model.")
def command(names: tuple[str, ...], listed: bool, form: str | None, full: bool) -> ExitCode:
    """Run the theorem scripts NAME, or all of them.

    Every script shows its hypotheses satisfiable, or drops them in turn, so that nothing holds
    vacuously. Exit status: 0 iff all come out as claimed, else 1.
    """
    from tauomega.proofs.discovery import find_theorem, theorem_names
    from tauomega.proofs.theorem import run

    wanted = [find_theorem(name) for name in names or theorem_names()]
    if listed:
        write(Line(f"{name:<48} {theorem.statement}") for name, theorem in wanted)
        return ExitCode.HOLDS
    outcomes = []
    with shown_progress("proving") as progress:
        for number, (name, theorem) in enumerate(wanted):
            if progress is not None:
                progress(number, len(wanted))
            outcomes.append(run(name, theorem))
            if form is None:
                write(report_outcome(outcomes[-1], output_width(), full=full or len(wanted) == 1))
    wrong = [outcome.name for outcome in outcomes if not outcome.as_claimed]
    match form:
        case "json":
            click.echo(canonical([outcome_to_json(outcome) for outcome in outcomes]))
        case "html":
            click.echo(outcomes_to_html(outcomes))
        case "latex":
            click.echo(outcomes_to_latex(outcomes))
        case _:
            seconds = sum(outcome.seconds for outcome in outcomes)
            tail = f"; not as claimed: {', '.join(wrong)}" if wrong else ""
            write(
                [
                    Line(
                        f"{len(outcomes) - len(wrong)} of {len(outcomes)} as claimed{tail}; {seconds:.1f} s"
                    )
                ]
            )
    return ExitCode.FAILS if wrong else ExitCode.HOLDS
