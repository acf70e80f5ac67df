"""Every definition on every engine that accepts it, on the literal interpreter and on a reading of its own.

    python -m tauomega.proofs.testing.twins --claims 500 --seed 1 --jobs 2 --journal run.jsonl

For each definition (or those named with --only) random claims are drawn that it applies to, with random
parameters, as far as possible half of them holding. On each, every clause is put to every engine that
accepts it and to the literal interpreter (where infinitely many values are, on a finite piece of the claim);
the verdict of `check` and the value of `distance` are compared with a *reading*: the printed formula in
plain Python (`readings/`). Where an engine accepts a definition on some claims only, more claims are drawn
for that engine, until each pair of a definition and an engine has been compared with the literal interpreter
so many times. On the same claims no proved implication may be violated. A definition that is added is drawn
for without an edit; its reading is a function in a file of its own. With a journal, a run that was
interrupted goes on. What is drawn, and what comes out, depends on the seed alone: budgets are of steps, not
of seconds.
"""

from __future__ import annotations

import argparse
import json
import sys
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

from tauomega.solvers.child import in_this_process
from tauomega.solvers.distance import distance
from tauomega.solvers.engine import Engine, counting_looks
from tauomega.solvers.literal_only import is_quantitative
from tauomega.solvers.portfolio import refused
from tauomega.solvers.reductions import reduced
from tauomega.theory.abstraction import Abstraction
from tauomega.theory.defect import clauses
from tauomega.theory.definition import Definition
from tauomega.theory.definitions import definitions
from tauomega.theory.quantity import INFINITE, lower, upper

from ..atlas.notion import Asked
from ..atlas.notion import verdict as notion_verdict
from .agreement import LITERAL, Heard, ask, asked, complaints, replayed
from .drawn_claims import REFUSALS, Drawn, Makes, directed, drawn, engines, problems, survey
from .finite_pieces import piece
from .implications import Implication, implications, of_definition
from .readings import NotReadError, Plain, readings
from .twin_report import report

__all__ = ["Drawn", "compared", "drawn", "main", "report", "run"]

SECONDS = 3.0
"""For each premise and conclusion."""
ROUNDS = 4
"""At most so many times `--claims` claims are drawn for an engine, where the literal interpreter is out of reach."""


# ---------------------------------------------------------------- comparing


def compared(item: Drawn, every: Sequence[Engine] | None = None) -> dict[str, Any]:
    """What engines and the reading say of one claim, and what is wrong with that.

    An engine counts as compared where the literal interpreter has decided the same clause.
    """
    accepted: set[str] = set()
    said: Counter[str] = Counter()
    wrong: list[str] = []
    for problem in problems(item.claim, item.definition):
        short, _ = reduced(problem)
        able = [e for e in every or engines() if refused(e.name, e, short) is None]
        accepted |= {e.name for e in able}
        heard = asked(problem, able)
        literal = any(h.engine == LITERAL.name for h in heard)
        if not literal:
            more, literal = _on_a_piece(heard)
            heard += more
        if literal:
            said.update(h.engine for h in heard)
        wrong += complaints(heard)
        if any(h.verdict == "fails" for h in heard):
            break  # the clauses after it may take for granted what failed
    wrong += list(_against_reading(item, said))
    return {
        "engines": dict.fromkeys(sorted(said), 1),
        "accepted": sorted(accepted),
        "verdict": item.verdict,
        "maker": item.maker,
        "wrong": wrong,
    }


def _on_a_piece(heard: Sequence[Heard]) -> tuple[list[Heard], bool]:
    """What the literal interpreter says of a finite piece, and whether the engines can be held to it.

    Of boxes it knows the corners: that it finds nothing there says nothing where a counterexample of the
    engine elsewhere replays.
    """
    found = piece(heard[0].problem) if heard else None
    if found is None:
        return [], False
    literal = ask(LITERAL, found.problem)
    if literal is None or literal.verdict == "none":
        return [], False
    literal = replace(literal, answer=literal.answer and replace(literal.answer, point=None))
    if found.whole or literal.verdict != "holds":
        return [literal], True
    failing = [h for h in heard if h.verdict == "fails"]
    if not failing:
        return [literal], True
    return [], all(h.answer is not None and replayed(h, h.answer) is True for h in failing)


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
    known: dict[Any, bool | None] = {(item.definition, None): item.verdict == "holds"}
    decide = partial(_verdict, known, item.claim)
    held: Counter[str] = Counter()
    wrong = []
    for arrow in [*of_definition(item.definition), *listed]:
        if _premise(arrow, item, decide) is not True:
            continue
        conclusion = decide(arrow.weak)
        if conclusion is None:
            continue
        held[f"{arrow.strong.key} => {arrow.weak.key} ({arrow.source})"] += 1
        if not conclusion:
            wrong.append(f"violated: {arrow}")
    return {"held": dict(held), "violated": wrong}


