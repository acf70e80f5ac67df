"""Counterexamples from beyond the search space, for pairs that it leaves open.

They are not known to be smallest, and the atlas says so. Each is decided by `check`, notion by notion.
"""

from __future__ import annotations

from collections.abc import Iterator

from tauomega.theory.abstraction import Abstraction
from tauomega.theory.scm import SCM

__all__ = ["larger_claims"]

# As CE8: an output that differs only if both mediators are off.
_MEDIATORS = """
U : bool ~ 1/2
A = U
B = U
O = {}"""
_HIDDEN = "(A and B) xor (A != U and B != U)"

# Three values of A, two of them merged, which act alike unless B is set as well.
_MERGED = """
U : bool ~ 1/2
A : 0..2 = if U == 1 then 1 else 0
B : bool = U
O : bool = A == 2 and B != U"""
_CONSTANT = """
U : bool ~ 1/2
A : bool = U
B : bool = U
O : bool = 0"""

# CE2 with both values of X reached: equal laws, and no map of contexts.
_MASKED = """
U, W : bool ~ 1/2
X = U
Y = {}"""

# The same for Markovian models with one graph: the two answers of Y are opposite below, independent above.
_ANSWERS = """
U, V, W : bool ~ 1/2
X = U
Y = if X == 1 then V else W"""


def larger_claims() -> Iterator[tuple[str, Abstraction]]:
    """Names and claims, fewest variables first."""
    masked = SCM.from_text(_MASKED.format("X xor W"))
    high = SCM.from_text(_MASKED.format("W"))
    yield "masked", Abstraction.from_text(masked, high, {"X": "X", "Y": "Y"})
    high = SCM.from_text(_ANSWERS)
    yield "answers", Abstraction.from_text(masked, high, {"X": "X", "Y": "Y"})
    low, high = (SCM.from_text(_MEDIATORS.format(text)) for text in (_HIDDEN, "A and B"))
    yield "mediators", Abstraction.from_text(low, high, {name: name for name in ("A", "B", "O")})
    low, high = SCM.from_text(_MERGED), SCM.from_text(_CONSTANT)
    yield "merged", Abstraction.from_text(low, high, {"A": "A >= 1", "B": "B", "O": "O"})
