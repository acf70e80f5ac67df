"""Count the explanations of a network: circuits, interpretations, mappings."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import inf
from typing import ClassVar, final

from tauomega.theory.errors import InputError, OutOfReachError, UndecidedError
from tauomega.theory.kernel import Finite, Range
from tauomega.theory.reports.readable import Readable

from ..network import Network
from ..network_model import NetworkModel
from .circuit_set import minimal_circuits
from .circuits import Circuit, CircuitCount, Progress, count_circuits, list_circuits
from .counted_network import CountedNetwork
from .gates import all_inputs, truth_table
from .interpretations import Interpreter
from .mappings import FormulaMappings, Mapper
from .options import Arithmetic, Convention, Options
from .patched_runs import PatchedRuns
from .requirements import relabelling_class
from .silence import is_silent

__all__ = ["PARTS", "Counts", "InterpretationCount", "MappingCount", "count", "prepare"]

PARTS = ("circuits", "interpretations", "mappings")


@final
@dataclass(frozen=True, slots=True)
class InterpretationCount:
    """Interpretations of every perfect circuit, in the order of `circuits`.

    Attributes:
        margin: the smallest distance of a unit's value to a threshold that separates two.
        neighbours: pairs of values with no threshold of the stored type between them, where the
            published procedure stops with an error; see `Interpreter`.
        exactly: the total over exact values, where `margin` is inside the error of the stored type.
    """

    circuits: tuple[Circuit, ...]
    per_circuit: tuple[int, ...]
    margin: float
    neighbours: int = 0
    exactly: int | None = None

    @property
    def total(self) -> int:
        """The sum over all circuits."""
        return sum(self.per_circuit)


@final
@dataclass(frozen=True, slots=True)
class MappingCount:
    """Minimal mappings of every formula.

    Attributes:
        tried: how many formulas compute the gate.
        mapped: those with a mapping, in their order.
        classes: those up to relabelling of values and De Morgan, if the options ask for it.
        classed_mappings: mappings, one formula a class.
        silent: minimal mappings whose unread units have no effect, if the options ask for it.
        margin: the smallest distance to 1/2 of an output under the interchanges that were run.
        recomputed: runs within the floating-point error of 1/2, decided exactly.
    """

    tried: int
    mapped: tuple[FormulaMappings, ...]
    classes: int | None
    classed_mappings: int | None
    silent: int | None
    margin: float
    recomputed: int

    @property
    def formulas(self) -> int:
        """How many formulas have a mapping."""
        return len(self.mapped)

    @property
    def total(self) -> int:
        """How many minimal mappings there are, over all formulas."""
        return sum(found.total for found in self.mapped)


@final
@dataclass(frozen=True, slots=True)
class Counts(Readable):
    """Everything that was counted of one output of a network.

    Attributes:
        gate: the gate that the output should compute.
        output: the output's index.
        widths: units of every layer, inputs first, without the output: circuits are named by them.
        options: the switches.
        circuits: checked and perfect circuits.
        minimal: perfect circuits that contain no other perfect one.
        interpretations: of all perfect circuits.
        mappings: of all formulas.
        error: the bound on the floating-point error of an output's pre-activation.
        unknown: part -> why it was not counted.
        semantics: what the numbers are about: `real`, the stored weights as exact rationals.
    """

    REPORT: ClassVar[str] = "tauomega.bridge.identifiability.counts_text:report"

    gate: str
    output: int
    widths: tuple[int, ...]
    options: Options
    circuits: CircuitCount | None
    minimal: int | None
    interpretations: InterpretationCount | None
    mappings: MappingCount | None
    error: float
    unknown: tuple[tuple[str, str], ...]
    semantics: str = "real"

    @property
    def margin(self) -> float:
        """The smallest distance of any value that was compared to its threshold."""
        parts = (self.circuits, self.interpretations, self.mappings)
        return min((part.margin for part in parts if part is not None), default=inf)


def count(
    network: Network | NetworkModel,
    gate: str,
    *,
    convention: Convention | str = Convention.PUBLISHED,
    options: Options | None = None,
    parts: Collection[str] = PARTS,
    output: int = 0,
    limit: int = 2_000_000,
    timeout: float = inf,
    progress: Progress | None = None,
) -> Counts:
    """Count the explanations that a network has of a gate.

    Args:
        network: a perceptron with one hidden layer or more, of at most 5 inputs in {0, 1}.
        gate: one of `gates.GATES`.
        convention: `published` is the authors' procedure on clean inputs, rule by rule; `exact` what
            the question means. Each difference is a switch of `Options`.
        options: the switches one by one; then `convention` is not looked at.
        parts: what to count, of `PARTS`.
        output: the output; each output is counted on its own.
        limit: the most perfect circuits that are listed, for interpretations and minimal circuits.
        timeout: seconds for all of it. What was not reached is in `unknown`.
        progress: told (states done, states) while circuits are evaluated.

    Raises:
        InputError: an unknown gate, part or output, a network that cannot be counted; all at once.

    Complexity: see `circuits.count_circuits`, `interpretations.Interpreter`, `mappings.Mapper`.

    Source: Méloux, Maniu, Portet & Peyrard (2025), arXiv:2502.20914.
    """
    chosen = options or Convention(convention).options()
    counted, table = prepare(network, gate, output, parts)
    deadline = time.monotonic() + timeout
    found = _Partial(counted, table, chosen, deadline, limit)
    if "circuits" in parts:
        found.attempt("circuits", lambda: found.count_circuits(progress))
    if "mappings" in parts:  # before what lists circuits, which may take all the time
        found.attempt("mappings", found.count_mappings)
    if "circuits" in parts and chosen.minimal:
        found.attempt("minimal circuits", found.count_minimal)
    if "interpretations" in parts:
        found.attempt("interpretations", found.count_interpretations)
    return Counts(
        gate,
        output,
        (counted.inputs, *counted.hidden),
        chosen,
        found.circuits,
        found.minimal,
        found.interpretations,
        found.mappings,
        counted.error,
        tuple(found.unknown),
    )


def prepare(
    network: Network | NetworkModel, gate: str, output: int = 0, parts: Collection[str] = PARTS
) -> tuple[CountedNetwork, tuple[int, ...]]:
    """One output, ready to be counted, and the gate's truth table.

    Raises:
        InputError: an unknown gate, part or output, a network that cannot be counted; all at once.
    """
    faults: list[str] = [
        f"no part {part!r}; there are {', '.join(PARTS)}" for part in parts if part not in PARTS
    ]
    rows = None
    plain = network
    if isinstance(network, NetworkModel):
        plain = network.network
        faults += [
            f"the input {name!r} has the domain {domain}; circuits are counted over inputs in {{0, 1}}"
            for name, domain in network.domains.items()
            if not isinstance(domain, Finite | Range) or tuple(domain) != (0, 1)
        ]
        if not faults:
            rows = [network.row([Fraction(v) for v in row]) for row in all_inputs(plain.inputs)]
    assert isinstance(plain, Network)
    table: tuple[int, ...] = ()
    try:
        table = truth_table(gate, plain.inputs)
    except InputError as error:
        faults += [fault.message for fault in error.faults]
    try:
        counted = CountedNetwork.from_network(plain, output, rows)
    except InputError as error:
        faults += [fault.message for fault in error.faults]
    if faults:
        raise InputError(faults)
    return counted, table


@dataclass(slots=True)
class _Partial:
    """What was counted so far, part by part, before the deadline."""

    network: CountedNetwork
    table: tuple[int, ...]
    options: Options
    deadline: float
    limit: int
    circuits: CircuitCount | None = None
    minimal: int | None = None
    interpretations: InterpretationCount | None = None
    mappings: MappingCount | None = None
    listed: list[Circuit] | None = None
    unknown: list[tuple[str, str]] = field(default_factory=list)

    def attempt(self, part: str, work: Callable[[], None]) -> None:
        try:
            if self.left() <= 0:
                raise UndecidedError("the time was up before it began")
            work()
        except (OutOfReachError, UndecidedError) as error:
            self.unknown.append((part, str(error)))

    def left(self) -> float:
        return self.deadline - time.monotonic()

    def count_circuits(self, progress: Progress | None) -> None:
        self.circuits = count_circuits(
            self.network, self.table, self.options, timeout=self.left(), progress=progress
        )

    def count_minimal(self) -> None:
        widths = (self.network.inputs, *self.network.hidden)
        self.minimal = len(minimal_circuits(widths, self.perfect(), deadline=self.deadline))

    def perfect(self) -> list[Circuit]:
        if self.listed is None:
            self.listed = list_circuits(
                self.network, self.table, self.options, limit=self.limit, timeout=self.left()
            )
        return self.listed

    def count_interpretations(self) -> None:
        totals, used = self.interpreted(self.options)
        self.interpretations = InterpretationCount(
            tuple(self.perfect()), tuple(totals), used.closest, used.neighbours
        )
        if self.options.arithmetic is Arithmetic.STORED and used.closest <= self.network.unit_error:
            self.attempt("interpretations of exact values", self.count_exactly)

    def count_exactly(self) -> None:
        assert self.interpretations is not None
        totals, _ = self.interpreted(replace(self.options, arithmetic=Arithmetic.EXACT))
        self.interpretations = replace(self.interpretations, exactly=sum(totals))

    def interpreted(self, options: Options) -> tuple[list[int], Interpreter]:
        """The count of every perfect circuit, and what counted."""
        interpreter = Interpreter(self.network, self.table, options)
        totals = []
        for number, circuit in enumerate(self.perfect()):
            if number % 64 == 0 and self.left() <= 0:
                raise UndecidedError(
                    f"the time was up after {number} of {len(self.perfect())} perfect circuits"
                )
            totals.append(interpreter.count(circuit))
        return totals, interpreter

    def count_mappings(self) -> None:
        runs = PatchedRuns(self.network)
        mapper = Mapper(runs, self.table, self.options)
        found = mapper.count(timeout=self.left())
        mapped = tuple(one for one in found if one.total)
        classes: int | None = None
        classed: int | None = None
        silent: int | None = None
        if self.options.classes:
            first = {relabelling_class(one.requirement): one for one in reversed(mapped)}
            classes, classed = len(first), sum(one.total for one in first.values())
        if self.options.silence:
            silent = sum(
                is_silent(runs, one.requirement, sites)
                for one in mapped
                for sites in mapper.mappings(one.requirement)
            )
        self.mappings = MappingCount(
            len(found), mapped, classes, classed, silent, runs.margin, runs.recomputed
        )
