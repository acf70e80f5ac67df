"""Circuits: every rewriting keeps the function, words compute exactly, clauses and diagrams mean the same."""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction
from itertools import product

import pytest
from pysat.solvers import Solver

from tauomega.solvers.circuits import values_of, variables_of
from tauomega.theory.kernel.circuit import FALSE, TRUE, Circuit
from tauomega.theory.kernel.diagram import Diagrams, DiagramTooLargeError, diagram_of
from tauomega.theory.kernel.words import Word, Words, width_of

Columns = dict[int, int]
"""Literal of a variable -> its value at all assignments, one bit each."""


def columns(circuit: Circuit, count: int) -> tuple[list[int], Columns]:
    """Fresh variables, and their columns over all assignments."""
    names = [circuit.var(f"v{k}") for k in range(count)]
    given = {f: sum(1 << a for a in range(1 << count) if a >> k & 1) for k, f in enumerate(names)}
    return names, given


def random_circuit(
    rng: random.Random, count: int, gates: int
) -> tuple[Circuit, list[int], list[int], Columns, Columns]:
    """A circuit, its variables, literals, the columns of variables, and what each literal must be.

    What it must be is computed beside the circuit, on plain integers.
    """
    circuit = Circuit()
    names, given = columns(circuit, count)
    ones = (1 << (1 << count)) - 1
    truth: Columns = {TRUE: ones, FALSE: 0}
    for f in names:
        truth[f], truth[-f] = given[f], given[f] ^ ones
    pool = [TRUE, FALSE, *names, *(-f for f in names)]
    for _ in range(gates):
        f, g, h = rng.choice(pool), rng.choice(pool), rng.choice(pool)
        kind = rng.choice(("and", "or", "xor", "ite"))
        match kind:
            case "and":
                made, value = circuit.land(f, g), truth[f] & truth[g]
            case "or":
                made, value = circuit.lor(f, g), truth[f] | truth[g]
            case "xor":
                made, value = circuit.xor(f, g), truth[f] ^ truth[g]
            case _:
                made = circuit.ite(f, g, h)
                value = (truth[f] & truth[g]) | ((truth[f] ^ ones) & truth[h])
        assert truth.setdefault(made, value) == value, kind
        assert truth.setdefault(-made, value ^ ones) == value ^ ones, kind
        pool += [made, -made]
    return circuit, names, pool, given, truth


@pytest.mark.parametrize("seed", range(40))
def test_gates_clauses_and_diagrams_compute_the_same_function(seed: int) -> None:
    rng = random.Random(seed)
    count = rng.randint(1, 5)
    circuit, names, pool, given, truth = random_circuit(rng, count, 30)
    width = 1 << count
    literals = rng.sample(pool, k=2)
    wanted = truth[literals[0]] & truth[literals[1]]
    values = values_of(circuit, circuit.cone(pool), given, width)
    for f in pool:
        seen = values[f] if f > 0 else values[-f] ^ ((1 << width) - 1)
        assert seen == truth[f]
    clauses = circuit.clauses(literals)
    with Solver(name="cadical195", bootstrap_with=clauses) as solver:
        for a in range(width):
            fixed = [f if a >> k & 1 else -f for k, f in enumerate(names)]
            assert bool(solver.solve(assumptions=fixed)) == bool(wanted >> a & 1)
    order = rng.sample(names, k=count)
    root, _ = diagram_of(circuit, literals, order, 10_000)
    assert (root == -TRUE) == (wanted == 0)
    assert set(variables_of(circuit, literals)) <= set(names)


@pytest.mark.parametrize("seed", range(20))
def test_a_gate_that_is_taken_for_a_variable_only_adds_assignments(seed: int) -> None:
    """What is false with a gate free is false; so a diagram with cuts proves, and never refutes."""
    rng = random.Random(seed)
    circuit, names, pool, _, truth = random_circuit(rng, 4, 25)
    inner = [f for f in pool if f > 0 and f not in names and f != TRUE]
    cuts = sorted(set(rng.sample(inner, k=min(3, len(inner)))))
    root, _ = diagram_of(circuit, [pool[-1]], [*names, *cuts], 10_000)
    if root == -TRUE:
        assert truth[pool[-1]] == 0


def test_equal_gates_are_built_once_and_negation_is_free() -> None:
    circuit = Circuit()
    a, b, c = (circuit.var(name) for name in "abc")
    assert circuit.land(a, b) == circuit.land(b, a)
    assert circuit.lor(a, b) == -circuit.land(-a, -b)
    assert circuit.xor(-a, b) == -circuit.xor(a, b)
    assert circuit.ite(-a, b, c) == circuit.ite(a, c, b)
    assert circuit.ite(a, circuit.ite(a, b, c), c) == circuit.ite(a, b, c)
    assert circuit.land(a, -a) == FALSE
    assert circuit.ite(a, b, -b) == -circuit.xor(a, b)
    known = [gate for gate in circuit.gates if gate[0] not in ("var", "const")]
    assert len(known) == len(set(known))


