"""Where a claim stands among all notions: what holds of it, what fails, and what nobody had to decide.

Every notion is decided, or follows from one that was by implications that are proved: what holds makes all
that it implies hold, and what fails makes all that implies it fail. Each such row names the proof: a script,
or `INCLUSION`: for this claim the clauses of the one are among those of the other, as expressions. The scripts
are those of the atlas, which are about claims that leave ω, τ_U and I_H to the definition; for a claim that
gives one of them everything is decided.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar, final

from tauomega.solvers.checking import check
from tauomega.solvers.deciding_facts import decide_facts
from tauomega.solvers.engine import Budget
from tauomega.solvers.literal_only import require_mechanisms
from tauomega.solvers.problems import problem_of
from tauomega.solvers.settled import fixed_context_map, settled_family
from tauomega.theory.abstraction import Abstraction
from tauomega.theory.asking import asked_claim
from tauomega.theory.defect import (
    Defect,
    Direction,
    Inf,
    Interventions,
    Map,
    Mean,
    Sup,
    Swaps,
    clauses,
    mentions,
)
from tauomega.theory.definition import Definition
from tauomega.theory.definitions import definitions
from tauomega.theory.definitions.cae import CausalAbstractionError, Silence
from tauomega.theory.definitions.constructive_soft import ConstructiveSoft
from tauomega.theory.definitions.exact_transformation import ExactTransformation
from tauomega.theory.definitions.interchange import InterchangeConsistency
from tauomega.theory.definitions.interchange_accuracy import InterchangeAccuracy
from tauomega.theory.definitions.low_soft import LowSoft
from tauomega.theory.definitions.soft import SoftAbstraction
from tauomega.theory.errors import EvaluationError, InputError, OutOfReachError, UndecidedError
from tauomega.theory.kernel import Finite
from tauomega.theory.metric_kinds import subtracts
from tauomega.theory.policy import Depth, Scored, TauUPolicy
from tauomega.theory.reports.readable import Readable
from tauomega.theory.scm import SCM, size_of

from .facts import Fact
from .notion import Asked, with_sites
from .notions import NOTIONS
from .proved import chain

__all__ = ["ClaimPlacement", "Row", "is_related", "place"]

HOLDS, FAILS, UNKNOWN, NOT_APPLICABLE = "holds", "fails", "unknown", "does not apply"
INCLUSION = "inclusion of clauses"
_FOUND_OUT = frozenset({Fact.FIXED, Fact.ONTO})
"""What a notion may need that only deciding it finds out: it is always decided."""
_ATLAS = frozenset(notion.key for notion in NOTIONS)


@final
@dataclass(frozen=True, slots=True)
class Row:
    """One notion and what is known of it.

    Attributes:
        key: the notion: a definition with its parameters.
        verdict: `holds`, `fails`, `unknown` or `does not apply`.
        scripts: the proofs it follows by, scripts or `INCLUSION`; none if it was decided.
        source: the notion that it follows from.
        reason: why it is unknown or does not apply.
    """

    key: str
    verdict: str
    scripts: tuple[str, ...] = ()
    source: str = ""
    reason: str = ""


@final
@dataclass(frozen=True, slots=True)
class ClaimPlacement(Readable):
    """Every notion with its verdict; those that say most come first in the two lists.

    Attributes:
        rows: all notions, the atlas's first.
        strongest: what holds and is implied by nothing else that holds; equivalent notions together.
        weakest: what fails and implies nothing else that fails; equivalent notions together.
        pruned: whether implications were used.
    """

    REPORT: ClassVar[str] = "tauomega.proofs.atlas.placement_text:report"

    rows: tuple[Row, ...]
    strongest: tuple[tuple[str, ...], ...]
    weakest: tuple[tuple[str, ...], ...]
    pruned: bool

    @property
    def unknown(self) -> tuple[Row, ...]:
        """The rows without an answer."""
        return tuple(row for row in self.rows if row.verdict == UNKNOWN)


def place(
    claim: Abstraction,
    *,
    also: Sequence[Definition] = (),
    timeout: float = 60.0,
    progress: Callable[[int, int | None], None] | None = None,
) -> ClaimPlacement:
    r"""Decide every notion that applies to a claim, as far as the time allows.

    Args:
        claim: the claim.
        also: definitions beside the shipped ones, such as a user's own.
        timeout: seconds for everything; a notion that is not reached is `unknown`.
        progress: told how many notions are settled, out of how many.

    Raises:
        InputError: the claim has no high-level model; a definition of `also` has the name of another.

    Example:
        >>> from tauomega import SCM, Abstraction
        >>> low = SCM.from_text("U : bool ~ 1/2\nX = U\nY = X")
        >>> high = SCM.from_text("U : bool ~ 1/2\nY = U\nX = Y")
        >>> found = place(Abstraction.from_text(low, high, {"X": "X", "Y": "Y"}))
        >>> {row.key: row.verdict for row in found.rows}["observational"]
        'holds'
    """
    claim = asked_claim(claim)
    if claim.high is None:
        raise InputError(["place needs a high-level model; write [high] with text = …"])
    listed = (*_asked(claim), *(Asked(own.name, own) for own in also))
    keys = [notion.key for notion in listed]
    if len(set(keys)) < len(keys):
        twice = sorted({key for key in keys if keys.count(key) > 1})
        raise InputError(
            [f"there is a notion {key!r} already; give yours another" for key in twice]
        )
    pruned = is_related(claim)
    budget = Budget(timeout)
    order = _Order(claim, listed, scripts=pruned)
    settled: dict[str, Row] = {}
    for number, notion in enumerate(sorted(listed, key=order.strength, reverse=True)):
        if progress is not None:
            progress(number, len(listed))
        if notion.key not in settled:
            row = _decided(claim, notion, budget)
            settled[notion.key] = row
            if row.verdict in (HOLDS, FAILS):
                _spread(claim, listed, order, row, settled, budget)
    rows = tuple(settled[notion.key] for notion in listed)
    holding = [row.key for row in rows if row.verdict == HOLDS]
    failing = [row.key for row in rows if row.verdict == FAILS]
    strongest = tuple(_extreme(holding, order.implies))
    weakest = tuple(_extreme(failing, lambda a, b: order.implies(b, a)))
    return ClaimPlacement(rows, strongest, weakest, pruned)


# ---------------------------------------------------------------- the notions


def _asked(claim: Abstraction) -> tuple[Asked, ...]:
    """All notions, the atlas's first."""
    related = (Asked(n.key, n.definition, n.sites, n.needs) for n in NOTIONS)
    return (*related, *_others(claim))


