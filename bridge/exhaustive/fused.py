r"""A filter for sweeps: the first linear map after a site, split into a base part and a source part.

Where the only reader of the sites' value is one linear map, $W(h_b + P(h_s - h_b)) + c = A_b + B_s$ with
$A_b = W(I - P)h_b + c$ and $B_s = W P h_s$: N + N products in the place of N², then an addition. The sums
are rounded in another order than the module's, so a label is believed only where it is clear of both
roundings; every other pair goes to the bit-faithful path.

How far apart can the two be? Let every sum of n products (a bias counts as one more) be computed in any
order with unit roundoff u, fused or not: its error is at most $\gamma_n \sum |w_i x_i| + n \eta$ with
$\gamma_n = n u / (1 - n u)$ and η the smallest subnormal (Higham 2002, Section 3.1; Jeannerod & Rump 2013
for any order). With $|h| \le H$ entry by entry over all bases and sources, either path computes the
map within $E = \gamma_{n+3} (|W| H + |c|) + (n + 3)η$ of the exact value of the same weights and the same
rounded $h$; a ReLU does not stretch a difference, and a leaky one by no more than its slope, where that
is above 1; a further linear map with weights V turns an error E
of values of size at most X into $|V| E + \gamma (|V| (X + E) + |d|)$. Both paths stay within this
of the exact value, so within twice it of each other; all of it is computed in float64, inflated by $1 + 2^{-20}$.
Where a value could reach a quarter of the type's largest number, sums may overflow and there is no filter.
Matrix products that round their operands (TF32, bfloat16 reductions) are not covered: on a GPU the filter
is used only where PyTorch's settings exclude them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, final

import torch

from ..graph.node import Node, Ref
from ..graph.replay import Suffix
from ..graph.sites import Slice
from .clean import CleanRuns
from .readout import Readout

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["Fused"]

INFLATED = 1 + 2.0**-20
POINTWISE = ("relu", "leaky_relu")


@final
@dataclass(frozen=True, slots=True, eq=False)
class Fused:
    """The split map and what comes after it.

    Attributes:
        base: $A_b$ for every input, shape (inputs, units).
        sources: $B_s$ for every distinct source of each site.
        chain: what is computed after the sum: weights and bias of a linear map, or the slope of a ReLU.
        radius: how far the fused and the faithful output may be apart, at most.
    """

    base: Tensor
    sources: tuple[Tensor, ...]
    chain: tuple[tuple[Tensor, Tensor] | float, ...]
    readout: Readout
    radius: float

    @classmethod
    def of(
        cls, suffix: Suffix, clean: CleanRuns, held: Sequence[Tensor], readout: Readout
    ) -> Fused | None:
        """The filter, or `None` where it does not apply: another reader, another operation."""
        network = suffix.network
        output = network.outputs[readout.output]
        nodes = [network.by_name[name] for name in suffix.steps]
        sites = suffix.sites
        if (
            not nodes
            or len({site.node for site in sites}) != 1
            or nodes[0].operation.name != "linear"
        ):
            return None
        first, *steps = nodes
        weight, bias = (_constant(first, key, network.constants) for key in ("weight", "bias"))
        plain = all(isinstance(site, Slice) and len(site.index) == 2 for site in sites)
        read = first.arguments.get("input") == Ref(sites[0].node)
        if weight is None or bias is None or not plain or not read or not _exact_products(weight):
            return None
        if not _is_chain(first, steps, network.constants, output):
            return None
        columns = [_columns(site, weight.shape[1]) for site in sites]
        values = clean.values[sites[0].node]
        base = torch.addmm(bias, values, weight.index_fill(1, torch.cat(columns), 0).T)
        sources = tuple(h @ weight[:, c].T for h, c in zip(held, columns, strict=True))
        largest = values.abs().amax(dim=0).double()
        radius = _radius(weight, bias, largest, len(sites), steps, network.constants)
        if not isfinite(radius):
            return None
        chain = tuple(_link(node, network.constants) for node in steps)
        return cls(base, sources, chain, readout, radius)

    def room(self, pairs: int) -> Tensor:
        """Room for the sums of a block of so many pairs."""
        return self.base.new_empty(pairs * self.base.shape[1])

    def part(self, sources: Sequence[Tensor]) -> Tensor:
        """The sum of the parts of some sources, given by their numbers for each site in step."""
        parts = [p.index_select(0, s) for p, s in zip(self.sources, sources, strict=True)]
        return sum(parts[1:], parts[0])

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
        part = self.part(sources)
        size = (bases.stop - bases.start) * len(part)
        value = room[: size * part.shape[1]].view(-1, *part.shape)  # no allocation a block
        value = torch.add(self.base[bases, None], part, out=value).flatten(0, 1)
        for link in self.chain:
            if isinstance(link, tuple):
                weight, bias = (
                    link  # the columns of the result are contiguous: the readout takes them
                )
                value = torch.addmm(bias[:, None], weight, value.T).T
            elif link:
                value = torch.where(value < 0, value * link, value)
            else:
                value = value.relu_()
        label, clearance = self.readout.read(value)
        return label, ~(clearance > self.radius)


def _link(node: Node, constants: Mapping[str, Tensor]) -> tuple[Tensor, Tensor] | float:
    if node.operation.name == "linear":
        weight, bias = _constant(node, "weight", constants), _constant(node, "bias", constants)
        assert weight is not None
        assert bias is not None
        return weight, bias
    return _link_slope(node)


def _link_slope(node: Node) -> float:
    slope = node.arguments.get("negative_slope", 0.01)
    assert isinstance(slope, float | int)
    return float(slope) if node.operation.name == "leaky_relu" else 0.0


def _constant(node: Node, key: str, constants: Mapping[str, Tensor]) -> Tensor | None:
    match node.arguments.get(key):
        case Ref(name):
            found = constants.get(name)
            return None if found is None else found.detach()
        case _:
            return None


def _exact_products(weight: Tensor) -> bool:
    """Whether products of this type are rounded once each, to the type of the accumulator."""
    if weight.dtype not in (torch.float32, torch.float64):
        return False
    return weight.device.type == "cpu" or (
        weight.device.type == "cuda"
        and (weight.dtype is torch.float64 or not torch.backends.cuda.matmul.allow_tf32)
    )


def _is_chain(
    first: Node, steps: Sequence[Node], constants: Mapping[str, Tensor], output: str
) -> bool:
    """Whether the steps are linear maps and ReLUs, each reading the one before, up to the output."""
    before = first.name
    for node in steps:
        if node.operation.name in POINTWISE:
            good = node.arguments.get("self") == Ref(before)
        elif node.operation.name == "linear":
            given = all(_constant(node, key, constants) is not None for key in ("weight", "bias"))
            good = given and node.arguments.get("input") == Ref(before)
        else:
            return False
        if not good:
            return False
        before = node.name
    return before == output


def _columns(site: object, width: int) -> Tensor:
    assert isinstance(site, Slice)
    index = site.index[1]
    return torch.arange(width)[list(index) if isinstance(index, tuple) else index].reshape(-1)


def _radius(
    weight: Tensor,
    bias: Tensor,
    largest: Tensor,
    sites: int,
    steps: Sequence[Node],
    constants: Mapping[str, Tensor],
) -> float:
    """Twice the distance of either path from the exact value; see the module's derivation."""
    info = torch.finfo(weight.dtype)
    unit, tiny = info.eps / 2, info.smallest_normal * info.eps

    def step(w: Tensor, b: Tensor, size: Tensor, error: Tensor, more: int) -> tuple[Tensor, Tensor]:
        n = w.shape[1] + 1 + more
        gamma = n * unit / (1 - n * unit)
        w, b = w.abs().double(), b.abs().double()
        reach = w @ (size + error) + b
        return reach * INFLATED, (w @ error + gamma * reach + n * tiny) * INFLATED

    size, error = step(weight, bias, largest, torch.zeros_like(largest), 2 * sites)
    within = float(size.max()) < info.max / 4
    for node in steps:
        if node.operation.name == "linear":
            w, b = _constant(node, "weight", constants), _constant(node, "bias", constants)
            assert w is not None
            assert b is not None
            size, error = step(w, b, size, error, 0)
        elif node.operation.name == "leaky_relu":
            steep = max(1.0, abs(float(_link_slope(node))))
            size, error = size * steep, error * steep  # and the slope's product is rounded:
            error = (error + unit * (size + error) + tiny) * INFLATED
        within = within and float(size.max()) < info.max / 4
    return 2 * float(error.max()) * INFLATED if within else float("inf")
