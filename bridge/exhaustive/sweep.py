r"""All interchanges: every base with every combination of sources, in tiles.

Only the descendants of the sites are computed, on rows that pair a base with sources. Every tile has the
same number of rows, so that what is computed is the network's behaviour at that batch size, bit for bit:
`ieee(dtype, device, batch=rows)`. Sources whose sites hold the same bits, and stand for the same
high-level value, are run once and counted as often as they occur. Labels are compared and counted where
they are; nothing but counts and the first failing pairs leaves the device.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations
from math import prod
from typing import TYPE_CHECKING, final

import numpy as np
import torch

from tauomega.theory.errors import InputError

from ..graph.network import CapturedNetwork
from ..graph.replay import Suffix
from ..graph.sites import Site
from .clean import CleanRuns, run_clean
from .expectation import Expectation
from .fused import Fused
from .readout import Readout

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["Pair", "Sweep", "sweep"]

FILTERED = 2**13
"""Pairs in a block of the filter, whose bits do not depend on it: what suits a processor's cache."""


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
    """

    sites: tuple[str, ...]
    total: int
    agreeing: int
    failing: tuple[Pair, ...]
    distinct: int
    rerun: int
    semantics: str

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
    rows: int = 4096,
    filtered: bool = True,
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
    nodes = dict.fromkeys(n for suffix in suffixes.values() for n in suffix.frontier)
    clean = run_clean(network, given, sites, nodes, rows)
    for chosen, suffix in suffixes.items():
        yield _Sweeper(suffix, clean, chosen, readout, expectation, rows).run(filtered, keep)


@final
class _Sweeper:
    """One set of sites."""

    def __init__(
        self,
        suffix: Suffix,
        clean: CleanRuns,
        chosen: tuple[str, ...],
        readout: Readout,
        expectation: Expectation,
        rows: int,
    ) -> None:
        self.suffix, self.clean, self.chosen, self.rows = suffix, clean, chosen, rows
        self.readout = readout
        self.output = suffix.network.outputs[readout.output]
        device = clean.held[chosen[0]].device
        codes = expectation.codes(chosen)
        self.table = codes.table.to(device)
        self.bases = torch.tensor(codes.bases, device=device)
        self.device = device
        self.held: list[Tensor] = []
        self.codes: list[Tensor] = []
        self.firsts: list[Tensor] = []
        self.weights: list[Tensor] = []
        for name, code in zip(chosen, codes.sources, strict=True):
            first, weight = _distinct(clean.held[name], torch.tensor(code, device=device))
            self.firsts.append(first)
            self.weights.append(weight)
            self.held.append(clean.held[name].index_select(0, first))
            self.codes.append(torch.tensor(code, device=device).index_select(0, first))
        self.counts = [len(first) for first in self.firsts]
        self.repeated = any(int(weight.max()) > 1 for weight in self.weights)
        self.combinations = prod(self.counts)
        self.distinct = self.combinations * clean.inputs

    @torch.no_grad()
    def run(self, filtered: bool, keep: int) -> Sweep:
        """Sweep all pairs: the filter first, where there is one, then what it left."""
        fused = self._filter() if filtered else None
        tally = _Tally(keep)
        left: list[Tensor] = []
        previous = None
        for bases, numbers in self._blocks(
            self.rows if fused is None else max(self.rows, FILTERED)
        ):
            if numbers is not previous:
                sources, by_context = self._sources(numbers), self._by_context(numbers)
                previous = numbers
            expected = by_context.index_select(0, self.bases[bases]).flatten()
            if fused is None:
                labels, unclear = self._block(bases, sources), None
            else:
                labels, unclear = fused.labels(bases, sources)
                places = unclear.nonzero().flatten()
                if len(places):
                    start = bases.start * self.combinations + int(numbers[0])
                    left.append(start + places)  # a block is a range of pairs
            self._count(tally, bases, numbers, sources, labels, expected, unclear)
        again = self._again(torch.cat(left), tally) if left else 0
        total = self.clean.inputs ** (1 + len(self.chosen))
        dtype = str(self.suffix.network.dtype).removeprefix("torch.")
        semantics = f"ieee({dtype}, {self.device.type}, batch={self.rows})"
        failing = tuple(self._pair(*found) for found in sorted(tally.failing)[:keep])
        rerun = self.distinct if fused is None else again
        wrong = int(tally.wrong)
        return Sweep(self.chosen, total, total - wrong, failing, self.distinct, rerun, semantics)

    def _filter(self) -> Fused | None:
        rows = max(self.rows, FILTERED)
        return Fused.of(self.suffix, self.clean, self.held, self.readout, rows)

    def _blocks(self, rows: int) -> Iterator[tuple[slice, Tensor]]:
        """Ranges of bases with ranges of combinations of sources, at most `rows` pairs each."""
        count, each = self.clean.inputs, self.combinations
        everything = torch.arange(min(each, rows), device=self.device)
        if each <= rows:
            step = rows // each
            for start in range(0, count, step):
                yield slice(start, min(start + step, count)), everything
            return
        for base in range(count):
            for start in range(0, each, rows):
                yield slice(base, base + 1), start + everything[: min(rows, each - start)]

    def _sources(self, numbers: Tensor) -> list[Tensor]:
        """The distinct source of each site of the combinations with these numbers."""
        sources: list[Tensor] = []
        for count in reversed(self.counts):
            sources.append(numbers % count)
            numbers = numbers // count
        return sources[::-1]

    def _by_context(self, numbers: Tensor) -> Tensor:
        """The labels above for each context and each combination of sources, in this shape."""
        codes = zip(self.codes, self._sources(numbers), strict=True)
        return self.table[tuple(c.index_select(0, s) for c, s in codes)].T.contiguous()

    def _count(
        self,
        tally: _Tally,
        bases: slice,
        numbers: Tensor,
        sources: Sequence[Tensor],
        labels: Tensor,
        expected: Tensor,
        unclear: Tensor | None,
    ) -> None:
        differs = labels != expected
        if unclear is not None:
            differs &= ~unclear
        weighed: Tensor = differs
        if self.repeated:
            weighed = differs.reshape(-1, len(numbers)) * self._weight(sources)
        tally.wrong = tally.wrong + weighed.sum()
        if len(tally.failing) < tally.keep:
            start = bases.start * self.combinations + int(numbers[0])
            tally.note(
                start + torch.arange(len(labels), device=self.device), differs, labels, expected
            )

    def _weight(self, sources: Sequence[Tensor]) -> Tensor:
        found = self.weights[0].index_select(0, sources[0])
        for weight, source in zip(self.weights[1:], sources[1:], strict=True):
            found = found * weight.index_select(0, source)
        return found

    def _block(self, bases: slice, sources: Sequence[Tensor]) -> Tensor:
        count = len(sources[0])
        base = torch.arange(bases.start, bases.stop, device=self.device).repeat_interleave(count)
        return self._faithful(base, [s.repeat(bases.stop - bases.start) for s in sources])

    def _faithful(self, base: Tensor, sources: Sequence[Tensor]) -> Tensor:
        """Labels by a replay of the module's operators, on a tile of exactly `rows` rows."""
        size = len(base)
        at = [_tile(x, self.rows) for x in (base, *sources)]
        frontier = self.clean.frontier(self.suffix.frontier, at[0])
        held = [h.index_select(0, s) for h, s in zip(self.held, at[1:], strict=True)]
        value = self.suffix.run(frontier, held)[self.output]
        return self.readout.labels(value)[:size]

    def _again(self, pairs: Tensor, tally: _Tally) -> int:
        """Count the pairs that the filter left, on the bit-faithful path."""
        fresh = _Tally(tally.keep)
        for start in range(0, len(pairs), self.rows):
            pair = pairs[start : start + self.rows]
            base, sources = pair // self.combinations, self._sources(pair % self.combinations)
            labels = self._faithful(base, sources)
            places = tuple(c.index_select(0, s) for c, s in zip(self.codes, sources, strict=True))
            expected = self.table[(*places, self.bases.index_select(0, base))]
            differs = labels != expected
            fresh.wrong = fresh.wrong + (differs * self._weight(sources)).sum()
            if len(fresh.failing) < fresh.keep:
                fresh.note(pair, differs, labels, expected)
        tally.wrong = tally.wrong + fresh.wrong
        tally.failing += fresh.failing
        return len(pairs)

    def _pair(self, number: int, label: int, expected: int) -> Pair:
        base, rest = divmod(number, self.combinations)
        sources = self._sources(torch.tensor([rest], device=self.device))
        origins = [int(f[s[0]]) for f, s in zip(self.firsts, sources, strict=True)]
        return Pair(base, tuple(zip(self.chosen, origins, strict=True)), label, expected)


