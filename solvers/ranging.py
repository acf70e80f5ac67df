"""The spaces of a defect, listed literally, in the canonical order.

Interventions come by number of targets, then by the positions of their targets in the model, then
by the positions of their values in the domains. Contexts are lexicographic: the first root varies
slowest. Swaps come by number of sites, then by the positions of the sites in the claim, then by
their sources, lexicographically, then by base. The first counterexample in this order is the
minimal one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, product
from typing import assert_never, final

from tauomega.theory.abstraction import Abstraction
from tauomega.theory.errors import InputError, OutOfReachError
from tauomega.theory.family import (
    All,
    Block,
    BlocksAndSilence,
    Family,
    Given,
    Reach,
    Single,
    TauMax,
)
from tauomega.theory.intervention import NOTHING, Hard, Intervention
from tauomega.theory.kernel import Domain, Finite, Range, Value
from tauomega.theory.policy import Depth, HighFamily, Sources
from tauomega.theory.scm import SCM, Context

from .facts import Facts
from .omega import omega_tau, values_of

__all__ = [
    "Swap",
    "block_settings",
    "canonical_key",
    "exchanges",
    "hard_interventions",
    "high_interventions",
    "low_interventions",
    "require_blocks",
    "source_pairs",
    "swaps",
]

LIMIT = 2**17


Point = tuple[Value, ...]
"""A context: the values of the roots, in their order."""
Allows = Callable[[Point, Point], bool]
"""Whether a (source, base) pair is allowed."""


@final
@dataclass(frozen=True, slots=True)
class Swap:
    """An interchange: a base, and for each swapped site the source of its value."""

    base: tuple[Value, ...]
    sources: tuple[tuple[str, tuple[Value, ...]], ...]


# ---------------------------------------------------------------- interventions


def hard_interventions(model: SCM, names: Sequence[str]) -> Iterator[Hard]:
    """All hard interventions on these variables, the empty one first, in canonical order."""
    for count in range(len(names) + 1):
        for targets in combinations(names, count):
            for values in product(*(values_of(model.domain(name)) for name in targets)):
                yield Hard(tuple(zip(targets, values, strict=True)))


def canonical_key(model: SCM, intervention: Intervention) -> tuple[object, ...]:
    """The position of an intervention in the canonical order, as a sortable key; hard ones come first."""
    place = {name: index for index, name in enumerate(model.endogenous)}
    fixed = intervention if isinstance(intervention, Hard) else intervention.hard
    items = sorted(fixed.items, key=lambda item: place[item[0]])
    values = tuple(_position(model.domain(name), value) for name, value in items)
    targets = tuple(sorted(place[name] for name in intervention.targets))
    rest = "" if isinstance(intervention, Hard) else str(intervention)
    return (len(targets), targets, bool(rest), values, rest)


def _position(domain: Domain, value: Value) -> Fraction:
    if isinstance(domain, Finite | Range):
        return Fraction(domain.index(value))
    assert not isinstance(value, str)
    return Fraction(value)


def low_interventions(claim: Abstraction, facts: Facts, family: Family) -> list[Intervention]:
    """The low-level interventions of a family, in canonical order (`TauMax`: a superset of it).

    Raises:
        InputError: the family needs blocks and τ is no block map; a list is missing, or sets a
            variable that is neither mapped nor inert.
        OutOfReachError: there are more than 2^17 of them, or infinitely many.
    """
    scm = claim.scm
    match family:
        case Given():
            listed = _listed(claim, facts, family)
            return sorted(dict.fromkeys(listed), key=lambda i: canonical_key(scm, i))
        case All() | TauMax():
            return [*_limited(hard_interventions(scm, _settable(claim, facts)))]
        case Block():
            return [*_unions(claim, facts, len(facts.supports))]
        case Single(k=k):
            return [*_unions(claim, facts, k)]
        case Reach(depth=depth):
            return [*_reached(claim, facts, depth)]
        case BlocksAndSilence():
            listed = _limited(hard_interventions(scm, _settable(claim, facts)))
            return [i for i in listed if not _fixes_partly(claim, facts, i)]
        case _:
            assert_never(family)


def _fixes_partly(claim: Abstraction, facts: Facts, intervention: Hard) -> bool:
    """Whether some block is set in part, and its high-level value is determined by that."""
    for name, block in facts.supports.items():
        inside = Hard(tuple(item for item in intervention.items if item[0] in block))
        if inside.items and len(inside.items) < len(block):
            image = omega_tau(claim, facts, inside)
            if image is None or name in image.targets:
                return True
    return False


def _settable(claim: Abstraction, facts: Facts) -> list[str]:
    allowed = facts.mapped | set(facts.inert)
    return [name for name in claim.scm.endogenous if name in allowed]


def _listed(claim: Abstraction, facts: Facts, family: Given) -> Iterable[Intervention]:
    listed = family.interventions
    if listed is None:
        if claim.omega is None:
            message = 'family = "given" needs interventions = ["", …]; "" is the empty one'
            raise InputError([message])
        listed = tuple(i for i, _ in claim.omega)
    settable = set(_settable(claim, facts))
    faults = [
        f"the intervention {str(i)!r} sets {name!r}, which no τ reads and which is not declared "
        f'inert; write inert = ["{name}"] under [abstraction] if it is claimed to have no effect'
        for i in listed
        for name in sorted(i.targets - settable)
    ]
    if faults:
        raise InputError(faults)
    return listed


def _limited(interventions: Iterator[Hard]) -> list[Hard]:
    found = []
    for intervention in interventions:
        found.append(intervention)
        if len(found) > LIMIT:
            raise OutOfReachError("low-level interventions", len(found), LIMIT)
    return found


def require_blocks(facts: Facts, family: str) -> None:
    """Check that τ is a block map.

    Raises:
        InputError: some low-level variables are read by several τ; they are named.
    """
    if facts.is_block_map:
        return
    shared = [f"{name!r} (for {', '.join(highs)})" for name, highs in facts.shared]
    raise InputError(
        [
            f'family = "{family}" needs a block map, but several τ read {"; ".join(shared)}; '
            'write family = "given", "all" or "taumax"'
        ]
    )


def block_settings(claim: Abstraction, facts: Facts) -> dict[str, list[Hard]]:
    """High-level variable -> all settings of its block."""
    scm = claim.scm
    return {
        name: [
            Hard(tuple(zip(block, values, strict=True)))
            for values in product(*(values_of(scm.domain(v)) for v in block))
        ]
        for name, block in facts.supports.items()
        if block
    }


def _unions(claim: Abstraction, facts: Facts, most: int) -> list[Hard]:
    require_blocks(facts, "block" if most >= len(facts.supports) else "single")
    return _union(claim, block_settings(claim, facts), most)


def _union(claim: Abstraction, settings: Mapping[str, Sequence[Hard]], most: int) -> list[Hard]:
    def each() -> Iterator[Hard]:
        for count in range(min(most, len(settings)) + 1):
            for names in combinations(settings, count):
                for parts in product(*(settings[name] for name in names)):
                    yield Hard(tuple(item for part in parts for item in part.items))

    return sorted(_limited(each()), key=lambda i: canonical_key(claim.scm, i))


def _reached(claim: Abstraction, facts: Facts, depth: int | None) -> list[Hard]:
    require_blocks(facts, "reach")
    scm = claim.scm
    if scm.parameters:
        raise InputError(
            [
                f'family = "reach" is of the values that runs produce, which depend on the parameter {name!r}; '
                "give it a value, or ask for another family"
                for name in scm.parameters
            ]
        )
    blocks = {name: block for name, block in facts.supports.items() if block}
    reached: dict[str, dict[Hard, None]] = {name: {} for name in blocks}
    family = [NOTHING]
    rounds = 0
    while depth is None or rounds < depth:
        before = sum(map(len, reached.values()))
        for intervention in family:
            for context in scm.contexts():
                state = scm.run(context, intervention)
                for name, block in blocks.items():
                    setting = Hard(tuple((v, state[v]) for v in block))
                    reached[name].setdefault(setting)
        settings = {name: list(found) for name, found in reached.items()}
        family = _union(claim, settings, len(blocks))
        rounds += 1
        if sum(map(len, reached.values())) == before:
            break
    return family


def high_interventions(claim: Abstraction, family: HighFamily) -> list[Intervention]:
    """I_H: the declared high-level interventions, or all hard ones, in canonical order."""
    assert claim.high is not None
    if family is HighFamily.DECLARED:
        assert claim.high_interventions is not None
        high = claim.high
        return sorted(set(claim.high_interventions), key=lambda j: canonical_key(high, j))
    return [*_limited(hard_interventions(claim.high, claim.high.endogenous))]


# ---------------------------------------------------------------- swaps


def swaps(claim: Abstraction, depth: Depth, sources: Sources) -> Iterator[Swap]:
    """All interchanges: sets of sites within the depth, sources, bases."""
    bases = [tuple(context.values()) for context in claim.scm.contexts()]
    allows = _allows(claim, sources, bases)
    names = tuple(claim.sites)
    most = len(names) if depth.k is None else min(depth.k, len(names))
    for count in range(1, most + 1):
        for chosen in combinations(names, count):
            yield from _swapped(chosen, bases, allows)


def _swapped(names: Sequence[str], bases: Sequence[Point], allows: Allows) -> Iterator[Swap]:
    """The interchanges of exactly these sites: sources slowest, then bases."""
    for origin in product(bases, repeat=len(names)):
        for base in bases:
            if all(allows(source, base) for source in origin):
                yield Swap(base, tuple(zip(names, origin, strict=True)))


def _allows(claim: Abstraction, sources: Sources, bases: Sequence[Point]) -> Allows:
    """Whether a (source, base) pair is allowed, without listing all pairs of contexts."""
    if sources.name == "all":
        return lambda source, base: True
    if sources.name == "forward":
        place = {base: number for number, base in enumerate(bases)}
        return lambda source, base: place[source] < place[base]
    listed = source_pairs(claim, sources)
    return lambda source, base: (source, base) in listed


def exchanges(claim: Abstraction, sites: tuple[str, ...], sources: Sources) -> Iterator[Swap]:
    """All interchanges of exactly these sites: a source for each, and a base.

    Raises:
        InputError: a name has no site.
    """
    names = sites or tuple(claim.sites)
    faults = [
        f"{name!r} has no site; sites: {', '.join(claim.sites)}"
        for name in names
        if name not in claim.sites
    ]
    if faults:
        raise InputError(faults)
    bases = [tuple(context.values()) for context in claim.scm.contexts()]
    yield from _swapped(names, bases, _allows(claim, sources, bases))


def source_pairs(
    claim: Abstraction, sources: Sources
) -> set[tuple[tuple[Value, ...], tuple[Value, ...]]]:
    """The allowed (source, base) pairs, as contexts in the order of the low-level roots.

    Raises:
        InputError: a listed pair is no pair of contexts.
    """
    contexts = [tuple(context.values()) for context in claim.scm.contexts()]
    if sources.name == "all":
        return set(product(contexts, contexts))
    if sources.name == "forward":
        return {(contexts[i], contexts[j]) for j in range(len(contexts)) for i in range(j)}
    known = set(contexts)
    faults = [
        f"sources lists {list(point)!r}, no context: give values of {', '.join(claim.scm.roots)}"
        for pair in sources.pairs
        for point in pair
        if point not in known
    ]
    if faults:
        raise InputError(faults)
    return set(sources.pairs)


def as_context(model: SCM, values: tuple[Value, ...]) -> Context:
    """Values in the order of the roots, as a context."""
    return dict(zip(model.roots, values, strict=True))
