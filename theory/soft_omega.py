r"""ω of soft interventions, explicitly: Theorem 14 of Massidda et al. (2023).

For a claim whose τ and τ_U read blocks of their own, the only candidate for $\omega(i)$ replaces the
mechanism of every high-level variable $Y$ whose block is touched by
$$g_Y(y, u) = \tau_Y\bigl(F^i_{\Pi(Y)}(\tau^{-1}(y), \tau_U^{-1}(u))\bigr)$$
for any partial inverses; we take the first preimage of each value, in the order of the domains.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from math import prod

from .abstraction import Abstraction
from .errors import InputError, OutOfReachError
from .intervening import new_parents
from .intervention import Hard, Intervention, Soft, compound
from .kernel import Constant, Expression, Finite, Range, Value, evaluate, free_names
from .scm import SCM
from .tables import as_mechanism, essential_arguments

__all__ = ["NoSoftImageError", "explicit_omega", "first_value", "support"]

LIMIT = 2**16
Choice = dict[str, Value]


class NoSoftImageError(InputError):
    """No soft intervention above does what one below does: its rule would need other parents."""


def support(expression: Expression, model: SCM, names: Sequence[str]) -> tuple[str, ...]:
    """The variables that the value depends on (not only those it mentions), in the order of `names`.

    Raises:
        OutOfReachError: a domain is infinite, or there are more than 2^16 points.
    """
    used = [name for name in names if name in free_names(expression)]
    table = _values(expression, model, used)
    return tuple(used[k] for k in essential_arguments(table, len(used)))


def explicit_omega(
    claim: Abstraction, tau_u: Mapping[str, Expression], intervention: Intervention
) -> Intervention:
    """The high-level intervention that Theorem 14 gives.

    Args:
        claim: a claim whose τ reads blocks of its own, onto.
        tau_u: high-level root -> expression in low-level roots, onto.
        intervention: an intervention below, of any kind but a stochastic one.

    Raises:
        InputError: a model has parameters.
        NoSoftImageError: the rule of a high-level variable would read what its mechanism does not.
        OutOfReachError: a domain is infinite, or there are more than 2^16 high-level points.
    """
    low, high = claim.scm, claim.high
    assert high is not None
    if low.parameters or high.parameters:
        shown = ", ".join(map(repr, dict.fromkeys((*low.parameters, *high.parameters))))
        raise InputError(
            [f"the explicit ω is for one value of the parameters {shown}; list ω, or write numbers"]
        )
    blocks = {n: support(claim.tau[n], low, low.endogenous) for n in high.endogenous}
    touched = [n for n, block in blocks.items() if set(block) & intervention.targets]
    states = {n: _preimages(claim.tau[n], low, block) for n, block in blocks.items()}
    roots = {n: _preimages(tau_u[n], low, support(tau_u[n], low, low.roots)) for n in high.roots}
    free_state = {n: first_value(low, n) for n in low.endogenous}
    free_context = {n: first_value(low, n) for n in low.roots}
    size = prod(len(c) for c in states.values()) * prod(len(c) for c in roots.values())
    if size > LIMIT:
        raise OutOfReachError("high-level states and contexts", size, LIMIT)
    tables: dict[str, dict[tuple[Value, ...], Value]] = {n: {} for n in touched}
    for u in product(*roots.values()):
        context = free_context | _gathered(roots, u)
        for y in product(*states.values()):
            stepped = low.step(free_state | _gathered(states, y), context, intervention)
            for n in touched:
                tables[n][*u, *y] = evaluate(claim.tau[n], stepped)
    names = (*high.roots, *high.endogenous)
    found = _rules(high, names, tables)
    for target, more in new_parents(high.program, found).items():
        raise NoSoftImageError(
            [f"the rule of {target!r} would read {', '.join(sorted(more))}, no parent of it"]
        )
    return found


def _rules(
    high: SCM, names: Sequence[str], tables: Mapping[str, Mapping[tuple[Value, ...], Value]]
) -> Intervention:
    """Tables over the roots and all variables, each as a rule of the names that it depends on."""
    fixed: Choice = {}
    rules = []
    for target, table in tables.items():
        for k in essential_arguments(table, len(names)):
            name, hidden = names[k], k < len(high.roots)
            if hidden and name in high.inputs and name != target:
                raise NoSoftImageError([f"the rule of {target!r} would read the noise of {name!r}"])
            if not hidden and name == target:
                raise NoSoftImageError([f"the rule of {target!r} would read {target!r} itself"])
        rule = as_mechanism(table, names)
        if isinstance(rule, Constant):
            fixed[target] = rule.value
        else:
            rules.append(Soft(target, rule))
    return compound(Hard.from_mapping(fixed), tuple(rules))


def _gathered(preimages: Mapping[str, Mapping[Value, Choice]], chosen: Sequence[Value]) -> Choice:
    found: Choice = {}
    for name, value in zip(preimages, chosen, strict=True):
        found |= preimages[name][value]
    return found


def _preimages(expression: Expression, model: SCM, block: Sequence[str]) -> dict[Value, Choice]:
    """The first setting of a block for each value; variables it only mentions take any value."""
    rest = {n: first_value(model, n) for n in free_names(expression) if n not in block}
    found: dict[Value, Choice] = {}
    for point in product(*(_domain(model, n) for n in block)):
        setting = dict(zip(block, point, strict=True))
        found.setdefault(evaluate(expression, rest | setting), setting)
    return found


def _values(
    expression: Expression, model: SCM, names: Sequence[str]
) -> dict[tuple[Value, ...], Value]:
    domains = [_domain(model, name) for name in names]
    if prod(d.size for d in domains) > LIMIT:
        raise OutOfReachError("points", prod(d.size for d in domains), LIMIT)
    return {p: evaluate(expression, dict(zip(names, p, strict=True))) for p in product(*domains)}


def _domain(model: SCM, name: str) -> Finite | Range:
    domain = model.domain(name)
    if isinstance(domain, Finite | Range):
        return domain
    raise OutOfReachError(f"values of {name!r}", 2**63, LIMIT)


def first_value(model: SCM, name: str) -> Value:
    """The first value of a finite domain."""
    return next(iter(_domain(model, name)))
