"""Models, maps and interventions as LaTeX."""

from __future__ import annotations

import re
from collections.abc import Mapping

import sympy

from ..intervention import Hard
from ..kernel import Expression, Kind, NormalLaw, Program, format_expression
from .expression_to_sympy import to_sympy

__all__ = ["intervention_to_latex", "map_to_latex", "program_to_latex"]


def program_to_latex(program: Program) -> str:
    r"""The model as an `aligned` block: one equation a variable, laws of the exogenous ones."""
    rows = []
    for variable in program.variables:
        name = _name(variable.name)
        if variable.mechanism is not None:
            rows.append(rf"{name} &= {_expression(variable.mechanism)}")
        elif variable.kind is Kind.EXOGENOUS and isinstance(variable.law, NormalLaw):
            law = variable.law
            rows.append(rf"{name} &\sim \mathcal{{N}}({law.mean}, {law.variance})")
        else:
            domain = str(variable.domain).replace("{", r"\{").replace("}", r"\}")
            rows.append(rf"{name} &\in \mathrm{{{domain}}}")
    body = " \\\\\n".join(rows)
    return f"\\begin{{aligned}}\n{body}\n\\end{{aligned}}"


def map_to_latex(tau: Mapping[str, Expression]) -> str:
    r"""A map as an `aligned` block: $\tau_Y = \dots$."""
    body = " \\\\\n".join(rf"\tau_{{{_name(n)}}} &= {_expression(e)}" for n, e in tau.items())
    return f"\\begin{{aligned}}\n{body}\n\\end{{aligned}}"


def intervention_to_latex(intervention: Hard) -> str:
    r"""$\mathrm{do}(X = 1)$, or $\varnothing$."""
    if not intervention.items:
        return r"\varnothing"
    inside = r",\, ".join(f"{_name(name)} = {value}" for name, value in intervention.items)
    return rf"\mathrm{{do}}({inside})"


def _name(name: str) -> str:
    match = re.fullmatch(r"([A-Za-z]+)[_\[]?(\d*)\]?", name)
    if match is None:
        return r"\mathrm{" + name.replace("_", r"\_") + "}"
    return f"{match[1]}_{{{match[2]}}}" if match[2] else match[1]


def _expression(expression: Expression) -> str:
    try:
        return str(sympy.latex(to_sympy(expression)))
    except RecursionError:
        return r"\mathtt{" + format_expression(expression).replace("_", r"\_") + "}"
