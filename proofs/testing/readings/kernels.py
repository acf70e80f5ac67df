"""Readings of what is said of kernels and of graphs: set blocks, look at blocks, one box at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations, product
from math import inf, prod
from typing import TYPE_CHECKING, Any

from tauomega.theory.definitions.alpha import Alpha, AlphaError
from tauomega.theory.intervention import Hard, Intervention
from tauomega.theory.kernel import Value
from tauomega.theory.scm import SCM

from .plain import Law, NotReadError, Plain, State, finite, key, of_laws, states, subsets

if TYPE_CHECKING:
    from tauomega.theory.definitions.phi_abstraction import PhiAbstraction
    from tauomega.theory.definitions.rischel_weichwald import RischelWeichwald

__all__ = ["READINGS", "fibre", "parts"]

Number = Fraction | float
ZERO, ONE = Fraction(0), Fraction(1)


def conditional(p: Plain, model: SCM, targets: Sequence[str], i: Intervention) -> Law:
    """P(targets | do(i)) of one of the models, nothing read through τ."""
    found: Law = {}
    for state, weight in p.outcomes(model, i):
        place = key({t: state[t] for t in targets})
        found[place] = found.get(place, ZERO) + weight
    return found


def parts(p: Plain, name: str) -> list[State]:
    """All values of the block of a variable."""
    return list(states(p.low, p.blocks[name]))


def fibre(p: Plain, name: str, value: Value) -> list[State]:
    """The values of its block that τ sends to a value."""
    return [part for part in parts(p, name) if p.tau_of(name, part) == value]


def gathered(p: Plain, names: Sequence[str], law: Law) -> Law:
    """α: a law of blocks, read through τ."""
    found: Law = {}
    for part, weight in law.items():
        place = key({n: p.tau_of(n, dict(part)) for n in names})
        found[place] = found.get(place, ZERO) + weight
    return found


def spread(p: Plain, names: Sequence[str], law: Law) -> Law:
    """α⁺: a law above, uniform on each fibre."""
    found: Law = {}
    for image, weight in law.items():
        fibres = [fibre(p, n, dict(image)[n]) for n in names]
        for chosen in product(*fibres):
            place = frozenset(item for part in chosen for item in part.items())
            found[place] = found.get(place, ZERO) + weight / prod(map(len, fibres))
    return found


def realised(
    p: Plain, setting: State, kernels: Mapping[str, Mapping[Value, Sequence[Fraction]]]
) -> Iterator[tuple[Hard, Fraction]]:
    """The settings of blocks that stand for one above, by kernels or uniformly on fibres."""
    options = []
    for name, value in setting.items():
        if name in kernels:
            if len(kernels[name][value]) != len(parts(p, name)):
                raise NotReadError("a kernel over more than the block")
            row = zip(parts(p, name), kernels[name][value], strict=True)
            options.append([(part, q) for part, q in row if q])
        else:
            own = fibre(p, name, value)
            options.append([(part, Fraction(1, len(own))) for part in own])
    for chosen in product(*options):
        items = tuple(item for part, _ in chosen for item in part.items())
        yield Hard(items), prod((q for _, q in chosen), start=ONE)


def mixed(p: Plain, targets: Sequence[str], setting: State, kernels: Any) -> Law:
    """The law of low-level targets when a setting above is realised at random."""
    found: Law = {}
    for i, share in realised(p, setting, kernels):
        for place, weight in conditional(p, p.low, targets, i).items():
            found[place] = found.get(place, ZERO) + share * weight
    return found


def alpha(p: Plain, d: Alpha) -> Number:
    """The largest of one of the four errors over the pairs of sets in J."""
    if not p.is_block_map or not p.onto:
        return inf
    return max(_error(p, d, sources, targets) for sources, targets in _pairs(p, d.pairs))


def _pairs(p: Plain, pairs: Any) -> list[tuple[Sequence[str], Sequence[str]]]:
    if not isinstance(pairs, str):
        return list(pairs)
    sets = [s for s in subsets(p.names) if s]
    every = [(x, y) for x in sets for y in sets if not set(x) & set(y)]
    if pairs == "singles":
        return [(x, y) for x, y in every if len(x) == len(y) == 1]
    if pairs != "all":
        raise NotReadError(f"J = {pairs}")
    return list(every)


def _error(p: Plain, d: Alpha, sources: Sequence[str], targets: Sequence[str]) -> Number:
    below = [v for n in targets for v in p.blocks[n]]
    gaps = []
    if d.error in (AlphaError.IC, AlphaError.IIL):
        for chosen in product(*(parts(p, n) for n in sources)):
            i = Hard(tuple(item for part in chosen for item in part.items()))
            j = Hard.from_mapping(
                {n: p.tau_of(n, part) for n, part in zip(sources, chosen, strict=True)}
            )
            mu, nu = conditional(p, p.low, below, i), conditional(p, p.high, targets, j)
            if d.error is AlphaError.IC:
                gaps.append(of_laws(d.metric, nu, gathered(p, targets, mu)))
            else:
                gaps.append(of_laws(d.metric, mu, spread(p, targets, nu)))
        return max(gaps)
    for setting in states(p.high, sources):
        nu = conditional(p, p.high, targets, Hard.from_mapping(setting))
        mu = mixed(p, below, setting, {})
        if d.error is AlphaError.ISIL:
            gaps.append(of_laws(d.metric, nu, gathered(p, targets, mu)))
        else:
            gaps.append(of_laws(d.metric, spread(p, targets, nu), mu))
    return max(gaps)


def rischel_weichwald(p: Plain, d: RischelWeichwald) -> Number:
    """The largest distance over sets of variables and settings, realised by the kernels below."""
    if not p.is_block_map:
        return inf
    below = [v for n in p.names for v in p.blocks[n]]
    return max(
        of_laws(
            d.metric,
            conditional(p, p.high, p.names, Hard.from_mapping(setting)),
            gathered(p, p.names, mixed(p, below, setting, p.claim.kernels)),
        )
        for sources in subsets(p.names)
        for setting in states(p.high, sources)
    )


# ---------------------------------------------------------------- graphs


def _depends(p: Plain, model: SCM, name: str) -> set[str]:
    """The variables, noise included, that a change of alone may change the mechanism's value."""
    if model.conditional:
        raise NotReadError("the graph of conditional laws")
    hidden = [r for r in model.roots if r not in model.inputs]
    names = [*hidden, *(n for n in model.endogenous if n != name)]
    if name in model.inputs:
        return {f"noise of {name}"}
    found = set()
    for state in states(model, names):
        context = {r: state.get(r, 0) for r in model.roots}
        rest = {n: state.get(n, next(iter(finite(model, n)))) for n in model.endogenous}
        value = model.step(rest, context)[name]
        for n in names:
            for other in finite(model, n):
                moved = {**context, n: other} if n in hidden else context
                if (
                    model.step({**rest, **({} if n in hidden else {n: other})}, moved)[name]
                    != value
                ):
                    found.add(n)
    return found


