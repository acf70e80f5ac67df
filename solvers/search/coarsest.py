r"""The coarsest valid abstraction for given blocks, and the coarsest repair of a lossy τ.

For fixed blocks, with the low-level contexts kept and every union of blocks set, the valid value
partitions that refine a given one are closed under join: there is a coarsest, and splitting finds it.
What cannot be identified is then only *where* the blocks are and *how fine* their values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar, final

from tauomega.theory.abstraction import Abstraction
from tauomega.theory.definitions.constructive import Constructive
from tauomega.theory.definitions.invariance import Invariance
from tauomega.theory.errors import InputError
from tauomega.theory.kernel import Expression, Value, evaluate
from tauomega.theory.reports.readable import Readable
from tauomega.theory.scm import SCM
from tauomega.theory.verdict import Verdict

from ..checking import check
from ..deadline import within
from ..deciding_facts import decide_facts
from ..engine import Budget
from ..omega import any_value
from .partitions import Partition, coarsest_stable, normal
from .tabulated import Tabulated, claim_of, quotient_model, tabulated

__all__ = ["Coarsening", "blocks_of", "coarsest", "repair"]

_NOTHING: Mapping[str, Value] = MappingProxyType({})


@final
@dataclass(frozen=True, slots=True)
class Coarsening(Readable):
    """The coarsest valid abstraction that is at least as fine as what was asked.

    Attributes:
        claim: high-level model, τ as tables, and τ_U the identity. There is no high-level model if
            the quotient is cyclic, though it then may still be uniquely solvable: see `verdict`.
        blocks: the members of each block.
        classes: for every block, the class of each of its states, in lexicographic order.
        added: how many classes each block has more than was asked of it.
        dropped: blocks of one class: nothing that was asked for depends on them.
        verdict: the claim, decided: constructive for blocks, or invariance if there is no model.
    """

    REPORT: ClassVar[str] = "tauomega.solvers.search.coarsening_text:coarsening"

    claim: Abstraction
    blocks: Mapping[str, tuple[str, ...]]
    classes: Mapping[str, Partition]
    added: Mapping[str, int]
    dropped: tuple[str, ...]
    verdict: Verdict


def coarsest(
    low: SCM,
    blocks: Mapping[str, Sequence[str]],
    keep: Mapping[str, Expression],
    *,
    timeout: float = 60.0,
) -> Coarsening:
    r"""The coarsest constructive abstraction with these blocks that still tells what `keep` reads.

    $U_H = U_L$, $\tau_U = \mathrm{id}$, and unions of whole blocks are set. It is unique.

    Args:
        low: the low-level model, finite.
        blocks: high-level variable -> low-level variables.
        keep: high-level variable -> an expression in its block whose value must not be lost; the
            other blocks keep only what these depend on.
        timeout: seconds for everything.

    Raises:
        InputError: blocks that overlap, are empty or unknown; a `keep` that reads beyond its block,
            or that is constant throughout.
        OutOfReachError: more than 2^20 runs.
        UndecidedError: the time is over.

    Source: Xia & Bareinboim (2024), arXiv:2401.02602, for invariance; Moore's algorithm.

    Example:
        >>> from tauomega.theory.kernel import parse_expression
        >>> low = SCM.from_text("U[1..3] : bool\nX[i] = U[i]\nW = sum(X[1..3]) >= 2")
        >>> blocks = {"T": ["X[1]", "X[2]", "X[3]"], "M": ["W"]}
        >>> coarsest(low, blocks, {"M": parse_expression("W", low.scope)}).classes["T"]
        (0, 0, 0, 1, 0, 1, 1, 1)
    """
    with within(timeout) as budget:
        table = tabulated(low, blocks)
        return _coarsening(table, _start(table, keep), budget)


def repair(claim: Abstraction, *, timeout: float = 60.0) -> Coarsening:
    """The coarsest refinement of a claim's τ for which some high-level model exists.

    The number of values it adds is the least that restores the abstract invariance condition with
    these blocks; the high-level model of the claim, if there is one, is not read.

    Args:
        claim: low-level model and τ.
        timeout: seconds for everything.

    Raises:
        InputError: τ is no block map, or reads nothing; as `coarsest`.
        OutOfReachError: more than 2^20 runs.
        UndecidedError: the time is over.
    """
    with within(timeout) as budget:
        table = tabulated(claim.scm, blocks_of(claim, budget))
        base = {v: any_value(claim.scm.domain(v)) for v in claim.scm.endogenous}  # to no effect
        return _coarsening(table, _start(table, claim.tau, base), budget)


def blocks_of(claim: Abstraction, budget: Budget) -> Mapping[str, tuple[str, ...]]:
    """The block that each τ reads.

    Raises:
        InputError: two τ read one variable.
    """
    facts = decide_facts(claim, budget)
    if not facts.is_block_map:
        shared = ", ".join(name for name, _ in facts.shared)
        raise InputError([f"τ is no block map: several τ read {shared}"])
    return facts.supports


def _start(
    table: Tabulated, keep: Mapping[str, Expression], base: Mapping[str, Value] = _NOTHING
) -> tuple[Partition, ...]:
    faults = [f"{name!r} is kept, but has no block" for name in keep if name not in table.blocks]
    found: list[Partition] = []
    for (name, block), states in zip(table.blocks.items(), table.states, strict=True):
        if name not in keep:
            found.append((0,) * len(states))
            continue
        try:
            values = [
                evaluate(keep[name], {**base, **dict(zip(block, state, strict=True))})
                for state in states
            ]
        except KeyError as error:
            faults.append(f"what is kept of {name!r} reads {error}, which is not in its block")
            continue
        codes: dict[Value, int] = {}
        found.append(normal([codes.setdefault(value, len(codes)) for value in values]))
    if faults:
        raise InputError(faults)
    return tuple(found)


def _coarsening(table: Tabulated, start: tuple[Partition, ...], budget: Budget) -> Coarsening:
    vector = coarsest_stable(table.system, start)
    names = tuple(table.blocks)
    kept = [j for j, partition in enumerate(vector) if max(partition) > 0]
    if not kept:
        raise InputError(["what is kept has one value, so there is nothing to abstract to"])
    high = quotient_model(table, vector, kept)
    claim = claim_of(table, vector, high, kept)
    definition = Invariance() if high is None else Constructive()
    verdict = check(claim, definition, timeout=budget.left)
    added = {n: max(p) - max(s) for n, p, s in zip(names, vector, start, strict=True)}
    dropped = tuple(n for j, n in enumerate(names) if j not in kept)
    blocks = {name: tuple(members) for name, members in table.blocks.items()}
    classes = dict(zip(names, vector, strict=True))
    return Coarsening(claim, blocks, classes, added, dropped, verdict)
