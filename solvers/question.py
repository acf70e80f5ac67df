"""The question that a verdict answers: definition, parameters, semantics, in words."""

from __future__ import annotations

from dataclasses import fields
from enum import Enum
from fractions import Fraction
from typing import Any

from tauomega.theory.abstraction import Abstraction
from tauomega.theory.definition import Definition
from tauomega.theory.verdict import Question

__all__ = ["question_of"]


def question_of(claim: Abstraction, definition: Definition, tolerance: Fraction) -> Question:
    """Name what is asked: every parameter that the definition has, and how it was read."""
    values: Any = definition
    parameters = tuple(
        (field.name, _text(claim, field.name, getattr(values, field.name)))
        for field in fields(values)
    )
    semantics = getattr(claim.low, "semantics", "exact")
    sentence = definition.sentence(claim)
    if tolerance:
        sentence = f"up to {tolerance}: {sentence}"
    return Question(definition.name, parameters, semantics, sentence, tolerance)


def _text(claim: Abstraction, name: str, value: object) -> str:
    if name == "omega" and claim.omega is not None:
        return "given"
    if name == "tau_u" and claim.tau_u is not None:
        return "given"
    if name == "high_family" and claim.high_interventions is not None:
        return "declared"
    if value is None:
        return "default"
    return str(value.value) if isinstance(value, Enum) else str(value)
