"""Random small claims, about half of which hold: for testing engines, reductions and definitions.

A claim that is drawn blindly almost never holds. So half of them are made from a low-level model and
blocks by *computing* what the high-level model must be (as far as that is a model), and the other half
are such claims with one thing changed, or drawn blindly.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from tauomega.theory.abstraction import Abstraction
from tauomega.theory.errors import InputError
from tauomega.theory.kernel import (
    BOOL,
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

__all__ = ["random_claim", "random_scm"]

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


def random_scm(
    rng: random.Random,
    *,
    variables: int = 3,
    contexts: int = 4,
    prefix: str = "X",
    ternary: float = 0.2,
    inputs: float = 0.0,
) -> SCM:
    """A random acyclic model with laws, at most `contexts` contexts, tables for mechanisms."""
    declared: list[Declaration] = []
    roots: list[tuple[str, Domain]] = []
    size = 1
    while not roots or (size * 2 <= contexts and rng.random() < 0.7):
        domain: Domain = BOOL if size * 3 > contexts or rng.random() > ternary else Range(0, 2)
        name = f"{prefix}u{len(roots)}"
        weights = [rng.randint(1, 3) for _ in domain]
        law = FiniteLaw(tuple(Fraction(w, sum(weights)) for w in weights))
        kind = Kind.INPUT if rng.random() < inputs else Kind.EXOGENOUS
        declared.append(Declaration(name, kind, domain, law))
        roots.append((name, domain))
        size *= domain.size
    known = list(roots)
    for index in range(variables):
        domain = Range(0, 2) if rng.random() < ternary else BOOL
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


@dataclass(frozen=True, slots=True)
class _Blocks:
    """A low-level model, blocks, and a τ for each block."""

    low: SCM
    blocks: tuple[tuple[str, ...], ...]
    tau: tuple[Expression, ...]
    domains: tuple[Domain, ...]


def _random_blocks(rng: random.Random, variables: int | None = None) -> _Blocks:
    low = random_scm(rng, variables=rng.randint(2, 4) if variables is None else variables)
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
        parents = [(name, _finite(low, name)) for name in block]
        domain: Domain = Range(0, 2) if rng.random() < 0.15 else BOOL
        if len(block) == 1 and rng.random() < 0.7:
            domain = parents[0][1]
            tau.append(Reference(block[0]))
        else:
            tau.append(random_table(rng, parents, domain))
        domains.append(domain)
    return _Blocks(low, tuple(map(tuple, blocks)), tuple(tau), tuple(domains))


def _finite(model: SCM, name: str) -> Domain:
    domain = model.domain(name)
    assert isinstance(domain, Finite | Range)
    return domain


def _quotient_claim(rng: random.Random) -> Abstraction | None:
    """A claim whose high-level model is computed from the low-level one, where that is a model."""
    found = _random_blocks(rng)
    low = found.low
    contexts = [tuple(c.values()) for c in low.contexts()]
    names = [f"Y{j}" for j in range(len(found.blocks))]
    probe = Abstraction(low, None, dict(zip(names, found.tau, strict=True)))
    declared = [Declaration(r, Kind.EXOGENOUS, low.domain(r), low[r].law) for r in low.roots]
    for j, name in enumerate(names):
        others = [k for k in range(len(names)) if k != j]
        table: dict[tuple[Value, ...], Value] = {}
        settings = [list(product(*(_finite(low, v) for v in found.blocks[k]))) for k in others]
        for context in contexts:
            for chosen in product(*settings):
                from tauomega.theory.intervention import Hard

                items = [
                    (v, value)
                    for k, values in zip(others, chosen, strict=True)
                    for v, value in zip(found.blocks[k], values, strict=True)
                ]
                run = low.run(dict(zip(low.roots, context, strict=True)), Hard(tuple(items)))
                fixed = probe.read(run)
                key = (*context, *(fixed[names[k]] for k in others))
                if table.setdefault(key, fixed[name]) != fixed[name]:
                    return None
        parents = [*low.roots, *(names[k] for k in others)]
        needed = _essential(table, len(parents))
        reduced = {tuple(key[p] for p in needed): value for key, value in table.items()}
        arguments = tuple(Reference(parents[p]) for p in needed)
        rows = tuple((key, Constant(value)) for key, value in reduced.items())
        mechanism: Expression = rows[0][1]
        if arguments:
            mechanism = Case(arguments, rows, rows[0][1])
        declared.append(Declaration(name, Kind.ENDOGENOUS, found.domains[j], None, mechanism))
    high = SCM(complete(declared))  # refused, and drawn again, where it is cyclic
    return Abstraction(low, high, dict(zip(names, found.tau, strict=True)))


def _essential(table: dict[tuple[Value, ...], Value], count: int) -> list[int]:
    """Positions of the arguments that the table depends on."""
    found = []
    for position in range(count):
        groups: dict[tuple[Value, ...], Value] = {}
        for key, value in table.items():
            rest = key[:position] + key[position + 1 :]
            if groups.setdefault(rest, value) != value:
                found.append(position)
                break
    return found


def _broken_claim(rng: random.Random) -> Abstraction | None:
    """A computed claim with one mechanism of one model drawn again."""
    claim = _quotient_claim(rng)
    if claim is None or claim.high is None:
        return None
    side = rng.choice(("low", "high"))
    model = claim.scm if side == "low" else claim.high
    victim = rng.choice([n for n in model.endogenous if model[n].mechanism is not None])
    earlier = model.order[: model.order.index(victim)]
    candidates = [*model.roots, *(n for n in earlier if n not in model.roots)]
    parents = [(n, _finite(model, n)) for n in rng.sample(candidates, k=min(2, len(candidates)))]
    target = _finite(model, victim)
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
        return Abstraction(changed, claim.high, claim.tau)
    return Abstraction(claim.low, changed, claim.tau)


def _blind_claim(rng: random.Random) -> Abstraction:
    """Two unrelated models and random τ, which may share low-level variables."""
    low = random_scm(rng, variables=rng.randint(1, 3))
    high = random_scm(rng, variables=rng.randint(1, 2), prefix="Y", contexts=3)
    names = [(n, _finite(low, n)) for n in low.endogenous]
    tau = {}
    for name in high.endogenous:
        parents = rng.sample(names, k=min(len(names), rng.choice((1, 1, 2))))
        tau[name] = random_table(rng, _small(parents), _finite(high, name))
    return Abstraction(low, high, tau)
