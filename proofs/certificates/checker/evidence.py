"""Evidence that squares commute: each kind is checked against the statement, which is built here anew."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from hashlib import sha256
from typing import Any

from tauomega.theory.kernel.commuting import Squares
from tauomega.theory.kernel.domain import Reals
from tauomega.theory.kernel.expression import Expression
from tauomega.theory.kernel.program import Kind
from tauomega.theory.kernel.reaching import Weights, weights_of

from .document import RefusedError, refuse_unless
from .factors import states_of
from .squares import WORK, settings_of, sides_at, switched_on, work_of

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
        count = _identities(squares)
        return f"linear identity: {count:,} equal affine forms, for all real values"
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


def _identities(squares: Squares) -> int:
    """Both ways round as affine forms in the roots, equal for each set of switches: how many were compared.

    Equal forms are equal for all real values, so this proves infinitely many squares.
    """
    domains = squares.program.domains(Kind.ENDOGENOUS).values()
    refuse_unless(all(isinstance(d, Reals) for d in domains), "a domain is not the reals")
    count = 0
    for on in switched_on(squares):
        state: dict[str, Weights] = {s.name: (Fraction(s in on), {}) for s in squares.switches}
        for v in squares.program.variables:
            if v.mechanism is not None:
                state[v.name] = _affine(v.mechanism, state)
        for name, left, right in squares.sides:
            same = _affine(left, state) == _affine(right, state)
            refuse_unless(same, f"the two forms of {name} differ")
            count += 1
    return count


def _affine(expression: Expression, state: Mapping[str, Weights]) -> Weights:
    found = weights_of(expression, state)
    if found is None:
        raise RefusedError("an expression is not affine")
    return found
