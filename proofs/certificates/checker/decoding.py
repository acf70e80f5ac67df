"""JSON to models, expressions and claims: what comes out is well formed, or the certificate is refused."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from tauomega.theory.kernel.commuting import Items
from tauomega.theory.kernel.domain import BOOL, Domain, Finite, Range, Reals, Value, exact
from tauomega.theory.kernel.expression import (
    Apply,
    Case,
    Constant,
    Expression,
    Operator,
    Reference,
    free_names,
    walk,
)
from tauomega.theory.kernel.program import INNER, ROOTS, Kind, Program, Variable

from .document import RefusedError, refuse_unless

__all__ = ["Claim", "claim_of", "context_maps_of", "items_of", "list_of", "value_of"]

DEEPEST, DIGITS, ALL_DIGITS, VARIABLES = 300, 1000, 100_000, 100_000
_NUMBER = re.compile(r"-?[0-9]+(/[0-9]+)?")
_LABEL = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NAME = re.compile(r"\S+")
_OPERANDS = {
    **dict.fromkeys(("-", "not", "abs", "relu", "floor"), (1, 1)),
    **dict.fromkeys(("/", "mod", "==", "!=", "<", "<=", ">", ">="), (2, 2)),
    **dict.fromkeys(("+", "*", "and", "or", "xor", "min", "max", "count"), (1, 10**9)),
    "if": (3, 3),
}
"""Operator as it is written -> the fewest and the most operands."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Two models and what goes between them. `interventions` is the listed family, if there is one."""

    low: Program
    high: Program
    tau: Mapping[str, Expression]
    tau_u: Mapping[str, Expression] | None
    omega: tuple[tuple[Items, Items], ...] | None
    sites: Mapping[str, tuple[str, ...]]
    inert: tuple[str, ...]
    interventions: tuple[Items, ...] | None


def _text(value: Any) -> str:
    refuse_unless(isinstance(value, str), f"a string is missing: {str(value)[:40]}")
    return str(value)


def list_of(value: Any, length: int | None = None) -> list[Any]:
    """A list, perhaps of a given length."""
    fits = isinstance(value, list) and length in (None, len(value))
    refuse_unless(fits, f"a list is missing: {str(value)[:40]}")
    return list(value)


def _table(value: Any, keys: Sequence[str]) -> list[Any]:
    fits = isinstance(value, dict) and set(value) == set(keys)
    refuse_unless(fits, f"an object with the keys {', '.join(keys)} is missing: {str(value)[:40]}")
    return [value[key] for key in keys]


def value_of(text: Any) -> Value:
    """`3`, `-1/2`, or a label."""
    text = _text(text)
    refuse_unless(len(text) <= DIGITS, "a number is too long")
    if _LABEL.fullmatch(text):
        return str(text)
    refuse_unless(_NUMBER.fullmatch(text) and not text.endswith("/0"), f"no value: {text[:40]!r}")
    number = exact(Fraction(text))
    refuse_unless(str(number) == text, f"{text[:40]!r} is not in lowest terms")
    return number


def items_of(value: Any, domains: Mapping[str, Domain]) -> Items:
    """Names of `domains`, none twice, with values in them."""
    found = tuple((name, value_of(text)) for name, text in _pairs(value))
    for name, given in found:
        refuse_unless(name in domains, f"no variable {name!r}")
        refuse_unless(given in domains[name], f"{name} = {given} is outside its domain")
    return found


def _domain(value: Any) -> Domain:
    match value:
        case "bool":
            return BOOL
        case "real":
            return Reals()
        case ["range", low, high]:
            match value_of(low), value_of(high):
                case int() as first, int() as last if first <= last and (first, last) != (0, 1):
                    return Range(first, last)
            raise RefusedError(f"no range: {low}..{high}")
        case ["set", *values] if values:
            found = tuple(map(value_of, values))
            refuse_unless(len(set(found)) == len(found) and found != (0, 1), "no set of values")
            return Finite(found)
        case _:
            raise RefusedError(f"no domain that is decided: {str(value)[:40]}")


def _expression(value: Any, depth: int = 0) -> Expression:
    refuse_unless(depth <= DEEPEST, f"an expression is nested deeper than {DEEPEST}")
    match value:
        case ["value", text]:
            return Constant(value_of(text))
        case ["name", str() as name]:
            return Reference(name)
        case ["table", [*arguments], [*rows], default]:
            refuse_unless(rows and arguments, "a table is empty")
            entries = []
            for key, entry in (list_of(row, 2) for row in rows):
                values = tuple(map(value_of, list_of(key, len(arguments))))
                entries.append((values, _expression(entry, depth + 1)))
            other = None if default is None else _expression(default, depth + 1)
            return Case(tuple(_expression(a, depth + 1) for a in arguments), tuple(entries), other)
        case [str() as sign, *arguments] if sign in _OPERANDS:
            fewest, most = _OPERANDS[sign]
            fits = fewest <= len(arguments) <= most
            refuse_unless(fits, f"{sign!r} with {len(arguments)} operands")
            return Apply(Operator(sign), tuple(_expression(a, depth + 1) for a in arguments))
        case _:
            raise RefusedError(f"no expression: {str(value)[:40]}")


