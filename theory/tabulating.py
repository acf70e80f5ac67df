"""Python callables as mechanisms: called once for every combination of values, then a table."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import product
from math import prod

from .errors import InputError
from .kernel import Case, Domain, Finite, Range, Reference, Value, exact
from .kernel.expression import Constant

__all__ = ["tabulate"]

LIMIT = 2**16


def tabulate(
    name: str, function: Callable[..., Value], domains: Mapping[str, Domain]
) -> Case | Constant:
    """The table of a callable over its parameters' domains.

    Args:
        name: the variable whose mechanism this is (for messages).
        function: takes its parents by name; returns an int, a Fraction or a label.
        domains: the domain of every variable that a parameter may name.

    Raises:
        InputError: an unknown or infinite parent, or more than 2^16 rows.
    """
    parents = tuple(inspect.signature(function).parameters)
    faults = [f"{name!r}: the parameter {p!r} is no variable" for p in parents if p not in domains]
    finite: list[Finite | Range] = []
    for parent in parents:
        domain = domains.get(parent)
        if isinstance(domain, Finite | Range):
            finite.append(domain)
        elif domain is not None:
            faults.append(f"{name!r}: the domain of its parent {parent!r} is not finite: {domain}")
    if faults:
        raise InputError(faults)
    if prod(d.size for d in finite) > LIMIT:
        raise InputError(
            [f"{name!r}: its table has more than {LIMIT} rows; write it as an expression"]
        )
    if not parents:
        return Constant(_value(function()))
    rows = tuple(
        (values, Constant(_value(function(**dict(zip(parents, values, strict=True))))))
        for values in product(*finite)
    )
    return Case(tuple(Reference(parent) for parent in parents), rows)


def _value(value: object) -> Value:
    if isinstance(value, str):
        return value
    if isinstance(value, int | Fraction):
        return exact(value)
    raise InputError([f"a mechanism returns an int, a Fraction or a label, not {value!r}"])
