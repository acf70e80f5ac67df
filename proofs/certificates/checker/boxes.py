"""Interchange over boxes of inputs: squares of a network that reads numbers, trees of boxes, refuting inputs.

Beside each input stands a further root, the number that encodes it: the high-level model reads the input, the
network the number. So inputs in boxes make a square of one model, as they do for every other definition.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from typing import Any

from tauomega.theory.kernel.commuting import Squares, Switch, squares_of
from tauomega.theory.kernel.domain import Reals, Value
from tauomega.theory.kernel.enclosing import Interval, bounds_over, levels_of, outward, truth
from tauomega.theory.kernel.evaluation import evaluate, solve
from tauomega.theory.kernel.expression import (
    Apply,
    Constant,
    Expression,
    Operator,
    Reference,
    free_names,
)
from tauomega.theory.kernel.program import Kind, Program, Variable

from .affine import forms_of
from .decoding import Claim, list_of, value_of
from .document import refuse_unless
from .factors import Factor, states_of
from .interchanges import scored
from .squares import State, first_of, point_of, sides_at, switched_on
from .statements import OVER_BOXES, Question, context_map, statement_of

__all__ = ["OverBoxes", "check_box_point", "check_boxes", "over_boxes", "question_over_boxes"]

LEAF, CODE = -1, "code "
NODES, TUPLES = 2_000_000, 2**16


@dataclass(frozen=True, slots=True)
class OverBoxes:
    """The squares of a claim, the expressions of the numbers that encode inputs, and how far these may be off."""

    squares: Squares
    codes: Mapping[str, Expression]
    radius: Fraction

    @property
    def interchanges(self) -> list[tuple[Switch, ...]]:
        """The sets of sites that are swapped together, fewest first."""
        return sorted(switched_on(self.squares), key=len)

    def roots(self, on: tuple[Switch, ...]) -> list[tuple[str, ...]]:
        """The roots of the base, and of the source of each site: its inputs, then their numbers."""
        return [self.squares.context, *(switch.fields for switch in on)]

    def row(self, context: Mapping[str, Value]) -> list[Fraction]:
        """The numbers that encode a context."""
        values = [evaluate(code, context) for code in self.codes.values()]
        refuse_unless(not any(isinstance(v, str) for v in values), "an input has no number")
        return [Fraction(v) for v in values]


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


def over_boxes(question: Question) -> OverBoxes:
    """The squares of a claim over boxes.

    Raises:
        RefusedError: the low-level model is no network whose units read numbers that encode inputs.
    """
    radius = value_of(question.parameters["radius"])
    refuse_unless(not isinstance(radius, str) and radius >= 0, "a radius is a number from 0")
    low = question.claim.low
    inputs = tuple(low.domains(Kind.INPUT))
    codes: dict[str, Expression] = {}
    variables: list[Variable] = []
    for v in low.variables:
        unit = v.kind is Kind.ENDOGENOUS and isinstance(v.domain, Reals)
        refuse_unless(v.kind is Kind.INPUT or unit, f"no network: {v.name}")
        tree = v.mechanism and _coded(v.mechanism, inputs, codes)
        reads = tree is not None and free_names(tree) & set(inputs)
        refuse_unless(not reads, f"{v.name} reads an input, but not by a number times its one code")
        variables.append(replace(v, mechanism=tree))
    variables += [Variable(CODE + n, Kind.EXOGENOUS, Reals()) for n in inputs]
    claim = replace(question.claim, low=Program(tuple(variables), low.order))
    squares = squares_of(statement_of(replace(question, claim=claim), context_map(question)))
    return OverBoxes(squares, {n: codes.get(n, Reference(n)) for n in inputs}, Fraction(radius))


def _coded(tree: Expression, inputs: tuple[str, ...], codes: dict[str, Expression]) -> Expression:
    """The expression with the number in the place of each code, which is the first that a number is multiplied with."""
    match tree:
        case Apply(operator=Operator.MUL, arguments=(Constant() as weight, code)) if len(
            free_names(code)
        ) == 1 and free_names(code) <= set(inputs):
            (name,) = free_names(code)
            if codes.setdefault(name, code) == code:
                return Apply(Operator.MUL, (weight, Reference(CODE + name)))
    if isinstance(tree, Apply):
        return replace(tree, arguments=tuple(_coded(a, inputs, codes) for a in tree.arguments))
    return tree


def check_boxes(question: Question, trees: Any) -> str:
    """Check that trees of boxes prove a claim over boxes; what was checked, in words.

    The trees come by sets of sites (fewest first), then by tuples (the base last and fastest), each as its
    cuts in preorder.

    Raises:
        RefusedError: some tree is missing, or some leaf is not proved.
    """
    boxes = over_boxes(question)
    squares, radius = boxes.squares, boxes.radius
    given = [list_of(part) for part in list_of(trees)]
    refuse_unless(len(given) == len(boxes.interchanges), "trees for other sets of sites")
    leaves = count = 0
    contexts = states_of(tuple(boxes.codes), question.claim.low.domains(Kind.INPUT))
    above = _above(squares)
    for on, parts in zip(boxes.interchanges, given, strict=True):
        numbers = [n for roots in boxes.roots(on) for n in roots[len(boxes.codes) :]]
        units, forms = forms_of(squares, on)
        read = {n for _, side, _ in squares.sides for n in free_names(side)}
        wanted = {m for n in read for m in (forms[n][1] if n in forms else (n,))}
        levels, inputs = levels_of(units, wanted)
        beyond = ", ".join(sorted(inputs - set(numbers)))
        refuse_unless(not beyond, f"neither affine in numbers nor an activation of that: {beyond}")
        refuse_unless(len(contexts) ** (len(on) + 1) <= TUPLES, f"more than {TUPLES:,} tuples")
        tuples = list(product(contexts, repeat=len(on) + 1))
        refuse_unless(len(parts) == len(tuples), "trees for other tuples")
        for (*sources, base), tree in zip(tuples, parts, strict=True):
            point = first_of(squares) | {switch.name: 1 for switch in on}
            box: tuple[Interval, ...] = ()
            for roots, context in zip(boxes.roots(on), (base, *sources), strict=True):
                row = boxes.row(context)
                point |= zip(roots, (*context.values(), *row), strict=True)
                box += tuple(outward(x - radius, x + radius) for x in row)
            state = solve(above, point, {})
            required = [evaluate(high, state) for _, _, high in squares.sides]
            refuse_unless(set(required) <= {0, 1}, "a scored variable is not in {0, 1}")
            for leaf in _leaves(box, tree):
                bounds = bounds_over(levels, dict(zip(numbers, leaf, strict=True)))
                found = [truth(side, forms, bounds) for _, side, _ in squares.sides]
                refuse_unless(found == required, "a leaf is not proved")
                leaves += 1
        count += len(tuples)
    refuse_unless(count, "there is nothing to check")
    return f"branch and bound: {count:,} tuples of boxes, {leaves:,} leaves, bounded in integers"


def _above(squares: Squares) -> Program:
    """What the high-level sides of squares depend on."""
    read = {n for _, _, side in squares.sides for n in free_names(side)}
    for v in reversed(squares.program.variables):
        if v.name in read and v.mechanism is not None:
            read |= free_names(v.mechanism)
    return replace(squares.program, order=tuple(n for n in squares.program.order if n in read))


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


def check_box_point(question: Question, items: Any) -> str:
    """Check inputs that refute a claim over boxes, a square of it.

    Raises:
        RefusedError: they lie outside their boxes, or the outputs read as expected.
    """
    boxes = over_boxes(question)
    point = point_of(boxes.squares, items, {})
    on = tuple(switch for switch in boxes.squares.switches if point[switch.name])
    for roots in boxes.roots(on):
        values = [point[n] for n in roots]
        context: State = dict(zip(boxes.codes, values, strict=False))
        centres = boxes.row(context)
        shifts = zip(values[len(centres) :], centres, strict=True)
        near = all(abs(Fraction(x) - c) <= boxes.radius for x, c in shifts)
        refuse_unless(near, "an input lies outside its box")
    differ = [name for name, low, high in sides_at(boxes.squares, point) if low != high]
    refuse_unless(differ, "the outputs read as expected")
    return f"inputs in their boxes, run again exactly: the outputs differ in {', '.join(differ)}"
