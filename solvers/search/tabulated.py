"""A model's blocks as a system of tables, and a vector of partitions of their states as a claim."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import final

import numpy as np

from tauomega.theory.abstraction import Abstraction
from tauomega.theory.errors import EvaluationError, InputError, OutOfReachError
from tauomega.theory.kernel import (
    BOOL,
    Case,
    Constant,
    Declaration,
    Domain,
    Expression,
    Finite,
    Kind,
    Range,
    Reference,
    Value,
    complete,
)
from tauomega.theory.kernel.errors import nearest
from tauomega.theory.scm import SCM

from .block_runs import runs_of
from .partitions import Codes, Partition, System

__all__ = ["Tabulated", "claim_of", "quotient_model", "tabulated"]

LIMIT = 2**20
Block = tuple[str, ...]


@final
@dataclass(frozen=True, slots=True)
class Tabulated:
    """A model seen through blocks of its variables.

    Attributes:
        model: the model.
        blocks: high-level variable -> its block.
        states: for each block, its states: values in the order of the block.
        system: the tables.
        runs: shape `(contexts, blocks)`: the undisturbed runs.
    """

    model: SCM
    blocks: Mapping[str, Block]
    states: tuple[tuple[tuple[Value, ...], ...], ...]
    system: System
    runs: Codes


def tabulated(model: SCM, blocks: Mapping[str, Sequence[str]]) -> Tabulated:
    """Run a model on every context and every setting of all blocks but one.

    Raises:
        InputError: a block that is empty, overlaps another or names no variable; a high-level name
            that a root already has; a root with infinitely many values.
        OutOfReachError: more than 2^20 runs.
    """
    faults = list(_faults(model, blocks))
    if faults:
        raise InputError(faults)
    named = {name: tuple(block) for name, block in blocks.items()}
    states = tuple(
        tuple(product(*(_finite(model.domain(v)) for v in block))) for block in named.values()
    )
    sizes = tuple(len(s) for s in states)
    count = model.context_count()
    runs = (count or LIMIT + 1) * (1 + sum(prod(sizes) // n for n in sizes))
    if runs > LIMIT:
        raise OutOfReachError("runs of a model under settings of all blocks but one", runs, LIMIT)
    try:
        found = runs_of(model, tuple(named.values()))
    except EvaluationError as error:
        raise InputError([str(error)]) from error
    return Tabulated(model, named, states, System(sizes, found.tables), found.undisturbed)


def _faults(model: SCM, blocks: Mapping[str, Sequence[str]]) -> Iterator[str]:
    if not blocks:
        yield "there are no blocks; name the low-level variables of each high-level variable"
    owner: dict[str, str] = {}
    for name, block in blocks.items():
        if name in model.roots:
            yield f"the high-level name {name!r} is a root of the low-level model; choose another name"
        if not block:
            yield f"the block of {name!r} is empty"
        for variable in block:
            if variable not in model.endogenous:
                hint = nearest(variable, model.endogenous)
                yield f"the block of {name!r}: {variable!r} is no low-level variable{hint}"
            elif variable in owner:
                yield f"{variable!r} is in the blocks of {owner[variable]!r} and {name!r}"
            elif not isinstance(model.domain(variable), Finite | Range):
                yield f"{variable!r} in the block of {name!r} has infinitely many values"
            owner[variable] = name
    for root in model.roots:
        if not isinstance(model.domain(root), Finite | Range):
            yield f"the root {root!r} has infinitely many values"


def _finite(domain: Domain) -> Finite | Range:
    assert isinstance(domain, Finite | Range)
    return domain


# ---------------------------------------------------------------- back to models


def quotient_model(
    table: Tabulated, vector: Sequence[Partition], keep: Iterable[int]
) -> SCM | None:
    """The model on classes, with the contexts of the low-level model; `None` if it is cyclic.

    Args:
        table: the blocks.
        vector: a stable vector of partitions; -1 marks states that do not matter.
        keep: the positions of the blocks that become variables.
    """
    names, kept = tuple(table.blocks), tuple(keep)
    declared = [
        Declaration(root, Kind.EXOGENOUS, table.model.domain(root), table.model[root].law)
        for root in table.model.roots
    ]
    contexts = [tuple(c.values()) for c in table.model.contexts()]
    roots = dict(zip(table.model.roots, zip(*contexts, strict=True), strict=True))
    for j in kept:
        chosen = [[_first(vector[k])[c] for c in sorted(_first(vector[k]))] for k in kept if k != j]
        axes = [list(range(len(contexts)))]
        places = iter(chosen)
        for k in range(len(names)):
            axes.append(next(places) if k in kept and k != j else [0])
        outcome = np.asarray(vector[j])[table.system.tables[j][np.ix_(*axes)]]
        others = [names[k] for k in kept if k != j]
        grid = outcome.reshape(len(contexts), *(len(c) for c in chosen))
        classes = max(vector[j]) + 1
        domain = BOOL if classes <= 2 else Range(0, classes - 1)
        mechanism = _mechanism(grid, roots, others)
        declared.append(Declaration(names[j], Kind.ENDOGENOUS, domain, None, mechanism))
    try:
        return SCM(complete(declared))
    except InputError:
        return None


def _first(partition: Partition) -> dict[int, int]:
    """Class -> its first state."""
    found: dict[int, int] = {}
    for state, label in enumerate(partition):
        if label >= 0:
            found.setdefault(label, state)
    return found


def _mechanism(
    grid: Codes, roots: Mapping[str, tuple[Value, ...]], others: Sequence[str]
) -> Expression:
    """A table of what the outcome depends on: of the roots, and of the other variables' classes."""
    read = [k for k in range(len(others)) if (grid != np.take(grid, [0], axis=k + 1)).any()]
    grid = grid[(slice(None), *(slice(None) if k in read else 0 for k in range(len(others))))]
    needed = list(roots)
    for root in roots:
        rest = [r for r in needed if r != root]
        if _determined(grid, [roots[r] for r in rest]):
            needed = rest
    rows: dict[tuple[Value, ...], Expression] = {}
    for u in range(grid.shape[0]):
        head = tuple(roots[r][u] for r in needed)
        for classes in product(*map(range, grid.shape[1:])):
            rows.setdefault((*head, *classes), Constant(int(grid[(u, *classes)])))
    arguments = (*map(Reference, needed), *(Reference(others[k]) for k in read))
    return Case(arguments, tuple(rows.items())) if arguments else next(iter(rows.values()))


def _determined(grid: Codes, columns: Sequence[tuple[Value, ...]]) -> bool:
    first: dict[tuple[Value, ...], int] = {}
    for u in range(grid.shape[0]):
        before = first.setdefault(tuple(c[u] for c in columns), u)
        if not np.array_equal(grid[before], grid[u]):
            return False
    return True


def claim_of(
    table: Tabulated, vector: Sequence[Partition], high: SCM | None, keep: Iterable[int]
) -> Abstraction:
    """The claim that classes are the values of high-level variables; contexts stay as they are."""
    names, tau = tuple(table.blocks), {}
    for j in keep:
        block = table.blocks[names[j]]
        rows = tuple(
            (state, Constant(max(label, 0)))
            for state, label in zip(table.states[j], vector[j], strict=True)
        )
        tau[names[j]] = Case(tuple(map(Reference, block)), rows)
    roots = None if high is None else {root: Reference(root) for root in high.roots}
    return Abstraction(table.model, high, tau, tau_u=roots)
