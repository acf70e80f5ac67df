"""Replay counterexamples: plain exact evaluation, by the models alone, of what they say.

Nothing here uses an engine. A counterexample that does not replay is a bug of ours, never a verdict.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import assert_never

from .abstraction import Abstraction, ReadsRows
from .counterexample import (
    BoxPoint,
    Collision,
    Counterexample,
    CountGap,
    Gap,
    GraphGap,
    LawGap,
    MomentGap,
    NoContextMap,
    NoOmega,
    NotABlockMap,
    NotMonotone,
    NotOnto,
    NotSolvable,
    Square,
    Way,
)
from .errors import OutOfReachError
from .gaussian import moments
from .intervention import Compound, Hard, Intervention
from .kernel import Expression, Finite, Range, Reference, Value, evaluate, free_names
from .laws import law_of
from .scm import SCM
from .soft_omega import support
from .soft_order import precedes

__all__ = ["replays"]

LIMIT = 2**22


def replays(
    claim: Abstraction, found: Counterexample, parameters: Mapping[str, Value] | None = None
) -> bool | None:
    """Whether a counterexample shows what it says.

    `None`: the replay would take more than 2^22 runs, or needs the search that found it.
    """
    low, high = claim.scm, claim.high
    own = parameters or {}
    exact = getattr(claim.low, "semantics", "exact") in ("exact", "real", "exact-grid")
    match found:
        case Square() if not exact:
            return None  # the engine that ran the machine has run it twice
        case Square():
            assert high is not None
            state = _run(low, found.low, own)
            read = claim.read(state)
            result = _run(high, found.high, own)
            return (
                _shown(state, found.low.result)
                and _shown(read, found.image)
                and _shown(result, found.high.result)
                and bool(found.differs)
                and all(read[name] != result[name] for name in found.differs)
                and all(
                    _source_agrees(claim, found, name, dict(u), own) for name, u in found.sources
                )
            )
        case BoxPoint():
            return _box_point(claim, found)
        case LawGap():
            assert high is not None
            if _too_many(low, high):
                return None
            try:
                p = _probability(low, found.low, found.event, own, claim.tau)
                q = _probability(high, found.high, found.event, own, None)
            except OutOfReachError:
                return None
            return (p, q) == (found.p_low, found.p_high) and p != q
        case MomentGap():
            assert high is not None
            below = moments(low, found.low, read=claim.tau, parameters=_of(low, own))
            above = moments(high, found.high, parameters=_of(high, own))
            pairs = [
                (
                    m.mean[found.names[0]]
                    if len(found.names) == 1
                    else m.covariance[found.names[0], found.names[1]]
                )
                for m in (below, above)
            ]
            return pairs == [found.value_low, found.value_high] and pairs[0] != pairs[1]
        case NoContextMap():
            assert high is not None
            if _too_many(high) or not found.separators:
                return None if found.separators else False
            context = dict(found.context)
            for i, _, image in found.separators:
                if not _shown(claim.read(low.run(context, i, parameters=_of(low, own))), image):
                    return False
            return all(
                any(
                    not _shown(high.run(w, j, parameters=_of(high, own)), image)
                    for _, j, image in found.separators
                )
                for w in high.contexts()
            )
        case CountGap():
            assert high is not None
            if _too_many(high):
                return None
            members = sum(
                all(
                    _shown(high.run(w, j, parameters=_of(high, own)), image)
                    for j, image in found.response
                )
                for w in high.contexts()
            )
            return members == found.high and found.low < found.high
        case NotOnto(map="ω"):
            return None
        case NotOnto(map="τ_U"):
            return None if _too_many(low) else _misses_context(claim, dict(found.value))
        case NotOnto():
            return _misses(claim, dict(found.value))
        case NotMonotone():
            assert high is not None
            return precedes(low, found.lower, found.upper) and not precedes(
                high, found.lower_image, found.upper_image
            )
        case NotABlockMap(map="τ_U"):
            maps = {
                n: (claim.tau_u or {}).get(n, Reference(n))
                for _, names in found.variables
                for n in names
            }
            return all(
                root in support(maps[n], low, low.roots)
                for root, names in found.variables
                for n in names
            )
        case NotABlockMap():
            return bool(found.variables) and all(
                _reads(claim, name, high_name) is not False
                for name, highs in found.variables
                for high_name in highs
            )
        case Collision():
            first, second = (_run(low, way, own) for way in (found.first, found.second))
            alike = _shown(first, found.first.result) and _shown(second, found.second.result)
            return alike and found.values[0] != found.values[1]
        case NotSolvable(context=context, intervention=intervention, solutions=count):
            assert high is not None or not found.above
            model = high if found.above and high is not None else low
            try:
                solutions = model.solutions(dict(context), intervention, parameters=_of(model, own))
            except OutOfReachError:
                return None
            return len(solutions) == count != 1 if model.cyclic else None
        case Gap() | GraphGap() | NoOmega():
            return None
        case _:
            assert_never(found)


def _of(model: SCM, parameters: Mapping[str, Value]) -> dict[str, Value]:
    return {name: parameters[name] for name in model.parameters}


def _run(model: SCM, way: Way, parameters: Mapping[str, Value]) -> dict[str, Value]:
    return model.run(dict(way.context), way.intervention, parameters=_of(model, parameters))


def _shown(state: Mapping[str, Value], shown: Sequence[tuple[str, Value]]) -> bool:
    return all(state.get(name) == value for name, value in shown)


def _source_agrees(
    claim: Abstraction,
    square: Square,
    name: str,
    source: Mapping[str, Value],
    parameters: Mapping[str, Value],
) -> bool:
    run = claim.scm.run(source, parameters=_of(claim.scm, parameters))
    intervention = square.low.intervention
    assert isinstance(intervention, Hard), "an interchange sets values"
    fixed = dict(intervention.items)
    return all(fixed[v] == run[v] for v in claim.sites[name])


def _box_point(claim: Abstraction, found: BoxPoint) -> bool:
    """Run the sources, patch the base, run the high-level model: all exactly, all inside the boxes."""
    model, high = claim.low, claim.high
    assert isinstance(model, ReadsRows)
    assert high is not None
    placed = [(found.base, found.row), *((context, row) for _, context, row in found.sources)]
    near = all(
        abs(x - centre) <= found.radius
        for context, row in placed
        for x, centre in zip(row, model.row([v for _, v in context]), strict=True)
    )
    fixed: dict[str, Fraction] = {}
    above: list[tuple[str, Value]] = []
    for name, context, row in found.sources:
        values = model.run_row(row, {})
        fixed |= {unit: Fraction(values[unit]) for unit in claim.sites[name]}
        above.append((name, high.run(_image(claim, dict(context)))[name]))
    state = model.run_row(found.row, fixed)
    wanted = high.run(_image(claim, dict(found.base)), Hard(tuple(above)))
    read = {name: evaluate(claim.tau[name], state) for name, _ in found.low}
    return (
        near
        and _shown(read, found.low)
        and _shown(wanted, found.high)
        and bool(found.differs)
        and all(read[name] != wanted[name] for name in found.differs)
    )


def _image(claim: Abstraction, context: Mapping[str, Value]) -> dict[str, Value]:
    """τ_U at a context: as given, else by name."""
    assert claim.high is not None
    given = claim.tau_u or {}
    return {
        name: evaluate(given[name], context) if name in given else context[name]
        for name in claim.high.roots
    }


def _too_many(*models: SCM) -> bool:
    counts = [model.context_count() for model in models]
    return any(count is None or count > LIMIT for count in counts)


def _probability(
    model: SCM,
    intervention: Intervention,
    event: Sequence[tuple[str, Value]],
    parameters: Mapping[str, Value],
    tau: Mapping[str, Expression] | None,
) -> Fraction:
    total = Fraction(0)
    for state, weight in _outcomes(model, intervention, _of(model, parameters)):
        seen = state if tau is None else {name: evaluate(e, state) for name, e in tau.items()}
        if _shown(seen, event):
            total += weight
    return total


def _outcomes(
    model: SCM, intervention: Intervention, parameters: Mapping[str, Value]
) -> Iterator[tuple[Mapping[str, Value], Fraction]]:
    """The states that may come out, each with a probability: of its context, or variable by variable."""
    if model.conditional or (isinstance(intervention, Compound) and intervention.stochastic):
        for items, weight in law_of(model, intervention, parameters=parameters).items():
            yield dict(items), weight
        return
    for context in model.contexts():
        yield model.run(context, intervention, parameters=parameters), model.probability(context)


def _misses_context(claim: Abstraction, value: Mapping[str, Value]) -> bool:
    """Whether no low-level context is mapped to this high-level one; roots map by name or as given."""
    given = claim.tau_u or {}
    for context in claim.scm.contexts():
        image = {
            name: evaluate(given[name], context) if name in given else context[name]
            for name in value
        }
        if image == value:
            return False
    return True


def _misses(claim: Abstraction, value: Mapping[str, Value]) -> bool | None:
    """Whether no low-level state has these τ values."""
    names = sorted({v for name in value for v in free_names(claim.tau[name])})
    domains = [claim.scm.domain(v) for v in names]
    finite = [d for d in domains if isinstance(d, Finite | Range)]
    size = 1
    for domain in finite:
        size *= domain.size
    if len(finite) < len(domains) or size > LIMIT:
        return None
    for values in product(*finite):
        state = dict(zip(names, values, strict=True))
        if all(evaluate(claim.tau[name], state) == wanted for name, wanted in value.items()):
            return False
    return True


def _reads(claim: Abstraction, variable: str, high: str) -> bool | None:
    """Whether τ of `high` changes with `variable` at some state."""
    expression = claim.tau[high]
    names = sorted(free_names(expression))
    if variable not in names:
        return False
    domains = {v: claim.scm.domain(v) for v in names}
    finite = {v: d for v, d in domains.items() if isinstance(d, Finite | Range)}
    size = 1
    for domain in finite.values():
        size *= domain.size
    if len(finite) < len(domains) or size > LIMIT:
        return None
    rest = [v for v in names if v != variable]
    for values in product(*(finite[v] for v in rest)):
        state = dict(zip(rest, values, strict=True))
        seen = {evaluate(expression, state | {variable: value}) for value in finite[variable]}
        if len(seen) > 1:
            return True
    return False
