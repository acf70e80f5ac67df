"""What people write in Python is taken as meant, or refused with what to write."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pytest

from tauomega import (
    SCM,
    Abstraction,
    Hard,
    Network,
    check,
    count_all,
    definitions,
    distance,
    estimate,
    family,
    find,
    load,
    place,
    policy,
)
from tauomega.theory.asking import asked_definition
from tauomega.theory.errors import InputError

VOTING = load("voting").claim


def test_a_definition_may_be_named() -> None:
    named = check(VOTING, "constructive")
    assert named == check(VOTING, definitions.Constructive())
    assert distance(VOTING, "constructive").value == 0


def test_parameters_may_be_written_as_in_a_task() -> None:
    written = definitions.Constructive(family="taumax", tau_u="identity", undefined="exclude")
    meant = definitions.Constructive(
        family.TauMax(), tau_u=policy.TauUPolicy.IDENTITY, undefined=policy.Undefined.EXCLUDE
    )
    assert asked_definition(written) == meant
    boxes = definitions.InterchangeOverBoxes(radius="3/10", joint=True)
    assert asked_definition(boxes) == definitions.InterchangeOverBoxes(
        Fraction(3, 10), policy.Depth(None)
    )
    assert asked_definition(meant) is meant


def test_a_class_of_ones_own_is_left_as_it_is() -> None:
    @dataclass(frozen=True)
    class Mine:
        bound: Unwritten = 3  # type: ignore[name-defined]  # noqa: F821
        name = "mine"

        def defect(self, claim: Abstraction) -> None: ...

    mine: Any = Mine()
    assert asked_definition(mine) is mine


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (lambda: check(VOTING, "constructiv"), "did you mean 'constructive'"),
        (lambda: check(VOTING, definitions.Constructive), r"a class: write Constructive\(\)"),
        (lambda: check(VOTING, VOTING), "is no definition"),  # type: ignore[arg-type]
        (lambda: check(VOTING, definitions.Constructive(family="blok")), "blok"),
        (lambda: check(VOTING, definitions.Constructive(tau_u="all", family=3)), "tau_u = 'all'"),
        (lambda: check(VOTING, definitions.Constructive(tau_u="all", family=3)), "family is a st"),
        (lambda: check("voting", "constructive"), r"write load\('voting'\).claim"),  # type: ignore[arg-type]
        (lambda: check(load("voting"), "constructive"), "write task.claim"),  # type: ignore[arg-type]
        (lambda: place(VOTING.scm), "SCM is given, not a claim"),  # type: ignore[arg-type]
        (lambda: find(load("voting"), "constructive"), "write task.claim"),  # type: ignore[arg-type]
        (lambda: count_all(VOTING, definitions.Constructive), "there is nothing to find|a class"),
        (lambda: estimate(load("voting"), "circuit", draws=5, seed=1), "task.claim"),  # type: ignore[arg-type]
        (lambda: check(VOTING, "constructive", engines="tabel"), "did you mean 'table'"),
        (lambda: Abstraction.from_text("U : bool", None, {}), "low-level model is a str"),  # type: ignore[arg-type]
        (lambda: Abstraction.from_text(VOTING.scm, "U : bool", {}), "high-level model is a str"),  # type: ignore[arg-type]
        (lambda: Network.from_module("net"), "not a torch.nn.Module"),  # type: ignore[call-overload]
    ],
)
def test_what_is_something_else_is_refused_with_what_to_write(
    asked: Callable[[], object], said: str
) -> None:
    with pytest.raises(InputError, match=said):
        asked()


def test_one_engine_may_stand_without_a_list() -> None:
    assert check(VOTING, "constructive", engines="table").run.engines == ("table",)


def test_a_run_names_all_that_is_wrong_with_a_context_and_an_intervention() -> None:
    model = SCM.from_text("U[1..2] : bool\nX[i] = U[i]")
    with pytest.raises(InputError) as caught:
        model.run({"U[1]": 7}, Hard((("X[1]", 2), ("X[3]", 0))))
    said = str(caught.value)
    assert "the context has U[1] = 7, outside bool" in said
    assert "the context has no value of 'U[2]'; it gives U[1]" in said
    assert "X[1] = 2 cannot be set, outside bool" in said
    assert "'X[3]' cannot be set; did you mean" in said
    with pytest.raises(InputError, match="'U\\[1\\]' cannot be set"):
        model.run({"U[1]": 1, "U[2]": 0}, Hard((("U[1]", 0),)))


def test_asking_a_package_for_what_it_lacks_loads_no_definition() -> None:
    """Python asks modules for `__wrapped__` and the like, while it goes through the names of a package."""
    code = (
        "import sys, tauomega.theory.definitions as d; hasattr(d, '__wrapped__'); "
        "print(sum(m.startswith('tauomega.theory.definitions.') for m in sys.modules))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "0\n"
