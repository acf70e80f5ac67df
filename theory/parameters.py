"""A definition's parameters, read from a task: its dataclass fields are the keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from enum import Enum
from fractions import Fraction
from functools import cache
from typing import Any, get_args, get_type_hints

from .definition import Definition
from .errors import Fault, InputError, Source
from .exact_text import exact_number
from .family import FAMILIES, Family, Given, parse_family
from .intervention import Intervention
from .kernel.errors import nearest
from .policy import PAIRS, Depth, Pairs, Sources

__all__ = [
    "build_definition",
    "parameter_hints",
    "parameter_names",
    "parameter_words",
    "read_parameter",
]


def parameter_names(definition: type[Definition]) -> tuple[str, ...]:
    """The keys that a definition has."""
    kind: Any = definition
    return tuple(field.name for field in fields(kind))


def build_definition(
    definition: type[Definition],
    values: Mapping[str, object],
    *,
    interventions: tuple[Intervention, ...] | None = None,
    source: Callable[[str], Source] = lambda key: Source(key),
) -> Definition:
    """The definition with these parameters, each as it stands in a task.

    Args:
        definition: the class.
        values: key -> value as TOML has it.
        interventions: what the family `given` lists.
        source: where a key's value stands, for messages.

    Raises:
        InputError: unknown keys and values that are no such parameter, all at once.
    """
    hints = parameter_hints(definition)
    known = parameter_names(definition)
    faults: list[Fault | str] = []
    arguments: dict[str, object] = {}
    for key, value in values.items():
        if key not in known:
            listed = ", ".join(known) or "none"
            message = (
                f"{definition.name} has no parameter {key!r}; it has: {listed}{nearest(key, known)}"
            )
            faults.append(message)
            continue
        try:
            arguments[key] = read_parameter(hints[key], key, value, source(key))
        except InputError as error:
            faults.extend(error.faults)
    if interventions is not None and "family" in known:
        family = arguments.get("family", Given())
        if isinstance(family, Given):
            arguments["family"] = Given(interventions)
        else:
            faults.append(
                f'interventions are listed, but family = "{family}"; write family = "given"'
            )
    elif interventions is not None:
        faults.append(f"{definition.name} has no family, so no interventions are listed")
    if faults:
        raise InputError(faults)
    kind: Any = definition
    built: Definition = kind(**arguments)
    return built


@cache
def parameter_hints(definition: type[Definition]) -> Mapping[str, Any]:
    """The types of a definition's fields: its own annotations, resolved once."""
    return get_type_hints(definition)


def read_parameter(hint: Any, key: str, value: object, source: Source | None = None) -> object:
    """A parameter of some type, as a task writes it.

    Raises:
        InputError: it is no such value; which there are.
    """
    source = Source(key) if source is None else source
    if hint == Family:
        return parse_family(_string(key, value), source)
    for policy in _choices(hint):
        return _choice(policy, key, _string(key, value), source)
    if hint == Depth:
        return _depth(key, value)
    if hint == Sources:
        return _sources(key, value)
    if hint == Pairs:
        return _pairs(key, value)
    if hint == Fraction:
        return _exact(key, value)
    if hint == tuple[str, ...]:
        return _names(key, value)
    if hint is bool and isinstance(value, bool):
        return value
    if hint is int and isinstance(value, int) and not isinstance(value, bool):
        return value
    raise InputError([f"{key}: {value!r} is not a value of this parameter"])


def _exact(key: str, value: object) -> Fraction:
    try:
        return exact_number(value)
    except ValueError:
        raise InputError([f'{key} is an exact number such as "1/10", not {value!r}']) from None


def _names(key: str, value: object) -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(name, str) for name in value):
        return tuple(value)
    raise InputError([f"{key} is a list of names, not {value!r}"])


def _choices(hint: Any) -> tuple[type[Enum], ...]:
    """The enumeration that a parameter chooses from, if it does."""
    options = [hint, *get_args(hint)]
    return tuple(kind for kind in options if isinstance(kind, type) and issubclass(kind, Enum))


def _pairs(key: str, value: object) -> object:
    if isinstance(value, str):
        if value not in PAIRS:
            raise InputError(
                [f"{key} = {value!r}: write one of {', '.join(PAIRS)}{nearest(value, PAIRS)}"]
            )
        return value
    if isinstance(value, list) and value and all(_is_pair(pair) for pair in value):
        return tuple((tuple(pair[0]), tuple(pair[1])) for pair in value)
    raise InputError(
        [f'{key} is {", ".join(PAIRS)}, or a list such as [[["X"], ["Y", "Z"]]], not {value!r}']
    )


def _is_pair(pair: object) -> bool:
    return (
        isinstance(pair, list)
        and len(pair) == 2
        and all(
            isinstance(side, list) and side and all(isinstance(n, str) for n in side)
            for side in pair
        )
    )


def _string(key: str, value: object) -> str:
    if not isinstance(value, str):
        raise InputError([f"{key} is a string, not {value!r}"])
    return value


def parameter_words(hint: Any) -> tuple[str, ...]:
    """The words that a parameter of some type chooses from; none if it does not choose among words."""
    if hint == Family:
        return FAMILIES
    if hint == Pairs:
        return (*PAIRS, "a list")
    if hint == Sources:
        return ("all", "forward", "a list")
    if hint == Depth:
        return ("false", "true", "a number of sites")
    return tuple(word for policy in _choices(hint) for word in _words(policy))


def _words(policy: type[Enum]) -> list[str]:
    # what is listed in the claim counts; these words are not keys
    hidden = ("given", "declared", "explicit")
    return [member.value for member in policy if member.value not in hidden]


def _choice(policy: type[Enum], key: str, text: str, source: Source) -> Enum:
    choices = _words(policy)
    for member in policy:
        if member.value == text and text in choices:
            return member
    message = f"{key} = {text!r}: write one of {', '.join(choices)}{nearest(text, choices)}"
    raise InputError([Fault(message, text, (0, len(text)), source)])


def _depth(key: str, value: object) -> Depth:
    if value is True:
        return Depth(None)
    if value is False:
        return Depth(1)
    if isinstance(value, int) and value >= 1:
        return Depth(value)
    raise InputError([f"{key} is true, false or the largest number of sites, not {value!r}"])


def _sources(key: str, value: object) -> Sources:
    if value in ("all", "forward"):
        return Sources(str(value))
    if isinstance(value, list) and value:
        pairs = []
        for pair in value:
            good = (
                isinstance(pair, list) and len(pair) == 2 and all(isinstance(p, list) for p in pair)
            )
            if not good:
                break
            pairs.append((tuple(pair[0]), tuple(pair[1])))
        else:
            return Sources("listed", tuple(pairs))
    raise InputError(
        [
            f'{key} is "all", "forward" or a list of [source, base] such as [[[0, 1], [1, 1]]], not {value!r}'
        ]
    )
