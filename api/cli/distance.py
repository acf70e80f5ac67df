"""`tauomega distance`: how far a claim is from satisfying a definition, exactly."""

from __future__ import annotations

from pathlib import Path

import click

from tauomega.loading import load, task_source
from tauomega.solvers.distance import Distance
from tauomega.solvers.distance_text import value_words
from tauomega.theory.errors import InputError
from tauomega.theory.quantity import lower, upper
from tauomega.theory.reports.wording import evidence_words

from .certifying import Written, certify_distance, why_no_certificate
from .counterexample_json import number_to_json
from .exit_code import ExitCode
from .line import output_width, write
from .progress import shown_measuring
from .report_json import Json, canonical, estimate_to_json, faults_to_json
from .sampling import DRAWS, SEED
from .seconds import SECONDS
from .user_definition import named_definition

__all__ = ["command"]

SCHEMA = "tauomega/distance/1"


@click.command(name="distance")
@click.argument("task")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON value on stdout.")
@click.option(
    "--timeout", type=SECONDS, default=60.0, help="Time to compute in, such as 10s.  [default: 60s]"
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
    help="Write evidence of the exact distance that `tauomega verify` checks to FILE.",
)
@DRAWS
@SEED
def command(
    task: str,
    as_json: bool,
    timeout: float,
    family: str | None,
    definition: str | None,
    certificate: Path | None,
    draws: int | None,
    seed: int,
) -> ExitCode:
    """Print the exact distance of TASK, a TOML file or the name of a shipped example.

    The value is a rational, a real number in a certified enclosure, or ∞; never a sample. With --estimate, what is
    not computed in time is estimated from draws, and called so. Exit status: 0 computed, 2 bad input,
    3 not computed in time, estimated or not, 130 interrupted; both print the bounds that are known, with the square
    where the lower one is attained.
    """
    from tauomega.solvers.distance import MeasuringInterrupted, distance

    try:
        kind = None if definition is None else named_definition(definition)
        read = load(task, family=family, definition=kind)
        stopped, written = False, None
        if certificate is not None:
            reason = why_no_certificate(read, certificate, distance=True)
            written = Written(reason=reason) if reason else None
            if written is not None:
                click.echo(written.line, err=True)
        with shown_measuring(f"measuring {task}") as (progress, narrowed):
            try:
                found = distance(
                    read.claim,
                    read.definition,
                    timeout=timeout,
                    progress=progress,
                    narrowed=narrowed,
                    draws=draws,
                    seed=seed,
                )
            except MeasuringInterrupted as interrupt:
                found, stopped = interrupt.found, True
        if certificate is not None and written is None and not stopped:
            written = certify_distance(read, found, task_source(task), certificate, timeout)
            click.echo(written.line, err=True)
    except InputError as error:
        if as_json:
            click.echo(canonical(faults_to_json(error)))
        raise
    if as_json:
        also = {} if written is None else {"certificate": written.as_json()}
        click.echo(canonical(_as_json(found) | also))
    else:
        write(found.lines(title=task, width=output_width()))
    if stopped:
        return ExitCode.INTERRUPTED
    if written is not None and written.refused:
        return ExitCode.DISAGREEMENT
    return ExitCode.UNKNOWN if found.value is None else ExitCode.HOLDS


def _as_json(found: Distance) -> dict[str, Json]:
    question = found.question
    value: Json = None
    if found.value is not None:
        value = {
            "lo": number_to_json(lower(found.value)),
            "hi": number_to_json(upper(found.value)),
            "shown": value_words(found.value),
        }
    return {
        "schema": SCHEMA,
        "definition": question.definition,
        "parameters": dict(question.parameters),
        "semantics": question.semantics,
        "sentence": question.sentence,
        "distance": value,
        "where": dict(found.where),
        "reason": found.reason,
        "bounds": {
            "lo": number_to_json(found.bounds.lo),
            "hi": number_to_json(found.bounds.hi),
        },
        **({"estimate": estimate_to_json(found.estimate)} if found.estimate is not None else {}),
        "evidence": None if found.evidence is None else evidence_words(found.evidence),
        "run": {"engines": list(found.run.engines), "seconds": found.run.seconds},
    }
