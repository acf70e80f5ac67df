"""Families and contexts as columns, chunk by chunk, in the canonical order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import prod
from typing import Any, final

import numpy as np
import numpy.typing as npt

from tauomega.theory.defect import Interventions
from tauomega.theory.errors import InputError
from tauomega.theory.family import All, Block, BlocksAndSilence, Family, Single, TauMax
from tauomega.theory.intervention import Hard
from tauomega.theory.kernel import Finite, Range, Value
from tauomega.theory.policy import OmegaPolicy, Undefined
from tauomega.theory.scm import SCM

from .engine import Problem
from .omega import check_unambiguous
from .partials import BlockOmega, block_omegas
from .ranging import canonical_key, require_blocks
from .settled import hard, settled_family, settled_omega, undefined_fault

__all__ = ["Chunk", "context_chunk", "family_chunks", "family_size", "target_patterns"]

Array = npt.NDArray[Any]
Settings = Mapping[str, Array]
"""A variable's position in its domain where it is set, -1 where it is not; shape (m, 1)."""


@final
@dataclass(frozen=True, slots=True)
class Chunk:
    """`count` interventions below, and what ω makes of them above."""

    low: Settings
    high: Settings
    count: int

    def intervention(self, model: SCM, index: int) -> Hard:
        """One of the low-level interventions."""
        items: list[tuple[str, Value]] = []
        for name, column in self.low.items():
            position = int(column[index, 0])
            if position >= 0:
                items.append((name, list_value(model, name, position)))
        return Hard(tuple(items))


def list_value(model: SCM, name: str, position: int) -> Value:
    """The value at a position of a finite domain."""
    domain = model.domain(name)
    assert isinstance(domain, Finite | Range)
    return domain.low + position if isinstance(domain, Range) else domain.values[position]


def size(model: SCM, name: str) -> int:
    """The number of values of a variable with a finite domain."""
    domain = model.domain(name)
    assert isinstance(domain, Finite | Range)
    return domain.size


def context_chunk(model: SCM, start: int, stop: int) -> dict[str, Array]:
    """Contexts number `start` to `stop - 1`, lexicographically, as columns of shape (1, n)."""
    rest = np.arange(start, stop, dtype=np.int64)
    columns: dict[str, Array] = {}
    for name in reversed(model.roots):
        rest, digit = np.divmod(rest, size(model, name))
        columns[name] = digit.astype(np.intp).reshape(1, -1)
    return {name: columns[name] for name in model.roots}


def family_size(problem: Problem, space: Interventions) -> int | None:
    """How many interventions the family has at most, if that is quickly said."""
    scm, facts = problem.claim.scm, problem.facts
    match space.family:
        case Block() | Single():
            if not facts.is_block_map:
                return None
            most = space.family.k if isinstance(space.family, Single) else len(facts.supports)
            ways = [1]  # of setting k blocks, for each k
            if not _all_finite(scm, facts.mapped):
                return None
            for block in facts.supports.values():
                number = prod(size(scm, v) for v in block) if block else 0
                shifted = [number * w for w in ways]
                ways = [a + b for a, b in zip([*ways, 0], [0, *shifted], strict=True)]
            return sum(ways[: most + 1])
        case All() | TauMax() | BlocksAndSilence():
            settable = _settable(problem)
            if not _all_finite(scm, settable):
                return None
            return prod(1 + size(scm, name) for name in settable)
        case _:
            return None


def _all_finite(model: SCM, names: Iterable[str]) -> bool:
    return all(isinstance(model.domain(name), Finite | Range) for name in names)


def _settable(problem: Problem) -> list[str]:
    allowed = problem.facts.mapped | set(problem.facts.inert)
    return [name for name in problem.claim.scm.endogenous if name in allowed]


def family_chunks(problem: Problem, space: Interventions, rows: int) -> Iterator[Chunk]:
    """The family of a problem with its ω, about `rows` interventions at a time.

    Raises:
        InputError: as for the literal listing: no block map, undefined or ambiguous ω, …
    """
    patterns = target_patterns(problem, space.family)
    if (
        patterns is None
        or problem.omega is not OmegaPolicy.DERIVED
        or not problem.facts.is_block_map
    ):
        yield from _listed_chunks(problem, space, rows)
        return
    check_unambiguous(problem.facts)
    omegas = block_omegas(problem)
    exclude = (
        isinstance(space.family, TauMax | BlocksAndSilence) or space.undefined is Undefined.EXCLUDE
    )
    if isinstance(space.family, BlocksAndSilence):
        omegas = [omega.without_fixing_parts() for omega in omegas]
    pending: list[tuple[tuple[str, ...], int]] = []
    waiting = 0
    for pattern in patterns:
        count = prod(size(problem.claim.scm, name) for name in pattern)
        for start in range(0, count, rows):
            stop = min(count, start + rows)
            if start or stop < count:  # a pattern of its own, in pieces
                if pending:
                    yield from _chunk(problem, omegas, pending, exclude)
                    pending, waiting = [], 0
                yield from _chunk(problem, omegas, [(pattern, count)], exclude, start, stop)
                continue
            pending.append((pattern, count))
            waiting += count
            if waiting >= rows:
                yield from _chunk(problem, omegas, pending, exclude)
                pending, waiting = [], 0
    if pending:
        yield from _chunk(problem, omegas, pending, exclude)


