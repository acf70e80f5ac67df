"""Relabellings of finite hidden layers: which hidden state stands for which latent, listed literally.

Layers are taken in their order. What is set in one reaches the next through the mechanisms of the low-level
model, so that the hidden states that the next relabelling must label depend on the earlier relabellings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import permutations, product
from math import prod
from typing import final

from tauomega.theory.abstraction import Abstraction
from tauomega.theory.errors import OutOfReachError
from tauomega.theory.intervention import NOTHING, Hard
from tauomega.theory.kernel import Value
from tauomega.theory.scm import SCM

from .graphs import parents_of
from .omega import values_of
from .ranging import canonical_key

__all__ = [
    "Layer",
    "Layers",
    "Relabelling",
    "growing",
    "layers_of",
]

Values = tuple[Value, ...]
Latent = tuple[Values, int]
"""A value for every variable above that has a site in the layer, and a rest."""
Running = Callable[[Values, Hard], Mapping[str, Value]]
"""Low-level context, intervention -> the run, of the model itself or of its image under τ_U."""
LIMIT, MOST_SETTINGS = 2**20, 2**17


@final
@dataclass(frozen=True, slots=True)
class Layer:
    """The variables of some sites, in the order of the low-level model, and the variables above that they are of."""

    variables: tuple[str, ...]
    nodes: tuple[str, ...]

    def state(self, run: Mapping[str, Value]) -> Values:
        """The hidden state in a run."""
        return tuple(run[v] for v in self.variables)

    def above(self, run: Mapping[str, Value]) -> Values:
        """The labels that a run of the high-level model gives."""
        return tuple(run[n] for n in self.nodes)


@final
@dataclass(frozen=True, slots=True)
class Relabelling:
    """φ of one layer, as far as input-restricted interventions meet it: latent -> hidden state, one to one.

    `labels` and `rests` are of the hidden states that runs have there before anything of the layer is set.
    """

    hidden: Mapping[Latent, Values]
    labels: Mapping[Values, Values]
    rests: Mapping[Values, int]


def layers_of(claim: Abstraction) -> tuple[Layer, ...]:
    """The layers that sites form: the levels of the graph of sites, those that reach each other being together.

    A site is before another if a variable of it is an ancestor of one of the other.
    """
    import networkx as nx

    sites, order = claim.sites, claim.scm.endogenous
    before = _before(claim.scm, frozenset(v for site in sites.values() for v in site))
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(sites)
    graph.add_edges_from(
        (a, b)
        for a, first in sites.items()
        for b, second in sites.items()
        if a != b and any(v == w or v in before[w] for v in first for w in second)
    )
    parts = nx.condensation(graph)
    found = []
    for level in nx.topological_generations(parts):
        members = {n for part in level for n in parts.nodes[part]["members"]}
        variables = {v for n in members for v in sites[n]}
        found.append(
            Layer(
                tuple(v for v in order if v in variables), tuple(n for n in sites if n in members)
            )
        )
    return tuple(found)


def _before(model: SCM, names: frozenset[str]) -> dict[str, frozenset[str]]:
    """The ancestors of some variables, among these."""
    found: dict[str, frozenset[str]] = {}
    parents = {
        n: [p for p in parents_of(model, n) if p in model.endogenous] for n in model.endogenous
    }
    for name in names:
        seen: set[str] = set()
        pending = [name]
        while pending:
            new = [p for p in parents[pending.pop()] if p not in seen]
            seen.update(new)
            pending += new
        found[name] = names & seen
    return found


# ---------------------------------------------------------------- what is asked of a relabelling


@final
class Layers:
    """A claim with sites: its layers, the settings of labels, and the runs of both models."""

    def __init__(
        self, claim: Abstraction, below: Running, above: Running, tick: Callable[[], None]
    ) -> None:
        """Find the layers; nothing is run yet. `tick` is called now and then; it may raise to stop."""
        self.claim = claim
        self.layers = layers_of(claim)
        self.contexts = [tuple(c.values()) for c in claim.scm.contexts()]
        self.below, self.above, self.tick = below, above, tick

    @cached_property
    def settings(self) -> list[Hard]:
        r"""The hard interventions above on variables with a site, at values that runs produce, and again under these.

        $R_0$ are the values in runs on the contexts, $R_{k+1}$ those under settings with values in $R_k$.

        Raises:
            OutOfReachError: there are more than 2^17.
        """
        assert self.claim.high is not None
        high, nodes = self.claim.high, tuple(self.claim.sites)
        reached: dict[str, dict[Value, None]] = {n: {} for n in nodes}
        done: dict[Hard, None] = {}
        new = [NOTHING]
        while new:
            for setting in new:
                done[setting] = None
                for context in self.contexts:
                    self.tick()
                    run = self.above(context, setting)
                    for name in nodes:
                        reached[name].setdefault(run[name])
            count = prod(len(values) + 1 for values in reached.values())
            if count > MOST_SETTINGS:
                raise OutOfReachError("settings of labels", count, MOST_SETTINGS)
            new = [s for s in _settings(reached) if s not in done]
        return sorted(done, key=lambda setting: canonical_key(high, setting))

    @cached_property
    def in_order(self) -> bool:
        """Whether above nothing follows what is set in its own layer, or in a later one.

        What is set in a layer leaves the other labels there as they are.
        """
        for number, layer in enumerate(self.layers):
            earlier = {n for before in self.layers[:number] for n in before.nodes}
            for setting in self.settings:
                first = Hard(tuple(item for item in setting.items if item[0] in earlier))
                others = [n for n in layer.nodes if n not in setting.targets]
                for context in self.contexts:
                    self.tick()
                    due, kept = self.above(context, setting), self.above(context, first)
                    if any(due[n] != kept[n] for n in others):
                        return False
        return True

    def states(self, phi: Sequence[Relabelling]) -> dict[Values, Values] | None:
        """Hidden state -> its labels, of all runs in the layer after those relabelled; `None` if one would need two."""
        layer = self.layers[len(phi)]
        earlier = {n for before in self.layers[: len(phi)] for n in before.nodes}
        labelled: dict[Values, Values] = {}
        for setting in self.settings:
            if not setting.targets <= earlier:
                continue
            for context in self.contexts:
                self.tick()
                state = layer.state(self.below(context, self.relabelled(context, setting, phi)))
                label = layer.above(self.above(context, setting))
                if labelled.setdefault(state, label) != label:
                    return None
        return labelled

    def spare(self, layer: Layer, labelled: Mapping[Values, Values]) -> list[Values]:
        """The hidden states of a layer that no run has."""
        every = product(*(values_of(self.claim.scm.domain(v)) for v in layer.variables))
        return [state for state in every if state not in labelled]

    def relabelled(self, context: Values, setting: Hard, phi: Sequence[Relabelling]) -> Hard:
        """What a setting of labels sets below, layer by layer: the new labels, and the rest as it is by then."""
        held: dict[str, Value] = {}
        for layer, own in zip(self.layers, phi, strict=False):  # perhaps of the first layers alone
            wanted = {n: v for n, v in setting.items if n in layer.nodes}
            if not wanted:
                continue
            state = layer.state(self.below(context, Hard(tuple(held.items()))))
            labels = dict(zip(layer.nodes, own.labels[state], strict=True)) | wanted
            image = own.hidden[tuple(labels.values()), own.rests[state]]
            held |= zip(layer.variables, image, strict=True)
        return Hard(tuple(held.items()))

    def relabellings(self) -> Iterator[tuple[Relabelling, ...]]:
        """Every φ that is one to one, labels the hidden states of runs rightly, and is onto what is asked for.

        Raises:
            OutOfReachError: there are more than 2^20.
        """
        if not self.in_order:
            return
        for count, phi in enumerate(self._from(()), 1):
            if count > LIMIT:
                raise OutOfReachError("relabellings", count, LIMIT)
            yield phi

    def _from(self, phi: tuple[Relabelling, ...]) -> Iterator[tuple[Relabelling, ...]]:
        if len(phi) == len(self.layers):
            yield phi
            return
        labelled = self.states(phi)
        if labelled is None:
            return  # one hidden state, two labels: the layer does not tell its inputs apart
        layer = self.layers[len(phi)]
        spare = self.spare(layer, labelled)
        for rests in growing(len(labelled)):
            rest = dict(zip(labelled, rests, strict=True))
            own = {(labelled[h], rest[h]): h for h in labelled}
            if len(own) < len(labelled):
                continue
            free = [x for x in self.latents(layer, rests) if x not in own]
            for chosen in permutations(spare, len(free)):
                self.tick()
                hidden = own | dict(zip(free, chosen, strict=True))
                yield from self._from((*phi, Relabelling(hidden, labelled, rest)))

    def latents(self, layer: Layer, rests: Sequence[int]) -> list[Latent]:
        """What is asked for in a layer: every combination of labels that settings give, with every rest."""
        given = [dict(setting.items) for setting in self.settings]
        columns = [dict.fromkeys(s[n] for s in given if n in s) for n in layer.nodes]
        return list(product(product(*columns), dict.fromkeys(rests)))


def _settings(reached: Mapping[str, Mapping[Value, None]]) -> Iterator[Hard]:
    """Each variable at one of its values, or left alone."""
    for chosen in product(*([None, *values] for values in reached.values())):
        pairs = zip(reached, chosen, strict=True)
        yield Hard(tuple((name, value) for name, value in pairs if value is not None))


def growing(count: int) -> Iterator[tuple[int, ...]]:
    """All partitions of so many things, as the number of each one's part: the rests up to their names."""
    if count == 0:
        yield ()
        return
    for first in growing(count - 1):
        for number in range(max(first, default=-1) + 2):
            yield (*first, number)
