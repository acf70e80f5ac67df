"""Counterexamples, evaluated again by the models alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tauomega.theory.kernel.commuting import (
    Blocks,
    Commuting,
    Interchange,
    Items,
    Listed,
    Point,
    above,
    interchanged,
    roots_of,
    solve,
)
from tauomega.theory.kernel.domain import Domain, Value
from tauomega.theory.kernel.evaluation import evaluate
from tauomega.theory.kernel.expression import free_names
from tauomega.theory.kernel.program import Kind, Program

from .decoding import items_of, list_of, refuse_unless
from .document import RefusedError
from .factors import states_of
from .squares import domains_of
from .statements import OVER_BOXES, Question, family_of, statement_of

__all__ = ["check_counterexample", "first_missed"]


def check_counterexample(question: Question, found: Mapping[str, Any]) -> str:
    """Check that a counterexample refutes the question's definition; what was checked, in words.

    Raises:
        RefusedError: it does not.
    """
    over_boxes = question.definition == OVER_BOXES
    refuse_unless(over_boxes == (found.get("kind") == "box-point"), "another kind is asked for")
    match found:
        case {"kind": "box-point"}:
            from .boxes import check_box_point  # what other claims do not need is not loaded

            return check_box_point(question, found)
        case {"kind": "square", **rest}:
            return _square(question, rest)
        case {"kind": "no context", "context": context, "separators": list() as separators}:
            refuse_unless(len(found) == 3, "unknown keys")
            return _no_context(question, context, separators)
        case {"kind": "missed value", "value": value}:
            refuse_unless(len(found) == 2, "unknown keys")
            return _missed(question, value)
        case {"kind": "shared", "variable": variable, "readers": readers}:
            refuse_unless(len(found) == 3, "unknown keys")
            return _shared(question, variable, readers)
        case _:
            raise RefusedError("no kind of counterexample")


def _inner(model: Program) -> dict[str, Domain]:
    kinds = (Kind.INPUT, Kind.ENDOGENOUS)
    return {v.name: v.domain for v in model.variables if v.kind in kinds}


def _square(question: Question, found: Mapping[str, Any]) -> str:
    refuse_unless(not question.searched, "one square does not refute every τ_U")
    keys = {"context", "low", "high", "sources", "image", "result"}
    refuse_unless(set(found) == keys, f"a square has the keys {', '.join(sorted(keys))}")
    statement = statement_of(question)
    domains = domains_of(statement.low, statement.high)
    context = items_of(found["context"], domains)
    wanted = set(roots_of(statement.low))
    wanted |= {v.name for v in statement.high.variables if v.kind is Kind.PARAMETER}
    refuse_unless({name for name, _ in context} == wanted, "the context is not complete")
    low = items_of(found["low"], _inner(statement.low))
    high = items_of(found["high"], _inner(statement.high))
    point = _point(question, statement, Point(context, low, high), found["sources"])
    values = dict(context)
    below = solve(statement.low, values, dict(point.low))
    result = solve(statement.high, above(statement, values), dict(point.high))
    image = [[n, str(evaluate(e, below))] for n, e in statement.tau if n in statement.compared]
    shown = [[n, str(result[n])] for n, _ in image]
    refuse_unless(found["image"] == image, "τ of the low-level solution is another")
    refuse_unless(found["result"] == shown, "the high-level solution is another")
    refuse_unless(image != shown, "the square commutes")
    differ = [n for (n, a), (_, b) in zip(image, shown, strict=True) if a != b]
    return f"a square that does not commute, evaluated again: it differs in {', '.join(differ)}"


def _point(question: Question, statement: Commuting, point: Point, sources: Any) -> Point:
    """The square, if it is one of the statement's."""
    family = statement.family
    if isinstance(family, Interchange):
        roots = {
            v.name: v.domain
            for v in statement.low.variables
            if v.kind in (Kind.INPUT, Kind.EXOGENOUS)
        }
        pairs = [list_of(pair, 2) for pair in list_of(sources)]
        refuse_unless(all(isinstance(n, str) for n, _ in pairs), "a site is a name")
        given = {name: items_of(items, roots) for name, items in pairs}
        refuse_unless(
            set(given) <= set(dict(family.sites))
            and 0 < len(given) == len(sources)
            and all(len(items) == len(roots) for items in given.values())
            and (family.most is None or len(given) <= family.most),
            "no interchange of the family",
        )
        made = interchanged(statement, point.context, tuple(given.items()))
        same = set(made.low) == set(point.low) and set(made.high) == set(point.high)
        refuse_unless(same, "the sites have other values on their sources")
        return made
    refuse_unless(sources == [], "only an interchange has sources")
    listed = isinstance(family, Listed)
    known = family.pairs if isinstance(family, Listed) else (_block_image(question, family, point),)
    fits = any(set(point.low) == set(i) and set(point.high) == set(j) for i, j in known)
    refuse_unless(fits, "it is listed with another ω" if listed else "ω of it is another")
    return point


