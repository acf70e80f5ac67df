"""Every theorem script comes out as claimed, runs by path, and can come out otherwise."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tauomega.proofs import discovery
from tauomega.proofs.discovery import find_theorem, theorem_names
from tauomega.proofs.theorem import (
    Kind,
    Scope,
    Step,
    Theorem,
    dropped,
    every,
    instance,
    refuted,
    run,
    satisfiable,
)
from tauomega.theory.errors import InputError

FOLDER = Path(discovery.__file__).parent
SLOW = {
    "quotients_of_acyclic_models_are_solvable",
    "redundant_blocks_are_nearly_unate",
    "anand_2023_cluster_graphs",
    "blocks_and_silence",
    "coarsest_abstraction_is_unique",
    "constructive_over_taumax_does_not_compose",
    "strong_abstractions_create_edges",
    "strong_and_closed_is_not_constructive",
    "sutter_2025_finite_room",
    "beckers_2019_strong_is_not_constructive",
    "beckers_2020_intermediate_models",
    "erratum_beckers_2020_prop_4_5",
    "erratum_beckers_2020_prop_4_6",
    "erratum_massidda_2023_vice_versa",
    "geiger_2025_decomposition",
    "meloux_2025_counts",
    "meloux_2025_identifiability",
    "rischel_2021_divergence_is_unbounded",
}
"""Scripts that take more than three seconds."""


@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=pytest.mark.slow if n in SLOW else ()) for n in theorem_names()],
)
def test_the_theorem_comes_out_as_claimed(name: str) -> None:
    outcome = run(*find_theorem(name))
    assert [] == [(s.kind.value, s.what, s.seen) for s in outcome.steps if not s.right]
    assert outcome.as_claimed
    assert any(step.kind in (Kind.DROPPED, Kind.REFUTED) for step in outcome.steps), (
        "no hypothesis is dropped and nothing is refuted: what would make the check fail?"
    )


@pytest.mark.parametrize("name", theorem_names())
def test_the_script_is_short_and_says_what_it_shows(name: str) -> None:
    text = (FOLDER / f"{name}.py").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 120
    head = ast.get_docstring(ast.parse(text)) or ""
    for word in ("Statement:", "Source:", "Shown:", "Not shown:"):
        assert word in head, f"{name}: the header lacks {word!r}"


def test_a_script_runs_by_path() -> None:
    path = FOLDER / "rubenstein_2017_composition.py"
    done = subprocess.run([sys.executable, str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "as claimed; for all models" in done.stdout


def test_an_unknown_script_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(InputError, match="rubenstein_2017_composition"):
        find_theorem("rubenstein-2017-compositon")


# ---------------------------------------------------------------- the frame itself can say no


def outcome_of(*steps: Step) -> bool:
    def prove() -> Iterator[Step]:
        yield from steps

    return run("x", Theorem("", "", "", "", prove)).as_claimed


PROVED = Step(Kind.PROVED, "p", True, Scope.INSTANCE)
CONTROL = Step(Kind.DROPPED, "h", True, Scope.INSTANCE)


def test_a_theorem_needs_something_proved_and_a_control() -> None:
    assert outcome_of(PROVED, CONTROL)
    assert not outcome_of(PROVED)
    assert not outcome_of(CONTROL)
    assert not outcome_of()


def test_one_wrong_step_spoils_the_theorem() -> None:
    wrong = Step(Kind.DROPPED, "h", False, Scope.INSTANCE)
    assert not outcome_of(PROVED, CONTROL, wrong)


def test_exhaustion_counts_the_cases_in_which_the_hypotheses_hold() -> None:
    step = every(
        "even squares are even", range(10), lambda n: n * n % 2 == 0 if n % 2 == 0 else None
    )
    assert (step.right, step.cases) == (True, 5)
    assert not every("nothing", range(10), lambda n: None).right
    assert "counterexample: 3" in every("small", range(10), lambda n: n < 3).seen


def test_the_first_counterexample_is_shown() -> None:
    assert dropped("h", range(10), lambda n: n < 3).seen == "3"
    assert not dropped("h", range(10), lambda n: True).right
    assert refuted("c", range(10), lambda n: n < 3).kind is Kind.REFUTED
    assert satisfiable("s", range(10), lambda n: n > 4).seen == "5"
    assert not satisfiable("s", range(10), lambda n: None).right
    assert not outcome_of(instance(Kind.PROVED, "i", False), CONTROL)
