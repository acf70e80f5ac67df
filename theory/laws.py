r"""The law of a model's solution under an intervention: layer 2, exactly.

Works for models with mechanisms and laws of their contexts, for models made of conditional laws, and
for mixtures of the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import product

from .errors import InputError, OutOfReachError
from .intervening import intervened
from .intervention import NOTHING, Intervention
from .kernel import ConditionalLaw, Finite, FiniteLaw, Range, Value, evaluate
from .scm import SCM

__all__ = ["StateLaw", "law_of", "marginal"]

StateLaw = dict[tuple[tuple[str, Value], ...], Fraction]
"""State (names and values, in the order of the model) -> its probability, where it is positive."""

MOST = 2**19


def law_of(
    model: SCM,
    intervention: Intervention = NOTHING,
    *,
    parameters: Mapping[str, Value] | None = None,
) -> StateLaw:
    r"""The law $P^i$ of the endogenous variables under an intervention.

    Raises:
        InputError: roots without a finite law, all named.
        OutOfReachError: more than 2^19 states to list.
        NotSolvableError: the model is cyclic, and a context has no solution, or several.
    """
    missing = model.without_law()
    if missing:
        raise InputError([f"{name!r} has no law; write {name} : … ~ …" for name in missing])
    plan = intervened(model.program, intervention)
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
    if model.cyclic:
        context = [({n: v[n] for n in model.roots}, weight) for v, weight in states]
        states = [(model.run(c, intervention, parameters=parameters), p) for c, p in context]
    for name in plan.order if not model.cyclic else ():
        rule = plan.rules.get(name)
        if isinstance(rule, FiniteLaw | ConditionalLaw):
            law = ConditionalLaw((), (), rule) if isinstance(rule, FiniteLaw) else rule
            states = _expanded(model, name, law, states)
        elif rule is not None:
            for values, _ in states:
                values[name] = evaluate(rule, values)
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
