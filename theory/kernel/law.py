"""The laws of exogenous variables, exactly."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

__all__ = ["FiniteLaw", "Law", "NormalLaw", "UniformLaw"]


@dataclass(frozen=True, slots=True)
class FiniteLaw:
    """The probabilities of a finite domain's values, in the order of the domain; they sum to 1."""

    probabilities: tuple[Fraction, ...]

    def __post_init__(self) -> None:
        if any(p < 0 for p in self.probabilities) or sum(self.probabilities) != 1:
            shown = ", ".join(str(p) for p in self.probabilities)
            raise ValueError(f"probabilities are non-negative and sum to 1: ({shown})")


@dataclass(frozen=True, slots=True)
class UniformLaw:
    """The uniform law on an interval."""


@dataclass(frozen=True, slots=True)
class NormalLaw:
    """The normal law with this mean and variance."""

    mean: Fraction
    variance: Fraction


Law = FiniteLaw | UniformLaw | NormalLaw
"""A law; `uniform` on a finite domain is read as a `FiniteLaw`."""
