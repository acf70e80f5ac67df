"""Claims as the JSON of certificates: what the checker decodes."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from tauomega.theory.abstraction import Abstraction
from tauomega.theory.definition import Definition
from tauomega.theory.family import Given
from tauomega.theory.intervention import Hard, Intervention
from tauomega.theory.kernel import (
    BOOL,
    Apply,
    Case,
    ConditionalLaw,
    Constant,
    Domain,
    Expression,
    Finite,
    Program,
    Range,
    Reals,
    Reference,
    Value,
)
from tauomega.theory.policy import Depth
from tauomega.theory.verdict import Question

__all__ = [
    "NotCertifiedError",
    "claim_to_json",
    "items_to_json",
    "parameters_of",
    "semantics_of",
    "set_items",
    "tree_to_json",
]

Json = Any
"""A JSON value: what the checker's decoder reads back."""


class NotCertifiedError(Exception):
    """A verdict for which there is no certificate: why."""


def claim_to_json(claim: Abstraction, definition: Definition) -> Json:
    """A claim as JSON.

    Raises:
        NotCertifiedError: it has a part that certificates do not have.
    """
    if claim.high is None:
        raise NotCertifiedError("a claim without a high-level model has no certificate")
    if claim.high_interventions is not None:
        raise NotCertifiedError("a declared I_H has no certificate")
    family = getattr(definition, "family", None)
    listed = family.interventions if isinstance(family, Given) else None
    if isinstance(family, Given) and listed is None and claim.omega is not None:
        listed = tuple(i for i, _ in claim.omega)
    return {
        "low": _program(claim.scm.program),
        "high": _program(claim.high.program),
        "tau": [[name, tree_to_json(e)] for name, e in claim.tau.items()],
        "tau_u": None
        if claim.tau_u is None
        else [[name, tree_to_json(e)] for name, e in claim.tau_u.items()],
        "omega": None
        if claim.omega is None
        else [[set_items(i), set_items(j)] for i, j in claim.omega],
        "sites": [[name, list(site)] for name, site in claim.sites.items()],
        "inert": sorted(claim.inert),
        "interventions": None if listed is None else [set_items(i) for i in listed],
    }


def parameters_of(claim: Abstraction, definition: Definition, question: Question) -> dict[str, str]:
    """The parameters of a definition as they were read."""
    found = dict(question.parameters)
    names = {field.name for field in fields(definition)}  # type: ignore[arg-type]  # a dataclass
    if "swapped" in names:
        found["swapped"] = " ".join(getattr(definition, "swapped", ()) or claim.sites)
    joint = getattr(definition, "joint", None)
    if isinstance(joint, Depth):
        found["joint"] = "all" if joint.k is None else str(joint.k)
    return {name: found[name] for name in found if name in names}


def semantics_of(claim: Abstraction, stated: str) -> str:
    """The semantics that a certificate names: of a table of what ran, about which nothing is left open, exact.

    Reading the task again makes the table again.
    """
    tabulated = getattr(claim.low, "stated", "") == stated
    return str(getattr(claim.low, "semantics", stated)) if tabulated else stated


def items_to_json(items: tuple[tuple[str, Value], ...]) -> Json:
    """Names and values as pairs of strings."""
    return [[name, str(value)] for name, value in items]


def set_items(intervention: Intervention) -> Json:
    """What a hard intervention sets.

    Raises:
        NotCertifiedError: it does more than set variables.
    """
    if not isinstance(intervention, Hard):
        raise NotCertifiedError("interventions beyond hard ones have no certificate")
    return items_to_json(intervention.items)


def _program(program: Program) -> Json:
    if any(isinstance(v.law, ConditionalLaw) for v in program.variables):
        raise NotCertifiedError("a model with conditional laws has no certificate")
    if program.cyclic:
        raise NotCertifiedError("a cyclic model has no certificate")
    return {
        "variables": [
            {
                "name": v.name,
                "kind": v.kind.value,
                "domain": _domain(v.domain),
                "mechanism": None if v.mechanism is None else tree_to_json(v.mechanism),
            }
            for v in program.variables
        ],
        "order": list(program.order),
    }


def _domain(domain: Domain) -> Json:
    match domain:
        case Reals():
            return "real"
        case Range(low=low, high=high):
            return ["range", str(low), str(high)]
        case Finite(values=values):
            return "bool" if domain == BOOL else ["set", *map(str, values)]
        case _:
            raise NotCertifiedError(f"the interval {domain} has no certificate")


def tree_to_json(expression: Expression) -> Json:
    """An expression as nested lists."""
    match expression:
        case Constant(value=value):
            return ["value", str(value)]
        case Reference(name=name):
            return ["name", name]
        case Apply(operator=operator, arguments=arguments):
            return [operator.value, *map(tree_to_json, arguments)]
        case Case(arguments=arguments, rows=rows, default=default):
            return [
                "table",
                [tree_to_json(a) for a in arguments],
                [[list(map(str, key)), tree_to_json(entry)] for key, entry in rows],
                None if default is None else tree_to_json(default),
            ]
        case _:
            raise NotCertifiedError("a hole '?' has no certificate")
