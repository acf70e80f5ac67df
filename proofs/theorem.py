"""The frame of a theorem script: what is stated, what was shown, and whether it came out as claimed.

A script holds one `THEOREM`, whose `prove` yields steps. A step is a check that was carried out and
could have failed:

| kind | it is right iff |
|---|---|
| `PROVED` | no counterexample exists within its scope, and the scope is not empty |
| `SATISFIABLE` | a model of all the hypotheses was found |
| `DROPPED` | with one hypothesis dropped, a counterexample was found |
| `REFUTED` | a counterexample to the statement as printed was found |

A theorem is as claimed iff every step is right, something was proved or refuted, and something
showed that the checks can fail: a script without a control is not as claimed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar, final

from tauomega.theory.errors import InputError

__all__ = [
    "Kind",
    "Outcome",
    "Scope",
    "Step",
    "Theorem",
    "dropped",
    "every",
    "instance",
    "main",
    "refuted",
    "run",
    "satisfiable",
]

Case = TypeVar("Case")


class Kind(Enum):
    """What a step shows."""

    PROVED = "proved"
    SATISFIABLE = "satisfiable"
    DROPPED = "dropped"
    REFUTED = "refuted"


class Scope(Enum):
    """How far a step reaches. "For all models" and "up to a size" are never the same thing."""

    ALL_MODELS = "for all models, by z3 over uninterpreted sorts"
    IDENTITY = "for all parameters, by an exact identity"
    ARITHMETIC = "for all parameters, by z3 over exact arithmetic"
    UP_TO_SIZE = "all models up to a size"
    INSTANCE = "one exact instance"


@final
@dataclass(frozen=True, slots=True)
class Step:
    """One check: what it says, whether it came out so, how far it reaches, and what was seen.

    `cases` is the number of models (or states, maps, …) in which the hypotheses held and the
    conclusion was computed; 0 where the scope is not an enumeration.
    """

    kind: Kind
    what: str
    right: bool
    scope: Scope
    seen: str = ""
    cases: int = 0


@final
@dataclass(frozen=True, slots=True)
class Theorem:
    """A statement with its source, and the procedure that shows it.

    Attributes:
        statement: the statement in words.
        source: the paper, with the number of the statement.
        shown: what is shown here, and how.
        not_shown: what is not.
        prove: yields the steps.
    """

    statement: str
    source: str
    shown: str
    not_shown: str
    prove: Callable[[], Iterator[Step]]

    @classmethod
    def from_header(cls, header: str | None, prove: Callable[[], Iterator[Step]]) -> Theorem:
        """A theorem whose words are those of its script's header.

        The header has paragraphs or lines that begin with `Statement:`, `Source:`, `Shown:` and
        `Not shown:`; what comes before them is the title.

        Raises:
            InputError: Python dropped the header, as it does with -OO.
            ValueError: one of the four is missing.
        """
        if header is None:
            message = "a theorem script says in its header what it proves, which python -OO drops"
            raise InputError([f"{message}; run it without -OO (and without PYTHONOPTIMIZE=2)"])
        said = _fields(header)
        missing = [f"{name}:" for name in _WORDS if not said.get(name)]
        if missing:
            raise ValueError(f"the header of a theorem script lacks {', '.join(missing)}")
        statement, source, shown, not_shown = (said[name] for name in _WORDS)
        return cls(statement, source, shown, not_shown, prove)


_WORDS = ("Statement", "Source", "Shown", "Not shown")


def _fields(header: str) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    current: list[str] = []
    for line in header.splitlines():
        word, colon, rest = line.partition(":")
        if colon and word.strip() in _WORDS:
            current = found.setdefault(word.strip(), [])
            line = rest
        current.append(line.strip())
    return {word: " ".join(filter(None, lines)).rstrip(".") for word, lines in found.items()}


@final
@dataclass(frozen=True, slots=True)
class Outcome:
    """What running a theorem script gave."""

    name: str
    theorem: Theorem
    steps: tuple[Step, ...]
    seconds: float

    @property
    def as_claimed(self) -> bool:
        """Every step is right, something was shown, and some control showed that a check can fail."""
        kinds = {step.kind for step in self.steps}
        shown = bool(kinds & {Kind.PROVED, Kind.REFUTED})
        control = bool(kinds & {Kind.SATISFIABLE, Kind.DROPPED, Kind.REFUTED})
        return shown and control and all(step.right for step in self.steps)

    @property
    def scopes(self) -> tuple[Scope, ...]:
        """How far what was proved or refuted reaches."""
        main_kinds = (Kind.PROVED, Kind.REFUTED)
        return tuple(dict.fromkeys(s.scope for s in self.steps if s.kind in main_kinds))

    @property
    def method(self) -> str:
        """The scopes in words."""
        return "; ".join(scope.value for scope in self.scopes)


def run(name: str, theorem: Theorem) -> Outcome:
    """Carry out every step of a theorem."""
    start = time.monotonic()
    steps = tuple(theorem.prove())
    return Outcome(name, theorem, steps, time.monotonic() - start)


def main(theorem: Theorem) -> int:
    """Run a script by path or by `-m`: print a line a step; 0 iff all came out as claimed."""
    outcome = run("", theorem)
    print(theorem.statement)
    print(f"  {theorem.source}")
    for step in outcome.steps:
        cases = f" [{step.cases:,} cases]" if step.cases else ""
        print(f"  {'ok ' if step.right else 'NOT'} {step.kind.value}: {step.what}{cases}")
        if step.seen:
            print(f"      {step.seen}")
    word = "as claimed" if outcome.as_claimed else "NOT as claimed"
    print(f"{word}; {outcome.method}; {outcome.seconds:.2f} s")
    return 0 if outcome.as_claimed else 1


# ---------------------------------------------------------------- steps by exhaustion


def every(
    what: str,
    cases: Iterable[Case],
    test: Callable[[Case], bool | None],
    *,
    show: Callable[[Case], str] = str,
) -> Step:
    """`PROVED` over an exhausted space: no case in which the hypotheses hold refutes the conclusion.

    Args:
        what: the claim, with its bound.
        cases: the whole space.
        test: `None` if the hypotheses do not hold of the case, else whether the conclusion does.
        show: a case in words.
    """
    met = 0
    for case in cases:
        result = test(case)
        if result is None:
            continue
        met += 1
        if not result:
            seen = f"counterexample: {show(case)}"
            return Step(Kind.PROVED, what, False, Scope.UP_TO_SIZE, seen, met)
    seen = "" if met else "no case meets the hypotheses: nothing was checked"
    return Step(Kind.PROVED, what, met > 0, Scope.UP_TO_SIZE, seen, met)


def satisfiable(
    what: str,
    cases: Iterable[Case],
    test: Callable[[Case], bool | None],
    *,
    show: Callable[[Case], str] = str,
) -> Step:
    """`SATISFIABLE`: the first case that meets the hypotheses and has the conclusion."""
    for number, case in enumerate(cases, 1):
        if test(case):
            return Step(Kind.SATISFIABLE, what, True, Scope.INSTANCE, show(case), number)
    return Step(Kind.SATISFIABLE, what, False, Scope.UP_TO_SIZE, "no model found")


def dropped(
    hypothesis: str,
    cases: Iterable[Case],
    test: Callable[[Case], bool | None],
    *,
    show: Callable[[Case], str] = str,
    kind: Kind = Kind.DROPPED,
) -> Step:
    """`DROPPED`: the first case that meets the other hypotheses and lacks the conclusion."""
    for number, case in enumerate(cases, 1):
        if test(case) is False:
            return Step(kind, hypothesis, True, Scope.INSTANCE, show(case), number)
    return Step(kind, hypothesis, False, Scope.UP_TO_SIZE, "no counterexample found")


def refuted(
    what: str,
    cases: Iterable[Case],
    test: Callable[[Case], bool | None],
    *,
    show: Callable[[Case], str] = str,
) -> Step:
    """`REFUTED`: the first case that meets the printed hypotheses and lacks the printed conclusion."""
    return dropped(what, cases, test, show=show, kind=Kind.REFUTED)


def instance(kind: Kind, what: str, right: bool, seen: str = "") -> Step:
    """A step about one exact instance, computed by the caller."""
    return Step(kind, what, right, Scope.INSTANCE, seen)
