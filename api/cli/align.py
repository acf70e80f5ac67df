"""`tauomega align`: learn an alignment of a network, decide it, and learn again from what fails."""

from __future__ import annotations

import time
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tauomega.loading import load, task_source
from tauomega.theory.errors import InputError, OutOfReachError

from .alignment_report import alignment_lines, alignment_to_json
from .exit_code import ExitCode
from .line import output_width, write
from .progress import shown_progress
from .report_json import canonical, faults_to_json
from .seconds import SECONDS

if TYPE_CHECKING:
    from tauomega.bridge.alignment.alignment_class import AlignmentClass
    from tauomega.bridge.alignment.guided import Aligned, Guidance, Search
    from tauomega.bridge.alignment.orders import Orders
    from tauomega.bridge.alignment.question import AlignmentQuestion
    from tauomega.bridge.alignment.scoring import Score

__all__ = ["command"]


@click.command(name="align")
@click.argument("task")
@click.option(
    "--class",
    "class_name",
    default="orthogonal",
    show_default=True,
    metavar="NAME",
    help="The class of maps; orthogonal is DAS, and an unknown name is answered with all of them.",
)
@click.option("--rounds", type=click.IntRange(1, 10_000), default=12, show_default=True)
@click.option("--steps", type=click.IntRange(1, 1_000_000), default=1000, show_default=True)
@click.option("--batch", type=click.IntRange(1, 1_000_000), default=1024, show_default=True)
@click.option("--rate", type=float, default=0.02, show_default=True, help="The learning rate.")
@click.option("--seed", type=click.IntRange(0, 2**31), default=0, show_default=True)
@click.option(
    "--timeout", type=SECONDS, default=60.0, help="Time to search in, such as 10s.  [default: 60s]"
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the alignment as a task that `tauomega check` decides.",
)
@click.option(
    "--state",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Keep where the search stands in FILE, after every round.",
)
@click.option("--resume", is_flag=True, help="Go on where the --state file ends.")
@click.option(
    "--orders",
    type=click.Choice(["float64", "float32", "tfloat32", "float16", "bfloat16"]),
    help="Settle a linear map in this format too, for every order of summation.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON value on stdout.")
def command(
    task: str,
    class_name: str,
    rounds: int,
    steps: int,
    batch: int,
    rate: float,
    seed: int,
    timeout: float,
    output: Path | None,
    state: Path | None,
    resume: bool,
    orders: str | None,
    as_json: bool,
) -> ExitCode:
    """Look for features of a layer of TASK's network that carry the variables with sites.

    TASK is an interchange claim about a network, at the codes of contexts or over boxes. Its sites say
    which layer, and how many features each variable may have. A map of the class is trained, frozen to
    exact numbers, and every interchange is decided; failing pairs are learnt from until none is left.
    Exit status: 0 proved, 1 no map of the class is one, 2 bad input, 3 not known, 130 interrupted.
    """
    from tauomega.bridge.alignment import find_alignment_class
    from tauomega.bridge.alignment.fitting import Fitting
    from tauomega.bridge.alignment.guided import Guidance

    try:
        if resume and state is None:
            raise InputError(["--resume goes on with a file; name it with --state FILE"])
        kind = find_alignment_class(class_name)
        question, radius = _question(task)
        guidance = Guidance(Fitting(steps, batch, rate), rounds, seed=seed, radius=radius)
        if output is not None and output.exists():
            raise InputError([f"{output} exists; name another file"])
        found, score = _search(task, question, kind, guidance, timeout, state, resume)
        settled = None if orders is None else _settled(task, question, found, orders)
        if output is not None:
            _write(task, question, found, output)
    except OutOfReachError as error:
        raise InputError([str(error)]) from error
    except InputError as error:
        if as_json:
            click.echo(canonical(faults_to_json(error)))
        raise
    if as_json:
        click.echo(canonical(alignment_to_json(question, found, score, settled, radius)))
    else:
        write(
            alignment_lines(
                question,
                found,
                score,
                settled,
                radius,
                kind.summary,
                title=task,
                width=output_width(),
            )
        )
    codes = {"proved": ExitCode.HOLDS, "impossible": ExitCode.FAILS, "unknown": ExitCode.UNKNOWN}
    return codes[found.outcome.value]


def _question(task: str) -> tuple[AlignmentQuestion, Fraction | None]:
    """The question of a task, and the radius of its boxes, if it is about boxes."""
    from tauomega.bridge.alignment.question import AlignmentQuestion
    from tauomega.theory.definitions.interchange import InterchangeConsistency
    from tauomega.theory.definitions.interchange_over_boxes import InterchangeOverBoxes
    from tauomega.theory.policy import Scored

    loaded = load(task)
    definition = loaded.definition
    faults = []
    radius = None
    match definition:
        case InterchangeOverBoxes():
            radius = definition.radius
        case InterchangeConsistency(sources=sources, scored=scored):
            if sources.name != "all":
                faults.append(
                    f'align decides every (source, base) pair: sources = "all", not {sources}'
                )
            if scored is not Scored.OUTPUTS:
                faults.append(f'align compares outputs: scored = "outputs", not "{scored.value}"')
        case _:
            faults.append(
                'align looks for interchange claims: write definition = "interchange" or '
                f'"interchange-over-boxes", not {definition.name}'
            )
    if faults:
        raise InputError(faults)
    assert isinstance(definition, InterchangeConsistency | InterchangeOverBoxes)
    return AlignmentQuestion.from_claim(loaded.claim, joint=definition.joint.k), radius


def _search(
    task: str,
    question: AlignmentQuestion,
    kind: AlignmentClass,
    guidance: Guidance,
    timeout: float,
    state: Path | None,
    resume: bool,
) -> tuple[Aligned, Score]:
    from tauomega.bridge.alignment.guided import Search, align, concluded
    from tauomega.bridge.alignment.scoring import score
    from tauomega.bridge.alignment.search_file import load_search, save_search, search_digest

    end = time.monotonic() + timeout
    search = Search()
    digest = search_digest(question, kind.name, guidance)
    if state is not None:
        if resume:
            search = load_search(state, digest, question)
        elif state.exists():
            raise InputError([f"{state} exists; go on with it by --resume, or name another file"])

    def saved(search: Search) -> None:
        if state is not None:
            save_search(state, digest, search)

    with shown_progress(f"aligning {task}") as progress:
        found = align(
            question,
            kind,
            guidance,
            search=search,
            saved=saved,
            stop=lambda: time.monotonic() > end,
            told=progress,
        )
        return concluded(question, found), score(question, kind, found, guidance)


def _settled(task: str, question: AlignmentQuestion, found: Aligned, dtype: str) -> Orders:
    from tauomega.bridge.alignment.orders import settle_orders

    with shown_progress(f"enclosing {task} in {dtype}") as progress:
        return settle_orders(question, found.alignment, dtype, told=progress)


def _write(task: str, question: AlignmentQuestion, found: Aligned, output: Path) -> None:
    from tauomega.bridge.alignment.aligned_task import aligned_task
    from tauomega.theory.toml_source import read_toml
    from tauomega.theory.whole_file import write_file

    text, source = task_source(task)
    table, _ = read_toml(text, task)
    made = aligned_task(
        table, question, found.alignment, source=source, target=output.absolute().parent
    )
    try:
        write_file(output, made.encode())
    except OSError as error:
        raise InputError([f"{output} cannot be written: {error.strerror}"]) from error
