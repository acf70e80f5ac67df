"""The interventions that causal abstraction error draws, with their exact probabilities."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, product
from math import comb
from typing import assert_never, final

from tauomega.theory.defect import (
    LOW,
    Background,
    Direction,
    Drawn,
    DrawnSettings,
    Draws,
    InertSettings,
    Joined,
    Side,
    Term,
)
from tauomega.theory.errors import InputError, OutOfReachError
from tauomega.theory.intervention import Hard
from tauomega.theory.kernel import Value, free_names
from tauomega.theory.scm import SCM

from .omega import values_of
from .query_terms import Blocks

__all__ = ["PHI", "Draw", "draw_term", "drawn_space", "draws", "require_determined", "roots_above"]

LIMIT = 2**20
PHI = ""
"""The target that stands for all inert variables: no variable has this name."""


@final
@dataclass(frozen=True, slots=True)
class Draw:
    """An intervention below and the one above that it stands for."""

    low: Hard
    high: Hard


def draws(blocks: Blocks, spec: Draws) -> dict[Draw, Fraction]:
    """Every draw that does not set `without`, with its probability given that.

    Raises:
        InputError: a variable has noise of its own, so that setting the roots does not determine it.
        OutOfReachError: more than 2^20 draws.
    """
    require_determined(blocks)
    weights: dict[frozenset[str], Fraction] = {}
    pool = (*blocks.claim.tau, *((PHI,) if spec.noise and blocks.facts.inert else ()))
    most = min(len(pool), spec.most)
    for k in range(1, most + 1):
        for chosen in combinations(pool, k):
            if spec.without in chosen and spec.without:
                continue
            set_ = frozenset(chosen) | frozenset(roots_above(blocks.high))
            share = Fraction(1, most * comb(len(pool), k))
            weights[set_] = weights.get(set_, Fraction(0)) + share
    total = sum(weights.values(), Fraction(0))
    if not total:
        raise InputError([f"every draw sets {spec.without!r}, so nothing is compared"])
    found: dict[Draw, Fraction] = {}
    for targets, weight in weights.items():
        for draw, share in _valued(blocks, spec, targets):
            found[draw] = found.get(draw, Fraction(0)) + weight * share / total
            if len(found) > LIMIT:
                raise OutOfReachError("draws", len(found), LIMIT)
    return found


def draw_term(
    term: Background | Drawn | Joined,
    value: Callable[[Term], object],
    model: Callable[[Side], SCM],
) -> object:
    """The value of a word about draws, given the values of its parts."""
    match term:
        case Background(side=side):
            return tuple(next(model(side).contexts()).values())
        case Drawn(side=side, draw=part):
            draw = value(part)
            assert isinstance(draw, Draw)
            return draw.low if side is LOW else draw.high
        case Joined(first=first, second=second):
            below, above = value(first), value(second)
            assert isinstance(below, Hard)
            assert isinstance(above, Hard)
            return Hard(tuple((dict(below.items) | dict(above.items)).items()))
        case _:
            assert_never(term)


def drawn_space(blocks: Blocks, space: DrawnSettings | InertSettings) -> Iterable[object]:
    """The elements of a space of draws."""
    match space:
        case DrawnSettings(draws=spec):
            return draws(blocks, spec)
        case InertSettings():
            return inert_settings(blocks)
        case _:
            assert_never(space)


def inert_settings(blocks: Blocks) -> Iterator[Hard]:
    """All settings of the inert variables together.

    Raises:
        InputError: none is declared.
    """
    inert = blocks.facts.inert
    if not inert:
        raise InputError(
            [
                "silence of the unmapped variables is asked for, and none is declared inert; write "
                "inert = [...] under [abstraction]"
            ]
        )
    for values in product(*(values_of(blocks.claim.scm.domain(name)) for name in inert)):
        yield Hard(tuple(zip(inert, values, strict=True)))


def roots_above(model: SCM) -> tuple[str, ...]:
    """The variables of a model that have no endogenous parents; every draw sets them."""
    return tuple(n for n in model.endogenous if not _read(model, n) & set(model.endogenous))


def _read(model: SCM, name: str) -> frozenset[str]:
    mechanism = model[name].mechanism
    return frozenset() if mechanism is None else free_names(mechanism)


def require_determined(blocks: Blocks) -> None:
    """Check that setting the roots determines everything.

    Raises:
        InputError: the variables that have noise of their own.
    """
    low = {v for name in roots_above(blocks.high) for v in blocks.facts.supports[name]}
    faults = []
    for side, model, fixed in (
        ("low", blocks.claim.scm, low),
        ("high", blocks.high, set(roots_above(blocks.high))),
    ):
        hidden = set(model.roots) - set(model.inputs)
        faults += [
            f"this error sets all roots and nothing else may be random, but {name!r} of the {side}-level "
            f"model reads {', '.join(sorted(_read(model, name) & hidden))}; make it an input, or fix it"
            for name in model.endogenous
            if name not in fixed and (_read(model, name) & hidden or name in model.inputs)
        ]
    if faults:
        raise InputError(faults)


def _valued(
    blocks: Blocks, spec: Draws, targets: frozenset[str]
) -> Iterator[tuple[Draw, Fraction]]:
    """The values of a set of targets, in the order of the high-level model, then the inert ones."""
    named = [name for name in blocks.claim.tau if name in targets]
    options = [list(_choices(blocks, spec.direction, name)) for name in named]
    inert = list(inert_settings(blocks)) if PHI in targets else [Hard()]
    for chosen in product(*options):
        share = Fraction(1, len(inert))
        low: list[tuple[str, Value]] = []
        high: list[tuple[str, Value]] = []
        for name, (label, part, p) in zip(named, chosen, strict=True):
            share *= p
            high.append((name, label))
            low += zip(blocks.facts.supports[name], part, strict=True)
        for noise in inert:
            yield Draw(Hard((*low, *noise.items)), Hard(tuple(high))), share


def _choices(
    blocks: Blocks, direction: Direction, name: str
) -> Iterator[tuple[Value, tuple[Value, ...], Fraction]]:
    """Label, values of the block, probability."""
    table = blocks.table(name)
    if direction is Direction.UP:
        for part, label in table.items():
            yield label, part, Fraction(1, len(table))
        return
    labels = list(values_of(blocks.high.domain(name)))
    for label in labels:
        fibre = blocks.fibre(name, label)
        for part in fibre:
            yield label, part, Fraction(1, len(labels) * len(fibre))
