"""Counterexamples from beyond the search space, for pairs that it leaves open.

They are not known to be smallest, and the atlas says so. Each is decided by `check`, notion by notion.
"""

from __future__ import annotations

from collections.abc import Iterator

from tauomega.theory.abstraction import Abstraction
from tauomega.theory.scm import SCM

__all__ = ["larger_claims"]

# CE8, all variables mapped: an output that differs only if both mediators are off.
_MEDIATORS = """
input x1, x2 : bool ~ 1/2
A = x1
B = x2
O = {}"""
_HIDDEN = "(A and B) xor ((A != x1) and (B != x2))"

# CE7: a third value of H that no run reaches, with a label that it does not act like.
_UNREACHED = """
input x : bool ~ 1/2
H : 0..2 = if x == 1 then 1 else 0
O : bool = H >= 1"""
_COPY = """
input x : bool ~ 1/2
H : bool = x
O : bool = H"""


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


def larger_claims() -> Iterator[tuple[str, Abstraction]]:
    """Names and claims, fewest variables first."""
    low, high = SCM.from_text(_UNREACHED), SCM.from_text(_COPY)
    yield "CE7", Abstraction.from_text(low, high, {"x": "x", "H": "H == 1", "O": "O"})
    low, high = (SCM.from_text(_MASKED.format(text)) for text in ("X xor W", "W"))
    yield "CE2", Abstraction.from_text(low, high, {"X": "X", "Y": "Y"})
    low, high = SCM.from_text(_MERGED), SCM.from_text(_CONSTANT)
    yield "merged", Abstraction.from_text(low, high, {"A": "A >= 1", "B": "B", "O": "O"})
    low, high = (SCM.from_text(_MEDIATORS.format(text)) for text in (_HIDDEN, "A and B"))
    names = ("x1", "x2", "A", "B", "O")
    yield "CE8", Abstraction.from_text(low, high, {name: name for name in names})
