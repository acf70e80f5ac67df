r"""A hidden layer whose bijection is searched: its hidden states by kind, and what each latent asks of them.

Given the bijections of earlier layers, what stands for a latent (labels, rest) in a layer is asked one thing: in
every run v whose hidden state has this rest, with the layer set to it, the outputs are those that the high-level
model has there with these labels. (Setting some labels is setting all, the others to what they are: nothing above
follows its own layer, which is checked first.) So hidden states whose answers to all runs are the same are one
*kind*, what may stand for a latent is a set of kinds, and `latent_layouts` searches the rests.

A layer that others follow is asked more: every hidden state of a later layer has one label in all runs that reach
it. There hidden states are of one kind only if the variables that read the layer, and τ, take the same from them
whatever else they read.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import prod
from typing import final

from tauomega.theory.defect import Read, Term
from tauomega.theory.intervention import Hard
from tauomega.theory.kernel import Finite, Range, Value, evaluate, free_names

from .interpreter import Interpreter
from .latent_layouts import Layout, Layouts, Occupied
from .latents import Layer, Layers, Relabelling
from .omega import values_of

__all__ = ["Outputs", "Phi", "Room"]

MOST_READINGS = 2**10
"""Values of other parents at which a variable is compared for two hidden states."""
Values = tuple[Value, ...]
Phi = tuple[Relabelling, ...]


@final
class Outputs:
    """What τ reads of the outputs, in runs of either model."""

    def __init__(self, interpreter: Interpreter, below: Read, above: Read) -> None:
        """The terms are in a context u and an intervention i."""
        self._interpreter, self._below, self._above = interpreter, below, above
        self.layers: Layers = interpreter.layers
        self.examined = 0

    def output(self, context: Values, hard: Hard) -> Hashable:
        """What τ reads of the outputs below."""
        return self._term(self._below, context, hard)

    def due(self, context: Values, setting: Hard) -> Hashable:
        """What the outputs are above."""
        return self._term(self._above, context, setting)

    def _term(self, term: Term, context: Values, hard: Hard) -> Hashable:
        self.examined += 1
        self.layers.tick()
        found = self._interpreter.term(term, {"u": context, "i": hard})
        assert isinstance(found, dict)
        return tuple(found.values())

    @cached_property
    def read_by_tau(self) -> frozenset[str]:
        """The low-level variables that τ of an output mentions."""
        tau = self.layers.claim.tau
        return frozenset(name for output in self._below.names for name in free_names(tau[output]))


@final
@dataclass(frozen=True, slots=True)
class _Seen:
    """A run before anything of a layer is set: context, labels set so far, what that sets below, both states."""

    context: Values
    setting: Hard
    held: Hard
    state: Values
    label: Values


@final
class Room:
    """The hidden states of one layer after earlier ones are relabelled: occupied ones, kinds, and what is asked."""

    def __init__(
        self, outputs: Outputs, phi: Phi, labelled: dict[Values, Values], right: bool
    ) -> None:
        self._outputs, self._right = outputs, right
        self._number, self._layers = len(phi), outputs.layers
        self._layer: Layer = self._layers.layers[self._number]
        self._later = self._layers.layers[self._number + 1 :]
        self._labelled = labelled
        columns = [dict.fromkeys(own) for own in self._columns()]
        self._labels = list(product(*columns))
        self._runs = self._seen(phi)
        every = [*labelled, *self._layers.spare(self._layer, labelled)]
        alike: dict[Hashable, list[Values]] = {}  # whatever is set or run later
        for x in every:
            alike.setdefault(self._followed(x), []).append(x)
        members: dict[Hashable, list[Values]] = {}
        self._responses: dict[Values, tuple[Hashable, ...]] = {}
        for followed, own in alike.items():
            response = self._response(own[0])
            self._responses |= dict.fromkeys(own, response)
            members.setdefault((response, followed if self._later else None), []).extend(own)
        self._members = list(members.values())
        self._kind = {x: kind for kind, own in enumerate(self._members) for x in own}
        self._reached: dict[Values, list[_Seen]] = {}
        for run in self._runs:
            self._reached.setdefault(run.state, []).append(run)
        self._told: dict[tuple[tuple[int, ...], int, int], list[tuple[Hashable, Hashable]]] = {}

    def _columns(self) -> Iterator[list[Value]]:
        given = [dict(setting.items) for setting in self._layers.settings]
        for node in self._layer.nodes:
            yield [s[node] for s in given if node in s]

    def _seen(self, phi: Phi) -> list[_Seen]:
        """Every run under a setting of earlier labels, once for each thing that is asked of it."""
        layers, layer = self._layers, self._layer
        earlier = {n for before in layers.layers[: self._number] for n in before.nodes}
        found = []
        for setting in layers.settings:
            if not setting.targets <= earlier:
                continue
            for context in layers.contexts:
                layers.tick()
                held = layers.relabelled(context, setting, phi)
                state = layer.state(layers.below(context, held))
                label = layer.above(layers.above(context, setting))
                found.append(_Seen(context, setting, held, state, label))
        return found

    @cached_property
    def _distinct(self) -> dict[tuple[Values, Hard], int]:
        """The runs below, which several settings may share."""
        return {
            key: n for n, key in enumerate(dict.fromkeys((r.context, r.held) for r in self._runs))
        }

    def _response(self, state: Values) -> tuple[Hashable, ...]:
        """The outputs of all runs with the layer set to a state; nothing where outputs are not asked for."""
        if not self._right:
            return ()
        own = tuple(zip(self._layer.variables, state, strict=True))
        return tuple(
            self._outputs.output(u, Hard((*held.items, *own))) for u, held in self._distinct
        )

    def _followed(self, state: Values) -> Hashable:
        """What tells states apart for all that is not in the layer: what τ and other variables take from them."""
        scm, own = self._layers.claim.scm, dict(zip(self._layer.variables, state, strict=True))
        found: list[Hashable] = [own[v] for v in own if v in self._outputs.read_by_tau]
        for child in scm.endogenous:
            mechanism = scm[child].mechanism
            if child in own or mechanism is None:
                continue
            names = free_names(mechanism)
            read = [v for v in own if v in names]
            others = sorted(names.difference(own))
            domains = [scm.domain(p) for p in others]
            if not read:
                continue
            if not all(isinstance(d, Finite | Range) for d in domains):
                found.append(tuple(own[v] for v in read))
                continue
            columns = [values_of(d) for d in domains]
            if prod(c.size for c in columns) > MOST_READINGS:
                found.append(tuple(own[v] for v in read))
                continue
            known = {v: own[v] for v in read}
            found.append(
                tuple(
                    evaluate(mechanism, known | dict(zip(others, values, strict=True)))
                    for values in product(*columns)
                )
            )
        return tuple(found)

    @property
    def layouts(self) -> Layouts:
        """The layouts of this layer; if no layer follows, one of each division."""
        spare = [sum(x not in self._labelled for x in members) for members in self._members]
        occupied = [
            Occupied(self._labels.index(label), self._kind[state], self._allowed(state))
            for state, label in self._labelled.items()
        ]
        tick = self._layers.tick
        if not self._later:
            return Layouts(occupied, spare, tick)
        known: dict[Hashable, Hashable] = {}
        for run in self._runs:
            for number, state, label in self._after(run, (), run.setting):
                known[number, state] = label
        return Layouts(occupied, spare, tick, self._tells, known)

    def _allowed(self, state: Values) -> tuple[int, ...]:
        """By label the kinds that may stand for it beside a state, as bits: all its runs have the outputs due."""
        everything = (1 << len(self._members)) - 1
        if not self._right:
            return tuple(everything for _ in self._labels)
        found = []
        for label in self._labels:
            mask = everything
            for run in self._reached[state]:
                due = self._outputs.due(run.context, self._set(run, label))
                mask &= self._giving[self._distinct[run.context, run.held]].get(due, 0)
            found.append(mask)
        return tuple(found)

    @cached_property
    def _giving(self) -> list[dict[Hashable, int]]:
        """Of each run below: output -> the kinds that give it, as bits."""
        found: list[dict[Hashable, int]] = [{} for _ in self._distinct]
        for kind, members in enumerate(self._members):
            for own, output in zip(found, self._responses[members[0]], strict=True):
                own[output] = own.get(output, 0) | 1 << kind
        return found

    def _set(self, run: _Seen, label: Values) -> Hard:
        return Hard((*run.setting.items, *zip(self._layer.nodes, label, strict=True)))

    def _tells(
        self, members: tuple[int, ...], label: int, kind: int
    ) -> list[tuple[Hashable, Hashable]]:
        """The hidden states of later layers in runs of a class with a label set, and the labels due there."""
        key = members, label, kind
        if key not in self._told:
            states = list(self._labelled)
            own = tuple(zip(self._layer.variables, self._members[kind][0], strict=True))
            self._told[key] = [
                ((number, state), due)
                for member in members
                for run in self._reached[states[member]]
                for number, state, due in self._after(run, own, self._set(run, self._labels[label]))
            ]
        return self._told[key]

    def _after(
        self, run: _Seen, own: Sequence[tuple[str, Value]], setting: Hard
    ) -> Iterator[tuple[int, Values, Values]]:
        layers = self._layers
        layers.tick()
        below = layers.below(run.context, Hard((*run.held.items, *own)))
        above = layers.above(run.context, setting)
        for number, layer in enumerate(self._later):
            yield number, layer.state(below), layer.above(above)

    def relabelling(self, layout: Layout) -> Relabelling:
        """The hidden states themselves: for each kind its spare states, in their order."""
        states = list(self._labelled)
        rests = dict(zip(states, layout.classes, strict=True))
        hidden = {(self._labelled[x], rest): x for x, rest in rests.items()}
        spare = [iter([x for x in own if x not in self._labelled]) for own in self._members]
        for (label, rest), kind in layout.kinds.items():
            hidden[self._labels[label], rest] = next(spare[kind])
        return Relabelling(hidden, self._labelled, rests)
