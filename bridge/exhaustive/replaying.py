"""The bit-faithful path: labels of patched runs on tiles of a fixed number of rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, final

import torch

from ..graph.replay import Suffix, last_reads
from .clean import CleanRuns
from .distinct import tile_of
from .pruned import Pruned
from .pruned_run import run_pruned
from .readout import Readout
from .reused import Reused

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["PREMISE", "Replay"]

TRIED = 2
WORTHWHILE = 8
"""Tiles from which trying out a plan of pruned runs costs less than it saves."""
PREMISE = (
    "positions that a patch does not change or the label does not need were left out: the order in which an "
    "operator adds depends on the shapes of its arguments and not on the numbers in them (on {} tiles of {} "
    "pairs, what the label is read from had the bits of the whole run)"
)


@final
@dataclass(frozen=True, slots=True, eq=False)
class Replay:
    """Patched runs of some sites.

    Attributes:
        suffix: what is computed after the sites.
        clean: the values that it reads.
        held: for each site what it can be set to, shape (distinct, …).
        readout: the label.
        rows: the size of a tile.
        pruned: a plan that leaves positions out, with the clean values that it reads.
        reused: the same runs in tensors that are kept.
    """

    suffix: Suffix
    clean: CleanRuns
    held: tuple[Tensor, ...]
    readout: Readout
    rows: int
    pruned: tuple[Pruned, CleanRuns] | None = None
    reused: Reused | None = None

    @property
    def relies_on(self) -> tuple[str, ...]:
        """What the bits rest on beyond the replay itself."""
        return () if self.pruned is None else (PREMISE.format(TRIED, self.rows),)

    def labels(self, base: Tensor, sources: Sequence[Tensor]) -> Tensor:
        """The labels of at most `rows` pairs.

        Args:
            base: numbers of inputs.
            sources: for each site numbers of `held`, in step.
        """
        value, readout = self._tile(base, sources)
        return readout.labels(value)

    def block(self, bases: slice, sources: Sequence[Tensor]) -> tuple[Tensor, Readout]:
        """The outputs of a range of bases with some sources, bases slowest, and how labels are read of them.

        Args:
            bases: a range of inputs: with the sources at most `tiles` times `rows` pairs.
            sources: for each site numbers of `held`, in step.
        """
        if self.reused is not None:
            return self.reused.outputs(bases, sources), self.readout
        base = torch.arange(bases.start, bases.stop, device=sources[0].device)
        count, each = len(base), len(sources[0])
        return self._tile(base.repeat_interleave(each), [s.repeat(count) for s in sources])

    @property
    def tiles(self) -> int:
        """How many tiles a block may have."""
        return 1 if self.reused is None else self.reused.tiles

    def _tile(self, base: Tensor, sources: Sequence[Tensor]) -> tuple[Tensor, Readout]:
        """The outputs of at most `rows` pairs, and how labels are read of them."""
        at = [tile_of(x, self.rows) for x in (base, *sources)]
        held = [h.index_select(0, s) for h, s in zip(self.held, at[1:], strict=True)]
        if self.pruned is None:
            return self._whole(at[0], held)[: len(base)], self.readout
        plan, clean = self.pruned
        values = run_pruned(plan, clean.frontier(clean.values, at[0]), held)
        value, readout = plan.output(values, self.readout)
        return value[: len(base)], readout

    def reusing(self) -> Replay:
        """The same in tensors that are kept, if the steps are a chain of linear maps and activations."""
        output = self.suffix.network.outputs[self.readout.output]
        reused = Reused.of(self.suffix, self.clean, self.held, output, self.rows)
        return replace(self, reused=reused)

    def shortened(self, masks: Mapping[str, Any], pairs: int) -> Replay:
        """The same with a plan of pruned runs, if there is one whose bits are those of the whole runs.

        Attention is given as many queries as that takes. Real pairs are tried, spread over all of them.
        """
        if pairs < WORTHWHILE * self.rows or self._plan(masks, 1) is None:
            return self
        generator = torch.Generator().manual_seed(0)
        trials = [self._trial(generator) for _ in range(TRIED)]
        for queries in range(1, 1 + self._length()):
            plan = self._plan(masks, queries)
            if plan is None:
                return self
            kept = plan.kept(self.clean)
            if all(self._agrees(plan, kept, *trial) for trial in trials):
                return replace(self, pruned=(plan, kept))
        return self

    def _plan(self, masks: Mapping[str, Any], queries: int) -> Pruned | None:
        return Pruned.of(self.suffix, self.readout, masks, queries)

    def _length(self) -> int:
        name = self.suffix.network.outputs[self.readout.output]
        shape = self.suffix.network.by_name[name].shape
        return int(str(shape[1])) if len(shape) > 2 else 0

    def _trial(self, generator: torch.Generator) -> tuple[Tensor, list[Tensor], Tensor]:
        """A tile of random pairs, and what is read of their whole runs."""
        device = self.held[0].device
        counts = [self.clean.inputs, *(len(h) for h in self.held)]
        base, *sources = (
            torch.randint(count, (self.rows,), generator=generator).to(device) for count in counts
        )
        held = [h.index_select(0, s) for h, s in zip(self.held, sources, strict=True)]
        return base, held, self._whole(base, held)

    def _whole(self, base: Tensor, held: Sequence[Tensor]) -> Tensor:
        """The output of a tile, by a run of everything after the sites."""
        network = self.suffix.network
        output = network.outputs[self.readout.output]
        kept = (output, *network.constants)
        releases = last_reads(network, self.suffix.steps, kept)
        frontier = self.clean.frontier(self.suffix.frontier, base)
        found: Tensor = self.suffix.run(frontier, held, releases=releases, fresh=True)[output]
        return found

    def _agrees(
        self, plan: Pruned, kept: CleanRuns, base: Tensor, held: Sequence[Tensor], whole: Tensor
    ) -> bool:
        """Whether a plan gives the bits of the whole runs where the label is read."""
        values = run_pruned(plan, kept.frontier(kept.values, base), held)
        chosen = plan.computes[self.suffix.network.outputs[self.readout.output]]
        found, _ = plan.output(values, self.readout)
        return torch.equal(found, whole[:, chosen.start : chosen.stop])
