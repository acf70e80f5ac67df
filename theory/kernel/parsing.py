"""Expressions by precedence: `if` < `or` < `xor` < `and` < `not` < comparison < sum < product < sign."""

from __future__ import annotations

from fractions import Fraction
from typing import NoReturn, final

from .domain import exact
from .errors import Fault, InputError, Source
from .expression import Operator, Span
from .raw import (
    Index,
    Raw,
    RawApply,
    RawCall,
    RawHole,
    RawMatrix,
    RawName,
    RawNumber,
    RawProduct,
    RawSlice,
    RawTable,
)
from .tokens import RESERVED, Token, tokenize

__all__ = ["FUNCTIONS", "MAX_NESTING", "Parser"]

MAX_NESTING = 200
FUNCTIONS = {
    "min": Operator.MIN,
    "max": Operator.MAX,
    "abs": Operator.ABS,
    "relu": Operator.RELU,
    "floor": Operator.FLOOR,
    "sum": Operator.ADD,
    "all": Operator.AND,
    "any": Operator.OR,
    "count": Operator.COUNT,
}
_IF, _OR, _XOR, _AND, _NOT, _COMPARE, _SUM, _PRODUCT, _SIGN = range(1, 10)
_INFIX = {
    "or": (_OR, Operator.OR),
    "xor": (_XOR, Operator.XOR),
    "and": (_AND, Operator.AND),
    "==": (_COMPARE, Operator.EQ),
    "!=": (_COMPARE, Operator.NE),
    "<": (_COMPARE, Operator.LT),
    "<=": (_COMPARE, Operator.LE),
    ">": (_COMPARE, Operator.GT),
    ">=": (_COMPARE, Operator.GE),
    "+": (_SUM, Operator.ADD),
    "-": (_SUM, Operator.ADD),
    "*": (_PRODUCT, Operator.MUL),
    "/": (_PRODUCT, Operator.DIV),
    "mod": (_PRODUCT, Operator.MOD),
}
_CHAINS = (Operator.OR, Operator.XOR, Operator.AND, Operator.ADD, Operator.MUL)


