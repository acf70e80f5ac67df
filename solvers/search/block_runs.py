"""The states that a model's blocks take when all other blocks are set: at once on columns, or one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import final

import numpy as np
import numpy.typing as npt

from tauomega.theory.errors import EvaluationError
from tauomega.theory.intervention import Hard
from tauomega.theory.kernel import Finite, Range, Value
from tauomega.theory.scm import SCM

from ..columns import Columns, NotVectorisedError
from ..grids import context_chunk
from ..machine import ModelColumns
from .partitions import Codes

__all__ = ["BlockRuns", "by_columns", "one_by_one", "runs_of"]

Domains = tuple[tuple[Finite | Range, ...], ...]


@final
@dataclass(frozen=True, slots=True)
class BlockRuns:
    """What blocks do: states are numbered in lexicographic order.

    Attributes:
        undisturbed: shape `(contexts, blocks)`.
        tables: for block j, shape `(contexts, N_1, …, 1, …, N_m)`, with 1 in place of N_j.
    """

    undisturbed: Codes
    tables: tuple[Codes, ...]


def runs_of(model: SCM, blocks: Sequence[tuple[str, ...]]) -> BlockRuns:
    """Both kinds of runs of a finite model.

    Raises:
        EvaluationError: something has no value, or a value outside its domain.
    """
    try:
        return one_by_one(model, blocks) if model.cyclic else by_columns(model, blocks)
    except (NotVectorisedError, EvaluationError):  # one by one names the run that goes wrong
        return one_by_one(model, blocks)


def by_columns(model: SCM, blocks: Sequence[tuple[str, ...]]) -> BlockRuns:
    """All settings of all blocks but one times all contexts, as arrays.

    Raises:
        NotVectorisedError: a mechanism is not evaluated on columns.
        EvaluationError: a value outside its domain, possibly one that no run takes.
    """
    domains = _domains(model, blocks)
    columns = ModelColumns.from_model(model, {})
    contexts = model.context_count()
    assert contexts is not None
    below = context_chunk(model, 0, contexts)

    def codes(j: int, settings: Columns, count: int) -> Codes:
        values = columns.run(below, settings)
        code: npt.NDArray[np.int64] = np.zeros((1, 1), dtype=np.int64)
        for variable, domain in zip(blocks[j], domains[j], strict=True):
            code = code * domain.size + values[variable]
        return np.broadcast_to(code, (count, contexts)).T

    undisturbed = np.concatenate([codes(j, {}, 1) for j in range(len(blocks))], axis=1)
    tables = []
    for j in range(len(blocks)):
        shape = _shape(domains, j)
        states = np.indices(shape, dtype=np.int64).reshape(len(shape), -1, 1)
        settings: dict[str, npt.NDArray[np.int64]] = {}
        for k, block in enumerate(blocks):
            if k != j:
                settings |= _digits(block, domains[k], states[k])
        table = codes(j, settings, prod(shape))
        tables.append(np.ascontiguousarray(table).reshape(contexts, *shape))
    return BlockRuns(undisturbed, tuple(tables))


def _digits(
    block: tuple[str, ...], domains: tuple[Finite | Range, ...], state: Codes
) -> dict[str, Codes]:
    """The position of each variable's value, from the number of the block's state."""
    found = {}
    for variable, domain in reversed(list(zip(block, domains, strict=True))):
        state, found[variable] = np.divmod(state, domain.size)
    return found


def one_by_one(model: SCM, blocks: Sequence[tuple[str, ...]]) -> BlockRuns:
    """The same from single runs, as the definition reads.

    Raises:
        EvaluationError: something has no value, or a value outside its domain.
    """
    domains = _domains(model, blocks)
    states = [list(product(*values)) for values in domains]
    index = [{state: k for k, state in enumerate(listed)} for listed in states]
    contexts = list(model.contexts())

    def code(j: int, result: Mapping[str, Value]) -> int:
        return index[j][tuple(result[v] for v in blocks[j])]

    undisturbed = [[code(j, r) for j in range(len(blocks))] for r in map(model.run, contexts)]
    tables = []
    for j in range(len(blocks)):
        shape = _shape(domains, j)
        table = np.empty((len(contexts), *shape), dtype=np.int64)
        for setting in product(*map(range, shape)):
            items = [
                item
                for k, (s, block) in enumerate(zip(setting, blocks, strict=True))
                if k != j
                for item in zip(block, states[k][s], strict=True)
            ]
            hard = Hard(tuple(items))
            for u, context in enumerate(contexts):
                table[(u, *setting)] = code(j, model.run(context, hard))
        tables.append(table)
    runs = np.array(undisturbed, dtype=np.int64).reshape(len(contexts), len(blocks))
    return BlockRuns(runs, tuple(tables))


def _domains(model: SCM, blocks: Sequence[tuple[str, ...]]) -> Domains:
    found = []
    for block in blocks:
        values = [model.domain(variable) for variable in block]
        assert all(isinstance(domain, Finite | Range) for domain in values)
        found.append(tuple(d for d in values if isinstance(d, Finite | Range)))
    return tuple(found)


def _shape(domains: Domains, j: int) -> tuple[int, ...]:
    sizes = [prod(domain.size for domain in listed) for listed in domains]
    return tuple(1 if k == j else size for k, size in enumerate(sizes))
