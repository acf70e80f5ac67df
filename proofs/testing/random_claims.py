"""Random small claims, about half of which hold: for testing engines, reductions and definitions.

A claim that is drawn blindly almost never holds. So half of them are made from a low-level model and
blocks by *computing* what the high-level model must be (as far as that is a model), and the other half
are such claims with one thing changed, or drawn blindly.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import product

from tauomega.theory.abstraction import Abstraction
from tauomega.theory.definition import high_model
from tauomega.theory.errors import EvaluationError, InputError
from tauomega.theory.intervening import parents_of
from tauomega.theory.intervention import (
    NOTHING,
    Change,
    Edge,
    Hard,
    Intervention,
    Interventional,
    Soft,
    compound,
)
from tauomega.theory.kernel import (
    BOOL,
    SELF,
    Case,
    Constant,
    Declaration,
    Expression,
    Finite,
    FiniteLaw,
    Kind,
    Range,
    Reference,
    Value,
    complete,
)
from tauomega.theory.scm import SCM
from tauomega.theory.soft_omega import explicit_omega, support

from .quotients import Blocks, finite_domain, quotient_claim

__all__ = [
    "broken",
    "random_blocks",
    "random_claim",
    "random_intervention",
    "random_scm",
    "random_soft_claim",
]

Domain = Finite | Range


def random_table(
    rng: random.Random, parents: Sequence[tuple[str, Domain]], target: Domain
) -> Expression:
    """A random function of the parents, as a table."""
    values = list(target)
    if not parents:
        return Constant(rng.choice(values))
    rows = tuple(
        (key, Constant(rng.choice(values))) for key in product(*(domain for _, domain in parents))
    )
    return Case(tuple(Reference(name) for name, _ in parents), rows)


TERNARY = 0.2
"""How often a variable has three values."""


def random_scm(
    rng: random.Random,
    *,
    variables: int = 3,
    contexts: int = 4,
    prefix: str = "X",
    inputs: float = 0.0,
) -> SCM:
    """A random acyclic model with laws, at most `contexts` contexts, tables for mechanisms."""
    declared: list[Declaration] = []
    roots: list[tuple[str, Domain]] = []
    size = 1
    while not roots or (size * 2 <= contexts and rng.random() < 0.7):
        domain: Domain = BOOL if size * 3 > contexts or rng.random() > TERNARY else Range(0, 2)
        name = f"{prefix}u{len(roots)}"
        weights = [rng.randint(1, 3) for _ in domain]
        law = FiniteLaw(tuple(Fraction(w, sum(weights)) for w in weights))
        kind = Kind.INPUT if rng.random() < inputs else Kind.EXOGENOUS
        declared.append(Declaration(name, kind, domain, law))
        roots.append((name, domain))
        size *= domain.size
    known = list(roots)
    for index in range(variables):
        domain = Range(0, 2) if rng.random() < TERNARY else BOOL
        name = f"{prefix}{index}"
        parents = rng.sample(known, k=min(len(known), rng.choice((0, 1, 1, 2, 2))))
        parents = _small(parents)
        mechanism = random_table(rng, parents, domain)
        declared.append(Declaration(name, Kind.ENDOGENOUS, domain, None, mechanism))
        known.append((name, domain))
    return SCM(complete(declared))


def _small(parents: Sequence[tuple[str, Domain]]) -> list[tuple[str, Domain]]:
    kept: list[tuple[str, Domain]] = []
    size = 1
    for name, domain in parents:
        if size * domain.size <= 9:
            kept.append((name, domain))
            size *= domain.size
    return kept


def random_claim(rng: random.Random) -> Abstraction:
    """A random claim; about half hold for `constructive` over blocks."""
    makers: tuple[Callable[[random.Random], Abstraction | None], ...] = (
        _quotient_claim,
        _quotient_claim,
        _quotient_claim,
        _identity_claim,
        _broken_claim,
        _blind_claim,
    )
    while True:
        try:
            claim = rng.choice(makers)(rng)
        except InputError:
            continue
        if claim is not None:
            return claim


def _identity_claim(rng: random.Random) -> Abstraction:
    """A model and itself with its contexts renamed."""
    model = random_scm(rng, variables=rng.randint(1, 3))
    return Abstraction(model, model, {name: Reference(name) for name in model.endogenous})


def random_blocks(
    rng: random.Random, variables: int | None = None, *, inputs: float = 0.0
) -> Blocks:
    """A random low-level model with random blocks and a random τ for each; not always onto."""
    count = rng.randint(2, 4) if variables is None else variables
    low = random_scm(rng, variables=count, inputs=inputs)
    names = list(low.endogenous)
    rng.shuffle(names)
    if rng.random() < 0.3 and len(names) > 2:
        names.pop()
    count = rng.randint(1, min(3, len(names)))
    blocks: list[list[str]] = [[name] for name in names[:count]]
    for name in names[count:]:
        choice = rng.choice(blocks)
        if len(choice) < 2:
            choice.append(name)
    tau: list[Expression] = []
    domains: list[Domain] = []
    for block in blocks:
        parents = [(name, finite_domain(low, name)) for name in block]
        domain: Domain = Range(0, 2) if rng.random() < 0.15 else BOOL
        if len(block) == 1 and rng.random() < 0.7:
            domain = parents[0][1]
            tau.append(Reference(block[0]))
        else:
            tau.append(random_table(rng, parents, domain))
        domains.append(domain)
    return Blocks(low, tuple(map(tuple, blocks)), tuple(tau), tuple(domains))


def _quotient_claim(rng: random.Random) -> Abstraction | None:
    """A claim whose high-level model is computed from the low-level one, where that is a model."""
    return quotient_claim(random_blocks(rng))


def _broken_claim(rng: random.Random) -> Abstraction | None:
    """A computed claim with one mechanism of one model drawn again."""
    claim = _quotient_claim(rng)
    return None if claim is None else broken(rng, claim)


def broken(rng: random.Random, claim: Abstraction) -> Abstraction:
    """A claim with one mechanism of one of its models drawn again."""
    side = rng.choice(("low", "high"))
    model = claim.scm if side == "low" else high_model(claim)
    victim = rng.choice([n for n in model.endogenous if model[n].mechanism is not None])
    earlier = model.order[: model.order.index(victim)]
    candidates = [*model.roots, *(n for n in earlier if n not in model.roots)]
    parents = [
        (n, finite_domain(model, n)) for n in rng.sample(candidates, k=min(2, len(candidates)))
    ]
    target = finite_domain(model, victim)
    declared = [
        Declaration(
            v.name,
            v.kind,
            v.domain,
            v.law,
            random_table(rng, _small(parents), target) if v.name == victim else v.mechanism,
        )
        for v in model.variables
    ]
    changed = SCM(complete(declared))
    if side == "low":
        return replace(claim, low=changed)
    return replace(claim, high=changed)


def _blind_claim(rng: random.Random) -> Abstraction:
    """Two unrelated models and random τ, which may share low-level variables."""
    low = random_scm(rng, variables=rng.randint(1, 3))
    high = random_scm(rng, variables=rng.randint(1, 2), prefix="Y", contexts=3)
    names = [(n, finite_domain(low, n)) for n in low.endogenous]
    tau = {}
    for name in high.endogenous:
        parents = rng.sample(names, k=min(len(names), rng.choice((1, 1, 2))))
        tau[name] = random_table(rng, _small(parents), finite_domain(high, name))
    return Abstraction(low, high, tau)


def random_intervention(rng: random.Random, model: SCM) -> Intervention:
    """A random intervention on one or two variables that keeps to their parents: hard, soft, interventional, edges."""
    hard: dict[str, Value] = {}
    changes: list[Change] = []
    count = rng.randint(1, min(2, len(model.endogenous)))
    for name in rng.sample(model.endogenous, k=count):
        target = finite_domain(model, name)
        parents = sorted(parents_of(model.program, name))
        known = [(n, finite_domain(model, n)) for n in parents]
        own = (SELF, target)
        kind = rng.choice(("hard", "soft", "self", "edge"))
        if kind == "soft" and name not in parents:
            changes.append(Soft(name, random_table(rng, _small(known), target)))
        elif kind == "self":
            changes.append(Interventional(name, random_table(rng, [own], target)))
        elif kind == "edge" and known:
            parent, domain = rng.choice(known)
            changes.append(Edge(parent, name, rng.choice(list(domain))))
        else:
            hard[name] = rng.choice(list(target))
    return compound(Hard.from_mapping(hard), tuple(changes))


def random_soft_claim(rng: random.Random) -> Abstraction:
    """A claim with τ_U the identity and an ω on soft interventions; about half of the ω are the explicit one."""
    while True:
        claim = random_claim(rng)
        high, low = claim.high, claim.scm
        if high is None or set(high.roots) != set(low.roots):
            continue
        tau_u: dict[str, Expression] = {name: Reference(name) for name in high.roots}
        mapped = {n for e in claim.tau.values() for n in support(e, low, low.endogenous)}
        listed = [NOTHING, *(random_intervention(rng, low) for _ in range(2))]
        omega = {}
        try:
            for i in listed:
                if i.targets <= mapped:
                    omega[i] = explicit_omega(claim, tau_u, i)
            if rng.random() < 0.4:
                omega[rng.choice(list(omega))] = random_intervention(rng, high)
            pairs = tuple(omega.items())
            return Abstraction(claim.low, high, claim.tau, tau_u=tau_u, omega=pairs)
        except (InputError, EvaluationError):
            continue