def _others(claim: Abstraction) -> Iterator[Asked]:
    """The notions that the atlas does not relate, each with the parameters that make a difference."""
    listed = claim.omega is not None
    for name, given in (
        ("low-soft", LowSoft()),
        ("soft", SoftAbstraction()),
        ("constructive-soft", ConstructiveSoft()),
        ("exact-transformation", ExactTransformation()),
    ):
        if listed:
            yield Asked(f"{name}[as ω lists]", given)
    for direction in Direction:
        for silence in (Silence.NOISE, Silence.SUP) if claim.inert else ():
            error = CausalAbstractionError(direction, silence=silence)
            yield Asked(f"cae[{direction.value}, silence {silence.value}]", error)
    covered = {type(notion.definition) for notion in NOTIONS}
    for other in definitions():
        if other not in covered:
            yield Asked(other.name, other())
    if claim.sites:
        tau_u = TauUPolicy.IDENTITY if isinstance(claim.low, SCM) else TauUPolicy.INPUTS
        for scored in Scored:
            for word, depth in (("each site alone", Depth(1)), ("all sites", Depth(None))):
                swaps = InterchangeConsistency(joint=depth, scored=scored, tau_u=tau_u)
                yield Asked(f"interchange[{word}, {scored.value}], sites as given", swaps)
        yield Asked("interchange-accuracy, sites as given", InterchangeAccuracy(tau_u=tau_u))


def is_related(claim: Abstraction) -> bool:
    """Whether the atlas's implications are about such claims: acyclic, two values or more above, no map but τ given."""
    given = (claim.omega, claim.tau_u, claim.high_interventions)
    if given != (None, None, None) or claim.inert or not isinstance(claim.low, SCM):
        return False
    assert claim.high is not None
    sizes = (size_of(claim.high.domain(name)) for name in claim.high.endogenous)
    cyclic = claim.low.cyclic or claim.high.cyclic
    return not cyclic and all(size is None or size > 1 for size in sizes)


def _with_sites(claim: Abstraction, notion: Asked, budget: Budget) -> Abstraction:
    """The claim with blocks of τ for sites, where a notion wants that.

    Raises:
        InputError: there are no blocks.
    """
    if notion.sites is None:
        return claim
    facts = decide_facts(claim, budget)
    return with_sites(claim, notion.sites, facts.supports if facts.is_block_map else None)


# ---------------------------------------------------------------- deciding and following


def _decided(claim: Abstraction, notion: Asked, budget: Budget) -> Row:
    if budget.spent:
        return Row(notion.key, UNKNOWN, reason="the time was over before its turn")
    try:
        asked = _with_sites(claim, notion, budget)
        verdict = check(
            asked, notion.definition, timeout=min(budget.left, max(1.0, budget.left / 3))
        )
    except InputError as error:
        return Row(notion.key, NOT_APPLICABLE, reason=str(error).splitlines()[0])
    except (UndecidedError, OutOfReachError) as error:
        return Row(notion.key, UNKNOWN, reason=str(error))
    reason = getattr(verdict, "reason", "")
    return Row(notion.key, verdict.name, reason=reason)


