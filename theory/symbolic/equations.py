"""Models from symbols and `sympy.Eq`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sympy

from ..errors import InputError
from ..kernel import Declaration, Domain, Kind, Program, complete, parse_domain, parse_law
from .sympy_to_expression import from_sympy

__all__ = ["program_from_equations"]


def program_from_equations(
    equations: Sequence[Any],
    domains: Mapping[Any, str | Domain],
    *,
    laws: Mapping[Any, str] | None = None,
    inputs: Sequence[Any] = (),
    parameters: Sequence[Any] = (),
) -> Program:
    """A model whose mechanisms are `Eq(X, f(…))`; other symbols are exogenous.

    Args:
        equations: one `sympy.Eq` a variable, the variable on the left.
        domains: symbol -> domain (as text, or a domain); of equations, it may be inferred.
        laws: exogenous symbol -> law as text.
        inputs: symbols that are settable roots.
        parameters: symbols that are read "for all values".

    Raises:
        InputError: a left side that is no symbol, a root without a domain, what is not of the grammar.
    """
    known = {str(s): parse_domain(d) if isinstance(d, str) else d for s, d in domains.items()}
    given = {str(s): law for s, law in (laws or {}).items()}
    special = {str(s): Kind.INPUT for s in inputs} | {str(s): Kind.PARAMETER for s in parameters}
    faults: list[str] = []
    targets: dict[str, Any] = {}
    for equation in equations:
        if not isinstance(equation, sympy.Eq) or not isinstance(equation.lhs, sympy.Symbol):
            faults.append(f"{equation} is no Eq(symbol, expression)")
        else:
            targets[str(equation.lhs)] = equation.rhs
    roots = (
        {str(s) for rhs in targets.values() for s in rhs.free_symbols} | set(known) | set(special)
    )
    names = sorted(roots - set(targets))
    names = [name for name in names if not (name[:1] == "'" == name[-1:])]
    faults += [f"the root {name!r} needs a domain" for name in names if name not in known]
    if faults:
        raise InputError(faults)
    declared = [
        Declaration(
            name,
            special.get(name, Kind.EXOGENOUS),
            known[name],
            parse_law(given[name], known[name]) if name in given else None,
        )
        for name in names
    ]
    declared += [
        Declaration(name, Kind.ENDOGENOUS, known.get(name), None, from_sympy(rhs))
        for name, rhs in targets.items()
    ]
    return complete(declared)
