r"""A map of contexts that has no choice: where high-level variables copy the high-level roots.

If $Y = W$ above for a root $W$, and nobody intervenes, then a compatible $\tau_U$ satisfies
$\tau_U(u)_W = M_H(\tau_U(u), \emptyset)_Y = \tau_Y(M_L(u, \emptyset))$. If that is so of every root, the
only candidate is this map, and a search over maps becomes a check of one: $\exists\tau_U$ (onto) iff it
is (onto and) compatible. It is used where there are too many contexts to compare one by one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from tauomega.theory.abstraction import Abstraction
from tauomega.theory.defect import (
    HIGH,
    LOW,
    OMEGA,
    TAU,
    TAU_U,
    ApplyMap,
    Contexts,
    Dist,
    Inf,
    Interventions,
    Metric,
    Part,
    Run,
    Sup,
    Var,
)
from tauomega.theory.definition import high_model, tau_u_onto
from tauomega.theory.family import All, Block, BlocksAndSilence, Given, Single, TauMax
from tauomega.theory.intervention import NOTHING
from tauomega.theory.kernel import Expression, Finite, Kind, Range, Reference, substitute, walk
from tauomega.theory.policy import OmegaPolicy, TauUPolicy
from tauomega.theory.scm import SCM

from ..engine import Budget, Problem
from ..factors import FACTORS
from ..onto import factors_are_onto
from ..shapes import searched_squares
from ..sizes import is_small

__all__ = ["THEOREM", "forced", "rewrite"]

THEOREM = "copied roots force τ_U"
MOST_NODES = 20_000
SECONDS = 5.0


def rewrite(problem: Problem) -> Problem | None:
    """The problem with the only possible τ_U, if contexts or squares are too many to list."""
    match problem.part.defect:
        case Inf(body=squares):
            listed = is_small(replace(problem, part=Part(problem.part.name, squares)))
            return None if listed else forced(problem)
        case _:
            return None


def forced(problem: Problem) -> Problem | None:
    """The problem with the only possible τ_U, if there is only one, and it is onto where it must be."""
    found = searched_squares(problem.part.defect)
    if found is None or problem.omega is not OmegaPolicy.DERIVED:
        return None
    maps, family = found
    if not _holds_nothing(family) or not problem.facts.is_block_map:
        return None
    if not factors_are_onto(problem) or any(
        d.size < 2 for d in problem.facts.high_domains.values()
    ):
        return None
    contexts = _contexts(problem.claim)
    if contexts is None:
        return None
    claim = _with_contexts(problem.claim, contexts)
    one = replace(problem, claim=claim, tau_u=TauUPolicy.GIVEN)
    if maps.onto and not _is_onto(one):
        return None
    square = Dist(
        Metric.DISCRETE,
        ApplyMap(TAU, Run(LOW, Var("u"), Var("i"))),
        Run(HIGH, ApplyMap(TAU_U, Var("u")), ApplyMap(OMEGA, Var("i"))),
    )
    squares = Sup("i", family, Sup("u", Contexts(LOW), square))
    return replace(one, part=Part(problem.part.name, squares))


def _holds_nothing(space: Interventions) -> bool:
    """Whether the empty intervention is in the family."""
    match space.family:
        case Given(interventions=listed):
            return listed is not None and NOTHING in listed
        case Block() | All() | TauMax() | Single() | BlocksAndSilence():
            return True
        case _:
            return False


def _contexts(claim: Abstraction) -> dict[str, Expression] | None:
    """High-level root -> what its copy reads of the undisturbed low-level run, in low-level roots."""
    high = claim.high
    if high is None or high.parameters or claim.scm.parameters:
        return None
    copies: dict[str, str] = {name: name for name in high.inputs if name in claim.tau}
    for name in claim.tau:
        mechanism = high[name].mechanism
        if isinstance(mechanism, Reference) and high.domain(name) == high.domain(mechanism.name):
            copies.setdefault(mechanism.name, name)
    if any(root not in copies for root in high.roots):
        return None
    solution = _solution(claim.scm, [claim.tau[copies[root]] for root in high.roots])
    if solution is None:
        return None
    return {root: substitute(claim.tau[copies[root]], solution) for root in high.roots}


def _solution(model: SCM, read: list[Expression]) -> Mapping[str, Expression] | None:
    """Every variable in terms of the roots, if that stays small where it is read."""
    sizes = dict.fromkeys(model.roots, 1)
    found: dict[str, Expression] = {}
    for name in model.order:
        variable = model[name]
        if variable.kind is not Kind.ENDOGENOUS or variable.mechanism is None:
            continue
        sizes[name] = _size(variable.mechanism, sizes)
        if sizes[name] <= MOST_NODES:
            found[name] = substitute(variable.mechanism, found)
    return found if sum(_size(expression, sizes) for expression in read) <= MOST_NODES else None


def _size(expression: Expression, sizes: Mapping[str, int]) -> int:
    """How many nodes it has when the names in it are replaced by what has so many."""
    return sum(sizes[e.name] if isinstance(e, Reference) else 1 for e in walk(expression))


def _with_contexts(claim: Abstraction, contexts: Mapping[str, Expression]) -> Abstraction:
    return Abstraction(
        claim.low,
        claim.high,
        claim.tau,
        omega=claim.omega,
        tau_u=contexts,
        sites=claim.sites,
        inert=claim.inert,
        internal=claim.internal,
        high_interventions=claim.high_interventions,
        kernels=claim.kernels,
    )


def _is_onto(problem: Problem) -> bool:
    asked = replace(problem, part=tau_u_onto())
    high = high_model(problem.claim)
    if not all(isinstance(high.domain(root), Finite | Range) for root in high.roots):
        return False
    if FACTORS.accepts(asked) is not None:
        return False
    answer = FACTORS.bounds(asked, Budget(SECONDS))
    return answer.evidence is not None and answer.hi == Fraction(0)
