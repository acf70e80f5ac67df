"""What the soft notions share: no new parents, allowed states, and steps of all mechanisms at once."""

from __future__ import annotations

from .abstraction import Abstraction
from .defect import (
    HIGH,
    LOW,
    OMEGA,
    TAU,
    TAU_U,
    ApplyMap,
    ContextMaps,
    Contexts,
    Defect,
    Dist,
    FullStates,
    Image,
    Inf,
    Interventions,
    Map,
    Metric,
    Part,
    Restriction,
    Step,
    Sup,
    Var,
)
from .errors import InputError
from .family import Family, Given
from .intervening import new_parents
from .policy import TauUPolicy

__all__ = ["allowed_states", "require_soft", "steps"]


def require_soft(name: str, claim: Abstraction, family: Family) -> None:
    """Check that every listed intervention keeps to the parents of its targets.

    Raises:
        InputError: the targets and the parents that are new, all of them.
    """
    listed = family.interventions if isinstance(family, Given) else None
    below = [*(listed or ()), *(i for i, _ in claim.omega or ())]
    above = [j for _, j in claim.omega or ()]
    faults = {
        f"{name}: {i.describe()} makes {target!r} read {', '.join(map(repr, sorted(more)))}, no parent of it; "
        "a soft intervention adds no parents (Massidda et al. (2023), Def. 6)": None
        for model, listing in ((claim.scm, below), (claim.high, above))
        if model is not None
        for i in listing
        for target, more in sorted(new_parents(model.program, i).items())
    }
    if faults:
        raise InputError(list(faults))


def allowed_states(family: Interventions, omega: Map = OMEGA) -> Part:
    r"""$\forall i: \mathrm{Rst}(H_{\omega(i)}) = \tau(\mathrm{Rst}(L_i))$."""
    below = Image(TAU, Restriction(LOW, Var("i")))
    above = Restriction(HIGH, ApplyMap(omega, Var("i")))
    return Part("allowed states", Sup("i", family, Dist(Metric.DISCRETE, below, above)))


def steps(family: Interventions, tau_u: TauUPolicy, omega: Map = OMEGA) -> Part:
    r"""$\forall i\,\forall u\,\forall x: \tau(F^i(x, u)) = G^{\omega(i)}(\tau(x), \tau_U(u))$."""
    searched = tau_u in (TauUPolicy.SEARCHED, TauUPolicy.SEARCHED_ONTO)
    contexts: Map | Var = Var("t") if searched else TAU_U
    low = ApplyMap(TAU, Step(LOW, Var("s"), Var("u"), Var("i")))
    image, context = ApplyMap(omega, Var("i")), ApplyMap(contexts, Var("u"))
    high = Step(HIGH, ApplyMap(TAU, Var("s")), context, image)
    body: Defect = Sup("s", FullStates(LOW), Dist(Metric.DISCRETE, low, high))
    body = Sup("i", family, Sup("u", Contexts(LOW), body))
    if searched:
        body = Inf("t", ContextMaps(onto=tau_u is TauUPolicy.SEARCHED_ONTO), body)
    return Part("steps", body)
