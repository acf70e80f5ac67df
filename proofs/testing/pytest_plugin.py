"""A pytest plugin, installed with the package: the fixture `assert_abstracts`.

Example:
    def test_the_circuit_implements_the_vote(assert_abstracts, claim):
        assert_abstracts(claim, "constructive", timeout=10)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pytest

if TYPE_CHECKING:
    from tauomega.theory.abstraction import Abstraction
    from tauomega.theory.definition import Definition
    from tauomega.theory.verdict import Verdict

__all__ = ["AssertAbstracts", "assert_abstracts"]


class AssertAbstracts(Protocol):
    """A function that decides a claim and fails the test unless it holds."""

    def __call__(
        self,
        claim: Abstraction,
        definition: Definition | str,
        *,
        timeout: float = 60.0,
        allow_unknown: bool = False,
    ) -> Verdict:
        """Decide the claim and return the verdict.

        Args:
            claim: the abstraction claim.
            definition: a definition, with its parameters; or its name.
            timeout: seconds to decide in.
            allow_unknown: take `unknown` for a pass; without it, only a proof passes.
        """
        ...


@pytest.fixture(name="assert_abstracts", scope="session")
def assert_abstracts() -> AssertAbstracts:
    """A function that fails the test, with the counterexample, unless a claim holds."""
    return _assert_abstracts


def _assert_abstracts(
    claim: Abstraction,
    definition: Definition | str,
    *,
    timeout: float = 60.0,
    allow_unknown: bool = False,
) -> Verdict:
    __tracebackhide__ = True
    from tauomega.solvers.checking import check

    verdict = check(claim, definition, timeout=timeout)
    accepted = ("holds", "unknown") if allow_unknown else ("holds",)
    if verdict.name not in accepted:
        pytest.fail(_told(verdict), pytrace=False)
    return verdict


def _told(verdict: Verdict) -> str:
    from tauomega.theory.verdict import Fails, Unknown

    said = f"{verdict.question.definition} {verdict.name}: {verdict.question.sentence}"
    match verdict:
        case Fails(counterexample=counterexample):
            return f"{said}\ncounterexample\n{counterexample}"
        case Unknown(reason=reason, advice=advice):
            return f"{said}\n{reason}\n{advice}"
        case _:
            return said
