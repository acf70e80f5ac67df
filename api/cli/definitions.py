"""`tauomega definitions`: every notion that a claim can be checked under, and how they relate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from enum import Enum
from textwrap import wrap
from typing import Any

import click

from tauomega.loading import load
from tauomega.theory.definition import Definition
from tauomega.theory.definitions import consequences, definitions, find_definition
from tauomega.theory.errors import InputError
from tauomega.theory.implying import Condition, listed
from tauomega.theory.metric import Metric
from tauomega.theory.metric_kinds import require_metrics
from tauomega.theory.parameters import parameter_hints, parameter_names, parameter_words

from .deciders import deciders
from .exit_code import ExitCode
from .line import Line, output_width, write
from .report_json import Json, canonical

__all__ = ["command"]


@click.command(name="definitions")
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON value.")
def command(name: str | None, as_json: bool) -> ExitCode:
    """List the definitions, or show the one called NAME.

    Of NAME it also says which engines accept it, on the shipped examples.
    A definition's parameters are keys at the top of a task file. "stronger: X (not conversely: E)"
    says that X implies it, and that the example E tells them apart; ", if …" says of which claims.
    """
    listed = definitions() if name is None else (find_definition(name),)
    engines = () if name is None else deciders(listed[0])
    if as_json:
        click.echo(canonical([_as_json(definition, engines) for definition in listed]))
    else:
        write(line for definition in listed for line in _lines(definition, output_width(), engines))
    return ExitCode.HOLDS


def _lines(definition: type[Definition], width: int, engines: tuple[str, ...]) -> Iterator[Line]:
    yield Line(definition.name, "bold")
    for text in wrap(definition.statement, width - 2):
        yield Line(f"  {text}")
    yield Line(f"  source      {definition.source}")
    for word, other, example, condition in _related(definition):
        text = f"{other}{condition and f', if {condition}'} (not conversely: {example})"
        yield from _wrapped(f"  {word:<10}  ", text, width)
    yield Line(f"  holds on    {definition.holds_on}")
    yield Line(f"  fails on    {definition.fails_on}")
    if engines:
        yield Line(f"  decided by  {', '.join(engines)}")
    written = ", ".join(f"{key} = {default}" for key, default in _parameters(definition))
    yield from _wrapped("  parameters  ", written, width)
    if engines:
        for key, choices in _choices(definition):
            yield from _wrapped(f"    {key}: ", f"one of {', '.join(choices)}", width)
    yield Line("")


def _choices(definition: type[Definition]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The parameters that choose among words, each with all of them."""
    for key, hint in parameter_hints(definition).items():
        words = parameter_words(hint) if key in parameter_names(definition) else ()
        if key == "metric":
            words = tuple(word for word in words if _measures(definition, Metric(word)))
        if words:
            yield key, words


def _measures(definition: type[Definition], metric: Metric) -> bool:
    """Whether a definition can be asked in a metric, of states or of laws."""
    kind: Any = definition
    claim = load(definition.holds_on).claim
    try:
        require_metrics(definition.name, kind(metric=metric).defect(claim))
    except InputError:
        return False
    return True


def _wrapped(first: str, text: str, width: int) -> Iterator[Line]:
    indent = " " * len(first)
    yield from map(Line, wrap(text, width, initial_indent=first, subsequent_indent=indent))


def _related(definition: type[Definition]) -> Iterator[tuple[str, str, str, str]]:
    """Stronger or weaker, which definition, the example that tells them apart, what must be so of a claim."""
    for other in listed(definition.stronger):
        given = consequences(find_definition(other.name))[definition.name]
        yield "stronger", other.name, other.separated_by, _words(given)
    for other in listed(definition.weaker):
        given = consequences(definition)[other.name]
        yield "weaker", other.name, other.separated_by, _words(given)


def _words(condition: Condition | None) -> str:
    return "" if condition is None else condition.words


def _parameters(definition: type[Definition]) -> list[tuple[str, str]]:
    """Every parameter with its default as a task writes it."""
    return [(field.name, _written(field.default)) for field in fields(definition)]  # type: ignore[arg-type]  # a Definition is a dataclass


def _written(value: object) -> str:
    match value:
        case None:
            return "its default"
        case Enum():
            return str(value.value)
        case _:
            return str(value)


def _as_json(definition: type[Definition], engines: tuple[str, ...]) -> dict[str, Json]:
    def related(wanted: str) -> list[Json]:
        return [
            {"definition": other, "separated_by": example, **({"if": words} if words else {})}
            for word, other, example, words in _related(definition)
            if word == wanted
        ]

    return {
        "name": definition.name,
        "statement": definition.statement,
        "source": definition.source,
        "stronger": related("stronger"),
        "weaker": related("weaker"),
        "needs": [*sorted(role.value for role in definition.needs)],
        "holds_on": definition.holds_on,
        "fails_on": definition.fails_on,
        "parameters": dict(_parameters(definition)),
        **({"decided_by": [*engines]} if engines else {}),
    }
