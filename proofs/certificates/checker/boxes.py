"""Interchange over boxes of inputs: a network read off its mechanisms, trees of boxes, refuting inputs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, product
from typing import Any

from tauomega.theory.kernel.commuting import Items
from tauomega.theory.kernel.domain import Value, exact
from tauomega.theory.kernel.evaluation import evaluate, solve
from tauomega.theory.kernel.expression import (
    Apply,
    Constant,
    Expression,
    Operator,
    Reference,
    free_names,
)
from tauomega.theory.kernel.halfspaces import Form, NotAffineError, condition_of, known
from tauomega.theory.kernel.product_network import ReluLayer, product_network
from tauomega.theory.kernel.program import Kind, Program
from tauomega.theory.kernel.reaching import weights_of
from tauomega.theory.kernel.relu_bounds import Interval, bounds_over_box, integer_layers, outward

from .decoding import Claim, items_of, list_of, value_of
from .document import RefusedError, refuse_unless
from .factors import Factor, states_of
from .statements import OVER_BOXES, Question, context_map, scored

__all__ = ["check_box_point", "check_boxes", "question_over_boxes"]

LEAF = -1
NODES, TUPLES = 2_000_000, 2**16
Context = dict[str, Value]


@dataclass(frozen=True, slots=True)
class Network:
    """Layers, and for each input the expression of the number that encodes it."""

    inputs: tuple[str, ...]
    codes: Mapping[str, Expression]
    layers: tuple[ReluLayer, ...]

    def row(self, context: Mapping[str, Value]) -> list[Fraction]:
        """The numbers that encode a context."""
        values = [evaluate(self.codes.get(n, Reference(n)), context) for n in self.inputs]
        refuse_unless(not any(isinstance(v, str) for v in values), "an input has no number")
        return [Fraction(v) for v in values]

    def run(self, row: Sequence[Fraction], fixed: Mapping[str, Fraction]) -> dict[str, Fraction]:
        """The value of every unit at a row, with some set."""
        values = list(row)
        found: dict[str, Fraction] = {}
        for layer in self.layers:
            sums = (
                sum((w * v for w, v in zip(weights, values, strict=True)), shift)
                for weights, shift in zip(layer.weight, layer.bias, strict=True)
            )
            values = [
                fixed.get(name, max(total, layer.slope * total))
                for name, total in zip(layer.names, sums, strict=True)
            ]
            found.update(zip(layer.names, values, strict=True))
        return found


def question_over_boxes(claim: Claim, parameters: Mapping[str, str]) -> Question:
    """The question of a claim over boxes.

    Raises:
        RefusedError: it has other parameters, or no sites.
    """
    fits = set(parameters) == {"radius", "joint"} and claim.sites
    refuse_unless(fits, "interchange over boxes has a radius, a number of sites, and sites")
    units = claim.low.domains(Kind.ENDOGENOUS)
    whole = all(site and set(site) <= set(units) for site in claim.sites.values())
    refuse_unless(whole, "a site has units of the network")
    refuse_unless(not claim.high.domains(Kind.PARAMETER), "the models have parameters")
    factors = {n: Factor((), False, 0) for n in scored(claim, mapped=False)}  # only named
    words = (
        f"for every base, every set of sites ({parameters['joint']} at once) and every source of each, at "
        f"all inputs within {parameters['radius']} of the codes of their contexts, setting the sites to "
        f"their values on the sources gives {', '.join(factors)} the values that setting the high-level "
        "variables gives"
    )
    return Question(claim, OVER_BOXES, parameters, factors, ("boxes",), words, "", ())


def check_boxes(question: Question, trees: Any) -> str:
    """Check that trees of boxes prove a claim over boxes; what was checked, in words.

    The trees come by sets of sites (fewest first), then by tuples (the base last and fastest), each as its
    cuts in preorder.

    Raises:
        RefusedError: some tree is missing, or some leaf is not proved.
    """
    network = network_of(question.claim.low)
    radius = _radius(question)
    forms: list[Form] = []
    try:
        conditions = [condition_of(question.claim.tau[n], forms) for n in question.factors]
    except NotAffineError as error:
        raise RefusedError(f"τ compares no affine forms: {error}") from None
    read = {name for factors, _ in forms for name, _ in factors}
    refuse_unless(read <= set(network.layers[-1].names), "τ reads more than outputs")
    given = [list_of(part) for part in list_of(trees)]
    chosen = list(_subsets(question))
    refuse_unless(len(given) == len(chosen), "trees for other sets of sites")
    leaves = count = 0
    contexts = _contexts(question.claim.low)
    for sites, parts in zip(chosen, given, strict=True):
        swapped = {name: question.claim.sites[name] for name in sites}
        made = product_network(network.layers, swapped, forms)
        layers = integer_layers([(x.weight, x.bias, x.slope) for x in made])
        refuse_unless(len(contexts) ** (len(sites) + 1) <= TUPLES, f"more than {TUPLES:,} tuples")
        tuples = list(product(contexts, repeat=len(sites) + 1))
        refuse_unless(len(parts) == len(tuples), "trees for other tuples")
        for (*sources, base), tree in zip(tuples, parts, strict=True):
            wanted = _expected(question, base, dict(zip(sites, sources, strict=True)))
            required = [wanted[n] for n in question.factors]
            refuse_unless(set(required) <= {0, 1}, "a scored variable is not in {0, 1}")
            centres = [x for context in (base, *sources) for x in network.row(context)]
            box = tuple(outward(c - radius, c + radius) for c in centres)
            for leaf in _leaves(box, tree):
                bounds = bounds_over_box(layers, leaf)
                proved = all(
                    known(c, bounds) is bool(r) for c, r in zip(conditions, required, strict=True)
                )
                refuse_unless(proved, "a leaf is not proved")
                leaves += 1
        count += len(tuples)
    refuse_unless(count, "there is nothing to check")
    return f"branch and bound: {count:,} tuples of boxes, {leaves:,} leaves, bounded in integers"


def check_box_point(question: Question, found: Mapping[str, Any]) -> str:
    """Check inputs that refute a claim over boxes.

    Raises:
        RefusedError: they lie outside their boxes, or the outputs read as expected.
    """
    keys = {"kind", "base", "row", "sources"}
    refuse_unless(set(found) == keys, f"inputs in boxes have the keys {', '.join(sorted(keys))}")
    network, radius = network_of(question.claim.low), _radius(question)
    domains = question.claim.low.domains(Kind.INPUT)

    def placed(items: Any, row: Any) -> tuple[Context, list[Fraction]]:
        context = dict(items_of(items, domains))
        refuse_unless(set(context) == set(domains), "the context is not complete")
        numbers = [_number(x) for x in list_of(row, len(network.inputs))]
        centres = network.row(context)
        near = all(abs(x - c) <= radius for x, c in zip(numbers, centres, strict=True))
        refuse_unless(near, "an input lies outside its box")
        return context, numbers

    base, row = placed(found["base"], found["row"])
    fixed: dict[str, Fraction] = {}
    sources: dict[str, Context] = {}
    for name, items, numbers in (list_of(x, 3) for x in list_of(found["sources"])):
        refuse_unless(name in question.claim.sites and name not in sources, "no such site")
        sources[name], other = placed(items, numbers)
        values = network.run(other, {})
        fixed |= {unit: values[unit] for unit in question.claim.sites[name]}
    fits = any(set(sources) == set(sites) for sites in _subsets(question))
    refuse_unless(fits, "no interchange of the claim")
    state: dict[str, Value] = {n: exact(v) for n, v in network.run(row, fixed).items()}
    wanted = _expected(question, base, sources)
    differ = [n for n in question.factors if evaluate(question.claim.tau[n], state) != wanted[n]]
    refuse_unless(differ, "the outputs read as expected")
    return f"inputs in their boxes, run again exactly: the outputs differ in {', '.join(differ)}"


def network_of(program: Program) -> Network:
    """The layers of a network, read off the mechanisms of its units.

    Raises:
        RefusedError: a mechanism of another shape, or a unit that reads across layers.
    """
    inputs = tuple(v.name for v in program.variables if v.kind is Kind.INPUT)
    variables = {v.name: v for v in program.variables}
    units = [n for n in program.order if variables[n].mechanism is not None]
    refuse_unless(len(units) + len(inputs) == len(program.variables), "no network")
    codes: dict[str, Expression] = {}
    depth: dict[str, int] = {}
    parts: list[dict[str, tuple[dict[str, Fraction], Fraction, Fraction]]] = []
    for name in units:
        mechanism = variables[name].mechanism
        assert mechanism is not None
        total, slope = _activation(mechanism)
        weights, bias = _weights(total, inputs, codes)
        here = 1 + max((depth[n] for n in weights if n in depth), default=0)
        refuse_unless(
            here == 1 or all(depth.get(n) == here - 1 for n in weights), "it skips a layer"
        )
        depth[name] = here
        if here > len(parts):
            parts.append({})
        parts[here - 1][name] = (weights, bias, slope)
    layers, before = [], inputs
    for part in parts:
        slopes = {slope for _, _, slope in part.values()}
        refuse_unless(len(slopes) == 1, "a layer has one activation")
        rows = tuple(tuple(w.get(n, Fraction(0)) for n in before) for w, _, _ in part.values())
        layers.append(ReluLayer(tuple(part), rows, tuple(b for _, b, _ in part.values()), *slopes))
        before = tuple(part)
    refuse_unless(layers, "no network")
    return Network(inputs, codes, tuple(layers))


def _activation(mechanism: Expression) -> tuple[Expression, Fraction]:
    match mechanism:
        case Apply(operator=Operator.RELU, arguments=(total,)):
            return total, Fraction(0)
        case Apply(
            operator=Operator.MAX,
            arguments=(
                total,
                Apply(operator=Operator.MUL, arguments=(Constant(value=slope), again)),
            ),
        ) if total == again and not isinstance(slope, str) and 0 <= slope <= 1:
            return total, Fraction(slope)
        case _:
            return mechanism, Fraction(1)


def _weights(
    total: Expression, inputs: Sequence[str], codes: dict[str, Expression]
) -> tuple[dict[str, Fraction], Fraction]:
    """Weights and bias; a term that reads an input is a number times the code of that input."""
    terms = total.arguments if isinstance(total, Apply) and total.operator is Operator.ADD else ()
    refuse_unless(terms, "a unit is a sum")
    weights: dict[str, Fraction] = {}
    bias = Fraction(0)
    for term in terms:
        names = free_names(term)
        match term:
            case Apply(operator=Operator.MUL, arguments=(Constant(value=w), code)) if (
                len(names) == 1 and names <= set(inputs) and not isinstance(w, str)
            ):
                (name,) = names
                refuse_unless(codes.setdefault(name, code) == code, f"two codes of {name}")
                refuse_unless(name not in weights, "an input is read twice")
                weights[name] = Fraction(w)
            case _:
                refuse_unless(not names & set(inputs), "no number times the code of an input")
                form = weights_of(term)
                if form is None:
                    raise RefusedError("a unit is not affine before its activation")
                bias += form[0]
                for name in names:  # one of weight 0 tells the layer, too
                    weights[name] = weights.get(name, Fraction(0)) + form[1].get(name, 0)
    return weights, bias


def _number(text: Any) -> Fraction:
    value = value_of(text)
    if isinstance(value, str):
        raise RefusedError(f"{value!r} is no number")
    return Fraction(value)


def _radius(question: Question) -> Fraction:
    radius = _number(question.parameters["radius"])
    refuse_unless(radius >= 0, "a radius is at least 0")
    return radius


def _subsets(question: Question) -> Iterator[tuple[str, ...]]:
    names = tuple(question.claim.sites)
    joint = question.parameters["joint"]
    refuse_unless(joint == "all" or re.fullmatch("[1-9][0-9]{0,5}", joint), "no number of sites")
    most = len(names) if joint == "all" else min(int(joint), len(names))
    for size in range(1, most + 1):
        yield from combinations(names, size)


def _contexts(program: Program) -> list[Context]:
    roots = program.domains(Kind.INPUT)
    return states_of(tuple(roots), roots)


def _expected(question: Question, base: Context, sources: Mapping[str, Context]) -> Context:
    """The high-level counterfactual."""
    maps, high = context_map(question), question.claim.high

    def run(context: Context, fixed: Items = ()) -> Context:
        return solve(high, {n: evaluate(e, context) for n, e in maps.items()}, dict(fixed))

    return run(base, tuple((name, run(source)[name]) for name, source in sources.items()))


def _leaves(box: tuple[Interval, ...], tree: Any) -> Iterator[tuple[Interval, ...]]:
    """The leaves of a tree of boxes, which together cover the whole box."""
    cuts = list_of(tree)
    refuse_unless(0 < len(cuts) <= NODES, f"a tree has 1 to {NODES:,} nodes")
    pending = [box]
    for cut in cuts:
        refuse_unless(pending, "a tree has more nodes than boxes")
        here = pending.pop()
        if cut == LEAF and isinstance(cut, int):
            yield here
            continue
        fits = isinstance(cut, int) and not isinstance(cut, bool) and 0 <= cut < len(box)
        refuse_unless(fits, "no input to halve")
        low, high = here[cut]
        middle = (low + high) // 2
        before, after = here[:cut], here[cut + 1 :]
        pending += [(*before, (middle, high), *after), (*before, (low, middle), *after)]
    refuse_unless(not pending, "a tree leaves a box open")
