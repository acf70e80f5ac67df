"""A network as a structural causal model: its inputs are roots, its units are variables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import final

from tauomega.theory.errors import EvaluationError, InputError
from tauomega.theory.kernel import (
    Apply,
    Constant,
    Declaration,
    Domain,
    Expression,
    Finite,
    Kind,
    Operator,
    Range,
    Reals,
    Reference,
    Value,
    complete,
    evaluate,
    exact,
)
from tauomega.theory.reports.readable import Printed
from tauomega.theory.scm import SCM

from .coordinates import Coordinates
from .exact_layers import exact_layers, run_layers
from .network import Activation, Network
from .precision.semantics import AllOrders, Ieee, parse_semantics

__all__ = ["IEEE", "NetworkModel"]

IEEE = "ieee(float32, cpu, batch=1)"


@final
@dataclass(frozen=True, eq=False)
class NetworkModel(Printed):
    """A network with named inputs and their finite domains, under a stated semantics.

    Attributes:
        network: the network.
        domains: input name -> finite domain, in the order of the network's inputs.
        encode: input name -> the number that the network reads, as an expression in that input.
        semantics: what the network's behaviour means: `real` (stored weights as exact rationals), or
            what a machine computes; `bridge.precision.semantics` lists them.
        features: hidden layer -> coordinates of it; `layers.k.features[i]` are then variables too,
            which the next layer reads, so that a linear subspace, or features that are no linear ones,
            can be a site.

    Raises:
        InputError: the number of inputs is wrong, a domain is not finite or not numeric, …
    """

    network: Network
    domains: Mapping[str, Domain]
    encode: Mapping[str, Expression] = field(default_factory=dict)
    semantics: str = "real"
    features: Mapping[int, Coordinates] = field(default_factory=dict)
    scm: SCM = field(init=False, repr=False)

    def __post_init__(self) -> None:
        faults = []
        if len(self.domains) != self.network.inputs:
            faults.append(f"the network has {self.network.inputs} inputs, not {len(self.domains)}")
        for name, domain in self.domains.items():
            if not isinstance(domain, Finite | Range):
                faults.append(f"the input {name!r} needs a finite domain, not {domain}")
            elif name not in self.encode and any(isinstance(v, str) for v in domain):
                faults.append(f'the input {name!r} has labels; write [low.encode] {name} = "…"')
        try:
            meaning = parse_semantics(self.semantics)
        except InputError as error:
            faults += [str(fault) for fault in error.faults]
        else:
            if isinstance(meaning, Ieee) and meaning.dtype != self.network.dtype:
                faults.append(
                    f"the weights are {self.network.dtype}, but the semantics is {meaning}"
                )
        hidden = len(self.network.layers) - 1
        for layer, change in self.features.items():
            if not 0 <= layer < hidden:
                faults.append(
                    f"features are given for layer {layer}; hidden layers: 0 to {hidden - 1}"
                )
            elif change.width != self.network.layers[layer].width:
                width = self.network.layers[layer].width
                faults.append(
                    f"layer {layer} has {width} units, its features are of {change.width}"
                )
        if self.features and self.semantics != "real":
            faults.append(f"features are exact coordinates; under {self.semantics} there are none")
        if faults:
            raise InputError(faults)
        object.__setattr__(self, "scm", self._build())

    def as_scm(self) -> SCM:
        """The network in exact arithmetic."""
        return self.scm

    def __str__(self) -> str:
        """The network, what it means, and what its inputs range over."""
        inputs = ", ".join(f"{name} : {domain}" for name, domain in self.domains.items())
        return f"{self.network} of {inputs}, semantics {self.semantics}"

    def encoded(self, name: str) -> Expression:
        """What the network reads for an input."""
        return self.encode.get(name, Reference(name))

    def row(self, point: Sequence[Value]) -> list[Fraction]:
        """What the network reads at a context, exactly, in the order of its inputs.

        Raises:
            EvaluationError: an encoding gives a label.
        """
        state = dict(zip(self.domains, point, strict=True))
        found = []
        for name in self.domains:
            value = evaluate(self.encoded(name), state)
            if isinstance(value, str):
                raise EvaluationError(f"the input {name} = {state[name]} is no number: {value}")
            found.append(Fraction(value))
        return found

    def run_row(self, row: Sequence[Fraction], fixed: Mapping[str, Fraction]) -> dict[str, Value]:
        """The value of every unit (and feature) at any row of numbers, with some set, exactly.

        Under `all-orders` and `ieee` it is what this machine computes, for the row as the format stores it.
        """
        meaning = parse_semantics(self.semantics)
        if isinstance(meaning, AllOrders | Ieee):
            from .boxes.rounded import RoundedNetwork

            where = (meaning.batch, meaning.device) if isinstance(meaning, Ieee) else ()
            found = RoundedNetwork(self.network, meaning.dtype, *where).run(row, fixed)
            return {name: exact(value) for name, value in found.items()}
        layers = exact_layers(self.network, self.features)
        return {name: exact(value) for name, value in run_layers(layers, row, fixed).items()}

    def _build(self) -> SCM:
        declared = [Declaration(name, Kind.INPUT, domain) for name, domain in self.domains.items()]
        values: list[Expression] = [self.encoded(name) for name in self.domains]
        for layer in exact_layers(self.network, self.features):
            for name, row, shift in zip(layer.names, layer.weight, layer.bias, strict=True):
                terms = [
                    Apply(Operator.MUL, (Constant(exact(w)), value))
                    for w, value in zip(row, values, strict=True)
                    if w
                ]
                total: Expression = Apply(Operator.ADD, (*terms, Constant(exact(shift))))
                mechanism = _activated(total, layer.activation)
                declared.append(Declaration(name, Kind.ENDOGENOUS, Reals(), None, mechanism))
            values = [Reference(name) for name in layer.names]
        return SCM(complete(declared))


def _activated(total: Expression, activation: Activation) -> Expression:
    if activation.name == "identity":
        return total
    if activation.name == "relu":
        return Apply(Operator.RELU, (total,))
    # max(z, slope * z) is the leaky ReLU for slopes in [0, 1]; it reads z once more, but no branch
    scaled = Apply(Operator.MUL, (Constant(exact(activation.slope)), total))
    if Fraction(0) <= activation.slope <= 1:
        return Apply(Operator.MAX, (total, scaled))
    positive = Apply(Operator.GE, (total, Constant(0)))
    return Apply(Operator.IF, (positive, total, scaled))
