"""What the patched runs of a captured network can be said to give, one file a semantics.

| module | semantics | what it rests on |
|---|---|---|
| `real` | `real` | certified balls, of more and more bits: softmax, GELU and normalisation too |
| `exact_grid` | `exact-grid` | exact values, and for each sum a proof that no order of summation rounds it |
| `all_orders` | `all-orders(F)` | affine forms, each operation widened by what any order of its sums can round |

A file has one `Meaning`; it is found by being here. `reading` says what a meaning is, `patched_runs` makes the
runs in an arithmetic, `smooth` says what is assumed of softmax, normalisation and the functions of a library, and the
engine `enclosures` decides claims with them. `ieee` needs no file: what a network computed is a finite model
(`bridge.precision.extraction`), about which every engine is exact.
"""

from __future__ import annotations

from functools import cache

from ...plugins import found_in
from ..semantics import Semantics
from .reading import Meaning

__all__ = ["meaning_of"]


def meaning_of(semantics: Semantics) -> Meaning:
    """The file that reads a network under a semantics.

    Raises:
        LookupError: there is none: it is decided by a table of what ran.
    """
    for meaning in _meanings():
        if meaning.covers(semantics):
            return meaning
    raise LookupError(f"no reading of {semantics}")


@cache
def _meanings() -> tuple[Meaning, ...]:
    return tuple(found_in(__name__, __path__, lambda thing: _is_meaning(thing)))


def _is_meaning(thing: object) -> bool:
    return isinstance(thing, Meaning) and not isinstance(thing, type)
