r"""Linear-Gaussian models: means and covariances, exactly, under any hard or linear soft intervention.

If every mechanism is affine and every root is normal, the law of the solution is normal: it is its mean
and its covariance matrix, and both are rational.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import final

from .errors import InputError
from .intervening import intervened
from .intervention import NOTHING, Intervention
from .kernel import ConditionalLaw, Constant, Expression, FiniteLaw, NormalLaw, Value, substitute
from .kernel.reaching import weights_of
from .scm import SCM

__all__ = ["Moments", "is_gaussian", "moments"]

Pair = tuple[str, str]


@final
@dataclass(frozen=True, slots=True)
class Moments:
    """The mean of each variable, and the covariance of each pair (both orders)."""

    mean: Mapping[str, Fraction]
    covariance: Mapping[Pair, Fraction]


def is_gaussian(model: SCM) -> bool:
    """Whether every root has a normal law."""
    return all(isinstance(model[name].law, NormalLaw) for name in model.roots)


def moments(
    model: SCM,
    intervention: Intervention = NOTHING,
    *,
    read: Mapping[str, Expression] | None = None,
    parameters: Mapping[str, Value] | None = None,
) -> Moments:
    r"""Mean and covariance of the endogenous variables, or of linear functions of them.

    Args:
        model: a linear model with normal roots.
        intervention: hard, or with affine rules.
        read: name -> expression in the endogenous variables, such as τ; by default the variables.
        parameters: values of the model's parameters.

    Raises:
        InputError: a root is not normal, or a mechanism or an expression is not affine; it is named.

    Example:
        >>> model = SCM.from_text("U, V : real ~ normal(1, 4)\nX = U\nY = 2 * X + V")
        >>> moments(model).mean["Y"], moments(model).covariance["X", "Y"]
        (Fraction(3, 1), Fraction(8, 1))
    """
    faults = [f"{n!r} has no normal law" for n in model.roots if not is_normal(model, n)]
    if faults:
        raise InputError(faults)
    fixed = {name: Constant(value) for name, value in (parameters or {}).items()}
    plan = intervened(model.program, intervention)
    forms: dict[str, dict[str, Fraction]] = {}  # variable -> roots and the constant ""
    hidden = {name: {f"u:{name}": Fraction(1)} for name in model.roots}
    for name in plan.order:
        rule = plan.rules.get(name)
        if rule is None:
            forms[name] = hidden[name]
            continue
        if isinstance(rule, FiniteLaw | ConditionalLaw):
            raise InputError([f"{name!r} is drawn from a law that is not normal"])
        known = (
            {**hidden, **forms}
            if name not in model.inputs
            else {**hidden, **forms, name: hidden[name]}
        )
        forms[name] = _form(f"the mechanism of {name!r}", substitute(rule, fixed), known)
    shown = (
        {name: forms[name] for name in model.endogenous}
        if read is None
        else {n: _form(f"the map of {n!r}", substitute(e, fixed), forms) for n, e in read.items()}
    )
    laws = {f"u:{n}": model[n].law for n in model.roots}
    mean = {}
    for name, form in shown.items():
        mean[name] = form.get("", Fraction(0))
        for root, weight in form.items():
            law = laws.get(root)
            mean[name] += weight * law.mean if isinstance(law, NormalLaw) else 0
    covariance = {}
    for a, left in shown.items():
        for b, right in shown.items():
            total = Fraction(0)
            for root in left.keys() & right.keys() & laws.keys():
                law = laws[root]
                assert isinstance(law, NormalLaw)
                total += left[root] * right[root] * law.variance
            covariance[a, b] = total
    return Moments(mean, covariance)


def is_normal(model: SCM, name: str) -> bool:
    """Whether a root has a normal law."""
    return isinstance(model[name].law, NormalLaw)


def _form(
    what: str, expression: Expression, known: Mapping[str, Mapping[str, Fraction]]
) -> dict[str, Fraction]:
    weights = weights_of(expression)
    if weights is None:
        raise InputError([f"{what} is not linear"])
    constant, factors = weights
    total = {"": constant}
    for name, factor in factors.items():
        for root, weight in known[name].items():
            total[root] = total.get(root, Fraction(0)) + factor * weight
    return {root: weight for root, weight in total.items() if weight}
