"""Exact numbers as gates: bounded integers in two's complement over a denominator, and their arithmetic.

Every operation computes the exact result: bounds are tracked and words are as wide as they need be,
so that nothing ever overflows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import gcd, lcm

from .circuit import FALSE, TRUE, Circuit, CircuitTooLargeError

__all__ = ["Word", "Words", "width_of"]

WIDEST = 2**14


def width_of(low: int, high: int) -> int:
    """The bits that two's complement needs for the integers from `low` to `high`.

    Raises:
        CircuitTooLargeError: more than 2^14.
    """
    width = max(low.bit_length() if low >= 0 else (-low - 1).bit_length(), high.bit_length()) + 1
    if width > WIDEST:
        raise CircuitTooLargeError(f"it has numbers of more than {WIDEST:,} bits")
    return width


@dataclass(frozen=True, slots=True)
class Word:
    """The number `bits / denominator`; bits in two's complement, the lowest first.

    The numerator lies between `low` and `high`.
    """

    bits: tuple[int, ...]
    low: int
    high: int
    denominator: int = 1

    def bit(self, index: int) -> int:
        """A bit of the numerator; beyond the last one, the sign."""
        return self.bits[min(index, len(self.bits) - 1)]

    def fits(self, low: int, high: int) -> Word:
        """The same number, known to have its numerator within these bounds as well."""
        low, high = max(low, self.low), min(high, self.high)
        return Word(tuple(map(self.bit, range(width_of(low, high)))), low, high, self.denominator)


class Words:
    """Arithmetic on words, as gates of one circuit."""

    def __init__(self, circuit: Circuit) -> None:
        self.circuit = circuit

    def constant(self, number: int | Fraction) -> Word:
        """A number."""
        n, d = number.numerator, number.denominator
        bits = (TRUE if n >> k & 1 else FALSE for k in range(width_of(n, n)))
        return Word(tuple(bits), n, n, d)

    def truth(self, literal: int) -> Word:
        """1 if the literal is true, else 0."""
        return Word((literal, FALSE), 0, 1)

    def aligned(self, words: Sequence[Word]) -> list[Word]:
        """The same numbers over one denominator."""
        common = lcm(*(w.denominator for w in words))
        return [replace(self.times(w, common // w.denominator), denominator=common) for w in words]

    def mux(self, condition: int, yes: Word, no: Word) -> Word:
        """`yes` if the condition holds, else `no`."""
        yes, no = self.aligned((yes, no))
        low, high = min(yes.low, no.low), max(yes.high, no.high)
        count = range(width_of(low, high))
        bits = tuple(self.circuit.ite(condition, yes.bit(k), no.bit(k)) for k in count)
        return Word(bits, low, high, yes.denominator)

    def equal(self, a: Word, b: Word) -> int:
        """Whether two numbers are equal."""
        a, b = self.aligned((a, b))
        if a.high < b.low or b.high < a.low:
            return FALSE
        count = range(max(len(a.bits), len(b.bits)))
        return self.circuit.all(-self.circuit.xor(a.bit(k), b.bit(k)) for k in count)

    def less(self, a: Word, b: Word) -> int:
        """Whether `a < b`."""
        a, b = self.aligned((a, b))
        if a.high < b.low or b.high <= a.low:
            return TRUE if a.high < b.low else FALSE
        return self.add((a, self.negated(b))).bits[-1]

    def add(self, words: Sequence[Word]) -> Word:
        """The sum, as a balanced tree of ripple-carry adders."""
        left = self.aligned(words)
        while len(left) > 1:
            pairs = [self._add(left[k], left[k + 1]) for k in range(0, len(left) - 1, 2)]
            left = pairs + left[2 * len(pairs) :]
        return left[0]

    def _add(self, a: Word, b: Word, carry: int = FALSE) -> Word:
        extra = 1 if carry == TRUE else 0
        low, high = a.low + b.low + extra, a.high + b.high + extra
        c, bits = self.circuit, []
        for k in range(width_of(low, high)):
            x, y = a.bit(k), b.bit(k)
            half = c.xor(x, y)
            bits.append(c.xor(half, carry))
            carry = c.lor(c.land(x, y), c.land(half, carry))
        return Word(tuple(bits), low, high, a.denominator)

    def negated(self, a: Word) -> Word:
        """`-a`."""
        flipped = Word(tuple(-f for f in a.bits), -a.high - 1, -a.low - 1, a.denominator)
        return self._add(flipped, Word((FALSE,), 0, 0, a.denominator), TRUE)

    def times(self, a: Word, factor: int) -> Word:
        """A multiple of the numerator, by shifts and additions."""
        if factor == 1:
            return a
        if factor < 0:
            return self.negated(self.times(a, -factor))
        shifts = [k for k in range(factor.bit_length()) if factor >> k & 1]
        terms = [
            Word((FALSE,) * k + a.bits, a.low << k, a.high << k, a.denominator) for k in shifts
        ]
        return self.add(terms) if terms else Word((FALSE,), 0, 0, a.denominator)

    def product(self, a: Word, b: Word) -> Word:
        """The product."""
        if a.low == a.high:
            a, b = b, a
        if b.low == b.high:
            found = self.times(a, b.low)
            return replace(found, denominator=a.denominator * b.denominator)
        ends = [x * y for x in (a.low, a.high) for y in (b.low, b.high)]
        low, high = min(ends), max(ends)
        terms = []
        for k, f in enumerate(b.bits):
            bits = (FALSE,) * k + tuple(self.circuit.land(f, x) for x in a.bits)
            term = Word(bits, min(a.low, 0) << k, max(a.high, 0) << k)
            terms.append(self.negated(term) if k == len(b.bits) - 1 else term)
        total = self.add(terms).fits(low, high)
        return replace(total, denominator=a.denominator * b.denominator)

    def minimum(self, a: Word, b: Word) -> Word:
        """The smaller number."""
        a, b = self.aligned((a, b))
        least = min(a.low, b.low), min(a.high, b.high)
        return self.mux(self.less(a, b), a, b).fits(*least)

    def maximum(self, a: Word, b: Word) -> Word:
        """The larger number."""
        a, b = self.aligned((a, b))
        found = self.mux(self.less(a, b), b, a)
        return found.fits(max(a.low, b.low), max(a.high, b.high))

    def floor(self, a: Word) -> Word:
        """The largest integer that is not above."""
        return self._quotient(a, a.denominator)

    def modulo(self, a: Word, divisor: Fraction) -> Word:
        """`a - n * floor(a / n)` for a constant `n`, not zero."""
        a, n = self.aligned((a, self.constant(divisor)))
        if n.low < 0:  # x mod -n = -((-x) mod n)
            return self.negated(self.modulo(self.negated(a), -divisor))
        whole = self.times(self._quotient(a, n.low), n.low)
        rest = self.add((a, self.negated(replace(whole, denominator=a.denominator))))
        return rest.fits(0, n.low - 1)

    def quotient(self, a: Word, divisor: Fraction) -> Word:
        """`a / n` for a constant `n`, not zero."""
        top, bottom = divisor.denominator, divisor.numerator
        if bottom < 0:
            top, bottom = -top, -bottom
        shared = gcd(top, a.denominator * bottom)
        found = self.times(a, top // shared)
        return replace(found, denominator=a.denominator * bottom // shared)

    def _quotient(self, a: Word, divisor: int) -> Word:
        """The floor of the numerator over a positive integer."""
        low, high = a.low // divisor, a.high // divisor
        if divisor & (divisor - 1) == 0:
            kept = a.bits[divisor.bit_length() - 1 :] or a.bits[-1:]
            return Word(kept, min(low, -1), max(high, 0)).fits(low, high)
        lift = max(0, -low)  # long division of a number that is not negative
        shifted = self._add(replace(a, denominator=1), self.constant(lift * divisor))
        rest, bits = self.constant(0), []
        for f in reversed(shifted.bits[:-1]):
            rest = Word((f, *rest.bits), 0, 2 * rest.high + 1)
            enough = -self.less(rest, self.constant(divisor))
            less = self.add((rest, self.constant(-divisor)))
            rest = self.mux(enough, less, rest).fits(0, divisor - 1)
            bits.append(enough)
        whole = Word((*reversed(bits), FALSE), 0, (1 << len(bits)) - 1)
        return self.add((whole, self.constant(-lift))).fits(low, high)
