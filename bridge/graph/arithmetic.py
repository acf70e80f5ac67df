r"""Kinds of numbers in which a graph is evaluated: rationals, certified balls, terms for solvers.

| arithmetic | numbers | exact for |
|---|---|---|
| `RATIONAL` | `flint.fmpq` | sums, products, quotients, cases |
| `Balls(bits)` | `flint.arb`: a centre and a radius, rounded outward | everything; an interval around the value |
| `TERMS` | `Term`, an expression of the grammar | sums, products, cases: what solvers read |

Balls with a radius at the inputs are interval bounds over a box. Arithmetics that cannot do an operation
refuse it by its name, and the caller says `unknown`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Protocol, final, runtime_checkable

from tauomega.theory.errors import AbstractionError
from tauomega.theory.kernel import Apply, Constant, Expression, Operator, exact

if TYPE_CHECKING:
    from .node import Node

__all__ = ["RATIONAL", "TERMS", "Arithmetic", "Balls", "NotEvaluatedError", "Term", "Watching"]

Scalar = Any
"""A number of an arithmetic; numbers of one arithmetic can be added, multiplied and divided."""


class NotEvaluatedError(AbstractionError, ArithmeticError):
    """An operation has no value in an arithmetic; the message names it. Callers say `unknown`."""


class Arithmetic(Protocol):
    """A kind of numbers."""

    def number(self, value: Fraction) -> Scalar:
        """A rational as such a number."""
        ...

    def maximum(self, a: Scalar, b: Scalar) -> Scalar:
        """The larger one."""
        ...

    def function(self, name: str, x: Scalar) -> Scalar:
        """`exp`, `log`, `sqrt`, `tanh`, `erf`, `sin` or `cos`.

        Raises:
            NotEvaluatedError: these numbers have no such function.
        """
        ...


@runtime_checkable
class Watching(Protocol):
    """An arithmetic that looks at every operation: what a machine's sums may round, or that they do not."""

    def applied(
        self,
        node: Node,
        rule: Callable[[Arithmetic, Mapping[str, Any]], Any],
        given: Mapping[str, Any],
    ) -> Any:
        """The value of a node from its rule and its arguments.

        Raises:
            NotEvaluatedError: nothing is known of such an operation on a machine.
        """
        ...


@final
class _Rational:
    """Exact rationals."""

    def number(self, value: Fraction) -> Scalar:
        import flint

        return flint.fmpq(value.numerator, value.denominator)

    def maximum(self, a: Scalar, b: Scalar) -> Scalar:
        return max(a, b)

    def function(self, name: str, x: Scalar) -> Scalar:
        raise NotEvaluatedError(f"{name} is not rational")


RATIONAL = _Rational()


@final
@dataclass(frozen=True, slots=True)
class Balls:
    """Balls of a working precision: every operation contains the true result."""

    bits: int = 128

    def number(self, value: Fraction) -> Scalar:
        """A ball around a rational; a point if it is dyadic and short."""
        import flint

        with flint.ctx.workprec(self.bits):
            return flint.arb(flint.fmpq(value.numerator, value.denominator))

    def maximum(self, a: Scalar, b: Scalar) -> Scalar:
        """A ball around the larger one."""
        return a.max(b)

    def function(self, name: str, x: Scalar) -> Scalar:
        """A ball around the function's value."""
        return getattr(x, name)()


@final
@dataclass(frozen=True, slots=True)
class Term:
    """An expression with the operators of a number; sums and products with 0 and 1 are simplified."""

    expression: Expression

    def __add__(self, other: Term) -> Term:
        if _is(self, 0) or _is(other, 0):
            return other if _is(self, 0) else self
        return Term(Apply(Operator.ADD, (self.expression, other.expression)))

    def __sub__(self, other: Term) -> Term:
        return self + -other

    def __neg__(self) -> Term:
        if isinstance(self.expression, Constant) and not isinstance(self.expression.value, str):
            return Term(Constant(-self.expression.value))
        return Term(Apply(Operator.NEG, (self.expression,)))

    def __mul__(self, other: Term) -> Term:
        if _is(self, 0) or _is(other, 0):
            return Term(Constant(0))
        if _is(self, 1) or _is(other, 1):
            return other if _is(self, 1) else self
        return Term(Apply(Operator.MUL, (self.expression, other.expression)))

    def __truediv__(self, other: Term) -> Term:
        return Term(Apply(Operator.DIV, (self.expression, other.expression)))


@final
class _Terms:
    """Expressions of the grammar."""

    def number(self, value: Fraction) -> Scalar:
        return Term(Constant(exact(value)))

    def maximum(self, a: Scalar, b: Scalar) -> Scalar:
        if _is(b, 0):
            return Term(Apply(Operator.RELU, (a.expression,)))
        return Term(Apply(Operator.MAX, (a.expression, b.expression)))

    def function(self, name: str, x: Scalar) -> Scalar:
        raise NotEvaluatedError(f"{name} has no term in the grammar")


TERMS = _Terms()


def _is(term: Term, value: int) -> bool:
    return isinstance(term.expression, Constant) and term.expression.value == value
