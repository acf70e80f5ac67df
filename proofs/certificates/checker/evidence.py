"""Evidence that squares commute: each kind is checked against the statement, which is built here anew."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from tauomega.theory.kernel.commuting import Squares
from tauomega.theory.kernel.program import Kind

from .document import refuse_unless
from .factors import states_of
from .squares import WORK, settings_of, sides_at, work_of

__all__ = ["check_squares", "transcript_of"]

KEYS = {
    "enumeration": {"kind", "squares", "sha256"},
    "linear identity": {"kind"},
    "construction": {"kind"},
    "clausal proof": {"kind", "clauses", "steps"},
    "decision diagram": {"kind", "order", "nodes"},
}
"""Kind of evidence -> its keys."""


def check_squares(squares: Squares, evidence: Mapping[str, Any]) -> str:
    """Check that a statement holds by its evidence; what was checked, in words.

    Raises:
        RefusedError: the evidence does not show it.
    """
    kind = str(evidence.get("kind"))
    refuse_unless(kind in KEYS, f"no kind of evidence: {kind[:40]!r}")
    keys = KEYS[kind]
    refuse_unless(set(evidence) == keys, f"evidence has the keys {', '.join(sorted(keys))}")
    if kind == "enumeration":
        count, transcript = transcript_of(squares)
        same = (evidence["squares"], evidence["sha256"]) == (str(count), transcript)
        refuse_unless(same, "the transcript is of another enumeration")
        return f"complete enumeration of {count:,} squares, computed again"
    if kind == "linear identity":
        from .affine import check_identities

        return check_identities(squares)
    from .gates import check_gates

    return check_gates(squares, kind, evidence)


def transcript_of(squares: Squares) -> tuple[int, str]:
    """How many squares there are, and the digest of what the compared variables are in each.

    Raises:
        RefusedError: a square does not commute, or there are too many.
    """
    roots = squares.context
    refuse_unless(work_of(squares, *roots) <= WORK, f"more than {WORK:,} nodes to evaluate")
    contexts = states_of(roots, squares.program.domains(Kind.EXOGENOUS))
    digester, count = sha256(), 0
    for setting in settings_of(squares):
        for context in contexts:
            count += 1
            sides = sides_at(squares, setting | context)
            refuse_unless(all(a == b for _, a, b in sides), f"square {count} does not commute")
            digester.update(("\t".join(str(a) for _, a, _ in sides) + "\n").encode())
    return count, digester.hexdigest()
