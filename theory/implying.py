"""That one definition implies another: of every claim, or of those that meet a condition.

A definition lists in `stronger` what implies it and in `weaker` what it implies: a pair (name, example that
tells the two apart), or a `Relative`, which adds what must be so of a claim. Without a condition the
implication is between the two definitions with the parameters that they share, whatever the claim.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from itertools import product
from math import prod
from typing import TYPE_CHECKING, final

from .kernel import Finite, Range, evaluate, free_names

if TYPE_CHECKING:
    from .abstraction import Abstraction

__all__ = ["LEFT_OPEN", "ONTO", "Condition", "Related", "Relative", "listed"]

MOST = 2**16


@final
@dataclass(frozen=True, slots=True)
class Condition:
    """What must be so of a claim, and with which parameters the stronger definition is asked.

    Attributes:
        words: the condition, as it reads after "if".
        holds: whether a claim meets it; `False` too where that would take too long to find out.
        parameters: those of the stronger definition that differ from its defaults.
    """

    words: str
    holds: Callable[[Abstraction], bool]
    parameters: tuple[tuple[str, Enum], ...] = ()

    def __and__(self, other: Condition) -> Condition:
        """Both."""
        return Condition(
            f"{self.words} and {other.words}",
            lambda claim: self.holds(claim) and other.holds(claim),
            (*self.parameters, *other.parameters),
        )


@final
@dataclass(frozen=True, slots=True)
class Relative:
    """A definition that implies this one, or that it implies, on the claims that meet a condition.

    Attributes:
        name: the other definition.
        separated_by: the example that tells the two apart.
        given: what must be so of a claim; `None` if nothing.
    """

    name: str
    separated_by: str
    given: Condition | None = None


Related = tuple[tuple[str, str] | Relative, ...]
"""What a definition lists as stronger, or as weaker."""


def listed(related: Related) -> tuple[Relative, ...]:
    """The entries, pairs too, as relatives.

    Example:
        >>> [r.given.words if r.given else "" for r in listed((("strong", "ce5"), Relative("circuit", "ce1", ONTO)))]
        ['', 'τ is onto']
    """
    return tuple(entry if isinstance(entry, Relative) else Relative(*entry) for entry in related)


def _onto(claim: Abstraction) -> bool:
    """Whether every state above is τ of a state below, by listing those."""
    if claim.high is None:
        return False
    names = sorted({name for e in claim.tau.values() for name in free_names(e)})
    below = [claim.scm.domain(name) for name in names]
    above = [claim.high.domain(name) for name in claim.high.endogenous]
    finite = [d for d in below if isinstance(d, Finite | Range)]
    aimed = [d.size for d in above if isinstance(d, Finite | Range)]
    if len(finite) < len(below) or len(aimed) < len(above) or prod(d.size for d in finite) > MOST:
        return False
    seen = {
        tuple(evaluate(e, state) for e in claim.tau.values())
        for values in product(*finite)
        for state in [dict(zip(names, values, strict=True))]
    }
    return len(seen) == prod(aimed)


def _left_open(claim: Abstraction) -> bool:
    return (claim.omega, claim.tau_u, claim.high_interventions) == (None, None, None)


ONTO = Condition("τ is onto", _onto)
"""Else ω_τ(∅) need not be ∅."""
LEFT_OPEN = Condition("ω, τ_U and I_H are left to the definition", _left_open)
"""One notion may read a listed map, and the other find its own."""
