"""The reading of what is said of relabelled hidden layers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import permutations, product
from math import inf
from typing import TYPE_CHECKING, Any, final

from tauomega.theory.definition import tau_u_policy
from tauomega.theory.definitions.interchange import InterchangeConsistency
from tauomega.theory.intervention import Hard
from tauomega.theory.kernel import Value, evaluate, free_names
from tauomega.theory.policy import TauUPolicy

from .plain import Key, NotReadError, Plain, State, key, states

if TYPE_CHECKING:
    from tauomega.theory.definitions.distributed import Distributed

__all__ = ["READINGS"]

ZERO, ONE = Fraction(0), Fraction(1)
MOST = 20_000
Latent = tuple[frozenset[tuple[str, Value]], int]
Phi = tuple[dict[Latent, Key], dict[Key, Latent]]
"""Latent -> hidden state, and, of the hidden states that runs have, back."""


def distributed(p: Plain, d: Distributed) -> Fraction | float:
    """Layers one after the other: all one-to-one placings of what is asked for; in the last layer, a matching."""
    return _Reading(p, d).value()


@final
class _Reading:
    def __init__(self, p: Plain, d: Distributed) -> None:
        (images,) = p.context_maps(tau_u_policy(p.claim, d.tau_u, TauUPolicy.INPUTS))
        self.p, self.runs = p, list(zip(p.low_contexts, images, strict=True))
        self.scored = InterchangeConsistency().scored_variables(p.claim)
        self.sites = p.claim.sites
        self.levels = list(self._levels())
        self.labels = self._labels()
        self.room, self.tried = False, 0

    def _levels(self) -> Iterator[list[str]]:
        """Sites, those that wait for no site but each other first."""
        low = self.p.low
        reach: dict[str, set[str]] = {n: {n} for n in low.endogenous}
        for _ in low.endogenous:
            for name in low.endogenous:
                rule = low[name].mechanism
                read = [] if rule is None else [q for q in free_names(rule) if q in reach]
                reach[name] |= {a for q in read if self._depends(name, q) for a in reach[q]}
        waits = {
            n: {m for m in self.sites if any(v in reach[w] for v in self.sites[m] for w in site)}
            for n, site in self.sites.items()
        }
        for _ in waits:
            for n in waits:
                waits[n] |= {k for m in waits[n] for k in waits[m]}
        left = list(waits)
        while left:
            ready = [n for n in left if all(n in waits[m] for m in waits[n] if m in left)]
            yield ready
            left = [n for n in left if n not in ready]

    def _depends(self, name: str, parent: str) -> bool:
        rule = self.p.low[name].mechanism
        assert rule is not None
        others = free_names(rule) - {parent}
        for rest in states(self.p.low, sorted(others)):
            values = {evaluate(rule, rest | own) for own in states(self.p.low, [parent])}
            if len(values) > 1:
                return True
        return False

    def _labels(self) -> list[Hard]:
        """Settings of labels, until no run under one of them has a new value."""
        found: list[Hard] = [Hard()]
        values: dict[str, set[Value]] = {n: set() for n in self.sites}
        count = -1
        while count < sum(map(len, values.values())):
            count = sum(map(len, values.values()))
            for j in found:
                for _, w in self.runs:
                    run = self.p.run(self.p.high, w, j)
                    for n in values:
                        values[n].add(run[n])
            options = [[None, *sorted(values[n], key=repr)] for n in values]
            found = [
                Hard(tuple((n, v) for n, v in zip(values, row, strict=True) if v is not None))
                for row in product(*options)
            ]
            if len(found) * len(self.runs) > MOST:
                raise NotReadError("too many settings of labels")
        return found

    def below(self, u: State, j: Hard, phis: Sequence[Phi]) -> dict[str, Value]:
        """What is set below, as far as layers are relabelled."""
        held: dict[str, Value] = {}
        for nodes, (states_of, latents) in zip(self.levels, phis, strict=False):
            asked = {n: v for n, v in j.items if n in nodes}
            if asked:
                labels, rest = latents[self.hidden(u, held, nodes)]
                held |= dict(states_of[frozenset((dict(labels) | asked).items()), rest])
        return held

    def hidden(self, u: State, held: Mapping[str, Value], nodes: Sequence[str]) -> Key:
        run = self.p.run(self.p.low, u, Hard.from_mapping(dict(held)))
        return key({v: run[v] for n in nodes for v in self.sites[n]})

    def value(self) -> Fraction | float:
        if self._search(()):
            return ZERO
        return ONE if self.room else inf

    def _search(self, phis: tuple[Phi, ...]) -> bool:
        """Whether the layers that are left can be relabelled so that all is right."""
        nodes = self.levels[len(phis)]
        earlier = {n for level in self.levels[: len(phis)] for n in level}
        labelled: dict[Key, frozenset[tuple[str, Value]]] = {}
        for j in self.labels:
            if any(n not in earlier for n, _ in j.items):
                continue
            for u, w in self.runs:
                run = self.p.run(self.p.high, w, j)
                label = key({n: run[n] for n in nodes})
                if (
                    labelled.setdefault(self.hidden(u, self.below(u, j, phis), nodes), label)
                    != label
                ):
                    return False
        for j in self.labels:
            own = {n: v for n, v in j.items if n in nodes}
            for u, w in self.runs:
                seen = dict(labelled[self.hidden(u, self.below(u, j, phis), nodes)]) | own
                run = self.p.run(self.p.high, w, j)
                if any(run[n] != seen[n] for n in nodes):
                    return False
        names = sorted({v for n in nodes for v in self.sites[n]})
        spare = [h for h in map(key, states(self.p.low, names)) if h not in labelled]
        combined = {key({n: v for n, v in j.items if n in nodes}) for j in self.labels}
        whole = [label for label in combined if len(label) == len(nodes)]
        reached = list(labelled)
        last = len(phis) == len(self.levels) - 1
        for numbers in product(range(len(reached)), repeat=len(reached)):
            self.tried += 1
            if self.tried > MOST:
                raise NotReadError("too many placings")
            if any(n > max(numbers[:k], default=-1) + 1 for k, n in enumerate(numbers)):
                continue  # the same up to the names of rests
            latents = {h: (labelled[h], r) for h, r in zip(reached, numbers, strict=True)}
            taken = {latent: h for h, latent in latents.items()}
            free = [x for x in product(whole, sorted(set(numbers))) if x not in taken]
            if len(taken) < len(reached) or len(free) > len(spare):
                continue
            if last:
                self.room = True
                asked = self._asked(phis, latents)
                fits = {x: [h for h in spare if self._right(h, asked.get(x, []))] for x in free}
                good = all(self._right(h, asked.get(x, [])) for x, h in taken.items())
                if good and matched(fits):
                    return True
                continue
            for chosen in permutations(spare, len(free)):
                self.tried += 1
                if self.tried > MOST:
                    raise NotReadError("too many placings")
                phi = taken | dict(zip(free, chosen, strict=True)), latents
                if self._search((*phis, phi)):
                    return True
        return False

    def _asked(
        self, phis: tuple[Phi, ...], latents: Mapping[Key, Latent]
    ) -> dict[Latent, list[tuple[State, dict[str, Value], dict[str, Value]]]]:
        """Latent of the last layer -> contexts, what is set before it, and the run above that is then due."""
        nodes = self.levels[-1]
        found: dict[Latent, list[tuple[State, dict[str, Value], dict[str, Value]]]] = {}
        for j in self.labels:
            for u, w in self.runs:
                held = self.below(u, j, phis)
                label, rest = latents[self.hidden(u, held, nodes)]
                asked = {n: v for n, v in j.items if n in nodes}
                latent = frozenset((dict(label) | asked).items()), rest
                due = dict(self.p.run(self.p.high, w, j))
                found.setdefault(latent, []).append((u, held, due))
        return found

    def _right(
        self, h: Key, asked: Sequence[tuple[State, dict[str, Value], dict[str, Value]]]
    ) -> bool:
        for u, held, due in asked:
            low = self.p.seen(u, Hard.from_mapping(held | dict(h)))
            if any(low[n] != due[n] for n in self.scored):
                return False
        return True


def matched(options: Mapping[Any, Sequence[Key]]) -> bool:
    """Whether each can have an option of its own, by augmenting paths."""
    taken: dict[Key, Any] = {}

    def place(item: Any, seen: set[Key]) -> bool:
        for h in options[item]:
            if h not in seen:
                seen.add(h)
                if h not in taken or place(taken[h], seen):
                    taken[h] = item
                    return True
        return False

    return all(place(item, set()) for item in options)


READINGS = {"distributed": distributed}