@final
class Parser:
    """A position in a list of tokens; each method reads one thing and moves on."""

    def __init__(self, text: str, source: Source, *, network: bool = False) -> None:
        self.text, self.source = text, source
        self.tokens = tokenize(text, source, network=network)
        self.position = 0
        self.depth = 0
        self.own = False  # whether `self` is a value here

    # ------------------------------------------------------------ tokens

    @property
    def token(self) -> Token:
        """The next token."""
        return self.tokens[self.position]

    def next(self) -> Token:
        """The next token, taken."""
        token = self.tokens[self.position]
        if token.kind != "end":
            self.position += 1
        return token

    def peek(self, text: str) -> bool:
        """Whether the token is this operator or word."""
        return self.token.text == text and self.token.kind in ("op", "name")

    def accept(self, text: str) -> bool:
        """Take the token if it is this operator or word."""
        if self.peek(text):
            self.next()
            return True
        return False

    def expect(self, text: str, after: str) -> Token:
        """Take this operator or word, or fail."""
        if not self.peek(text):
            self.fail(f"{text!r} is missing after {after}")
        return self.next()

    def fail(self, message: str, span: Span | None = None) -> NoReturn:
        """Raise a fault at a place, by default at the next token."""
        token = self.token
        at = (token.start, max(token.end, token.start + 1)) if span is None else span
        raise InputError([Fault(message, self.text, at, self.source)])

    def name(self, what: str) -> Token:
        """A name that is not reserved."""
        token = self.token
        if token.kind != "name":
            self.fail(f"{what} is missing")
        if token.text in RESERVED:
            self.fail(f"{token.text!r} is a reserved word, no name")
        return self.next()

    def integer(self, what: str) -> int:
        """A whole number, perhaps with a sign."""
        sign = -1 if self.accept("-") else 1
        if self.token.kind != "int":
            self.fail(f"{what} is a whole number")
        return sign * int(self.next().text)

    def number(self) -> Fraction:
        """`[-] (int | decimal) [/ int]`."""
        sign = -1 if self.accept("-") else 1
        if self.token.kind not in ("int", "decimal"):
            self.fail("a number is missing")
        value = Fraction(self.next().text)
        if self.peek("/"):
            self.next()
            if self.token.kind != "int":
                self.fail("a whole number is missing after '/'")
            divisor = int(self.token.text)
            if divisor == 0:
                self.fail("a number is divided by zero")
            self.next()
            value /= divisor
        return sign * value

    # ------------------------------------------------------------ expressions

    def expression(self, least: int = _IF) -> Raw:
        """An expression whose operators bind at least as tightly as `least`."""
        self.depth += 1
        if self.depth > MAX_NESTING:
            self.fail(f"nested deeper than {MAX_NESTING}")
        start = self.token.start
        left = self._prefix(least)
        chain: list[Raw] = []  # the operands so far, while one associative operator goes on
        chained: Operator | None = None
        steps = 0
        while True:
            token = self.token
            if token.text == "@" and token.kind == "op" and least <= _PRODUCT:
                self.next()
                factor = self.expression(_PRODUCT + 1)
                if chained is not None:
                    left, chained = RawApply(chained, tuple(chain), (start, token.start)), None
                left = RawProduct(left, factor, (start, self._end()))
                continue
            found = _INFIX.get(token.text) if token.kind in ("op", "name") else None
            if found is None or found[0] < least:
                break
            power, operator = found
            self.next()
            right = self.expression(power + 1)
            if token.text == "-":
                right = RawApply(Operator.NEG, (right,), (token.start, self._end()))
            if operator is chained:
                chain.append(right)
                continue
            if chained is not None:
                left = RawApply(chained, tuple(chain), (start, token.start))
            if operator in _CHAINS:
                chain, chained = [left, right], operator
                continue
            chained = None
            span = (start, self._end())
            first = steps == 0 and operator is Operator.DIV
            left = (
                _fraction(left, right, span)
                if first and _is_fraction(left, right)
                else RawApply(operator, (left, right), span)
            )
            steps += 1
            following = _INFIX.get(self.token.text)
            if power == _COMPARE and following is not None and following[0] == _COMPARE:
                self.fail("comparisons are not chained; write a < b and b < c")
            if steps > MAX_NESTING:
                self.fail(f"nested deeper than {MAX_NESTING}")
        self.depth -= 1
        if chained is not None:
            return RawApply(chained, tuple(chain), (start, self._end()))
        return left

    def _end(self) -> int:
        return self.tokens[self.position - 1].end

    def _prefix(self, least: int) -> Raw:
        token = self.token
        if self.peek("if"):
            if least > _IF:
                self.fail("'if' inside a tighter operator needs parentheses")
            self.next()
            condition = self.expression()
            self.expect("then", "the condition")
            yes = self.expression()
            self.expect("else", "the value of 'then'")
            no = self.expression()
            return RawApply(Operator.IF, (condition, yes, no), (token.start, self._end()))
        if self.peek("not"):
            if least > _NOT:
                self.fail("'not' inside a tighter operator needs parentheses")
            self.next()
            operand = self.expression(_NOT)
            return RawApply(Operator.NOT, (operand,), (token.start, self._end()))
        if self.peek("-"):
            self.next()
            operand = self.expression(_SIGN)
            if isinstance(operand, RawNumber) and not isinstance(operand.value, str):
                return RawNumber(-operand.value, (token.start, operand.span[1]))
            return RawApply(Operator.NEG, (operand,), (token.start, self._end()))
        return self._primary()

    def _primary(self) -> Raw:
        token = self.token
        if token.kind in ("int", "decimal"):
            self.next()
            return RawNumber(exact(Fraction(token.text)), token.span)
        if self.accept("("):
            inside = self.expression()
            self.expect(")", "the expression in parentheses")
            return inside
        if self.accept("?"):
            arguments = self._arguments("?")
            return RawHole(arguments, (token.start, self._end()))
        if self.accept("["):
            return self._matrix(token)
        if token.kind == "name":
            if token.text == "table":
                self.next()
                return self._table(token)
            if token.text in FUNCTIONS:
                self.next()
                return RawCall(token.text, self._arguments(token.text), (token.start, self._end()))
            if token.text in RESERVED and not (self.own and token.text == "self"):
                self.fail(f"{token.text!r} is a reserved word, no value")
            self.next()
            if self.peek("("):
                return RawCall(token.text, self._arguments(token.text), (token.start, self._end()))
            return self._reference(token)
        self.fail("a value is missing")

    def _matrix(self, token: Token) -> RawMatrix:
        """What follows `[`: numbers, or rows in brackets of equal length."""
        rows: list[tuple[Raw, ...]] = []
        vector = not self.peek("[")
        while True:
            if not vector:
                self.expect("[", "'[', a row")
            row = [self.expression()]
            while self.accept(","):
                row.append(self.expression())
            rows.append(tuple(row))
            if vector:
                break
            self.expect("]", "the row")
            if len(row) != len(rows[0]):
                self.fail(f"the row has {len(row)} entries, the first {len(rows[0])}", token.span)
            if not self.accept(","):
                break
        self.expect("]", "the matrix")
        return RawMatrix(tuple(rows), vector, (token.start, self._end()))

    def _arguments(self, function: str) -> tuple[Raw, ...]:
        self.expect("(", repr(function))
        found = [self.expression()]
        while self.accept(","):
            found.append(self.expression())
        self.expect(")", f"the arguments of {function!r}")
        return tuple(found)

    def _reference(self, token: Token) -> RawName | RawSlice:
        if not self.accept("["):
            return RawName(token.text, None, token.span)
        low = self.index()
        if self.accept(".."):
            high = self.index()
            self.expect("]", "the range")
            return RawSlice(token.text, low, high, (token.start, self._end()))
        self.expect("]", "the index")
        return RawName(token.text, low, (token.start, self._end()))

    def index(self) -> Index:
        """`3`, `i`, `i + 1`, `i - 1`."""
        if self.token.kind == "name":
            name = self.name("an index").text
            if self.peek("+") or self.peek("-"):
                sign = 1 if self.next().text == "+" else -1
                if self.token.kind != "int":
                    self.fail("a whole number is missing in the index")
                return Index(name, sign * int(self.next().text))
            return Index(name, 0)
        return Index(None, self.integer("an index"))

    def _table(self, token: Token) -> RawTable:
        arguments = self._arguments("table")
        self.expect("{", "the arguments of the table")
        rows: list[tuple[tuple[RawNumber | RawName, ...], Raw]] = []
        default: Raw | None = None
        while True:
            if default is not None:
                self.fail("the row 'else' comes last")
            if self.accept("else"):
                self.expect(":", "'else'")
                default = self.expression()
            else:
                key = [self._key()]
                while self.accept(","):
                    key.append(self._key())
                if len(key) != len(arguments):
                    self.fail(f"the row has {len(key)} values for {len(arguments)} arguments")
                self.expect(":", "the values of the row")
                rows.append((tuple(key), self.expression()))
            if not self.accept(";"):
                break
        self.expect("}", "the last row")
        return RawTable(arguments, tuple(rows), default, (token.start, self._end()))

    def _key(self) -> RawNumber | RawName:
        start = self.token.start
        if self.token.kind == "name":
            token = self.name("a value")
            return RawName(token.text, None, token.span)
        return RawNumber(exact(self.number()), (start, self._end()))


def _is_fraction(left: Raw, right: Raw) -> bool:
    """Whether this is a literal fraction, such as `1/3`."""
    match left, right:
        case RawNumber(), RawNumber(value=int(bottom)):
            return bottom > 0
        case _:
            return False


def _fraction(left: Raw, right: Raw, span: Span) -> RawNumber:
    assert isinstance(left, RawNumber)
    assert isinstance(right, RawNumber)
    assert not isinstance(left.value, str)
    assert not isinstance(right.value, str)
    return RawNumber(exact(Fraction(left.value) / right.value), span)
