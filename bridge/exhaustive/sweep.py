r"""All interchanges: every base with every combination of sources, in tiles.

Only the descendants of the sites are computed, on rows that pair a base with sources. Every tile has the
same number of rows, so that what is computed is the network's behaviour at that batch size, bit for bit:
`ieee(dtype, device, batch=rows)`. Sources whose sites hold the same bits, and stand for the same
high-level value, are run once and counted as often as they occur. Labels are compared and counted where
they are; nothing but counts and the first failing pairs leaves the device.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import TYPE_CHECKING, Any, final

import torch

from tauomega.theory.errors import InputError

from ..graph.network import CapturedNetwork
from ..graph.replay import Suffix
from ..graph.sites import Site
from .clean import run_clean
from .expectation import Expectation
from .pruned import Pruned, masks_of
from .readout import Readout
from .sweeping import Options, Sweeper

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["Pair", "Sweep", "sweep"]

MANY = 2**31
"""More queries than an attention has."""


@final
@dataclass(frozen=True, slots=True)
class Pair:
    """An interchange by numbers of inputs, and the labels below and above."""

    base: int
    sources: tuple[tuple[str, int], ...]
    label: int
    expected: int


@final
@dataclass(frozen=True, slots=True)
class Sweep:
    """What came of all interchanges of some sites.

    Attributes:
        sites: the variables whose sites were swapped together.
        total: how many interchanges there are.
        agreeing: in how many the labels are equal.
        failing: the first failing ones, in the order of base, then sources.
        distinct: how many runs were distinct.
        rerun: how many of these the filter left to the bit-faithful path; all, if there was no filter.
        semantics: of which arithmetic this is the truth.
        relies_on: what that rests on beyond a replay of every pair at this number of rows.
    """

    sites: tuple[str, ...]
    total: int
    agreeing: int
    failing: tuple[Pair, ...]
    distinct: int
    rerun: int
    semantics: str
    relies_on: tuple[str, ...] = ()

    @property
    def accuracy(self) -> Fraction:
        """Interchange accuracy, exactly, over every pair: under the stated semantics."""
        return Fraction(self.agreeing, self.total)


def sweep(
    network: CapturedNetwork,
    inputs: Tensor | Sequence[Tensor],
    sites: Mapping[str, Site],
    readout: Readout,
    expectation: Expectation,
    *,
    joint: int | None = 1,
    rows: int = 2048,
    filtered: bool = True,
    pruned: bool = True,
    keep: int = 10,
) -> Iterator[Sweep]:
    """Sweep all interchanges, one set of sites after another, smallest sets first.

    Args:
        network: the graph.
        inputs: one tensor for each of its inputs, shape (inputs, …).
        sites: variable -> site.
        readout: the label of an output.
        expectation: the label that it should have.
        joint: the largest number of sites swapped together; `None` for all.
        rows: the size of a tile, which bounds memory and fixes the bits.
        filtered: whether a faster, differently rounded path may settle the pairs that are clear of it.
        pruned: whether positions of a sequence that a patch does not change, or that the readout does
            not need, may be left out where that leaves the bits as they are (`pruned` says what is tried,
            and what then is assumed).
        keep: how many failing pairs are kept for each set of sites.

    Raises:
        InputError: contexts and inputs of different number, no input, no site.
    """
    given = (inputs,) if isinstance(inputs, torch.Tensor) else tuple(inputs)
    count = len(given[0])
    faults = []
    if len(expectation.contexts) != count:
        faults.append(f"{count} inputs stand for {len(expectation.contexts)} contexts")
    if not count or not sites:
        faults.append("there is nothing to sweep: give at least one input and one site")
    if rows < 1:
        faults.append(f"a tile has at least one row, not {rows}")
    if faults:
        raise InputError(faults)
    suffixes = {}
    most = len(sites) if joint is None else min(joint, len(sites))
    for size in range(1, most + 1):
        for chosen in combinations(sites, size):
            suffixes[chosen] = Suffix.of(
                network, [sites[n] for n in chosen], outputs=[network.outputs[readout.output]]
            )
    masks = _masks(network, given, suffixes.values(), rows) if pruned else {}
    nodes = dict.fromkeys(n for suffix in suffixes.values() for n in suffix.frontier)
    for suffix in suffixes.values() if pruned else ():
        for queries in (1, MANY):
            plan = Pruned.of(suffix, readout, masks, queries)
            nodes |= dict.fromkeys(plan.reads if plan is not None else ())
    clean = run_clean(network, given, sites, nodes, rows)
    options = Options(rows, filtered, keep)
    for chosen, suffix in suffixes.items():
        sweeper = Sweeper(suffix, clean, chosen, readout, expectation, options)
        tally = sweeper.run(masks if pruned else None)
        total = count ** (1 + len(chosen))
        dtype = str(network.dtype).removeprefix("torch.")
        yield Sweep(
            chosen,
            total,
            total - int(tally.wrong),
            tuple(
                Pair(*sweeper.origins(number), label, expected)
                for number, label, expected in tally.failing
            ),
            sweeper.distinct,
            tally.rerun,
            f"ieee({dtype}, {sweeper.device.type}, batch={rows})",
            sweeper.replay.relies_on,
        )


def _masks(
    network: CapturedNetwork, inputs: Sequence[Tensor], suffixes: Iterable[Suffix], rows: int
) -> dict[str, Any]:
    """The masks of the attentions of some runs, for all inputs."""
    names = dict.fromkeys(name for suffix in suffixes for name in masks_of(suffix))
    return dict(run_clean(network, inputs, {}, names, rows).values) if names else {}
