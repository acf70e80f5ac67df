r"""Classes of candidates: a claim with holes, where every unknown is a finite table.

A hole `?(X1, X2)` in τ, in τ_U or in a mechanism of either model is an unknown function of its
arguments. An unknown alignment is one, too: it gives every candidate low-level variable the site that it
belongs to, or none; and so is an unknown ω, which gives each listed low-level intervention a high-level
one. So a *candidate* is one value for every cell of every unknown table, and filling it
in gives a claim like any other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from itertools import product
from math import prod
from types import MappingProxyType
from typing import final

from tauomega.theory.abstraction import Abstraction
from tauomega.theory.errors import InputError
from tauomega.theory.intervention import NOTHING, Hard
from tauomega.theory.kernel import (
    Case,
    Constant,
    Domain,
    Expression,
    Finite,
    Hole,
    Range,
    Reference,
    Value,
    evaluate,
    free_names,
    image,
)
from tauomega.theory.kernel.errors import nearest
from tauomega.theory.scm import SCM, is_finite

from ..settled import hard

__all__ = ["ALIGNMENT", "OMEGA", "Candidate", "Place", "Sketch", "Unknown", "named"]

MOST_CELLS = 2**14
Key = tuple[Value, ...]
Candidate = tuple[tuple[Value, ...], ...]
"""For every unknown, in order, a value for every key, in order."""
ALIGNMENT, OMEGA = "sites", "ω"
MOST_IMAGES = 2**12
NOWHERE = ""
_NO_SITES: Mapping[str, Sequence[str]] = MappingProxyType({})
_NOTHING_PINNED: Mapping[str, Mapping[Key, Value]] = MappingProxyType({})


class Place(Enum):
    """Where an unknown stands."""

    TAU = "τ"
    TAU_U = "τ_U"
    LOW = "low-level mechanism"
    HIGH = "high-level mechanism"
    SITES = "alignment"
    OMEGA = "ω"


@final
@dataclass(frozen=True, slots=True)
class Unknown:
    """An unknown table.

    Attributes:
        place: where it stands.
        name: the variable whose map or mechanism it is.
        arguments: what it reads; nothing for an alignment, whose keys are low-level variables.
        keys: the combinations of the arguments' values that occur.
        values: for every key, the values to choose from.
    """

    place: Place
    name: str
    arguments: tuple[Expression, ...]
    keys: tuple[Key, ...]
    values: tuple[tuple[Value, ...], ...]

    @property
    def size(self) -> int:
        """How many tables there are."""
        return prod(map(len, self.values))

    def read(self, table: Sequence[Value]) -> tuple[int, ...]:
        """The positions of the arguments that a table depends on."""
        found = []
        for k in range(len(self.arguments)):
            first: dict[Key, Value] = {}
            for key, value in zip(self.keys, table, strict=True):
                if first.setdefault((*key[:k], *key[k + 1 :]), value) != value:
                    found.append(k)
                    break
        return tuple(found)

    def expression(self, table: Sequence[Value]) -> Expression:
        """A filled table as an expression; of variables it mentions only those it depends on."""
        plain = all(isinstance(a, Reference) for a in self.arguments)
        kept = self.read(table) if plain else tuple(range(len(self.arguments)))
        if not kept:
            return Constant(table[0])
        rows = {
            tuple(key[k] for k in kept): Constant(value)
            for key, value in zip(self.keys, table, strict=True)
        }
        default = None if plain else Constant(table[-1])
        return Case(tuple(self.arguments[k] for k in kept), tuple(rows.items()), default)


@final
@dataclass(frozen=True, slots=True)
class Sketch:
    """A claim with holes: the class of the claims that fill them.

    Attributes:
        claim: the claim; its maps and mechanisms may be holes.
        sites: high-level variable -> the low-level variables that its site may consist of; none
            listed: all but inputs and what τ reads. A site is not empty, and no variable is in two.
        omega: low-level interventions whose ω is to be found, beside those that the claim lists: among
            the declared high-level interventions, or all hard ones.
        pinned: variable -> cells of its hole that are known, by key.
        unknowns: the unknown tables, in a fixed order.

    Raises:
        InputError: there is nothing to find; a hole whose domain is not finite, or that has more
            than 2^14 cells; a site whose variable or candidates do not exist.
    """

    claim: Abstraction
    sites: Mapping[str, Sequence[str]] = field(default_factory=lambda: _NO_SITES)
    omega: tuple[Hard, ...] = ()
    pinned: Mapping[str, Mapping[Key, Value]] = field(default_factory=lambda: _NOTHING_PINNED)
    unknowns: tuple[Unknown, ...] = field(init=False)

    def __post_init__(self) -> None:
        anything = self._anything()
        sites = {name: tuple(listed) or anything for name, listed in self.sites.items()}
        object.__setattr__(self, "sites", MappingProxyType(sites))
        faults = list(self._faults())
        if faults:
            raise InputError(faults)
        found = tuple(
            self._pinned(u) for u in (*self._holes(faults), *self._alignment(), *self._omega())
        )
        faults += [
            f"the hole of {u.name!r} has {len(u.keys):,} cells; at most {MOST_CELLS:,} are searched"
            for u in found
            if len(u.keys) > MOST_CELLS
        ]
        if not found and not faults:
            faults.append("there is nothing to find: no hole ?(…), and no site or ω to choose")
        if faults:
            raise InputError(faults)
        for name, cells in self.pinned.items():
            faults += self._unpinnable(name, cells, found)
        if faults:
            raise InputError(faults)
        object.__setattr__(self, "unknowns", found)

    @property
    def size(self) -> int:
        """The number of candidates."""
        return prod(u.size for u in self.unknowns)

    def candidates(self) -> Iterator[Candidate]:
        """All candidates, lexicographically."""
        yield from product(*(list(product(*u.values)) for u in self.unknowns))

    def fill(self, candidate: Candidate) -> Abstraction:
        """The claim with every unknown filled in."""
        filled: dict[Place, dict[str, Expression]] = {place: {} for place in Place}
        sites, omega = dict(self.claim.sites), self.claim.omega
        for unknown, table in zip(self.unknowns, candidate, strict=True):
            if unknown.place is Place.SITES:
                for name in self.sites:
                    members = zip(unknown.keys, table, strict=True)
                    sites[name] = tuple(str(key[0]) for key, owner in members if owner == name)
            elif unknown.place is Place.OMEGA:
                images = (self.high_interventions[str(text)] for text in table)
                omega = (*(omega or ()), *zip(self.omega, images, strict=True))
            else:
                filled[unknown.place][unknown.name] = unknown.expression(table)
        claim = self.claim
        low = claim.low
        if filled[Place.LOW]:
            low = _filled(claim.scm, filled[Place.LOW])
        high = claim.high if claim.high is None else _filled(claim.high, filled[Place.HIGH])
        tau_u = None if claim.tau_u is None else dict(claim.tau_u) | filled[Place.TAU_U]
        tau = dict(claim.tau) | filled[Place.TAU]
        return replace(claim, low=low, high=high, tau=tau, tau_u=tau_u, omega=omega, sites=sites)

    @property
    def high_interventions(self) -> dict[str, Hard]:
        """The high-level interventions that ω may choose from, by their text.

        Raises:
            InputError: none are declared, and there are too many.
        """
        claim = self.claim
        if claim.high_interventions is not None:
            return {str(j): hard(j) for j in claim.high_interventions}
        model = claim.high
        assert model is not None
        domains = {n: d for n in model.endogenous if is_finite(d := model.domain(n))}
        choices = [(None, *d) for d in domains.values()]  # type: ignore[misc]  # finite
        if len(domains) < len(model.endogenous) or prod(map(len, choices)) > MOST_IMAGES:
            raise InputError(["there are too many high-level interventions; declare I_H"])
        return {
            str(j): j
            for chosen in product(*choices)
            for j in [
                Hard(tuple((n, v) for n, v in zip(domains, chosen, strict=True) if v is not None))
            ]
        }

    # ------------------------------------------------------------ the unknowns

    def _anything(self) -> tuple[str, ...]:
        claim = self.claim
        high = () if claim.high is None else claim.high.inputs
        read = {v for name, e in claim.tau.items() if name not in high for v in free_names(e)}
        return tuple(v for v in claim.scm.endogenous if v not in {*claim.scm.inputs, *read})

    def _faults(self) -> Iterator[str]:
        claim = self.claim
        listed = [
            *(i for pair in claim.omega or () for i in pair),
            *(claim.high_interventions or ()),
        ]
        for i in listed:
            if not isinstance(i, Hard):
                yield f"a search is over hard interventions, not {i.describe()}"
        if claim.partial or any(m is not None and m.cyclic for m in (claim.scm, claim.high)):
            yield "a search is over acyclic models and maps with a value at every state"
        yield from self._omega_faults()
        known = [] if claim.high is None else claim.high.endogenous
        for name, candidates in self.sites.items():
            if name not in known:
                yield f"the site of {name!r} is to be found, but it is no high-level variable{nearest(name, known)}"
            if name in claim.sites:
                yield f"the site of {name!r} is given and to be found; drop one"
            if not candidates:
                yield f"the site of {name!r} has no candidates"
            for variable in candidates:
                if variable not in claim.scm.endogenous:
                    hint = nearest(variable, claim.scm.endogenous)
                    yield f"a candidate for the site of {name!r}: {variable!r} is no low-level variable{hint}"

    def _unpinnable(
        self, name: str, cells: Mapping[Key, Value], found: Sequence[Unknown]
    ) -> Iterator[str]:
        holes = [u for u in found if u.name == name and u.place is not Place.SITES]
        if not holes:
            yield f"cells of {name!r} are pinned, but it has no hole"
        for unknown in holes:
            domain = {v for values in unknown.values for v in values}
            for key, value in cells.items():
                if key not in unknown.keys or value not in domain:
                    yield f"{name!r} is pinned to {value!r} at {key}: no such cell, or no such value"

    def _holes(self, faults: list[str]) -> Iterator[Unknown]:
        claim, high = self.claim, self.claim.high
        places: list[tuple[Place, str, Expression | None, Domain | None, SCM]] = []
        for name, expression in claim.tau.items():
            target = None if high is None else high.domain(name)
            places.append((Place.TAU, name, expression, target, claim.scm))
        for name, expression in (claim.tau_u or {}).items():
            target = None if high is None else high.domain(name)
            places.append((Place.TAU_U, name, expression, target, claim.scm))
        for place, model in ((Place.LOW, claim.scm), (Place.HIGH, high)):
            for v in () if model is None else model.variables:
                assert model is not None
                places.append((place, v.name, v.mechanism, v.domain, model))
        for place, name, hole, domain, model in places:
            if isinstance(hole, Hole):
                try:
                    yield _unknown(place, name, hole, domain, model)
                except InputError as error:
                    faults += [f"the hole of {name!r}: {f.message}" for f in error.faults]

    def _omega(self) -> Iterator[Unknown]:
        if self.omega and not self._omega_faults():
            keys = tuple((str(i),) for i in self.omega)
            values = (tuple(self.high_interventions),) * len(keys)
            yield Unknown(Place.OMEGA, OMEGA, (), keys, values)

    def _omega_faults(self) -> list[str]:
        given = [i for i, _ in self.claim.omega or ()]
        faults = ["ω is to be found, but there is no high-level model"] * (self.claim.high is None)
        return faults + [
            f"ω is given and to be found for {i.describe()}, or to be found twice"
            for k, i in enumerate(self.omega)
            if i in given or i in self.omega[:k]
        ]

    def _pinned(self, unknown: Unknown) -> Unknown:
        known = self.pinned.get(unknown.name, {})
        values = tuple(
            (known[key],) if key in known else listed
            for key, listed in zip(unknown.keys, unknown.values, strict=True)
        )
        return replace(unknown, values=values)

    def _alignment(self) -> Iterator[Unknown]:
        if not self.sites:
            return
        taken = {v for site in self.claim.sites.values() for v in site}
        wanted = {v for candidates in self.sites.values() for v in candidates} - taken
        keys = [v for v in self.claim.scm.endogenous if v in wanted]
        values = tuple(
            (NOWHERE, *(name for name, candidates in self.sites.items() if v in candidates))
            for v in keys
        )
        yield Unknown(Place.SITES, ALIGNMENT, (), tuple((v,) for v in keys), values)


def named(sketch: Sketch) -> Abstraction:
    """The claim with every site that is to be found named, and empty, and ω given: for what only counts."""
    sites = dict(sketch.claim.sites) | dict.fromkeys(sketch.sites, ())
    omega = sketch.claim.omega
    if sketch.omega:
        omega = (*(omega or ()), *((i, NOTHING) for i in sketch.omega))
    return replace(sketch.claim, sites=sites, omega=omega)


def _filled(model: SCM, mechanisms: Mapping[str, Expression]) -> SCM:
    if not mechanisms:
        return model
    variables = tuple(
        replace(v, mechanism=mechanisms[v.name]) if v.name in mechanisms else v
        for v in model.variables
    )
    return SCM(replace(model.program, variables=variables))


def _unknown(place: Place, name: str, hole: Hole, domain: Domain | None, model: SCM) -> Unknown:
    if domain is None:
        raise InputError(
            [f"τ of {name!r} has no domain; write the high-level variable under [high]"]
        )
    if not isinstance(domain, Finite | Range):
        raise InputError([f"it has infinitely many values ({domain})"])
    keys = _keys(hole, {v.name: v.domain for v in model.variables})
    return Unknown(place, name, hole.arguments, keys, (tuple(domain),) * len(keys))


def _keys(hole: Hole, domains: Mapping[str, Domain]) -> tuple[Key, ...]:
    """The combinations of values that the arguments take, in lexicographic order of the states."""
    images = [image(a, domains) for a in hole.arguments]
    names = [a.name for a in hole.arguments if isinstance(a, Reference)]
    listed = [d for d in images if isinstance(d, Finite | Range)]
    if len(listed) < len(images):
        raise InputError(["an argument has infinitely many values"])
    if len(names) == len(images) == len(set(names)):
        if prod(d.size for d in listed) > MOST_CELLS:
            raise InputError([f"it has more than {MOST_CELLS:,} cells"])
        return tuple(product(*listed))
    used = sorted(set().union(*map(free_names, hole.arguments)))
    finite = [d for d in (domains[v] for v in used) if isinstance(d, Finite | Range)]
    if len(finite) < len(used) or prod(d.size for d in finite) > MOST_CELLS:
        raise InputError([f"its arguments depend on more than {MOST_CELLS:,} states"])
    found: dict[Key, None] = {}
    for values in product(*finite):
        state = dict(zip(used, values, strict=True))
        found[tuple(evaluate(a, state) for a in hole.arguments)] = None
    return tuple(found)
