"""The search for an order-preserving ω onto I_H, with SAT (one-hot), and a minimal core if none is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import final

from tauomega.theory.defect import (
    HIGH,
    LOW,
    ContextMaps,
    Contexts,
    Defect,
    Dist,
    Inf,
    Law,
    OmegaMaps,
    Push,
    Run,
    Sup,
)
from tauomega.theory.definition import high_model
from tauomega.theory.errors import OutOfReachError
from tauomega.theory.intervention import Hard
from tauomega.theory.policy import HighFamily
from tauomega.theory.verdict import INFINITE, Enumeration, OmegaWitness

from .engine import Answer, Budget, Problem
from .interpreter import Interpreter, OutOfTimeError
from .parameters import has_finite_parameters
from .ranging import high_interventions
from .settled import hard, nothing_to_check, settled_family

__all__ = ["OMEGA_SEARCH", "OmegaSearch", "search_omega"]

LIMIT = 400_000


@final
@dataclass(frozen=True, slots=True)
class OmegaSearch:
    """Decides "some order-preserving ω onto I_H …" over finite models."""

    @property
    def name(self) -> str:
        """`omega-search`."""
        return "omega-search"

    def accepts(self, problem: Problem) -> str | None:
        """Accepts a searched ω around equal laws, squares, or squares with a searched τ_U."""
        match problem.part.defect:
            case Inf(space=OmegaMaps()):
                pass
            case _:
                return "only a searched ω is decided"
        claim = problem.claim
        if problem.semantics not in ("exact", "real"):
            return f"evaluates exactly; {problem.semantics} is another semantics"
        if claim.scm.context_count() is None or (
            claim.high is not None and claim.high.context_count() is None
        ):
            return "a root has infinitely many values"
        if claim.scm.parameters or not has_finite_parameters(claim):
            return "models with parameters are not decided"
        return None

    def bounds(self, problem: Problem, budget: Budget) -> Answer:
        """0 with an ω, or a minimal set of interventions for which there is none."""
        match problem.part.defect:
            case Inf(space=OmegaMaps(family=family, high=high), body=body):
                low = list(map(hard, settled_family(problem, family)))
                above = list(map(hard, high_interventions(problem.claim, high)))
            case _:
                raise AssertionError("accepts() admitted another shape")
        if not low:
            raise nothing_to_check(family.family)
        onto = high is not HighFamily.IMAGE
        interpreter = Interpreter(problem, budget, {})
        try:
            match body:
                case Sup(body=Dist(left=Push())):
                    pairs = _law_pairs(interpreter, low, above)
                    contexts = None
                case Sup(body=Sup(space=Contexts(), body=Dist() as square)):
                    pairs = _square_pairs(interpreter, low, above, square)
                    contexts = None
                case Inf(space=ContextMaps(onto=contexts_onto)):
                    pairs = {(i, j) for i in range(len(low)) for j in range(len(above))}
                    contexts = (_responses(interpreter, low, above), contexts_onto)
                case _:
                    return Answer(
                        reason=f"a searched ω around {type(body).__name__} is not decided"
                    )
        except OutOfTimeError:
            return Answer(examined=interpreter.examined, reason=f"{budget.seconds:g} s are over")
        except OutOfReachError as error:
            return Answer(examined=interpreter.examined, reason=str(error))
        found = search_omega(low, above, pairs, onto=onto, contexts=contexts)
        examined = len(low) * len(above)
        if isinstance(found, dict):
            witness = OmegaWitness(tuple(found.items()))
            evidence = Enumeration(examined, "pairs of interventions")
            return Answer(Fraction(0), Fraction(0), examined, examined, evidence, witness)
        return Answer(Fraction(1), INFINITE, examined, examined, point={"core": found})


Contextual = tuple[tuple[list[list[object]], list[list[object]]], bool]


def search_omega(
    low: Sequence[Hard],
    above: Sequence[Hard],
    pairs: set[tuple[int, int]],
    *,
    onto: bool,
    contexts: Contextual | None = None,
) -> dict[Hard, Hard] | tuple[Hard, ...]:
    """An order-preserving ω within `pairs`, onto `above` if asked; or a minimal core without one.

    Args:
        low: the low-level interventions.
        above: the high-level ones.
        pairs: the numbers (i, j) such that ω may map `low[i]` to `above[j]`.
        onto: whether every intervention above must be an image.
        contexts: if a map of contexts is to be found as well, under which all responses agree: the responses
            below and above (rows: interventions), and whether that map is to be onto.

    Raises:
        OutOfReachError: too many clauses.
    """
    from pysat.solvers import Solver

    position: dict[tuple[str, int, int], int] = {}

    def variable(kind: str, a: int, b: int) -> int:
        return position.setdefault((kind, a, b), len(position) + 1)

    clauses: list[list[int]] = []
    assumptions = {index: variable("keep", index, 0) for index in range(len(low))}
    for i in range(len(low)):
        options = [variable("omega", i, j) for j in range(len(above)) if (i, j) in pairs]
        clauses.append([-assumptions[i], *options])
        clauses += [[-a, -b] for n, a in enumerate(options) for b in options[:n]]
    for i, k in product(range(len(low)), repeat=2):
        if i != k and low[i] <= low[k]:
            clauses += [
                [-variable("omega", i, j), -variable("omega", k, m)]
                for j, m in product(range(len(above)), repeat=2)
                if (i, j) in pairs and (k, m) in pairs and not above[j] <= above[m]
            ]
    total = variable("onto", 0, 0)
    if onto:
        clauses += [
            [-total, *(variable("omega", i, j) for i in range(len(low)) if (i, j) in pairs)]
            for j in range(len(above))
        ]
    if contexts is not None:
        clauses += _context_clauses(variable, contexts, len(low), len(above), total)
    if len(clauses) > 5_000_000:
        raise OutOfReachError("clauses of the search for ω", len(clauses), 5_000_000)
    with Solver(name="cadical153", bootstrap_with=clauses) as solver:
        everything = [*assumptions.values(), total]
        if solver.solve(assumptions=everything):
            true = set(solver.get_model())
            return {low[i]: above[j] for i, j in sorted(pairs) if variable("omega", i, j) in true}
        kept = list(range(len(low)))
        with_total = solver.solve(assumptions=list(assumptions.values()))
        extra = [total] if with_total else []
        for index in list(kept):  # deletion: what is left is needed
            rest = [assumptions[k] for k in kept if k != index]
            if not extra and not solver.solve(assumptions=rest):
                kept.remove(index)
        return tuple(low[i] for i in kept)


def _context_clauses(
    variable: Callable[[str, int, int], int], contexts: Contextual, low: int, above: int, total: int
) -> list[list[int]]:
    (below, counterparts), onto = contexts
    many_low, many_high = len(below[0]), len(counterparts[0])
    if low * above * many_low * many_high > 5_000_000:
        raise OutOfReachError("pairs of squares", low * above * many_low * many_high, 5_000_000)
    clauses = [[variable("u", u, w) for w in range(many_high)] for u in range(many_low)]
    for u in range(many_low):
        options = [variable("u", u, w) for w in range(many_high)]
        clauses += [[-a, -b] for n, a in enumerate(options) for b in options[:n]]
    if onto:
        clauses += [
            [-total, *(variable("u", u, w) for u in range(many_low))] for w in range(many_high)
        ]
    for i, j in product(range(low), range(above)):
        for u, w in product(range(many_low), range(many_high)):
            if below[i][u] != counterparts[j][w]:
                clauses.append([-variable("omega", i, j), -variable("u", u, w)])
    return clauses


def _law_pairs(
    interpreter: Interpreter, low: list[Hard], above: list[Hard]
) -> set[tuple[int, int]]:
    from tauomega.theory.defect import TAU, Var

    pushed = [_key(interpreter.term(Push(TAU, Law(LOW, Var("i"))), {"i": i})) for i in low]
    laws = [_key(interpreter.term(Law(HIGH, Var("j")), {"j": j})) for j in above]
    return {(i, j) for i, p in enumerate(pushed) for j, q in enumerate(laws) if p == q}


def _key(law: object) -> object:
    assert isinstance(law, dict)
    return frozenset(law.items())


def _square_pairs(
    interpreter: Interpreter, low: list[Hard], above: list[Hard], square: Dist
) -> set[tuple[int, int]]:
    pairs = set()
    inside: Defect = Sup("u", Contexts(LOW), square)
    for i, j in product(range(len(low)), range(len(above))):
        value, _ = interpreter.value(inside, {"i": low[i], "w": {low[i]: above[j]}})
        if value == 0:
            pairs.add((i, j))
    return pairs


def _responses(
    interpreter: Interpreter, low: list[Hard], above: list[Hard]
) -> tuple[list[list[object]], list[list[object]]]:
    from tauomega.theory.defect import TAU, ApplyMap, Var

    claim = interpreter.problem.claim
    high = high_model(claim)
    contexts = [tuple(c.values()) for c in claim.scm.contexts()]
    counterparts = [tuple(c.values()) for c in high.contexts()]
    size = len(low) * len(contexts) + len(above) * len(counterparts)
    if size > LIMIT:
        raise OutOfReachError("runs for the search of ω", size, LIMIT)
    tau = ApplyMap(TAU, Run(LOW, Var("u"), Var("i")))
    run = Run(HIGH, Var("u"), Var("i"))
    below = [[interpreter.term(tau, {"u": u, "i": i}) for u in contexts] for i in low]
    up = [[interpreter.term(run, {"u": w, "i": j}) for w in counterparts] for j in above]
    return below, up


OMEGA_SEARCH = OmegaSearch()
