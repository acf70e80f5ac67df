"""A model as the kernel knows it: variables with domains, laws and mechanisms, parents first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from .domain import Domain
from .expression import Expression

if TYPE_CHECKING:  # the checker of certificates has no use for laws, and does not load them
    from .law import Law

__all__ = ["INNER", "ROOTS", "Kind", "Program", "Variable"]


class Kind(Enum):
    """What a variable is to its model."""

    INPUT = "input"
    """A settable root: endogenous, equal to a hidden exogenous copy of itself unless intervened on."""
    EXOGENOUS = "exogenous"
    ENDOGENOUS = "endogenous"
    PARAMETER = "param"
    """Read "for all values"; the same value in every model of a claim."""


INNER = (Kind.INPUT, Kind.ENDOGENOUS)
"""What an intervention can set."""
ROOTS = (Kind.INPUT, Kind.EXOGENOUS)
"""What a context gives, apart from parameters."""


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable.

    An endogenous one has a `mechanism`, or a conditional `law` in its place; a root may have a law.
    """

    name: str
    kind: Kind
    domain: Domain
    law: Law | None = None
    mechanism: Expression | None = None


@dataclass(frozen=True, slots=True)
class Program:
    """A complete, checked model, acyclic unless `cyclic`.

    `variables` is in the order of declaration; `order` lists the inputs and the endogenous
    variables so that parents come first (ties in the order of declaration); `families` gives the
    members of each indexed family `X[1..3]`, in order. If `cyclic`, the order is broken at some
    variable of each cycle.
    """

    variables: tuple[Variable, ...]
    order: tuple[str, ...]
    families: tuple[tuple[str, tuple[str, ...]], ...] = ()
    cyclic: bool = False
    by_name: Mapping[str, Variable] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {v.name: v for v in self.variables})

    def domains(self, *kinds: Kind) -> dict[str, Domain]:
        """The domains of the variables of some kinds, in the order of declaration."""
        return {v.name: v.domain for v in self.variables if v.kind in kinds}