def _projected(p: Plain, model: SCM, kept: Sequence[str]) -> tuple[set[Any], set[Any]]:
    """Edges along paths through variables that are not kept, and pairs with a common source among those."""
    parents = {n: _depends(p, model, n) for n in model.endogenous}
    reach = {}
    for name in kept:
        seen: set[str] = set()
        pending = list(parents[name])
        while pending:
            n = pending.pop()
            if n not in seen:
                seen.add(n)
                pending += [] if n in kept else list(parents.get(n, ()))
        reach[name] = seen
    edges = {(a, b) for b in kept for a in reach[b] if a in kept}
    noise = {
        a: {n for n in seen if n not in model.endogenous}
        | {f"noise of {n}" for n in seen if n in model.inputs and n not in kept}
        for a, seen in reach.items()
    }
    shared = {frozenset((a, b)) for a, b in combinations(kept, 2) if noise[a] & noise[b]}
    return edges, shared


def cluster_dag(p: Plain, d: Any) -> Number:
    """The graph above is the quotient of the projected graph below, and acyclic."""
    if not p.is_block_map:
        return ONE
    owner = {v: name for name, block in p.blocks.items() for v in block}
    low, hidden = _projected(p, p.low, list(owner))
    above, shared = _projected(p, p.high, p.names)
    quotient = {(owner[a], owner[b]) for a, b in low if owner[a] != owner[b]}
    confounded = {frozenset(owner[v] for v in pair) for pair in hidden}
    same = quotient == above and {pair for pair in confounded if len(pair) == 2} == shared
    return Fraction(not (same and _is_acyclic(p.names, quotient)))


def _is_acyclic(names: Sequence[str], edges: set[Any]) -> bool:
    """Whether taking away what nothing points to, again and again, takes everything away."""
    left = set(names)
    while sources := {n for n in left if not any(b == n and a in left for a, b in edges)}:
        left -= sources
    return not left


def phi_abstraction(p: Plain, d: PhiAbstraction) -> Number:
    """Blocks map edges to edges, none inside a block, noise independent; box by box the kernels commute."""
    if not p.is_block_map or not p.onto:
        return inf
    owner = {v: name for name, block in p.blocks.items() for v in block}
    low, hidden = _projected(p, p.low, list(owner))
    above, shared = _projected(p, p.high, p.names)
    mapped = all((owner[a], owner[b]) in above for a, b in low)
    if hidden or shared or not mapped or not _is_acyclic(p.names, above):
        return inf
    gaps = []
    for name in p.names:
        parents = [n for n in p.names if n != name and n in p.high_parents(name)]
        for chosen in product(*(parts(p, n) for n in parents)):
            i = Hard(tuple(item for part in chosen for item in part.items()))
            j = {n: p.tau_of(n, part) for n, part in zip(parents, chosen, strict=True)}
            mu = gathered(p, (name,), conditional(p, p.low, p.blocks[name], i))
            gaps.append(
                of_laws(d.metric, conditional(p, p.high, (name,), Hard.from_mapping(j)), mu)
            )
    return max(gaps)


READINGS = {
    "alpha": alpha,
    "rischel-weichwald": rischel_weichwald,
    "phi-abstraction": phi_abstraction,
    "cluster-dag": cluster_dag,
}
