"""The kernel: the grammar, exact numbers, models. Standard library only.

| module | what it holds |
|---|---|
| `tokens`, `parsing`, `raw` | text to trees, by precedence |
| `resolving`, `mentioned`, `scope`, `vectors`, `statements`, `reading` | names, families, lines, models |
| `completing`, `ordering`, `imaging` | order, cycles, inferred domains, what must be so |
| `domain`, `law`, `expression`, `program` | the values that all this makes |
| `evaluation`, `printing`, `change`, `intervening` | what an expression is worth; text again; interventions |
| `circuit`, `words`, `blasting` | gates, exact numbers as gates, expressions as gates |
| `commuting`, `solving` | that squares commute, as data, by evaluation and as a circuit; solutions |
| `clausal`, `diagram`, `reaching` | refutations, decision diagrams, ranges of weighted sums |
| `errors`, `failure` | faults with their places; evaluation without a value |

Importing the package imports no module: each name is loaded when it is first used, so that the checker of
certificates loads what it needs and no more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .change import SELF, Change, Edge, Interventional, Soft, Stochastic
    from .completing import Declaration, complete
    from .domain import BOOL, Domain, Finite, Interval, Range, Reals, Value, exact, is_number
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
    from .imaging import image
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

if not TYPE_CHECKING:
    _HOMES = {
        "change": "SELF Change Edge Interventional Soft Stochastic",
        "completing": "Declaration complete",
        "domain": "BOOL Domain Finite Interval Range Reals Value exact is_number",
        "errors": "AbstractionError EvaluationError Fault InputError Source nearest",
        "evaluation": "evaluate",
        "expression": "Apply Case Constant Expression Hole Operator Reference free_names substitute walk",
        "imaging": "image",
        "intervening": "parse_intervention parse_value",
        "law": "ConditionalLaw FiniteLaw Law NormalLaw UniformLaw",
        "printing": "format_expression format_program",
        "program": "Kind Program Variable",
        "reading": "parse_domain parse_expression parse_law parse_program",
        "scope": "Scope",
    }
    _HOME = {name: home for home, names in _HOMES.items() for name in names.split()}

    def __getattr__(name):
        """The public name, imported now (PEP 562)."""
        from importlib import import_module

        if name not in _HOME:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
        globals()[name] = value
        return value

    def __dir__():
        """The public names, loaded or not."""
        return sorted(__all__)
