r"""`common`: the finest model that abstracts two models, or the proof that it is trivial.

Two models with the same contexts are aligned block by block. Whatever abstracts both must merge what
their undisturbed runs show at the same time, and what follows: where all other blocks read alike, so
must what they lead to. The least such congruence on the states that runs reach is the finest common
abstraction (every state it speaks of has a partner in the other model, by induction on how it is
reached), so the list of merges is the proof that nothing finer exists.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, final

from tauomega.theory.abstraction import Abstraction
from tauomega.theory.definitions.constructive import Constructive
from tauomega.theory.errors import InputError
from tauomega.theory.family import Block, Reach
from tauomega.theory.reports.readable import Readable
from tauomega.theory.scm import SCM
from tauomega.theory.verdict import Verdict

from ..checking import check
from ..deadline import within
from ..engine import Budget
from .partitions import Merge, Partition, common_congruence, derive_merges
from .tabulated import Tabulated, claim_of, quotient_model, tabulated

__all__ = ["CommonAbstraction", "common"]


@final
@dataclass(frozen=True, slots=True)
class CommonAbstraction(Readable):
    """What two models have in common, for given pairs of blocks.

    Attributes:
        classes: block -> the class of each state of the first model, and of the second; -1 where no
            run reaches the state.
        claims: the two claims on the common model, or `None` where all is merged or it is cyclic.
        verdicts: the two claims, decided as constructive abstractions.
        family: the interventions they are decided for: unions of whole blocks set to anything, or,
            if some state is never reached, to what runs reach.
        merges: why nothing finer abstracts both: each merge is forced by earlier ones.
    """

    REPORT: ClassVar[str] = "tauomega.solvers.search.coarsening_text:common"

    classes: Mapping[str, tuple[Partition, Partition]]
    claims: tuple[Abstraction, Abstraction] | None
    verdicts: tuple[Verdict, ...]
    family: Block | Reach
    merges: tuple[Merge, ...]

    @property
    def is_trivial(self) -> bool:
        """Whether every block has a single class, so that only the trivial model abstracts both."""
        return all(max(first) <= 0 for first, _ in self.classes.values())


def common(
    first: SCM,
    second: SCM,
    blocks: Mapping[str, tuple[Sequence[str], Sequence[str]]],
    *,
    timeout: float = 60.0,
) -> CommonAbstraction:
    r"""The finest model that both models are constructively abstracted by, with $\tau_U$ the identity.

    Args:
        first: a finite model.
        second: another, with the same roots.
        blocks: high-level variable -> its block in the first model, and in the second.
        timeout: seconds for everything.

    Raises:
        InputError: the roots differ; blocks that overlap, are empty or unknown.
        OutOfReachError: more than 2^20 runs.
        UndecidedError: the time is over.

    Example:
        >>> one = SCM.from_text("U : 0..3\nX = U\nY = X mod 2")
        >>> two = SCM.from_text("U : 0..3\nA = U mod 2\nB = A")
        >>> common(one, two, {"P": (["X"], ["A"]), "Q": (["Y"], ["B"])}).classes["P"]
        ((0, 1, 0, 1), (0, 1))
    """
    if {r: first.domain(r) for r in first.roots} != {r: second.domain(r) for r in second.roots}:
        raise InputError(
            [
                "the two models must have the same roots with the same domains: "
                f"{', '.join(first.roots)} against {', '.join(second.roots)}"
            ]
        )
    if first.roots != second.roots:
        raise InputError(["the two models must declare their roots in the same order"])
    with within(timeout) as budget:
        return _common(first, second, blocks, budget)


def _common(
    first: SCM,
    second: SCM,
    blocks: Mapping[str, tuple[Sequence[str], Sequence[str]]],
    budget: Budget,
) -> CommonAbstraction:
    tables = (
        tabulated(first, {name: pair[0] for name, pair in blocks.items()}),
        tabulated(second, {name: pair[1] for name, pair in blocks.items()}),
    )
    systems, runs = (tables[0].system, tables[1].system), (tables[0].runs, tables[1].runs)
    merges, _ = derive_merges(*systems, runs)
    classes = dict(zip(blocks, common_congruence(*systems, runs), strict=True))
    everything = all(-1 not in p for pair in classes.values() for p in pair)
    family = Block() if everything else Reach(None)
    claims = _claims(tables, tuple(classes.values()))
    verdicts = tuple(
        check(claim, Constructive(family), timeout=budget.left) for claim in claims or ()
    )
    return CommonAbstraction(classes, claims, verdicts, family, merges)


def _claims(
    tables: tuple[Tabulated, Tabulated], classes: tuple[tuple[Partition, Partition], ...]
) -> tuple[Abstraction, Abstraction] | None:
    kept = [j for j, (partition, _) in enumerate(classes) if max(partition) > 0]
    first = [pair[0] for pair in classes]
    high = quotient_model(tables[0], first, kept) if kept else None
    if high is None:
        return None
    second = [pair[1] for pair in classes]
    return claim_of(tables[0], first, high, kept), claim_of(tables[1], second, high, kept)
