r"""Compile a Boolean circuit into a ReLU network with exact small integer weights.

Each level of gates becomes two hidden layers. The first holds what a gate needs,
$\mathrm{relu}(\sum x - (n-1))$ for a conjunction, $\mathrm{relu}(1 - \sum x)$ for a disjunction,
$\mathrm{relu}(x+y)$ and $\mathrm{relu}(x+y-1)$ for $x \oplus y$; the second holds one unit for every node
that is alive, whose value is the node's bit. So every node has a unit, in every layer between the
gate that computes it and the last gate that reads it, and the network is what its circuit says:
`checked` runs both on every input.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import final

import numpy as np

from tauomega.theory.errors import InputError
from tauomega.theory.kernel.errors import nearest
from tauomega.theory.scm import SCM

from .circuit_gates import Gate, Literal, gates_of
from .exact_layers import exact_layers
from .integer_runs import IntegerNetwork
from .network import Activation, Layer, Network

__all__ = ["CompiledCircuit", "compile_circuit"]

LARGEST = 2**16


@final
@dataclass(frozen=True, slots=True, eq=False)
class CompiledCircuit:
    """A network and where its circuit's nodes are.

    Attributes:
        circuit: the Boolean model.
        network: the network; `output[k]` is the bit of the k-th output.
        outputs: the nodes that are outputs.
        units: node -> the hidden units `(layer, unit)` that hold its bit, first layer first.
        checked: on how many inputs, all there are, circuit and network were compared.
    """

    circuit: SCM
    network: Network
    outputs: tuple[str, ...]
    units: Mapping[str, tuple[tuple[int, int], ...]]
    checked: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "checked", _compared(self))

    def unit(self, node: str) -> tuple[int, int]:
        """The first unit that holds a node's bit, as (layer, unit).

        Raises:
            InputError: no such node, or an input that no layer before the last gate holds.
        """
        if node not in self.units:
            raise InputError(
                [f"the circuit has no node {node!r} in a hidden layer{nearest(node, self.units)}"]
            )
        return self.units[node][0]


@final
@dataclass(slots=True)
class _Value:
    """A node's bit as an affine function of the units of the layer before."""

    terms: dict[int, int]
    shift: int = 0


def compile_circuit(circuit: SCM, outputs: Sequence[str]) -> CompiledCircuit:
    """Compile a circuit whose inputs are the model's `input` variables, in their order.

    Raises:
        InputError: the model is not Boolean, an output is no variable, or there are more than 2^16
            inputs to compare it on; all at once.
    """
    faults = [
        f"output {o!r} is no variable{nearest(o, circuit.endogenous)}"
        for o in outputs
        if o not in circuit.endogenous
    ]
    if not outputs:
        faults.append("a circuit has at least one output")
    if 2 ** len(circuit.inputs) > LARGEST:
        faults.append(
            f"{len(circuit.inputs)} inputs; at most 16 are compiled, because all are compared"
        )
    if faults:
        raise InputError(faults)
    gates = gates_of(circuit)
    depth = max((gate.level for gate in gates), default=0)
    last_use = dict.fromkeys((*circuit.inputs, *(gate.name for gate in gates)), 0)
    for gate in gates:
        for literal in gate.literals:
            last_use[literal.node] = max(last_use[literal.node], gate.level)
    last_use |= dict.fromkeys(outputs, depth + 1)
    layers: list[Layer] = []
    units: dict[str, list[tuple[int, int]]] = {}
    values = {name: _Value({j: 1}) for j, name in enumerate(circuit.inputs)}
    width = len(circuit.inputs)
    for level in range(1, depth + 1):
        here = [gate for gate in gates if gate.level == level]
        width, values = _parts(layers, width, values, here, last_use, level)
        alive = [n for n in (*(g.name for g in here), *values) if last_use[n] > level]
        alive = list(dict.fromkeys(alive))
        for j, name in enumerate(alive):
            units.setdefault(name, []).append((len(layers), j))
        layers.append(_layer([values[name] for name in alive], width, Activation("relu")))
        width = len(alive)
        values = {name: _Value({j: 1}) for j, name in enumerate(alive)}
    layers.append(_layer([values[name] for name in outputs], width, Activation()))
    places = {name: tuple(found) for name, found in units.items()}
    return CompiledCircuit(circuit, Network(tuple(layers)), tuple(outputs), places)


def _parts(
    layers: list[Layer],
    width: int,
    values: dict[str, _Value],
    gates: Sequence[Gate],
    last_use: Mapping[str, int],
    level: int,
) -> tuple[int, dict[str, _Value]]:
    """Append the layer of what the gates need; return its width and the nodes in terms of it."""
    rows: list[_Value] = []
    found: dict[str, _Value] = {}

    def unit(value: _Value) -> int:
        rows.append(value)
        return len(rows) - 1

    for gate in gates:
        total = _sum(values, gate.literals)
        match gate.kind:
            case "and" | "copy":
                found[gate.name] = _Value({unit(_plus(total, 1 - len(gate.literals))): 1})
            case "or":
                found[gate.name] = _Value({unit(_plus(_negated(total), 1)): -1}, 1)
            case "xor":
                found[gate.name] = _Value({unit(total): 1, unit(_plus(total, -1)): -2})
            case _:
                raise AssertionError(f"gates_of made a gate {gate.kind!r}")
    for name, value in values.items():
        if last_use[name] > level:
            found[name] = _Value({unit(value): 1})
    layers.append(_layer(rows, width, Activation("relu")))
    return len(rows), found


def _sum(values: Mapping[str, _Value], literals: Sequence[Literal]) -> _Value:
    total = _Value({})
    for literal in literals:
        value = values[literal.node]
        sign = -1 if literal.negated else 1
        for j, weight in value.terms.items():
            total.terms[j] = total.terms.get(j, 0) + sign * weight
        total.shift += sign * value.shift + (1 if literal.negated else 0)
    return total


def _plus(value: _Value, number: int) -> _Value:
    return _Value(dict(value.terms), value.shift + number)


def _negated(value: _Value) -> _Value:
    return _Value({j: -w for j, w in value.terms.items()}, -value.shift)


def _layer(rows: Sequence[_Value], width: int, activation: Activation) -> Layer:
    weight = np.zeros((len(rows), width), dtype=np.float32)
    bias = np.zeros(len(rows), dtype=np.float32)
    for i, row in enumerate(rows):
        bias[i] = row.shift
        for j, value in row.terms.items():
            weight[i, j] = value
    return Layer(weight, bias, activation)


def _compared(compiled: CompiledCircuit) -> int:
    """Run circuit and network on every input; every unit that holds a node is compared too."""
    circuit = compiled.circuit
    contexts = list(circuit.contexts())
    rows = [[Fraction(int(c[name])) for name in circuit.inputs] for c in contexts]
    runs = IntegerNetwork(exact_layers(compiled.network, {}), rows)
    clean = runs.clean()
    last = len(clean) - 1
    holders = [
        (n, place) for n, places in compiled.units.items() for place in places if n in circuit
    ]
    holders += [(name, (last, k)) for k, name in enumerate(compiled.outputs)]
    for row, context in enumerate(contexts):
        state = circuit.run(context)
        for name, (layer, unit) in holders:
            found = runs.value(layer, clean[layer][row, unit])
            assert found == state[name], f"the compiler is wrong: {name} at {context}: {found}"
    return len(contexts)
