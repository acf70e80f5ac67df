"""One set of sites, swept: filters first where there are any, then the bit-faithful path."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from math import prod
from typing import TYPE_CHECKING, Any, final

import torch

from ..graph.replay import Suffix
from .clean import CleanRuns
from .distinct import distinct_rows
from .expectation import Expectation
from .fused import Fused
from .fused_numba import NumbaScan
from .fused_scan import Block, Scan
from .fused_triton import TritonScan
from .readout import Readout, differing
from .replaying import Replay

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["COMPILED_FROM", "FILTERED", "Options", "Sweeper", "Tally"]

COMPILED_FROM = 2**15
"""Pairs below which compiling would take longer than it saves."""
FILTERED = 2**13
"""Pairs in a block of the filter, whose bits do not depend on it: what suits a processor's cache."""


@final
@dataclass(frozen=True, slots=True)
class Options:
    """How a sweep goes about it.

    Attributes:
        rows: the size of a tile.
        filtered: whether a filter may settle the pairs that are clear of its radius.
        keep: how many failing pairs are kept.
        compiled: whether the filter may be compiled code.
    """

    rows: int
    filtered: bool
    keep: int
    compiled: bool = True


@final
@dataclass(slots=True)
class Tally:
    """How many interchanges disagree, how many runs were bit-faithful, and the first failing pairs.

    A failing pair is (number, label, expected).
    """

    keep: int
    wrong: Tensor | int = 0
    rerun: int = 0
    failing: list[tuple[int, int, int]] = field(default_factory=list)

    def note(
        self,
        numbers: Callable[[Tensor], Tensor],
        differs: Tensor,
        labels: Callable[[Tensor], Tensor],
        expected: Tensor,
    ) -> None:
        """Keep the first that differ; pairs come in order, numbers and labels for their places."""
        places = differs.nonzero().flatten()[: self.keep]
        if len(places):
            columns = numbers(places), labels(places), expected[places]
            self.failing += zip(*(x.tolist() for x in columns), strict=True)


