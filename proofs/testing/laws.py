"""`definition_laws`: the property tests that whoever has a new definition wants at once.

Example:
    from tauomega.proofs.testing.laws import definition_laws

    for law in definition_laws(MyNotion()):
        def test(law=law): law.check()

A law is searched for a counterexample with hypothesis and answers with a `Finding`: none in so many
claims (that is no proof), or the smallest claim found. Refused claims and undecided ones are counted
apart: they support nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, final

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tauomega.solvers.checking import check
from tauomega.theory.abstraction import Abstraction
from tauomega.theory.definition import Definition
from tauomega.theory.definitions import definitions
from tauomega.theory.errors import InputError
from tauomega.theory.family import Block, Reach, Single, TauMax
from tauomega.theory.kernel import Reference, substitute

from .strategies import chains, claims, itself, models, renamed_model

__all__ = ["Finding", "Law", "definition_laws", "renamed", "verdict_of"]

SECONDS = 60.0
"""For one verdict: small claims take hundredths, so a busy machine leaves none undecided."""


def verdict_of(claim: Abstraction, definition: Definition) -> str:
    """`holds`, `fails`, `unknown`, or `refused` where the claim lacks what the definition needs."""
    try:
        return check(claim, definition, timeout=SECONDS).name
    except InputError:
        return "refused"


@final
@dataclass(frozen=True, slots=True)
class Finding:
    """What a search for a counterexample gave.

    Attributes:
        law: the law.
        tested: claims on which the law's hypothesis held and both sides were decided.
        counterexample: the smallest claim (or claims) found, or `None`.
    """

    law: str
    tested: int
    counterexample: tuple[Abstraction, ...] | None

    def __str__(self) -> str:
        if not self.tested:
            return f"{self.law}: not tested, for it says something of none of the claims drawn"
        if self.counterexample is None:
            return f"{self.law}: no counterexample in {self.tested} claims"
        shown = "\n  and\n".join(described(claim) for claim in self.counterexample)
        return f"{self.law}: refuted by\n{shown}"


Case = tuple[Abstraction, ...]
Test = Callable[[Case], bool | None]


@final
@dataclass(frozen=True, slots=True)
class Law:
    """A property that a definition may have, with the claims to test it on.

    `holds_of` answers `None` where the law says nothing about a case.
    """

    name: str
    cases: st.SearchStrategy[Case]
    holds_of: Test

    def search(self, *, examples: int = 200) -> Finding:
        """Look for a counterexample, shrunk; the same each time."""
        seen = _Search(self)
        run = settings(
            max_examples=examples,
            deadline=None,
            database=None,
            derandomize=True,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
            report_multiple_bugs=False,
        )(given(self.cases)(seen.test))
        try:
            run()
        except _Found:
            return Finding(self.name, seen.tested, seen.smallest)
        return Finding(self.name, seen.tested, None)

    def check(self, *, examples: int = 200) -> None:
        """Fail, with the smallest counterexample found, unless none is found.

        Raises:
            AssertionError: the law is refuted, or its hypothesis was never met.
        """
        finding = self.search(examples=examples)
        if finding.counterexample is not None or not finding.tested:
            raise AssertionError(str(finding))


class _Found(Exception):  # noqa: N818  # a way out of hypothesis
    """A counterexample was found."""


@dataclass
class _Search:
    law: Law
    tested: int = 0
    smallest: Case | None = field(default=None)

    def test(self, case: Case) -> None:
        """Called by hypothesis; the last failing case that it tries is the smallest."""
        answer = self.law.holds_of(case)
        if answer is None:
            return
        self.tested += 1
        if not answer:
            self.smallest = case
            raise _Found


# ---------------------------------------------------------------- the laws


def definition_laws(definition: Definition) -> Iterator[Law]:
    """Identity, composition, renaming, monotonicity in the family, implications to and from.

    Implications are tested against every shipped definition in its default form. A definition
    without a `family` has no law of monotonicity.
    """
    single = claims().map(lambda claim: (claim,))
    own = models().map(lambda model: (itself(model),))
    yield Law(f"{definition.name}: identity", own, lambda c: _is_true(c[0], definition))
    yield Law(f"{definition.name}: composition", chains(), _composes(definition))
    yield Law(f"{definition.name}: renaming", single, _survives_renaming(definition))
    if hasattr(definition, "family"):
        for large, small in ((TauMax(), Block()), (Block(), Single(1)), (Block(), Reach(1))):
            wide, narrow = (replace(definition, family=f) for f in (large, small))  # type: ignore[type-var]  # a dataclass
            name = f"{definition.name}: {large} ⇒ {small}"
            yield Law(name, single, _implies(wide, narrow))
    for other in definitions():
        if other.name not in (definition.name, "interchange"):
            shipped = other()
            yield Law(f"{definition.name} ⇒ {other.name}", single, _implies(definition, shipped))
            yield Law(f"{other.name} ⇒ {definition.name}", single, _implies(shipped, definition))


def _is_true(claim: Abstraction, definition: Definition) -> bool | None:
    return {"holds": True, "fails": False}.get(verdict_of(claim, definition))


def _implies(strong: Definition, weak: Definition) -> Test:
    def holds_of(case: Case) -> bool | None:
        return _is_true(case[0], weak) if _is_true(case[0], strong) else None

    return holds_of


def _composes(definition: Definition) -> Test:
    def holds_of(case: Case) -> bool | None:
        first, second = case
        if not (_is_true(first, definition) and _is_true(second, definition)):
            return None
        return _is_true(first >> second, definition)

    return holds_of


def _survives_renaming(definition: Definition) -> Test:
    def holds_of(case: Case) -> bool | None:
        before, after = _is_true(case[0], definition), _is_true(renamed(case[0]), definition)
        return None if before is None else before == after

    return holds_of


def renamed(claim: Abstraction) -> Abstraction:
    """The claim with every variable, low and high, under another name.

    Contexts keep their names, by which τ_U may be fixed.
    """
    below = {n: f"r_{n}" for n in claim.scm.endogenous if n not in claim.scm.inputs}
    above: dict[str, str] = {}
    if claim.high is not None:
        above = {n: f"s_{n}" for n in claim.high.endogenous if n not in claim.high.inputs}
    new = {old: Reference(name) for old, name in below.items()}
    tau = {above.get(name, name): substitute(e, new) for name, e in claim.tau.items()}
    high = None if claim.high is None else renamed_model(claim.high, above)
    return Abstraction(renamed_model(claim.scm, below), high, tau)


def described(claim: Abstraction) -> str:
    """A claim as text, indented."""
    parts: list[Any] = [f"low:\n{claim.low}", f"high:\n{claim.high}", "τ:"]
    parts += [f"{name} = {text}" for name, text in claim.tau_text.items()]
    return "\n".join(f"    {line}" for part in parts for line in str(part).splitlines())
