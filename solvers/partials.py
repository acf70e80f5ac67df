r"""$\omega_\tau$ for block maps, block by block, for all partial settings of a block at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar, final

import numpy as np
import numpy.typing as npt

from tauomega.theory.errors import OutOfReachError
from tauomega.theory.kernel import Finite, Range

from .columns import compile_column
from .engine import Problem

__all__ = ["BlockOmega", "block_omegas"]

Array = npt.NDArray[Any]
LIMIT = 2**22


@final
@dataclass(frozen=True, slots=True)
class BlockOmega:
    """What each partial setting of one block means above.

    `table` has one axis a block variable; position 0 .. d-1 is a value, position d is "not set".
    Its entries are a position in the high-level variable's domain, `SILENT` or `UNDEFINED`.
    """

    SILENT: ClassVar[int] = -1
    UNDEFINED: ClassVar[int] = -2

    variable: str
    block: tuple[str, ...]
    table: Array

    def at(self, settings: Mapping[str, Array], count: int) -> Array:
        """The entries at settings given as columns with -1 for "not set"; shape (count,)."""
        index = np.zeros(count, dtype=np.intp)
        for axis, name in enumerate(self.block):
            size = self.table.shape[axis]
            column = settings.get(name)
            digit = (
                size - 1 if column is None else np.where(column[:, 0] < 0, size - 1, column[:, 0])
            )
            index = index * size + digit
        found: Array = self.table.reshape(-1)[index]
        return found

    def without_fixing_parts(self) -> BlockOmega:
        """The same, undefined where a partial setting determines the high-level value."""
        full = np.ones(self.table.shape, dtype=bool)
        for axis, size in enumerate(self.table.shape):
            shape = [1] * self.table.ndim
            shape[axis] = size
            full &= (np.arange(size) < size - 1).reshape(shape)
        table = np.where((self.table >= 0) & ~full, self.UNDEFINED, self.table)
        return BlockOmega(self.variable, self.block, table)


def block_omegas(problem: Problem) -> list[BlockOmega]:
    """ω_τ of every block of a block map, in the order of the high-level variables.

    Raises:
        OutOfReachError: a block has more than 2^22 partial settings, or a high-level variable
            more than 62 values.
    """
    scm = problem.claim.scm
    found = []
    for name, block in problem.facts.supports.items():
        target = problem.facts.high_domains[name]
        domains = {v: scm.domain(v) for v in block}
        finite = {v: d for v, d in domains.items() if isinstance(d, Finite | Range)}
        sizes = [finite[v].size for v in block]
        if prod(s + 1 for s in sizes) > LIMIT:
            raise OutOfReachError(
                f"partial settings of the block of {name!r}", prod(s + 1 for s in sizes), LIMIT
            )
        if target.size > 62:
            raise OutOfReachError(f"values of {name!r}", target.size, 62)
        expression = problem.claim.tau[name]
        every = dict(finite) | {
            other: Finite((next(iter(d)),))
            if isinstance(d := scm.domain(other), Finite | Range)
            else Finite((0,))
            for other in _unread(problem, name)
        }
        value = compile_column(expression, every, target)
        grid = np.meshgrid(*(np.arange(s) for s in sizes), indexing="ij")
        columns = dict(zip(block, (g.reshape(-1) for g in grid), strict=True))
        columns |= {other: np.zeros(1, dtype=np.intp) for other in _unread(problem, name)}
        mask = (
            np.int64(1) << np.broadcast_to(value(columns), (prod(sizes),)).astype(np.int64)
        ).reshape(sizes)
        for axis in range(len(block)):
            mask = np.concatenate(
                [mask, np.bitwise_or.reduce(mask, axis=axis, keepdims=True)], axis
            )
        found.append(BlockOmega(name, block, _meaning(mask, target.size)))
    return found


def _unread(problem: Problem, name: str) -> list[str]:
    """Variables that τ of `name` mentions without depending on them."""
    from tauomega.theory.kernel import free_names

    return sorted(free_names(problem.claim.tau[name]) - set(problem.facts.supports[name]))


def _meaning(mask: Array, size: int) -> Array:
    single = (mask & (mask - 1)) == 0
    position = np.zeros(mask.shape, dtype=np.intp)
    for bit in range(1, size):
        position[mask == (np.int64(1) << bit)] = bit
    everything = (1 << size) - 1
    meaning = np.where(single, position, BlockOmega.UNDEFINED)
    return np.where(mask == everything, BlockOmega.SILENT, meaning).astype(np.intp)
