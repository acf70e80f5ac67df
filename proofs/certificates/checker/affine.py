"""Squares over the reals: what is affine in them, and what is an activation of that."""

from __future__ import annotations

from fractions import Fraction

from tauomega.theory.kernel.commuting import Squares, Switch
from tauomega.theory.kernel.domain import Reals
from tauomega.theory.kernel.expression import Apply, Constant, Expression, Operator
from tauomega.theory.kernel.program import Kind
from tauomega.theory.kernel.reaching import Unit, Weights, entry_of, weights_of

from .document import refuse_unless
from .squares import switched_on

__all__ = ["check_identities", "forms_of"]


def check_identities(squares: Squares) -> str:
    """Check that both ways round are equal affine forms in the roots, for each set of switches; in words.

    Equal forms are equal for all real values, so this proves infinitely many squares.

    Raises:
        RefusedError: they are not, or there are no such forms.
    """
    domains = squares.program.domains(Kind.ENDOGENOUS).values()
    refuse_unless(all(isinstance(d, Reals) for d in domains), "a domain is not the reals")
    count = 0
    made = {v.name for v in squares.program.variables if v.mechanism is not None}
    for on in switched_on(squares):
        _, forms = forms_of(squares, on)
        refuse_unless(made <= forms.keys(), "an expression is not affine")
        for name, *sides in squares.sides:
            left, right = (weights_of(side, forms) for side in sides)
            refuse_unless(left and right, "an expression is not affine")
            refuse_unless(left == right, f"the two forms of {name} differ")
            count += 1
    return f"linear identity: {count:,} equal affine forms, for all real values"


def forms_of(
    squares: Squares, on: tuple[Switch, ...]
) -> tuple[dict[str, Unit], dict[str, Weights]]:
    """The variables as units max(z, slope z) and as affine forms in roots and units, with these switches on.

    Those that are neither are left out.
    """
    units: dict[str, Unit] = {}
    forms: dict[str, Weights] = {s.name: (Fraction(s in on), {}) for s in squares.switches}
    for v in squares.program.variables:
        if v.mechanism is not None:
            total, slope = _activation(entry_of(v.mechanism, forms))
            form = weights_of(total, forms)
            if form is not None and slope == 1:
                forms[v.name] = form
            elif form is not None:
                units[v.name] = Unit(form, slope)
    return units, forms


def _activation(tree: Expression) -> tuple[Expression, Fraction]:
    """What an activation is applied to, and its slope below 0."""
    match tree:
        case Apply(operator=Operator.RELU, arguments=(total,)):
            return total, Fraction(0)
        case Apply(
            operator=Operator.MAX,
            arguments=(
                total,
                Apply(operator=Operator.MUL, arguments=(Constant(value=slope), again)),
            ),
        ) if total == again and not isinstance(slope, str) and 0 <= slope <= 1:
            return total, Fraction(slope)
        case _:
            return tree, Fraction(1)
