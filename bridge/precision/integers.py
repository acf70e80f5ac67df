r"""Networks in 8-bit integers, the same on any device, and for solvers.

The contract of a layer, with 8-bit inputs x and weights w, a 32-bit bias b and a shift s:
$$z = b + \sum_i w_i x_i, \qquad y = \mathrm{clamp}\bigl(\lfloor (z + 2^{s-1}) / 2^s \rfloor\bigr),$$
clamped to [0, 127] under a ReLU and to [-128, 127] else; with s = 0, y = clamp(z). The last layer is not
requantised: its output is z. A layer exists only if $|b| + 128 \sum |w_i| + 2^{s-1} < 2^{31}$, so that no
order of summation overflows a 32-bit accumulator. Integers below $2^{53}$ are exact in float64, which CPUs
and CUDA devices have: that is how `run` computes, and `torch._int_mm` gives the same numbers. Scales are powers
of two, so a value stands for y times $2^{-e}$ exactly.

It is a contract of its own: PyTorch's engines requantise by float multiplications, and differ from each
other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, final

import numpy as np
import numpy.typing as npt

from tauomega.theory.errors import InputError
from tauomega.theory.kernel import (
    Apply,
    Constant,
    Declaration,
    Domain,
    Expression,
    Kind,
    Operator,
    Range,
    Reference,
    complete,
    parse_domain,
)
from tauomega.theory.scm import SCM

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["Int8Layer", "Int8Network"]

Array = npt.NDArray[Any]
LIMIT = 2**31
LARGEST_SHIFT = 31


@final
@dataclass(frozen=True, slots=True, eq=False)
class Int8Layer:
    """One layer of the contract.

    Attributes:
        weight: integers in [-128, 127], shape (out, in).
        bias: integers, shape (out,).
        shift: s; `None` for the last layer, which is not requantised.
        relu: whether negative results become 0.

    Raises:
        InputError: numbers out of range, or a sum that may overflow 32 bits, with its unit.
    """

    weight: Array
    bias: Array
    shift: int | None
    relu: bool

    def __post_init__(self) -> None:
        faults = []
        if self.weight.ndim != 2 or self.bias.shape != self.weight.shape[:1]:
            faults.append(f"shapes {self.weight.shape} and {self.bias.shape} are no layer's")
        elif not all(np.issubdtype(a.dtype, np.integer) for a in (self.weight, self.bias)):
            faults.append("weights and biases are integers")
        else:
            if self.weight.size and (self.weight.min() < -128 or self.weight.max() > 127):
                faults.append("a weight lies outside [-128, 127]")
            half = 0 if not self.shift else 2 ** (self.shift - 1)
            for unit, row in enumerate(self.weight.tolist()):
                reach = abs(int(self.bias[unit])) + 128 * sum(map(abs, row)) + half
                if reach >= LIMIT:
                    faults.append(f"unit {unit} may reach {reach:,}, beyond 32 bits")
        if self.shift is not None and not 0 <= self.shift <= LARGEST_SHIFT:
            faults.append(f"a shift is 0 to {LARGEST_SHIFT}, not {self.shift}")
        if faults:
            raise InputError(faults)


@final
@dataclass(frozen=True, slots=True, eq=False)
class Int8Network:
    """Layers of the contract; the inputs are integers in [-128, 127].

    Attributes:
        layers: in order.
        exponents: e for the inputs and for each layer: a value y stands for y times 2^-e.

    Raises:
        InputError: layers that do not fit, or a last one that is requantised.
    """

    layers: tuple[Int8Layer, ...]
    exponents: tuple[int, ...]

    def __post_init__(self) -> None:
        faults = []
        if not self.layers:
            faults.append("a network has at least one layer")
        if len(self.exponents) != len(self.layers) + 1:
            faults.append("give an exponent for the inputs and for each layer")
        for k in range(1, len(self.layers)):
            read, given = self.layers[k].weight.shape[1], self.layers[k - 1].weight.shape[0]
            if read != given:
                faults.append(f"layer {k} reads {read} values; the one before has {given}")
        for k, layer in enumerate(self.layers):
            if (layer.shift is None) != (k == len(self.layers) - 1):
                faults.append(f"layer {k}: all layers but the last are requantised")
        if faults:
            raise InputError(faults)

    def run(self, rows: Tensor) -> list[Tensor]:
        """Every layer's integers, as float64 on the rows' device: exact there, whatever the order of sums.

        Args:
            rows: integers in [-128, 127], shape (rows, inputs), of any type.

        Raises:
            InputError: rows that are no such integers.
        """
        import torch

        value = rows.to(torch.float64)
        if not bool(((value == value.round()) & (value >= -128) & (value <= 127)).all()):
            raise InputError(["inputs of an int8 network are integers in [-128, 127]"])
        found = []
        for layer in self.layers:
            weight, bias = (
                torch.from_numpy(a.astype(np.float64)).to(value.device)
                for a in (layer.weight, layer.bias)
            )
            value = value @ weight.T + bias
            if layer.shift is not None:
                half = 0.5 if layer.shift else 0.0
                value = torch.floor(value / 2.0**layer.shift + half)
                value = value.clamp(0.0 if layer.relu else -128.0, 127.0)
            elif layer.relu:
                value = value.clamp_min(0.0)
            found.append(value)
        return found

    def exact(self, row: Sequence[int]) -> list[list[int]]:
        """The same in Python integers, one row: the slow twin."""
        value = [int(x) for x in row]
        found = []
        for layer in self.layers:
            sums = [
                int(b) + sum(int(w) * x for w, x in zip(weights, value, strict=True))
                for weights, b in zip(layer.weight, layer.bias, strict=True)
            ]
            if layer.shift is not None:
                half = 2 ** (layer.shift - 1) if layer.shift else 0
                low = 0 if layer.relu else -128
                sums = [min(127, max(low, (z + half) >> layer.shift)) for z in sums]
            elif layer.relu:
                sums = [max(0, z) for z in sums]
            found.append(sums)
            value = sums
        return found

    def as_scm(
        self, inputs: Mapping[str, str], encode: Mapping[str, Expression] | None = None
    ) -> SCM:
        """The network as a causal model over integers, which every definition and solver reads.

        Args:
            inputs: name -> domain, in column order.
            encode: name -> the integer that the network reads; the input itself by default.

        Returns:
            variables `layers.k[j]` and `output[j]`, with their ranges.

        Raises:
            InputError: another number of inputs.
        """
        if len(inputs) != self.layers[0].weight.shape[1]:
            raise InputError(
                [f"the network has {self.layers[0].weight.shape[1]} inputs, not {len(inputs)}"]
            )
        domains: dict[str, Domain] = {n: parse_domain(text) for n, text in inputs.items()}
        declared = [Declaration(name, Kind.INPUT, domain) for name, domain in domains.items()]
        read: list[Expression] = [(encode or {}).get(name, Reference(name)) for name in inputs]
        for k, layer in enumerate(self.layers):
            prefix = "output" if k == len(self.layers) - 1 else f"layers.{k}"
            units: list[Expression] = []
            for j, (weights, b) in enumerate(zip(layer.weight, layer.bias, strict=True)):
                name = f"{prefix}[{j}]"
                total = _sum(weights.tolist(), int(b), read)
                domain = _range(layer, j)
                mechanism = _requantised(total, layer)
                declared.append(Declaration(name, Kind.ENDOGENOUS, domain, None, mechanism))
                units.append(Reference(name))
            read = units
        return SCM(complete(declared))


def _sum(weights: Sequence[int], bias: int, read: Sequence[Expression]) -> Expression:
    terms = [Apply(Operator.MUL, (Constant(w), x)) for w, x in zip(weights, read, strict=True) if w]
    return Apply(Operator.ADD, (*terms, Constant(bias)))


def _requantised(total: Expression, layer: Int8Layer) -> Expression:
    if layer.shift is None:
        return Apply(Operator.RELU, (total,)) if layer.relu else total
    if layer.shift:
        shifted = Apply(Operator.ADD, (total, Constant(2 ** (layer.shift - 1))))
        total = Apply(Operator.FLOOR, (Apply(Operator.DIV, (shifted, Constant(2**layer.shift))),))
    low = Constant(0 if layer.relu else -128)
    return Apply(Operator.MIN, (Constant(127), Apply(Operator.MAX, (low, total))))


def _range(layer: Int8Layer, unit: int) -> Domain:
    if layer.shift is not None:
        return Range(0 if layer.relu else -128, 127)
    reach = abs(int(layer.bias[unit])) + 128 * sum(abs(int(w)) for w in layer.weight[unit])
    return Range(0 if layer.relu else -reach, reach)


def value_of(integer: int, exponent: int) -> Fraction:
    """The number that an integer of a layer stands for."""
    return Fraction(integer) / Fraction(2) ** exponent
