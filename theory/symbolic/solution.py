"""Models solved in closed form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import InputError
from ..kernel import Kind, Program, Value
from ..kernel.errors import nearest
from ..kernel.program import INNER, ROOTS
from .expression_to_sympy import symbol_of, to_sympy, value_to_sympy

__all__ = ["solution"]


def solution(
    program: Program, intervention: Mapping[str, Value | Any] | None = None
) -> dict[str, Any]:
    r"""Every endogenous variable in terms of the exogenous ones, the inputs and the parameters.

    Args:
        program: an acyclic model.
        intervention: variable -> the value it is set to: exact, or a sympy expression such as a
            symbol $x$, for all values at once.

    Raises:
        InputError: a target is no endogenous variable; a mechanism is a hole.
    """
    fixed = dict(intervention or {})
    inner = program.domains(*INNER)
    unknown = [name for name in fixed if name not in inner]
    if unknown:
        raise InputError(
            [f"{name!r} is no endogenous variable{nearest(name, inner)}" for name in unknown]
        )
    values: dict[str, Any] = {
        name: symbol_of(name) for name in program.domains(*ROOTS, Kind.PARAMETER)
    }
    for name in program.order:
        mechanism = program.by_name[name].mechanism
        if name in fixed:
            given = fixed[name]
            values[name] = value_to_sympy(given) if isinstance(given, int | str) else given
        elif mechanism is not None:
            values[name] = to_sympy(mechanism, values)
    return {name: values[name] for name in inner}
