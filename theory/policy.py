"""How a claim fixes, or leaves to be found, what is not τ: ω, τ_U, I_H, sources, scores."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import final

from .kernel.domain import Value

__all__ = [
    "PAIRS",
    "Depth",
    "HighFamily",
    "OmegaPolicy",
    "Pairs",
    "Scored",
    "Sources",
    "TauUPolicy",
    "Undefined",
]


class OmegaPolicy(Enum):
    """Where ω comes from."""

    GIVEN = "given"
    """Listed in the claim."""
    DERIVED = "derived"
    r"""$\omega_\tau$: $i \mapsto j$ iff $\tau(\mathrm{Rst}(i)) = \mathrm{Rst}(j)$ (BEH 2019, Def. 2.3)."""
    SEARCHED = "searched"
    """Any monotone map onto I_H."""
    EXPLICIT = "explicit"
    """The one candidate of Massidda et al. (2023), Theorem 14, for constructive soft abstraction."""


class TauUPolicy(Enum):
    """Where τ_U, the map of contexts, comes from."""

    GIVEN = "given"
    """Written in the claim."""
    IDENTITY = "identity"
    """Every high-level root has the value of the low-level root of the same name."""
    INPUTS = "inputs"
    """Every high-level root is an input and has the value of the low-level input of the same name."""
    SEARCHED = "searched"
    """Any map."""
    SEARCHED_ONTO = "searched-onto"
    """Any map onto the high-level contexts."""


class HighFamily(Enum):
    """What I_H is."""

    DECLARED = "declared"
    """The list `[high] interventions`."""
    IMAGE = "image"
    """The image of ω: nothing is asked."""
    ALL = "all"
    """All hard high-level interventions: ω must reach each."""


class Undefined(Enum):
    """What to do with an intervention of the family that ω_τ gives no meaning to."""

    ERROR = "error"
    EXCLUDE = "exclude"


class Scored(Enum):
    """Which values an interchange claim compares."""

    OUTPUTS = "outputs"
    """The high-level variables that have a τ and no site."""
    MAPPED = "mapped"
    """Every high-level variable that has a τ; each one with a site needs a τ."""
    INDUCED = "induced"
    """The outputs, and some labelling of the site values that runs reach; equal values that need
    different labels refute."""


@final
@dataclass(frozen=True, slots=True)
class Sources:
    """Which ordered (source, base) pairs are tested.

    `name` is `all` (every pair, source = base included), `forward` (source strictly before base,
    contexts as listed, the first root most significant) or `listed`, with `pairs` of contexts in
    the order of the low-level inputs.
    """

    name: str = "all"
    pairs: tuple[tuple[tuple[Value, ...], tuple[Value, ...]], ...] = ()

    def __str__(self) -> str:
        return self.name if self.name != "listed" else f"{len(self.pairs)} listed pairs"


@final
@dataclass(frozen=True, slots=True)
class Depth:
    """How many sites are interchanged at once: 1 (each alone), at most `k`, or all (`None`)."""

    k: int | None = 1

    def __str__(self) -> str:
        return {None: "every subset of sites", 1: "each site alone"}.get(
            self.k, f"at most {self.k} sites at once"
        )


Pairs = str | tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
"""A set J of pairs (sources, targets) of high-level variables: one of `PAIRS` by name, or a list."""

PAIRS = ("all", "singles", "directed", "parental")
