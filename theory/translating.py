r"""Bijective translation: the same model in other variables, such as a layer rotated.

If T is a bijection of total settings, the mechanisms of the translated model are those of the old one
between $T^{-1}$ and T, so that its solutions are the translated solutions:
$\mathrm{Solve}(T(M)) = T(\mathrm{Solve}(M))$. What was an intervention on one old variable is an
interventional on the new ones, and the other way round.

Source: Geiger et al. (2025), section 2.3.1, arXiv:2301.04709; proofs/geiger_2025_bijective_translation.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from math import prod

from .abstraction import Abstraction
from .errors import InputError, OutOfReachError
from .kernel import (
    Declaration,
    Expression,
    Finite,
    Kind,
    Range,
    Reference,
    Scope,
    complete,
    evaluate,
    image,
    parse_expression,
    substitute,
)
from .scm import SCM

__all__ = ["translate"]

LIMIT = 2**16


def translate(model: SCM, there: Mapping[str, str], back: Mapping[str, str]) -> Abstraction:
    r"""The model in new variables, with the translation as τ.

    The new mechanisms read one another in a circle as a rule, so the new model is declared cyclic.

    Args:
        model: a finite model without inputs.
        there: new variable -> expression in the old ones.
        back: old variable -> expression in the new ones.

    Raises:
        InputError: the expressions are no bijection with its inverse (a setting is named), or a name is
            missing, unknown or taken.
        OutOfReachError: more than 2^16 settings.

    Example:
        >>> model = SCM.from_text("U, V : bool\nX = U\nY = V")
        >>> turned = translate(model, {"A": "X", "B": "X xor Y"}, {"X": "A", "Y": "A xor B"})
        >>> turned.high.run({"U": 1, "V": 1})
        {'A': 1, 'B': 0}
    """
    faults = [f"back gives nothing for {n!r}" for n in model.endogenous if n not in back]
    faults += [f"{n!r} is no endogenous variable" for n in back if n not in model.endogenous]
    faults += [f"the name {n!r} is taken" for n in there if n in model.roots]
    if model.inputs:
        faults.append("inputs copy noise of their name; translate a model with exogenous noise")
    if model.conditional:
        faults.append("conditional laws are no mechanisms")
    if faults:
        raise InputError(faults)
    old = {name: model.domain(name) for name in model.endogenous}
    forth = {name: parse_expression(text, Scope(old)) for name, text in there.items()}
    new = {name: image(e, old) for name, e in forth.items()}
    inverse = {name: parse_expression(text, Scope(new)) for name, text in back.items()}
    _require_bijection(model, forth, inverse)
    declared = [
        Declaration(v.name, v.kind, v.domain, v.law)
        for v in model.variables
        if v.kind is not Kind.ENDOGENOUS
    ]
    stepped: dict[str, Expression] = {}
    for name in model.endogenous:
        rule = model[name].mechanism
        assert rule is not None, "inputs and conditional laws are refused"
        stepped[name] = substitute(rule, inverse)
    declared += [
        Declaration(name, Kind.ENDOGENOUS, new[name], None, substitute(e, stepped))
        for name, e in forth.items()
    ]
    high = SCM(complete(declared, cyclic=True))
    roots = {name: Reference(name) for name in high.roots}
    return Abstraction(model, high, forth, tau_u=roots)


def _require_bijection(
    model: SCM, forth: Mapping[str, Expression], inverse: Mapping[str, Expression]
) -> None:
    domains = []
    for name in model.endogenous:
        domain = model.domain(name)
        if not isinstance(domain, Finite | Range):
            raise InputError([f"the domain of {name!r} is not finite"])
        domains.append(domain)
    size = prod(d.size for d in domains)
    if size > LIMIT:
        raise OutOfReachError("settings to translate", size, LIMIT)
    for values in product(*domains):
        state = dict(zip(model.endogenous, values, strict=True))
        sent = {name: evaluate(e, state) for name, e in forth.items()}
        if {name: evaluate(e, sent) for name, e in inverse.items()} != state:
            shown = ", ".join(f"{n} = {v}" for n, v in state.items())
            raise InputError([f"there and back does not lead back at {shown}"])
