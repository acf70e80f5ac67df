"""What the names of an expression may stand for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from .domain import Domain, Finite

__all__ = ["Scope"]


@dataclass(frozen=True)
class Scope:
    """Names in scope with their domains, and the members of each family.

    `network` lets names go on with `.name` and `.int`, as in `layers.0[1]`.
    """

    domains: Mapping[str, Domain]
    families: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    network: bool = False

    @cached_property
    def labels(self) -> frozenset[str]:
        """Every label of some domain in scope."""
        return frozenset(
            value
            for domain in set(self.domains.values())
            if isinstance(domain, Finite)
            for value in domain.values
            if isinstance(value, str)
        )
