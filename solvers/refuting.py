"""Refutations from CaDiCaL, cut down to what the empty clause rests on, for the kernel to check."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from heapq import heapify, heappop, heappush
from pathlib import Path
from typing import Any, final

from tauomega.theory.kernel.clausal import Clause, ProofError, Step, check_refutation

from .child import Answered, Crashed, Outcome, TimedOut, run_in_child

__all__ = ["Solved", "refute", "trimmed"]

Hint = tuple[int, Clause, int]
"""A clause's number, the clause, and the literal that it makes true; 0 where it leaves none."""

LARGEST = 400_000_000
"""Bytes of a proof beyond which it is not read."""


@final
class Solved:
    """Clauses that CaDiCaL was asked about; the proof lies in a file until it is read or forgotten.

    Attributes:
        model: a satisfying assignment's true variables, or `None` where there is none.
        failure: why there is no answer; empty if there is one.
    """

    __slots__ = ("_clauses", "_proof", "failure", "model")

    def __init__(self, clauses: Sequence[Clause], seconds: float, memory: int) -> None:
        self._clauses, self.failure = clauses, ""
        self.model: frozenset[int] | None = None
        with tempfile.NamedTemporaryFile(prefix="tauomega-", delete=False) as file:
            self._proof = Path(file.name)
        try:
            outcome = run_in_child(
                partial(_solve, clauses, str(self._proof)), seconds=seconds, memory=memory
            )
        except BaseException:  # interrupted: nobody is going to leave the context
            self._proof.unlink(missing_ok=True)
            raise
        match outcome:
            case Answered(value=list() as found):
                self.model = frozenset(found)
            case Answered(value=None):
                pass
            case _:
                self.failure = _reason(outcome, seconds)

    def __enter__(self) -> Solved:
        return self

    def __exit__(self, *_: object) -> None:
        self._proof.unlink(missing_ok=True)

    def checked(self, seconds: float, memory: int) -> int | str:
        """How many steps the refutation has that the kernel has checked, or why it has not."""
        found: int | str = self._read(_count, seconds, memory)
        return found

    def steps(self, seconds: float, memory: int) -> list[Step] | str:
        """The refutation, trimmed and checked by the kernel, or why there is none."""
        found: list[Step] | str = self._read(_trim, seconds, memory)
        return found

    def _read(
        self, read: Callable[[Sequence[Clause], str], Any], seconds: float, memory: int
    ) -> Any:
        """What a child makes of the clauses and the file of the proof, or why it makes nothing of them."""
        if self._proof.stat().st_size > LARGEST:
            return f"its proof is longer than {LARGEST:,} bytes"
        work = partial(read, self._clauses, str(self._proof))
        outcome = run_in_child(work, seconds=seconds, memory=memory)
        return outcome.value if isinstance(outcome, Answered) else _reason(outcome, seconds)


def _reason(outcome: Outcome, seconds: float) -> str:
    match outcome:
        case Crashed(reason=reason):
            return f"CaDiCaL stopped: {reason}"
        case TimedOut():
            return f"{seconds:g} s are over"
        case _:
            return "no answer"


def refute(clauses: Sequence[Clause], *, seconds: float, memory: int) -> list[Step] | str:
    """A refutation of clauses that the kernel has checked; or why there is none."""
    with Solved(clauses, seconds, memory) as solved:
        if solved.failure or solved.model is not None:
            return solved.failure or "the clauses can be satisfied"
        return solved.steps(seconds, memory)


def _solve(clauses: Sequence[Clause], path: str) -> Any:
    """In the child: the true variables of a satisfying assignment, or `None` and a proof in the file."""
    import pysolvers
    from pysat.solvers import Cadical195

    solver = Cadical195()
    solver.configure({"lrat": 1, "binary": 0})  # hints with each step, which PySAT does not ask for
    with open(path, "w+b") as proof:
        pysolvers.cadical195_tracepr(solver.cadical, proof)
        for clause in clauses:
            solver.add_clause(list(clause))
        if solver.solve():
            return [f for f in solver.get_model() if f > 0]
        pysolvers.cadical195_del(solver.cadical, proof)  # writes what is left of the proof
        solver.cadical = None
    return None


def _trim(clauses: Sequence[Clause], path: str) -> Any:
    with open(path) as file:
        steps = trimmed(clauses, file)
    check_refutation(clauses, steps)
    return steps


def _count(clauses: Sequence[Clause], path: str) -> Any:
    return len(_trim(clauses, path))