def target_patterns(
    problem: Problem, family: Family
) -> list[tuple[str, ...]] | Iterator[tuple[str, ...]] | None:
    """Sets of targets whose every value is in the family, in canonical order."""
    scm, facts = problem.claim.scm, problem.facts
    place = {name: index for index, name in enumerate(scm.endogenous)}
    match family:
        case Block() | Single():
            require_blocks(facts, "single" if isinstance(family, Single) else "block")
            blocks = [b for b in facts.supports.values() if b]
            most = min(family.k, len(blocks)) if isinstance(family, Single) else len(blocks)
            found = [
                tuple(sorted((v for b in chosen for v in b), key=place.__getitem__))
                for k in range(most + 1)
                for chosen in combinations(blocks, k)
            ]
            return sorted(found, key=lambda p: (len(p), [place[name] for name in p]))
        case All() | TauMax() | BlocksAndSilence():
            names = _settable(problem)
            return (p for k in range(len(names) + 1) for p in combinations(names, k))
        case _:
            return None


def _chunk(
    problem: Problem,
    omegas: Sequence[BlockOmega],
    patterns: Sequence[tuple[tuple[str, ...], int]],
    exclude: bool,
    start: int = 0,
    stop: int | None = None,
) -> Iterator[Chunk]:
    scm = problem.claim.scm
    total = sum(count for _, count in patterns) if stop is None else stop - start
    names = sorted({name for p, _ in patterns for name in p}, key=scm.endogenous.index)
    low = {name: np.full((total, 1), -1, dtype=np.intp) for name in names}
    row = 0
    for pattern, count in patterns:
        rest = np.arange(start, count if stop is None else stop, dtype=np.int64)
        many = len(rest)
        for name in reversed(pattern):
            rest, digit = np.divmod(rest, size(scm, name))
            low[name][row : row + many, 0] = digit
        row += many
    high: dict[str, Array] = {}
    undefined = np.zeros(total, dtype=bool)
    for omega in omegas:
        image = omega.at(low, total)
        undefined |= image == BlockOmega.UNDEFINED
        high[omega.variable] = image.reshape(-1, 1)
    if undefined.any():
        if not exclude:
            chunk = Chunk(low, {}, total)
            bad = np.flatnonzero(undefined)[:5]
            raise InputError(
                [undefined_fault(problem, chunk.intervention(scm, int(index))) for index in bad]
            )
        keep = ~undefined
        low = {name: column[keep] for name, column in low.items()}
        high = {name: column[keep] for name, column in high.items()}
        total = int(keep.sum())
    if total:
        used = {name: column for name, column in high.items() if (column >= 0).any()}
        yield Chunk(low, used, total)


def _listed_chunks(problem: Problem, space: Interventions, rows: int) -> Iterator[Chunk]:
    listed = list(map(hard, settled_family(problem, space)))
    listed = sorted(listed, key=lambda i: canonical_key(problem.claim.scm, i))
    for start in range(0, len(listed), rows):
        part = listed[start : start + rows]
        images = [None if (j := settled_omega(problem, i)) is None else hard(j) for i in part]
        yield Chunk(
            as_settings(problem.claim.scm, part),
            {} if problem.claim.high is None else as_settings(problem.claim.high, images),
            len(part),
        )


def as_settings(model: SCM, interventions: Sequence[Hard | None]) -> dict[str, Array]:
    """Interventions as columns; every value must be in its finite domain."""
    columns: dict[str, Array] = {}
    for row, intervention in enumerate(interventions):
        for name, value in intervention.items if intervention is not None else ():
            if name not in columns:
                columns[name] = np.full((len(interventions), 1), -1, dtype=np.intp)
            domain = model.domain(name)
            assert isinstance(domain, Finite | Range)
            columns[name][row, 0] = domain.index(value)
    return columns