def _tree(value: Any) -> Expression:
    """An expression whose numbers are not too long together, since they may be multiplied."""
    tree = _expression(value)
    digits = sum(len(str(node.value)) for node in walk(tree) if isinstance(node, Constant))
    refuse_unless(digits <= ALL_DIGITS, f"an expression with more than {ALL_DIGITS:,} digits")
    return tree


def _pairs(value: Any) -> list[tuple[str, Any]]:
    """Pairs of a name, none twice, and something."""
    found = [(_text(name), more) for name, more in (list_of(pair, 2) for pair in list_of(value))]
    refuse_unless(len(dict(found)) == len(found), "a name is given twice")
    return found


def expressions_of(value: Any, known: Container[str]) -> dict[str, Expression]:
    """Pairs of a name and an expression in known names."""
    found = {name: _tree(tree) for name, tree in _pairs(value)}
    for name, expression in found.items():
        unknown = sorted(n for n in free_names(expression) if n not in known)
        refuse_unless(not unknown, f"{name} reads {', '.join(unknown)}")
    return found


def _program(value: Any) -> Program:
    declared, order = _table(value, ("variables", "order"))
    refuse_unless(len(list_of(declared)) <= VARIABLES, "too many variables")
    variables: list[Variable] = []
    for entry in declared:
        name, kind, domain, mechanism = _table(entry, ("name", "kind", "domain", "mechanism"))
        refuse_unless(_NAME.fullmatch(_text(name)), f"no name of a variable: {name[:40]!r}")
        refuse_unless(kind in [k.value for k in Kind], f"no kind of variable: {kind!r}")
        tree = None if mechanism is None else _tree(mechanism)
        refuse_unless((tree is None) == (kind != "endogenous"), f"{name!r}: mechanism")
        variables.append(Variable(name, Kind(kind), _domain(domain), None, tree))
    found = Program(tuple(variables), tuple(map(_text, list_of(order))))
    mechanisms = {v.name: v.mechanism for v in variables}
    refuse_unless(len(mechanisms) == len(variables), "a variable is declared twice")
    fits = sorted(found.order) == sorted(found.domains(*INNER))
    refuse_unless(fits, "the order is incomplete")
    known = set(found.domains(Kind.EXOGENOUS, Kind.PARAMETER))
    for name in found.order:
        mechanism = mechanisms[name]
        missing = set() if mechanism is None else free_names(mechanism) - known
        refuse_unless(not missing, f"{name!r} reads {', '.join(sorted(missing))} too early")
        known.add(name)
    return found


def claim_of(value: Any) -> Claim:
    """The claim of a certificate.

    Raises:
        RefusedError: it is not well formed.
    """
    keys = ("low", "high", "tau", "tau_u", "omega", "sites", "inert", "interventions")
    low, high, tau, tau_u, omega, sites, inert, listed = _table(value, keys)
    below, above = _program(low), _program(high)
    inner, upper = below.domains(*INNER), above.domains(*INNER)
    own, shared = below.domains(Kind.PARAMETER), above.domains(Kind.PARAMETER)
    for name in shared.keys() & own.keys():
        refuse_unless(shared[name] == own[name], f"the parameter {name!r} has two domains")
    listing = (list_of(pair, 2) for pair in list_of(omega or []))
    pairs = tuple((items_of(i, inner), items_of(j, upper)) for i, j in listing)
    found = Claim(
        below,
        above,
        expressions_of(tau, inner),
        None if tau_u is None else context_maps_of(tau_u, below),
        None if omega is None else pairs,
        {name: tuple(map(_text, list_of(site))) for name, site in _pairs(sites)},
        tuple(map(_text, list_of(inert))),
        None if listed is None else tuple(items_of(i, inner) for i in list_of(listed)),
    )
    members = [v for site in found.sites.values() for v in site]
    refuse_unless(len(set(members)) == len(members), "two sites share a variable")
    refuse_unless(set(members) | set(found.inert) <= set(inner), "no low-level variable")
    refuse_unless(set(found.tau) | set(found.sites) <= set(upper), "no high-level variable")
    return found


def context_maps_of(value: Any, low: Program) -> dict[str, Expression]:
    """A τ_U: pairs of a name and an expression in low-level roots and parameters."""
    return expressions_of(value, low.domains(*ROOTS, Kind.PARAMETER))
