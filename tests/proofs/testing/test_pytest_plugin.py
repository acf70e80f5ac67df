"""The fixture `assert_abstracts`, as the installed plugin provides it."""

from __future__ import annotations

import pytest

from tauomega.loading import load
from tauomega.proofs.testing.pytest_plugin import AssertAbstracts
from tauomega.theory.verdict import Holds, Unknown


def test_a_claim_that_holds_passes(assert_abstracts: AssertAbstracts) -> None:
    task = load("voting")
    assert isinstance(assert_abstracts(task.claim, task.definition, timeout=10), Holds)


def test_a_claim_that_fails_fails_the_test(assert_abstracts: AssertAbstracts) -> None:
    task = load("ce1")
    with pytest.raises(
        pytest.fail.Exception, match=r"^exact fails: .*\ncounterexample\n  the event Y = 0"
    ):
        assert_abstracts(task.claim, task.definition)


def test_unknown_is_a_pass_only_if_it_is_allowed(assert_abstracts: AssertAbstracts) -> None:
    task = load("voting")
    with pytest.raises(pytest.fail.Exception):
        assert_abstracts(task.claim, task.definition, timeout=1e-9)
    verdict = assert_abstracts(task.claim, task.definition, timeout=1e-9, allow_unknown=True)
    assert isinstance(verdict, Unknown)
