"""Verdicts: a proof with its evidence, a replayed counterexample, or "unknown, and why"."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import total_ordering
from typing import ClassVar, NoReturn, final

from .counterexample import Counterexample
from .errors import UndecidedTruthError
from .estimate import Estimate
from .intervention import Intervention
from .kernel.domain import Value
from .reports.readable import Readable

__all__ = [
    "INFINITE",
    "AlgebraicIdentity",
    "Bounds",
    "Certified",
    "ClauseResult",
    "ContextMapWitness",
    "Coverage",
    "Enumeration",
    "Evidence",
    "Fails",
    "Holds",
    "OmegaWitness",
    "Question",
    "Run",
    "Trusted",
    "TwoEngines",
    "Unknown",
    "Verdict",
    "Witness",
]


# ---------------------------------------------------------------- evidence, strongest first


@final
@dataclass(frozen=True, slots=True)
class Certified:
    """A certificate of some kind, of `size` steps or nodes, that the kernel has checked.

    `unchecked` is the part of it that the kernel took as given, in words; none by default.
    """

    kind: str
    size: int
    what: str = "steps"
    relies_on: tuple[str, ...] = ()
    unchecked: str = ""


@final
@dataclass(frozen=True, slots=True)
class Enumeration:
    """Complete enumeration: every one of `count` squares (or pairs, states, …) was computed exactly."""

    count: int
    what: str = "squares"
    relies_on: tuple[str, ...] = ()


@final
@dataclass(frozen=True, slots=True)
class AlgebraicIdentity:
    """An identity of exact expressions, which holds for all values of its variables."""

    identity: str
    relies_on: tuple[str, ...] = ()


@final
@dataclass(frozen=True, slots=True)
class TwoEngines:
    """Two independent engines, neither of which leaves a proof that can be checked."""

    engines: tuple[str, str]
    relies_on: tuple[str, ...] = ()


@final
@dataclass(frozen=True, slots=True)
class Trusted:
    """One engine's word, such as `z3 5.4`: printed as "holds, on z3's word"."""

    engine: str
    queries: int = 1
    relies_on: tuple[str, ...] = ()


Evidence = Certified | Enumeration | AlgebraicIdentity | TwoEngines | Trusted


# ---------------------------------------------------------------- witnesses


@final
@dataclass(frozen=True, slots=True)
class ContextMapWitness:
    """A compatible τ_U: pairs (low-level context, high-level context); the first few if many."""

    pairs: tuple[tuple[tuple[tuple[str, Value], ...], tuple[tuple[str, Value], ...]], ...]
    total: int


@final
@dataclass(frozen=True, slots=True)
class OmegaWitness:
    """An ω that was found: pairs (low-level, high-level intervention)."""

    pairs: tuple[tuple[Intervention, Intervention], ...]


Witness = ContextMapWitness | OmegaWitness


# ---------------------------------------------------------------- bounds

INFINITE = float("inf")


@final
@dataclass(frozen=True, slots=True)
class Bounds:
    """The exact value of a defect lies in [`lo`, `hi`]."""

    lo: Fraction | float = Fraction(0)
    hi: Fraction | float = INFINITE


@final
@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of the whole was examined; `squares` is `None` where it is infinite or unknown."""

    squares: int | None
    examined: int


@final
@dataclass(frozen=True, slots=True)
class ClauseResult:
    """One clause of a definition: `holds`, `fails`, `unknown` or `not decided`."""

    name: str
    verdict: str
    evidence: Evidence | None = None


@final
@dataclass(frozen=True, slots=True)
class Question:
    """What was decided: the definition, its parameters, the semantics, and the sentence in words."""

    definition: str
    parameters: tuple[tuple[str, str], ...]
    semantics: str
    sentence: str
    tolerance: Fraction = Fraction(0)


@final
@dataclass(frozen=True, slots=True)
class Run:
    """How it was decided this time: engines asked, seconds, notes. Not part of the verdict."""

    engines: tuple[str, ...] = ()
    seconds: float = 0.0
    notes: tuple[str, ...] = ()


@total_ordering
@dataclass(frozen=True, slots=True)
class _Ordered(Readable):
    """Fails < Unknown < Holds, so that the verdict on a conjunction is the minimum."""

    REPORT: ClassVar[str] = "tauomega.theory.reports.verdict_text:report"

    question: Question
    clauses: tuple[ClauseResult, ...]

    _rank = 0

    def __bool__(self) -> NoReturn:
        """Raise: a verdict has three values."""
        raise UndecidedTruthError(
            f"a verdict is not a Boolean ({self.name}): compare it with isinstance(verdict, Holds), "
            "or match on Holds, Fails and Unknown"
        )

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, _Ordered):
            return NotImplemented
        return self._rank < other._rank

    def __le__(self, other: object) -> bool:
        if not isinstance(other, _Ordered):
            return NotImplemented
        return self._rank <= other._rank

    @property
    def name(self) -> str:
        """`holds`, `fails` or `unknown`."""
        return ("fails", "unknown", "holds")[self._rank]


@final
@dataclass(frozen=True, slots=True)
class Fails(_Ordered):
    """The claim is false.

    `replayed` says whether the counterexample was replayed by plain exact evaluation (or, for a
    machine's arithmetic, by running the machine again); where it is `False`, the replay would need
    the search that found it, and the engine's word is all there is.
    """

    counterexample: Counterexample
    replayed: bool = False
    bounds: Bounds = Bounds(Fraction(1), INFINITE)
    relies_on: tuple[str, ...] = ()
    measures: tuple[tuple[str, Fraction], ...] = ()
    run: Run = field(default=Run(), compare=False)

    _rank = 0


@final
@dataclass(frozen=True, slots=True)
class Unknown(_Ordered):
    """Neither proved nor refuted: the reason, what was covered, and what to try next.

    `estimate` is there only if one was asked for; whatever it says, the verdict stays unknown.
    """

    reason: str
    bounds: Bounds = Bounds()
    coverage: Coverage | None = None
    advice: str = ""
    measures: tuple[tuple[str, Fraction], ...] = ()
    estimate: Estimate | None = None
    run: Run = field(default=Run(), compare=False)

    _rank = 1


@final
@dataclass(frozen=True, slots=True)
class Holds(_Ordered):
    """The claim is true, by this evidence."""

    evidence: Evidence
    witness: Witness | None = None
    bounds: Bounds = Bounds(Fraction(0), Fraction(0))
    notes: tuple[str, ...] = ()
    measures: tuple[tuple[str, Fraction], ...] = ()
    run: Run = field(default=Run(), compare=False)

    _rank = 2


Verdict = Holds | Fails | Unknown
