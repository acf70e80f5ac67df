"""Gates: truth tables, sharing, cones, clauses, and the limit."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import product

import pytest

from tauomega.solvers.circuits import values_of, variables_of
from tauomega.theory.kernel import circuit as circuit_module
from tauomega.theory.kernel.circuit import FALSE, TRUE, Circuit, CircuitTooLargeError
from tauomega.theory.kernel.diagram import DiagramTooLargeError, diagram_of

Bits = tuple[bool, ...]


def truth(circuit: Circuit, literal: int, names: list[int], bits: Bits) -> bool:
    given = {f: int(b) for f, b in zip(names, bits, strict=True)}
    cone = circuit.cone((literal,))
    values = values_of(circuit, cone, given, 1)
    return bool(values[literal] if literal > 0 else values[-literal] ^ 1)


def table(circuit: Circuit, literal: int, names: list[int]) -> tuple[bool, ...]:
    return tuple(truth(circuit, literal, names, bits) for bits in product((False, True), repeat=3))


def evaluated(literal: int, names: list[int], bits: Bits) -> bool:
    found = True if abs(literal) == TRUE else bits[names.index(abs(literal))]
    return found if literal > 0 else not found


BINARY: tuple[tuple[str, Callable[[bool, bool], bool]], ...] = (
    ("land", lambda f, g: f and g),
    ("lor", lambda f, g: f or g),
    ("xor", lambda f, g: f != g),
)


def test_gates_mean_what_they_say_for_all_literals() -> None:
    circuit = Circuit()
    names = [circuit.var(n) for n in "abc"]
    literals = [s * f for f in (TRUE, *names) for s in (1, -1)]
    for name, meaning in BINARY:
        for f, g in product(literals, repeat=2):
            found = getattr(circuit, name)(f, g)
            for bits in product((False, True), repeat=3):
                expected = meaning(evaluated(f, names, bits), evaluated(g, names, bits))
                assert expected == truth(circuit, found, names, bits), (name, f, g)
    for c, f, g in product(literals, repeat=3):
        found = circuit.ite(c, f, g)
        for bits in product((False, True), repeat=3):
            chosen = f if evaluated(c, names, bits) else g
            assert evaluated(chosen, names, bits) == truth(circuit, found, names, bits)


def test_equal_gates_are_built_once() -> None:
    circuit = Circuit()
    a, b, c = (circuit.var(n) for n in "abc")
    assert circuit.land(a, b) == circuit.land(b, a)
    assert circuit.xor(a, b) == circuit.xor(b, a) == -circuit.xor(-a, b) == circuit.xor(-a, -b)
    assert circuit.ite(a, b, c) == circuit.ite(-a, c, b) == -circuit.ite(a, -b, -c)
    assert circuit.ite(a, b, -b) == circuit.xor(a, -b) == -circuit.xor(a, b)
    assert circuit.ite(a, circuit.ite(a, b, c), c) == circuit.ite(a, b, c)
    assert circuit.ite(a, b, circuit.ite(a, -b, c)) == circuit.ite(a, b, c)
    assert circuit.ite(a, b, -circuit.ite(a, b, c)) == circuit.ite(a, b, -c)
    assert circuit.ite(a, -circuit.ite(a, b, c), c) == circuit.ite(a, -b, c)
    assert circuit.ite(a, b, b) == b
    assert (circuit.ite(a, a, c), circuit.ite(a, b, a)) == (circuit.lor(a, c), circuit.land(a, b))
    assert (circuit.ite(a, -a, c), circuit.ite(a, b, -a)) == (
        circuit.land(-a, c),
        circuit.lor(-a, b),
    )
    assert (circuit.xor(a, a), circuit.xor(a, -a), circuit.land(a, -a)) == (FALSE, TRUE, FALSE)
    assert (circuit.all(()), circuit.any(())) == (TRUE, FALSE)
    before = len(circuit.gates)
    for f, g in product((TRUE, FALSE, a, -a), repeat=2):
        circuit.land(f, g)
        circuit.xor(f, g)
        circuit.ite(c, f, f)
    assert before == len(circuit.gates)


def random_circuit(rng: random.Random, gates: int = 12) -> tuple[Circuit, list[int], list[int]]:
    circuit = Circuit()
    names = [circuit.var(n) for n in "abc"]
    found = list(names)
    for _ in range(gates):
        f, g, h = (rng.choice(found) * rng.choice((1, -1)) for _ in range(3))
        made = rng.choice((circuit.land(f, g), circuit.xor(f, g), circuit.ite(f, g, h)))
        found.append(made)
    return circuit, names, found


def test_clauses_are_satisfied_where_the_literals_are() -> None:
    rng = random.Random(3)
    for _ in range(40):
        circuit, names, found = random_circuit(rng)
        literals = [rng.choice(found) * rng.choice((1, -1)) for _ in range(2)]
        clauses = circuit.clauses(literals)
        cone = circuit.cone(literals)
        for bits in product((False, True), repeat=3):
            given = {f: int(b) for f, b in zip(names, bits, strict=True)}
            values = values_of(circuit, cone, given, 1)
            expected = all(truth(circuit, f, names, bits) for f in literals)
            model = {n: bool(v) for n, v in values.items()}
            assert expected == all(
                any(model.get(abs(f), False) == (f > 0) for f in clause) for clause in clauses
            )
            # every gate is defined in full: no other value of it satisfies the clauses
            for n in cone:
                if n in names:
                    continue
                other = model | {n: not model[n]}
                definition = clauses[: -len(literals)]
                assert not all(
                    any(other.get(abs(f), False) == (f > 0) for f in clause)
                    for clause in definition
                )


def test_a_diagram_is_false_iff_the_literals_are_never_true() -> None:
    rng = random.Random(4)
    seen = set()
    for _ in range(80):
        circuit, names, found = random_circuit(rng)
        literals = [rng.choice(found) * rng.choice((1, -1)) for _ in range(3)]
        never = not any(
            all(truth(circuit, f, names, bits) for f in literals)
            for bits in product((False, True), repeat=3)
        )
        for order in (names, names[::-1]):
            root, _ = diagram_of(circuit, literals, order, 1000)
            assert never == (root == FALSE)
            always = all(t for f in literals for t in table(circuit, f, names))
            assert always == (root == TRUE)
        seen.add(never)
    assert {True, False} == seen


def test_diagrams_are_reduced_ordered_and_limited() -> None:
    circuit = Circuit()
    names = [circuit.var(f"x{k}") for k in range(8)]
    parity = names[0]
    for f in names[1:]:
        parity = circuit.xor(parity, f)
    root, nodes = diagram_of(circuit, [parity], names, 100)
    assert (False, 36) == (root in (TRUE, FALSE), nodes)
    diagram_of(circuit, [parity], names, 37)
    with pytest.raises(DiagramTooLargeError):
        diagram_of(circuit, [parity], names, 36)
    with pytest.raises(ValueError, match="names a variable twice"):
        diagram_of(circuit, [parity], [*names, names[0]], 100)
    with pytest.raises(ValueError, match="does not name 'x7'"):
        diagram_of(circuit, [parity], names[:-1], 100)
    assert (FALSE, 36) == diagram_of(circuit, [parity, -parity], names, 100)
    # a gate may stand for a variable: what is false then is false
    inner = circuit.xor(names[0], names[1])
    assert FALSE == diagram_of(circuit, [inner, -inner], [inner], 10)[0]
    pairs = [circuit.land(names[k], names[k + 4]) for k in range(4)]
    either = circuit.any(pairs)
    apart = diagram_of(circuit, [either], names, 1000)[1]
    together = [f for k in range(4) for f in (names[k], names[k + 4])]
    assert diagram_of(circuit, [either], together, 1000)[1] < apart


def test_cones_leave_out_what_nothing_depends_on() -> None:
    circuit = Circuit()
    a, b, c = (circuit.var(n) for n in "abc")
    ab = circuit.land(a, b)
    top = circuit.xor(ab, c)
    other = circuit.land(b, c)
    assert [a, b, c, ab, top] == circuit.cone((-top,))
    assert [c, ab, top] == circuit.cone((top,), frozenset({ab}))
    assert [] == circuit.cone((TRUE, FALSE))
    assert [c, a, b] == variables_of(circuit, (top,))
    seen: set[int] = set()
    assert [b, c] == variables_of(circuit, (other,), seen)
    assert [a] == variables_of(circuit, (-top,), seen)
    assert [(TRUE,), (-ab, a), (-ab, b), (ab, -a, -b), (-ab,)] == circuit.clauses((-ab,))
    assert [(TRUE,), (-ab, a), (-ab, b), (ab, -a, -b), (c,)] == circuit.clauses((c,), (ab,))
    assert {a: 0, b: 5, 1: 7, ab: 0} == values_of(circuit, circuit.cone((ab,)), {b: 5}, 3)


def test_a_known_condition_costs_no_gate_and_gates_are_in_normal_form() -> None:
    circuit = Circuit()
    a, b, c = (circuit.var(name) for name in "abc")
    assert (a, b) == (circuit.ite(TRUE, a, b), circuit.ite(FALSE, a, b))
    before = len(circuit.gates)
    for x, y, z in product((a, -a), (b, -b), (c, -c)):
        circuit.ite(x, y, z)
        circuit.xor(y, z)
    for kind, operands in circuit.gates[before:]:
        assert kind in ("ite", "xor")
        assert min(operands[:2]) > 0
    assert len(circuit.gates) == before + 4 + 1


def test_a_circuit_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(circuit_module, "LARGEST", 4)
    circuit = Circuit()
    a, b = circuit.var("a"), circuit.var("b")
    circuit.land(a, b)
    with pytest.raises(CircuitTooLargeError, match="more than 4 gates"):
        circuit.land(a, -b)
        circuit.land(-a, -b)
