r"""Which squares to demand: all of them, enough of them, or some of those that a candidate breaks.

*Local squares suffice.* Let the blocks be fixed, and every union of blocks be set. If the squares commute
in which all blocks but one are set, all squares do: under any block intervention the low-level solution is
also the solution when all blocks but j are set to what they are there, so its τ satisfies every high-level
equation, and acyclic equations have one solution. Such a square depends on few roots and variables only.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from itertools import combinations, product
from math import comb, prod

from tauomega.theory.abstraction import Abstraction
from tauomega.theory.counterexample import NoContextMap, Square
from tauomega.theory.definition import high_model
from tauomega.theory.errors import InputError
from tauomega.theory.family import Block, Given, Single
from tauomega.theory.intervention import Hard
from tauomega.theory.kernel import Hole, Kind, Value, evaluate, free_names
from tauomega.theory.kernel.circuit import FALSE, TRUE
from tauomega.theory.scm import SCM

from ..omega import any_value, values_of
from ..ranging import swaps
from ..settled import hard
from .demands import Demands, Setting, Swapped
from .sketch import named

__all__ = [
    "LOCAL",
    "all_demands",
    "broken",
    "count_demands",
    "from_counterexample",
    "local_squares",
]

LOCAL = "local squares suffice: solutions under block interventions compose"
DRAWS, KEEP, TRIES, MOST_ABOVE = 64, 8, 6, 64


def _blocks(demands: Demands) -> tuple[str, ...]:
    return tuple(name for name, reads in demands.reads.items() if reads)


def _most(demands: Demands) -> int:
    family = demands.plan.squares
    many = len(_blocks(demands))
    return min(family.k, many) if isinstance(family, Single) else many


def _mapped(demands: Demands, chosen: Iterable[str]) -> list[str]:
    """The variables that the τ of the chosen high-level variables may read."""
    wanted = {v for name in chosen for v, f in demands.reads[name].items() if f != FALSE}
    return [v for v in demands.low.endogenous if v in wanted]


def count_demands(demands: Demands) -> int:
    """How many squares and interchanges there are, the settings of blocks counted for the widest ones."""
    contexts = demands.low.context_count() or 0
    total = 0
    match demands.plan.squares:
        case Given(interventions=listed):
            both = (*(demands.claim.omega or ()), *demands.tables.sketch.omega)
            total = contexts * len(both if listed is None else listed)
        case Block() | Single():
            for size in range(_most(demands) + 1):
                for chosen in combinations(_blocks(demands), size):
                    domains = (values_of(demands.low.domain(v)) for v in _mapped(demands, chosen))
                    total += contexts * prod(d.size for d in domains)
        case None:
            pass
    if demands.plan.swaps is not None:
        sites = len(demands.claim.sites) + len(demands.tables.sketch.sites)
        depth = demands.plan.swaps.depth.k
        most = sites if depth is None else min(depth, sites)
        total += contexts * sum(comb(sites, k) * contexts**k for k in range(1, most + 1))
    return total


def all_demands(demands: Demands) -> Iterator[Setting | Swapped]:
    """Every square and every interchange."""
    contexts = [tuple(c.values()) for c in demands.low.contexts()]
    family = demands.plan.squares
    if isinstance(family, Given):
        for i, j in _pairs(demands, family):
            image = None if j is None else j.items
            yield from (Setting(u, pair=(i.items, image)) for u in contexts)
    elif family is not None:
        base = {v: any_value(demands.low.domain(v)) for v in demands.low.endogenous}
        for size in range(_most(demands) + 1):
            for chosen in combinations(_blocks(demands), size):
                names = _mapped(demands, chosen)
                for values in product(*(values_of(demands.low.domain(v)) for v in names)):
                    state = tuple((base | dict(zip(names, values, strict=True))).values())
                    yield from (Setting(u, chosen, state) for u in contexts)
    if demands.plan.swaps is not None:
        yield from _swaps(demands)


def _pairs(demands: Demands, family: Given) -> list[tuple[Hard, Hard | None]]:
    """The listed interventions with their ω, `None` where it is to be found."""
    given: dict[Hard, Hard | None] = {hard(i): hard(j) for i, j in demands.claim.omega or ()}
    given |= dict.fromkeys(map(hard, demands.tables.sketch.omega), None)
    listed = list(map(hard, given if family.interventions is None else family.interventions))
    lost = [i for i in listed if i not in given]
    if lost:
        raise InputError([f"ω does not list {i.describe()}" for i in lost])
    return [(i, given[i]) for i in listed]


def _swaps(demands: Demands) -> Iterator[Swapped]:
    space = demands.plan.swaps
    assert space is not None
    for swap in swaps(named(demands.tables.sketch), space.depth, space.sources):
        yield Swapped(swap.base, swap.sources)


def local_squares(demands: Demands, most: int) -> list[Setting] | None:
    """Squares that suffice; `None` if the blocks are not fixed, or there are more than `most`."""
    if not isinstance(demands.plan.squares, Block):
        return None
    if any(f not in (TRUE, FALSE) for reads in demands.reads.values() for f in reads.values()):
        return None
    low, high = demands.low, demands.high
    base = {v: any_value(low.domain(v)) for v in low.endogenous}
    first = {root: any_value(low.domain(root)) for root in low.roots}
    found: list[Setting] = []
    for name in demands.claim.tau:
        others = tuple(n for n in _blocks(demands) if n != name)
        cut = frozenset(_mapped(demands, others))
        mechanism = high[name].mechanism
        parents = {name} if mechanism is None else free_names(mechanism)
        roots, outside = _closure(low, free_names(demands.claim.tau[name]), cut)
        outside |= {v for p in parents if p in demands.reads for v in _mapped(demands, [p])}
        if demands.plan.tau_u is None:
            roots = set(low.roots)
        else:
            above = (e for root, e in demands.plan.tau_u if root in parents)
            roots |= {v for e in above for v in free_names(e)}
        names = [
            *(r for r in low.roots if r in roots),
            *(v for v in low.endogenous if v in outside),
        ]
        split = sum(r in roots for r in low.roots)
        domains = [values_of(low.domain(v)) for v in names]
        if len(found) + prod(d.size for d in domains) > most:
            return None
        for values in product(*domains):
            context = first | dict(zip(names[:split], values[:split], strict=True))
            state = base | dict(zip(names[split:], values[split:], strict=True))
            found.append(Setting(tuple(context.values()), others, tuple(state.values())))
    return found


def _closure(model: SCM, targets: Iterable[str], cut: frozenset[str]) -> tuple[set[str], set[str]]:
    """What variables depend on when those of `cut` are set: roots, and variables of `cut`."""
    roots: set[str] = set()
    outside: set[str] = set()
    pending = list(targets)
    seen = set(pending)
    while pending:
        name = pending.pop()
        variable = model[name]
        if variable.kind in (Kind.INPUT, Kind.EXOGENOUS) or variable.mechanism is None:
            roots.add(name)
            continue
        for parent in free_names(variable.mechanism) - seen:
            if parent in cut:
                outside.add(parent)
            else:
                seen.add(parent)
                pending.append(parent)
    return roots, outside


# ---------------------------------------------------------------- what a candidate breaks


def broken(demands: Demands, filled: Abstraction, rng: random.Random) -> list[Setting]:
    """Some squares, drawn at random, that a filled claim breaks: no context above fits all of them."""
    low, high = filled.scm, high_model(filled)
    above = high.context_count() or 0
    if (
        demands.plan.squares is None
        or isinstance(demands.plan.squares, Given)
        or above > MOST_ABOVE
    ):
        return []
    reads = _reads(demands, filled)
    endogenous = [values_of(low.domain(v)) for v in low.endogenous]
    roots = [values_of(low.domain(v)) for v in low.roots]
    blocks = [n for n in _blocks(demands) if reads[n]]
    found: list[Setting] = []
    for _ in range(DRAWS):
        u = tuple(rng.choice(list(d)) for d in roots)
        context = dict(zip(low.roots, u, strict=True))
        if demands.plan.tau_u is None:
            left = list(high.contexts())
        else:
            maps = filled.tau_u or dict(demands.plan.tau_u)
            left = [{r: evaluate(maps.get(r, e), context) for r, e in demands.plan.tau_u}]
        separators: list[Setting] = []
        for turn in range(TRIES):
            size = min(rng.randint(0, len(blocks)) if turn else 0, _most(demands))
            chosen = tuple(sorted(rng.sample(blocks, size), key=blocks.index))
            state = tuple(rng.choice(list(d)) for d in endogenous)
            values = dict(zip(low.endogenous, state, strict=True))
            mask = {v for name in chosen for v in reads[name]}
            below = low.run(
                context, Hard(tuple((v, values[v]) for v in low.endogenous if v in mask))
            )
            tau = {n: evaluate(e, below) for n, e in filled.tau.items()}
            j = Hard(tuple((n, evaluate(filled.tau[n], values)) for n in chosen))
            fits = [w for w in left if all(high.run(w, j)[n] == v for n, v in tau.items())]
            if len(fits) < len(left):
                separators.append(Setting(u, chosen, state))
                left = fits
            if not left:
                found += separators
                break
        if len(found) >= KEEP:
            break
    return found


def _reads(demands: Demands, filled: Abstraction) -> dict[str, list[str]]:
    """What the τ of a filled claim depend on."""
    found: dict[str, list[str]] = {}
    for name, reads in demands.reads.items():
        if not isinstance(demands.claim.tau[name], Hole):
            found[name] = list(reads)
            continue
        used = list(reads)
        domains = [values_of(filled.scm.domain(v)) for v in used]
        table = {
            values: evaluate(filled.tau[name], dict(zip(used, values, strict=True)))
            for values in product(*domains)
        }
        found[name] = [
            v
            for k, v in enumerate(used)
            if any(
                value != table[(*key[:k], next(iter(domains[k])), *key[k + 1 :])]
                for key, value in table.items()
            )
        ]
    return found


def from_counterexample(
    demands: Demands, filled: Abstraction, found: object
) -> list[Setting | Swapped]:
    """The squares that a counterexample to a filled claim names, as demands on all candidates."""
    low = filled.scm
    match found:
        case Square(sources=sources, low=way) if sources:
            origins = ((n, tuple(dict(u)[root] for root in low.roots)) for n, u in sources)
            return [Swapped(tuple(dict(way.context)[root] for root in low.roots), tuple(origins))]
        case Square(low=way, high=other):
            pairs = [(way.context, hard(way.intervention), hard(other.intervention))]
        case NoContextMap(context=context, separators=separators):
            pairs = [(context, hard(i), hard(j)) for i, j, _ in separators]
        case _:
            return []
    settings: list[Setting | Swapped] = []
    for context, i, j in pairs:
        u = tuple(dict(context)[root] for root in low.roots)
        if isinstance(demands.plan.squares, Given):
            image = None if i in demands.tables.sketch.omega else j.items
            settings.append(Setting(u, pair=(i.items, image)))
            continue
        base: dict[str, Value] = {v: any_value(low.domain(v)) for v in low.endogenous}
        state = tuple((base | dict(i.items)).values())
        settings.append(Setting(u, tuple(n for n, _ in j.items), state))
    return settings
