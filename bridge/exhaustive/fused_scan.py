"""What the compiled forms of the filter have in common: a block of sources in, what it showed out.

Both take a chain that alternates ReLUs and linear maps, and a label that is the place of the largest entry
or a threshold passed. Where neither can be had the same filter runs on tensors (`Fused.labels`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, final

import torch
from torch import Tensor

from .fused import Fused, Split
from .fused_radius import Map
from .readout import Above, Argmax, Readout

__all__ = ["Block", "Found", "Layers", "Scan", "layers_of"]


@final
@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """What a block of combinations of sources brings.

    Attributes:
        source: the sum of their parts, a row a combination.
        expected: the labels above, shape (contexts, combinations), int32.
        counts: how many interchanges each stands for, shape (combinations,).
    """

    source: Split
    expected: Tensor
    counts: Tensor


@final
@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What some bases with a block showed, as far as they are clear.

    Attributes:
        wrong: how many interchanges disagree.
        unclear: the pairs (base, combination) that are not clear, in order; shape (pairs, 2).
        failing: the first that disagree, in order: (base, combination, label); shape (pairs, 3).
    """

    wrong: Tensor | int
    unclear: Tensor
    failing: Tensor


class Scan(Protocol):
    """A compiled form of the filter, with all that does not depend on the sources."""

    def scan(self, contexts: Tensor, block: Block, keep: int) -> Iterator[Found]:
        """All bases with a block of sources, some bases after the others.

        Args:
            contexts: the number of each base's context.
            block: the sources.
            keep: how many failing pairs are kept each time.
        """
        ...


@final
@dataclass(frozen=True, slots=True, eq=False)
class Layers:
    """What comes after the sum: a ReLU (of a slope, 1 for none), then maps with ReLUs.

    Attributes:
        slopes: of the ReLU after the sum and after each map.
        maps: the maps.
        factor: how many radii the largest output must be above the second to be believed.
    """

    slopes: tuple[float, ...]
    maps: tuple[Map, ...]
    factor: int


def layers_of(fused: Fused) -> Layers | None:
    """The chain after the sum in this form, or `None` where it does not have it."""
    slopes, maps = [1.0], []
    for before, link in zip([None, *fused.chain], fused.chain, strict=False):
        if isinstance(link, tuple):
            maps.append(link)
            slopes.append(1.0)
        elif isinstance(before, float):
            return None
        else:
            slopes[-1] = link
    ends_in_map = slopes[-1] == 1
    read = _read_as_largest(fused.readout, maps, ends_in_map)
    return None if read is None else Layers(tuple(slopes), *read)


def _read_as_largest(
    readout: Readout, maps: list[Map], ends_in_map: bool
) -> tuple[tuple[Map, ...], int] | None:
    """Maps after which the label is the place of the largest entry, and how many errors it bears.

    Two entries that may each move by the radius must be twice it apart; a threshold does not move, and is
    an output of the last map if no ReLU comes after it.
    """
    match readout:
        case Argmax(at=()):
            return tuple(maps), 2
        case Above(threshold=threshold, unit=unit) if maps and ends_in_map:
            weight, bias = maps[-1]
            row = torch.stack([torch.zeros_like(weight[unit]), weight[unit]])
            ends = torch.stack([torch.full_like(bias[unit], threshold), bias[unit]])
            return (*maps[:-1], (row, ends)), 1
        case _:
            return None
