r"""Every onto map of given blocks, with its exact error: what learning an α-abstraction minimises.

The blocks of a claim stay, and its τ is replaced by every product of onto maps. The error of a map is a
maximum over columns, and a column's error depends on little of the map (the image of one setting, or one
fibre), so that the few thousand distances behind a million maps are each computed once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from itertools import product
from math import prod
from typing import final

from tauomega.theory.abstraction import Abstraction
from tauomega.theory.definitions.alpha import Alpha, AlphaError
from tauomega.theory.errors import InputError, OutOfReachError
from tauomega.theory.intervention import Hard
from tauomega.theory.kernel import Value
from tauomega.theory.laws import StateLaw, marginal
from tauomega.theory.quantity import Number, greatest, lower

from .deciding_facts import decide_facts
from .engine import Budget
from .metrics import law_distance
from .omega import values_of
from .query_terms import Blocks, Query, queries

__all__ = ["MapError", "alpha_maps"]

LIMIT = 2**20
Column = tuple[Value, ...]
"""One τ: the image of each value of its block, lexicographically."""
Part = tuple[Value, ...]
"""Values of a block."""


@final
@dataclass(frozen=True, slots=True)
class MapError:
    """One map: high-level variable -> image of each value of its block in turn; and its error."""

    maps: Mapping[str, Column]
    error: Number

    def rows(self, name: str) -> str:
        """The 0/1 matrix of one variable's map, a row for each value: `0110/1001`."""
        column = self.maps[name]
        values = sorted(set(column), key=str)
        return "/".join("".join(str(int(v == value)) for v in column) for value in values)


def alpha_maps(
    claim: Abstraction,
    definition: Alpha,
    *,
    blocks: Mapping[str, Sequence[str]] | None = None,
    timeout: float = 60.0,
) -> tuple[MapError, ...]:
    """All products of onto maps on a claim's blocks, the smallest error first.

    Args:
        claim: the models, and a τ.
        definition: which error, in which metric, over which pairs of sets.
        blocks: high-level variable -> its low-level variables; by default those that τ reads.
        timeout: seconds.

    Raises:
        InputError: τ is no block map, no map is onto, or there is no pair.
        OutOfReachError: more than 2^20 maps, or the time is over.
    """
    budget = Budget(timeout)
    definition.defect(claim)
    facts = decide_facts(claim, budget)
    if not facts.is_block_map:
        raise InputError(["the maps of blocks are ranked, and this τ is no block map"])
    if blocks is not None:
        facts = replace(facts, supports={**facts.supports, **_listed(claim, blocks)})
    tables = Blocks(claim, facts, {})
    asked = list(queries(claim, definition.pairs))
    if not asked:
        raise InputError(["there is nothing to check: no pair of sets of variables is in J"])
    options = {name: list(_onto(tables, name)) for name in claim.tau}
    count = prod(map(len, options.values()))
    if count > LIMIT:
        raise OutOfReachError("maps", count, LIMIT)
    if not count:
        lacking = [name for name, found in options.items() if not found]
        raise InputError([f"no map of the block of {name!r} is onto" for name in lacking])
    errors = [_Errors(tables, definition, query) for query in asked]
    found: list[MapError] = []
    for chosen in product(*options.values()):
        if budget.spent:
            reason = f"{timeout:g} s are over after {len(found)} of {count} maps"
            raise OutOfReachError(reason, count, len(found))
        maps = dict(zip(options, chosen, strict=True))
        found.append(MapError(maps, greatest(error.of(maps) for error in errors)))
    return tuple(sorted(found, key=lambda row: lower(row.error)))


