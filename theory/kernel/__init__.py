"""The kernel: the grammar, exact numbers, models. Standard library only.

| module | what it holds |
|---|---|
| `tokens`, `parsing`, `raw` | text to trees, by precedence |
| `resolving`, `scope`, `statements`, `reading` | names, families, lines, models |
| `completing`, `imaging` | order, cycles, inferred domains, what must be so |
| `domain`, `law`, `expression`, `program` | the values that all this makes |
| `evaluation`, `printing`, `intervening` | what an expression is worth; text again; interventions |
| `errors` | faults with their places |
"""

from __future__ import annotations

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
    "AbstractionError",
    "Apply",
    "Case",
    "ConditionalLaw",
    "Constant",
    "Declaration",
    "Domain",
    "EvaluationError",
    "Expression",
    "Fault",
    "Finite",
    "FiniteLaw",
    "Hole",
    "InputError",
    "Interval",
    "Kind",
    "Law",
    "NormalLaw",
    "Operator",
    "Program",
    "Range",
    "Reals",
    "Reference",
    "Scope",
    "Source",
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
