"""The public names of the kernel: where each is defined, loaded when it is first used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .change import SELF, Change, Edge, Interventional, Soft, Stochastic
    from .completing import Declaration, complete
    from .domain import BOOL, Domain, Finite, Interval, Range, Reals, Value, exact
    from .errors import AbstractionError, EvaluationError, Fault, InputError, Source, nearest
    from .evaluation import evaluate
    from .expression import (
        Apply,
        Case,
        Constant,
        Expression,
        Hole,
        Operator,
        Reference,
        free_names,
        substitute,
        walk,
    )
    from .imaging import image, is_number
    from .intervening import parse_intervention, parse_value
    from .law import ConditionalLaw, FiniteLaw, Law, NormalLaw, UniformLaw
    from .printing import format_expression, format_program
    from .program import Kind, Program, Variable
    from .reading import parse_domain, parse_expression, parse_law, parse_program
    from .scope import Scope

__all__ = [
    "BOOL",
    "SELF",
    "AbstractionError",
    "Apply",
    "Case",
    "Change",
    "ConditionalLaw",
    "Constant",
    "Declaration",
    "Domain",
    "Edge",
    "EvaluationError",
    "Expression",
    "Fault",
    "Finite",
    "FiniteLaw",
    "Hole",
    "InputError",
    "Interval",
    "Interventional",
    "Kind",
    "Law",
    "NormalLaw",
    "Operator",
    "Program",
    "Range",
    "Reals",
    "Reference",
    "Scope",
    "Soft",
    "Source",
    "Stochastic",
    "UniformLaw",
    "Value",
    "Variable",
    "complete",
    "evaluate",
    "exact",
    "format_expression",
    "format_program",
    "free_names",
    "image",
    "is_number",
    "nearest",
    "parse_domain",
    "parse_expression",
    "parse_intervention",
    "parse_law",
    "parse_program",
    "parse_value",
    "substitute",
    "walk",
]

_HOMES = {
    "change": "SELF Change Edge Interventional Soft Stochastic",
    "completing": "Declaration complete",
    "domain": "BOOL Domain Finite Interval Range Reals Value exact",
    "errors": "AbstractionError EvaluationError Fault InputError Source nearest",
    "evaluation": "evaluate",
    "expression": "Apply Case Constant Expression Hole Operator Reference free_names substitute walk",
    "imaging": "image is_number",
    "intervening": "parse_intervention parse_value",
    "law": "ConditionalLaw FiniteLaw Law NormalLaw UniformLaw",
    "printing": "format_expression format_program",
    "program": "Kind Program Variable",
    "reading": "parse_domain parse_expression parse_law parse_program",
    "scope": "Scope",
}
_HOME = {name: home for home, names in _HOMES.items() for name in names.split()}


def loaded(name: str) -> object:
    """The object of a public name.

    Raises:
        AttributeError: there is no such name.
    """
    if name not in _HOME:
        raise AttributeError(f"module {__package__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__package__}.{_HOME[name]}"), name)
