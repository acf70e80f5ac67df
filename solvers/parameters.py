"""Parameters, read "for all values": their assignments, where these are finite."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from math import prod

from tauomega.theory.abstraction import Abstraction
from tauomega.theory.errors import OutOfReachError
from tauomega.theory.kernel import Domain, Finite, Range, Value

__all__ = ["assignments", "has_finite_parameters", "parameter_domains"]

LIMIT = 2**16


def parameter_domains(claim: Abstraction) -> dict[str, Domain]:
    """The domain of every parameter of either model; a shared name is one parameter."""
    models = [claim.scm] + ([claim.high] if claim.high is not None else [])
    return {name: model.domain(name) for model in models for name in model.parameters}


def has_finite_parameters(claim: Abstraction) -> bool:
    """Whether every parameter has finitely many values."""
    return all(isinstance(d, Finite | Range) for d in parameter_domains(claim).values())


def assignments(claim: Abstraction) -> Iterator[dict[str, Value]]:
    """All values of all parameters; one empty assignment if there are none.

    Raises:
        OutOfReachError: there are more than 2^16.
    """
    domains = parameter_domains(claim)
    finite = {name: d for name, d in domains.items() if isinstance(d, Finite | Range)}
    assert len(finite) == len(domains), "has_finite_parameters was not asked"
    count = prod(d.size for d in finite.values())
    if count > LIMIT:
        raise OutOfReachError("values of the parameters", count, LIMIT)
    for values in product(*finite.values()):
        yield dict(zip(finite, values, strict=True))
