r"""Ablation: a model with parts of it held at a value for good, as a model of its own.

What is outside a circuit is *zero-ablated*: a variable is set to 0 (`X = 0`), an edge carries 0 (`X -> Y = 0`), what is
left keeps its mechanism, biases included. Any other intervention will do: means, soft rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from .abstraction import Abstraction, LowModel
from .errors import InputError
from .intervening import intervened
from .intervention import Intervention
from .kernel import (
    ConditionalLaw,
    Declaration,
    Expression,
    FiniteLaw,
    Kind,
    Reference,
    complete,
    parse_expression,
)
from .scm import SCM

__all__ = ["ablated", "circuit_claim"]


def ablated(model: SCM, intervention: Intervention | str) -> SCM:
    r"""The model under an intervention, the intervention being part of it.

    Raises:
        InputError: what the intervention names is not there, or a variable is drawn from a law by it.

    Example:
        >>> model = SCM.from_text("input a, b : bool\nX = a\nY = b\nZ = X xor Y")
        >>> ablated(model, "X -> Z = 0").run({"a": 1, "b": 0})
        {'a': 1, 'b': 0, 'X': 1, 'Y': 0, 'Z': 0}
    """
    chosen = model.intervention(intervention) if isinstance(intervention, str) else intervention
    rules = intervened(model.program, chosen).rules
    declared = []
    for variable in model.variables:
        own = Declaration(
            variable.name, variable.kind, variable.domain, variable.law, variable.mechanism
        )
        rule = rules.get(variable.name)
        if isinstance(rule, FiniteLaw | ConditionalLaw):
            if rule != variable.law:
                raise InputError([f"{variable.name!r} is drawn from a law, which ablates nothing"])
        elif rule is not None and variable.name in chosen.targets:
            own = replace(own, kind=Kind.ENDOGENOUS, law=None, mechanism=rule)
        declared.append(own)
    return SCM(complete(declared))


def circuit_claim(
    low: LowModel, ablation: Intervention | str, outputs: Mapping[str, str | Expression]
) -> Abstraction:
    r"""The claim that a circuit gives the outputs of its model, for the definition `circuit`.

    Args:
        low: the whole model; a network is taken as its exact finite model.
        ablation: what is held, and at what: everything outside the circuit.
        outputs: new name -> what is read off the model: `{"out": "Z"}`, `{"out": "output[0] > 1/2"}`.

    Raises:
        InputError: a name is taken, or there is no output; and as `ablated`.

    Example:
        >>> from tauomega import distance
        >>> from tauomega.theory.definitions.circuit import Circuit
        >>> model = SCM.from_text("input a, b : bool\nX = a\nY = b\nZ = X xor Y")
        >>> distance(circuit_claim(model, "X = 0", {"out": "Z"}), Circuit()).value
        Fraction(1, 2)
    """
    scm = low.as_scm()
    taken = [name for name in outputs if name in scm]
    faults = [
        f"{name!r} is a variable of the model; give the output a name of its own" for name in taken
    ]
    if not outputs:
        faults.append('nothing is read off the model; give outputs, such as {"out": "Z"}')
    if faults:
        raise InputError(faults)
    read = {n: _expression(scm, e) for n, e in outputs.items()}
    circuit = ablated(scm, ablation)
    declared = [
        Declaration(v.name, v.kind, v.domain, v.law, v.mechanism) for v in circuit.variables
    ]
    declared += [Declaration(n, Kind.ENDOGENOUS, None, None, e) for n, e in read.items()]
    tau = {name: Reference(name) for name in circuit.inputs} | read
    return Abstraction(low, SCM(complete(declared)), tau)


def _expression(model: SCM, text: str | Expression) -> Expression:
    return parse_expression(text, model.scope) if isinstance(text, str) else text
