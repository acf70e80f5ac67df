"""Makers of claims about finite hidden layers, with room for every label or a state short."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import product

from tauomega.theory.abstraction import Abstraction
from tauomega.theory.kernel import (
    BOOL,
    Case,
    Constant,
    Declaration,
    Kind,
    Range,
    Reference,
    complete,
)
from tauomega.theory.scm import SCM

from .quotients import Domain
from .random_claims import random_table

__all__ = ["hidden_layer", "hidden_layers"]


def hidden_layer(rng: random.Random) -> Abstraction:
    """Two or three inputs, a hidden layer with states that no run reaches, and an algorithm with two inner bits."""
    inputs = Range(0, rng.randint(1, 2))
    top = rng.randint(1, 3)
    table = {v: rng.randint(0, 1) for v in inputs}
    x = Declaration("x", Kind.INPUT, inputs)

    def column(name: str, domain: Domain) -> Declaration:
        return Declaration(
            name, Kind.ENDOGENOUS, domain, None, random_table(rng, [("x", inputs)], domain)
        )

    def solving(inner: Sequence[Declaration], parents: Sequence[tuple[str, Domain]]) -> SCM:
        """The model with an output that solves the task, mostly, where the inner values allow it."""
        rule = random_table(rng, parents, BOOL)
        assert isinstance(rule, Case)
        runs = {v: SCM(complete([x, *inner])).run({"x": v}) for v in inputs}
        wanted = {tuple(run[n] for n, _ in parents): Constant(table[v]) for v, run in runs.items()}
        rows = tuple((k, wanted.get(k, v) if rng.random() < 0.97 else v) for k, v in rule.rows)
        out = Declaration("out", Kind.ENDOGENOUS, BOOL, None, Case(rule.arguments, rows))
        return SCM(complete([x, *inner, out]))

    second = Range(0, top)
    low = solving([column("h", BOOL), column("k", second)], [("h", BOOL), ("k", second)])
    high = solving([column("a", BOOL), column("b", BOOL)], [("a", BOOL), ("b", BOOL)])
    return Abstraction(low, high, {"out": Reference("out")}, sites={"a": ("h",), "b": ("k",)})


def hidden_layers(rng: random.Random) -> Abstraction:
    """Two hidden layers that code for an inner bit each, and the input; often some states or a row short."""
    inputs, bits = range(rng.randint(2, 3)), (0, 1)
    first = {v: rng.choice(bits) for v in inputs}
    second = {pair: rng.choice(bits) for pair in product(bits, inputs)}
    output = {bit: rng.choice(bits) for bit in bits} if rng.random() < 0.2 else {0: 0, 1: 1}
    pairs = list(product(bits, inputs))
    sizes = [len(pairs) + rng.choice((-1, 0, 0, 0, 1)) for _ in bits]
    codes = [rng.sample(range(len(pairs)), len(pairs)) for _ in bits]
    h, k = (
        {p: c % size for p, c in zip(pairs, code, strict=True)}
        for code, size in zip(codes, sizes, strict=True)
    )
    below = {"h": {v: h[first[v], v] for v in inputs}, "k": {}, "out": {}}
    below["k"] = {state: rng.randrange(sizes[1]) for state in range(sizes[0])}
    below["k"] |= {h[a, v]: k[second[a, v], v] for a, v in pairs}
    below["out"] = {state: rng.choice(bits) for state in range(sizes[1])}
    below["out"] |= {k[b, v]: output[b] for b, v in pairs}
    if rng.random() < 0.4:
        table = below[rng.choice(("k", "out"))]
        table[rng.choice(list(table))] = rng.choice(list(table.values()))

    def column(name: str, domain: Domain, parent: str, table: dict[int, int]) -> Declaration:
        rows = tuple(((v,), Constant(image)) for v, image in table.items())
        return Declaration(name, Kind.ENDOGENOUS, domain, None, Case((Reference(parent),), rows))

    x = Declaration("x", Kind.INPUT, Range(0, len(inputs) - 1))
    both = tuple((pair, Constant(bit)) for pair, bit in second.items())
    b = Declaration("b", Kind.ENDOGENOUS, BOOL, None, Case((Reference("a"), Reference("x")), both))
    high = [x, column("a", BOOL, "x", first), b, column("out", BOOL, "b", output)]
    low = [
        x,
        column("h", Range(0, sizes[0] - 1), "x", below["h"]),
        column("k", Range(0, sizes[1] - 1), "h", below["k"]),
        column("out", BOOL, "k", below["out"]),
    ]
    sites = {"a": ("h",), "b": ("k",)}
    return Abstraction(
        SCM(complete(low)), SCM(complete(high)), {"out": Reference("out")}, sites=sites
    )
