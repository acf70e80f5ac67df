r"""Affine forms over exact rationals, or over polynomials in the parameters of a claim.

A form maps names to coefficients: an endogenous variable by its name, a root by `u:` and its name, the
constant by the empty name. Nothing is ever inverted: a functional of a solution is carried back through
the mechanisms, last variable first, to what it is a functional of.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, final

import flint

from tauomega.theory.errors import OutOfReachError
from tauomega.theory.kernel import Apply, Constant, Expression, Operator, Reference, Value
from tauomega.theory.scm import SCM

__all__ = ["CONSTANT", "Form", "LinearModel", "NotLinearError", "Ring", "fraction", "root"]

CONSTANT = ""
MOST_TERMS = 20_000
Form = dict[str, Any]
"""Name -> coefficient, an element of a ring; zero coefficients are left out."""


class NotLinearError(Exception):
    """An expression is no affine form; the message names it."""


def root(name: str) -> str:
    """The name under which a form holds a root."""
    return f"u:{name}"


def fraction(value: Any) -> Fraction:
    """A rational of flint's as a `Fraction`."""
    return Fraction(int(value.p), int(value.q))


@final
class Ring:
    """Coefficients: rationals, or polynomials in the given parameters."""

    def __init__(self, parameters: Sequence[str]) -> None:
        self.parameters = tuple(parameters)
        self.generators: dict[str, Any] = {}
        self._context: Any = None
        if self.parameters:
            names = tuple(f"p{k}" for k in range(len(self.parameters)))
            self._context = flint.fmpq_mpoly_ctx.get(names, flint.Ordering.lex)
            self.generators = dict(zip(self.parameters, self._context.gens(), strict=True))
        self.one = self.constant(1)

    def constant(self, value: int | Fraction) -> Any:
        """A number."""
        number = flint.fmpq(value.numerator, value.denominator)
        return number if self._context is None else self._context.constant(number)

    def form_of_number(self, value: Value) -> Form:
        """A number as a form."""
        assert not isinstance(value, str), "values of real variables are numbers"
        return {CONSTANT: self.constant(value)} if value else {}

    def form(self, expression: Expression, names: Mapping[str, str]) -> Form:
        """An expression as a form; `names` says under which name a form holds each reference.

        Raises:
            NotLinearError: it is no affine form.
        """
        match expression:
            case Constant(value=value) if not isinstance(value, str):
                return {CONSTANT: self.constant(Fraction(value))} if value else {}
            case Reference(name=name) if name in self.generators:
                return {CONSTANT: self.generators[name]}
            case Reference(name=name):
                return {names[name]: self.constant(1)}
            case Apply(operator=Operator.ADD, arguments=arguments):
                total: Form = {}
                for argument in arguments:
                    match argument:  # by far the commonest term
                        case Apply(
                            operator=Operator.MUL,
                            arguments=(
                                Constant(value=int() | Fraction() as value),
                                Reference(name=n),
                            ),
                        ) if n in names:
                            term = {names[n]: self.constant(value)} if value else {}
                        case _:
                            term = self.form(argument, names)
                    self.add(total, term, None)
                return total
            case Apply(operator=Operator.NEG, arguments=(argument,)):
                return self.scaled(self.form(argument, names), self.constant(-1))
            case Apply(operator=Operator.MUL, arguments=arguments):
                return self._product([self.form(a, names) for a in arguments])
            case Apply(operator=Operator.DIV, arguments=(top, Constant(value=value))):
                if not isinstance(value, str) and value != 0:
                    return self.scaled(self.form(top, names), self.constant(1 / Fraction(value)))
        raise NotLinearError(type(expression).__name__.lower())

    def _product(self, forms: Sequence[Form]) -> Form:
        found: Form = {CONSTANT: self.constant(1)}
        for form in forms:
            scalar = form if form.keys() <= {CONSTANT} else found
            other = found if scalar is form else form
            if not scalar.keys() <= {CONSTANT}:
                raise NotLinearError("a product of variables")
            factor = scalar.get(CONSTANT)
            found = {} if factor is None else self.scaled(other, factor)
        return found

    def scaled(self, form: Form, factor: Any) -> Form:
        """A multiple of a form."""
        return {name: value * factor for name, value in form.items() if value * factor != 0}

    def add(self, total: Form, form: Form, factor: Any) -> None:
        """Add a multiple of a form (`None`: the form itself) to another, in place; the factor is not zero.

        Raises:
            OutOfReachError: a coefficient has more than 20,000 terms.
        """
        get, bounded = total.get, self._context is not None
        for name, value in form.items():
            term = value if factor is None else value * factor
            old = get(name)
            new = term if old is None else old + term
            if not new:
                del total[name]
                continue
            if bounded and len(new) > MOST_TERMS:
                raise OutOfReachError("terms of a coefficient", len(new), MOST_TERMS)
            total[name] = new

    def substituted(self, form: Form, values: Mapping[str, Form]) -> Form:
        """A form with names replaced by forms; names without a replacement stay."""
        total: Form = {}
        for name, coefficient in form.items():
            if name in values:
                self.add(total, values[name], coefficient)
            else:
                self.add(total, {name: coefficient}, None)
        return total

    def difference(self, left: Form, right: Form) -> Form:
        """What is left of one form after another is taken away."""
        total = dict(left)
        self.add(total, right, self.constant(-1))
        return total


@final
@dataclass(frozen=True, slots=True)
class LinearModel:
    """A model whose mechanisms are affine forms."""

    model: SCM
    ring: Ring
    mechanisms: Mapping[str, Form]

    @classmethod
    def from_model(cls, model: SCM, ring: Ring) -> LinearModel:
        """Read every mechanism as a form.

        Raises:
            NotLinearError: the variable and what its mechanism does.
        """
        names = {name: name for name in model.endogenous}
        names |= {name: root(name) for name in model.roots if name not in names}
        mechanisms: dict[str, Form] = {}
        for name in model.endogenous:
            rule = model[name].mechanism
            if rule is None:  # an input copies its root
                mechanisms[name] = {root(name): ring.constant(1)}
                continue
            try:
                mechanisms[name] = ring.form(rule, names)
            except NotLinearError as error:
                raise NotLinearError(f"the mechanism of {name!r} is not linear ({error})") from None
        return cls(model, ring, mechanisms)

    def carried(self, functional: Form, kept: Iterable[str]) -> Form:
        """A functional of the solution, as one of the variables that are held and of the roots.

        Complexity: one pass over the mechanisms of the variables that are not held.
        """
        held = frozenset(kept)
        found = dict(functional)
        for name in reversed(self.model.order):
            if name in found and name not in held:
                self.ring.add(found, self.mechanisms[name], found.pop(name))
        return found
