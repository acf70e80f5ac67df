"""The study's basic experiment, redone: train for many seeds, count by both conventions, look for more."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf
from typing import final

from tauomega.theory.errors import UndecidedError

from ..network import Network
from .counting import Counts, count, prepare
from .discovery import Algorithm, discovered, match
from .options import Convention
from .patched_runs import PatchedRuns
from .requirements import relabelling_class, requirements
from .training import Recipe, Run, train

__all__ = ["Finding", "examine", "study"]


@final
@dataclass(frozen=True, slots=True)
class Finding:
    """What one trained network has, by both conventions and without a hypothesis.

    Attributes:
        published: the counts of the published procedure.
        exact: the counts of the exact convention.
        algorithms: one Boolean algorithm of two variables of each kind that interchanges find without
            a hypothesis (proper, at minimal sites); the first place of each, with the formula of the
            list that is the same up to relabelling, if there is one.
        seconds: CPU seconds of the published counts, of the exact ones, and of the search.
    """

    gate: str
    seed: int
    published: Counts
    exact: Counts
    algorithms: tuple[tuple[Algorithm, str | None], ...]
    seconds: tuple[float, float, float]

    @property
    def surviving(self) -> int:
        """Formulas with a node, up to relabelling, that have a mapping once the test is complete.

        A formula without relevant nodes, such as A*B for AND, is no claim about units: not counted.
        """
        assert self.exact.mappings is not None
        return len(
            {
                relabelling_class(one.requirement)
                for one in self.exact.mappings.mapped
                if one.requirement.nodes
            }
        )


def study(
    gates: Sequence[str],
    seeds: Sequence[int],
    recipe: Recipe | None = None,
    *,
    timeout: float = inf,
    progress: Callable[[int, int | None], None] | None = None,
) -> tuple[list[Run], list[Finding]]:
    """Train and examine a network for every gate and seed; runs that do not converge are not counted.

    Args:
        gates: of two inputs.
        seeds: a run for each, for every gate.
        recipe: the published one by default.
        timeout: seconds for all of it.
        progress: told (networks examined, networks).

    Raises:
        InputError: a gate that is none, or not of two inputs.
        UndecidedError: the time was up, or a count did not come out.
    """
    deadline = time.monotonic() + timeout
    runs: list[Run] = []
    findings: list[Finding] = []
    for number, gate in enumerate(gates):
        trained = train(gate, seeds, recipe)
        runs += trained
        for k, run in enumerate(trained):
            if time.monotonic() > deadline:
                raise UndecidedError(f"the time was up after {len(findings)} networks")
            if run.converged:
                findings.append(examine(run.network, gate, run.seed))
            if progress is not None:
                progress(number * len(seeds) + k + 1, len(gates) * len(seeds))
    return runs, findings


def examine(network: Network, gate: str, seed: int = 0) -> Finding:
    """Count one network by both conventions, and look for algorithms without a hypothesis.

    Raises:
        UndecidedError: a count did not come out.
    """
    start = time.process_time()
    published = count(network, gate)
    middle = time.process_time()
    exact = count(network, gate, convention=Convention.EXACT)
    end = time.process_time()
    for counts in (published, exact):
        if counts.unknown:
            raise UndecidedError("; ".join(f"{part}: {why}" for part, why in counts.unknown))
    counted, table = prepare(network, gate)
    kinds: dict[object, Algorithm] = {}
    for algorithm in discovered(PatchedRuns(counted), most_sites=2):
        if algorithm.minimal and algorithm.proper and algorithm.name is not None:
            kinds.setdefault(algorithm.name, algorithm)
    supposed = requirements(table, exact.options.depth_for(len(counted.hidden)))
    found = tuple(
        (algorithm, None if requirement is None else str(requirement.formula))
        for algorithm, requirement in match(tuple(kinds.values()), supposed)
    )
    seconds = middle - start, end - middle, time.process_time() - end
    return Finding(gate, seed, published, exact, found, seconds)
