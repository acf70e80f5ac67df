r"""Conditions on real numbers as formulas over affine forms, and what bounds say of them.

A condition such as `output[0] > 1/2 and output[1] < output[0]` is a formula whose leaves ask whether an
affine form is positive (or not negative). Given bounds of every form it is true, false or not yet known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from .expression import Apply, Constant, Expression, Operator
from .reaching import weights_of

__all__ = ["Condition", "Form", "NotAffineError", "condition_of", "known"]

Form = tuple[tuple[tuple[str, Fraction], ...], Fraction]
"""An affine form: (name, coefficient) sorted by name, and the constant."""


class NotAffineError(Exception):
    """An expression that is no formula over affine forms: which part."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A formula: a leaf (`form` > 0, or ≥ 0 if not `strict`), or `all` or `any` of some formulas."""

    form: int = -1
    strict: bool = True
    negated: bool = False
    kind: str = "leaf"
    parts: tuple[Condition, ...] = ()


def condition_of(expression: Expression, forms: list[Form]) -> Condition:
    """The formula of a condition; its affine forms are appended to `forms`, each once.

    Raises:
        NotAffineError: the expression has another shape.
    """
    match expression:
        case Constant(value=value) if value in (0, 1):
            return Condition(kind="all" if value else "any")
        case Apply(operator=Operator.NOT, arguments=(inner,)):
            return _negation(condition_of(inner, forms))
        case Apply(operator=Operator.AND | Operator.OR as operator, arguments=arguments):
            kind = "all" if operator is Operator.AND else "any"
            return Condition(kind=kind, parts=tuple(condition_of(a, forms) for a in arguments))
        case Apply(operator=Operator.XOR, arguments=(first, *others)):
            found = condition_of(first, forms)
            for other in others:
                found = _exclusive(found, condition_of(other, forms))
            return found
        case Apply(operator=operator, arguments=(left, right)) if operator in _SENSE:
            swapped, strict = _SENSE[operator]
            first, second = (right, left) if swapped else (left, right)
            return Condition(_number(_difference(first, second), forms), strict)
        case _:
            raise NotAffineError(f"{type(expression).__name__} is no comparison of affine forms")


_SENSE = {
    Operator.GT: (False, True),
    Operator.GE: (False, False),
    Operator.LT: (True, True),
    Operator.LE: (True, False),
}
"""Operator -> whether left and right are exchanged, whether it is strict."""


def known(condition: Condition, bounds: Sequence[tuple[int, int]]) -> bool | None:
    """What bounds of the forms say of the condition."""
    match condition.kind:
        case "leaf":
            low, high = bounds[condition.form]
            if low > 0 or (low == 0 and not condition.strict):
                return not condition.negated
            if high < 0 or (high == 0 and condition.strict):
                return condition.negated
            return None
        case kind:
            decisive = kind == "any"
            values = [known(part, bounds) for part in condition.parts]
            if decisive in values:
                return decisive
            return None if None in values else not decisive


def _negation(condition: Condition) -> Condition:
    if condition.kind == "leaf":
        return Condition(condition.form, condition.strict, not condition.negated)
    kind = "any" if condition.kind == "all" else "all"
    return Condition(kind=kind, parts=tuple(map(_negation, condition.parts)))


def _exclusive(left: Condition, right: Condition) -> Condition:
    one = Condition(kind="all", parts=(left, _negation(right)))
    other = Condition(kind="all", parts=(_negation(left), right))
    return Condition(kind="any", parts=(one, other))


def _number(form: Form, forms: list[Form]) -> int:
    if form not in forms:
        forms.append(form)
    return forms.index(form)


def _difference(left: Expression, right: Expression) -> Form:
    for side in (left, right):
        if weights_of(side) is None:
            raise NotAffineError(f"{type(side).__name__} is no affine form")
    found = weights_of(Apply(Operator.ADD, (left, Apply(Operator.NEG, (right,)))))
    assert found is not None
    return tuple(sorted(found[1].items())), found[0]
