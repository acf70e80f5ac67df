"""`tauomega bench`: interpretability methods against labels that are decided."""

from __future__ import annotations

import csv
import sys
from importlib.resources import files
from pathlib import Path

import click

from tauomega.theory.errors import InputError

from .bench_report import html_report, json_report, text_report
from .exit_code import ExitCode
from .line import write
from .progress import shown_progress

__all__ = ["command"]


@click.group(name="bench")
def command() -> None:
    """Run interpretability methods against labels that are decided."""


@command.command(name="run")
@click.argument("suite")
@click.option(
    "--output", "output", required=True, metavar="DIR", help="Where results are appended."
)
@click.option(
    "--task",
    "tasks",
    multiple=True,
    metavar="FILE",
    help="Add a task: an interchange claim in a TOML file, or FILE.py, which is run.",
)
@click.option(
    "--method",
    "methods",
    multiple=True,
    metavar="NAME",
    help="Only this method, by name, or your own: FILE.py, which is run. Several may be given.",
)
@click.option("--pairs", metavar="FILE.jsonl", help="Counterfactual pairs for the tasks added.")
@click.option("--seeds", default=1, show_default=True, help="How many seeds.")
@click.option("--workers", default=2, show_default=True, help="How many processes.")
@click.option(
    "--order", type=int, metavar="N", help="Shuffle the units; results do not depend on it."
)
@click.option(
    "--resume", is_flag=True, help="Keep the results that DIR has, and do what is missing."
)
def run(
    suite: str,
    output: str,
    tasks: tuple[str, ...],
    methods: tuple[str, ...],
    pairs: str | None,
    seeds: int,
    workers: int,
    order: int | None,
    resume: bool,
) -> ExitCode:
    """Run SUITE (`smoke`, or `none` for the added tasks alone) and print the table.

    Results are JSON lines in DIR, one file a worker; an interrupted run goes on with --resume.
    """
    from tauomega.bridge.benchmark.running import run_suite
    from tauomega.bridge.benchmark.suites import make_suite
    from tauomega.bridge.benchmark.table import read_report

    chosen = make_suite(suite, extra_tasks=tasks, only=methods, seeds=seeds)
    if not chosen.tasks:
        raise InputError([f"the suite {suite!r} has no task of its own; add one with --task FILE"])
    with shown_progress(f"bench {suite}") as progress:
        run_suite(
            chosen,
            Path(output),
            pairs=pairs,
            workers=workers,
            resume=resume,
            order=order,
            progress=progress,
        )
    report = read_report(Path(output))
    write(text_report(report))
    return ExitCode.HOLDS


@command.command(name="report")
@click.argument("directory")
@click.option(
    "--csv", "kind", flag_value="csv", help="One row for each task, claim, method, metric."
)
@click.option("--html", "kind", flag_value="html", help="A page, on stdout.")
@click.option("--json", "kind", flag_value="json", help="One JSON value on stdout.")
def report(directory: str, kind: str | None) -> ExitCode:
    """Print what the results in DIRECTORY say. Timing is no part of it."""
    from tauomega.bridge.benchmark.table import COLUMNS, read_report

    found = read_report(Path(directory))
    match kind:
        case "csv":
            writer = csv.writer(sys.stdout, lineterminator="\n")
            writer.writerow(COLUMNS)
            writer.writerows([getattr(row, c) for c in COLUMNS] for row in found.rows)
        case "html":
            click.echo(html_report(found))
        case "json":
            click.echo(json_report(found))
        case _:
            write(text_report(found))
    return ExitCode.UNKNOWN if found.missing else ExitCode.HOLDS


@command.command(name="new")
@click.argument("kind", type=click.Choice(["method", "task"]))
@click.argument("name")
def new(kind: str, name: str) -> ExitCode:
    """Write NAME.py, a method or a task to start from, which runs as it is."""
    stem = name.removesuffix(".py")
    path = Path(f"{stem}.py")
    word = path.stem.replace("-", "_")
    if not word.isidentifier():
        raise InputError([f"{name!r} is no name of a Python file; use letters, digits and _"])
    template = files(__package__).joinpath(f"template_{kind}.txt").read_text(encoding="utf-8")
    title = "".join(part.capitalize() for part in word.split("_"))
    text = template.replace("{title}", title).replace("{name}", word.replace("_", "-"))
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text.replace("{file}", str(path)))
    except FileExistsError:
        raise InputError([f"{str(path)!r} exists; choose another name, or remove it"]) from None
    except OSError as error:
        raise InputError([f"{str(path)!r} cannot be written: {error.strerror}"]) from error
    click.echo(f"wrote {path}; now: tauomega bench run smoke --{kind} {path} --output results")
    return ExitCode.HOLDS