def _premise(
    arrow: Implication, item: Drawn, decide: Callable[[Asked], bool | None]
) -> bool | None:
    if arrow.condition is not None and not arrow.condition(item.claim):
        return None
    first = decide(arrow.strong)
    for more in arrow.also:
        first = first and decide(replace(arrow.strong, key=more.name, definition=more))
    return first


def _verdict(known: dict[Any, bool | None], claim: Abstraction, notion: Asked) -> bool | None:
    """What `check` says of a notion, asked once; `None` where it does not apply or is not decided in time."""
    place = (notion.definition, notion.sites)
    if place not in known:
        try:
            known[place] = notion_verdict(claim, notion, timeout=SECONDS)
        except (*REFUSALS, AssertionError):
            known[place] = None
    return known[place]


# ---------------------------------------------------------------- a run


def entry(
    kind: type[Definition], seed: int, number: int, engine: str = "", makes: Makes | None = None
) -> dict[str, Any]:
    """One claim of one definition; if an engine is named, one of which it accepts a clause."""
    place = {"definition": kind.name, "claim": number, "seed": seed, "for": engine}
    nothing: dict[str, Any] = {
        "verdict": "none",
        "engines": {},
        "accepted": [],
        "wrong": [],
        "held": {},
        "violated": [],
    }
    try:
        # a child costs more than one of these questions, and a clock would make them depend on the machine
        with in_this_process(), counting_looks():
            item = (
                directed(kind, seed, number, engine, (makes or {})[engine])
                if engine
                else drawn(kind, seed, number)
            )
            return place | (nothing if item is None else compared(item) | implied(item))
    except Exception as error:  # whatever dies of a claim is a finding of this run
        where = traceback.extract_tb(error.__traceback__)[-1]
        crash = f"{type(error).__name__}: {error} ({Path(where.filename).name}:{where.lineno})"
        return place | nothing | {"wrong": [crash]}


def run(
    kinds: Sequence[type[Definition]],
    claims: int,
    seed: int,
    journal: Path | None = None,
    jobs: int = 1,
) -> list[dict[str, Any]]:
    """All entries; those that the journal has are not made again."""
    known = _journal(journal)
    work = partial(_run_one, claims, seed, journal, known)
    if jobs == 1:
        parts = list(map(work, kinds))
    else:
        with ProcessPoolExecutor(jobs) as pool:
            parts = list(pool.map(work, kinds))
    return [made for part in parts for made in part]


def _run_one(
    claims: int,
    seed: int,
    journal: Path | None,
    known: Mapping[tuple[str, int, int], dict[str, Any]],
    kind: type[Definition],
) -> list[dict[str, Any]]:
    """The entries of one definition: as many claims as asked for, then those for engines that have too few."""

    def made(number: int, engine: str = "") -> dict[str, Any]:
        found = known.get((kind.name, number, seed))
        if found is None:
            found = entry(kind, seed, number, engine, makes)
            if journal is not None:
                with journal.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(found, ensure_ascii=False) + "\n")
        return found

    makes: dict[str, Counter[str]] = {}
    entries = [made(number) for number in range(claims)]
    makes = survey(kind, seed)
    seen = {name for e in entries for name in e["accepted"]} - set(makes)
    for e in entries:
        for name in seen & set(e["accepted"]):
            makes.setdefault(name, Counter())[e["maker"]] += 1
    counts: Counter[str] = Counter()
    for e in entries:
        counts.update(e["engines"])
    spent: Counter[str] = Counter()
    while True:
        short = [n for n in makes if counts[n] < claims and spent[n] < ROUNDS * claims]
        if not short:
            return entries
        engine = min(short, key=lambda n: (counts[n], n))
        e = made(len(entries), engine)
        if e["verdict"] == "none" and not e["wrong"]:
            spent[engine] += claims  # thousands were drawn for it in vain
        entries.append(e)
        counts.update(e["engines"])
        spent[engine] += 1


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


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print the table; 0 if nothing is wrong and every definition was drawn for."""
    parser = argparse.ArgumentParser(prog="twins", description=(__doc__ or "").split("\n")[0])
    parser.add_argument(
        "--claims",
        type=int,
        default=50,
        help="for each definition, and for each engine that accepts it",
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="*", default=[], help="names of definitions")
    parser.add_argument(
        "--jobs", type=int, default=1, help="processes, each with a definition at a time"
    )
    parser.add_argument("--journal", type=Path, help="where entries are kept, and found again")
    given = parser.parse_args(arguments)
    unknown = sorted(set(given.only) - {kind.name for kind in definitions()})
    if unknown:
        parser.error(f"no definition is called {', '.join(unknown)}")
    kinds = [kind for kind in definitions() if not given.only or kind.name in given.only]
    try:
        entries = run(kinds, given.claims, given.seed, given.journal, given.jobs)
    except KeyboardInterrupt:
        return 130
    sys.stdout.write(report(entries, given.seed, given.claims))
    bad = any(
        e["wrong"] or e["violated"] or (e["verdict"] == "none" and not e["for"]) for e in entries
    )
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
