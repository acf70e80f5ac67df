"""Structural causal models as z3 terms, with interventions as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, final

import z3

from tauomega.theory.errors import InputError
from tauomega.theory.scm import SCM

from .expression_to_z3 import Encoder

__all__ = ["ModelTerms", "to_z3"]


@final
@dataclass(frozen=True, slots=True)
class ModelTerms:
    """A model in z3: `v = If(mask, value, mechanism)` for every endogenous variable.

    Attributes:
        encoder: gives literals and reads values from z3 models.
        contexts: root -> its (hidden) constant.
        masks: endogenous variable -> a Boolean, whether it is set.
        values: endogenous variable -> what it is set to.
        solution: endogenous variable -> its value.
        constraints: the domains of all these; add them to the query.
    """

    encoder: Encoder
    contexts: Mapping[str, Any]
    masks: Mapping[str, Any]
    values: Mapping[str, Any]
    solution: Mapping[str, Any]
    constraints: tuple[Any, ...]


def to_z3(model: SCM, *, encoder: Encoder | None = None) -> ModelTerms:
    """A model for a query of one's own: one query ranges over all contexts and all interventions.

    Raises:
        InputError: a context does not determine the solution: the model is cyclic, or has conditional laws.
        NotEncodedError: a mechanism is a hole.
    """
    faults = [
        f"{name!r} has a conditional law, which is no term; give it a mechanism"
        for name in model.conditional
    ]
    if model.cyclic:
        faults.append(
            "the model is cyclic, so a solution is no term; write its equations as constraints"
        )
    if faults:
        raise InputError(faults)
    encoder = encoder or Encoder()
    constraints: list[Any] = []
    domains = {v.name: v.domain for v in model.variables}
    contexts: dict[str, Any] = {}
    for name in (*model.roots, *model.parameters):
        contexts[name], bounds = encoder.constant(domains[name])
        constraints += bounds
    masks: dict[str, Any] = {}
    values: dict[str, Any] = {}
    solution: dict[str, Any] = dict(contexts)
    for name in model.order:
        values[name], bounds = encoder.constant(domains[name])
        constraints += bounds
        masks[name] = z3.Bool(f"m{len(masks)}_{encoder.count}")
        mechanism = model[name].mechanism
        natural = (
            contexts[name] if mechanism is None else encoder.term(mechanism, solution, domains)
        )
        solution[name] = z3.If(masks[name], values[name], natural)
    own = {name: solution[name] for name in model.endogenous}
    return ModelTerms(encoder, contexts, masks, values, own, tuple(constraints))
