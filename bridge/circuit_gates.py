"""A Boolean model as simple gates: conjunctions, disjunctions, exclusive ors and copies of literals."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import final

from tauomega.theory.errors import InputError
from tauomega.theory.kernel import BOOL, Apply, Constant, Expression, Operator, Reference
from tauomega.theory.scm import SCM

__all__ = ["Gate", "Literal", "gates_of"]


@final
@dataclass(frozen=True, slots=True)
class Literal:
    """A node, or its negation."""

    node: str
    negated: bool = False


@final
@dataclass(frozen=True, slots=True)
class Gate:
    """A node that is `and`, `or`, `xor` (of two) or `copy` (of one) of literals.

    `level` counts the gates on the longest path from the inputs, which have level 0.
    """

    name: str
    kind: str
    literals: tuple[Literal, ...]
    level: int


def gates_of(circuit: SCM) -> tuple[Gate, ...]:
    """The gates of a Boolean model, every endogenous variable a gate of its name.

    Inner nodes of an expression become gates named `_1`, `_2`, …; equal ones are one gate.

    Raises:
        InputError: a variable is not Boolean, a root is no input, or a mechanism has another operator
            than and, or, xor, not, ==, != and if; all at once.
    """
    reader = _Reader(dict.fromkeys(circuit.inputs, 0))
    faults = [
        f"{v.name!r} is not Boolean: {v.domain}" for v in circuit.variables if v.domain != BOOL
    ]
    faults += [f"{r!r} is a root but no input" for r in circuit.roots if r not in circuit.inputs]
    for name in () if faults else circuit.order:
        if name in circuit.inputs:
            continue
        mechanism = circuit[name].mechanism
        assert mechanism is not None
        try:
            reader.define(name, mechanism)
        except InputError as error:
            faults += [f"the mechanism of {name!r} {fault.message}" for fault in error.faults]
    if faults:
        raise InputError(faults)
    return tuple(reader.gates)


@final
class _Reader:
    def __init__(self, levels: dict[str, int]) -> None:
        self.levels = levels
        self.gates: list[Gate] = []
        self.inner: dict[tuple[str, tuple[Literal, ...]], str] = {}

    def define(self, name: str, mechanism: Expression) -> None:
        kind, literals = self.split(mechanism)
        self.add(name, kind, literals)

    def add(self, name: str, kind: str, literals: tuple[Literal, ...]) -> None:
        level = 1 + max(self.levels[literal.node] for literal in literals)
        self.levels[name] = level
        self.gates.append(Gate(name, kind, literals, level))

    def split(self, expression: Expression) -> tuple[str, tuple[Literal, ...]]:
        match expression:
            case Apply(operator=Operator.AND | Operator.OR as operator, arguments=arguments):
                found = tuple(dict.fromkeys(self.literal(a) for a in arguments))
                return operator.value, found
            case Apply(operator=Operator.XOR | Operator.NE, arguments=arguments):
                *before, last = (self.literal(a) for a in arguments)
                if not before:
                    return "copy", (last,)
                first = reduce(lambda a, b: self.inner_gate("xor", (a, b)), before)
                return "xor", (first, last)
            case Apply(operator=Operator.EQ, arguments=(left, right)):
                first = self.literal(left)
                return "xor", (Literal(first.node, not first.negated), self.literal(right))
            case Apply(operator=Operator.IF, arguments=(condition, yes, no)):
                test = self.literal(condition)
                other = Literal(test.node, not test.negated)
                return "or", (
                    self.inner_gate("and", (test, self.literal(yes))),
                    self.inner_gate("and", (other, self.literal(no))),
                )
            case Reference() | Apply(operator=Operator.NOT):
                return "copy", (self.literal(expression),)
            case Constant():
                raise InputError(["is constant; a gate reads something"])
            case _:
                raise InputError(["is no and, or, xor, not, ==, != or if of Boolean variables"])

    def literal(self, expression: Expression) -> Literal:
        match expression:
            case Reference(name=name):
                return Literal(name)
            case Apply(operator=Operator.NOT, arguments=(inner,)):
                found = self.literal(inner)
                return Literal(found.node, not found.negated)
            case _:
                return self.inner_gate(*self.split(expression))

    def inner_gate(self, kind: str, literals: tuple[Literal, ...]) -> Literal:
        if kind == "copy":
            return literals[0]
        key = kind, literals
        if key not in self.inner:
            self.inner[key] = f"_{len(self.inner) + 1}"
            self.add(self.inner[key], kind, literals)
        return Literal(self.inner[key])
