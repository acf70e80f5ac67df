r"""Certified interchange accuracy: which pairs of boxes are proved, which refuted, which neither.

A context of the high-level model stands for a box of inputs: every input within `radius` of the number
that encodes it. A tuple of a base context and a source context for each swapped site is *proved* if for
all inputs in their boxes the patched network's outputs read as the high-level counterfactual, *refuted*
if some inputs read otherwise, and they are given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, product
from typing import final

from tauomega.theory.abstraction import Abstraction
from tauomega.theory.definition import context_map, high_model
from tauomega.theory.errors import InputError
from tauomega.theory.intervention import NOTHING, Hard
from tauomega.theory.kernel import Domain, Finite, Range, Value, evaluate
from tauomega.theory.kernel.halfspaces import Condition, Form, NotAffineError, condition_of
from tauomega.theory.kernel.product_network import ReluLayer, product_network
from tauomega.theory.kernel.relu_bounds import GRID, IntegerLayer, integer_layers, outward
from tauomega.theory.policy import Depth, TauUPolicy
from tauomega.theory.scm import SCM

from ..exact_layers import exact_layers, relu_layer, run_layers
from ..network_model import NetworkModel
from ..precision.semantics import AllOrders, ExactGrid, Ieee, parse_semantics
from .batched_bounds import BatchedBounds
from .branching import Question, Searched, Tree, search
from .exact_leaves import proved_leaves
from .grid_inputs import GridInputs
from .radius import RoundingRadius
from .rounded import RoundedNetwork

__all__ = ["BoxClaim", "Proof", "Refutation", "Settled", "Tuple"]

Point = tuple[Value, ...]
Rows = tuple[tuple[Fraction, ...], ...]


@final
@dataclass(frozen=True, slots=True)
class Tuple:
    """A base context and the source context of each swapped site, by name."""

    base: Point
    sources: tuple[tuple[str, Point], ...]


@final
@dataclass(frozen=True, slots=True)
class Proof:
    """The tree of boxes, every one of whose `leaves` was proved in integers."""

    tree: Tree
    leaves: int


@final
@dataclass(frozen=True, slots=True)
class Refutation:
    """Inputs in the boxes at which the outputs read otherwise: the base's row, then each source's."""

    rows: Rows


@final
@dataclass(frozen=True, slots=True)
class Settled:
    """What became of one tuple of boxes, after bounding so many boxes; `None`: undecided."""

    where: Tuple
    outcome: Proof | Refutation | None
    boxes: int


@final
class BoxClaim:
    """An interchange claim about boxes of inputs, ready to be settled.

    Attributes:
        model: the network with the codes of its inputs.
        radius: how far an input may lie from its code, in each coordinate.
        scored: the high-level variables that are compared.
        rounded: the network in the format of `all-orders` or `ieee`, or the grid of inputs of `exact-grid`; `None`
            where real numbers are meant. A claim is then about all inputs of the format (of the grid) in the boxes,
            and all orders of summation.
    """

    def __init__(
        self, claim: Abstraction, radius: Fraction, scored: Sequence[str], tau_u: TauUPolicy
    ) -> None:
        """Read τ of the scored variables as conditions on affine forms of the outputs.

        Raises:
            InputError: a τ that reads more than outputs, or is no formula over affine comparisons;
                an activation that is not convex; a box without a number of the format; all at once.
            NotEvaluatedError: under `exact-grid`, sums may round on every grid of inputs.
        """
        assert isinstance(claim.low, NetworkModel)
        self.claim = claim
        self.model = claim.low
        self.high: SCM = high_model(claim)
        self.radius = radius
        self.scored = tuple(scored)
        self.forms: list[Form] = []
        self.conditions: list[Condition] = []
        self._contexts = context_map(claim, tau_u)
        meaning = parse_semantics(self.model.semantics)
        self.points: list[Point] = [tuple(c.values()) for c in claim.scm.contexts()]
        self.rows = {point: self.model.row(point) for point in self.points}
        self.rounded: RoundedNetwork | GridInputs | None = None
        if isinstance(meaning, AllOrders | Ieee):
            where = (meaning.batch, meaning.device) if isinstance(meaning, Ieee) else ()
            self.rounded = RoundedNetwork(self.model.network, meaning.dtype, *where)
        if isinstance(meaning, ExactGrid):
            self.rounded = GridInputs(self.model.network, list(self.rows.values()), radius)
        network = self.model.network
        if isinstance(self.rounded, RoundedNetwork):
            network = self.rounded.network
        self.layers = exact_layers(network, self.model.features)
        outputs = set(self.layers[-1].names)
        faults = []
        for name in self.scored:
            if not _is_bool(self.high.domain(name)):
                faults.append(f"over boxes {name!r} must have values in {{0, 1}}")
                continue
            try:
                self.conditions.append(condition_of(claim.tau[name], self.forms))
            except NotAffineError as error:
                faults.append(f"over boxes τ of {name!r} compares affine forms of outputs: {error}")
        read = {variable for factors, _ in self.forms for variable, _ in factors}
        faults += [f"over boxes τ reads outputs only, not {n!r}" for n in sorted(read - outputs)]
        if self.rounded is not None:
            codes = sorted({x for row in self.rows.values() for x in row})
            faults += [
                f"no {self.rounded.name} lies within {radius} of the code {x}"
                for x in codes
                if self.rounded.empty(x - radius, x + radius)
            ]
        if faults:
            raise InputError(faults)
        self._clean: dict[Point, Mapping[str, Value]] = {}

    def subsets(self, depth: Depth) -> Iterator[tuple[str, ...]]:
        """The sets of sites that are swapped together, smallest first."""
        names = tuple(self.claim.sites)
        most = len(names) if depth.k is None else min(depth.k, len(names))
        for size in range(1, most + 1):
            yield from combinations(names, size)

    def tuples(self, sites: Sequence[str]) -> list[Tuple]:
        """All tuples of contexts for some swapped sites, sources first."""
        return [
            Tuple(base, tuple(zip(sites, sources, strict=True)))
            for *sources, base in product(self.points, repeat=len(sites) + 1)
        ]

    def settle(
        self,
        sites: Sequence[str],
        *,
        stop: Callable[[], bool] = lambda: False,
        most: int = 2_000_000,
        told: Callable[[int], None] = lambda settled: None,
    ) -> list[Settled]:
        """Settle every tuple for some swapped sites: search in floating point, then prove.

        Args:
            sites: which sites are swapped together.
            stop: asked now and then; what is open when it says so stays undecided.
            most: how many boxes may be bounded.
            told: how many tuples the search has settled so far.
        """
        return self.prove(sites, self.search(sites, stop=stop, most=most, told=told), stop=stop)

    def search(
        self,
        sites: Sequence[str],
        *,
        stop: Callable[[], bool] = lambda: False,
        most: int = 2_000_000,
        told: Callable[[int], None] = lambda settled: None,
    ) -> list[Searched]:
        """What floating point believes of every tuple: no proof, but each refutation is exact."""
        where = self.tuples(sites)

        def refutes(number: int, point: tuple[int, ...]) -> bool:
            return self.refuted(where[number], self._rows_of(point))

        network = self._network(sites)
        radius = self._radius(network)
        questions = [self._question(t) for t in where]
        if radius is not None:
            for question in questions:
                self._require_range(radius, question)
        return search(
            BatchedBounds(network),
            self.conditions,
            questions,
            refutes=refutes,
            allowed=self.rounded.allowed if self.rounded else lambda points, towards: points,
            radius=None if radius is None else radius.over,
            most=most,
            stop=stop,
            told=told,
        )

    def prove(
        self,
        sites: Sequence[str],
        searched: Sequence[Searched],
        *,
        stop: Callable[[], bool] = lambda: False,
    ) -> list[Settled]:
        """What becomes of the search's beliefs when every leaf of its trees is proved in integers."""
        network = self._network(sites)
        radius = self._radius(network)
        integers = integer_layers([(layer.weight, layer.bias, layer.slope) for layer in network])
        return [
            Settled(where, self._outcome(where, believed, radius, integers, stop), believed.boxes)
            for where, believed in zip(self.tuples(sites), searched, strict=True)
        ]

    def _network(self, sites: Sequence[str]) -> tuple[ReluLayer, ...]:
        swapped = {name: self.claim.sites[name] for name in sites}
        return product_network([relu_layer(x) for x in self.layers], swapped, self.forms)

    def _outcome(
        self,
        where: Tuple,
        believed: Searched,
        radius: RoundingRadius | None,
        integers: Sequence[IntegerLayer],
        stop: Callable[[], bool],
    ) -> Proof | Refutation | None:
        if believed.point is not None:
            return Refutation(self._rows_of(believed.point))
        if believed.tree is None:
            return None
        question = self._question(where)
        leaves = proved_leaves(
            integers,
            self.conditions,
            question.required,
            question.box,
            believed.tree,
            radius=None if radius is None else radius.at,
            stop=stop,
        )
        return None if leaves is None else Proof(believed.tree, leaves)

    def _question(self, where: Tuple) -> Question:
        centres = [
            x for point in (where.base, *(p for _, p in where.sources)) for x in self.rows[point]
        ]
        box = tuple(outward(c - self.radius, c + self.radius) for c in centres)
        ends = [(c - self.radius, c + self.radius) for c in centres]
        inner = tuple((outward(low, low)[1], outward(high, high)[0]) for low, high in ends)
        wanted = self.expected(where)
        required = tuple(bool(wanted[name]) for name in self.scored)
        return Question(box, inner, required)

    def _radius(self, network: Sequence[ReluLayer]) -> RoundingRadius | None:
        if not isinstance(self.rounded, RoundedNetwork):
            return None
        return RoundingRadius(network, self.rounded.form)

    @staticmethod
    def _require_range(radius: RoundingRadius, question: Question) -> None:
        try:
            radius.at(question.box)
        except OverflowError as error:
            raise InputError([str(error)]) from error

    def _rows_of(self, point: tuple[int, ...]) -> Rows:
        width = len(self.layers[0].weight[0])
        values = [Fraction(x, 1 << GRID) for x in point]
        return tuple(tuple(values[k : k + width]) for k in range(0, len(values), width))

    def expected(self, where: Tuple) -> Mapping[str, Value]:
        """The high-level counterfactual of a tuple of contexts."""
        items = tuple((name, self._run(source)[name]) for name, source in where.sources)
        return self._run(where.base, Hard(items))

    def _run(self, point: Point, intervention: Hard = NOTHING) -> Mapping[str, Value]:
        if intervention is NOTHING and point in self._clean:
            return self._clean[point]
        state = dict(zip(self.claim.scm.roots, point, strict=True))
        context = {n: evaluate(self._contexts[n], state) for n in self.high.roots}
        found = self.high.run(context, intervention)
        if intervention is NOTHING:
            self._clean[point] = found
        return found

    def outcome(self, where: Tuple, rows: Rows) -> Mapping[str, Value]:
        """The outputs of the base's row, patched with what the sources' rows give, read by τ.

        Exact in real numbers; under `all-orders`, what this machine's order computes, read exactly.
        """
        patches: dict[str, Fraction] = {}
        for (name, _), row in zip(where.sources, rows[1:], strict=True):
            values = self._values(row, {})
            patches |= {unit: values[unit] for unit in self.claim.sites[name]}
        values = self._values(rows[0], patches)
        return {name: evaluate(self.claim.tau[name], values) for name in self.scored}

    def _values(
        self, row: Sequence[Fraction], patches: Mapping[str, Fraction]
    ) -> dict[str, Fraction]:
        if self.rounded is not None:
            return self.rounded.run(row, patches)
        return run_layers(self.layers, row, patches)

    def refuted(self, where: Tuple, rows: Rows) -> bool:
        """Whether these are inputs in their boxes, exactly, and read otherwise than expected."""
        points = (where.base, *(p for _, p in where.sources))
        near = all(
            abs(x - c) <= self.radius
            for point, row in zip(points, rows, strict=True)
            for x, c in zip(row, self.rows[point], strict=True)
        )
        if self.rounded is not None and not all(self.rounded.holds(x) for row in rows for x in row):
            return False
        wanted = self.expected(where)
        return near and any(v != wanted[n] for n, v in self.outcome(where, rows).items())


def _is_bool(domain: Domain) -> bool:
    return isinstance(domain, Finite | Range) and set(domain) <= {0, 1}
