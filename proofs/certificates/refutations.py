"""Counterexamples of verdicts in the form that the checker reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tauomega.theory.counterexample import (
    BoxPoint,
    Counterexample,
    CountGap,
    Gap,
    NoContextMap,
    NotABlockMap,
    NotOnto,
    Square,
)
from tauomega.theory.intervention import Hard, Intervention
from tauomega.theory.kernel.commuting import INDEX, Blocks, Interchange, Listed, squares_of
from tauomega.theory.kernel.program import ROOTS

from .checker.document import RefusedError
from .checker.squares import point_of, sides_at
from .checker.statements import Question, context_map, first_missed, statement_of
from .contexts import far_contexts
from .encoding import NotCertifiedError, items_to_json, set_items

__all__ = ["box_point", "refutation_of"]

Json = Any


def refutation_of(question: Question, found: Counterexample) -> Json:
    """What a counterexample shows, or where a distance is attained.

    Raises:
        NotCertifiedError: there is no certificate of that kind.
        RefusedError: it is none of the question's.
    """
    match found:
        case Square():
            return _square(question, _roots_at(question, found))
        case Gap(point=point) if not question.searched:
            return _square(question, _roots_of(question, dict(point)))
        case Gap() | CountGap():
            return far_contexts(question)
        case NoContextMap():
            return {
                "kind": "no context",
                "context": items_to_json(found.context),
                "separators": [_chosen(question, i) for i, _, _ in found.separators],
            }
        case NotOnto(map=name, value=value) if name.startswith("τ") and name != "τ_U":
            missed = first_missed(question.claim, tuple(n for n, _ in value))
            if missed is None:
                raise RefusedError("every value is taken")
            return {"kind": "missed value", "value": items_to_json(tuple(missed.items()))}
        case NotABlockMap(map="τ", variables=((variable, readers), *_)):
            return {"kind": "shared", "variable": variable, "readers": list(readers)}
        case _:
            word = type(found).__name__
            raise NotCertifiedError(f"a counterexample of the kind {word} has no certificate")


def box_point(found: BoxPoint) -> Json:
    """Inputs near the codes of contexts whose interchange reads otherwise than above."""
    copies = [("", found.base, found.row)]
    copies += [(f"{site} from ", items, row) for site, items, row in found.sources]
    at = [[f"swap {site}", "1"] for site, _, _ in found.sources]
    for copy, items, row in copies:
        at += [[copy + n, str(v)] for n, v in items]
        at += [[f"{copy}code {n}", str(x)] for (n, _), x in zip(items, row, strict=True)]
    return {"kind": "box-point", "at": at}


def _square(question: Question, at: Json) -> Json:
    """A square with what the compared variables are in it, the two ways round."""
    squares = squares_of(statement_of(question, context_map(question)))
    sides = sides_at(squares, point_of(squares, at, {}))
    return {
        "kind": "square",
        "at": at,
        "image": [[name, str(value)] for name, value, _ in sides],
        "result": [[name, str(value)] for name, _, value in sides],
    }


def _roots_of(question: Question, point: Mapping[str, object]) -> Json:
    """A square of a distance, as the roots of the statement's model that have an effect in it."""
    intervention, context, given = point.get("i"), point.get("u"), point.get("parameters", {})
    if not (
        isinstance(intervention, Hard) and isinstance(context, tuple) and isinstance(given, dict)
    ):
        raise NotCertifiedError("it is not known in which square the distance is attained")
    names = question.claim.low.domains(*ROOTS)
    shown = [[n, str(v)] for n, v in zip(names, context, strict=True)]
    shown += [[n, str(v)] for n, v in given.items()]
    return shown + _chosen(question, intervention)


def _roots_at(question: Question, found: Square) -> Json:
    """A square as the roots of the statement's model that have an effect in it."""
    given = items_to_json(found.low.context)
    if not found.sources:
        return given + _chosen(question, found.low.intervention)
    for name, items in found.sources:
        given += [[f"swap {name}", "1"], *([f"{name} from {n}", str(v)] for n, v in items)]
    return given


def _chosen(question: Question, intervention: Intervention) -> Json:
    """An intervention of the family as the roots that choose it."""
    fixed = dict(set_items(intervention))
    family = statement_of(question, None).family
    match family:
        case Listed(pairs=pairs):
            shown = [{n: str(v) for n, v in low} for low, _ in pairs]
            if fixed not in shown:
                raise RefusedError("the intervention is not listed")
            return [[INDEX, str(shown.index(fixed))]]
        case Blocks(blocks=blocks, inert=inert):
            groups = [(f"do {name}", block) for name, block in blocks]
            groups += [(f"inert {name}", (name,)) for name in inert]
            found = []
            for switch, members in groups:
                if any(n in fixed for n in members):
                    found += [[switch, "1"], *([f"set {n}", fixed.pop(n, "")] for n in members)]
            if fixed:
                raise RefusedError(f"the intervention sets {', '.join(fixed)} besides whole blocks")
            return found
        case Interchange():
            raise RefusedError("an interchange without sources")
