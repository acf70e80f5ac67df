r"""The law of a model's solution under an intervention: layer 2, exactly.

Works for models with mechanisms and laws of their contexts, for models made of conditional laws, and
for mixtures of the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import product

from .errors import InputError, OutOfReachError
from .intervention import NOTHING, Hard
from .kernel import ConditionalLaw, Finite, FiniteLaw, Kind, Range, Value, evaluate
from .scm import SCM

__all__ = ["StateLaw", "law_of", "marginal"]

StateLaw = dict[tuple[tuple[str, Value], ...], Fraction]
"""State (names and values, in the order of the model) -> its probability, where it is positive."""

MOST = 2**22


def law_of(
    model: SCM, intervention: Hard = NOTHING, *, parameters: Mapping[str, Value] | None = None
) -> StateLaw:
    r"""The law $P^i$ of the endogenous variables under a hard intervention.

    Raises:
        InputError: roots without a finite law, all named.
        OutOfReachError: more than 2^22 states to list.
    """
    missing = model.without_law()
    if missing:
        raise InputError([f"{name!r} has no law; write {name} : … ~ …" for name in missing])
    fixed = dict(intervention.items)
    states: list[tuple[dict[str, Value], Fraction]] = []
    roots = [(name, _choices(model, name)) for name in model.roots]
    for picked in product(*(choices for _, choices in roots)):
        weight = Fraction(1)
        values: dict[str, Value] = dict(parameters or {})
        for (name, _), (value, p) in zip(roots, picked, strict=True):
            values[name] = value
            weight *= p
        states.append((values, weight))
        if len(states) > MOST:
            raise OutOfReachError("contexts", len(states), MOST)
    for name in model.order:
        variable = model[name]
        if name in fixed:
            for values, _ in states:
                values[name] = fixed[name]
        elif isinstance(variable.law, ConditionalLaw):
            states = _expanded(model, name, variable.law, states)
        elif variable.kind is Kind.ENDOGENOUS:
            assert variable.mechanism is not None
            for values, _ in states:
                values[name] = evaluate(variable.mechanism, values)
    found: StateLaw = {}
    for values, weight in states:
        state = tuple((name, values[name]) for name in model.endogenous)
        found[state] = found.get(state, Fraction(0)) + weight
    return found


def marginal(law: StateLaw, names: tuple[str, ...]) -> StateLaw:
    """The law of some of the variables, in this order."""
    found: StateLaw = {}
    for state, weight in law.items():
        values = dict(state)
        key = tuple((name, values[name]) for name in names)
        found[key] = found.get(key, Fraction(0)) + weight
    return found


def _choices(model: SCM, name: str) -> list[tuple[Value, Fraction]]:
    law, domain = model[name].law, model.domain(name)
    assert isinstance(law, FiniteLaw)
    assert isinstance(domain, Finite | Range)
    return [(v, p) for v, p in zip(domain, law.probabilities, strict=True) if p]


def _expanded(
    model: SCM, name: str, law: ConditionalLaw, states: list[tuple[dict[str, Value], Fraction]]
) -> list[tuple[dict[str, Value], Fraction]]:
    domain = model.domain(name)
    assert isinstance(domain, Finite | Range)
    found = []
    for values, weight in states:
        for value, p in zip(domain, law.at(values).probabilities, strict=True):
            if p:
                found.append((values | {name: value}, weight * p))
    if len(found) > MOST:
        raise OutOfReachError("states", len(found), MOST)
    return found
