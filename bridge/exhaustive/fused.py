r"""A filter for sweeps: the first linear map after a site, split into a base part and a source part.

Where the only reader of the sites' value is one linear map, $W(h_b + P(h_s - h_b)) + c = A_b + B_s$ with
$A_b = W(I - P)h_b + c$ and $B_s = W P h_s$: N + N products in the place of N², then an addition. The sums
are rounded in another order than the module's, so a label is believed only where it is clear of both
roundings (`fused_radius` says how far apart they can be); every other pair goes to the bit-faithful path.
Where a value could reach a quarter of the type's largest number, sums may overflow and there is no filter.
Matrix products that round their operands (TF32, bfloat16 reductions) are not covered: on a GPU the filter
is used only where PyTorch's settings exclude them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, final

import torch

from ..graph.node import Node, Ref
from ..graph.replay import Suffix
from ..graph.sites import Site, Slice
from .clean import CleanRuns
from .fused_radius import Link, Map, Radius
from .readout import Readout

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["Fused", "Split"]


@final
@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """One part of the sums, and its part of the radius.

    Attributes:
        part: $A_b$ or $B_s$, shape (rows, units).
        radius: how far the fused and the faithful output may be apart, as far as this part goes; shape (rows,).
    """

    part: Tensor
    radius: Tensor

    def at(self, rows: Tensor | slice) -> Split:
        """Some of the rows."""
        return Split(self.part[rows], self.radius[rows])

    def __add__(self, other: Split) -> Split:
        return Split(self.part + other.part, self.radius + other.radius)


@final
@dataclass(frozen=True, slots=True, eq=False)
class Fused:
    """The split map and what comes after it.

    Attributes:
        base: $A_b$ for every input.
        sources: $B_s$ for every distinct source of each site.
        chain: what is computed after the sum.
        readout: what is read off the end of it.
    """

    base: Split
    sources: tuple[Split, ...]
    chain: tuple[Link, ...]
    readout: Readout

    @classmethod
    def of(
        cls, suffix: Suffix, clean: CleanRuns, held: Sequence[Tensor], readout: Readout
    ) -> Fused | None:
        """The filter, or `None` where it does not apply: another reader, another operation."""
        constants = suffix.network.constants
        nodes = [suffix.network.by_name[name] for name in suffix.steps]
        node = suffix.sites[0].node
        links = _links(nodes, constants, node, suffix.network.outputs[readout.output])
        if links is None or any(site.node != node for site in suffix.sites):
            return None
        (weight, bias), *chain = links
        columns = _columns(suffix.sites, weight)
        if columns is None or not _exact_products(weight):
            return None
        radius = Radius.of((weight, bias), chain, len(columns))
        values = clean.values[node]
        if radius.overflows(values.abs().amax(dim=0)):
            return None
        kept = values.index_fill(1, torch.cat(columns), 0)
        base = Split(torch.addmm(bias, kept, weight.T), radius.of_rows(kept))
        rows = (value.reshape(len(value), -1) for value in held)  # of one unit: a number a row
        sources = tuple(
            Split(value @ weight[:, own].T, radius.of_rows(value, own))
            for value, own in zip(rows, columns, strict=True)
        )
        return cls(base, sources, tuple(chain), readout)

    def room(self, pairs: int) -> Tensor:
        """Room for the sums of a block of so many pairs."""
        return self.base.part.new_empty(pairs * self.base.part.shape[1])

    def source(self, numbers: Sequence[Tensor]) -> Split:
        """The sum of the parts of some sources, given by their numbers for each site in step."""
        first, *others = (
            split.at(chosen) for split, chosen in zip(self.sources, numbers, strict=True)
        )
        return sum(others, first)

    def labels(
        self, bases: slice, sources: Sequence[Tensor], room: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Labels of a block of bases with some sources, and which are too close to be believed.

        Args:
            bases: a range of inputs.
            sources: for each site the numbers of its distinct sources, in step.
            room: of at least this block.

        Returns:
            Two tensors of shape (bases · sources,), bases slowest.
        """
        own, other = self.base.at(bases), self.source(sources)
        shape = len(own.part), *other.part.shape
        value = room[: shape[0] * shape[1] * shape[2]].view(shape)  # no allocation a block
        value = torch.add(own.part[:, None], other.part, out=value).flatten(0, 1)
        for link in self.chain:
            if isinstance(link, tuple):
                weight, bias = link  # the result's columns are contiguous: the readout takes them
                value = torch.addmm(bias[:, None], weight, value.T).T
            elif link:
                value = torch.where(value < 0, value * link, value)
            else:
                value = value.relu_()
        label, clearance = self.readout.read(value)
        radius = (own.radius[:, None] + other.radius).flatten()
        return label, ~(clearance > radius)


def _links(
    nodes: Sequence[Node], constants: Mapping[str, Tensor], site: str, output: str
) -> tuple[Map, *tuple[Link, ...]] | None:
    """The maps and ReLUs from a site to the output, each reading the one before, a map first.

    `None` where something else is computed.
    """
    found: list[Link] = []
    before = site
    for node in nodes:
        link = _link(node, before, constants)
        if link is None:
            return None
        found.append(link)
        before = node.name
    if before != output or not found or not isinstance(found[0], tuple):
        return None
    return found[0], *found[1:]


def _link(node: Node, before: str, constants: Mapping[str, Tensor]) -> Link | None:
    """A node as a step of the chain, if it is one and reads nothing computed but the step before."""
    given = node.arguments
    match node.operation.name:
        case "linear" if given.get("input") == Ref(before):
            weight, bias = (_constant(given.get(key), constants) for key in ("weight", "bias"))
            return None if weight is None or bias is None else (weight, bias)
        case "relu" if given.get("self") == Ref(before):
            return 0.0
        case "leaky_relu" if given.get("self") == Ref(before):
            slope = given.get("negative_slope", 0.01)
            assert isinstance(slope, float | int)
            return float(slope)
        case _:
            return None


def _constant(argument: object, constants: Mapping[str, Tensor]) -> Tensor | None:
    found = constants.get(argument.name) if isinstance(argument, Ref) else None
    return None if found is None else found.detach()


def _exact_products(weight: Tensor) -> bool:
    """Whether products of this type are rounded once each, to the type of the accumulator."""
    if weight.dtype not in (torch.float32, torch.float64):
        return False
    return weight.device.type == "cpu" or (
        weight.device.type == "cuda"
        and (weight.dtype is torch.float64 or not torch.backends.cuda.matmul.allow_tf32)
    )


def _columns(sites: Sequence[Site], weight: Tensor) -> list[Tensor] | None:
    """Which inputs of the map each site holds, if all hold whole ones."""
    inputs = torch.arange(weight.shape[1], device=weight.device)
    found: list[Tensor] = []
    for site in sites:
        if not isinstance(site, Slice) or len(site.index) != 2:
            return None
        found.append(inputs[site.key[1]].reshape(-1))
    return found
