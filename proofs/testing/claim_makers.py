"""Makers of random claims, each for another kind of notion; a definition takes what it applies to.

`MAKERS` are tried in random order, and a claim that a definition refuses is drawn again, so a new
definition needs no maker of its own unless it asks for something that none of these claims has.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise, product
from typing import Any

from tauomega.theory.abstraction import Abstraction
from tauomega.theory.definition import high_model
from tauomega.theory.errors import InputError
from tauomega.theory.intervention import NOTHING, Hard
from tauomega.theory.kernel import (
    BOOL,
    Case,
    ConditionalLaw,
    Constant,
    Declaration,
    Expression,
    FiniteLaw,
    Kind,
    Reference,
    Value,
    complete,
)
from tauomega.theory.scm import SCM

from .layered_claims import hidden_layer, hidden_layers
from .questions import circuit_question
from .quotients import Blocks, finite_domain, quotient_claim
from .random_claims import (
    broken,
    random_blocks,
    random_claim,
    random_scm,
    random_soft_claim,
    random_table,
)
from .random_linear import random_linear_claim

__all__ = ["MAKERS", "Maker"]

Maker = Callable[[random.Random], Abstraction]
SEMANTICS = ("exact-grid", "all-orders(float64)", "ieee(float64, cpu, batch=1)")


def quotients(rng: random.Random) -> Abstraction:
    """Computed, broken and blind claims; some unread variables are claimed to have no effect."""
    claim = random_claim(rng)
    unread = sorted(set(claim.scm.endogenous) - _mentioned(claim))
    return replace(claim, inert=frozenset(unread)) if rng.random() < 0.5 else claim


def _mentioned(claim: Abstraction) -> set[str]:
    from tauomega.theory.kernel import free_names

    return {name for e in claim.tau.values() for name in free_names(e)}


def computing(rng: random.Random) -> Abstraction:
    """Claims of mechanisms that compute, with sites, ω and τ_U given or not."""
    return circuit_question(rng)[0]


def sited(rng: random.Random) -> Abstraction:
    """Computed claims with the blocks of some variables as sites."""
    claim = random_claim(rng)
    blocks = {n: tuple(sorted(_names(e))) for n, e in claim.tau.items()}
    chosen = [n for n in blocks if blocks[n] and rng.random() < 0.6]
    return replace(claim, sites={n: blocks[n] for n in chosen})


def _names(expression: Expression) -> frozenset[str]:
    from tauomega.theory.kernel import free_names

    return free_names(expression)


def settable_roots(rng: random.Random) -> Abstraction:
    """Models whose only noise is in inputs, with a block for each input; half of the claims are broken."""
    while True:
        blocks = random_blocks(rng, rng.randint(1, 3), inputs=1.0)
        own = {v for block in blocks.blocks for v in block}
        missing = [v for v in blocks.low.inputs if v not in own]
        full = Blocks(
            blocks.low,
            (*((v,) for v in missing), *blocks.blocks),
            (*map(Reference, missing), *blocks.tau),
            (*(finite_domain(blocks.low, v) for v in missing), *blocks.domains),
        )
        try:
            claim = quotient_claim(full)
        except InputError:
            continue
        if claim is None:
            continue
        unread = frozenset(claim.scm.endogenous) - own - set(missing)
        claim = replace(claim, inert=unread if rng.random() < 0.7 else frozenset())
        return claim if rng.random() < 0.5 else broken(rng, claim)


def soft(rng: random.Random) -> Abstraction:
    """Claims with an ω on soft interventions; some without, for an ω that is made explicit."""
    claim = random_soft_claim(rng)
    return replace(claim, omega=None) if rng.random() < 0.3 else claim


def listed(rng: random.Random) -> Abstraction:
    """Claims with an ω listed on hard interventions, mostly the derived one, and perhaps I_H declared."""
    claim = random_claim(rng)
    high = high_model(claim)
    pairs: list[tuple[Hard, Hard]] = [(NOTHING, NOTHING)]
    for name, expression in claim.tau.items():
        block = sorted(_names(expression))
        for _ in range(2):
            setting = {v: rng.choice(list(finite_domain(claim.scm, v))) for v in block}
            rest = {n: next(iter(finite_domain(claim.scm, n))) for n in claim.scm.endogenous}
            image = {name: claim.read({**rest, **setting})[name]}
            if rng.random() < 0.1:
                image = {name: rng.choice(list(finite_domain(high, name)))}
            pairs.append((Hard.from_mapping(setting), Hard.from_mapping(image)))
    omega = tuple(dict(pairs).items())
    declared = tuple(dict.fromkeys(j for _, j in omega)) if rng.random() < 0.3 else None
    return replace(claim, omega=omega, high_interventions=declared)


def markovian(rng: random.Random) -> Abstraction:
    """Variables with noise of their own, few arrows; some are merged, and some arrows left out above."""
    names = [f"X{k}" for k in range(rng.randint(2, 4))]
    declared = []
    known: list[str] = []
    for k, name in enumerate(names):
        p = Fraction(rng.randint(1, 3), 4)
        declared.append(Declaration(f"U{k}", Kind.EXOGENOUS, BOOL, FiniteLaw((1 - p, p))))
        parents = [n for n in known if rng.random() < 0.35]
        rule = random_table(rng, [(n, BOOL) for n in (f"U{k}", *parents[:2])], BOOL)
        declared.append(Declaration(name, Kind.ENDOGENOUS, BOOL, None, rule))
        known.append(name)
    low = SCM(complete(declared))
    groups: list[list[str]] = []
    for name in names:
        if groups and rng.random() < 0.25:
            rng.choice(groups).append(name)
        else:
            groups.append([name])
    maps = [
        Reference(g[0]) if len(g) == 1 else random_table(rng, [(n, BOOL) for n in g], BOOL)
        for g in groups
    ]
    blocks = Blocks(low, tuple(map(tuple, groups)), tuple(maps), tuple(BOOL for _ in groups))
    try:
        claim = quotient_claim(blocks)
    except InputError:
        claim = None
    if claim is None:
        return Abstraction(low, low, {n: Reference(n) for n in names})
    return claim if rng.random() < 0.6 else broken(rng, claim)


def conditional_laws(rng: random.Random) -> Abstraction:
    """Models of layer 2: each variable has a law given its parents; one is left out above, or looked at twice."""

    def law() -> FiniteLaw:
        p = Fraction(rng.randint(0, 4), 4)
        return FiniteLaw((1 - p, p))

    def given(*parents: str) -> ConditionalLaw:
        keys = _settings_of_bits(len(parents))
        return ConditionalLaw(parents, tuple((key, law()) for key in keys))

    first, second, third = given(), given("S"), given("T")
    low = SCM(
        complete(
            [
                Declaration(name, Kind.ENDOGENOUS, BOOL, own)
                for name, own in (("S", first), ("T", second), ("C", third))
            ]
        )
    )
    if rng.random() < 0.3:
        high = SCM(complete([Declaration(n, Kind.ENDOGENOUS, BOOL, low[n].law) for n in "STC"]))
        return Abstraction(low, high, {n: Reference(n) for n in "STC"})
    rows = []
    for (s,), t in second.rows:  # C given S, T being summed over
        p = sum(
            (q * third.at({"T": v}).probabilities[1] for v, q in enumerate(t.probabilities)),
            Fraction(0),
        )
        rows.append(((s,), FiniteLaw((1 - p, p)) if rng.random() < 0.8 else law()))
    declared = [Declaration("S", Kind.ENDOGENOUS, BOOL, first)]
    declared += [Declaration("C", Kind.ENDOGENOUS, BOOL, ConditionalLaw(("S",), tuple(rows)))]
    return Abstraction(low, SCM(complete(declared)), {n: Reference(n) for n in "SC"})


def _settings_of_bits(count: int) -> list[tuple[int, ...]]:
    return list(product((0, 1), repeat=count))


def with_kernels(rng: random.Random) -> Abstraction:
    """Markovian and other claims with intervention kernels, supported by the fibres of τ or not."""
    claim = rng.choice((markovian, random_claim))(rng)
    high = high_model(claim)
    kernels: dict[str, dict[Value, tuple[Fraction, ...]]] = {}
    on_fibres = rng.random() < 0.7
    for name, expression in claim.tau.items():
        block = [n for n in claim.scm.endogenous if n in _names(expression)]
        parts = [{}] if not block else _settings(claim.scm, block)
        rest = {n: next(iter(finite_domain(claim.scm, n))) for n in claim.scm.endogenous}
        kernels[name] = {}
        for value in finite_domain(high, name):
            own = [claim.read({**rest, **part})[name] == value for part in parts]
            weights = [rng.randint(0, 2) * (hit or not on_fibres) for hit in own]
            if not sum(weights):
                weights = [int(hit) for hit in own] if any(own) else [1] * len(own)
            kernels[name][value] = tuple(Fraction(w, sum(weights)) for w in weights)
    return replace(claim, kernels=kernels)


def _settings(model: SCM, names: Sequence[str]) -> list[dict[str, Value]]:
    found: list[dict[str, Value]] = [{}]
    for name in names:
        found = [{**f, name: v} for f in found for v in finite_domain(model, name)]
    return found


def circular(rng: random.Random) -> Abstraction:
    """Cyclic models of two bits, seen as they are, as one bit, or through a τ that is partial."""
    names = ["X", "Y"]
    roots = [Declaration("U", Kind.EXOGENOUS, BOOL, FiniteLaw((Fraction(1, 2), Fraction(1, 2))))]
    declared = list(roots)
    for name, other in zip(names, reversed(names), strict=True):
        parents = [(n, BOOL) for n in (other, *(["U"] if rng.random() < 0.5 else []))]
        rule = random_table(rng, parents, BOOL)
        declared.append(Declaration(name, Kind.ENDOGENOUS, BOOL, None, rule))
    low = SCM(complete(declared, cyclic=True))
    tau: dict[str, Expression] = {n: Reference(n) for n in names}
    high, partial = low, False
    if rng.random() < 0.4:  # perhaps the value of Y is forgotten
        rule = random_table(rng, [("S", BOOL), ("U", BOOL)], BOOL)
        own = Declaration("S", Kind.ENDOGENOUS, BOOL, None, rule)
        high, tau = SCM(complete([*roots, own], cyclic=True)), {"S": Reference("X")}
        if rng.random() < 0.5:
            rows = tuple(((v, v), Constant(v)) for v in (0, 1))
            tau, partial = {"S": Case((Reference("X"), Reference("Y")), rows)}, True
    elif rng.random() < 0.5:
        changed = [
            *declared[:-1],
            replace(declared[-1], mechanism=random_table(rng, [("X", BOOL)], BOOL)),
        ]
        high = SCM(complete(changed, cyclic=True))
    omega: list[tuple[Hard, Hard]] = [(NOTHING, NOTHING)]
    for _ in range(rng.randint(0, 2)):
        value = rng.choice((0, 1))
        name = rng.choice(names) if "X" in tau else "X"
        i = Hard(((name, value),)) if not partial else Hard((("X", value), ("Y", value)))
        omega.append((i, Hard(((name if "X" in tau else "S", value),))))
    unread = frozenset({"Y"} if "S" in tau and not partial else ())
    return Abstraction(low, high, tau, omega=tuple(dict(omega).items()), internal=unread)


def boxed_network(rng: random.Random) -> Abstraction:
    """A small ReLU network that computes a comparison of one or two bits, with sites at its hidden units."""
    import numpy as np

    from tauomega.bridge.network import Activation, Layer, Network

    inputs = ["A", "B"][: rng.randint(1, 2)]
    sizes = [len(inputs), 2, 2]
    layers = []
    for k, (before, after) in enumerate(pairwise(sizes)):
        weight = np.array([[rng.randint(-8, 8) / 8 for _ in range(before)] for _ in range(after)])
        bias = np.array([rng.randint(-8, 8) / 8 for _ in range(after)])
        layers.append(Layer(weight, bias, Activation("identity" if k else "relu", Fraction(0))))
    model = Network(tuple(layers)).as_model(dict.fromkeys(inputs, "bool"))
    site = ["layers.0[0]", "layers.0[1]"][: rng.randint(1, 2)]
    outcome = {
        point: model.run_row(model.row(point), {})
        for point in (
            [(a,) for a in (0, 1)] if len(inputs) == 1 else [(a, b) for a in (0, 1) for b in (0, 1)]
        )
    }
    truth = {
        p: int(Fraction(o["output[0]"]) > Fraction(o["output[1]"])) for p, o in outcome.items()
    }
    if rng.random() < 0.2:
        victim = rng.choice(list(truth))
        truth[victim] = 1 - truth[victim]
    rows = "; ".join(f"{', '.join(map(str, p))}: {v}" for p, v in truth.items())
    listed_inputs = ", ".join(inputs)
    high = SCM.from_text(
        f"input {listed_inputs} : bool\nm : bool = table({listed_inputs}) {{{rows}}}\nout : bool = m"
    )
    return Abstraction.from_text(model, high, {"out": "output[0] > output[1]"}, sites={"m": site})


def networks(rng: random.Random) -> Abstraction:
    """The same networks under each semantics; weights are eighths, so that machines compute them without rounding."""
    claim = boxed_network(rng)
    low: Any = claim.low
    return replace(claim, low=replace(low, semantics=rng.choice(SEMANTICS)))


def linear(rng: random.Random) -> Abstraction:
    """Linear models: concretised ones, and those with a term added."""
    return random_linear_claim(rng, variables=2)


def unnoticed(rng: random.Random) -> Abstraction:
    """A model and itself with one mechanism drawn again, in the same contexts, which may have probability 0."""
    model = random_scm(rng, variables=rng.randint(1, 3))
    claim = Abstraction(model, model, {name: Reference(name) for name in model.endogenous})
    return claim if rng.random() < 0.3 else broken(rng, claim)


MAKERS: tuple[Maker, ...] = (
    quotients,
    computing,
    sited,
    settable_roots,
    soft,
    listed,
    markovian,
    with_kernels,
    conditional_laws,
    circular,
    boxed_network,
    networks,
    hidden_layer,
    hidden_layers,
    linear,
    unnoticed,
)
