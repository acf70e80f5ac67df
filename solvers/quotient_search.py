"""Whether some high-level model with the claimed blocks abstracts: Theorem AIC, computed.

If M_H exists, its mechanism F_j at (y, u) is forced: the τ_j of block j's solution when all other
blocks are set to anything with τ = y. So: compute it for every setting; two settings with equal τ and
different outcomes refute. What is left is that the quotient, which may be cyclic, has one solution
under every block intervention.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import final

from tauomega.theory.defect import Inf, Models
from tauomega.theory.errors import OutOfReachError
from tauomega.theory.intervention import Hard
from tauomega.theory.kernel import Value, evaluate
from tauomega.theory.verdict import INFINITE, Enumeration

from .engine import Answer, Budget, Problem
from .omega import any_value, check_unambiguous
from .onto import factors_are_onto
from .parameters import has_finite_parameters
from .quotient import Context, Key, QuotientModel
from .ranging import as_context, block_settings

__all__ = ["QUOTIENT", "QuotientSearch", "is_cyclic"]

THEOREM = "Theorem AIC: the mechanisms of a quotient are forced"
LIMIT = 2**21


@final
@dataclass(frozen=True, slots=True)
class QuotientSearch:
    """Decides the existence of a high-level model over blocks."""

    @property
    def name(self) -> str:
        """`quotient`."""
        return "quotient"

    def accepts(self, problem: Problem) -> str | None:
        """Accepts "some high-level model …" over finite domains, with τ a block map."""
        match problem.part.defect:
            case Inf(space=Models()):
                pass
            case _:
                return "only the existence of a high-level model is decided"
        if problem.semantics not in ("exact", "real"):
            return f"evaluates exactly; {problem.semantics} is another semantics"
        if problem.claim.scm.context_count() is None:
            return "a root has infinitely many values"
        if problem.claim.scm.parameters or not has_finite_parameters(problem.claim):
            return "models with parameters are not decided"
        if not problem.facts.is_block_map:
            return "τ is no block map"
        return None

    def bounds(self, problem: Problem, budget: Budget) -> Answer:
        """0 with the forced model, or why there is none."""
        check_unambiguous(problem.facts)
        try:
            if not factors_are_onto(problem):
                return Answer(reason="some τ is not onto, or that is out of reach")
            return _forced(problem, budget)
        except OutOfReachError as error:
            return Answer(reason=str(error))


def _forced(problem: Problem, budget: Budget) -> Answer:
    claim, facts = problem.claim, problem.facts
    scm = claim.scm
    contexts = [tuple(c.values()) for c in scm.contexts()]
    settings = block_settings(claim, facts)
    read = {name: {s: _tau_of(problem, name, s) for s in found} for name, found in settings.items()}
    names = tuple(facts.supports)
    mechanisms: dict[str, dict[Key, Value]] = {name: {} for name in names}
    reason: dict[tuple[str, Key], Hard] = {}
    examined = 0
    for name in names:
        others = [settings[o] for o in names if o != name]
        for context in contexts:
            for parts in product(*others):
                examined += 1
                if examined % 1024 == 0 and budget.spent:
                    return Answer(examined=examined, reason=f"{budget.seconds:g} s are over")
                if examined > LIMIT:
                    raise OutOfReachError("settings of blocks", examined, LIMIT)
                setting = Hard(tuple(item for part in parts for item in part.items))
                state = scm.run(as_context(scm, context), setting)
                value = claim.read(state)[name]
                others_read = zip((o for o in names if o != name), parts, strict=True)
                key: Key = (context, tuple(read[o][part] for o, part in others_read))
                if mechanisms[name].setdefault(key, value) != value:
                    point = {"collision": (name, context, reason[name, key], setting)}
                    return Answer(Fraction(1), INFINITE, examined, point=point)
                reason.setdefault((name, key), setting)
    model = QuotientModel(facts.high_domains, mechanisms)
    if is_cyclic(model, contexts):
        for context in contexts:
            for intervention in _partial(facts.high_domains):
                examined += 1
                solutions = len(model.solutions(context, intervention))
                if solutions != 1:
                    unsolved = {"unsolved": (context, intervention, solutions)}
                    return Answer(Fraction(1), INFINITE, examined, point=unsolved)
    evidence = Enumeration(examined, "settings of blocks", (THEOREM,))
    return Answer(Fraction(0), Fraction(0), examined, examined, evidence)


def _tau_of(problem: Problem, name: str, setting: Hard) -> Value:
    scm = problem.claim.scm
    base: dict[str, Value] = {v: any_value(scm.domain(v)) for v in scm.endogenous}
    return evaluate(problem.claim.tau[name], base | dict(setting.items))


def is_cyclic(model: QuotientModel, contexts: list[Context]) -> bool:
    """Whether the dependencies of a quotient, over all contexts, form a cycle."""
    import networkx as nx

    graph: nx.DiGraph[str] = nx.DiGraph()
    names = tuple(model.domains)
    graph.add_nodes_from(names)
    for name in names:
        others = [o for o in names if o != name]
        graph.add_edges_from(
            (other, name) for k, other in enumerate(others) if _depends(model, name, k, other)
        )
    return not nx.is_directed_acyclic_graph(graph)


def _depends(model: QuotientModel, name: str, place: int, other: str) -> bool:
    """Whether some value of another variable, at this place among the arguments, changes a result."""
    table = model.mechanisms[name]
    return any(
        table[context, (*values[:place], value, *values[place + 1 :])] != result
        for (context, values), result in table.items()
        for value in model.domains[other]
    )


def _partial(domains: Mapping[str, object]) -> list[Hard]:
    choices = [[None, *domain] for domain in domains.values()]  # type: ignore[misc]  # finite
    return [
        Hard(tuple((n, v) for n, v in zip(domains, values, strict=True) if v is not None))
        for values in product(*choices)
    ]


QUOTIENT = QuotientSearch()
