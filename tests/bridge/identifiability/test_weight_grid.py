"""The exact law over a grid beside every network of it, built and run one by one."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import product

import pytest

from tauomega.bridge.identifiability.gates import truth_table
from tauomega.bridge.identifiability.requirements import (
    Requirement,
    relabelling_class,
    requirements,
)
from tauomega.bridge.identifiability.weight_grid import grid_law, unit_types
from tauomega.theory.errors import InputError

WEIGHTS = (Fraction(-1), Fraction(1))
BIASES = (Fraction(-3, 2), Fraction(-1, 2), Fraction(1, 2))
ROWS = tuple(product((0, 1), repeat=2))
Unit = tuple[Fraction, Fraction, Fraction]


def value(unit: Unit, mask: int, inputs: tuple[int, ...]) -> int:
    kept = [unit[k] * inputs[k] for k in (0, 1) if mask >> k & 1]
    return int(sum(kept, unit[2]) > 0)


def perfect(first: Unit, second: Unit, output: Unit, goal: tuple[int, ...]) -> int:
    """Circuits that compute the goal: edge masks of every unit, each input and unit in use."""
    found = 0
    for a, b, c in product(range(4), repeat=3):
        if a | b != 3 or c == 0 or (a > 0) != bool(c & 1) or (b > 0) != bool(c & 2):
            continue
        outputs = tuple(
            value(output, c, (value(first, a, x) if a else 0, value(second, b, x) if b else 0))
            for x in ROWS
        )
        found += outputs == goal
    return found


def explained(
    first: Unit, second: Unit, output: Unit, requirement: Requirement
) -> tuple[int, Fraction]:
    """Minimal mappings, and the best share of agreeing interchanges."""
    clean = [(value(first, 3, x), value(second, 3, x)) for x in ROWS]
    best, valid = Fraction(0), set()
    for places in product((1, 2, 3), repeat=len(requirement.nodes)):
        if sum(places) != sum({u for p in places for u in (1, 2) if p & u}):
            continue  # two nodes share a unit
        agrees = True
        for chosen in product((False, True), repeat=len(places)):
            used = [k for k, wanted in enumerate(chosen) if wanted]
            right = total = 0
            for *sources, base in product(range(4), repeat=len(used) + 1):
                units = list(clean[base])
                for k, source in zip(used, sources, strict=True):
                    for u in (0, 1):
                        if places[k] >> u & 1:
                            units[u] = clean[source][u]
                forced = {
                    k: requirement.values[k] >> s & 1 for k, s in zip(used, sources, strict=True)
                }
                wanted = requirement.forced_output(forced) >> base & 1
                right += wanted == value(output, 3, (units[0], units[1]))
                total += 1
            agrees &= right == total
            if used and all(chosen):
                best = max(best, Fraction(right, total))
        if agrees:
            valid.add(places)
    minimal = {
        m
        for m in valid
        if not any(o != m and all(a & b == a for a, b in zip(o, m, strict=True)) for o in valid)
    }
    return len(minimal), best


@pytest.mark.parametrize(
    ("gate", "biases"),
    [
        ("XOR", BIASES),
        ("AND", BIASES[:2]),
        ("IMP", BIASES[1:]),
        pytest.param("AND", BIASES, marks=pytest.mark.slow),
    ],
)
def test_the_law_is_that_of_all_networks_of_the_grid(
    gate: str, biases: tuple[Fraction, ...]
) -> None:
    goal = truth_table(gate, 2)
    classes = {relabelling_class(r): r for r in reversed(requirements(goal, 2))}
    units = [(v, w, b) for v, w, b in product(WEIGHTS, WEIGHTS, biases)]
    laws: dict[str, Counter[int | Fraction]] = {
        name: Counter() for name in ("perfect", "formulas", "mappings", "accuracy")
    }
    computing = 0
    cache: dict[object, tuple[int, int, Fraction]] = {}
    for first, second, output in product(units, repeat=3):
        key = tuple(tuple(value(unit, 3, x) for x in ROWS) for unit in (first, second, output))
        if key not in cache:
            each = [explained(first, second, output, r) for r in classes.values()]
            cache[key] = (
                sum(n > 0 for n, _ in each), sum(n for n, _ in each), max(a for _, a in each),
            )  # fmt: skip
        formulas, mappings, accuracy = cache[key]
        laws["perfect"][perfect(first, second, output, goal)] += 1
        laws["formulas"][formulas] += 1
        laws["mappings"][mappings] += 1
        laws["accuracy"][accuracy] += 1
        hidden = [(value(first, 3, x), value(second, 3, x)) for x in ROWS]
        computing += tuple(value(output, 3, h) for h in hidden) == goal
    found = grid_law(gate, WEIGHTS, biases)
    assert len(units) ** 3 == found.networks
    assert computing == found.computing
    for name, law in laws.items():
        assert dict(law) == dict(found.laws[name])
        assert sum(found.given[name].values()) == computing


def test_every_choice_of_weights_is_in_one_type() -> None:
    found = unit_types(WEIGHTS, BIASES)
    assert len(WEIGHTS) ** 2 * len(BIASES) == sum(found.values())
    with pytest.raises(InputError, match="at least one weight"):
        unit_types((), BIASES)
