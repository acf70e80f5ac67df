"""What the families of a claim are built from: which variables each τ reads, and their roles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import final

from tauomega.theory.kernel import Finite, Range

__all__ = ["Facts"]


@final
@dataclass(frozen=True, slots=True)
class Facts:
    """Supports, roles and high-level values, decided (not guessed from the syntax).

    Attributes:
        supports: high-level variable -> the low-level variables its τ depends on, in model order.
        inert: the low-level variables claimed to have no effect.
        high_domains: the finite domains of the high-level variables: the high-level model's, or
            the image of τ where there is none.
        relies_on: what the supports rest on, if not on enumeration.
    """

    supports: Mapping[str, tuple[str, ...]]
    inert: tuple[str, ...] = ()
    high_domains: Mapping[str, Finite | Range] = field(default_factory=dict)
    relies_on: tuple[str, ...] = ()

    @property
    def is_block_map(self) -> bool:
        """Whether no low-level variable is read by two of the τ."""
        return not self.shared

    @property
    def shared(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The low-level variables that several τ read, each with those high-level variables."""
        readers: dict[str, list[str]] = {}
        for high, support in self.supports.items():
            for name in support:
                readers.setdefault(name, []).append(high)
        return tuple((name, tuple(hs)) for name, hs in readers.items() if len(hs) > 1)

    @property
    def mapped(self) -> frozenset[str]:
        """The low-level variables that some τ reads."""
        return frozenset(name for support in self.supports.values() for name in support)
