"""Expressions as gates: what an exact expression is worth at every state, as one circuit.

A value is a `Word` (a number) or `Cases` (one literal a value, of which exactly one is true: labels, and
whatever else has few values). Where evaluation would fail - a table without a row, a value outside its
domain - a *fault* literal is true; whoever asks must prove the faults impossible, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce

from .circuit import FALSE, TRUE, Circuit
from .domain import Domain, Finite, Range, Reals, Value, exact
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

    __slots__ = ("circuit", "faults", "guard", "words")

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
        if isinstance(domain, Range):
            return self.words.add((index, self.words.constant(domain.low))), bits
        if domain.values == tuple(range(domain.size)):
            return index, bits
        return Cases({v: self._is(index, k) for k, v in enumerate(domain.values)}), bits

    def constant(self, value: Value) -> Symbol:
        """A constant."""
        return Cases({value: TRUE}) if isinstance(value, str) else self.words.constant(value)

    def within(self, symbol: Symbol, domain: Domain) -> Symbol:
        """The same value, known to be in the domain; a fault where it is not."""
        if isinstance(domain, Range) or (
            isinstance(domain, Finite) and domain.values == tuple(range(domain.size))
        ):
            low, high = (
                (domain.low, domain.high) if isinstance(domain, Range) else (0, domain.size - 1)
            )
            word = self.word(symbol) if self._numeric(symbol) else None
            if word is not None and word.denominator == 1:
                if word.low < low:
                    self._fault(self.words.less(word, self.words.constant(low)))
                if word.high > high:
                    self._fault(self.words.less(self.words.constant(high), word))
                if word.high < low or high < word.low:
                    return self.words.constant(low)
                return word.fits(low, high)
        if isinstance(domain, Reals):
            return symbol
        if not isinstance(domain, Finite | Range):
            raise NotBlastedError(f"the interval {domain}")
        cases = self.cases(symbol).literals
        kept = {value: f for value, f in cases.items() if value in domain}
        self._fault(self.circuit.any(f for value, f in cases.items() if value not in domain))
        return Cases(kept or {next(iter(domain)): TRUE})

    def _fault(self, literal: int) -> None:
        literal = self.circuit.land(self.guard, literal)
        if literal != FALSE:
            self.faults.append(literal)

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
        if isinstance(symbol, Cases) and not self._numeric(symbol):
            raise NotBlastedError("a label as a condition")
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
                condition = self.truth(self.value(test, state))
                return self.mux(
                    condition,
                    self._under(condition, yes, state),
                    self._under(-condition, no, state),
                )
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
            chosen[-1] = (c.lor(chosen[-1][0], left), chosen[-1][1])
        else:
            chosen.append((left, default))
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
        c, words = self.circuit, self.words
        match operator:
            case Operator.EQ:
                return words.truth(self.equal(given[0], given[1]))
            case Operator.NE:
                return words.truth(-self.equal(given[0], given[1]))
            case Operator.AND:
                return words.truth(c.all(map(self.truth, given)))
            case Operator.OR:
                return words.truth(c.any(map(self.truth, given)))
            case Operator.XOR:
                return words.truth(reduce(c.xor, map(self.truth, given)))
            case Operator.NOT:
                return words.truth(-self.truth(given[0]))
            case Operator.COUNT:
                return words.add([words.truth(self.truth(g)) for g in given])
            case Operator.MOD | Operator.DIV:
                return self._divide(operator, self.word(given[0]), given[1])
            case _:
                return self._arithmetic(operator, [self.word(g) for g in given])

    def _arithmetic(self, operator: Operator, v: Sequence[Word]) -> Word:
        words = self.words
        match operator:
            case Operator.ADD:
                return words.add(v)
            case Operator.NEG:
                return words.negated(v[0])
            case Operator.MUL:
                return reduce(words.product, v)
            case Operator.LT:
                return words.truth(words.less(v[0], v[1]))
            case Operator.LE:
                return words.truth(-words.less(v[1], v[0]))
            case Operator.GT:
                return words.truth(words.less(v[1], v[0]))
            case Operator.GE:
                return words.truth(-words.less(v[0], v[1]))
            case Operator.MIN:
                return reduce(words.minimum, v)
            case Operator.MAX:
                return reduce(words.maximum, v)
            case Operator.ABS:
                return words.maximum(v[0], words.negated(v[0]))
            case Operator.RELU:
                return words.maximum(v[0], words.constant(0))
            case Operator.FLOOR:
                return words.floor(v[0])
            case _:
                raise NotBlastedError(f"the operator {operator.value!r}")

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
