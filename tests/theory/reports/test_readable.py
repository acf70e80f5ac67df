"""What `print` shows of a result is what the command shows, and a notebook shows it too."""

from __future__ import annotations

import pytest

from tauomega import Abstraction, Fails, check, coarsest, common, count, distance, find, load, place
from tauomega.cli.__main__ import main
from tauomega.theory.definitions.constructive import Constructive
from tauomega.theory.kernel import parse_expression
from tauomega.theory.reports.readable import Printed


def shown_by_a_notebook(result: Printed) -> str:
    class Printer:
        def text(self, text: str, /) -> None:
            texts.append(text)

    texts: list[str] = []
    result._repr_pretty_(Printer(), cycle=False)
    return "".join(texts)


def commanded(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    main([*arguments])
    return capsys.readouterr().out.splitlines()


def test_a_verdict_prints_as_the_command_prints_it(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("voting", "ce6", "ce1_observational"):
        task = load(name)
        verdict = check(task.claim, task.definition)
        first, *rest = str(verdict).splitlines()
        said, *others = commanded(capsys, "check", name)
        assert said == f"{name}: {first}"
        assert rest[:-1] == others[:-1]  # the last line says how many seconds it took
        assert shown_by_a_notebook(verdict) == str(verdict)
        if isinstance(verdict, Fails):
            assert str(verdict.counterexample) in str(verdict)
        assert repr(verdict).startswith(f"{verdict.name.capitalize()}(question=")


def test_a_placement_a_distance_and_what_is_coarsest_print_as_the_commands_do(
    capsys: pytest.CaptureFixture[str],
) -> None:
    placed = str(place(load("ce6").claim)).splitlines()
    assert placed[1:] == commanded(capsys, "place", "ce6")[1:]
    task = load("ce19_within")
    far = str(distance(task.claim, task.definition)).splitlines()
    assert far[1:] == commanded(capsys, "distance", "ce19_within")[1:]
    low = load("voting").claim.scm
    blocks = {"T": ["X[1]", "X[2]", "X[3]"], "W": ["W"]}
    found = coarsest(low, blocks, {"W": parse_expression("W", low.scope)})
    assert (
        str(found).splitlines()[1:-1]
        == commanded(capsys, "coarsest", "voting", "--keep", "W")[1:-1]
    )


def test_a_search_prints_its_solutions_and_how_it_ended() -> None:
    claim = load("voting").claim
    models = claim.scm, claim.high
    found = find(Abstraction.from_text(*models, {"T": "?(X[1], X[2])", "W": "W"}), Constructive())
    assert str(found).startswith("NONE EXISTS of 256 candidates")
    found = find(Abstraction.from_text(*models, {"T": "sum(X[1..3])", "W": "?(W)"}), Constructive())
    first, second, *_, last = str(found).splitlines()
    assert (first, second) == ("1. reads W", "   τ of W: table(W) {0: 0; 1: 1}")
    assert last.startswith("searched for")


def test_models_claims_and_counts_print_shortly() -> None:
    claim = load("xor_nand_or").claim
    widths = "2 -> 3 leaky_relu -> 3 leaky_relu -> 1 leaky_relu"
    assert str(claim.low) == f"{widths} of A : bool, B : bool, semantics real"
    assert f"low level\n  {widths}" in str(claim)
    assert "sites\n  n = layers.0[0]\n  o = layers.0[1]" in str(claim)
    assert str(claim.high) == shown_by_a_notebook(claim.high)  # type: ignore[arg-type]
    counts = str(count(claim.low, "XOR")).splitlines()  # type: ignore[arg-type]
    assert counts[0] == "output 0 of a 2-3-3-1 network as XOR"
    assert counts[1] == "  circuits: 32 perfect, of 3,000 checked"


def test_what_two_models_share_prints_without_their_files() -> None:
    low = load("voting").claim.scm
    found = str(common(low, low, {"T": (["X[1]"], ["X[1]"])}))
    assert found.startswith("the first and the second: the finest model that abstracts both")
