"""Interchange claims about a network in exact arithmetic: complete enumeration, in integers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Any, final

import numpy as np
import numpy.typing as npt

from tauomega.solvers.engine import Answer, Budget, Problem
from tauomega.solvers.measuring import MEASURES
from tauomega.solvers.ranging import Swap, source_pairs
from tauomega.theory.defect import Dist, Read, Run, Sup, Swaps
from tauomega.theory.definition import context_map, high_model
from tauomega.theory.errors import InputError, OutOfReachError
from tauomega.theory.verdict import INFINITE, Enumeration

from .interchange_runs import InterchangeRuns
from .network_model import NetworkModel

__all__ = ["INTEGER", "IntegerEngine"]

ONE, ZERO = Fraction(1), Fraction(0)
MOST = 2**34


@final
@dataclass(frozen=True, slots=True)
class IntegerEngine:
    """Decides interchange claims about networks with finite inputs, without rounding."""

    @property
    def name(self) -> str:
        """`integer`."""
        return "integer"

    def accepts(self, problem: Problem) -> str | None:
        """Accepts interchanges on a network in exact arithmetic."""
        claim = problem.claim
        if not isinstance(claim.low, NetworkModel):
            return "runs networks"
        if problem.semantics != "real":
            return f"evaluates exactly; {problem.semantics} is another semantics"
        if claim.high is None or claim.high.parameters:
            return "needs a high-level model without parameters"
        match problem.part.defect:
            case Sup(space=Swaps(), body=Dist(left=Read(), right=Read(state=Run()))):
                return None
            case _:
                return "decides interchanges only"

    def bounds(self, problem: Problem, budget: Budget) -> Answer:
        """0, or 1 at the first interchange in canonical order that is not mirrored."""
        try:
            return _decide(problem, budget)
        except OutOfReachError as error:
            return Answer(reason=str(error))

    def measures(self, problem: Problem) -> tuple[tuple[str, Fraction], ...]:
        """Interchange accuracy with all sites at once, and the accuracy at source = base."""
        runs, sites = _runs(problem)
        if len(runs.points) ** (len(sites) + 1) > MOST:
            return ()
        try:
            shares = runs.accuracy(sites), runs.accuracy({})
        except OutOfReachError:
            return ()
        return tuple(zip(MEASURES, shares, strict=True))


def _runs(problem: Problem) -> tuple[InterchangeRuns, Mapping[str, tuple[str, ...]]]:
    claim = problem.claim
    assert isinstance(claim.low, NetworkModel)
    match problem.part.defect:
        case Sup(space=Swaps(), body=Dist(left=Read(names=names))):
            pass
        case _:
            raise AssertionError("accepts() admitted another shape")
    contexts = context_map(claim, problem.tau_u)
    runs = InterchangeRuns(claim.low, high_model(claim), claim.tau, scored=names, contexts=contexts)
    return runs, claim.sites


def _decide(problem: Problem, budget: Budget) -> Answer:
    match problem.part.defect:
        case Sup(space=Swaps() as space):
            pass
        case _:
            raise AssertionError("accepts() admitted another shape")
    runs, claimed = _runs(problem)
    count = len(runs.points)
    sites = tuple(claimed)
    most = len(sites) if space.depth.k is None else min(space.depth.k, len(sites))
    if count ** (most + 1) > MOST:
        raise OutOfReachError("interchanges", count ** (most + 1), MOST)
    allowed = _allowed(problem, space, runs)
    examined = 0
    for size in range(1, most + 1):
        for chosen in combinations(sites, size):
            for start, differs in runs.mismatches({name: claimed[name] for name in chosen}):
                if budget.spent:
                    return Answer(examined=examined, reason=f"{budget.seconds:g} s are over")
                total = differs.size
                if allowed is not None:
                    valid = _valid(allowed, start, differs.shape)
                    total, differs = int(valid.sum()), differs & valid
                examined += total
                if differs.any():
                    where = np.unravel_index(int(differs.argmax()), differs.shape)
                    origins = (start + int(where[0]), *(int(i) for i in where[1:-1]))
                    swap = Swap(
                        runs.points[int(where[-1])],
                        tuple((n, runs.points[o]) for n, o in zip(chosen, origins, strict=True)),
                    )
                    return Answer(ONE, INFINITE, examined, point={"x": swap})
                if budget.progress is not None:
                    budget.progress(examined, None)
    if not examined:
        raise InputError(["there is nothing to check: no (source, base) pair is allowed"])
    return Answer(ZERO, ZERO, examined, examined, Enumeration(examined, "interchanges"))


def _allowed(problem: Problem, space: Swaps, runs: InterchangeRuns) -> npt.NDArray[np.bool_] | None:
    """The allowed (source, base) pairs, or `None` for all."""
    if space.sources.name == "all":
        return None
    place = {point: number for number, point in enumerate(runs.points)}
    allowed = np.zeros((len(place), len(place)), dtype=bool)
    for source, base in source_pairs(problem.claim, space.sources):
        allowed[place[source], place[base]] = True
    return allowed


def _valid(
    allowed: npt.NDArray[np.bool_], start: int, shape: tuple[int, ...]
) -> npt.NDArray[np.bool_]:
    """Which entries of a part have every (source, base) pair allowed."""
    valid = np.ones(shape, dtype=bool)
    for axis in range(len(shape) - 1):
        rows: Any = allowed[start : start + shape[0]] if axis == 0 else allowed
        where = [1] * len(shape)
        where[axis], where[-1] = shape[axis], shape[-1]
        valid &= rows.reshape(where)
    return valid


INTEGER = IntegerEngine()
