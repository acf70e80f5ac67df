"""Readings of what is said of solutions: squares that commute, in every context or nearly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import partial
from itertools import product
from math import inf, prod
from typing import TYPE_CHECKING, Any

from tauomega.theory.definition import omega_policy, tau_u_policy
from tauomega.theory.definitions.approximate import Approximate
from tauomega.theory.definitions.circuit import Circuit
from tauomega.theory.definitions.constructive import Constructive
from tauomega.theory.definitions.exact import Exact
from tauomega.theory.definitions.exceedance import Exceedance
from tauomega.theory.definitions.mechanism import MechanismLevel
from tauomega.theory.definitions.similar import Similar, Statistic
from tauomega.theory.family import Reach
from tauomega.theory.intervention import Hard, Intervention
from tauomega.theory.policy import HighFamily, OmegaPolicy, TauUPolicy

from .plain import NotReadError, Plain, State, distance, key

if TYPE_CHECKING:
    from tauomega.theory.definitions.input_restricted import InputRestricted
    from tauomega.theory.definitions.invariance import Invariance
    from tauomega.theory.definitions.strong import Strong
    from tauomega.theory.definitions.tau_abstraction import TauAbstraction
    from tauomega.theory.definitions.uniform import Uniform

__all__ = ["READINGS"]

Number = Fraction | float
Omega = dict[Intervention, Intervention]
FIXED = (TauUPolicy.GIVEN, TauUPolicy.IDENTITY, TauUPolicy.INPUTS)


def worst(values: Iterator[Number]) -> Number:
    """The largest of some distances."""
    return max(values, default=Fraction(0))


def omegas(p: Plain, d: Any, high: HighFamily, *, monotone: bool) -> Iterator[Omega]:
    """The ω that a definition allows: the one there is, if it is as wanted, or all monotone ones onto I_H."""
    policy = omega_policy(
        p.claim, d.omega, OmegaPolicy.DERIVED if monotone else OmegaPolicy.SEARCHED
    )
    if policy is not OmegaPolicy.SEARCHED:
        family = p.family(d.family)
        omega = {i: p.omega(i) for i in family}
        kept = not monotone or policy is OmegaPolicy.DERIVED or _is_monotone(omega)
        if kept and p.omega_is_wanted(family, high):
            yield omega  # type: ignore[misc]  # defined on its family
        return
    listed = p.listed(d.family)
    above = list(p.claim.high_interventions or p.high_hard)
    onto = high is not HighFamily.IMAGE or p.claim.high_interventions is not None
    if len(above) ** len(listed) > 4000:
        raise NotReadError("too many maps ω")
    for images in product(above, repeat=len(listed)):
        omega = dict(zip(listed, images, strict=True))
        if _is_monotone(omega) and (not onto or set(images) == set(above)):
            yield omega  # type: ignore[misc]  # as above


def _is_monotone(omega: dict[Intervention, Any]) -> bool:
    if not all(isinstance(i, Hard) and isinstance(j, Hard) for i, j in omega.items()):
        raise NotReadError("an order of interventions that are not hard")
    return all(
        omega[i] <= omega[k]
        for i in omega
        for k in omega
        if i <= k  # type: ignore[operator]  # hard
    )


def squares(p: Plain, u: State, w: State, omega: Omega) -> bool:
    """Whether every square of a context and its image commutes."""
    return all(p.seen(u, i) == p.run(p.high, w, j) for i, j in omega.items())


def _breaks(p: Plain, omega: Omega, u: State, w: State) -> Number:
    """1 where some square of a context and its image does not commute, else 0."""
    return Fraction(not squares(p, u, w, omega))


def exact(p: Plain, d: Exact) -> Number:
    """Some ω, monotone, into and onto I_H: the push-forward of every law is the law above."""
    policy = omega_policy(p.claim, d.omega, OmegaPolicy.SEARCHED)
    searched = policy is OmegaPolicy.SEARCHED
    for omega in omegas(p, d, d.high_family, monotone=not searched):
        if all(p.law(p.low, i) == p.law(p.high, j) for i, j in omega.items()):
            return Fraction(0)
    return Fraction(1)


def uniform(p: Plain, d: Uniform) -> Number:
    """Some ω, and for every context below (a point mass) one above with all squares commuting."""
    policy = tau_u_policy(p.claim, d.tau_u, TauUPolicy.SEARCHED)
    for omega in omegas(p, d, d.high_family, monotone=True):
        wrong = p.least_over_maps(policy, partial(_breaks, p, omega))
        if not wrong:
            return Fraction(0)
    return Fraction(1)


def tau_abstraction(p: Plain, d: TauAbstraction | Constructive) -> Number:
    """τ onto, I_H as wanted, some τ_U onto: all squares commute."""
    return _abstraction(p, d, d.high_family)


def input_restricted(p: Plain, d: InputRestricted) -> Number:
    """Constructive, over values that runs produce again and again, contexts being the same."""
    return constructive(p, Constructive(Reach(None), tau_u=d.tau_u or TauUPolicy.IDENTITY))


def strong(p: Plain, d: Strong) -> Number:
    """A τ-abstraction whose ω reaches all hard interventions above."""
    return _abstraction(p, d, HighFamily.ALL)


def constructive(p: Plain, d: Constructive) -> Number:
    """A τ-abstraction by a map that reads a block for each variable."""
    return _abstraction(p, d, d.high_family) if p.is_block_map else Fraction(1)


def _abstraction(p: Plain, d: Any, high: HighFamily) -> Number:
    if not p.onto:
        return Fraction(1)
    policy = tau_u_policy(p.claim, d.tau_u, TauUPolicy.SEARCHED_ONTO)
    onto = policy in FIXED  # where τ_U is fixed it must be onto as well
    for omega in omegas(p, d, high, monotone=True):
        wrong = p.least_over_maps(policy, partial(_breaks, p, omega), onto=onto)
        if not wrong:
            return Fraction(0)
    return Fraction(1)


def approximate(p: Plain, d: Approximate) -> Number:
    """d_τ: the least, over maps of contexts (and over ω, if it is searched), of the largest distance of a square."""
    if not p.onto:
        return inf
    policy = tau_u_policy(p.claim, d.tau_u, TauUPolicy.SEARCHED_ONTO)
    searched = omega_policy(p.claim, d.omega, OmegaPolicy.DERIVED) is OmegaPolicy.SEARCHED
    maps = (
        omegas(p, d, HighFamily.IMAGE, monotone=False)
        if searched
        else [{i: p.omega(i) for i in p.family(d.family)}]
    )

    def gap(omega: Mapping[Intervention, Any], u: State, w: State) -> Number:
        return worst(
            distance(d.metric, p.seen(u, i), p.run(p.high, w, j)) for i, j in omega.items()
        )

    return min((p.least_over_maps(policy, partial(gap, omega)) for omega in maps), default=inf)


def similar(p: Plain, d: Similar) -> Number:
    """d_max: the largest distance over interventions, and over contexts or in their mean."""
    pairs = _pairs(p, d.tau_u)

    def gap(i: Intervention) -> Number:
        gaps = [distance(d.metric, p.seen(u, i), _above(p, w, i)) for u, w in pairs]
        if d.statistic is Statistic.SUP:
            return max(gaps)
        return sum(p.low.probability(u) * g for (u, _), g in zip(pairs, gaps, strict=True))

    return worst(gap(i) for i in p.family(d.family))


def exceedance(p: Plain, d: Exceedance) -> Number:
    """d_β: the largest probability, over interventions, of being at least β apart."""
    pairs = _pairs(p, d.tau_u)
    return worst(
        sum(
            (
                p.low.probability(u)
                for u, w in pairs
                if distance(d.metric, p.seen(u, i), _above(p, w, i)) >= d.beta
            ),
            Fraction(0),
        )
        for i in p.family(d.family)
    )


def circuit(p: Plain, d: Circuit) -> Number:
    """The mean distance of outputs, over contexts alike or by their law, or the largest."""
    pairs = _pairs(p, d.tau_u)
    share = Fraction(1, len(pairs))
    read = [n for n in p.claim.tau if n not in p.high.inputs]

    def outputs(state: State) -> State:
        return {n: state[n] for n in read}

    gaps = [distance(d.metric, outputs(p.seen(u)), outputs(p.run(p.high, w))) for u, w in pairs]
    if d.worst:
        return max(gaps)
    weights = [p.low.probability(u) if d.weighted else share for u, _ in pairs]
    return sum(weight * gap for weight, gap in zip(weights, gaps, strict=True))


def _pairs(p: Plain, asked: TauUPolicy | None) -> Sequence[tuple[State, State]]:
    (images,) = p.context_maps(tau_u_policy(p.claim, asked, TauUPolicy.IDENTITY))
    return list(zip(p.low_contexts, images, strict=True))


def _above(p: Plain, w: State, i: Intervention) -> State:
    image = p.omega(i)
    assert image is not None
    return p.run(p.high, w, image)


def mechanism(p: Plain, d: MechanismLevel) -> Number:
    """Each mechanism above is what its block does, whatever the other blocks are set to."""
    if not p.is_block_map or not p.onto:
        return Fraction(1)
    policy = tau_u_policy(p.claim, d.tau_u, TauUPolicy.SEARCHED_ONTO)

    def wrong(u: State, w: State) -> Number:
        for name in p.names:
            others = {n: values for n, values in p.block_values.items() if n != name}
            for a in p.unions(others, None):
                if len({n for n, block in p.blocks.items() if set(block) <= a.targets}) < len(
                    others
                ):
                    continue  # all the other blocks are set
                state = p.seen(u, a)
                if p.high.step(state, w)[name] != state[name]:
                    return Fraction(1)
        return Fraction(0)

    found = p.least_over_maps(policy, wrong, onto=policy in FIXED)
    return Fraction(found != 0)


def invariance(p: Plain, d: Invariance) -> Number:
    """Settings of the other blocks that τ does not tell apart have one outcome, and the quotient is solvable.

    The model that this defines must have one solution under every intervention, which is τ of the one below.
    """
    if not p.is_block_map or not p.onto:
        return Fraction(1)
    tables: dict[tuple[str, object, object], object] = {}
    for u in p.low_contexts:
        for name in p.names:
            others = [n for n in p.names if n != name]
            for parts in product(*(p.block_values[n] for n in others)):
                a = Hard(tuple(item for part in parts for item in part.items))
                state = p.seen(u, a)
                place = name, key(u), key({n: state[n] for n in others})
                if tables.setdefault(place, state[name]) != state[name]:
                    return Fraction(1)
    if prod(len(p.block_values[n]) + 1 for n in p.names) * len(p.high_states) > 20_000:
        raise NotReadError("too many solutions to look for")
    for u in p.low_contexts:
        for j in p.high_hard:
            fixed = dict(j.items)
            solved = [
                y
                for y in p.high_states
                if all(
                    y[n]
                    == (
                        fixed[n]
                        if n in fixed
                        else tables[n, key(u), key({m: y[m] for m in p.names if m != n})]
                    )
                    for n in p.names
                )
            ]
            if len(solved) != 1:
                return Fraction(1)
    return Fraction(0)


READINGS = {
    "exact": exact,
    "uniform": uniform,
    "tau-abstraction": tau_abstraction,
    "strong": strong,
    "constructive": constructive,
    "input-restricted": input_restricted,
    "approximate": approximate,
    "similar": similar,
    "exceedance": exceedance,
    "circuit": circuit,
    "mechanism": mechanism,
    "invariance": invariance,
}