def test_an_order_must_name_every_variable_once() -> None:
    circuit = Circuit()
    a, b = circuit.var("a"), circuit.var("b")
    both = circuit.land(a, b)
    with pytest.raises(ValueError, match="does not name 'b'"):
        diagram_of(circuit, [both], [a], 100)
    with pytest.raises(ValueError, match="twice"):
        diagram_of(circuit, [both], [a, b, a], 100)


def test_a_diagram_stops_at_its_limit() -> None:
    """Separated operands need exponentially many nodes: (a0 xor b0) … in the order a…, b…"""
    circuit = Circuit()
    pairs = [(circuit.var(f"a{k}"), circuit.var(f"b{k}")) for k in range(10)]
    equal = circuit.all(-circuit.xor(a, b) for a, b in pairs)
    apart = [a for a, _ in pairs] + [b for _, b in pairs]
    with pytest.raises(DiagramTooLargeError):
        diagram_of(circuit, [equal], apart, 500)
    together = [f for pair in pairs for f in pair]
    assert diagram_of(circuit, [equal], together, 500)[0] != -TRUE


def test_deep_diagrams_need_no_recursion() -> None:
    circuit = Circuit()
    names = [circuit.var(f"v{k}") for k in range(3000)]
    parity = FALSE
    for f in reversed(names):
        parity = circuit.xor(parity, f)
    root, nodes = diagram_of(circuit, [parity, -parity], names, 100_000)
    assert root == -TRUE
    assert nodes > 0
    assert Diagrams(10).node(0, TRUE, TRUE) == TRUE


# ---------------------------------------------------------------- words


def free_word(circuit: Circuit, low: int, high: int, denominator: int) -> tuple[Word, list[int]]:
    """A word that takes every value of its width; out of bounds ones are left out by the caller."""
    bits = [circuit.var(f"b{k}") for k in range(width_of(low, high))]
    return Word(tuple(bits), low, high, denominator), bits


def number(word: Word, values: Columns) -> Fraction:
    bits = [bool(values[f]) if f > 0 else not values[-f] for f in word.bits]
    total = sum(1 << k for k, bit in enumerate(bits) if bit) - ((1 << len(bits)) if bits[-1] else 0)
    assert word.low <= total <= word.high
    return Fraction(total, word.denominator)


OPERATIONS: dict[
    str, tuple[Callable[[Words, Word, Word], Word], Callable[[Fraction, Fraction], Fraction]]
] = {
    "add": (lambda w, a, b: w.add((a, b)), lambda a, b: a + b),
    "add three": (lambda w, a, b: w.add((a, b, a)), lambda a, b: 2 * a + b),
    "product": (lambda w, a, b: w.product(a, b), lambda a, b: a * b),
    "negated": (lambda w, a, b: w.negated(a), lambda a, b: -a),
    "minimum": (lambda w, a, b: w.minimum(a, b), min),
    "maximum": (lambda w, a, b: w.maximum(a, b), max),
    "floor": (lambda w, a, b: w.floor(a), lambda a, b: Fraction(a // 1)),
    "mod 3": (lambda w, a, b: w.modulo(a, Fraction(3)), lambda a, b: a % 3),
    "mod -2/3": (lambda w, a, b: w.modulo(a, Fraction(-2, 3)), lambda a, b: a % Fraction(-2, 3)),
    "mod 4": (lambda w, a, b: w.modulo(a, Fraction(4)), lambda a, b: a % 4),
    "over -5/2": (lambda w, a, b: w.quotient(a, Fraction(-5, 2)), lambda a, b: a / Fraction(-5, 2)),
    "times 11": (lambda w, a, b: w.times(a, 11), lambda a, b: 11 * a),
    "times -3": (lambda w, a, b: w.times(a, -3), lambda a, b: -3 * a),
    "less": (lambda w, a, b: w.truth(w.less(a, b)), lambda a, b: Fraction(int(a < b))),
    "equal": (lambda w, a, b: w.truth(w.equal(a, b)), lambda a, b: Fraction(int(a == b))),
    "mux": (lambda w, a, b: w.mux(w.less(a, b), a, b), min),
}


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((-3, 4, 1), (0, 5, 1)),
        ((-4, -1, 2), (1, 6, 3)),
        ((0, 0, 1), (-2, 2, 1)),
        ((2, 7, 3), (3, 3, 2)),
    ],
)
def test_words_compute_exactly(
    name: str, first: tuple[int, int, int], second: tuple[int, int, int]
) -> None:
    circuit = Circuit()
    words = Words(circuit)
    make, mean = OPERATIONS[name]
    a, bits_a = free_word(circuit, *first)
    b, bits_b = free_word(circuit, *second)
    result = make(words, a, b)
    cone = circuit.cone(result.bits)
    for x, y in product(range(first[0], first[1] + 1), range(second[0], second[1] + 1)):
        given = {f: x >> k & 1 for k, f in enumerate(bits_a)}
        given |= {f: y >> k & 1 for k, f in enumerate(bits_b)}
        values = values_of(circuit, cone, given, 1)
        found = number(result, values)
        assert found == mean(Fraction(x, first[2]), Fraction(y, second[2])), (x, y)