@dataclass(slots=True)
class _Tally:
    """How many interchanges disagree, and the first: (number, label, expected)."""

    keep: int
    wrong: Tensor | int = 0
    failing: list[tuple[int, int, int]] = field(default_factory=list)

    def note(self, pairs: Tensor, differs: Tensor, labels: Tensor, expected: Tensor) -> None:
        """Keep the first that differ; pairs come in order."""
        places = differs.nonzero().flatten()[: self.keep]
        columns = (x[places].tolist() for x in (pairs, labels, expected))
        self.failing += zip(*columns, strict=True)


def _tile(places: Tensor, rows: int) -> Tensor:
    missing = rows - len(places)
    return torch.cat([places, places[:1].expand(missing)]) if missing else places


def _distinct(held: Tensor, code: Tensor) -> tuple[Tensor, Tensor]:
    """The first input of each distinct (bits, code), in order, and how many inputs have it."""
    rows = held.reshape(len(held), -1).contiguous().cpu().view(torch.uint8).numpy()
    keys = np.concatenate(
        [rows, code.cpu().view(torch.uint8).numpy().reshape(len(rows), -1)], axis=1
    )
    whole = np.ascontiguousarray(keys).view(np.dtype((np.void, keys.shape[1]))).ravel()
    _, first, counts = np.unique(whole, return_index=True, return_counts=True)
    order = first.argsort()
    found = (torch.from_numpy(x[order]).to(held.device) for x in (first, counts))
    return next(found), next(found)
