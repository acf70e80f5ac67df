"""Random claims for a definition, with random parameters; and claims that a given engine is asked about.

`drawn` takes whatever claim a definition applies to. `directed` goes on until an engine accepts a clause of
it: a `survey` has counted, without deciding anything, which makers make such claims.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from enum import Enum
from fractions import Fraction
from functools import cache
from typing import Any, final, get_args, get_type_hints

from tauomega.solvers.checking import check
from tauomega.solvers.child import in_this_process
from tauomega.solvers.deciding_facts import decide_facts
from tauomega.solvers.engine import Budget, Engine, Problem, counting_looks
from tauomega.solvers.portfolio import engine_names, get_engine, refused
from tauomega.solvers.problems import policies_of, problem_of
from tauomega.solvers.reductions import reduced
from tauomega.theory.abstraction import Abstraction
from tauomega.theory.counterexample import NotSolvable
from tauomega.theory.defect import Relation, Violated, clauses
from tauomega.theory.definition import Definition
from tauomega.theory.errors import EvaluationError, InputError, OutOfReachError, UndecidedError
from tauomega.theory.family import All, Block, Given, Reach, Single, TauMax
from tauomega.theory.intervention import NOTHING
from tauomega.theory.policy import Depth, OmegaPolicy, Sources
from tauomega.theory.scm import size_of
from tauomega.theory.solvability import with_solvability
from tauomega.theory.verdict import Unknown

from .agreement import ENGINES
from .claim_makers import MAKERS, Maker
from .random_claims import random_intervention
from .readings import NotReadError, Plain

__all__ = ["Drawn", "Makes", "directed", "drawn", "engines", "problems", "survey", "takers"]

TRIES, DRAWS, MAPS = 16, 2000, 4000
FEW = 3
"""Claims of a directed draw that are decided before one of the wrong verdict is taken."""
SURVEYED, VARIED = 24, 6
"""Claims of each maker that a survey looks at, and parameters for each claim; so many in a directed draw too."""
REFUSALS = (InputError, EvaluationError, OutOfReachError, UndecidedError)
FAMILIES = (Block(), All(), TauMax(), Reach(1), Reach(None), Single(1), Single(2))
LITERAL = "enumerate"

Makes = Mapping[str, Mapping[str, int]]
"""Engine -> maker -> how many of the maker's claims it accepts a clause of."""


@final
@dataclass(frozen=True, slots=True)
class Drawn:
    """A claim that a definition applies to, with the definition's parameters and what `check` says."""

    claim: Abstraction
    definition: Definition
    verdict: str
    maker: str


# ---------------------------------------------------------------- parameters


def varied(rng: random.Random, kind: type[Definition], claim: Abstraction) -> Definition:
    """A definition with some of its parameters drawn, by the kind of their defaults."""
    hints = _hints(kind)
    made: Any = kind()
    chosen = {}
    for field in fields(made):
        default = getattr(made, field.name)
        options = list(_options(rng, default, hints[field.name], claim))
        if isinstance(default, Given) or (options and rng.random() < 0.4):
            chosen[field.name] = rng.choice(options)
    return replace(made, **chosen)  # type: ignore[no-any-return]  # a dataclass


@cache
def _hints(kind: type[Definition]) -> dict[str, Any]:
    return get_type_hints(kind)


def _options(rng: random.Random, default: Any, hint: Any, claim: Abstraction) -> Iterator[Any]:
    match default:
        case Given():
            yield Given(None if claim.omega is not None else _some(rng, claim))
        case Block():
            yield from FAMILIES
        case Enum():
            yield from type(default)
        case bool():
            yield from (False, True)
        case int():
            yield from (1, 2, 3)
        case Fraction():
            yield from (default, default / 2, 2 * default, 4 * default)
        case Depth():
            yield from (Depth(1), Depth(2), Depth(None))
        case Sources():
            yield from (Sources("all"), Sources("forward"))
        case "all":
            yield from ("all", "singles")
        case None:
            yield None
            for part in get_args(hint):
                if isinstance(part, type) and issubclass(part, Enum):
                    yield from part


def _some(rng: random.Random, claim: Abstraction) -> tuple[Any, ...]:
    if any(size_of(claim.scm.domain(name)) is None for name in claim.scm.endogenous):
        raise InputError(["no interventions are drawn on infinitely many values"])
    listed = [random_intervention(rng, claim.scm) for _ in range(rng.randint(1, 2))]
    return tuple(dict.fromkeys((NOTHING, *listed)))


# ---------------------------------------------------------------- drawing


def drawn(kind: type[Definition], seed: int, number: int) -> Drawn | None:
    """The claim of this number: of the first few that apply, one that holds (or fails) if its number is even (or odd).

    `None` if two thousand claims in a row are refused: no maker makes what the definition asks for.
    """
    rng = random.Random(f"{kind.name}/{seed}/{number}")  # noqa: S311  # reproducible, no secret
    return _of_verdict(number, _decided(_proposed(rng, kind, dict.fromkeys(MAKERS, 1))), TRIES)


