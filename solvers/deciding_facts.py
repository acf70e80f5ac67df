"""Decide which low-level variables each τ reads, and that τ stays within its domain."""

from __future__ import annotations

from itertools import product
from math import prod

import numpy as np

from tauomega.theory.abstraction import Abstraction
from tauomega.theory.errors import (
    EvaluationError,
    Fault,
    InputError,
    OutOfReachError,
    UndecidedError,
)
from tauomega.theory.kernel import (
    Domain,
    Expression,
    Finite,
    Range,
    Reals,
    Reference,
    Value,
    evaluate,
    free_names,
    image,
)
from tauomega.theory.kernel.reaching import interval_of, weights_of

from .columns import NotVectorisedError, compile_column
from .engine import Budget
from .facts import Facts

__all__ = ["decide_facts"]

LITERAL, MOST = 2**12, 2**24
ROWS = 2**18


def decide_facts(claim: Abstraction, budget: Budget, *, supports: bool = True) -> Facts:
    """Supports, roles and high-level domains of a claim.

    Args:
        claim: the claim.
        budget: time for solver queries, where a domain is infinite.
        supports: whether the supports are needed; interchange claims need none.

    Raises:
        InputError: τ leaves its domain (the state is named), or a role contradicts τ.
        UndecidedError: a support could not be decided in time.
    """
    faults: list[Fault | str] = []
    reads: dict[str, tuple[str, ...]] = {}
    domains: dict[str, Finite | Range] = {}
    relies: list[str] = []
    for name, expression in claim.tau.items():
        target = None if claim.high is None else claim.high.domain(name)
        try:
            if target is None:
                target = image(expression, claim.scope_domains)
            if isinstance(target, Finite | Range):
                domains[name] = target
            if supports:
                reads[name], note = _support(claim, name, expression, target, budget)
                relies += note
        except EvaluationError as error:
            faults.append(f"τ of {name!r}: {error}")
        except InputError as error:
            faults.extend(error.faults)
    mapped = {v for support in reads.values() for v in support}
    for role in ("inert", "internal"):
        for variable in sorted(getattr(claim, role) & mapped):
            readers = ", ".join(high for high, support in reads.items() if variable in support)
            faults.append(
                f"{variable!r} is declared {role}, but τ of {readers} reads it; {role} variables "
                "are unread ones"
            )
    if faults:
        raise InputError(faults)
    inert = tuple(v for v in claim.scm.endogenous if v in claim.inert)
    return Facts(reads, inert, domains, tuple(dict.fromkeys(relies)))


def _support(
    claim: Abstraction, name: str, expression: Expression, target: Domain, budget: Budget
) -> tuple[tuple[str, ...], list[str]]:
    scm = claim.scm
    used = free_names(expression)
    names = [v for v in scm.endogenous if v in used]
    domains = {v: scm.domain(v) for v in names}
    finite = {v: d for v, d in domains.items() if isinstance(d, Finite | Range)}
    size = prod(d.size for d in finite.values())
    if len(finite) == len(domains) and size <= LITERAL:
        return _finite_support(name, expression, finite, target, size, claim.partial), []
    if isinstance(expression, Reference) and domains[names[0]] == target:
        return tuple(names), []
    linear = weights_of(expression) if isinstance(target, Reals) else None
    if linear is not None:
        return tuple(v for v in names if v in linear[1]), []
    interval = interval_of(expression, domains)
    if interval is not None and isinstance(target, Range):
        weights = weights_of(expression)
        assert weights is not None
        if interval.low in target and interval.high in target:
            return tuple(v for v in names if v in weights[1]), []
    if len(finite) == len(domains) and size <= MOST and isinstance(target, Finite | Range):
        return _finite_support(name, expression, finite, target, size, claim.partial), []
    return _symbolic_support(name, expression, domains, target, budget)


def _finite_support(
    name: str,
    expression: Expression,
    domains: dict[str, Finite | Range],
    target: Domain,
    size: int,
    partial: bool,
) -> tuple[str, ...]:
    names = list(domains)
    sizes = [domains[v].size for v in names]
    if size <= LITERAL:
        codes: dict[Value | None, int] = {}
        rows = np.empty(size, dtype=np.intp)
        for row, values in enumerate(product(*domains.values())):
            state = dict(zip(names, values, strict=True))
            try:
                value: Value | None = evaluate(expression, state)
            except EvaluationError:
                if not partial:
                    raise
                value = None
            if value is not None and value not in target:
                shown = ", ".join(f"{k} = {v}" for k, v in state.items())
                raise EvaluationError(f"the value {value} is outside {target}, at {shown}")
            rows[row] = codes.setdefault(value, len(codes))
    else:
        assert isinstance(target, Finite | Range)
        try:
            function = compile_column(expression, domains, target)
        except NotVectorisedError as error:
            raise OutOfReachError(
                f"states that τ of {name!r} reads ({error})", size, LITERAL
            ) from None
        rows = np.empty(size, dtype=np.min_scalar_type(target.size))
        for start in range(0, size, ROWS):
            stop = min(size, start + ROWS)
            rest = np.arange(start, stop, dtype=np.int64)
            columns = {}
            for v in reversed(names):
                rest, digit = np.divmod(rest, domains[v].size)
                columns[v] = digit.astype(np.intp)
            rows[start:stop] = function(columns)
    grid = rows.reshape(sizes)
    return tuple(v for axis, v in enumerate(names) if (grid != np.take(grid, [0], axis=axis)).any())


def _symbolic_support(
    name: str, expression: Expression, domains: dict[str, Domain], target: Domain, budget: Budget
) -> tuple[tuple[str, ...], list[str]]:
    from .smt_facts import depends_on, leaves_domain

    away = leaves_domain(expression, domains, target, budget)
    if isinstance(away, dict):
        shown = ", ".join(f"{k} = {v}" for k, v in away.items())
        raise EvaluationError(f"the value leaves {target}, at {shown}")
    found = []
    for variable in domains:
        answer = depends_on(expression, variable, domains, budget)
        if answer is None or away is None:
            raise UndecidedError(
                f"whether τ of {name!r} reads {variable!r} was not decided in time"
            )
        if answer:
            found.append(variable)
    return tuple(found), ["z3 for the supports of τ"]
