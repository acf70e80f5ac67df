"""Exact arithmetic as gates, against fractions, at every assignment."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import floor

import pytest

from tauomega.solvers.circuits import values_of
from tauomega.theory.kernel import words as words_module
from tauomega.theory.kernel.circuit import FALSE, TRUE, Circuit, CircuitTooLargeError
from tauomega.theory.kernel.words import Word, Words, width_of

RANGES = ((0, 1), (-3, 4), (2, 7), (-5, -1), (1, 2), (3, 3), (0, 6))
DENOMINATORS = (1, 2, 3)


def free(circuit: Circuit, low: int, high: int, denominator: int = 1) -> tuple[Word, list[int]]:
    bits = [circuit.var(f"b{k}") for k in range(width_of(low, high))]
    return Word(tuple(bits), low, high, denominator), bits


def number(word: Word, holds: Callable[[int], bool]) -> Fraction:
    bits = [holds(f) for f in word.bits]
    total = sum(1 << k for k, bit in enumerate(bits[:-1]) if bit)
    return Fraction(total - (1 << len(bits) - 1) * bits[-1], word.denominator)


def encoded(bits: list[int], numerator: int) -> dict[int, int]:
    return {f: numerator >> k & 1 for k, f in enumerate(bits)}


def holding(circuit: Circuit, given: dict[int, int]) -> Callable[[int], bool]:
    values = values_of(circuit, range(2, len(circuit.gates)), given, 1)
    return lambda f: bool(values[f] if f > 0 else values[-f] ^ 1)


UNARY: list[tuple[str, Callable[[Words, Word], Word], Callable[[Fraction], Fraction | int]]] = [
    ("negated", lambda w, a: w.negated(a), lambda a: -a),
    ("times 0", lambda w, a: w.times(a, 0), lambda a: 0 * a),
    ("times 5", lambda w, a: w.times(a, 5), lambda a: 5 * a),
    ("times -6", lambda w, a: w.times(a, -6), lambda a: -6 * a),
    ("floor", lambda w, a: w.floor(a), floor),
    ("mod 3", lambda w, a: w.modulo(a, Fraction(3)), lambda a: a - 3 * floor(a / 3)),
    ("mod 4", lambda w, a: w.modulo(a, Fraction(4)), lambda a: a - 4 * floor(a / 4)),
    ("mod 1", lambda w, a: w.modulo(a, Fraction(1)), lambda a: a - floor(a)),
    ("mod -3", lambda w, a: w.modulo(a, Fraction(-3)), lambda a: a + 3 * floor(-a / 3)),
    ("mod 2/3", lambda w, a: w.modulo(a, Fraction(2, 3)), lambda a: a - Fraction(2, 3) * floor(a * 3 / 2)),
    ("over 6", lambda w, a: w.quotient(a, Fraction(6)), lambda a: a / 6),
    ("over -3/2", lambda w, a: w.quotient(a, Fraction(-3, 2)), lambda a: a * -2 / 3),
]  # fmt: skip
BINARY: list[
    tuple[str, Callable[[Words, Word, Word], Word], Callable[[Fraction, Fraction], Fraction]]
] = [
    ("sum", lambda w, a, b: w.add((a, b)), lambda a, b: a + b),
    ("product", lambda w, a, b: w.product(a, b), lambda a, b: a * b),
    ("minimum", lambda w, a, b: w.minimum(a, b), min),
    ("maximum", lambda w, a, b: w.maximum(a, b), max),
    ("less", lambda w, a, b: w.truth(w.less(a, b)), lambda a, b: Fraction(a < b)),
    ("equal", lambda w, a, b: w.truth(w.equal(a, b)), lambda a, b: Fraction(a == b)),
]


def well_formed(word: Word) -> bool:
    return len(word.bits) >= width_of(word.low, word.high) and word.low <= word.high


@pytest.mark.parametrize(("name", "build", "meaning"), UNARY, ids=[u[0] for u in UNARY])
def test_unary_operations_are_exact(
    name: str,
    build: Callable[[Words, Word], Word],
    meaning: Callable[[Fraction], Fraction | int],
) -> None:
    for low, high in RANGES:
        for d in DENOMINATORS:
            circuit = Circuit()
            word, bits = free(circuit, low, high, d)
            found = build(Words(circuit), word)
            seen = []
            for n in range(low, high + 1):
                holds = holding(circuit, encoded(bits, n))
                seen.append(number(found, holds))
                assert meaning(Fraction(n, d)) == seen[-1], (low, high, d, n)
            assert well_formed(found)
            assert found.low <= min(seen) * found.denominator
            assert max(seen) * found.denominator <= found.high
            if name in ("negated", "times 5", "times -6", "floor", "over 6"):
                assert (min(seen), max(seen)) == (
                    Fraction(found.low, found.denominator),
                    Fraction(found.high, found.denominator),
                )


@pytest.mark.parametrize(("name", "build", "meaning"), BINARY, ids=[b[0] for b in BINARY])
def test_binary_operations_are_exact(
    name: str,
    build: Callable[[Words, Word, Word], Word],
    meaning: Callable[[Fraction, Fraction], Fraction],
) -> None:
    for low, high in RANGES:
        for other, top in RANGES[:5]:
            for d, e in ((1, 1), (2, 3)):
                circuit = Circuit()
                (a, first), (b, second) = free(circuit, low, high, d), free(circuit, other, top, e)
                found = build(Words(circuit), a, b)
                seen = []
                for n in range(low, high + 1):
                    for m in range(other, top + 1):
                        holds = holding(circuit, encoded(first, n) | encoded(second, m))
                        seen.append(number(found, holds))
                        assert meaning(Fraction(n, d), Fraction(m, e)) == seen[-1]
                assert well_formed(found)
                if name not in ("less", "equal"):
                    assert (min(seen), max(seen)) == (
                        Fraction(found.low, found.denominator),
                        Fraction(found.high, found.denominator),
                    )
                    assert len(found.bits) == width_of(found.low, found.high)


def test_multiplexers_and_long_sums_are_exact() -> None:
    circuit = Circuit()
    words, test = Words(circuit), circuit.var("t")
    (a, first), (b, second), (c, third) = (
        free(circuit, -2, 1), free(circuit, 0, 3, 2), free(circuit, 1, 2),
    )  # fmt: skip
    chosen, total = words.mux(test, a, b), words.add((a, b, c, words.constant(Fraction(1, 3))))
    for n in range(-2, 2):
        for m in range(4):
            for k in (1, 2):
                for t in (0, 1):
                    given = encoded(first, n) | encoded(second, m) | encoded(third, k) | {test: t}
                    holds = holding(circuit, given)
                    assert (Fraction(n) if t else Fraction(m, 2)) == number(chosen, holds)
                    assert n + Fraction(m, 2) + k + Fraction(1, 3) == number(total, holds)
    assert (-4, 3, 2) == (chosen.low, chosen.high, chosen.denominator)


def test_constants_cost_no_gates() -> None:
    circuit = Circuit()
    words = Words(circuit)
    for value in (0, 1, -1, 5, -8, Fraction(7, 3)):
        word = words.constant(value)
        assert value == number(word, lambda f: f == TRUE)
        assert set(word.bits) <= {TRUE, FALSE}
    word = words.add([words.constant(k) for k in range(6)])
    assert 15 == number(words.product(word, words.constant(1)), lambda f: f == TRUE)
    assert 2 == len(circuit.gates)
    assert TRUE == words.less(words.constant(3), words.constant(4))
    assert FALSE == words.equal(words.constant(3), words.constant(4))


def test_numbers_with_disjoint_bounds_are_unequal_without_a_gate() -> None:
    circuit = Circuit()
    a, _ = free(circuit, 0, 2)
    b, _ = free(circuit, 3, 4)
    before = len(circuit.gates)
    words = Words(circuit)
    assert FALSE == words.equal(a, b) == words.equal(b, a)
    assert before == len(circuit.gates)
    c, _ = free(circuit, 2, 3)
    assert FALSE not in (words.equal(a, c), words.equal(c, b))


def test_the_least_width_is_used() -> None:
    widths = {
        (0, 0): 1,
        (0, 1): 2,
        (-1, 0): 1,
        (-2, 1): 2,
        (-3, 1): 3,
        (0, 7): 4,
        (-8, 7): 4,
        (-9, 0): 5,
    }
    assert widths == {ends: width_of(*ends) for ends in widths}
    assert words_module.WIDEST == width_of(0, 2 ** (words_module.WIDEST - 1) - 1)
    with pytest.raises(CircuitTooLargeError, match="more than 16,384 bits"):
        width_of(0, 2 ** (words_module.WIDEST - 1))


def test_fits_narrows_and_never_widens() -> None:
    circuit = Circuit()
    word, _ = free(circuit, -8, 7)
    assert (-2, 3, 3) == (word.fits(-2, 3).low, word.fits(-2, 3).high, len(word.fits(-2, 3).bits))
    assert (-8, 7) == (word.fits(-100, 100).low, word.fits(-100, 100).high)
    assert word.bits[-1] == word.bit(7) == word.bit(99)


def test_arithmetic_costs_the_gates_that_it_should() -> None:
    costs = {}
    builds: tuple[tuple[str, Callable[[Words, Word, Word], object]], ...] = (
        ("sum", lambda w, a, b: w.add((a, b))),
        ("less", lambda w, a, b: w.less(a, b)),
        ("equal", lambda w, a, b: w.equal(a, b)),
        ("product", lambda w, a, b: w.product(a, b)),
        ("minimum", lambda w, a, b: w.minimum(a, b)),
        ("modulo", lambda w, a, b: w.modulo(a, Fraction(3))),
    )
    for name, build in builds:
        circuit = Circuit()
        (a, _), (b, _) = free(circuit, 0, 7), free(circuit, -4, 3)
        before = len(circuit.gates)
        build(Words(circuit), a, b)
        costs[name] = len(circuit.gates) - before
    assert COSTS == costs


COSTS = {"sum": 20, "less": 26, "equal": 7, "product": 55, "minimum": 30, "modulo": 38}
