"""Expressions as gates: what an exact expression is worth at every state, as one circuit.

A value is a `Word` (a number) or `Cases` (one literal a value, of which exactly one is true: labels, and
whatever else has few values). Where evaluation would fail - a table without a row, a value outside its
domain - a *fault* literal is true; whoever asks must prove the faults impossible, too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce

from .circuit import FALSE, TRUE, Circuit
from .domain import Domain, Finite, Range, Reals, Value, as_range, exact
from .expression import Apply, Case, Constant, Expression, Operator, Reference
from .words import Word, Words, width_of

__all__ = ["Blaster", "Cases", "NotBlastedError", "Symbol"]

MANY = 4096


class NotBlastedError(Exception):
    """An expression that has no circuit: why."""


@dataclass(frozen=True, slots=True)
class Cases:
    """Exactly one of the literals is true: that value is taken."""

    literals: Mapping[Value, int]


Symbol = Word | Cases


class Blaster:
    """Builds one circuit; `faults` are the literals that say that an evaluation failed."""

    def __init__(self) -> None:
        self.circuit = Circuit()
        self.words = Words(self.circuit)
        self.faults: list[int] = []
        self.guard = TRUE

    # ------------------------------------------------------------ variables

    def variable(self, name: str, domain: Domain) -> tuple[Symbol, list[int]]:
        """A free variable, and its bits: the position in the domain, in binary, lowest bit first.

        Positions beyond the last stand for the last value.

        Raises:
            NotBlastedError: the domain is infinite.
        """
        if not isinstance(domain, Finite | Range):
            raise NotBlastedError(f"{name!r} has infinitely many values")
        last = domain.size - 1
        bits = [self.circuit.var(f"{name}.{k}") for k in range(last.bit_length())]
        index = Word((*bits, FALSE), 0, (1 << len(bits)) - 1)
        if last < index.high:
            index = self.words.minimum(index, self.words.constant(last))
        span = as_range(domain)
        if span is not None:
            return self.words.add((index, self.words.constant(span.low))), bits
        return Cases({v: self._is(index, k) for k, v in enumerate(domain)}), bits

    def constant(self, value: Value) -> Symbol:
        """A constant."""
        return Cases({value: TRUE}) if isinstance(value, str) else self.words.constant(value)

    def within(self, symbol: Symbol, domain: Domain) -> Symbol:
        """The same value, known to be in the domain; a fault where it is not.

        Raises:
            NotBlastedError: the domain is an interval.
        """
        if isinstance(domain, Reals):
            return symbol
        span, words = as_range(domain), self.words
        word = self.word(symbol) if span is not None and self._numeric(symbol) else None
        if span is not None and word is not None and word.denominator == 1:
            self._fault(words.less(word, words.constant(span.low)))
            self._fault(words.less(words.constant(span.high), word))
            if word.high < span.low or span.high < word.low:
                return words.constant(span.low)
            return word.fits(span.low, span.high)
        if not isinstance(domain, Finite | Range):
            raise NotBlastedError(f"the interval {domain}")
        cases = self.cases(symbol).literals
        kept = {value: f for value, f in cases.items() if value in domain}
        self._fault(self.circuit.any(f for value, f in cases.items() if value not in domain))
        return Cases(kept or {next(iter(domain)): TRUE})

    def _fault(self, literal: int) -> None:
        self.faults.append(self.circuit.land(self.guard, literal))

    # ------------------------------------------------------------ the two forms

    def _numeric(self, symbol: Symbol) -> bool:
        return isinstance(symbol, Word) or not any(isinstance(v, str) for v in symbol.literals)

    def word(self, symbol: Symbol) -> Word:
        """The symbol as a number.

        Raises:
            NotBlastedError: it may be a label.
        """
        if isinstance(symbol, Word):
            return symbol
        constants: list[Word] = []
        for value in symbol.literals:
            if isinstance(value, str):
                raise NotBlastedError(f"arithmetic on the label {value!r}")
            constants.append(self.words.constant(value))
        constants = self.words.aligned(constants)
        low, high = min(w.low for w in constants), max(w.high for w in constants)
        literals = list(symbol.literals.values())
        bits = tuple(
            self.circuit.any(
                f for f, w in zip(literals, constants, strict=True) if w.bit(k) == TRUE
            )
            for k in range(width_of(low, high))
        )
        return Word(bits, low, high, constants[0].denominator)

    def cases(self, symbol: Symbol) -> Cases:
        """The symbol as one literal a value.

        Raises:
            NotBlastedError: it has more than 4096 values.
        """
        if isinstance(symbol, Cases):
            return symbol
        if symbol.high - symbol.low >= MANY:
            raise NotBlastedError(f"more than {MANY} values, one by one")
        d = symbol.denominator
        found = {n: self._is(symbol, n) for n in range(symbol.low, symbol.high + 1)}
        return Cases({exact(Fraction(n, d)): f for n, f in found.items() if f != FALSE})

    def _is(self, word: Word, numerator: int) -> int:
        bits = (f if numerator >> k & 1 else -f for k, f in enumerate(word.bits))
        return self.circuit.all(bits)

    def truth(self, symbol: Symbol) -> int:
        """Whether the value is not 0."""
        return self.circuit.any(self.word(symbol).bits)

    def mux(self, condition: int, yes: Symbol, no: Symbol) -> Symbol:
        """`yes` if the condition holds, else `no`."""
        if condition in (TRUE, FALSE):
            return yes if condition == TRUE else no
        if self._numeric(yes) and self._numeric(no):
            return self.words.mux(condition, self.word(yes), self.word(no))
        left, right = self.cases(yes).literals, self.cases(no).literals
        values = dict.fromkeys((*left, *right))
        ite = self.circuit.ite
        return Cases({v: ite(condition, left.get(v, FALSE), right.get(v, FALSE)) for v in values})

    def equal(self, a: Symbol, b: Symbol) -> int:
        """Whether two values are equal."""
        if self._numeric(a) and self._numeric(b):
            return self.words.equal(self.word(a), self.word(b))
        left, right = self.cases(a).literals, self.cases(b).literals
        return self.circuit.any(
            self.circuit.land(f, right[v]) for v, f in left.items() if v in right
        )

    # ------------------------------------------------------------ expressions

    def value(self, expression: Expression, state: Mapping[str, Symbol]) -> Symbol:
        """The value at a state.

        Raises:
            NotBlastedError: a hole, arithmetic on labels, a divisor with too many values.
        """
        match expression:
            case Constant(value=value):
                return self.constant(value)
            case Reference(name=name):
                return state[name]
            case Apply(operator=Operator.IF, arguments=(test, yes, no)):
                f = self.truth(self.value(test, state))
                return self.mux(f, self._under(f, yes, state), self._under(-f, no, state))
            case Apply(operator=operator, arguments=arguments):
                return self._apply(operator, [self.value(a, state) for a in arguments])
            case Case(arguments=arguments, rows=rows, default=default):
                return self._table([self.value(a, state) for a in arguments], rows, default, state)
            case _:
                raise NotBlastedError("a hole '?' has no value; find fills it")

    def _under(self, condition: int, branch: Expression, state: Mapping[str, Symbol]) -> Symbol:
        before, self.guard = self.guard, self.circuit.land(self.guard, condition)
        found = self.value(branch, state)
        self.guard = before
        return found

    def _table(
        self,
        arguments: Sequence[Symbol],
        rows: Sequence[tuple[tuple[Value, ...], Expression]],
        default: Expression | None,
        state: Mapping[str, Symbol],
    ) -> Symbol:
        c = self.circuit
        literals = [self.cases(a).literals for a in arguments]
        left, chosen = TRUE, []
        for key, entry in rows:
            test = c.all(f.get(v, FALSE) for f, v in zip(literals, key, strict=True))
            chosen.append((c.land(left, test), entry))
            left = c.land(left, -test)
        if default is None:
            self._fault(left)
        chosen.append((left, rows[-1][1] if default is None else default))
        if all(isinstance(entry, Constant) for _, entry in chosen):
            groups: dict[Value, int] = {}
            for test, entry in chosen:
                assert isinstance(entry, Constant)
                groups[entry.value] = c.lor(groups.get(entry.value, FALSE), test)
            return Cases(groups)
        found = self._under(chosen[-1][0], chosen[-1][1], state)
        for test, entry in reversed(chosen[:-1]):
            found = self.mux(test, self._under(test, entry, state), found)
        return found

    def _apply(self, operator: Operator, given: Sequence[Symbol]) -> Symbol:
        words = self.words
        match operator:
            case Operator.EQ | Operator.NE:
                same = self.equal(given[0], given[1])
                return words.truth(same if operator is Operator.EQ else -same)
            case Operator.COUNT:
                return words.add([words.truth(self.truth(g)) for g in given])
            case Operator.MOD | Operator.DIV:
                return self._divide(operator, self.word(given[0]), given[1])
        if operator in _CONNECTIVES:
            return words.truth(_CONNECTIVES[operator](self.circuit, list(map(self.truth, given))))
        return _ARITHMETIC[operator](words, [self.word(g) for g in given])

    def _divide(self, operator: Operator, top: Word, bottom: Symbol) -> Word:
        work = self.words.modulo if operator is Operator.MOD else self.words.quotient
        found: Word | None = None
        for value, literal in self.cases(bottom).literals.items():
            if isinstance(value, str):
                raise NotBlastedError(f"arithmetic on the label {value!r}")
            if value == 0:
                self._fault(literal)
                continue
            result = work(top, Fraction(value))
            found = result if found is None else self.words.mux(literal, result, found)
        return self.words.constant(0) if found is None else found


_CONNECTIVES: dict[Operator, Callable[[Circuit, list[int]], int]] = {
    Operator.AND: Circuit.all,
    Operator.OR: Circuit.any,
    Operator.XOR: lambda circuit, f: reduce(circuit.xor, f),
    Operator.NOT: lambda circuit, f: -f[0],
}
_ARITHMETIC: dict[Operator, Callable[[Words, list[Word]], Word]] = {
    Operator.ADD: Words.add,
    Operator.NEG: lambda words, v: words.negated(v[0]),
    Operator.MUL: lambda words, v: reduce(words.product, v),
    Operator.LT: lambda words, v: words.truth(words.less(v[0], v[1])),
    Operator.LE: lambda words, v: words.truth(-words.less(v[1], v[0])),
    Operator.GT: lambda words, v: words.truth(words.less(v[1], v[0])),
    Operator.GE: lambda words, v: words.truth(-words.less(v[0], v[1])),
    Operator.MIN: lambda words, v: reduce(words.minimum, v),
    Operator.MAX: lambda words, v: reduce(words.maximum, v),
    Operator.ABS: lambda words, v: words.maximum(v[0], words.negated(v[0])),
    Operator.RELU: lambda words, v: words.maximum(v[0], words.constant(0)),
    Operator.FLOOR: lambda words, v: words.floor(v[0]),
}
