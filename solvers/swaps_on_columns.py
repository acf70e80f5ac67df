"""Interchanges on columns: all sources by all bases at once, for each set of sites."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from tauomega.theory.defect import Swaps
from tauomega.theory.errors import InputError, OutOfReachError
from tauomega.theory.verdict import INFINITE, Enumeration

from .engine import Answer, Budget, Problem
from .grids import context_chunk, list_value
from .machine import Machine
from .ranging import Swap, source_pairs

__all__ = ["swap_mismatch"]

Array = npt.NDArray[Any]
ONE, ZERO = Fraction(1), Fraction(0)
ROWS = 2**18


def swap_mismatch(
    problem: Problem, machine: Machine, space: Swaps, names: tuple[str, ...], budget: Budget
) -> Answer:
    """The first interchange, in canonical order, that the high-level model does not mirror."""
    claim = problem.claim
    assert machine.high is not None
    count = claim.scm.context_count()
    assert count is not None
    sites = tuple(claim.sites)
    most = len(sites) if space.depth.k is None else min(space.depth.k, len(sites))
    if count ** (most + 1) > 2**31:
        raise OutOfReachError("interchanges", count ** (most + 1), 2**31)
    contexts = context_chunk(claim.scm, 0, count)
    above = machine.context(contexts)
    clean, clean_high = machine.low.run(contexts, {}), machine.high.run(above, {})
    allowed = _allowed(problem, space, count)
    examined = 0
    for chosen, origins in _batches(sites, most, count):
        if budget.spent:
            return Answer(examined=examined, reason=f"{budget.seconds:g} s are over")
        low = {
            v: _pick(clean[v], origin, count)
            for name, origin in zip(chosen, origins, strict=True)
            for v in claim.sites[name]
        }
        high = {
            name: _pick(clean_high[name], origin, count)
            for name, origin in zip(chosen, origins, strict=True)
        }
        image = machine.image(machine.low.run(contexts, low))
        result = machine.high.run(above, high)
        shape = (len(origins[0]), count)
        valid = np.ones(shape, dtype=bool)
        for origin in origins:
            valid &= allowed[origin]
        differs = np.zeros(shape, dtype=bool)
        for name in names:
            differs |= image[name] != result[name]
        examined += int(valid.sum())
        differs &= valid
        if differs.any():
            row, base = divmod(int(differs.argmax()), count)
            swap = _swap(problem, chosen, [int(o[row]) for o in origins], base)
            return Answer(ONE, INFINITE, examined, point={"x": swap})
        if budget.progress is not None:
            budget.progress(examined, None)
    if not examined:
        raise InputError(["there is nothing to check: no (source, base) pair is allowed"])
    return Answer(ZERO, ZERO, examined, examined, Enumeration(examined, "interchanges"))


def _batches(
    sites: Sequence[str], most: int, count: int
) -> Iterator[tuple[tuple[str, ...], list[Array]]]:
    """Sets of sites, the smallest first, with the sources of each site, of about `ROWS` pairs at a time."""
    step = max(1, ROWS // count)
    for size in range(1, most + 1):
        for chosen in combinations(sites, size):
            for start in range(0, count**size, step):
                yield chosen, _digits(start, min(count**size, start + step), count, size)


def _digits(start: int, stop: int, count: int, size: int) -> list[Array]:
    """The source of each site, for source tuples number `start` to `stop - 1`."""
    rest = np.arange(start, stop, dtype=np.int64)
    found: list[Array] = []
    for _ in range(size):
        rest, digit = np.divmod(rest, count)
        found.append(digit)
    return found[::-1]


def _pick(column: Array, origin: Array, count: int) -> Array:
    picked: Array = np.broadcast_to(column, (1, count))[0][origin].reshape(-1, 1)
    return picked


def _allowed(problem: Problem, space: Swaps, count: int) -> Array:
    if space.sources.name == "all":
        return np.ones((count, count), dtype=bool)
    if space.sources.name == "forward":
        return np.triu(np.ones((count, count), dtype=bool), 1)
    scm = problem.claim.scm
    place = {tuple(c.values()): number for number, c in enumerate(scm.contexts())}
    allowed = np.zeros((count, count), dtype=bool)
    for source, base in source_pairs(problem.claim, space.sources):
        allowed[place[source], place[base]] = True
    return allowed


def _swap(problem: Problem, chosen: tuple[str, ...], origins: list[int], base: int) -> Swap:
    scm = problem.claim.scm

    def context(number: int) -> tuple[Any, ...]:
        columns = context_chunk(scm, number, number + 1)
        return tuple(list_value(scm, name, int(c[0, 0])) for name, c in columns.items())

    sources = tuple((name, context(o)) for name, o in zip(chosen, origins, strict=True))
    return Swap(context(base), sources)
