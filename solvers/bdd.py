"""Binary decision diagrams: OxiDD decides, and the kernel's own diagrams check that nothing is left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from importlib.metadata import version
from typing import Any, final

from tauomega.theory.kernel.circuit import AND, TRUE, VAR, XOR
from tauomega.theory.kernel.diagram import DiagramTooLargeError, diagram_of
from tauomega.theory.verdict import Certified, Evidence, Trusted

from .bits import held, opened
from .child import Answered, Crashed, Outcome, run_in_child
from .circuits import variables_of
from .cutting import Cut, cut, orders
from .engine import Answer, Budget, Problem
from .miter import DRAWS, Miter, point_of
from .statements import refusal

__all__ = [
    "BDD",
    "Bdd",
    "Decided",
    "checked_diagram",
    "decide_on_diagrams",
    "read_decided",
    "work_on_diagrams",
]

ZERO, ONE = Fraction(0), Fraction(1)
CAPS = (2**18, 2**21)
"""Nodes that are allowed for each order in turn, first round and second."""
RECHECKED = 2**20
"""Nodes up to which the kernel builds the diagram again, in plain Python."""


@final
@dataclass(frozen=True, slots=True)
class Bdd:
    """Decides any circuit whose diagrams stay below a cap of nodes, in a child process.

    Random squares come first, `draws` of them.
    """

    draws: int = DRAWS

    @property
    def name(self) -> str:
        """`bdd`."""
        return "bdd"

    def accepts(self, problem: Problem) -> str | None:
        """Accepts squares with a fixed τ_U, and interchanges, over finite domains."""
        return refusal(problem)

    def bounds(self, problem: Problem, budget: Budget) -> Answer:
        """The exact value, if the diagrams are small enough."""
        miter = opened(problem, budget, self.draws)
        if isinstance(miter, Answer):
            return miter
        found = decide_on_diagrams(miter, budget)
        if isinstance(found, str):
            return Answer(reason=found)
        if found.model is not None:
            point = point_of(miter, found.model, problem)
            return Answer(ONE, point=point, examined=1, total=miter.squares)
        return held(miter, checked_diagram(miter, found.order, budget))


@final
@dataclass(frozen=True, slots=True)
class Decided:
    """The least satisfying assignment, or `None`; and the order in which diagrams were small."""

    model: frozenset[int] | None
    order: tuple[int, ...]


def decide_on_diagrams(miter: Miter, budget: Budget) -> Decided | str:
    """Whether a circuit can be satisfied, and how at least; or why that was not decided."""
    work, tried = work_on_diagrams(miter)
    outcome = run_in_child(work, seconds=0.95 * budget.left, memory=budget.memory * 4)
    return read_decided(outcome, tried, budget)


Orders = Sequence[tuple[int, ...]]


def work_on_diagrams(miter: Miter) -> tuple[Callable[[], Any], Orders]:
    """What a child process is to do, and the orders of variables that it will try."""
    cuts = cut(miter)
    tried = orders(miter, cuts)
    return partial(_decide, miter, cuts, tried), tried


def read_decided(outcome: Outcome, tried: Orders, budget: Budget) -> Decided | str:
    """What the child said of a circuit."""
    match outcome:
        case Answered(value=[int() as which, None]):
            return Decided(None, tried[which])
        case Answered(value=[int() as which, list() as found]):
            return Decided(frozenset(found), tried[which])
        case Answered():
            return f"its decision diagrams need more than {CAPS[-1]:,} nodes"
        case Crashed(reason=reason):
            return f"OxiDD stopped: {reason}"
        case _:
            return f"{budget.seconds:g} s are over"


def _decide(miter: Miter, cuts: Cut, tried: Orders) -> Any:
    """In the child: which order did, and the least satisfying assignment or `None`."""
    for cap in CAPS:
        for which, order in enumerate(tried):
            try:
                return [which, _Diagram(miter, cuts, order, cap).least()]
            except MemoryError:
                continue
    return None


@final
class _Diagram:
    """A circuit in OxiDD. Raises `MemoryError` where it needs more nodes than the cap."""

    def __init__(self, miter: Miter, cuts: Cut, order: Sequence[int], cap: int) -> None:
        from oxidd.bdd import BDDManager

        self.miter, self.cuts = miter, cuts
        circuit = miter.circuit
        names: list[int] = []
        for f in order:  # the inputs of a cut gate come right after it
            names += [f, *(n for n in variables_of(circuit, (f,)) if f in cuts.gates)]
        manager = BDDManager(cap, 2**18, 1)
        self.true, self.false = manager.true(), manager.false()
        self.values: dict[int, Any] = {TRUE: self.true}
        for f, level in zip(names, manager.add_vars(len(names)), strict=True):
            self.values[f] = manager.var(level)
        self.total = self.true
        self.build(circuit.cone(miter.literals, frozenset(cuts.gates)), self.values)
        for f in miter.literals:
            self.total = self.total & self.literal(f)

    def literal(self, f: int) -> Any:
        """A literal's diagram."""
        return self.values[f] if f > 0 else ~self.values[-f]

    def build(self, cone: Sequence[int], values: dict[int, Any]) -> None:
        """The diagrams of gates."""
        gates = self.miter.circuit.gates
        for number in cone:
            kind, operands = gates[number]
            if number in values or kind == VAR:
                continue
            v = [values[f] if f > 0 else ~values[-f] for f in operands]
            if kind == AND:
                values[number] = v[0] & v[1]
            elif kind == XOR:
                values[number] = v[0] ^ v[1]
            else:
                values[number] = v[0].ite(v[1], v[2])

    def least(self) -> list[int] | None:
        """The true variables of the least satisfying assignment."""
        total = self.total
        if not total.satisfiable():
            return None
        for gate in self.cuts.gates:
            inner = {TRUE: self.true}
            cone = self.miter.circuit.cone((gate,))
            inner |= {f: self.values[f] for f in variables_of(self.miter.circuit, (gate,))}
            self.build(cone, inner)
            total = total & ~(inner[gate] ^ self.values[gate])
        choices = [f for _, f in self.miter.choices if f in self.values]
        for most in range(len(choices) + 1):
            limited = total & self.at_most(choices, most)
            if limited.satisfiable():
                total = limited
                break
        fixed: list[int] = []
        fields = self.miter.fields
        for f in [*choices, *(-f for bits in fields for f in reversed(bits))]:
            if abs(f) not in self.values:
                continue
            wished = total & self.literal(f)
            total = wished if wished.satisfiable() else total & self.literal(-f)
            fixed.append(f if wished.satisfiable() else -f)
        return sorted(f for f in fixed if f > 0)

    def at_most(self, choices: Sequence[int], most: int) -> Any:
        """At most so many of the choices are made."""
        row = [self.true] * (most + 1)  # row[k]: at most k of the choices that are left
        for f in reversed(choices):
            made = [self.false, *row[:-1]]
            row = [self.literal(f).ite(yes, no) for yes, no in zip(made, row, strict=True)]
        return row[most]


def checked_diagram(miter: Miter, order: Sequence[int], budget: Budget) -> Evidence:
    """What the answer "no satisfying assignment" rests on."""
    outcome = run_in_child(
        partial(_recheck, miter, order), seconds=0.9 * budget.left, memory=budget.memory * 4
    )
    if not isinstance(outcome, Answered) or outcome.value is None:
        return Trusted(f"OxiDD {version('oxidd')}")
    assert outcome.value != "satisfiable", "the kernel's diagram contradicts OxiDD"
    return Certified("decision diagram", outcome.value, "nodes")


def _recheck(miter: Miter, order: Sequence[int]) -> Any:
    try:
        root, nodes = diagram_of(miter.circuit, miter.literals, order, RECHECKED)
    except DiagramTooLargeError:
        return None
    return nodes if root == -TRUE else "satisfiable"


BDD = Bdd()
"""The engine."""
