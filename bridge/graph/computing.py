"""What one node computes: its operator, called on the values that it reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from itertools import takewhile
from operator import itemgetter
from typing import Any

from .node import Node, Ref, references

__all__ = ["computed"]

_Reading = Callable[[Mapping[str, Any]], Any]


def computed(node: Node, values: Mapping[str, Any]) -> Any:
    """What a node computes from the values that it reads."""
    target, positional, named = _call(node)
    return target(
        *[read(values) for read in positional], **{k: read(values) for k, read in named.items()}
    )


@lru_cache(maxsize=2**14)
def _call(node: Node) -> tuple[Callable[..., Any], list[_Reading], dict[str, _Reading]]:
    """The operator of a node and how it finds its arguments: worked out once, called for every tile."""
    assert node.target is not None, f"{node.name} is given, not computed"
    arguments = {name: _reading(value) for name, value in node.arguments.items()}
    schema = getattr(node.target, "_schema", None)
    order = (
        list(arguments)
        if schema is None
        else [a.name for a in schema.arguments if not a.kwarg_only]
    )
    leading = list(takewhile(arguments.__contains__, order))
    # by position, since an argument called `self` cannot be given by name
    positional = [arguments.pop(name) for name in leading]
    return node.target, positional, arguments


def _reading(argument: object) -> _Reading:
    match argument:
        case Ref(name):
            return itemgetter(name)
        case tuple() if any(references(argument)):
            parts = [_reading(part) for part in argument]
            return lambda values: [read(values) for read in parts]
        case tuple():
            fixed = _listed(argument)
            return lambda values: fixed
        case _:
            return lambda values: argument


def _listed(argument: object) -> object:
    return [_listed(part) for part in argument] if isinstance(argument, tuple) else argument
