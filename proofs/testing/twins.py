"""Every definition on every engine that accepts it, on the literal interpreter and on a reading of its own.

    python -m tauomega.proofs.testing.twins --claims 500 --seed 1 --journal run.jsonl

For each definition (or those named with --only) random claims are drawn that it applies to, with random
parameters, as far as possible half of them holding. On each, every clause is put to every engine that
accepts it; the verdict of `check` and the value of `distance` are compared with a *reading*: the printed
formula in plain Python (`readings/`). On the same claims no proved implication may be violated. A definition
that is added is drawn for without an edit; its reading is a function in a file of its own. With a journal, a
run that was interrupted goes on.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import traceback
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from enum import Enum
from fractions import Fraction
from pathlib import Path
from typing import Any, final, get_args, get_type_hints

from tauomega.solvers.checking import check
from tauomega.solvers.child import in_this_process
from tauomega.solvers.deciding_facts import decide_facts
from tauomega.solvers.distance import distance
from tauomega.solvers.engine import Budget, Engine, Problem
from tauomega.solvers.literal_only import is_quantitative
from tauomega.solvers.portfolio import engine_names, get_engine, refused
from tauomega.solvers.problems import policies_of, problem_of
from tauomega.theory.abstraction import Abstraction
from tauomega.theory.counterexample import NotSolvable
from tauomega.theory.defect import Relation, Violated, clauses
from tauomega.theory.definition import Definition
from tauomega.theory.definitions import definitions
from tauomega.theory.errors import (
    EvaluationError,
    InputError,
    OutOfReachError,
    UndecidedError,
)
from tauomega.theory.family import All, Block, Given, Reach, Single, TauMax
from tauomega.theory.intervention import NOTHING
from tauomega.theory.policy import Depth, OmegaPolicy, Sources
from tauomega.theory.quantity import INFINITE, lower, upper
from tauomega.theory.scm import size_of
from tauomega.theory.solvability import with_solvability
from tauomega.theory.verdict import Unknown

from ..atlas.notion import Asked
from ..atlas.notion import verdict as notion_verdict
from .agreement import ENGINES, asked, complaints
from .claim_makers import MAKERS
from .implications import Implication, implications, of_definition
from .random_claims import random_intervention
from .readings import NotReadError, Plain, readings

__all__ = ["Drawn", "compared", "drawn", "main", "report", "run"]

TRIES, DRAWS, MAPS = 16, 2000, 4000
REFUSALS = (InputError, EvaluationError, OutOfReachError, UndecidedError)
FAMILIES = (Block(), All(), TauMax(), Reach(1), Reach(None), Single(1), Single(2))
LITERAL = "enumerate"


@final
@dataclass(frozen=True, slots=True)
class Drawn:
    """A claim that a definition applies to, with the definition's parameters and what `check` says."""

    claim: Abstraction
    definition: Definition
    verdict: str
    maker: str


# ---------------------------------------------------------------- drawing


def varied(rng: random.Random, kind: type[Definition], claim: Abstraction) -> Definition:
    """A definition with some of its parameters drawn, by the kind of their defaults."""
    hints = get_type_hints(kind)
    made: Any = kind()
    chosen = {}
    for field in fields(made):
        default = getattr(made, field.name)
        options = list(_options(rng, default, hints[field.name], claim))
        if isinstance(default, Given) or (options and rng.random() < 0.4):
            chosen[field.name] = rng.choice(options)
    return replace(made, **chosen)  # type: ignore[no-any-return]  # a dataclass


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


def drawn(kind: type[Definition], seed: int, number: int) -> Drawn | None:
    """The claim of this number: of the first few that apply, one that holds (or fails) if its number is even (or odd).

    `None` if two thousand claims in a row are refused: no maker makes what the definition asks for.
    """
    rng = random.Random(f"{kind.name}/{seed}/{number}")  # noqa: S311  # reproducible, no secret
    wanted = "holds" if number % 2 == 0 else "fails"
    found: Drawn | None = None
    applied = 0
    for _ in range(DRAWS):
        maker = rng.choice(MAKERS)
        try:
            claim = maker(rng)
            definition = varied(rng, kind, claim)
            if _is_large(claim, definition):
                continue
            verdict = check(claim, definition, timeout=2)
        except (NotReadError, *REFUSALS):
            continue
        unsolved = isinstance(getattr(verdict, "counterexample", None), NotSolvable)
        if isinstance(verdict, Unknown) or (unsolved and definition.name != "exact-transformation"):
            continue  # of a cyclic model that is not solved once only sets of solutions are compared
        applied += 1
        found = Drawn(claim, definition, verdict.name, maker.__name__)
        if verdict.name == wanted or applied == TRIES:
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


