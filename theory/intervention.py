"""Interventions: hard ones, as data, with their order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

from .kernel.domain import Value

__all__ = ["NOTHING", "Hard", "Intervention"]


@final
@dataclass(frozen=True, slots=True)
class Hard:
    r"""The hard intervention $X \leftarrow x$: each target's mechanism is replaced by a constant.

    `items` are pairs (variable, value), sorted by variable, so that equality is mathematical
    equality; the empty intervention is `Hard(())`. The order is that of partial assignments:
    `i <= k` iff `k` sets every target of `i` to the same value, and perhaps more
    (Massidda, Geiger, Icard & Bacciu (2023), Def. 5; Rubenstein et al. (2017), Def. 1).

    Raises:
        ValueError: a variable is set twice.
    """

    items: tuple[tuple[str, Value], ...] = ()

    def __post_init__(self) -> None:
        if len({name for name, _ in self.items}) != len(self.items):
            raise ValueError(f"an intervention sets each variable once: {self.items!r}")
        object.__setattr__(self, "items", tuple(sorted(self.items)))

    @classmethod
    def from_mapping(cls, values: Mapping[str, Value]) -> Hard:
        """The intervention that sets these variables to these values."""
        return cls(tuple(values.items()))

    @property
    def targets(self) -> frozenset[str]:
        """The variables that are set."""
        return frozenset(name for name, _ in self.items)

    def get(self, name: str) -> Value | None:
        """The value that `name` is set to, or `None`."""
        return dict(self.items).get(name)

    def __le__(self, other: Hard) -> bool:
        return set(self.items) <= set(other.items)

    def __str__(self) -> str:
        return ", ".join(f"{name} = {value}" for name, value in self.items)

    def describe(self) -> str:
        """`do(X = 1)`, or `no intervention`."""
        return f"do({self})" if self.items else "no intervention"


NOTHING = Hard()
Intervention = Hard
"""Every kind of intervention there is; soft and stochastic ones are refused by the grammar so far."""
