"""Relabellings of a finite hidden layer: which hidden state stands for which latent, listed literally."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import permutations, product
from typing import final

from tauomega.theory.abstraction import Abstraction
from tauomega.theory.errors import OutOfReachError
from tauomega.theory.intervention import Hard
from tauomega.theory.kernel import Value

from .omega import values_of
from .ranging import Swap

__all__ = ["Relabelling", "layer_of", "relabelled", "relabellings"]

Values = tuple[Value, ...]
Latent = tuple[Values, int]
"""A value for every site's variable above, and a rest."""
LIMIT = 2**20


@final
@dataclass(frozen=True, slots=True)
class Relabelling:
    """φ, as far as input-restricted interventions meet it: latent -> hidden state, one to one.

    `rests` is the rest of the hidden state of every run.
    """

    hidden: Mapping[Latent, Values]
    labels: Mapping[Values, Values]
    rests: Mapping[Values, int]


def layer_of(claim: Abstraction) -> tuple[str, ...]:
    """The variables of the hidden layer: those of all sites, in the order of the low-level model."""
    found = {v for site in claim.sites.values() for v in site}
    return tuple(v for v in claim.scm.endogenous if v in found)


def relabellings(
    claim: Abstraction,
    below: Callable[[Values], Mapping[str, Value]],
    above: Callable[[Values], Mapping[str, Value]],
    tick: Callable[[], None],
) -> Iterator[Relabelling]:
    """Every φ that is one to one, labels the hidden states of runs rightly, and is onto what is asked for.

    Args:
        claim: a claim with sites; the values of the variables that have one are the labels.
        below: low-level context -> its run.
        above: low-level context -> the run of its image under τ_U.
        tick: called now and then; it may raise to stop.

    Raises:
        OutOfReachError: there are more than 2^20.
    """
    contexts = [tuple(c.values()) for c in claim.scm.contexts()]
    layer, nodes = layer_of(claim), tuple(claim.sites)
    hidden = {u: tuple(below(u)[v] for v in layer) for u in contexts}
    labels = {u: tuple(above(u)[n] for n in nodes) for u in contexts}
    labelled = {hidden[u]: labels[u] for u in contexts}
    if any(labelled[hidden[u]] != labels[u] for u in contexts):
        return  # one hidden state, two labels: the layer does not tell its inputs apart
    every = product(*(values_of(claim.scm.domain(v)) for v in layer))
    spare = [h for h in every if h not in labelled]
    columns = [dict.fromkeys(row[k] for row in labels.values()) for k in range(len(nodes))]
    found = 0
    for rests in _growing(len(labelled)):
        rest = dict(zip(labelled, rests, strict=True))
        own = {(labelled[h], rest[h]): h for h in labelled}
        if len(own) < len(labelled):
            continue
        wanted = [(v, r) for v in product(*columns) for r in dict.fromkeys(rests)]
        free = [latent for latent in wanted if latent not in own]
        for chosen in permutations(spare, len(free)):
            tick()
            found += 1
            if found > LIMIT:
                raise OutOfReachError("relabellings", found, LIMIT)
            yield Relabelling(own | dict(zip(free, chosen, strict=True)), labelled, rest)


def _growing(count: int) -> Iterator[tuple[int, ...]]:
    """All partitions of so many things, as the number of each one's part: the rests up to their names."""
    if count == 0:
        yield ()
        return
    for first in _growing(count - 1):
        for number in range(max(first, default=-1) + 2):
            yield (*first, number)


def relabelled(
    claim: Abstraction,
    swap: Swap,
    phi: Relabelling,
    hidden: Callable[[Values], Mapping[str, Value]],
) -> Hard:
    """The hidden layer as an interchange of latents sets it: labels of the sources, the rest of the base."""
    layer, nodes = layer_of(claim), tuple(claim.sites)

    def state(context: Values) -> Values:
        run = hidden(context)
        return tuple(run[v] for v in layer)

    base = state(swap.base)
    labels = dict(zip(nodes, phi.labels[base], strict=True))
    for name, source in swap.sources:
        labels[name] = phi.labels[state(source)][nodes.index(name)]
    image = phi.hidden[tuple(labels[n] for n in nodes), phi.rests[base]]
    return Hard(tuple(zip(layer, image, strict=True)))
