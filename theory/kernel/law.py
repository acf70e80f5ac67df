"""The laws of exogenous variables, exactly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from .domain import Value

__all__ = ["ConditionalLaw", "FiniteLaw", "Law", "NormalLaw", "UniformLaw"]


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


@dataclass(frozen=True, slots=True)
class ConditionalLaw:
    """A Markov kernel: the law of a variable for each combination of its parents' values.

    A variable with one has no mechanism and no noise of its own, so its model says what happens under
    interventions, and nothing about single contexts: layer 2.
    """

    parents: tuple[str, ...]
    rows: tuple[tuple[tuple[Value, ...], FiniteLaw], ...]
    default: FiniteLaw | None = None

    def at(self, state: Mapping[str, Value]) -> FiniteLaw:
        """The law at a state of the parents, which a complete model always has."""
        key = tuple(state[name] for name in self.parents)
        for row, law in self.rows:
            if row == key:
                return law
        assert self.default is not None, "a complete model has a law for every case"
        return self.default


Law = FiniteLaw | UniformLaw | NormalLaw | ConditionalLaw
"""A law; `uniform` on a finite domain is read as a `FiniteLaw`; endogenous variables may have a
`ConditionalLaw` in place of a mechanism."""
