"""What an intervention may do to one variable, beyond setting it to a value."""

from __future__ import annotations

from dataclasses import dataclass

from .domain import Value
from .expression import Expression
from .law import FiniteLaw
from .printing import format_expression

__all__ = ["SELF", "Change", "Edge", "Interventional", "Soft", "Stochastic"]

SELF = "self"
"""The name under which a rule reads what the variable's own mechanism would have given."""


@dataclass(frozen=True, slots=True)
class Soft:
    """`X := 2*U`: the mechanism of the target is replaced by a rule.

    Source: Massidda, Geiger, Icard & Bacciu (2023), Def. 6 (where the rule has no new parents).
    """

    target: str
    rule: Expression

    def __str__(self) -> str:
        return f"{self.target} := {format_expression(self.rule)}"


@dataclass(frozen=True, slots=True)
class Interventional:
    """`X := self + 3`: the new mechanism is a function of the old one, read as `self`.

    Source: Geiger et al. (2025), "interventionals", arXiv:2301.04709.
    """

    target: str
    rule: Expression

    def __str__(self) -> str:
        return f"{self.target} := {format_expression(self.rule)}"


@dataclass(frozen=True, slots=True)
class Edge:
    """`X -> Y = 0`: the mechanism of the target Y reads this value in place of X; X itself stays."""

    parent: str
    target: str
    value: Value

    def __str__(self) -> str:
        return f"{self.parent} -> {self.target} = {self.value}"


@dataclass(frozen=True, slots=True)
class Stochastic:
    """`X ~ 1/3`: the target is drawn from a law, independently of everything else."""

    target: str
    law: FiniteLaw

    def __str__(self) -> str:
        return f"{self.target} ~ ({', '.join(map(str, self.law.probabilities))})"


Change = Soft | Interventional | Edge | Stochastic
