r"""Intervention algebras: composition of interventionals, and the two laws that make an algebra of them.

An interventional is a map of tables of mechanisms, and interventionals compose as maps. A set of them
is an *intervention algebra* iff it behaves like hard interventions: changes of different variables
commute, and of two changes of one variable the later wins (it is *left-annihilative*). Hard and soft
interventions are; steering, `X := self + 3`, is not. An edge is a variable of its own in the expanded
model, where every child reads its own copy of a parent: there a change of an edge is a hard one.

Source: Geiger et al. (2025), intervention algebras (Theorems 20-21), arXiv:2301.04709.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import product
from math import prod

from .errors import InputError, OutOfReachError
from .intervention import (
    Change,
    Edge,
    Hard,
    Intervention,
    Interventional,
    Soft,
    Stochastic,
    compound,
)
from .kernel import (
    SELF,
    Constant,
    Expression,
    Finite,
    FiniteLaw,
    Range,
    Reference,
    Value,
    evaluate,
    free_names,
    substitute,
)
from .kernel.reaching import weights_of
from .scm import SCM

__all__ = ["annihilates", "commute", "compose", "same", "separating_state"]

LIMIT = 2**16


def compose(model: SCM, first: Intervention, second: Intervention) -> Intervention:
    r"""`second` after `first`, as one intervention: $i_2 \circ i_1$.

    Raises:
        InputError: the composition is no single change of this kind, as when a mechanism with an
            edge held is then changed as a whole.

    Example:
        >>> model = SCM.from_text("U : real\nX = U")
        >>> steer = model.intervention("X := self + 3")
        >>> print(compose(model, steer, steer))
        X := (self + 3) + 3
    """
    fixed, changes = _parts(first)
    for name, value in _parts(second)[0].items():
        fixed[name] = value
        changes = {key: c for key, c in changes.items() if c.target != name}
    for change in _parts(second)[1].values():
        name = change.target
        before = [c for c in changes.values() if c.target == name]
        now = _after(model, before, fixed.pop(name, None), change)
        keep_edges = isinstance(change, Edge) and all(isinstance(c, Edge) for c in before)
        if not keep_edges:
            changes = {key: c for key, c in changes.items() if c.target != name}
        if isinstance(now, Edge):
            changes[name, now.parent] = now
        elif isinstance(now, Soft) and isinstance(now.rule, Constant):
            fixed[name] = now.rule.value
        else:
            changes[name, ""] = now
    return compound(Hard.from_mapping(fixed), tuple(changes.values()))


def _parts(
    intervention: Intervention,
) -> tuple[dict[str, Value], dict[tuple[str, str], Change]]:
    if isinstance(intervention, Hard):
        return dict(intervention.items), {}
    keyed = {(c.target, c.parent if isinstance(c, Edge) else ""): c for c in intervention.changes}
    return dict(intervention.hard.items), keyed


def _after(model: SCM, before: Sequence[Change], fixed: Value | None, change: Change) -> Change:
    """A change of a variable that was set, or changed, before."""
    name = change.target
    if isinstance(change, Soft | Stochastic):
        return change
    match fixed, before:
        case None, []:
            return change
        case None, [Soft(rule=rule) | Interventional(rule=rule) as earlier]:
            after = _rule_after(rule, change)
            return Soft(name, after) if isinstance(earlier, Soft) else Interventional(name, after)
        case None, [Stochastic(law=law)]:
            return Stochastic(name, _pushed(model, law, change))
        case None, edges if isinstance(change, Edge) and all(isinstance(e, Edge) for e in edges):
            return change
        case None, _:
            raise InputError(
                [
                    f"{name!r} has an edge held and is then changed as a whole; the two together are no "
                    "single change: split the edge off as a variable"
                ]
            )
        case value, _:
            assert value is not None
            return Soft(name, _folded(_rule_after(Constant(value), change)))


def _rule_after(rule: Expression, change: Interventional | Edge) -> Expression:
    if isinstance(change, Interventional):
        return substitute(change.rule, {SELF: rule})
    return substitute(rule, {change.parent: Constant(change.value)})


def _folded(rule: Expression) -> Expression:
    return rule if free_names(rule) else Constant(evaluate(rule, {}))


def _pushed(model: SCM, law: FiniteLaw, change: Interventional | Edge) -> FiniteLaw:
    """The law of a function of a value drawn from a law."""
    if isinstance(change, Edge):
        return law
    if free_names(change.rule) != {SELF}:
        raise InputError(
            [
                f"{change} reads more than the value that was drawn; the two together are no single law"
            ]
        )
    domain = model.domain(change.target)
    assert isinstance(domain, Finite | Range), "laws are on finite domains"
    weights = [Fraction(0)] * domain.size
    for value, p in zip(domain, law.probabilities, strict=True):
        weights[domain.index(evaluate(change.rule, {SELF: value}))] += p
    return FiniteLaw(tuple(weights))


def same(model: SCM, first: Intervention, second: Intervention) -> bool:
    """Whether two interventions are the same map of mechanisms, for all mechanisms of the targets."""
    return separating_state(model, first, second) is None


def commute(model: SCM, first: Intervention, second: Intervention) -> bool:
    """Whether the order does not matter, for all mechanisms."""
    return same(model, compose(model, first, second), compose(model, second, first))


def annihilates(model: SCM, first: Intervention, second: Intervention) -> bool:
    """Whether `second` after `first` is `second` alone: the last write wins."""
    return same(model, compose(model, first, second), second)


def separating_state(
    model: SCM, first: Intervention, second: Intervention
) -> dict[str, Value] | None:
    """A target and a state (with `self`) at which the two differ; `None` if they are the same map.

    Finite domains are gone through; over the reals, linear rules are compared by their weights.

    Raises:
        OutOfReachError: a rule over infinite domains that is not linear, or more than 2^16 states.
    """
    for name in model.endogenous:
        a, b = (_effect(model, i, name) for i in (first, second))
        if isinstance(a, tuple) or isinstance(b, tuple):  # laws, and edges of unknown mechanisms
            if a != b:
                return {name: str(a)}
            continue
        found = _difference(model, name, a, b)
        if found is not None:
            return found
    return None


Effect = Expression | tuple[Change, ...]


def _effect(model: SCM, intervention: Intervention, name: str) -> Effect:
    """What becomes of a mechanism, as a rule in `self`; or the changes, where it is no rule."""
    fixed, changes = _parts(intervention)
    if name in fixed:
        return Constant(fixed[name])
    own = [c for c in changes.values() if c.target == name]
    match own:
        case [Soft(rule=rule) | Interventional(rule=rule)]:
            return rule
        case []:
            return Reference(SELF)
        case _:
            return tuple(own)


def _difference(
    model: SCM, name: str, first: Expression, second: Expression
) -> dict[str, Value] | None:
    if first == second:
        return None
    names = sorted(free_names(first) | free_names(second))
    domains = {n: model.domain(name if n == SELF else n) for n in names}
    finite = [d for d in domains.values() if isinstance(d, Finite | Range)]
    if len(finite) < len(names):
        weights = weights_of(first), weights_of(second)
        if None in weights:
            raise OutOfReachError(f"values that the rules of {name!r} read", 2**63, LIMIT)
        return None if weights[0] == weights[1] else {name: str(first)}
    if prod(d.size for d in finite) > LIMIT:
        raise OutOfReachError("states to compare rules at", prod(d.size for d in finite), LIMIT)
    for point in product(*finite):
        state = dict(zip(names, point, strict=True))
        if evaluate(first, state) != evaluate(second, state):
            return state
    return None
