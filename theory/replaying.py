"""Replay counterexamples: plain exact evaluation, by the models alone, of what they say.

Nothing here uses an engine. A counterexample that does not replay is a bug of ours, never a verdict.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from math import prod
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
from .definition import high_model
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
    own = parameters or {}
    match found:
        case Square():
            return _square(claim, found, own)
        case BoxPoint():
            return _box_point(claim, found)
        case LawGap():
            return _law_gap(claim, found, own)
        case MomentGap():
            return _moment_gap(claim, found, own)
        case NoContextMap():
            return _no_context_map(claim, found, own)
        case CountGap():
            return _count_gap(claim, found, own)
        case NotOnto(map="ω"):
            return None
        case NotOnto(map="τ_U"):
            return _misses_context(claim, found.value)
        case NotOnto():
            return _misses(claim, dict(found.value))
        case NotMonotone():
            upwards = precedes(claim.scm, found.lower, found.upper)
            high = high_model(claim)
            return upwards and not precedes(high, found.lower_image, found.upper_image)
        case NotABlockMap():
            return _is_no_block_map(claim, found)
        case Collision():
            first, second = (_run(claim.scm, way, own) for way in (found.first, found.second))
            alike = _shown(first, found.first.result) and _shown(second, found.second.result)
            return alike and found.values[0] != found.values[1]
        case NotSolvable():
            return _not_solvable(claim, found, own)
        case Gap() | GraphGap() | NoOmega():
            return None
        case _:
            assert_never(found)


# ---------------------------------------------------------------- runs


def _of(model: SCM, parameters: Mapping[str, Value]) -> dict[str, Value]:
    return {name: parameters[name] for name in model.parameters}


def _run(model: SCM, way: Way, parameters: Mapping[str, Value]) -> dict[str, Value]:
    return model.run(dict(way.context), way.intervention, parameters=_of(model, parameters))


def _shown(state: Mapping[str, Value], shown: Sequence[tuple[str, Value]]) -> bool:
    return all(state.get(name) == value for name, value in shown)


def _too_many(*models: SCM) -> bool:
    counts = [model.context_count() for model in models]
    return any(count is None or count > LIMIT for count in counts)


# ---------------------------------------------------------------- by kind


def _square(claim: Abstraction, found: Square, parameters: Mapping[str, Value]) -> bool | None:
    """Run both sides; what a machine computes was replayed by the engine that ran it."""
    if getattr(claim.low, "semantics", "exact") not in ("exact", "real", "exact-grid"):
        return None
    state = _run(claim.scm, found.low, parameters)
    read, result = claim.read(state), _run(high_model(claim), found.high, parameters)
    return (
        _shown(state, found.low.result)
        and _shown(read, found.image)
        and _shown(result, found.high.result)
        and bool(found.differs)
        and all(read[name] != result[name] for name in found.differs)
        and all(_source_agrees(claim, found, n, dict(u), parameters) for n, u in found.sources)
    )


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
    model, high = claim.low, high_model(claim)
    assert isinstance(model, ReadsRows)
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
        above.append((name, high.run(_image(claim, dict(context), high.roots))[name]))
    state = model.run_row(found.row, fixed)
    wanted = high.run(_image(claim, dict(found.base), high.roots), Hard(tuple(above)))
    read = {name: evaluate(claim.tau[name], state) for name, _ in found.low}
    return (
        near
        and _shown(read, found.low)
        and _shown(wanted, found.high)
        and bool(found.differs)
        and all(read[name] != wanted[name] for name in found.differs)
    )


def _law_gap(claim: Abstraction, found: LawGap, parameters: Mapping[str, Value]) -> bool | None:
    """Add up the probability of the event on both sides."""
    if _too_many(claim.scm, high_model(claim)):
        return None
    try:
        p = _probability(claim.scm, found.low, found.event, parameters, claim.tau)
        q = _probability(high_model(claim), found.high, found.event, parameters, None)
    except OutOfReachError:
        return None
    return (p, q) == (found.p_low, found.p_high) and p != q


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


def _moment_gap(claim: Abstraction, found: MomentGap, parameters: Mapping[str, Value]) -> bool:
    """Compute the mean of a variable, or the covariance of two, on both sides."""
    low, high = claim.scm, high_model(claim)
    below = moments(low, found.low, read=claim.tau, parameters=_of(low, parameters))
    above = moments(high, found.high, parameters=_of(high, parameters))
    if len(found.names) == 1:
        (name,) = found.names
        pair = below.mean[name], above.mean[name]
    else:
        first, second = found.names
        pair = below.covariance[first, second], above.covariance[first, second]
    return pair == (found.value_low, found.value_high) and pair[0] != pair[1]


def _no_context_map(
    claim: Abstraction, found: NoContextMap, parameters: Mapping[str, Value]
) -> bool | None:
    """Run the context under every separator, and look for one above that does all of it."""
    low, high = claim.scm, high_model(claim)
    if not found.separators:
        return False
    if _too_many(high):
        return None
    context, own = dict(found.context), _of(low, parameters)
    seen = all(
        _shown(claim.read(low.run(context, i, parameters=own)), image)
        for i, _, image in found.separators
    )
    response = [(j, image) for _, j, image in found.separators]
    return seen and not any(_responds(high, w, response, parameters) for w in high.contexts())


def _count_gap(claim: Abstraction, found: CountGap, parameters: Mapping[str, Value]) -> bool | None:
    """Count the contexts above that respond so; those below are the search's to count."""
    high = high_model(claim)
    if _too_many(high):
        return None
    members = sum(_responds(high, w, found.response, parameters) for w in high.contexts())
    return members == found.high and found.low < found.high


