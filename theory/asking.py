"""A claim and a definition as people write them in Python, made what they mean or refused by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin

from .abstraction import Abstraction
from .definition import Definition
from .definitions import find_definition
from .errors import InputError
from .parameters import parameter_hints, read_parameter

__all__ = ["asked_claim", "asked_definition", "asked_engines"]

Claim = TypeVar("Claim")


def asked_claim(claim: Claim) -> Claim:
    """The claim.

    Raises:
        InputError: it is a task, a text or a model; what to write.
    """
    kind = type(claim).__name__
    if isinstance(getattr(claim, "claim", None), Abstraction) and hasattr(claim, "definition"):
        raise InputError(["a task is given, not a claim: write task.claim, task.definition"])
    if isinstance(claim, str):
        raise InputError([f"a text is given, not a claim: write load({claim[:40]!r}).claim"])
    if not hasattr(claim, "tau") and not hasattr(claim, "claim"):
        raise InputError([f"{kind} is given, not a claim: write Abstraction.from_text(…)"])
    return claim


def asked_definition(definition: Definition | str) -> Definition:
    """A definition by its name, or an instance whose parameters may be written as in a task.

    Raises:
        InputError: there is none of that name, a class is given and no instance, or parameters are no
            values of their kind; all of these at once.

    Example:
        >>> from tauomega import definitions
        >>> str(asked_definition(definitions.Constructive(family="all")).family)
        'all'
    """
    if isinstance(definition, str):
        return find_definition(definition)()
    if isinstance(definition, type):
        raise InputError(
            [
                f"{definition.__name__} is a class: write {definition.__name__}(), with its parameters"
            ]
        )
    if not callable(getattr(definition, "defect", None)):
        raise InputError(
            [
                f"{type(definition).__name__} is no definition: a definition has a method defect(claim)"
            ]
        )
    return _with_parameters_read(definition)


def _with_parameters_read(definition: Definition) -> Definition:
    if not is_dataclass(definition):
        return definition
    given: Any = definition
    hints = _hints_of(type(definition))
    faults: list[Any] = []
    read: dict[str, object] = {}
    for field in fields(given):
        value = getattr(given, field.name)
        if field.name not in hints or _fits(value, hints[field.name]):
            continue
        try:
            read[field.name] = read_parameter(hints[field.name], field.name, value)
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(faults)
    changed: Definition = replace(given, **read) if read else given
    return changed


def _hints_of(kind: type[Definition]) -> Mapping[str, Any]:
    try:
        return parameter_hints(kind)
    except NameError:  # a class of a user's own, whose annotations mention what is local
        return {}


def _fits(value: object, hint: Any) -> bool:
    """Whether a value is of a type, as far as that can be asked."""
    kinds = tuple(_kinds(hint))
    try:
        return isinstance(value, kinds)
    except TypeError:  # among them is no class, or a protocol
        return True


def _kinds(hint: Any) -> Iterator[Any]:
    if isinstance(hint, UnionType) or get_origin(hint) is Union:
        for option in get_args(hint):
            yield from _kinds(option)
    else:
        yield get_origin(hint) or hint


def asked_engines(engines: Sequence[str] | str | None) -> Sequence[str] | None:
    """Names of engines; one alone may stand without a list."""
    return (engines,) if isinstance(engines, str) else engines
