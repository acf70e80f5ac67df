"""Evidence that squares commute: each kind is checked against the statement, which is built here anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from tauomega.theory.kernel.commuting import Squares
from tauomega.theory.kernel.program import Kind

from .document import refuse_unless
from .factors import states_of
from .squares import WORK, State, settings_of, sides_at, work_of

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
        count, transcript, _ = transcript_of(squares)
        same = (evidence["squares"], evidence["sha256"]) == (str(count), transcript)
        refuse_unless(same, "the transcript is of another enumeration")
        return f"complete enumeration of {count:,} squares, computed again"
    if kind == "linear identity":
        from .affine import check_identities

        return check_identities(squares)
    from .gates import check_gates

    return check_gates(squares, kind, evidence)


def transcript_of(
    squares: Squares, contexts: Sequence[State] | None = None, *, share: bool = False
) -> tuple[int, str, int]:
    """How many squares there are, the digest of what the compared variables are in each, and how many differ.

    In all contexts, or those that are given. For a `share` all switches are on, and squares may differ.

    Raises:
        RefusedError: a square does not commute, or there are too many.
    """
    if contexts is None:
        contexts = states_of(squares.context, squares.program.domains(Kind.EXOGENOUS))
    work = work_of(squares) * len(contexts)
    refuse_unless(work <= WORK, f"more than {WORK:,} nodes to evaluate")
    digester, count, wrong = sha256(), 0, 0
    for setting in settings_of(squares):
        if share and not all(setting[switch.name] for switch in squares.switches):
            continue
        for context in contexts:
            count += 1
            below, above = zip(
                *((a, b) for _, a, b in sides_at(squares, setting | context)), strict=True
            )
            refuse_unless(share or below == above, f"square {count} does not commute")
            wrong += below != above
            seen = below if below == above else below + above
            digester.update(("\t".join(map(str, seen)) + "\n").encode())
    return count, digester.hexdigest(), wrong
