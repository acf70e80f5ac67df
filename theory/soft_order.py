r"""The order of interventions: by the states that they allow.

$i \preceq k$ iff $\mathrm{Rst}(i) \supseteq \mathrm{Rst}(k)$, where $\mathrm{Rst}(i)$ is the set of all
states whose values of the targets are values of the new mechanisms, jointly. For hard interventions on
variables with two values or more this is the order of partial assignments.

Source: Massidda, Geiger, Icard & Bacciu (2023), Defs. 5-8, arXiv:2211.12270.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import product
from math import prod

from .errors import InputError, OutOfReachError
from .intervening import intervened
from .intervention import Hard, Intervention
from .kernel import ConditionalLaw, Finite, FiniteLaw, Kind, Range, Value, evaluate, free_names
from .scm import SCM

__all__ = ["images_of_targets", "precedes", "restriction"]

LIMIT = 2**18
Values = tuple[Value, ...]


def precedes(model: SCM, lower: Intervention, upper: Intervention) -> bool:
    """Whether the upper intervention allows only states that the lower one allows.

    Raises:
        OutOfReachError: one of them is not hard, and there are too many states to list.
    """
    if isinstance(lower, Hard) and isinstance(upper, Hard):
        return lower <= upper
    first, allowed = images_of_targets(model, lower)
    second, values = images_of_targets(model, upper)
    free = [name for name in first if name not in second]
    rest = list(product(*(_finite(model, name) for name in free)))
    if len(rest) * len(values) > LIMIT:
        raise OutOfReachError("states of the targets", len(rest) * len(values), LIMIT)
    for row in values:
        known = dict(zip(second, row, strict=True))
        for more in rest:
            state = known | dict(zip(free, more, strict=True))
            if tuple(state[name] for name in first) not in allowed:
                return False
    return True


def restriction(model: SCM, intervention: Intervention) -> frozenset[tuple[tuple[str, Value], ...]]:
    r"""$\mathrm{Rst}(i)$: every state (names and values, in the order of the model) that is allowed.

    Raises:
        InputError: the intervention reads parameters.
        OutOfReachError: too many states.
    """
    targets, values = images_of_targets(model, intervention)
    free = [name for name in model.endogenous if name not in targets]
    size = prod(_finite(model, name).size for name in free) * len(values)
    if size > LIMIT:
        raise OutOfReachError("states that an intervention allows", size, LIMIT)
    found = set()
    for more in product(*(_finite(model, name) for name in free)):
        for row in values:
            state = dict(zip(free, more, strict=True)) | dict(zip(targets, row, strict=True))
            found.add(tuple((name, state[name]) for name in model.endogenous))
    return frozenset(found)


@lru_cache(maxsize=4096)
def images_of_targets(
    model: SCM, intervention: Intervention
) -> tuple[tuple[str, ...], frozenset[Values]]:
    """The targets in the order of the model, and the joint values that their mechanisms take.

    Raises:
        InputError: the intervention reads parameters; they have no fixed value here.
        OutOfReachError: too many values of what its rules read.
    """
    targets = tuple(name for name in model.endogenous if name in intervention.targets)
    if isinstance(intervention, Hard):
        fixed = dict(intervention.items)
        return targets, frozenset({tuple(fixed[name] for name in targets)})
    rules = intervened(model.program, intervention).rules
    fixed_rules = {name: rules[name] for name in targets}
    read: dict[str, None] = {}
    for rule in fixed_rules.values():
        if not isinstance(rule, FiniteLaw | ConditionalLaw):
            read.update(dict.fromkeys(sorted(free_names(rule))))
    if set(read) & set(model.parameters):
        raise InputError(["the order of interventions whose rules read parameters is not defined"])
    domains = [_finite(model, name) for name in read]
    size = prod(domain.size for domain in domains)
    if size > LIMIT:
        raise OutOfReachError("values that rules read", size, LIMIT)
    found: set[Values] = set()
    for point in product(*domains):
        state = dict(zip(read, point, strict=True))
        options = []
        for name, rule in fixed_rules.items():
            if isinstance(rule, FiniteLaw):
                law = zip(_finite(model, name), rule.probabilities, strict=True)
                options.append([value for value, p in law if p])
            else:
                assert not isinstance(rule, ConditionalLaw), "targets have new rules"
                options.append([evaluate(rule, state)])
        found.update(product(*options))
    return targets, frozenset(found)


def _finite(model: SCM, name: str) -> Finite | Range:
    domain = model.domain(name)
    if isinstance(domain, Finite | Range):
        return domain
    kind = "input" if model[name].kind is Kind.INPUT else "variable"
    raise OutOfReachError(f"values of the {kind} {name!r}", 2**63, LIMIT)