# ---------------------------------------------------------------- comparing


def engines() -> tuple[Engine, ...]:
    """Every engine but the literal interpreter; those on circuits go without their random draws."""
    own = {engine.name: engine for engine in ENGINES}
    return tuple(own.get(n) or get_engine(n) for n in engine_names() if n != LITERAL)


def _problems(item: Drawn) -> Iterator[Problem]:
    claim, definition = item.claim, item.definition
    defect = with_solvability(claim, definition.defect(claim))
    facts = decide_facts(claim, Budget(5))
    for part in clauses(defect):
        blocks = isinstance(part.defect, Violated) and part.defect.relation is Relation.BLOCK_MAP
        if blocks and not facts.is_block_map:
            return  # the clauses that follow are about blocks
        if not blocks:
            yield problem_of(claim, part, facts, Fraction(0))


def compared(item: Drawn, every: Sequence[Engine] | None = None) -> dict[str, Any]:
    """What engines and the reading say of one claim, and what is wrong with that."""
    said: Counter[str] = Counter()
    wrong: list[str] = []
    for problem in _problems(item):
        able = [e for e in every or engines() if refused(e.name, e, problem) is None]
        heard = asked(problem, able)
        said.update({h.engine for h in heard if len(heard) > 1})
        wrong += complaints(heard)
        if any(h.verdict == "fails" for h in heard):
            break  # the clauses after it may take for granted what failed
    wrong += list(_against_reading(item, said))
    return {
        "engines": dict.fromkeys(sorted(said), 1),
        "verdict": item.verdict,
        "maker": item.maker,
        "wrong": wrong,
    }


def _against_reading(item: Drawn, said: Counter[str]) -> Iterator[str]:
    reading = readings().get(item.definition.name)
    if reading is None:
        return
    try:
        value = reading(Plain(item.claim), item.definition)
    except (NotReadError, *REFUSALS):
        return
    said["reading"] += 1
    if (value == 0) != (item.verdict == "holds"):
        yield f"check says {item.verdict}, the reading {value}"
    defect = item.definition.defect(item.claim)
    if not any(is_quantitative(part.defect) for part in clauses(defect)):
        return
    measured = distance(item.claim, item.definition, timeout=60).value
    if measured is None:
        return
    said["value"] += 1
    ends = lower(measured), upper(measured)
    exact = isinstance(value, Fraction) and ends[0] == ends[1]
    if ends[0] == INFINITE:  # a requirement that is no distance fails; a notion without one says 1
        value = INFINITE if value == 1 else value
    agree = (
        value == ends[0]
        if exact or INFINITE in (value, *ends)
        else ends[0] - 1e-7 <= value <= ends[1] + 1e-7
    )
    if not agree:
        yield f"the distance is {measured}, by the reading {value}"


def implied(item: Drawn) -> dict[str, Any]:
    """The proved implications from this definition: how often the premise held, and which are violated."""
    own = item.definition.name
    listed = [a for a in implications() if a.strong.definition.name == own]
    held: Counter[str] = Counter()
    wrong = []
    for arrow in [*of_definition(item.definition), *listed]:
        if _premise(arrow, item) is not True:
            continue
        conclusion = verdict(item.claim, arrow.weak)
        if conclusion is None:
            continue
        held[f"{arrow.strong.key} => {arrow.weak.key} ({arrow.source})"] += 1
        if not conclusion:
            wrong.append(f"violated: {arrow}")
    return {"held": dict(held), "violated": wrong}


def _premise(arrow: Implication, item: Drawn) -> bool | None:
    if arrow.condition is not None and not arrow.condition(item.claim):
        return None
    if arrow.strong.definition == item.definition and not arrow.strong.sites:
        first: bool | None = item.verdict == "holds"
    else:
        first = verdict(item.claim, arrow.strong)
    for more in arrow.also:
        first = first and verdict(item.claim, replace(arrow.strong, key=more.name, definition=more))
    return first


