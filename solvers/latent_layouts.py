r"""Which rests hidden states have, and which kind of state stands for each latent, without permutations.

Hidden states that runs have are *occupied*: their labels are given. They are divided into classes, one for each
rest, in which labels differ; a class needs a hidden state for each label, its own where it has one, else a *spare*
one. Spare states that answer alike are of one *kind*, and it only matters how many of each are taken. So a
division into classes is possible iff a flow from what classes lack to kinds saturates it (Hall's condition, with
as many places in a kind as it has spare states), and what is searched is the division.

A partial division is given up as soon as what its classes lack cannot be had from spare states and from the
occupied ones that have no class yet. Occupied states that are alike are put into classes in their order, and
of classes that are alike only the first is tried.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import final

__all__ = ["Layout", "Layouts", "Occupied", "saturated"]

Told = Callable[[tuple[int, ...], int, int], Iterable[tuple[Hashable, Hashable]]]
"""(occupied states of a class, label, kind that stands for it) -> facts: what would be seen, and what it has to be."""
Facts = dict[Hashable, Hashable]
Class = tuple[tuple[int, ...], tuple[int | None, ...]]
"""By label: the kinds that may stand for it, as bits; the kind of the occupied state that does."""


@final
@dataclass(frozen=True, slots=True)
class Occupied:
    """A hidden state that runs have: its label, its kind, and by label which kinds may stand beside it, as bits."""

    label: int
    kind: int
    allowed: tuple[int, ...]


@final
@dataclass(frozen=True, slots=True)
class Layout:
    """The class of each occupied state, and the kind of spare state for each (label, class) that lacks one."""

    classes: tuple[int, ...]
    kinds: Mapping[tuple[int, int], int]


@final
class Layouts:
    """All layouts of a layer, up to exchanging spare states of a kind.

    Args:
        occupied: the hidden states that runs have.
        spare: how many spare hidden states each kind has.
        tick: called now and then; it may raise to stop.
        told: what a choice says of later layers; without it one layout of each division is as good as another.
        known: what is said before anything is chosen.
    """

    def __init__(
        self,
        occupied: Sequence[Occupied],
        spare: Sequence[int],
        tick: Callable[[], None],
        told: Told | None = None,
        known: Facts | None = None,
    ) -> None:
        self._occupied, self._spare, self._tick = occupied, spare, tick
        self._told, self._known = told, known or {}
        self._free = sum(1 << kind for kind, count in enumerate(spare) if count)
        self._joined: dict[tuple[Class, Occupied], Class | None] = {}

    @cached_property
    def _order(self) -> list[int]:
        """The label that most have first: those of one label are in different classes, whatever comes later."""
        often = Counter(state.label for state in self._occupied)
        key = [(-often[s.label], s.label, s.kind, s.allowed) for s in self._occupied]
        return sorted(range(len(self._occupied)), key=key.__getitem__)

    def __iter__(self) -> Iterator[Layout]:
        """Every layout; with `told` every assignment of kinds, else one for each division."""
        return self._from(0, [], {})

    def _from(self, depth: int, classes: list[Class], chosen: dict[int, int]) -> Iterator[Layout]:
        self._tick()
        if depth == len(self._order):
            yield from self._complete(classes, chosen)
            return
        number = self._order[depth]
        state = self._occupied[number]
        before = self._order[depth - 1] if depth else None
        alike = before is not None and self._occupied[before] == state
        first = chosen[before] + 1 if alike and before is not None else 0
        empty: Class = (tuple(-1 for _ in state.allowed), tuple(None for _ in state.allowed))
        tried: set[Class] = set()
        rest = Counter(self._occupied[n] for n in self._order[depth + 1 :])
        for place in range(first, len(classes) + 1):
            own = classes[place] if place < len(classes) else empty
            joined = self._join(own, state)
            if joined is None or own in tried:
                continue
            tried.add(own)
            new = [*classes[:place], joined, *classes[place + 1 :]]
            if self._may_do(new, rest):
                yield from self._from(depth + 1, new, chosen | {number: place})

    def _join(self, own: Class, state: Occupied) -> Class | None:
        """A class with one more occupied state, if that is possible."""
        key = own, state
        if key not in self._joined:
            masks, filled = own
            found: Class | None = None
            if filled[state.label] is None:
                kinds = [*filled]
                kinds[state.label] = state.kind
                both = tuple(a & b for a, b in zip(masks, state.allowed, strict=True))
                good = (k is None or m >> k & 1 for m, k in zip(both, kinds, strict=True))
                found = (both, tuple(kinds)) if all(good) else None
            self._joined[key] = found
        return self._joined[key]

    def _may_do(self, classes: Sequence[Class], rest: Mapping[Occupied, int]) -> bool:
        """Whether what classes lack can be had at all, from spare states and those that have no class yet."""
        room = [*self._spare, *rest.values()]
        wanted: Counter[int] = Counter()
        for own, count in Counter(classes).items():
            joining = [self._join(own, state) is not None for state in rest]
            for label, mask in self._lacking(own):
                for bit, state in enumerate(rest, len(self._spare)):
                    if state.label == label and joining[bit - len(self._spare)]:
                        mask |= 1 << bit
                wanted[mask] += count
        return saturated(wanted, room) is not None

    def _lacking(self, own: Class) -> Iterator[tuple[int, int]]:
        for label, (mask, kind) in enumerate(zip(*own, strict=True)):
            if kind is None:
                yield label, mask & self._free

    def _complete(self, classes: Sequence[Class], chosen: Mapping[int, int]) -> Iterator[Layout]:
        numbers = tuple(chosen[n] for n in range(len(self._occupied)))
        lacking = {
            (label, place): mask
            for place, own in enumerate(classes)
            for label, mask in self._lacking(own)
        }
        flow = saturated(Counter(lacking.values()), self._spare)
        if flow is None:
            return
        if self._told is None:
            takes = {mask: iter(Counter(kinds).elements()) for mask, kinds in flow.items()}
            yield Layout(numbers, {latent: next(takes[mask]) for latent, mask in lacking.items()})
            return
        members = [
            tuple(n for n, place in enumerate(numbers) if place == c) for c in range(len(classes))
        ]
        facts = dict(self._known)
        for place, (_, filled) in enumerate(classes):
            for label, kind in enumerate(filled):
                if kind is not None and not _agree(facts, self._told(members[place], label, kind)):
                    return
        latents = sorted(lacking, key=lambda latent: (lacking[latent].bit_count(), latent))
        for kinds in self._assigned(latents, lacking, members, [*self._spare], facts):
            yield Layout(numbers, kinds)

    def _assigned(
        self,
        latents: Sequence[tuple[int, int]],
        lacking: Mapping[tuple[int, int], int],
        members: Sequence[tuple[int, ...]],
        left: list[int],
        facts: Facts,
    ) -> Iterator[dict[tuple[int, int], int]]:
        """Every choice of kinds that contradicts nothing said of later layers."""
        self._tick()
        if not latents:
            yield {}
            return
        assert self._told is not None
        (label, place), *others = latents
        for kind, count in enumerate(left):
            if not count or not lacking[label, place] >> kind & 1:
                continue
            more = dict(facts)
            if _agree(more, self._told(members[place], label, kind)):
                left[kind] -= 1
                for found in self._assigned(others, lacking, members, left, more):
                    yield found | {(label, place): kind}
                left[kind] += 1


def _agree(facts: Facts, said: Iterable[tuple[Hashable, Hashable]]) -> bool:
    """Add what is said to what is known; whether none of it is known otherwise."""
    return all(facts.setdefault(seen, due) == due for seen, due in said)


def saturated(wanted: Mapping[int, int], room: Sequence[int]) -> dict[int, dict[int, int]] | None:
    """Who takes how many from where, so that all have what they want; `None` if that cannot be.

    Args:
        wanted: places that will do, as bits -> how many are wanted of these.
        room: how many there are at each place.
    """
    flow: dict[int, dict[int, int]] = {mask: {} for mask in wanted}
    left = list(room)
    for mask, count in wanted.items():
        while count:
            path = _augmenting(mask, flow, left)
            if path is None:
                return None
            moved = min([count, left[path[-1][1]], *_backwards(path, flow)])
            for k, (user, place) in enumerate(path):
                flow[user][place] = flow[user].get(place, 0) + moved
                if k + 1 < len(path):
                    flow[path[k + 1][0]][place] -= moved
            left[path[-1][1]] -= moved
            count -= moved
    return flow


def _backwards(path: Sequence[tuple[int, int]], flow: Mapping[int, Mapping[int, int]]) -> list[int]:
    """What the users along a path have of the places that they give up."""
    return [flow[path[k + 1][0]][place] for k, (_, place) in enumerate(path[:-1])]


def _augmenting(
    start: int, flow: Mapping[int, Mapping[int, int]], left: Sequence[int]
) -> list[tuple[int, int]] | None:
    """From one who wants to a place with room: (who takes, place), whoever had the place taking the next."""
    origin: dict[int, tuple[int, int | None]] = {}
    queue, seen = [(start, None)], {start}
    pending: list[tuple[int, int | None]] = list(queue)
    for user, given_up in pending:
        rest = user
        while rest:
            place = (rest & -rest).bit_length() - 1
            rest &= rest - 1
            if place in origin:
                continue
            origin[place] = user, given_up
            if left[place]:
                return _path(place, origin)
            for other, takes in flow.items():
                if takes.get(place) and other not in seen:
                    seen.add(other)
                    pending.append((other, place))
    return None


def _path(place: int, origin: Mapping[int, tuple[int, int | None]]) -> list[tuple[int, int]]:
    found = []
    here: int | None = place
    while here is not None:
        user, given_up = origin[here]
        found.append((user, here))
        here = given_up
    return found[::-1]
