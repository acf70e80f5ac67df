r"""All small finite models, in order of size: what "all models up to a size" ranges over.

A *world* is what an acyclic model is in one context: one mechanism a variable. It is kept as its
response: for every hard intervention, the number of the state that it leads to; two worlds are
equal iff they have equal mechanisms, since $F_X$ at parents $p$ is the value of X under $do(p)$ on
all other variables. A model is a tuple of worlds, one a context, with a common causal order.

States and interventions are numbered; sets of states are bit masks. Interventions come by number of
targets, then by targets, then by values: the first is the empty one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import combinations_with_replacement, permutations, product
from math import prod
from typing import final

__all__ = ["Shape", "World", "maps", "models", "omega", "onto_maps", "support", "worlds"]

World = tuple[int, ...]
"""For every intervention, the state that it leads to."""
Setting = tuple[int | None, ...]
"""A hard intervention: a value or `None` for every variable."""


@final
@dataclass(frozen=True, slots=True)
class Shape:
    """Numbers of values of the variables of a model."""

    sizes: tuple[int, ...]

    @property
    def states(self) -> tuple[tuple[int, ...], ...]:
        """All states, lexicographically."""
        return _states(self.sizes)

    @property
    def interventions(self) -> tuple[Setting, ...]:
        """All hard interventions, the empty one first."""
        return _interventions(self.sizes)

    @property
    def restrictions(self) -> tuple[int, ...]:
        """For every intervention, the bit mask of the states that extend it."""
        return _restrictions(self.sizes)

    def number(self, setting: Setting) -> int:
        """The position of an intervention."""
        return _numbers(self.sizes)[setting]

    def shown(self, setting: Setting, letter: str = "X") -> str:
        """An intervention in words."""
        items = [f"{letter}{k + 1}←{v}" for k, v in enumerate(setting) if v is not None]
        return ", ".join(items) or "∅"


@cache
def _states(sizes: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    return tuple(product(*map(range, sizes)))


@cache
def _interventions(sizes: tuple[int, ...]) -> tuple[Setting, ...]:
    listed = product(*([None, *range(size)] for size in sizes))

    def key(setting: Setting) -> tuple[int, list[int], list[int]]:
        targets = [k for k, value in enumerate(setting) if value is not None]
        return len(targets), targets, [value for value in setting if value is not None]

    return tuple(sorted(listed, key=key))


@cache
def _numbers(sizes: tuple[int, ...]) -> dict[Setting, int]:
    return {setting: number for number, setting in enumerate(_interventions(sizes))}


@cache
def _restrictions(sizes: tuple[int, ...]) -> tuple[int, ...]:
    masks = []
    for setting in _interventions(sizes):
        mask = 0
        for number, state in enumerate(_states(sizes)):
            if all(v is None or v == x for v, x in zip(setting, state, strict=True)):
                mask |= 1 << number
        masks.append(mask)
    return tuple(masks)


@cache
def worlds(shape: Shape) -> dict[World, frozenset[tuple[int, ...]]]:
    """Every acyclic world, with the causal orders that it admits."""
    found: dict[World, set[tuple[int, ...]]] = {}
    sizes, numbers = shape.sizes, {state: n for n, state in enumerate(shape.states)}
    for order in permutations(range(len(sizes))):
        tables = []
        for position, variable in enumerate(order):
            rows = prod(sizes[earlier] for earlier in order[:position])
            tables.append(list(product(range(sizes[variable]), repeat=rows)))
        for mechanisms in product(*tables):
            response = []
            for setting in shape.interventions:
                state = [0] * len(sizes)
                row = 0
                for variable, mechanism in zip(order, mechanisms, strict=True):
                    fixed = setting[variable]
                    state[variable] = mechanism[row] if fixed is None else fixed
                    row = row * sizes[variable] + state[variable]
                response.append(numbers[tuple(state)])
            found.setdefault(tuple(response), set()).add(order)
    return {world: frozenset(orders) for world, orders in sorted(found.items())}


def models(shape: Shape, contexts: int) -> Iterator[tuple[World, ...]]:
    """Every model with so many contexts and one causal order, up to a renaming of contexts."""
    known = worlds(shape)
    for chosen in combinations_with_replacement(known, contexts):
        if frozenset.intersection(*(known[world] for world in chosen)):
            yield chosen


def maps(low: Shape, high: Shape) -> Iterator[tuple[int, ...]]:
    """Every map of states, as the high-level state of every low-level one."""
    return product(range(len(high.states)), repeat=len(low.states))


def onto_maps(low: Shape, high: Shape) -> Iterator[tuple[int, ...]]:
    """Every map onto the high-level states."""
    return (tau for tau in maps(low, high) if len(set(tau)) == len(high.states))


def omega(low: Shape, high: Shape, tau: tuple[int, ...]) -> tuple[int | None, ...]:
    r"""$\omega_\tau$: for every low-level intervention the high-level one, or `None`.

    $\omega_\tau(i) = j$ iff $\tau(\mathrm{Rst}(i)) = \mathrm{Rst}(j)$; where several j will do (a
    variable with one value), the first.
    """
    above: dict[int, int] = {}
    for number, mask in enumerate(high.restrictions):
        above.setdefault(mask, number)
    found = []
    for mask in low.restrictions:
        image = 0
        for state, seen in enumerate(tau):
            if mask >> state & 1:
                image |= 1 << seen
        found.append(above.get(image))
    return tuple(found)


def support(low: Shape, high: Shape, tau: tuple[int, ...]) -> tuple[frozenset[int], ...]:
    """For every high-level variable, the low-level variables that its τ depends on."""
    return tuple(_reads(low, high, tau, variable) for variable in range(len(high.sizes)))


def _reads(low: Shape, high: Shape, tau: tuple[int, ...], variable: int) -> frozenset[int]:
    found = set()
    for position in range(len(low.sizes)):
        seen: dict[tuple[int, ...], int] = {}
        for number, state in enumerate(low.states):
            rest = state[:position] + state[position + 1 :]
            value = high.states[tau[number]][variable]
            if seen.setdefault(rest, value) != value:
                found.add(position)
                break
    return frozenset(found)