@final
class Sweeper:
    """The pairs of one set of sites: numbers of bases, and combinations of distinct sources."""

    def __init__(
        self,
        suffix: Suffix,
        clean: CleanRuns,
        chosen: tuple[str, ...],
        readout: Readout,
        expectation: Expectation,
        options: Options,
    ) -> None:
        self.suffix, self.clean, self.chosen, self.options = suffix, clean, chosen, options
        self.readout = readout
        device = clean.held[chosen[0]].device
        codes = expectation.codes(chosen)
        self.table = codes.table.to(device)
        self.bases = codes.bases.to(device)
        self.labels = range(int(codes.table.min()), int(codes.table.max()) + 1)
        self.device = device
        held: list[Tensor] = []
        self.codes: list[Tensor] = []
        self.firsts: list[list[int]] = []
        self.weights: list[Tensor] = []
        for name, listed in zip(chosen, codes.sources, strict=True):
            code = listed.to(device)
            first, weight = distinct_rows(clean.held[name], code)
            self.firsts.append(first.tolist())
            self.weights.append(weight)
            held.append(clean.held[name].index_select(0, first))
            self.codes.append(code.index_select(0, first))
        self.counts = [len(first) for first in self.firsts]
        self.repeated = any(len(first) < clean.inputs for first in self.firsts)
        self.combinations = prod(self.counts)
        self.distinct = self.combinations * clean.inputs
        self.replay = Replay(suffix, clean, tuple(held), readout, options.rows)

    @torch.no_grad()
    def run(self, masks: Mapping[str, Any] | None) -> Tally:
        """Sweep all pairs: the filter first, where there is one, then what it left.

        Args:
            masks: the masks of attentions for all inputs, where positions may be left out.
        """
        fused = None
        if self.options.filtered:
            fused = Fused.of(self.suffix, self.clean, self.replay.held, self.readout)
        tally = Tally(self.options.keep)
        if fused is None:
            self.replay = self.replay.reusing()
            if masks is not None and self.replay.reused is None:
                self.replay = self.replay.shortened(masks, self.distinct)
            self._faithfully(tally)
        else:
            compiled = self._compiled(fused)
            left = (
                self._filtered(fused, tally)
                if compiled is None
                else self._scanned(fused, compiled, tally)
            )
            if left:
                self.again(torch.cat(left).sort().values, tally)
        tally.failing = sorted(tally.failing)[: tally.keep]
        return tally

    def origins(self, number: int) -> tuple[int, tuple[tuple[str, int], ...]]:
        """The base of a pair, and the first input that each site's value comes from."""
        base, rest = divmod(number, self.combinations)
        found: list[tuple[str, int]] = []
        for name, first in zip(reversed(self.chosen), reversed(self.firsts), strict=True):
            rest, place = divmod(rest, len(first))
            found.append((name, first[place]))
        return base, tuple(reversed(found))

    def _compiled(self, fused: Fused) -> Scan | None:
        """A compiled form of the filter, where there is one and it pays."""
        if not self.options.compiled or self.distinct < COMPILED_FROM:
            return None
        return NumbaScan.of(fused) or TritonScan.of(fused)

    def _faithfully(self, tally: Tally) -> None:
        for bases, numbers, sources, by_context in self._blocks(
            self.options.rows, self.replay.tiles
        ):
            value, readout = self.replay.block(bases, sources)
            expected = by_context.index_select(0, self.bases[bases]).flatten()
            differs = differing(readout, value, expected, self.labels)
            found = partial(_labels_at, readout, value)
            self._count(tally, bases, numbers, sources, differs, expected, found)
        tally.rerun = self.distinct

    def _filtered(self, fused: Fused, tally: Tally) -> list[Tensor]:
        """Count the clear pairs on tensors; the numbers of the others."""
        left = []
        rows = max(self.options.rows, FILTERED)
        room = fused.room(rows)
        for bases, numbers, sources, by_context in self._blocks(rows):
            labels, unclear = fused.labels(bases, sources, room)
            places = unclear.nonzero().flatten()
            if len(places):  # a block is a range of pairs
                left.append(bases.start * self.combinations + int(numbers[0]) + places)
            expected = by_context.index_select(0, self.bases[bases]).flatten()
            differs = (labels != expected) & ~unclear
            self._count(tally, bases, numbers, sources, differs, expected, labels.__getitem__)
        return left

    def _scanned(self, fused: Fused, compiled: Scan, tally: Tally) -> list[Tensor]:
        """The same by compiled code, which counts as it goes."""
        left = []
        short = self.table.clamp(-1, 2**30).int()  # no label is negative or so large
        for start in range(0, self.combinations, FILTERED):
            end = min(start + FILTERED, self.combinations)
            numbers = torch.arange(start, end, device=self.device)
            sources = self._sources(numbers)
            expected = self.by_context(numbers, short)
            block = Block(fused.source(sources), expected, self._weight(sources))
            for found in compiled.scan(self.bases, block, tally.keep):
                tally.wrong = tally.wrong + found.wrong
                if len(found.failing):
                    base, source, label = found.failing.unbind(dim=1)
                    pairs = base * self.combinations + start + source
                    wanted = self._expected(base, self._sources(start + source))
                    columns = (x.tolist() for x in (pairs, label, wanted))
                    tally.failing += zip(*columns, strict=True)
                if len(found.unclear):
                    base, source = found.unclear.unbind(dim=1)
                    left.append(base * self.combinations + start + source)
        return left

    def _blocks(
        self, rows: int, tiles: int = 1
    ) -> Iterator[tuple[slice, Tensor, list[Tensor], Tensor]]:
        """Ranges of bases with ranges of combinations of sources, at most `tiles` times `rows` pairs each.

        With the numbers of a range of combinations come each site's sources and the labels above.
        """
        count, each = self.clean.inputs, self.combinations
        everything = torch.arange(min(each, rows), device=self.device)
        if each <= rows:
            step = rows // each * tiles
            known = self._sources(everything), self.by_context(everything, self.table)
            for start in range(0, count, step):
                yield slice(start, min(start + step, count)), everything, *known
            return
        for base in range(count):
            for start in range(0, each, rows):
                numbers = start + everything[: min(rows, each - start)]
                known = self._sources(numbers), self.by_context(numbers, self.table)
                yield slice(base, base + 1), numbers, *known

    def _sources(self, numbers: Tensor) -> list[Tensor]:
        """The distinct source of each site of the combinations with these numbers."""
        sources: list[Tensor] = []
        for count in reversed(self.counts):
            sources.append(numbers % count)
            numbers = numbers // count
        return sources[::-1]

    def by_context(self, numbers: Tensor, table: Tensor) -> Tensor:
        """The labels above for each context and each combination of sources, in this shape."""
        place = torch.zeros_like(numbers)
        for code, source, size in zip(
            self.codes, self._sources(numbers), table.shape, strict=False
        ):
            place = place * size + code.index_select(0, source)
        return table.flatten(0, -2).index_select(0, place).T.contiguous()

    def _expected(self, base: Tensor, sources: Sequence[Tensor]) -> Tensor:
        """The label above of each pair."""
        places = (c.index_select(0, s) for c, s in zip(self.codes, sources, strict=True))
        found: Tensor = self.table[(*places, self.bases.index_select(0, base))]
        return found

    def _count(
        self,
        tally: Tally,
        bases: slice,
        numbers: Tensor,
        sources: Sequence[Tensor],
        differs: Tensor,
        expected: Tensor,
        labels: Callable[[Tensor], Tensor],
    ) -> None:
        weighed: Tensor = differs
        if self.repeated:
            weighed = differs.reshape(-1, len(numbers)) * self._weight(sources)
        tally.wrong = tally.wrong + weighed.sum()
        if len(tally.failing) < tally.keep:
            start = bases.start * self.combinations + int(numbers[0])
            tally.note(lambda places: start + places, differs, labels, expected)

    def _weight(self, sources: Sequence[Tensor]) -> Tensor:
        """How many interchanges each combination stands for."""
        found = self.weights[0].index_select(0, sources[0])
        for weight, source in zip(self.weights[1:], sources[1:], strict=True):
            found = found * weight.index_select(0, source)
        return found

    def again(self, pairs: Tensor, tally: Tally) -> None:
        """Count the pairs that the filter left, on the bit-faithful path."""
        fresh = Tally(tally.keep)
        for start in range(0, len(pairs), self.options.rows):
            pair = pairs[start : start + self.options.rows]
            base, sources = pair // self.combinations, self._sources(pair % self.combinations)
            labels = self.replay.labels(base, sources)
            expected = self._expected(base, sources)
            differs = labels != expected
            fresh.wrong = fresh.wrong + (differs * self._weight(sources)).sum()
            if len(fresh.failing) < fresh.keep:
                fresh.note(pair.__getitem__, differs, labels.__getitem__, expected)
        tally.wrong = tally.wrong + fresh.wrong
        tally.failing += fresh.failing
        tally.rerun = len(pairs)


def _labels_at(readout: Readout, value: Tensor, places: Tensor) -> Tensor:
    return readout.labels(value[places])