def verdict(claim: Abstraction, notion: Asked) -> bool | None:
    """What `check` says of a notion; `None` where it does not apply or is not decided in time."""
    try:
        return notion_verdict(claim, notion)
    except (*REFUSALS, AssertionError):
        return None


# ---------------------------------------------------------------- a run


def entry(kind: type[Definition], seed: int, number: int) -> dict[str, Any]:
    """One claim of one definition."""
    place = {"definition": kind.name, "claim": number, "seed": seed}
    nothing: dict[str, Any] = {
        "verdict": "none",
        "engines": {},
        "wrong": [],
        "held": {},
        "violated": [],
    }
    try:
        with in_this_process():  # a child costs more than one of these questions
            item = drawn(kind, seed, number)
            return place | (nothing if item is None else compared(item) | implied(item))
    except Exception as error:  # whatever dies of a claim is a finding of this run
        where = traceback.extract_tb(error.__traceback__)[-1]
        crash = f"{type(error).__name__}: {error} ({Path(where.filename).name}:{where.lineno})"
        return place | nothing | {"wrong": [crash]}


def run(
    kinds: Sequence[type[Definition]], claims: int, seed: int, journal: Path | None = None
) -> list[dict[str, Any]]:
    """All entries; those that the journal has are not made again."""
    known = _journal(journal)
    found = []
    for kind in kinds:
        for number in range(claims):
            made = known.get((kind.name, number, seed))
            if made is None:
                made = entry(kind, seed, number)
                if journal is not None:
                    with journal.open("a", encoding="utf-8") as file:
                        file.write(json.dumps(made, ensure_ascii=False) + "\n")
            found.append(made)
    return found


def _journal(path: Path | None) -> dict[tuple[str, int, int], dict[str, Any]]:
    """The entries of an earlier run; a line that was cut off is left out, and ended."""
    if path is None or not path.exists():
        return {}
    text = path.read_text(encoding="utf-8")
    if text and not text.endswith("\n"):
        with path.open("a", encoding="utf-8") as file:
            file.write("\n")
    found = {}
    for line in text.splitlines():
        try:
            made = json.loads(line)
            found[made["definition"], made["claim"], made["seed"]] = made
        except (ValueError, KeyError, TypeError):
            continue
    return found


def report(entries: Sequence[Mapping[str, Any]], seed: int) -> str:
    """A row for each definition: verdicts, engines, disagreements; then the implications."""
    lines = [f"seed {seed}", ""]
    names = dict.fromkeys(e["definition"] for e in entries)
    for name in names:
        own = [e for e in entries if e["definition"] == name]
        verdicts = Counter(e["verdict"] for e in own)
        said: Counter[str] = Counter()
        for e in own:
            said.update(e["engines"])
        wrong = [(e["claim"], w) for e in own for w in (*e["wrong"], *e["violated"])]
        shown = ", ".join(f"{engine} {count}" for engine, count in said.most_common())
        lines.append(
            f"{name}: {verdicts['holds']} hold, {verdicts['fails']} fail; {shown or 'nothing compared'}; "
            f"{len(wrong)} wrong"
        )
        lines += [f"    claim {number}: {what}" for number, what in wrong[:5]]
    held: Counter[str] = Counter()
    for e in entries:
        held.update(e["held"])
    violated = sum(len(e["violated"]) for e in entries)
    lines += [
        "",
        f"{len(held)} implications, {held.total():,} premises that held, {violated} violated",
    ]
    lines += [f"    {count:>6,}  {arrow}" for arrow, count in held.most_common()]
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print the table; 0 if nothing is wrong and every definition was drawn for."""
    parser = argparse.ArgumentParser(prog="twins", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--claims", type=int, default=50, help="for each definition")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="*", default=[], help="names of definitions")
    parser.add_argument("--journal", type=Path, help="where entries are kept, and found again")
    given = parser.parse_args(arguments)
    unknown = sorted(set(given.only) - {kind.name for kind in definitions()})
    if unknown:
        parser.error(f"no definition is called {', '.join(unknown)}")
    kinds = [kind for kind in definitions() if not given.only or kind.name in given.only]
    entries = run(kinds, given.claims, given.seed, given.journal)
    sys.stdout.write(report(entries, given.seed))
    bad = any(e["wrong"] or e["violated"] or e["verdict"] == "none" for e in entries)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
