"""The words in which a verdict says what it quantifies over."""

from __future__ import annotations

from typing import assert_never

from .family import All, Block, BlocksAndSilence, Family, Given, Reach, Single, TauMax
from .policy import OmegaPolicy, TauUPolicy

__all__ = ["family_words", "omega_words", "tau_u_words"]


def family_words(family: Family) -> str:
    """`every block intervention`, … for "for …"."""
    match family:
        case Given():
            return "every listed intervention"
        case All():
            return "every intervention on mapped and inert variables"
        case Block():
            return "every block intervention"
        case TauMax():
            return "every intervention on which ω_τ is defined, silent ones included"
        case Reach(depth=1):
            return "every block intervention with values that runs on inputs reach"
        case Reach(depth=None):
            return "every block intervention with values that runs reach, intervened on or not"
        case Reach(depth=depth):
            return f"every block intervention with values reached in {depth} rounds of runs"
        case Single(k=k):
            return f"every intervention on at most {k} block{'' if k == 1 else 's'}"
        case BlocksAndSilence():
            return "every union of whole blocks and silent partial ones, with any inert variables"
        case _:
            assert_never(family)


def omega_words(policy: OmegaPolicy) -> str:
    """`the ω given`, …."""
    return {
        OmegaPolicy.GIVEN: "the ω given",
        OmegaPolicy.DERIVED: "ω = ω_τ",
        OmegaPolicy.SEARCHED: "some order-preserving ω",
        OmegaPolicy.EXPLICIT: "the explicit ω of Theorem 14",
    }[policy]


def tau_u_words(policy: TauUPolicy) -> str:
    """`some τ_U`, …."""
    return {
        TauUPolicy.GIVEN: "the τ_U given",
        TauUPolicy.IDENTITY: "τ_U the identity",
        TauUPolicy.INPUTS: "contexts matched by the names of the inputs",
        TauUPolicy.SEARCHED: "some map τ_U of contexts",
        TauUPolicy.SEARCHED_ONTO: "some map τ_U onto the high-level contexts",
    }[policy]