def directed(
    kind: type[Definition], seed: int, number: int, engine: str, makes: Mapping[str, int]
) -> Drawn | None:
    """The same, among claims of which the engine accepts a clause; makers are drawn by how often it did.

    By the squares of how often: most of what a maker makes that is seldom accepted is made in vain.
    """
    rng = random.Random(f"{kind.name}/{seed}/{number}/{engine}")  # noqa: S311  # reproducible
    weights = {maker: makes.get(maker.__name__, 0) ** 2 for maker in MAKERS}
    every = [e for e in engines() if e.name == engine]
    proposed = (p for p in _proposed(rng, kind, weights, VARIED) if takers(*p[:2], every))
    return _of_verdict(number, _decided(proposed), FEW)


def survey(kind: type[Definition], seed: int) -> dict[str, Counter[str]]:
    """Of so many claims of each maker, those of which each engine accepts a clause, if one such claim is decided."""
    found: dict[str, Counter[str]] = {}
    every = engines()
    with in_this_process(), counting_looks():
        for maker in MAKERS:
            name = maker.__name__
            rng = random.Random(f"{kind.name}/{seed}/{name}")  # noqa: S311  # reproducible
            for proposal in _proposed(rng, kind, {maker: 1}, VARIED, SURVEYED):
                able = takers(*proposal[:2], every)
                new = any(name not in found.get(engine, Counter()) for engine in able)
                if new and not any(_decided(iter([proposal]))):
                    continue
                for engine in able:
                    found.setdefault(engine, Counter())[name] += 1
    return found


def _proposed(
    rng: random.Random,
    kind: type[Definition],
    weights: Mapping[Maker, int],
    times: int = 1,
    draws: int = 0,
) -> Iterator[tuple[Abstraction, Definition, str]]:
    """Claims that are not too large, each with parameters drawn so many times; the definition may refuse them."""
    makers, shares = list(weights), list(weights.values())
    for _ in range(draws or DRAWS):
        (maker,) = rng.choices(makers, shares)
        try:
            claim = maker(rng)
        except REFUSALS:
            continue
        for _ in range(times):
            try:
                definition = varied(rng, kind, claim)
                if not _is_large(claim, definition):
                    yield claim, definition, maker.__name__
            except (NotReadError, *REFUSALS):
                continue


def _decided(proposed: Iterator[tuple[Abstraction, Definition, str]]) -> Iterator[Drawn]:
    for claim, definition, maker in proposed:
        try:
            verdict = check(claim, definition, timeout=1)
        except REFUSALS:
            continue
        unsolved = isinstance(getattr(verdict, "counterexample", None), NotSolvable)
        if isinstance(verdict, Unknown) or (unsolved and definition.name != "exact-transformation"):
            continue  # of a cyclic model that is not solved once only sets of solutions are compared
        yield Drawn(claim, definition, verdict.name, maker)


def _of_verdict(number: int, decided: Iterator[Drawn], tries: int) -> Drawn | None:
    wanted = "holds" if number % 2 == 0 else "fails"
    found = None
    for applied, found in enumerate(decided, 1):  # the last one is taken
        if found.verdict == wanted or applied == tries:
            break
    return found


def _is_large(claim: Abstraction, definition: Definition) -> bool:
    """Whether an ω is searched among more maps than can be listed quickly."""
    omega, _ = policies_of(claim, definition.defect(claim))
    family = getattr(definition, "family", None)
    if omega is not OmegaPolicy.SEARCHED or family is None:
        return False
    plain = Plain(claim)
    return bool(len(plain.high_hard) ** len(plain.listed(family)) > MAPS)


# ---------------------------------------------------------------- clauses and engines


def engines() -> tuple[Engine, ...]:
    """Every engine but the literal interpreter; those on circuits go without their random draws."""
    own = {engine.name: engine for engine in ENGINES}
    return tuple(own.get(n) or get_engine(n) for n in engine_names() if n != LITERAL)


def problems(claim: Abstraction, definition: Definition) -> Iterator[Problem]:
    """The clauses of a definition, as engines get them.

    Raises:
        InputError: the claim lacks what the definition needs.
    """
    defect = with_solvability(claim, definition.defect(claim))
    facts = decide_facts(claim, Budget(5))
    for part in clauses(defect):
        blocks = isinstance(part.defect, Violated) and part.defect.relation is Relation.BLOCK_MAP
        if blocks and not facts.is_block_map:
            return  # the clauses that follow are about blocks
        if not blocks:
            yield problem_of(claim, part, facts, Fraction(0))


def takers(claim: Abstraction, definition: Definition, every: Sequence[Engine]) -> set[str]:
    """The engines that accept a clause, after the reductions; none where the definition refuses the claim."""
    found: set[str] = set()
    try:
        for problem in problems(claim, definition):
            short, _ = reduced(problem)
            found |= {e.name for e in every if refused(e.name, e, short) is None}
    except REFUSALS:
        return set()
    return found
