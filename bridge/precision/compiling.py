"""From a float network to one whose sums are exact: on a dyadic grid, or in 8-bit integers.

Both steps say what they cost, exactly: on which of the given inputs what is read of the outputs changes,
and for a grid also by how much the interchange accuracy of a claim does. Nothing is estimated: both
networks are run in exact arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import TYPE_CHECKING, final

import numpy as np

from tauomega.theory.definition import high_model
from tauomega.theory.errors import InputError

from ..network import Layer, Network
from .grid import GridAudit, audit_grid
from .integers import Int8Layer, Int8Network, value_of

if TYPE_CHECKING:
    from tauomega.theory.abstraction import Abstraction

__all__ = [
    "CompiledGrid",
    "CompiledInt8",
    "accuracy_lost",
    "compile_to_grid",
    "compile_to_int8",
    "largest",
]

Reading = Callable[[Sequence[Fraction]], object]
Rows = Sequence[Sequence[Fraction]]
MOST_BITS = 24


def largest(outputs: Sequence[Fraction]) -> object:
    """The number of the largest output, the first of equal ones; of a single output whether it exceeds 0."""
    return (
        outputs[0] > 0 if len(outputs) == 1 else max(range(len(outputs)), key=outputs.__getitem__)
    )


@final
@dataclass(frozen=True, slots=True, eq=False)
class CompiledGrid:
    """A network with weights on a grid, on which no sum rounds.

    Attributes:
        network: of the same type of weights.
        bits: fractional bits of the weights.
        audit: the audit that it passes.
        changed: the numbers of the inputs on which the reading changes.
        inputs: how many inputs there were.
    """

    network: Network
    bits: int
    audit: GridAudit
    changed: tuple[int, ...]
    inputs: int

    @property
    def lost(self) -> Fraction:
        """The share of inputs on which the reading changes."""
        return Fraction(len(self.changed), self.inputs)


@final
@dataclass(frozen=True, slots=True, eq=False)
class CompiledInt8:
    """An 8-bit network; the fields are those of `CompiledGrid`."""

    network: Int8Network
    changed: tuple[int, ...]
    inputs: int

    @property
    def lost(self) -> Fraction:
        """The share of inputs on which the reading changes."""
        return Fraction(len(self.changed), self.inputs)


def compile_to_grid(
    network: Network, rows: Rows, *, bits: int | None = None, read: Reading = largest
) -> CompiledGrid:
    """Round the weights to multiples of 2^-bits so that the audit passes.

    Args:
        network: the network.
        rows: the inputs, exact.
        bits: fractional bits; by default the most with which the audit passes.
        read: what matters of the outputs.

    Raises:
        InputError: no number of bits passes, or the given one does not; with the layer that does not fit.
    """
    if not rows:
        raise InputError(["give the inputs on which the network is to be exact"])
    tried = range(MOST_BITS, -1, -1) if bits is None else (bits,)
    faults: tuple[str, ...] = ()
    for count in tried:
        rounded = _on_grid(network, count)
        audit = audit_grid(rounded, rows)
        if audit.exact:
            pairs = [(_outputs(network, row), _outputs(rounded, row)) for row in rows]
            changed = tuple(i for i, (a, b) in enumerate(pairs) if read(a) != read(b))
            return CompiledGrid(rounded, count, audit, changed, len(rows))
        faults = audit.faults
    raise InputError([f"with {tried[-1]} fractional bits {fault}" for fault in faults])


def compile_to_int8(network: Network, rows: Rows, *, read: Reading = largest) -> CompiledInt8:
    """Quantise a network of ReLUs with power-of-two scales.

    Each layer's weights get the finest scale at which the largest fits 8 bits, each layer's values the finest at
    which the largest that occurs on `rows` fits.

    Args:
        network: linear layers and ReLUs.
        rows: the inputs, exact: they calibrate the scales, and the loss is over them.
        read: what matters of the outputs.

    Raises:
        InputError: another activation; a sum that may overflow.
    """
    kinds = {layer.activation.name for layer in network.layers} - {"relu", "identity"}
    if kinds or not rows:
        raise InputError(
            [f"an int8 network has ReLUs, not {k}" for k in sorted(kinds)] or ["give inputs"]
        )
    clean = [network.run(row) for row in rows]
    exponents = [_finest(max(abs(x) for row in rows for x in row), rows_exact=rows)]
    layers = []
    for k, (weight, bias) in enumerate(network.exact()):
        last = k == len(network.layers) - 1
        scale = _finest(max(abs(w) for row in weight for w in row))
        held = scale + exponents[-1]
        names = network.unit_names(k)
        values = max(abs(run[name]) for run in clean for name in names)
        wanted = held if last else min(held, _finest(values))
        layers.append(
            Int8Layer(
                np.array([[_nearest(w, scale) for w in row] for row in weight]),
                np.array([_nearest(b, held) for b in bias]),
                None if last else held - wanted,
                network.layers[k].activation.name == "relu",
            )
        )
        exponents.append(wanted)
    compiled = Int8Network(tuple(layers), tuple(exponents))
    changed = []
    for i, row in enumerate(rows):
        integers = compiled.exact([max(-128, min(127, _nearest(x, exponents[0]))) for x in row])
        found = [value_of(z, exponents[-1]) for z in integers[-1]]
        if read(found) != read(_outputs(network, row)):
            changed.append(i)
    return CompiledInt8(compiled, tuple(changed), len(rows))


def accuracy_lost(claim: Abstraction, compiled: Network) -> Fraction:
    """By how much the exact interchange accuracy of a claim falls when its network is compiled.

    All sites at once, every base and source; negative if it rises.
    """
    from dataclasses import replace

    from ..interchange_runs import InterchangeRuns
    from ..network_model import NetworkModel

    assert isinstance(claim.low, NetworkModel)
    found = []
    for network in (claim.low.network, compiled):
        model = replace(claim.low, network=network)
        read = {name: e for name, e in claim.tau.items() if name not in claim.low.domains}
        runs = InterchangeRuns(model, high_model(claim), read)
        found.append(runs.accuracy(claim.sites))
    return found[0] - found[1]


def _on_grid(network: Network, bits: int) -> Network:
    layers = []
    for layer in network.layers:
        weight, bias = (
            np.rint(a.astype(np.float64) * 2.0**bits) / 2.0**bits
            for a in (layer.weight, layer.bias)
        )
        kind = layer.weight.dtype
        layers.append(Layer(weight.astype(kind), bias.astype(kind), layer.activation))
    return Network(tuple(layers))


def _outputs(network: Network, row: Sequence[Fraction]) -> list[Fraction]:
    run = network.run(row)
    return [run[name] for name in network.unit_names(len(network.layers) - 1)]


def _finest(size: Fraction, *, rows_exact: Rows = ()) -> int:
    """The largest e with size * 2^e at most 127; for inputs no finer than they need."""
    exponent = 0
    while size * 2**exponent <= Fraction(127, 2) and exponent < MOST_BITS:
        exponent += 1
    while size * Fraction(2) ** exponent > 127:
        exponent -= 1
    needed = [x.denominator.bit_length() - 1 for row in rows_exact for x in map(Fraction, row)]
    return min(exponent, max(needed)) if needed else exponent


def _nearest(value: Fraction, exponent: int) -> int:
    return floor(value * Fraction(2) ** exponent + Fraction(1, 2))
