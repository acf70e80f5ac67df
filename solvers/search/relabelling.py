r"""Solutions that differ in names only: the relabellings of the high level, and one of each orbit.

A relabelling exchanges high-level variables and renames their values, so that the high-level model stays
what it is: it maps the responses of the model to interventions onto themselves - context by context
where τ_U is fixed, as a whole where it is searched. It may move only what is to be found. Of each orbit
the lexicographically least candidate is kept (Crawford, Ginsberg, Luks & Roy (1996), "Symmetry-breaking
predicates for search problems"); all relabellings being listed, exactly one is left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations, product
from math import factorial, prod
from typing import final

from tauomega.theory.definition import high_model
from tauomega.theory.errors import InputError, OutOfReachError
from tauomega.theory.intervention import Hard
from tauomega.theory.kernel import Hole, Value
from tauomega.theory.kernel.circuit import FALSE, TRUE
from tauomega.theory.policy import TauUPolicy

from ..omega import values_of
from .sketch import Candidate, Place, Sketch
from .tables import Tables

__all__ = ["Relabelling", "is_least", "least_only", "relabellings"]

MOST_TRIED = 2**14
MOST_RUNS = 2**16
MOST_KEPT = 2**10


@final
@dataclass(frozen=True, slots=True)
class Relabelling:
    """High-level variable -> the variable that it becomes, and how its values are renamed."""

    variables: Mapping[str, str]
    values: Mapping[str, Mapping[Value, Value]]

    def apply(self, sketch: Sketch, candidate: Candidate) -> Candidate:
        """The relabelled candidate."""
        place = {(u.place, u.name): k for k, u in enumerate(sketch.unknowns)}
        found = list(candidate)
        for k, unknown in enumerate(sketch.unknowns):
            if unknown.place is Place.TAU and unknown.name in self.variables:
                renamed = self.values[unknown.name]
                target = place[Place.TAU, self.variables[unknown.name]]
                found[target] = tuple(renamed[v] for v in candidate[k])
            elif unknown.place is Place.SITES:
                found[k] = tuple(self.variables.get(str(v), v) for v in candidate[k])
        return tuple(found)


def relabellings(sketch: Sketch, policy: TauUPolicy) -> list[Relabelling]:
    """Every relabelling but the identity, once for each different effect on candidates.

    Raises:
        InputError: the high-level model, ω or τ_U is to be found; cells are pinned.
        OutOfReachError: more than 2^14 relabellings to try, more than 2^16 high-level runs, or more
            than 2^10 relabellings.
    """
    if any(u.place in (Place.HIGH, Place.TAU_U, Place.OMEGA) for u in sketch.unknowns):
        raise InputError(
            ["up to relabelling: the high-level model, ω and τ_U must be given, not to be found"]
        )
    if sketch.pinned:
        raise InputError(["up to relabelling: no cell may be pinned"])
    movable = [n for n, e in sketch.claim.tau.items() if isinstance(e, Hole)]
    movable += [n for n in sketch.sites if n not in sketch.claim.tau]
    responses = _responses(sketch)
    searched = policy in (TauUPolicy.SEARCHED, TauUPolicy.SEARCHED_ONTO)
    found: dict[object, Relabelling] = {}
    for tried in _tried(sketch, movable):
        if _is_automorphism(tried, responses, whole=searched):
            found.setdefault(_effect(sketch, tried), tried)
            if len(found) > MOST_KEPT:
                raise OutOfReachError("relabellings", len(found), MOST_KEPT)
    return [r for key, r in found.items() if key != _effect(sketch, _identity(sketch, movable))]


def _identity(sketch: Sketch, movable: Sequence[str]) -> Relabelling:
    high = high_model(sketch.claim)
    values = {n: {v: v for v in values_of(high.domain(n))} for n in movable}
    return Relabelling({n: n for n in movable}, values)


def _effect(sketch: Sketch, r: Relabelling) -> object:
    """What a relabelling does to candidates: names of τ with their values; of sites, names alone."""
    read = [n for n in r.variables if n in sketch.claim.tau]
    renamed = tuple((n, tuple(r.values[n].items())) for n in read)
    return tuple(r.variables.items()), renamed


def _tried(sketch: Sketch, movable: Sequence[str]) -> Iterator[Relabelling]:
    high = high_model(sketch.claim)
    domains = {n: tuple(values_of(high.domain(n))) for n in movable}
    count = factorial(len(movable)) * prod(factorial(len(d)) for d in domains.values())
    if count > MOST_TRIED:
        raise OutOfReachError("relabellings to try", count, MOST_TRIED)
    for targets in permutations(movable):
        pairs = list(zip(movable, targets, strict=True))
        if all(_alike(sketch, a, b) and len(domains[a]) == len(domains[b]) for a, b in pairs):
            for images in product(*(permutations(domains[b]) for _, b in pairs)):
                values = {
                    a: dict(zip(domains[a], image, strict=True))
                    for (a, _), image in zip(pairs, images, strict=True)
                }
                yield Relabelling(dict(pairs), values)


def _alike(sketch: Sketch, one: str, other: str) -> bool:
    """Whether what is to be found for two variables ranges over the same things."""
    mine, theirs = (sketch.claim.tau.get(n) for n in (one, other))
    sites = [set(sketch.sites.get(n, ())) for n in (one, other)]
    return mine == theirs and sites[0] == sites[1]


Response = tuple[tuple[str, Value], ...]
Responses = list[dict[frozenset[tuple[str, Value]], Response]]


def _responses(sketch: Sketch) -> Responses:
    """For every context, what the high-level model does under every hard intervention."""
    high = high_model(sketch.claim)
    names = [n for n in high.endogenous if n in sketch.claim.tau or n in sketch.sites]
    choices = [[None, *values_of(high.domain(n))] for n in names]
    runs = (high.context_count() or MOST_RUNS + 1) * prod(map(len, choices))
    if runs > MOST_RUNS:
        raise OutOfReachError("high-level runs", runs, MOST_RUNS)
    found: Responses = []
    for w in high.contexts():
        rows = {}
        for chosen in product(*choices):
            items = tuple((n, v) for n, v in zip(names, chosen, strict=True) if v is not None)
            run = high.run(w, Hard(items))
            rows[frozenset(items)] = tuple((n, run[n]) for n in names)
        found.append(rows)
    return found


def _is_automorphism(r: Relabelling, responses: Responses, *, whole: bool) -> bool:
    def moved(items: Iterator[tuple[str, Value]] | Response) -> frozenset[tuple[str, Value]]:
        return frozenset(
            (r.variables.get(n, n), r.values[n][v] if n in r.values else v) for n, v in items
        )

    renamed = [{moved(tuple(i)): moved(row) for i, row in rows.items()} for rows in responses]
    plain = [{i: frozenset(row) for i, row in rows.items()} for rows in responses]
    if not whole:
        return renamed == plain
    return Counter(frozenset(x.items()) for x in renamed) == Counter(
        frozenset(x.items()) for x in plain
    )


# ---------------------------------------------------------------- one of each orbit


def is_least(sketch: Sketch, group: Sequence[Relabelling], candidate: Candidate) -> bool:
    """Whether no relabelling makes a candidate smaller."""

    def numbers(c: Candidate) -> list[int]:
        return [
            values.index(v)
            for u, table in zip(sketch.unknowns, c, strict=True)
            for values, v in zip(u.values, table, strict=True)
        ]

    mine = numbers(candidate)
    return all(mine <= numbers(r.apply(sketch, candidate)) for r in group)


def least_only(tables: Tables, group: Sequence[Relabelling]) -> Iterator[int]:
    """Literals that say that no relabelling makes the candidate smaller."""
    c, sketch = tables.blaster.circuit, tables.sketch
    place = {(u.place, u.name): k for k, u in enumerate(sketch.unknowns)}
    for r in group:
        equal, smaller = TRUE, []
        origin = {target: name for name, target in r.variables.items()}
        for k, unknown in enumerate(sketch.unknowns):
            if unknown.place not in (Place.TAU, Place.SITES):
                continue
            for at, cell in enumerate(tables.cells[k]):
                if unknown.place is Place.TAU:
                    if unknown.name not in origin:
                        break
                    source = tables.cells[place[Place.TAU, origin[unknown.name]]][at]
                    values = r.values[origin[unknown.name]]
                    image = {values[v]: f for v, f in source.items()}
                else:
                    image = {r.variables.get(str(v), v): f for v, f in cell.items()}
                order = list(cell)
                worse = c.any(
                    c.land(cell[v], image.get(w, FALSE))
                    for a, v in enumerate(order)
                    for w in order[:a]
                )
                smaller.append(c.land(equal, worse))
                same = c.any(c.land(cell[v], image.get(v, FALSE)) for v in order)
                equal = c.land(equal, same)
        yield -c.any(smaller)