def _listed(claim: Abstraction, blocks: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    taken: dict[str, str] = {}
    faults = []
    for name, block in blocks.items():
        if name not in claim.tau:
            faults.append(f"a block is given for {name!r}, no high-level variable with a τ")
        for variable in block:
            if variable not in claim.scm.endogenous:
                faults.append(f"the block of {name!r}: {variable!r} is no low-level variable")
            elif taken.setdefault(variable, name) != name:
                faults.append(f"{variable!r} is in the blocks of {taken[variable]!r} and {name!r}")
    if faults:
        raise InputError(faults)
    return {name: tuple(block) for name, block in blocks.items()}


def _onto(blocks: Blocks, name: str) -> Iterator[Column]:
    parts = list(blocks.table(name))
    domain = list(values_of(blocks.high.domain(name)))
    if len(domain) ** len(parts) > LIMIT:
        raise OutOfReachError(f"maps of {name!r}", len(domain) ** len(parts), LIMIT)
    for images in product(domain, repeat=len(parts)):
        if len(set(images)) == len(domain):
            yield images


@final
class _Errors:
    """The error of one query, column by column, each distance computed once."""

    def __init__(self, blocks: Blocks, definition: Alpha, query: Query) -> None:
        self.blocks, self.query, self.kind = blocks, query, definition.error
        self.metric = definition.metric
        self.sources = [list(blocks.table(name)) for name in query.sources]
        self.targets = [list(blocks.table(name)) for name in query.targets]
        self.above = {
            values: marginal(
                blocks.law(False, Hard(tuple(zip(query.sources, values, strict=True)))),
                query.targets,
            )
            for values in product(*(values_of(blocks.high.domain(n)) for n in query.sources))
        }
        self.below = {
            parts: blocks.marginal(True, query, blocks.law(True, self._setting(parts)))
            for parts in product(*self.sources)
        }
        self._known: dict[object, Number] = {}
        self._whole: dict[object, Number] = {}

    def of(self, maps: Mapping[str, Column]) -> Number:
        """The largest distance of two columns under these maps."""
        own = tuple(maps[name] for name in (*self.query.sources, *self.query.targets))
        if own not in self._whole:
            columns = self._from_below if self.kind in _SET_BELOW else self._from_above
            middle = len(self.query.sources)
            self._whole[own] = greatest(columns(own[:middle], own[middle:]))
        return self._whole[own]

    def _from_below(
        self, sources: tuple[Column, ...], targets: tuple[Column, ...]
    ) -> Iterator[Number]:
        images = [
            dict(zip(parts, column, strict=True))
            for parts, column in zip(self.sources, sources, strict=True)
        ]
        for parts, law in self.below.items():
            x = tuple(image[part] for image, part in zip(images, parts, strict=True))
            yield self._once((parts, x, targets), x, targets, partial(dict, law))

    def _from_above(
        self, sources: tuple[Column, ...], targets: tuple[Column, ...]
    ) -> Iterator[Number]:
        for x in self.above:
            fibres = tuple(
                tuple(part for part, image in zip(parts, column, strict=True) if image == value)
                for parts, column, value in zip(self.sources, sources, x, strict=True)
            )
            yield self._once((fibres, x, targets), x, targets, partial(self._mixed, fibres))

    def _once(
        self, key: object, x: Column, targets: tuple[Column, ...], law: Callable[[], StateLaw]
    ) -> Number:
        if key not in self._known:
            above, below = self.above[x], law()
            match self.kind:
                case AlphaError.IC | AlphaError.ISIL:
                    pair = above, self._gathered(below, targets)
                case AlphaError.IIL:
                    pair = below, self._spread(above, targets)
                case AlphaError.ISC:
                    pair = self._spread(above, targets), below
            self._known[key] = law_distance(self.metric, *pair)
        return self._known[key]

    def _setting(self, parts: tuple[Part, ...]) -> Hard:
        supports = self.blocks.facts.supports
        pairs = zip(self.query.sources, parts, strict=True)
        return Hard(tuple(i for name, p in pairs for i in zip(supports[name], p, strict=True)))

    def _mixed(self, fibres: tuple[tuple[Part, ...], ...]) -> StateLaw:
        share = Fraction(1, prod(map(len, fibres)))
        mixed: StateLaw = {}
        for parts in product(*fibres):
            for state, p in self.below[parts].items():
                mixed[state] = mixed.get(state, Fraction(0)) + share * p
        return mixed

    def _gathered(self, law: StateLaw, targets: tuple[Column, ...]) -> StateLaw:
        names, found = self.query.targets, StateLaw()
        tables = [
            dict(zip(parts, column, strict=True))
            for parts, column in zip(self.targets, targets, strict=True)
        ]
        for state, p in law.items():
            values, key, place = [v for _, v in state], [], 0
            for name, table in zip(names, tables, strict=True):
                width = len(self.blocks.facts.supports[name])
                key.append((name, table[tuple(values[place : place + width])]))
                place += width
            found[tuple(key)] = found.get(tuple(key), Fraction(0)) + p
        return found

    def _spread(self, law: StateLaw, targets: tuple[Column, ...]) -> StateLaw:
        supports, found = self.blocks.facts.supports, StateLaw()
        for state, p in law.items():
            fibres = [
                [part for part, image in zip(parts, column, strict=True) if image == value]
                for parts, column, (_, value) in zip(self.targets, targets, state, strict=True)
            ]
            share = p / prod(map(len, fibres))
            for chosen in product(*fibres):
                pairs = zip(self.query.targets, chosen, strict=True)
                key = tuple(i for name, c in pairs for i in zip(supports[name], c, strict=True))
                found[key] = found.get(key, Fraction(0)) + share
        return found


_SET_BELOW = (AlphaError.IC, AlphaError.IIL)
