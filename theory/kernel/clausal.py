r"""Refutations: a list of clauses each of which follows from earlier ones by unit propagation, the last one empty.

A *step* is a clause with *hints*, the numbers of earlier clauses: when the clause's literals are taken to be
false, each hint leaves exactly one literal open, which is then true, and the last hint leaves none. So each
step is a chain of resolutions, and checking takes time linear in the proof. The form is the canonical one:
every literal that is false is used by a later hint, every step by a later step, and neighbouring hints that
could change places are in increasing order; so a proof in which anything was changed is refused.

Source: Cruz-Filipe, Heule, Hunt, Kaufmann & Schneider-Kamp (2017), "Efficient certified RAT verification",
arXiv:1612.02353 (LRAT), without its rule RAT.
"""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["Clause", "ProofError", "Step", "check_refutation"]

Clause = Sequence[int]
"""Literals, none twice."""

Step = tuple[Clause, Sequence[int]]
"""A clause and its hints: numbers of clauses, given ones first, then steps, from 0."""


class ProofError(Exception):
    """A step that does not follow: which one and why."""


def check_refutation(clauses: Sequence[Clause], steps: Sequence[Step]) -> None:
    """Check that the steps derive the empty clause.

    Raises:
        ProofError: they do not, or are not in the canonical form.
    """
    known: list[Clause] = list(clauses)
    used = bytearray(len(known) + len(steps))
    for number, (clause, hints) in enumerate(steps):
        fault = _fault(known, clause, hints)
        if fault:
            raise ProofError(f"step {number} {fault}")
        for hint in hints:
            used[hint] = 1
        known.append(clause)
    if not steps or len(known[-1]):
        raise ProofError("the last step is not the empty clause")
    unused = used.find(0, len(clauses))
    if unused != len(known) - 1:
        raise ProofError(f"step {unused - len(clauses)} is used by no later one")


def _fault(known: Sequence[Clause], clause: Clause, hints: Sequence[int]) -> str:
    """What is wrong with a step; empty if nothing is."""
    false = set(clause)
    if len(false) < len(clause):
        return "has a literal twice"
    unread = set(false)
    conflict = False
    before, made = -1, 0
    for hint in hints:
        if conflict:
            return "has hints after the conflict"
        if not 0 <= hint < len(known):
            return f"refers to clause {hint}, which is not there yet"
        literals = known[hint]
        unread.difference_update(literals)
        free = [f for f in literals if f not in false]
        if before > hint and (not free or made not in literals):
            return f"has the hints {before} and {hint} in the wrong order"
        if not free:
            conflict = True
        elif len(free) > 1 or -free[0] in false:
            return f"refers to clause {hint}, which is not unit"
        else:
            before, made = hint, -free[0]
            false.add(made)
            unread.add(made)
    if not conflict:
        return "ends without a conflict"
    return "is not in canonical form: a literal has no use" if unread else ""
