"""Readings of what is said of laws: push-forwards, joint laws, couplings, drawn interventions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations, product
from math import comb, inf, prod, tanh
from typing import TYPE_CHECKING, Any

from tauomega.theory.defect import Direction
from tauomega.theory.definition import omega_policy
from tauomega.theory.definitions.cae import CausalAbstractionError, Silence
from tauomega.theory.definitions.counterfactual import Counterfactual
from tauomega.theory.definitions.probabilistic import Probabilistic
from tauomega.theory.definitions.probabilistic_approximate import (
    Matching,
    ProbabilisticApproximate,
    Weighting,
)
from tauomega.theory.definitions.query_consistency import QueryConsistency
from tauomega.theory.family import Family
from tauomega.theory.intervention import Hard, Intervention
from tauomega.theory.policy import HighFamily, OmegaPolicy

from .kernels import fibre, parts
from .plain import Law, NotReadError, Plain, State, distance, finite, key, of_laws, states
from .squares import omegas, worst

if TYPE_CHECKING:
    from tauomega.theory.definitions.observational import Observational

__all__ = ["READINGS"]

Number = Fraction | float
ZERO, ONE = Fraction(0), Fraction(1)


def observational(p: Plain, d: Observational) -> Number:
    """The push-forward of the law below is the law above."""
    return Fraction(p.law(p.low) != p.law(p.high))


def probabilistic(p: Plain, d: Probabilistic) -> Number:
    """τ onto; for every intervention the two laws, at their largest distance; the least over ω if it is searched."""
    if not p.onto:
        return _broken(d.metric)
    if omega_policy(p.claim, d.omega, OmegaPolicy.DERIVED) is not OmegaPolicy.SEARCHED:
        return _laws(p, d.family, d.metric)
    gaps = (
        worst(of_laws(d.metric, p.law(p.low, i), p.law(p.high, j)) for i, j in omega.items())
        for omega in omegas(p, d, HighFamily.IMAGE, monotone=False)
    )
    return min(gaps, default=_broken(d.metric))


def _laws(p: Plain, family: Family, metric: Any) -> Number:
    gaps = [of_laws(metric, p.law(p.low, i), _above(p, i)) for i in p.family(family)]
    return max(gaps, default=ZERO)


def _above(p: Plain, i: Intervention) -> Law:
    image = p.omega(i)
    assert image is not None
    return p.law(p.high, image)


def _broken(metric: Any) -> Number:
    return ONE if metric.value == "discrete" else inf


def counterfactual(p: Plain, d: Counterfactual) -> Number:
    """The joint law of the outcomes under all interventions, below through τ and above."""
    return _joint(p, d.family, d.metric) if p.onto else inf


def _joint(p: Plain, family: Family, metric: Any) -> Number:
    listed = p.family(family)
    laws: list[dict[object, Fraction]] = [{}, {}]
    for u in p.low_contexts:
        vector = tuple(key(p.seen(u, i)) for i in listed)
        laws[0][vector] = laws[0].get(vector, ZERO) + p.low.probability(u)
    for w in p.high_contexts:
        vector = tuple(key(p.run(p.high, w, p.omega(i) or Hard())) for i in listed)
        laws[1][vector] = laws[1].get(vector, ZERO) + p.high.probability(w)
    return of_laws(metric, *laws)  # type: ignore[arg-type]  # laws of vectors of states


def query_consistency(p: Plain, d: QueryConsistency) -> Number:
    """Clusters, τ onto, and the answers of one of the three layers."""
    if not p.is_block_map or not p.onto:
        return inf if d.layer == 3 else _broken(d.metric)
    if d.layer == 1:
        return of_laws(d.metric, p.law(p.low), p.law(p.high))
    return (_laws if d.layer == 2 else _joint)(p, d.family, d.metric)


# ---------------------------------------------------------------- couplings and draws


def probabilistic_approximate(p: Plain, d: ProbabilisticApproximate) -> Number:
    """The least expectation over maps that push law to law, or over couplings (one, or one each)."""
    if not p.onto:
        return inf
    family = p.family(d.family)
    costs = {
        i: [
            [
                distance(d.metric, p.seen(u, i), p.run(p.high, w, p.omega(i) or Hard()))
                for w in p.high_contexts
            ]
            for u in p.low_contexts
        ]
        for i in family
    }
    groups: list[list[Intervention]] = [[i] for i in family]
    if d.weighting is Weighting.UNIFORM:
        images = dict.fromkeys(p.omega(i) for i in family)
        groups = [[i for i in family if p.omega(i) == j] for j in images]
    tables = [
        [
            [sum(costs[i][a][b] for i in group) / len(group) for b in range(len(p.high_contexts))]
            for a in range(len(p.low_contexts))
        ]
        for group in groups
    ]
    if d.matching is Matching.MAP:
        return _by_maps(p, tables)
    if d.matching is Matching.COUPLING_EACH:
        return max(_by_coupling(p, [table]) for table in tables)
    return _by_coupling(p, tables)


def _by_maps(p: Plain, tables: Sequence[Sequence[Sequence[Number]]]) -> Number:
    if len(p.high_contexts) ** len(p.low_contexts) > 20_000:
        raise NotReadError("too many maps of contexts")
    weights = [p.low.probability(u) for u in p.low_contexts]
    wanted = [p.high.probability(w) for w in p.high_contexts]
    best: Number = inf
    for images in product(range(len(wanted)), repeat=len(weights)):
        pushed = [
            sum(q for q, b in zip(weights, images, strict=True) if b == k)
            for k in range(len(wanted))
        ]
        if pushed == wanted:
            value = max(
                sum(q * table[a][b] for a, (q, b) in enumerate(zip(weights, images, strict=True)))
                for table in tables
            )
            best = min(best, value)
    return best


def _by_coupling(p: Plain, tables: Sequence[Sequence[Sequence[Number]]]) -> Number:
    """The linear program, in floating point: the least t above the expectation in every table."""
    from scipy.optimize import linprog

    rows, columns = len(p.low_contexts), len(p.high_contexts)
    size = rows * columns
    over = [
        [float(table[a][b]) for a in range(rows) for b in range(columns)] + [-1.0]
        for table in tables
    ]
    equal, sides = [], []
    for a, u in enumerate(p.low_contexts):
        equal.append([float(k // columns == a) for k in range(size)] + [0.0])
        sides.append(float(p.low.probability(u)))
    for b, w in enumerate(p.high_contexts):
        equal.append([float(k % columns == b) for k in range(size)] + [0.0])
        sides.append(float(p.high.probability(w)))
    found = linprog([0.0] * size + [1.0], over, [0.0] * len(tables), equal, sides)
    value = float(found.fun)
    return ZERO if value < 1e-9 else value


def cae(p: Plain, d: CausalAbstractionError) -> Number:
    """The mean over variables with parents of tanh of the mean squared error over the draws that spare them."""
    if not p.is_block_map or not p.onto:
        return inf
    roots = [n for n in p.names if not p.high_parents(n)]
    pool = [*p.names, *([""] if d.silence is Silence.NOISE and p.claim.inert else [])]
    if d.silence is Silence.SUP and any(_shows(p, d, roots, t) for t in _targets(pool, d.max_int)):
        return inf
    errors = []
    for scored in (n for n in p.names if n not in roots):
        total = weight = ZERO
        for chosen in _targets(pool, d.max_int):
            share = Fraction(1, comb(len(pool), len(chosen)))
            if scored in chosen:
                continue
            weight += share
            for low, high, q in _drawn(p, d.direction, [*roots, *chosen]):
                u, w = p.low_contexts[0], p.high_contexts[0]
                gap = Fraction(p.seen(u, low)[scored]) - Fraction(p.run(p.high, w, high)[scored])
                total += share * q * gap * gap
        errors.append(tanh(total / weight) if total else ZERO)
    return sum(errors) / len(errors)


def _targets(pool: Sequence[str], most: int) -> Iterator[tuple[str, ...]]:
    for k in range(1, min(most, len(pool)) + 1):
        yield from combinations(pool, k)


def _drawn(
    p: Plain, direction: Direction, targets: Sequence[str]
) -> Iterator[tuple[Hard, Hard, Fraction]]:
    """The settings of some variables and blocks that are drawn together, with their probabilities."""
    options: list[list[tuple[State, State, Fraction]]] = []
    for name in dict.fromkeys(targets):
        if not name:
            noise = list(states(p.low, sorted(p.claim.inert)))
            options.append([({}, part, Fraction(1, len(noise))) for part in noise])
        elif direction is Direction.UP:
            every = parts(p, name)
            options.append(
                [({name: p.tau_of(name, part)}, part, Fraction(1, len(every))) for part in every]
            )
        else:
            labels = finite(p.high, name)
            options.append(
                [
                    ({name: label}, part, Fraction(1, len(labels) * len(fibre(p, name, label))))
                    for label in labels
                    for part in fibre(p, name, label)
                ]
            )
    for chosen in product(*options):
        above = {n: v for label, _, _ in chosen for n, v in label.items()}
        below = {n: v for _, part, _ in chosen for n, v in part.items()}
        yield (
            Hard.from_mapping(below),
            Hard.from_mapping(above),
            prod((q for *_, q in chosen), start=ONE),
        )


def _shows(
    p: Plain, d: CausalAbstractionError, roots: Sequence[str], chosen: Sequence[str]
) -> bool:
    """Whether some setting of the inert variables changes what τ sees, in some draw."""
    u = p.low_contexts[0]
    return any(
        p.seen(u, low) != p.seen(u, Hard.from_mapping({**dict(low.items), **noise}))
        for low, _, _ in _drawn(p, d.direction, [*roots, *chosen])
        for noise in states(p.low, sorted(p.claim.inert))
    )


READINGS = {
    "observational": observational,
    "probabilistic": probabilistic,
    "counterfactual": counterfactual,
    "query-consistency": query_consistency,
    "probabilistic-approximate": probabilistic_approximate,
    "cae": cae,
}
