"""Interventions, as data: hard ones with their order, and everything else that changes mechanisms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

from .kernel.change import Change, Edge, Interventional, Soft, Stochastic
from .kernel.domain import Value

__all__ = [
    "NOTHING",
    "Change",
    "Compound",
    "Edge",
    "Hard",
    "Intervention",
    "Interventional",
    "Soft",
    "Stochastic",
    "compound",
]


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


@final
@dataclass(frozen=True, slots=True)
class Compound:
    """An intervention that does more than set variables: rules, edges, laws, beside a hard part.

    Attributes:
        changes: what is done to mechanisms, sorted, so that equality is mathematical equality of
            the parts; each target is changed once, or by edges from several parents.
        hard: the variables that are set, none of them a target of a change.

    Raises:
        ValueError: there is no change (write `Hard`), or a variable is touched twice.
    """

    changes: tuple[Change, ...]
    hard: Hard = NOTHING

    def __post_init__(self) -> None:
        if not self.changes:
            raise ValueError("a compound intervention has a change; without one it is Hard")
        whole = [c.target for c in self.changes if not isinstance(c, Edge)]
        edges = [(c.target, c.parent) for c in self.changes if isinstance(c, Edge)]
        taken = [*whole, *{target for target, _ in edges}, *self.hard.targets]
        if len(set(taken)) < len(taken) or len(set(edges)) < len(edges):
            raise ValueError(f"an intervention touches each variable once: {self}")
        object.__setattr__(self, "changes", tuple(sorted(self.changes, key=_place)))

    @property
    def targets(self) -> frozenset[str]:
        """The variables whose mechanisms are changed, set ones included."""
        return self.hard.targets | {change.target for change in self.changes}

    @property
    def stochastic(self) -> tuple[str, ...]:
        """The targets that are drawn from a law: a context does not determine their values."""
        return tuple(c.target for c in self.changes if isinstance(c, Stochastic))

    def __str__(self) -> str:
        return ", ".join([str(self.hard)] * bool(self.hard.items) + [str(c) for c in self.changes])

    def describe(self) -> str:
        """`do(X := self + 3)`."""
        return f"do({self})"


def _place(change: Change) -> tuple[str, str]:
    return change.target, change.parent if isinstance(change, Edge) else ""


Intervention = Hard | Compound
"""Every kind of intervention there is."""


def compound(hard: Hard, changes: tuple[Change, ...]) -> Intervention:
    """The intervention with these parts: `Hard` if there are no changes."""
    return Compound(changes, hard) if changes else hard