def _block_image(question: Question, family: Blocks, point: Point) -> tuple[Items, Items]:
    """ω_τ of a union of whole blocks, with inert variables.

    Raises:
        RefusedError: it is none of the family.
    """
    fixed = dict(point.low)
    inner = _inner(question.claim.low)
    others: dict[str, Value] = {v: next(iter(d)) for v, d in inner.items()}  # type: ignore[arg-type]
    high: list[tuple[str, Value]] = []
    left = set(fixed) - set(family.inert)
    for name, block in family.blocks:
        if left & set(block):
            refuse_unless(set(block) <= left, f"the block of {name} is set in part")
            left -= set(block)
            high.append((name, evaluate(question.claim.tau[name], others | fixed)))
    within = not left and (family.most is None or len(high) <= family.most)
    refuse_unless(within, "the intervention is not of the family")
    return point.low, tuple(high)


def _no_context(question: Question, context: Any, separators: Sequence[Any]) -> str:
    refuse_unless(question.searched, "τ_U is fixed, so a square would refute it")
    claim = question.claim
    kinds = (Kind.INPUT, Kind.EXOGENOUS)
    roots = {v.name: v.domain for v in claim.low.variables if v.kind in kinds}
    tops = {v.name: v.domain for v in claim.high.variables if v.kind in kinds}
    given = items_of(context, roots)
    refuse_unless(len(given) == len(roots), "the context is not complete")
    models = (*claim.low.variables, *claim.high.variables)
    refuse_unless(all(v.kind is not Kind.PARAMETER for v in models), "the models have parameters")
    family = family_of(question)
    empty = Commuting(claim.low, claim.high, tuple(claim.tau.items()), (), family, tuple(claim.tau))
    shown: list[tuple[Items, dict[str, Value]]] = []
    for separator in separators:
        refuse_unless(isinstance(separator, list) and len(separator) == 2, "no separator")
        point = Point(
            given,
            items_of(separator[0], _inner(claim.low)),
            items_of(separator[1], _inner(claim.high)),
        )
        _point(question, empty, point, [])
        below = solve(claim.low, dict(given), dict(point.low))
        shown.append((point.high, {n: evaluate(e, below) for n, e in claim.tau.items()}))
    refuse_unless(shown, "there is no separator")
    contexts = states_of(tuple(tops), tops)
    spared = [True] * len(shown)
    for w in contexts:
        differs = [
            any(solve(claim.high, w, dict(j))[n] != value for n, value in image.items())
            for j, image in shown
        ]
        refuse_unless(any(differs), "some high-level context matches")
        if sum(differs) == 1:
            spared[differs.index(True)] = False
    refuse_unless(not any(spared), "a separator is not needed")
    return (
        f"a low-level context that none of the {len(contexts):,} high-level contexts matches under "
        f"{len(shown)} interventions, evaluated again"
    )


def _missed(question: Question, value: Any) -> str:
    refuse_unless("τ onto" in question.clauses, "the definition does not ask for τ to be onto")
    wanted = dict(items_of(value, _inner(question.claim.high)))
    first = first_missed(question, tuple(wanted))
    refuse_unless(wanted and first == wanted, "it is not the first value that τ misses")
    return f"a value that τ misses for {', '.join(wanted)}, all states that it reads listed again"


def first_missed(question: Question, names: tuple[str, ...]) -> dict[str, Value] | None:
    """The first combination of values of high-level variables that τ never takes, if there is one.

    Raises:
        RefusedError: there are more than 2^16 states to list.
    """
    claim = question.claim
    upper, inner = _inner(claim.high), _inner(claim.low)
    read = {v for n in names for v in free_names(claim.tau[n])}
    states = states_of(tuple(v for v in inner if v in read), inner)
    taken = {tuple(evaluate(claim.tau[n], state) for n in names) for state in states}
    return next((s for s in states_of(names, upper) if tuple(s.values()) not in taken), None)


def _shared(question: Question, variable: Any, readers: Any) -> str:
    refuse_unless("block map" in question.clauses, "the definition does not ask for blocks")
    found = [name for name, f in question.factors.items() if variable in f.support]
    refuse_unless(len(found) > 1 and readers == found, "it is not read by these τ")
    return f"{variable} is read by the τ of {' and '.join(found)}"