def _responds(
    model: SCM,
    context: Mapping[str, Value],
    response: Sequence[tuple[Intervention, Sequence[tuple[str, Value]]]],
    parameters: Mapping[str, Value],
) -> bool:
    """Whether a context gives these values under each of these interventions."""
    own = _of(model, parameters)
    return all(_shown(model.run(context, j, parameters=own), shown) for j, shown in response)


def _not_solvable(
    claim: Abstraction, found: NotSolvable, parameters: Mapping[str, Value]
) -> bool | None:
    """Count the solutions of a cyclic model."""
    model = high_model(claim) if found.above else claim.scm
    if not model.cyclic:
        return None
    own = _of(model, parameters)
    try:
        solutions = model.solutions(dict(found.context), found.intervention, parameters=own)
    except OutOfReachError:
        return None
    return len(solutions) == found.solutions != 1


# ---------------------------------------------------------------- maps


def _image(
    claim: Abstraction, context: Mapping[str, Value], roots: Iterable[str]
) -> dict[str, Value]:
    """τ_U at a context: as given, else by name."""
    given = claim.tau_u or {}
    return {
        name: evaluate(given[name], context) if name in given else context[name] for name in roots
    }


def _misses_context(claim: Abstraction, value: Sequence[tuple[str, Value]]) -> bool | None:
    """Whether no low-level context is mapped to this high-level one."""
    if _too_many(claim.scm):
        return None
    wanted = dict(value)
    return not any(_image(claim, u, wanted) == wanted for u in claim.scm.contexts())


def _misses(claim: Abstraction, value: Mapping[str, Value]) -> bool | None:
    """Whether no low-level state has these τ values."""
    names = sorted({v for name in value for v in free_names(claim.tau[name])})
    states = _states(claim.scm, names)
    if states is None:
        return None
    return not any(
        all(evaluate(claim.tau[name], state) == wanted for name, wanted in value.items())
        for state in states
    )


def _is_no_block_map(claim: Abstraction, found: NotABlockMap) -> bool:
    """Whether the maps read the variables that they are said to read."""
    read = [(variable, name) for variable, names in found.variables for name in names]
    if found.map == "τ_U":
        given = claim.tau_u or {}
        roots = claim.scm.roots
        return all(
            root in support(given.get(name, Reference(name)), claim.scm, roots)
            for root, name in read
        )
    return bool(read) and all(_reads(claim, v, name) is not False for v, name in read)


def _reads(claim: Abstraction, variable: str, high: str) -> bool | None:
    """Whether τ of `high` changes with `variable` at some state."""
    expression = claim.tau[high]
    names = free_names(expression)
    if variable not in names:
        return False
    if _states(claim.scm, sorted(names)) is None:
        return None
    changes = _states(claim.scm, [variable])
    others = _states(claim.scm, sorted(names - {variable}))
    assert changes is not None
    assert others is not None
    values = list(changes)
    return any(len({evaluate(expression, state | x) for x in values}) > 1 for state in others)


def _states(model: SCM, names: Sequence[str]) -> Iterator[dict[str, Value]] | None:
    """All values of some variables; `None` if there are more than 2^22."""
    domains = [model.domain(name) for name in names]
    finite = [d for d in domains if isinstance(d, Finite | Range)]
    if len(finite) < len(domains) or prod(d.size for d in finite) > LIMIT:
        return None
    return (dict(zip(names, values, strict=True)) for values in product(*finite))
