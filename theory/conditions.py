"""What some implications among definitions need of a claim: said once, for every place that uses them.

An implication without an entry here is one between the two definitions with the parameters that they share,
whatever the claim. `tauomega definitions` prints the words; the twins draw no conclusion where a condition
does not hold; `place` and the atlas read notions by them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from itertools import product
from math import prod
from typing import Any, final

from .abstraction import Abstraction
from .definition import Definition
from .intervention import NOTHING
from .kernel import Finite, Range, evaluate, free_names
from .policy import OmegaPolicy, TauUPolicy

__all__ = [
    "LEFT_OPEN",
    "LISTS_NOTHING",
    "NO_KERNELS",
    "ONTO",
    "SAME_CONTEXTS",
    "Condition",
    "condition_of",
]

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

    def applied(self, definition: Definition) -> Definition:
        """The stronger definition, with the parameters that the implication is about."""
        changed: Any = definition
        return replace(changed, **dict(self.parameters))  # type: ignore[no-any-return]  # a dataclass


def _onto(claim: Abstraction) -> bool:
    """Whether every state above is τ of a state below, by listing those."""
    if claim.high is None:
        return False
    names = sorted({name for e in claim.tau.values() for name in free_names(e)})
    below = [claim.scm.domain(name) for name in names]
    above = [claim.high.domain(name) for name in claim.high.endogenous]
    listed = [d for d in below if isinstance(d, Finite | Range)]
    aimed = [d.size for d in above if isinstance(d, Finite | Range)]
    if len(listed) < len(below) or len(aimed) < len(above) or prod(d.size for d in listed) > MOST:
        return False
    seen = {
        tuple(evaluate(e, state) for e in claim.tau.values())
        for values in product(*listed)
        for state in [dict(zip(names, values, strict=True))]
    }
    return len(seen) == prod(aimed)


def _left_open(claim: Abstraction) -> bool:
    return (claim.omega, claim.tau_u, claim.high_interventions) == (None, None, None)


def _same_contexts(claim: Abstraction) -> bool:
    low, high = claim.scm, claim.high
    return (
        high is not None
        and set(high.roots) == set(low.roots)
        and all(low[r].law == high[r].law and low.domain(r) == high.domain(r) for r in low.roots)
    )


ONTO = Condition("τ is onto", _onto)
"""Else ω_τ(∅) need not be ∅."""
LEFT_OPEN = Condition("ω, τ_U and I_H are left to the definition", _left_open)
"""One notion may read a listed map, and the other find its own."""
LISTS_NOTHING = Condition(
    "∅ is among the interventions that ω lists",
    lambda claim: claim.omega is None or any(i == NOTHING for i, _ in claim.omega),
)
"""Steps under ∅ are what mechanisms are compared by."""
SAME_CONTEXTS = Condition(
    "τ_U is the identity of roots with the same laws",
    _same_contexts,
    (("tau_u", TauUPolicy.IDENTITY),),
)
"""Then it pushes the law of the contexts below to that above."""
NO_KERNELS = Condition("no kernels are given", lambda claim: not claim.kernels)
"""They are uniform on the fibres of τ then."""

_DERIVED = Condition("ω is derived", lambda claim: True, (("omega", OmegaPolicy.DERIVED),))
_IDENTITY = Condition("τ_U is the identity", lambda claim: True, (("tau_u", TauUPolicy.IDENTITY),))

_CONDITIONS: Mapping[tuple[str, str], Condition] = {
    ("constructive-soft", "mechanism"): LISTS_NOTHING,
    ("exact", "observational"): _DERIVED & LEFT_OPEN & ONTO,
    ("phi-abstraction", "exact"): LEFT_OPEN,
    ("phi-abstraction", "query-consistency"): LEFT_OPEN,
    ("similar", "circuit"): ONTO,
    ("tau-abstraction", "exact-transformation"): _IDENTITY & LEFT_OPEN,
    ("uniform", "exact"): SAME_CONTEXTS & LEFT_OPEN,
}
"""(Stronger, weaker): the condition."""


def condition_of(strong: str, weak: str) -> Condition | None:
    """What the implication from one definition to another needs of a claim, or `None` if nothing.

    Example:
        >>> condition_of("similar", "circuit").words
        'τ is onto'
    """
    return _CONDITIONS.get((strong, weak))