def _spread(
    claim: Abstraction,
    listed: tuple[Asked, ...],
    order: _Order,
    row: Row,
    settled: dict[str, Row],
    budget: Budget,
) -> None:
    """Settle what follows from one row: implied notions hold, implying ones fail."""
    for notion in listed:
        if notion.key in settled or notion.needs & _FOUND_OUT:
            continue
        pair = (row.key, notion.key) if row.verdict == HOLDS else (notion.key, row.key)
        proofs = order.proofs(*pair)
        if not proofs:
            continue
        reason = _inapplicable(claim, notion, budget)
        if reason is not None:
            continue  # it is decided in its turn, which says why it does not apply
        scripts = tuple(dict.fromkeys(proofs))
        settled[notion.key] = Row(notion.key, row.verdict, scripts, row.key)


def _inapplicable(claim: Abstraction, notion: Asked, budget: Budget) -> str | None:
    """Why a notion does not apply to a claim, by what it needs and the families that it ranges over."""
    assert claim.high is not None
    if Fact.SEVERAL in notion.needs and len(claim.high.endogenous) == 1:
        return "there is one high-level variable"
    try:
        asked = _with_sites(claim, notion, budget)
        defect = notion.definition.defect(asked)
        if subtracts(defect) and _has_labels(claim.high):
            return "numbers are compared, and there are labels"
        facts = decide_facts(asked, budget)
        for part in clauses(defect):
            require_mechanisms(notion.definition.name, asked, part.defect)
            problem = problem_of(asked, part, facts, Fraction(0))
            if mentions(part.defect, Map.TAU_U):
                fixed_context_map(problem)
            for family in _families(part.defect):
                settled_family(problem, family)
    except (InputError, EvaluationError, UndecidedError, OutOfReachError) as error:
        return str(error)
    return None


def _has_labels(model: SCM) -> bool:
    domains = (model.domain(name) for name in model.endogenous)
    return any(isinstance(v, str) for d in domains if isinstance(d, Finite) for v in d)


def _families(defect: Defect) -> Iterator[Interventions]:
    match defect:
        case (
            Sup(space=space, body=body) | Inf(space=space, body=body) | Mean(space=space, body=body)
        ):
            if isinstance(space, Interventions):
                yield space
            yield from _families(body)
        case _:
            return


@final
class _Order:
    """The implications among notions that are proved for one claim."""

    def __init__(self, claim: Abstraction, listed: tuple[Asked, ...], *, scripts: bool) -> None:
        self.related = {n.key for n in NOTIONS if n.only is None or n.only.holds(claim)}
        self.related &= _ATLAS if scripts else set()
        self.keys = [notion.key for notion in listed]
        clauses_of: dict[str, frozenset[Defect]] = {}
        for notion in listed:
            if notion.sites is None:
                try:
                    parts = clauses(notion.definition.defect(claim))
                except InputError:
                    continue
                clauses_of[notion.key] = frozenset(part.defect for part in parts)
        self.included = {
            key: [k for k, asked in clauses_of.items() if k != key and _among(asked, own)]
            for key, own in clauses_of.items()
        }

    def proofs(self, strong: str, weak: str) -> list[str] | None:
        """The proofs that lead from one notion to another: the fewest inclusions, then scripts."""
        if strong == weak:
            return []
        direct = self._by_scripts(strong, weak)
        if direct is not None:
            return direct
        for middle in self.included.get(strong, ()):
            rest = [] if middle == weak else self._by_scripts(middle, weak)
            if rest is not None:
                return [INCLUSION, *rest]
        return None

    def _by_scripts(self, strong: str, weak: str) -> list[str] | None:
        arrows = chain(strong, weak) if {strong, weak} <= self.related else None
        return None if arrows is None else [arrow.script for arrow in arrows]

    def implies(self, strong: str, weak: str) -> bool:
        """Whether a proof is known."""
        return self.proofs(strong, weak) is not None

    def strength(self, notion: Asked) -> int:
        """How many notions it implies."""
        return sum(self.implies(notion.key, other) for other in self.keys)


def _among(asked: Iterable[Defect], own: Iterable[Defect]) -> bool:
    """Whether every clause is one of others, or ranges over fewer interchanges than one of them."""
    return all(any(part == wide or _fewer_swaps(part, wide) for wide in own) for part in asked)


def _fewer_swaps(few: Defect, many: Defect) -> bool:
    """Whether the suprema are of the same over interchanges of fewer sites at once."""
    match few, many:
        case (
            Sup(variable=x, space=Swaps(depth=less, sources=pairs), body=body),
            Sup(variable=y, space=Swaps(depth=more, sources=same), body=other),
        ):
            covered = more.k is None or (less.k is not None and less.k <= more.k)
            return covered and (x, pairs) == (y, same) and _among([body], [other])
        case _:
            return False


def _extreme(keys: list[str], implies: Callable[[str, str], bool]) -> Iterator[tuple[str, ...]]:
    """The classes of equivalent notions that no other one implies."""
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            continue
        above = [other for other in keys if other != key and implies(other, key)]
        equal = [other for other in above if implies(key, other)]
        if len(equal) == len(above):
            seen |= {key, *equal}
            yield tuple(sorted((key, *equal), key=keys.index))
