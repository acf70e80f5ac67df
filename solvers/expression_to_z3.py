"""Expressions as z3 terms: exact numbers, labels as codes, no name of a user in any solver text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import reduce
from typing import Any, final

import z3

from tauomega.theory.kernel import (
    Apply,
    Case,
    Constant,
    Domain,
    Expression,
    Finite,
    Interval,
    Operator,
    Range,
    Reals,
    Reference,
    Value,
)

__all__ = ["Encoder", "NotEncodedError", "number_of"]


class NotEncodedError(Exception):
    """An expression has no z3 form; the message says why."""


@final
class Encoder:
    """One query's names: z3 constants are called v0, v1, …; labels are whole-number codes.

    A variable whose domain has a label is coded throughout; it may be copied and compared.
    """

    def __init__(self) -> None:
        self.codes: dict[Value, int] = {}
        self.count = 0

    def constant(self, domain: Domain) -> tuple[Any, list[Any]]:
        """A fresh constant and the constraints of its domain."""
        name = f"v{self.count}"
        self.count += 1
        match domain:
            case Reals():
                return z3.Real(name), []
            case Interval(low=low, high=high):
                real = z3.Real(name)
                return real, [real >= number_of(low), real <= number_of(high)]
            case Range(low=low, high=high):
                whole = z3.Int(name)
                return whole, [whole >= low, whole <= high]
            case Finite(values=values):
                if is_coded(domain):
                    coded = z3.Int(name)
                    return coded, [z3.Or([coded == self.code(v) for v in values])]
                whole_numbers = all(isinstance(v, int) for v in values)
                term = z3.Int(name) if whole_numbers else z3.Real(name)
                return term, [z3.Or([term == self.literal(v, domain) for v in values])]

    def code(self, value: Value) -> int:
        """The code of a value of a coded domain."""
        return self.codes.setdefault(value, len(self.codes))

    def literal(self, value: Value, domain: Domain) -> Any:
        """A value of a domain as a term."""
        if isinstance(value, str) or is_coded(domain):
            return z3.IntVal(self.code(value))
        return number_of(value)

    def value(self, model: Any, term: Any, domain: Domain) -> Value:
        """The value of a term in a z3 model, exactly.

        Raises:
            NotEncodedError: the value is algebraic, not rational.
        """
        found = model.eval(term, model_completion=True)
        if is_coded(domain):
            return {code: value for value, code in self.codes.items()}[found.as_long()]
        if z3.is_int_value(found):
            return int(found.as_long())
        if z3.is_rational_value(found):
            number = Fraction(found.numerator_as_long(), found.denominator_as_long())
            return number.numerator if number.denominator == 1 else number
        raise NotEncodedError("the solver's value is not rational")

    def term(
        self, expression: Expression, terms: Mapping[str, Any], domains: Mapping[str, Domain]
    ) -> Any:
        """An expression as a term: whole, real, or a code; truth values are 0 and 1.

        Raises:
            NotEncodedError: a hole.
        """
        match expression:
            case Constant(value=value):
                return self.literal(value, Reals())
            case Reference(name=name):
                return terms[name]
            case Apply(operator=Operator.IF, arguments=(condition, yes, no)):
                test = self.truth(condition, terms, domains)
                return z3.If(test, self.term(yes, terms, domains), self.term(no, terms, domains))
            case Apply(operator=operator, arguments=arguments):
                if operator in _TRUTH:
                    return z3.If(self.truth(expression, terms, domains), z3.IntVal(1), z3.IntVal(0))
                given = [self.term(a, terms, domains) for a in arguments]
                return _arithmetic(operator, given)
            case Case():
                return self._case(expression, terms, domains)
            case _:
                raise NotEncodedError("holes have no value")

    def truth(
        self, expression: Expression, terms: Mapping[str, Any], domains: Mapping[str, Domain]
    ) -> Any:
        """An expression with values in {0, 1} as a z3 Boolean."""
        match expression:
            case Apply(operator=Operator.EQ | Operator.NE as operator, arguments=(left, right)):
                equal = self._equal(left, right, terms, domains)
                return equal if operator is Operator.EQ else z3.Not(equal)
            case Apply(operator=operator, arguments=arguments) if operator in _COMPARE:
                left, right = (self.term(a, terms, domains) for a in arguments)
                return _COMPARE[operator](left, right)
            case Apply(operator=operator, arguments=arguments) if operator in _TRUTH:
                parts = [self.truth(a, terms, domains) for a in arguments]
                if operator is Operator.NOT:
                    return z3.Not(parts[0])
                if operator is Operator.XOR:
                    return reduce(z3.Xor, parts)
                return z3.And(parts) if operator is Operator.AND else z3.Or(parts)
            case _:
                return self.term(expression, terms, domains) != 0

    def _equal(
        self,
        left: Expression,
        right: Expression,
        terms: Mapping[str, Any],
        domains: Mapping[str, Domain],
    ) -> Any:
        coded = any(_mentions_code(side, domains) for side in (left, right))
        first, second = (
            z3.IntVal(self.code(side.value))
            if coded and isinstance(side, Constant)
            else self.term(side, terms, domains)
            for side in (left, right)
        )
        return first == second

    def _case(self, case: Case, terms: Mapping[str, Any], domains: Mapping[str, Domain]) -> Any:
        rows = list(case.rows)
        if case.default is None:
            found = self.term(rows.pop()[1], terms, domains)
        else:
            found = self.term(case.default, terms, domains)
        for key, entry in reversed(rows):
            tests = [
                self._equal(argument, Constant(value), terms, domains)
                for argument, value in zip(case.arguments, key, strict=True)
            ]
            found = z3.If(z3.And(tests), self.term(entry, terms, domains), found)
        return found


def is_coded(domain: Domain) -> bool:
    """Whether the domain has a label."""
    return isinstance(domain, Finite) and any(isinstance(v, str) for v in domain.values)


def _mentions_code(expression: Expression, domains: Mapping[str, Domain]) -> bool:
    match expression:
        case Constant(value=value):
            return isinstance(value, str)
        case Reference(name=name):
            return is_coded(domains[name])
        case Apply(operator=Operator.IF, arguments=(_, yes, no)):
            return _mentions_code(yes, domains) or _mentions_code(no, domains)
        case Case(rows=rows):
            return any(_mentions_code(entry, domains) for _, entry in rows)
        case _:
            return False


def number_of(value: int | Fraction) -> Any:
    """An exact number as a z3 value."""
    if isinstance(value, int):
        return z3.IntVal(value)
    return z3.RealVal(f"{value.numerator}/{value.denominator}")


_COMPARE: dict[Operator, Any] = {
    Operator.LT: lambda a, b: a < b,
    Operator.LE: lambda a, b: a <= b,
    Operator.GT: lambda a, b: a > b,
    Operator.GE: lambda a, b: a >= b,
}
_TRUTH = (
    *_COMPARE,
    Operator.EQ,
    Operator.NE,
    Operator.NOT,
    Operator.AND,
    Operator.OR,
    Operator.XOR,
)


def _real(term: Any) -> Any:
    return z3.ToReal(term) if z3.is_int(term) else term


def _floor(term: Any) -> Any:
    return term if z3.is_int(term) else z3.ToInt(term)


def _arithmetic(operator: Operator, given: Sequence[Any]) -> Any:
    first = given[0]
    match operator:
        case Operator.ADD:
            return reduce(lambda a, b: a + b, given)
        case Operator.MUL:
            return reduce(lambda a, b: a * b, given)
        case Operator.NEG:
            return -first
        case Operator.DIV:
            return _real(first) / _real(given[1])
        case Operator.MOD:
            quotient = z3.ToInt(_real(first) / _real(given[1]))
            return first - given[1] * quotient
        case Operator.MIN:
            return reduce(lambda a, b: z3.If(a <= b, a, b), given)
        case Operator.MAX:
            return reduce(lambda a, b: z3.If(a >= b, a, b), given)
        case Operator.ABS:
            return z3.If(first >= 0, first, -first)
        case Operator.RELU:
            return z3.If(first >= 0, first, 0 * first)
        case Operator.FLOOR:
            return _floor(first)
        case Operator.COUNT:
            return reduce(lambda a, b: a + b, [z3.If(g != 0, 1, 0) for g in given])
        case _:
            raise NotEncodedError(f"{operator.value} has no z3 form")
