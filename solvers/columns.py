"""Expressions on columns: one numpy array a variable, exact integer arithmetic, no overflow.

A column holds the positions of values in a finite domain. Numbers are integers over a common
denominator that is known, with bounds, before anything runs; what could leave 62 bits is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import lcm, prod
from typing import Any, final

import numpy as np
import numpy.typing as npt

from tauomega.theory.errors import EvaluationError
from tauomega.theory.kernel import (
    Apply,
    Case,
    Constant,
    Expression,
    Finite,
    Operator,
    Range,
    Reference,
    Value,
    evaluate,
    free_names,
)
from tauomega.theory.kernel.tabled import evaluator

__all__ = ["Columns", "NotVectorisedError", "compile_column"]

Array = npt.NDArray[Any]
Columns = Mapping[str, Array]
Domains = Mapping[str, Finite | Range]
SMALL, LARGE = 2**10, 2**16
_SAFE = 2**61


class NotVectorisedError(Exception):
    """This expression is not evaluated on columns; the message says why."""


@final
@dataclass(frozen=True, slots=True)
class _Number:
    """A compiled number: `of(columns) / denominator`, with `low <= of(columns) <= high`."""

    of: Callable[[Columns], Array]
    denominator: int
    low: int
    high: int

    def over(self, denominator: int) -> _Number:
        """The same number over a multiple of its denominator."""
        factor = denominator // self.denominator
        if factor == 1:
            return self
        return _number(
            lambda c: self.of(c) * factor, denominator, self.low * factor, self.high * factor
        )


def _number(of: Callable[[Columns], Array], denominator: int, low: int, high: int) -> _Number:
    if max(abs(low), abs(high), denominator) > _SAFE:
        raise NotVectorisedError("intermediate values could exceed 62 bits")
    return _Number(of, denominator, low, high)


def compile_column(
    expression: Expression, domains: Domains, target: Finite | Range
) -> Callable[[Columns], Array]:
    """The positions in `target` of an expression's values, from columns of positions.

    Small expressions become lookup tables filled by the kernel's evaluator; large ones are compiled.

    Raises:
        NotVectorisedError: the expression is too large for a table and cannot be compiled.
        EvaluationError: a value lies outside the target; the state is named.
    """
    names = sorted(free_names(expression))
    size = prod(domains[name].size for name in names)
    if size <= SMALL:
        return _lookup(expression, names, domains, target)
    try:
        return _compiled(expression, domains, target)
    except NotVectorisedError:
        if size > LARGE:
            raise
        return _lookup(expression, names, domains, target)


def _lookup(
    expression: Expression, names: Sequence[str], domains: Domains, target: Finite | Range
) -> Callable[[Columns], Array]:
    sizes = [domains[name].size for name in names]
    table = np.empty(prod(sizes), dtype=np.intp)
    value_at = evaluator(expression)
    for row, values in enumerate(product(*(domains[name] for name in names))):
        state = dict(zip(names, values, strict=True))
        value = value_at(state)
        if value not in target:
            raise _outside(value, target, state)
        table[row] = target.index(value)
    if not names:
        constant = table[:1].reshape(())
        return lambda columns: constant
    if len(names) == 1:
        only = names[0]
        if np.array_equal(table, np.arange(len(table))):
            return lambda columns: columns[only]
        return lambda columns: table[columns[only]]

    def gather(columns: Columns) -> Array:
        index = columns[names[0]]
        for name, size in zip(names[1:], sizes[1:], strict=True):
            index = index * size + columns[name]
        return table[index]

    return gather


def _outside(value: Value, target: Finite | Range, state: Mapping[str, Value]) -> EvaluationError:
    shown = ", ".join(f"{name} = {v}" for name, v in state.items())
    return EvaluationError(f"the value {value} is outside {target}, at {shown}")


def _compiled(
    expression: Expression, domains: Domains, target: Finite | Range
) -> Callable[[Columns], Array]:
    if not _numeric(target):
        raise NotVectorisedError("labels are looked up, not computed")
    number = _compile(expression, domains)

    def fail(columns: Columns, bad: Array) -> EvaluationError:
        names = sorted(free_names(expression))
        arrays = np.broadcast_arrays(bad, *(columns[name] for name in names))
        first = tuple(int(axis[0]) for axis in np.nonzero(arrays[0]))
        state = {
            name: list(domains[name])[int(column[first])]
            for name, column in zip(names, arrays[1:], strict=True)
        }
        return _outside(evaluate(expression, state), target, state)

    if isinstance(target, Range):
        low, high, den = target.low, target.high, number.denominator

        def to_range(columns: Columns) -> Array:
            values = number.of(columns)
            if den != 1:
                if np.any(bad := values % den != 0):
                    raise fail(columns, bad)
                values = values // den
            if (number.low < low * den or number.high > high * den) and np.any(
                bad := (values < low) | (values > high)
            ):
                raise fail(columns, bad)
            return (values - low).astype(np.intp, copy=False)

        return to_range
    fractions = [Fraction(v) for v in target.values]
    den = lcm(number.denominator, *(f.denominator for f in fractions))
    scaled = number.over(den)
    keys = np.array([int(f * den) for f in fractions], dtype=np.int64)
    order = np.argsort(keys)
    ordered = keys[order]

    def to_finite(columns: Columns) -> Array:
        values = scaled.of(columns)
        place = np.clip(np.searchsorted(ordered, values), 0, len(ordered) - 1)
        if np.any(bad := ordered[place] != values):
            raise fail(columns, bad)
        return order[place]

    return to_finite


def _numeric(domain: Finite | Range) -> bool:
    return isinstance(domain, Range) or not any(isinstance(v, str) for v in domain.values)


# ---------------------------------------------------------------- compilation


def _compile(expression: Expression, domains: Domains) -> _Number:
    match expression:
        case Constant(value=value):
            if isinstance(value, str):
                raise NotVectorisedError("labels are looked up, not computed")
            number = Fraction(value)
            fixed = np.int64(0) + number.numerator if abs(number.numerator) < _SAFE else None
            if fixed is None:
                raise NotVectorisedError("a constant exceeds 62 bits")
            array = np.asarray(number.numerator, dtype=np.int64)
            return _number(lambda c: array, number.denominator, number.numerator, number.numerator)
        case Reference(name=name):
            return _reference(name, domains[name])
        case Apply(operator=operator, arguments=arguments):
            if operator in (Operator.EQ, Operator.NE) and any(
                _is_label(a, domains) for a in arguments
            ):
                return _label_equality(operator, arguments, domains)
            return _apply(operator, [_compile(a, domains) for a in arguments])
        case Case(arguments=arguments, rows=rows, default=default):
            return _case(arguments, rows, default, domains)
        case _:
            raise NotVectorisedError("holes have no value")


def _reference(name: str, domain: Finite | Range) -> _Number:
    if isinstance(domain, Range):
        low = domain.low
        if low == 0:
            return _number(lambda c: c[name], 1, 0, domain.high)
        return _number(lambda c: c[name] + low, 1, low, domain.high)
    if domain.values == (0, 1):
        return _number(lambda c: c[name], 1, 0, 1)
    if not _numeric(domain):
        raise NotVectorisedError(f"{name!r} has labels")
    fractions = [Fraction(v) for v in domain.values]
    den = lcm(*(f.denominator for f in fractions))
    scaled = [int(f * den) for f in fractions]
    if max(map(abs, scaled)) > _SAFE:
        raise NotVectorisedError("a value exceeds 62 bits")
    table = np.array(scaled, dtype=np.int64)
    return _number(lambda c: table[c[name]], den, min(scaled), max(scaled))


def _is_label(expression: Expression, domains: Domains) -> bool:
    match expression:
        case Constant(value=value):
            return isinstance(value, str)
        case Reference(name=name):
            return not _numeric(domains[name])
        case _:
            return False


def _label_equality(
    operator: Operator, arguments: Sequence[Expression], domains: Domains
) -> _Number:
    codes: dict[Value, int] = {}

    def code(value: Value) -> int:
        return codes.setdefault(value, len(codes))

    def side(expression: Expression) -> Callable[[Columns], Array]:
        match expression:
            case Constant(value=value):
                constant = np.asarray(code(value))
                return lambda c: constant
            case Reference(name=name):
                table = np.array([code(v) for v in domains[name]])
                return lambda c: table[c[name]]
            case _:
                raise NotVectorisedError("labels are compared only as names and literals")

    left, right = side(arguments[0]), side(arguments[1])
    if operator is Operator.EQ:
        return _number(lambda c: (left(c) == right(c)).astype(np.int64), 1, 0, 1)
    return _number(lambda c: (left(c) != right(c)).astype(np.int64), 1, 0, 1)


_COMPARE: dict[Operator, Callable[[Array, Array], Array]] = {
    Operator.EQ: np.equal,
    Operator.NE: np.not_equal,
    Operator.LT: np.less,
    Operator.LE: np.less_equal,
    Operator.GT: np.greater,
    Operator.GE: np.greater_equal,
}
_CONNECT: dict[Operator, Callable[[Array, Array], Array]] = {
    Operator.AND: np.bitwise_and,
    Operator.OR: np.bitwise_or,
    Operator.XOR: np.bitwise_xor,
    Operator.COUNT: np.add,
    Operator.ADD: np.add,
    Operator.MIN: np.minimum,
    Operator.MAX: np.maximum,
}


def _apply(operator: Operator, given: Sequence[_Number]) -> _Number:
    if operator is Operator.MUL:
        return _product(given)
    if operator is Operator.DIV:
        return _quotient(given[0], given[1])
    condition, values = (given[0], given[1:]) if operator is Operator.IF else (None, given)
    den = lcm(*(v.denominator for v in values))
    terms = [v.over(den) for v in values]
    first = terms[0].of
    lows, highs = [t.low for t in terms], [t.high for t in terms]
    if operator in _COMPARE:
        compare, second = _COMPARE[operator], terms[1].of
        return _number(lambda c: compare(first(c), second(c)).astype(np.int64), 1, 0, 1)
    if operator in _CONNECT:
        connect = _CONNECT[operator]

        def fold(columns: Columns) -> Array:
            total = first(columns)
            for term in terms[1:]:
                total = connect(total, term.of(columns))
            return total

        bounds = {
            Operator.ADD: (sum(lows), sum(highs)),
            Operator.COUNT: (0, len(terms)),
            Operator.MIN: (min(lows), min(highs)),
            Operator.MAX: (max(lows), max(highs)),
        }.get(operator, (0, 1))
        return _number(fold, den, *bounds)
    match operator:
        case Operator.IF:
            assert condition is not None
            test, second = condition.of, terms[1].of
            return _number(
                lambda c: np.where(test(c) != 0, first(c), second(c)), den, min(lows), max(highs)
            )
        case Operator.NOT:
            return _number(lambda c: 1 - first(c), 1, 0, 1)
        case Operator.NEG:
            return _number(lambda c: -first(c), den, -highs[0], -lows[0])
        case Operator.ABS:
            bound = max(abs(lows[0]), abs(highs[0]))
            return _number(lambda c: np.abs(first(c)), den, 0, bound)
        case Operator.RELU:
            return _number(lambda c: np.maximum(first(c), 0), den, 0, max(highs[0], 0))
        case Operator.FLOOR:
            return _number(lambda c: first(c) // den, 1, lows[0] // den, highs[0] // den)
        case Operator.MOD:
            second = terms[1].of
            if lows[1] <= 0 <= highs[1]:
                raise NotVectorisedError("a divisor could be zero")
            bound = max(abs(lows[1]), abs(highs[1]))
            return _number(lambda c: np.mod(first(c), second(c)), den, -bound, bound)
        case _:
            raise NotVectorisedError(f"{operator.value} is not computed on columns")


def _product(given: Sequence[_Number]) -> _Number:
    total = given[0]
    for factor in given[1:]:
        ends = [a * b for a in (total.low, total.high) for b in (factor.low, factor.high)]
        left, right = total.of, factor.of
        total = _number(
            lambda c, left=left, right=right: left(c) * right(c),  # type: ignore[misc]  # bound now
            total.denominator * factor.denominator,
            min(ends),
            max(ends),
        )
    return total


def _quotient(top: _Number, bottom: _Number) -> _Number:
    if bottom.low != bottom.high or bottom.low == 0:
        raise NotVectorisedError("a divisor is not a constant")
    factor = Fraction(bottom.denominator, bottom.low)
    ends = [top.low * factor.numerator, top.high * factor.numerator]
    numerator = factor.numerator
    return _number(
        lambda c: top.of(c) * numerator, top.denominator * factor.denominator, min(ends), max(ends)
    )


def _case(
    arguments: tuple[Expression, ...],
    rows: tuple[tuple[tuple[Value, ...], Expression], ...],
    default: Expression | None,
    domains: Domains,
) -> _Number:
    if len(rows) > 64:
        raise NotVectorisedError("a table of more than 64 rows")
    otherwise = rows[-1][1] if default is None else default
    value: Expression = otherwise
    for key, entry in reversed(rows):
        tests = tuple(
            Apply(Operator.EQ, (argument, Constant(v)))
            for argument, v in zip(arguments, key, strict=True)
        )
        condition = tests[0] if len(tests) == 1 else Apply(Operator.AND, tests)
        value = Apply(Operator.IF, (condition, entry, value))
    return _compile(value, domains)
