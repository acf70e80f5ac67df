"""`tauomega examples`: the shipped tasks."""

from __future__ import annotations

import click

from tauomega.loading import example_names, example_text

from .exit_code import ExitCode
from .line import Line, write
from .report_json import canonical

__all__ = ["command"]


@click.command(name="examples")
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON value.")
def command(name: str | None, as_json: bool) -> ExitCode:
    """List the shipped examples, or print the task file of the one called NAME."""
    if name is not None:
        text = example_text(name)
        click.echo(canonical({"name": name, "text": text}) if as_json else text.rstrip("\n"))
        return ExitCode.HOLDS
    titles = {listed: _title(example_text(listed)) for listed in example_names()}
    if as_json:
        click.echo(canonical([{"name": n, "title": title} for n, title in titles.items()]))
        return ExitCode.HOLDS
    width = max(len(listed) for listed in titles)
    write(Line(f"{listed:<{width}}  {title}") for listed, title in titles.items())
    click.echo("\ntauomega check NAME decides one; tauomega examples NAME prints its file")
    return ExitCode.HOLDS


def _title(text: str) -> str:
    """The first line of the file, a comment that says what the example shows."""
    return text.splitlines()[0].removeprefix("#").strip()
