"""Words for averages: means of draws, functions of a value, expectations under a coupling."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .defect import Defect, Part

__all__ = ["AtLeast", "Average", "Coupled", "Direction", "Draws", "Sampled", "Tanh", "Via"]


@dataclass(frozen=True, slots=True)
class Tanh:
    """The hyperbolic tangent: from [0, ∞] to [0, 1]."""


@dataclass(frozen=True, slots=True)
class AtLeast:
    """1 from the threshold on, 0 below it."""

    threshold: Fraction


@dataclass(frozen=True, slots=True)
class Via:
    """A monotone function of the body's value."""

    monotone: Tanh | AtLeast
    body: Defect


@dataclass(frozen=True, slots=True)
class Average:
    """The mean of several named parts, each with equal weight."""

    parts: tuple[Part, ...]


class Direction(Enum):
    """Where the values of a drawn intervention come from."""

    DOWN = "down"
    """Labels above, uniform; then block values, uniform on the fibre of τ."""
    UP = "up"
    """Block values below, uniform; then their labels."""


@dataclass(frozen=True, slots=True)
class Draws:
    r"""Interventions drawn as causal abstraction error draws them, those that set `without` left out.

    k is uniform on $1, \dots, \min(n, most)$, k of the n targets are drawn without replacement, and every
    high-level variable without parents is set as well. The targets are the high-level variables and, if
    `noise`, all inert low-level variables together, which are then uniform, independently.
    """

    direction: Direction
    most: int
    noise: bool
    without: str = ""


@dataclass(frozen=True, slots=True)
class Sampled:
    """The mean of the body over draws, by their exact probabilities; nothing is sampled."""

    variable: str
    draws: Draws
    body: Defect


@dataclass(frozen=True, slots=True)
class Coupled:
    """The mean of the body over pairs of contexts, by a bound coupling of the two models' laws."""

    coupling: str
    low: str
    high: str
    body: Defect
