"""Maps of contexts that the checker is shown, listed; and contexts that prove that there is none."""

from __future__ import annotations

from typing import Any

from tauomega.theory.kernel.commuting import INDEX, Squares
from tauomega.theory.kernel.domain import Value

from .checker.document import RefusedError, refuse_unless
from .checker.matching import free_squares
from .checker.squares import WORK, State, settings_of, sides_at, work_of
from .checker.statements import Question, squares_asked
from .encoding import items_to_json

__all__ = ["far_contexts", "is_listable", "listed_map"]

Json = Any


def is_listable(question: Question) -> bool:
    """Whether all contexts are few enough to be matched one by one.

    Raises:
        RefusedError: there are no such squares.
    """
    squares_asked(question, None)
    try:
        squares, below, above = free_squares(question)
        exact = question.bound is None
        count = len(below) + len(above) if exact else len(below) * len(above)
        return work_of(squares) * count <= WORK
    except RefusedError:
        return False


def listed_map(question: Question) -> list[int]:
    """A τ_U as the checker reads it: for each low-level context the place of a high-level one.

    Raises:
        RefusedError: a low-level context has no counterpart, or there is too much to evaluate.
    """
    near = _near(question)
    refuse_unless(all(near), "a low-level context has no counterpart")
    above = len(free_squares(question)[2])
    partner: dict[int, int] = {}
    if question.searched == "searched-onto":
        refuse_unless(_unmatched(near, above, partner) is None, "τ_U is not onto")
    own = {u: w for w, u in partner.items()}
    return [own.get(u, places[0]) for u, places in enumerate(near)]


def far_contexts(question: Question) -> Json:
    """Contexts that no τ_U can match: a low-level one alone, else high-level ones with too few between them.

    Raises:
        RefusedError: there are none, or there is too much to evaluate.
    """
    near = _near(question, refuting=True)
    squares, below, above = free_squares(question, refuting=True)
    if [] in near:
        return _lonely(squares, below[near.index([])], above)
    rare = _unmatched(near, len(above), {})
    refuse_unless(rare and question.searched == "searched-onto", "some τ_U matches all contexts")
    return {"kind": "too few contexts", "above": sorted(rare or ())}


def _lonely(squares: Squares, here: State, above: list[State]) -> Json:
    """A low-level context that no high-level one is near to, with interventions that show it, none to spare."""
    settings = _settings(squares, 1 + len(above))
    far = [
        {k for k, setting in enumerate(settings) if not _commutes(squares, setting | here | w)}
        for w in above
    ]
    chosen = {min(found) for found in far}
    for k in sorted(chosen, reverse=True):
        if all(found & (chosen - {k}) for found in far):
            chosen.remove(k)
    return {
        "kind": "no context",
        "context": items_to_json(tuple(here.items())),
        "separators": [_effective(squares, settings[k]) for k in sorted(chosen)],
    }


# ---------------------------------------------------------------- which contexts are near


def _settings(squares: Squares, contexts: int) -> list[State]:
    refuse_unless(work_of(squares) * contexts <= WORK, f"more than {WORK:,} nodes to evaluate")
    return list(settings_of(squares))


def _commutes(squares: Squares, point: State) -> bool:
    return all(a == b for _, a, b in sides_at(squares, point))


def _near(question: Question, *, refuting: bool = False) -> list[list[int]]:
    """For each low-level context the places of the high-level ones with which all squares commute."""
    squares, below, above = free_squares(question, refuting=refuting)
    if question.bound is None:
        return _alike(squares, below, above)
    settings = _settings(squares, len(below) * len(above))
    return [
        [p for p, w in enumerate(above) if all(_commutes(squares, s | u | w) for s in settings)]
        for u in below
    ]


def _alike(squares: Squares, below: list[State], above: list[State]) -> list[list[int]]:
    """The same where the two ways round have to be equal: each context responds on its own side."""
    settings = _settings(squares, len(below) + len(above))

    def response(context: State, side: int) -> tuple[Value, ...]:
        return tuple(sides[side] for s in settings for sides in sides_at(squares, s | context))

    places: dict[tuple[Value, ...], list[int]] = {}
    for place, context in enumerate(above):
        places.setdefault(response(context, 2), []).append(place)
    return [places.get(response(context, 1), []) for context in below]


# ---------------------------------------------------------------- Hall's theorem


def _unmatched(near: list[list[int]], above: int, partner: dict[int, int]) -> set[int] | None:
    """Match each high-level context by augmenting paths, or return those that have too few between them."""
    nearest: list[list[int]] = [[] for _ in range(above)]
    for u, places in enumerate(near):
        for place in places:
            nearest[place].append(u)
    own: dict[int, int] = {}
    for start in range(above):
        origin: dict[int, int] = {}
        queue, free = [start], None
        seen = {start}
        for here in queue:
            for u in nearest[here]:
                if u in origin:
                    continue
                origin[u] = here
                if u not in own:
                    free = u
                    break
                if own[u] not in seen:
                    seen.add(own[u])
                    queue.append(own[u])
            if free is not None:
                break
        if free is None:
            return seen
        while free is not None:
            place = origin[free]
            partner[place], own[free], free = free, place, partner.get(place)
    return None


def _effective(squares: Squares, setting: State) -> Json:
    """The roots that choose the intervention of a setting and have an effect in it."""
    names = [INDEX] if INDEX in setting else []
    for switch in squares.switches:
        names += [switch.name, *switch.fields] if setting[switch.name] else []
    return [[name, str(setting[name])] for name in names]
