"""Reductions: rewrites of a defect into one with the same value, each with the theorem it rests on.

| module | theorem |
|---|---|
| `lemma_u` | uniform ⇔ a compatible map of contexts exists |
| `blocks_and_silence` | TAUMAX ⇔ blocks untouched, silently touched or fully set |
| `forced_contexts` | a map of contexts that has no choice is checked, not searched |

The counting of response classes and Theorem AIC are used inside engines (`response_classes`,
`quotient_search`), which name them in their evidence.
"""

from __future__ import annotations

from collections.abc import Callable

from ..engine import Problem
from . import blocks_and_silence, forced_contexts, lemma_u

__all__ = ["REDUCTIONS", "reduced"]

REDUCTIONS: tuple[tuple[str, Callable[[Problem], Problem | None]], ...] = (
    (lemma_u.THEOREM, lemma_u.rewrite),
    (blocks_and_silence.THEOREM, blocks_and_silence.rewrite),
    (forced_contexts.THEOREM, forced_contexts.rewrite),
)


def reduced(problem: Problem) -> tuple[Problem, tuple[str, ...]]:
    """The problem after every reduction that applies, and the theorems used."""
    used: list[str] = []
    for theorem, rewrite in REDUCTIONS:
        rewritten = rewrite(problem)
        if rewritten is not None:
            problem, used = rewritten, [*used, theorem]
    return problem, tuple(used)