def trimmed(clauses: Sequence[Clause], lines: Any) -> list[Step]:
    """The steps of an LRAT proof that the empty clause rests on, in the kernel's canonical form.

    Raises:
        ProofError: the proof does not derive the empty clause by unit propagation.
    """
    learnt: dict[int, tuple[tuple[int, ...], tuple[int, ...]]] = {}
    last = 0
    for line in lines:
        words = line.split()
        if len(words) < 2 or words[1] == "d":
            continue
        numbers = list(map(int, words))
        end = numbers.index(0, 1)
        learnt[numbers[0]] = (tuple(numbers[1:end]), tuple(numbers[end + 1 : -1]))
        if end == 1:
            last = numbers[0]
            break
    if not last:
        raise ProofError("the proof does not reach the empty clause")
    given: dict[int, Clause] = {}
    identifier = 0
    for clause in clauses:  # given clauses are numbered as they are added, between learnt ones
        identifier += 1
        while identifier in learnt:
            identifier += 1
        given[identifier] = clause
    derived: dict[int, tuple[Clause, list[int]]] = {}
    needed, pending = {last}, [last]
    while pending:
        for hint in learnt[pending.pop()][1]:
            if hint in learnt and hint not in needed:
                needed.add(hint)
                pending.append(hint)
    later = max([*learnt, *given]) + 1  # in the kernel's numbering all given clauses come first
    for number in sorted(needed):
        clause, hints = learnt[number]
        shifted = [h if h in given else h + later for h in hints]
        found = [(h, derived[h][0] if h in derived else given.get(h, (0, 0))) for h in shifted]
        derived[number + later] = _shortened(clause, found)
        if not derived[number + later][0]:
            last = number
            break
    last += later
    return _numbered(derived, given, last)


def _shortened(
    clause: Sequence[int], hints: Sequence[tuple[int, Clause]]
) -> tuple[Clause, list[int]]:
    """The step with only the hints and the literals that its conflict rests on."""
    false = set(clause)
    chain: list[Hint] = []
    for number, literals in hints:
        free = [f for f in literals if f not in false]
        if len(free) == 1 and -free[0] not in false:
            false.add(-free[0])
            chain.append((number, literals, free[0]))
        elif not free:
            chain.append((number, literals, 0))
            break
    else:
        raise ProofError("a step of the proof does not follow by unit propagation")
    wanted: set[int] = set()
    kept: list[Hint] = []
    for number, literals, unit in reversed(chain):
        if unit == 0 or -unit in wanted:
            wanted.discard(-unit)
            wanted.update(f for f in literals if f != unit)
            kept.append((number, literals, unit))
    return tuple(sorted(wanted)), _in_order(kept[::-1])


def _in_order(chain: list[Hint]) -> list[int]:
    """Hints in an order in which no two neighbours that may change places are in decreasing order.

    The last two always may: what the first makes true then makes the second the unit clause.
    """
    while True:
        chain = _least_first(chain)
        if len(chain) < 2 or chain[-2][0] < chain[-1][0]:
            return [number for number, _, _ in chain]
        (first, ours, unit), (second, theirs, _) = chain[-2:]
        chain[-2:] = [(second, theirs, -unit), (first, ours, 0)]


def _least_first(chain: Sequence[Hint]) -> list[Hint]:
    """Of the hints whose literals are false by then, always the least number next; the conflict is last."""
    maker = {-unit: k for k, (_, _, unit) in enumerate(chain) if unit}
    readers: list[list[int]] = [[] for _ in chain]
    missing = [0] * len(chain)
    for k, (_, literals, _) in enumerate(chain):
        for before in {maker[f] for f in literals if f in maker}:
            readers[before].append(k)
            missing[k] += 1
    ready = [(number, k) for k, (number, _, _) in enumerate(chain) if not missing[k]]
    heapify(ready)
    found = []
    while ready:
        _, k = heappop(ready)
        found.append(chain[k])
        for reader in readers[k]:
            missing[reader] -= 1
            if not missing[reader]:
                heappush(ready, (chain[reader][0], reader))
    return found


def _numbered(
    derived: dict[int, tuple[Clause, list[int]]], given: dict[int, Clause], last: int
) -> list[Step]:
    """The steps that the last one rests on, numbered as the kernel does."""
    needed, pending = {last}, [last]
    while pending:
        for hint in derived[pending.pop()][1]:
            if hint in derived and hint not in needed:
                needed.add(hint)
                pending.append(hint)
    place = {identifier: k for k, identifier in enumerate(given)}
    for k, number in enumerate(sorted(needed)):
        place[number] = len(given) + k
    return [(derived[n][0], tuple(place[h] for h in derived[n][1])) for n in sorted(needed)]
