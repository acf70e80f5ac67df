"""JSON to models, expressions and claims: what comes out is well formed, or the certificate is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
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
from tauomega.theory.kernel.program import Kind, Program, Variable

from .document import RefusedError

__all__ = [
    "Claim",
    "claim_of",
    "expressions_of",
    "items_of",
    "list_of",
    "number_of",
    "refuse_unless",
]

DEEPEST, DIGITS, ALL_DIGITS, VARIABLES = 300, 1000, 100_000, 100_000
_NUMBER = re.compile(r"-?[0-9]+(/[0-9]+)?")
_LABEL = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OPERATORS = {operator.value: operator for operator in Operator}
_UNARY = frozenset({Operator.NEG, Operator.NOT, Operator.ABS, Operator.RELU, Operator.FLOOR})
_CHAINED = frozenset(
    {
        Operator.ADD,
        Operator.MUL,
        Operator.AND,
        Operator.OR,
        Operator.XOR,
        Operator.MIN,
        Operator.MAX,
        Operator.COUNT,
    }
)


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


def refuse_unless(condition: object, message: str) -> None:
    """Refuse the certificate, unless."""
    if not condition:
        raise RefusedError(message)


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


def number_of(text: Any) -> int | Fraction:
    """An exact number in lowest terms."""
    value = value_of(text)
    if isinstance(value, str):
        raise RefusedError(f"{value!r} is no number")
    return value


def _integer(text: Any) -> int:
    value = value_of(text)
    if not isinstance(value, int):
        raise RefusedError(f"{value!r} is no whole number")
    return value


def items_of(value: Any, domains: Mapping[str, Domain]) -> Items:
    """Names of `domains`, none twice, with values in them."""
    found = []
    for name, text in (list_of(pair, 2) for pair in list_of(value)):
        refuse_unless(isinstance(name, str) and name in domains, f"no variable {name!r}")
        given = value_of(text)
        refuse_unless(given in domains[name], f"{name} = {given} is outside its domain")
        found.append((name, given))
    refuse_unless(len(dict(found)) == len(found), "a variable is set twice")
    return tuple(found)


def _domain(value: Any) -> Domain:
    match value:
        case "bool":
            return BOOL
        case "real":
            return Reals()
        case ["range", low, high]:
            ends = _integer(low), _integer(high)
            refuse_unless(ends[0] <= ends[1] and ends != (0, 1), f"no range: {ends}")
            return Range(*ends)
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
            keys = []
            for row in rows:
                key, entry = list_of(row, 2)
                keys.append((tuple(map(value_of, list_of(key, len(arguments)))), entry))
            refuse_unless(keys and arguments, "a table is empty")
            entries = tuple((key, _expression(entry, depth + 1)) for key, entry in keys)
            other = None if default is None else _expression(default, depth + 1)
            return Case(tuple(_expression(a, depth + 1) for a in arguments), entries, other)
        case [str() as sign, *arguments] if sign in _OPERATORS:
            operator = _OPERATORS[sign]
            count = len(arguments)
            if operator in _UNARY or operator is Operator.IF:
                fits = count == (3 if operator is Operator.IF else 1)
            else:
                fits = count >= 1 if operator in _CHAINED else count == 2
            refuse_unless(fits, f"{sign!r} with {count} operands")
            return Apply(operator, tuple(_expression(a, depth + 1) for a in arguments))
        case _:
            raise RefusedError(f"no expression: {str(value)[:40]}")


def _tree(value: Any) -> Expression:
    """An expression whose numbers are not too long together, since they may be multiplied."""
    tree = _expression(value)
    digits = sum(len(str(node.value)) for node in walk(tree) if isinstance(node, Constant))
    refuse_unless(digits <= ALL_DIGITS, f"an expression with more than {ALL_DIGITS:,} digits")
    return tree


def expressions_of(value: Any, known: Mapping[str, Domain]) -> dict[str, Expression]:
    """Pairs of a name and an expression in known names."""
    found: dict[str, Expression] = {}
    for name, tree in (list_of(pair, 2) for pair in list_of(value)):
        expression = _tree(tree)
        unknown = free_names(expression) - set(known)
        refuse_unless(not unknown, f"{name} reads {', '.join(sorted(unknown))}")
        refuse_unless(_text(name) not in found, f"{name!r} is given twice")
        found[name] = expression
    return found


def _program(value: Any) -> Program:
    declared, order = _table(value, ("variables", "order"))
    refuse_unless(len(list_of(declared)) <= VARIABLES, "too many variables")
    variables: list[Variable] = []
    for entry in declared:
        name, kind, domain, mechanism = _table(entry, ("name", "kind", "domain", "mechanism"))
        kinds = [k for k in Kind if k.value == kind]
        refuse_unless(kinds, f"no kind of variable: {kind!r}")
        tree = None if mechanism is None else _tree(mechanism)
        refuse_unless((tree is None) == (kinds[0] is not Kind.ENDOGENOUS), f"{name!r}: mechanism")
        variables.append(Variable(_text(name), kinds[0], _domain(domain), None, tree))
    mechanisms = {v.name: v.mechanism for v in variables}
    refuse_unless(len(mechanisms) == len(variables), "a variable is declared twice")
    known = {v.name for v in variables if v.mechanism is None}
    inner = [v.name for v in variables if v.kind in (Kind.INPUT, Kind.ENDOGENOUS)]
    refuse_unless(sorted(map(_text, list_of(order))) == sorted(inner), "the order is incomplete")
    for name in order:
        mechanism = mechanisms[name]
        if mechanism is not None:
            missing = free_names(mechanism) - known
            refuse_unless(not missing, f"{name!r} reads {', '.join(sorted(missing))} too early")
        known.add(name)
    return Program(tuple(variables), tuple(order))


def claim_of(value: Any) -> Claim:
    """The claim of a certificate.

    Raises:
        RefusedError: it is not well formed.
    """
    keys = ("low", "high", "tau", "tau_u", "omega", "sites", "inert", "interventions")
    low, high, tau, tau_u, omega, sites, inert, listed = _table(value, keys)
    below, above = _program(low), _program(high)
    kinds = (Kind.INPUT, Kind.ENDOGENOUS)
    inner = {v.name: v.domain for v in below.variables if v.kind in kinds}
    upper = {v.name: v.domain for v in above.variables if v.kind in kinds}
    outer = {v.name: v.domain for v in below.variables if v.kind is not Kind.ENDOGENOUS}
    shared = {v.name: v.domain for v in above.variables if v.kind is Kind.PARAMETER}
    own = {v.name: v.domain for v in below.variables if v.kind is Kind.PARAMETER}
    for name in shared.keys() & own.keys():
        refuse_unless(shared[name] == own[name], f"the parameter {name!r} has two domains")
    found = Claim(
        below,
        above,
        expressions_of(tau, inner),
        None if tau_u is None else expressions_of(tau_u, outer),
        None
        if omega is None
        else tuple(
            (items_of(i, inner), items_of(j, upper))
            for i, j in (list_of(pair, 2) for pair in list_of(omega))
        ),
        {
            _text(name): tuple(map(_text, list_of(site)))
            for name, site in (list_of(pair, 2) for pair in list_of(sites))
        },
        tuple(map(_text, list_of(inert))),
        None if listed is None else tuple(items_of(i, inner) for i in list_of(listed)),
    )
    members = [v for site in found.sites.values() for v in site]
    refuse_unless(len(set(members)) == len(members), "two sites share a variable")
    refuse_unless(set(members) | set(found.inert) <= set(inner), "no low-level variable")
    refuse_unless(set(found.tau) | set(found.sites) <= set(upper), "no high-level variable")
    return found
