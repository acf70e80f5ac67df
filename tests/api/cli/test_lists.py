"""`examples`, `definitions`, `doctor` and `demo`: what there is, and that it is well."""

from __future__ import annotations

import json

import pytest

from tauomega.cli import demo, doctor
from tauomega.cli.__main__ import main
from tauomega.cli.exit_code import ExitCode
from tauomega.loading import example_names, example_text
from tauomega.theory.definitions import _CALLED, definitions


def test_examples_lists_every_task_with_a_title(capsys: pytest.CaptureFixture[str]) -> None:
    assert ExitCode.HOLDS == main(["examples"])
    shown = capsys.readouterr().out.splitlines()
    assert list(example_names()) == [line.split()[0] for line in shown[:-2]]
    assert all(len(line.split()) > 3 for line in shown[:-2])


def test_examples_prints_one_task(capsys: pytest.CaptureFixture[str]) -> None:
    assert ExitCode.HOLDS == main(["examples", "voting"])
    assert example_text("voting") == capsys.readouterr().out
    assert ExitCode.BAD_INPUT == main(["examples", "votign"])
    assert "did you mean 'voting'?" in capsys.readouterr().err


def test_examples_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert ExitCode.HOLDS == main(["examples", "--json"])
    listed = json.loads(capsys.readouterr().out)
    assert list(example_names()) == [entry["name"] for entry in listed]


def test_definitions_lists_every_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert ExitCode.HOLDS == main(["definitions"])
    lines = capsys.readouterr().out.splitlines()
    for definition in definitions():
        assert definition.name in lines
        assert f"  source      {definition.source}" in lines


def test_definitions_as_json_relate_to_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    assert ExitCode.HOLDS == main(["definitions", "--json"])
    listed = {entry["name"]: entry for entry in json.loads(capsys.readouterr().out)}
    assert {definition.name for definition in definitions()} == set(listed)
    for entry in listed.values():
        for related in (*entry["stronger"], *entry["weaker"]):
            assert related["definition"] in listed
            assert related["separated_by"] in example_names()
        assert entry["holds_on"] in example_names()
        assert entry["fails_on"] in example_names()


def test_an_implication_is_listed_with_its_condition(capsys: pytest.CaptureFixture[str]) -> None:
    assert ExitCode.HOLDS == main(["definitions", "circuit", "--json"])
    (found,) = json.loads(capsys.readouterr().out)
    assert {
        "definition": "similar",
        "separated_by": "ce1_circuit",
        "if": "τ is onto",
    } in found["stronger"]
    assert ExitCode.HOLDS == main(["definitions", "circuit"])
    shown = " ".join(capsys.readouterr().out.split())
    assert "stronger similar, if τ is onto (not conversely: ce1_circuit)" in shown


def test_one_definition(capsys: pytest.CaptureFixture[str]) -> None:
    assert ExitCode.HOLDS == main(["definitions", "uniform"])
    shown = capsys.readouterr().out
    assert shown.startswith("uniform\n")
    assert "family = block" in shown


def test_the_doctor_finds_this_installation_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert ExitCode.HOLDS == main(["doctor", "--json"])
    found = json.loads(capsys.readouterr().out)
    assert found["healthy"] is True
    assert "torch" in found["packages"]
    for example, expected in doctor.TRIALS:
        said = [engine[example] for engine in found["engines"].values()]
        assert expected in said, f"no engine decides {example}"


def test_the_demo_comes_out_as_announced(capsys: pytest.CaptureFixture[str]) -> None:
    assert ExitCode.HOLDS == main(["demo"])
    shown = capsys.readouterr().out
    assert shown.endswith("5 of 5 claims came out as announced\n")
    assert "◀ differs" in shown


def test_the_demo_says_when_a_claim_does_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(demo, "CLAIMS", (("voting", "fails", "Is it?"),))
    assert ExitCode.FAILS == main(["demo"])
    shown = capsys.readouterr().out
    assert "announced: fails" in shown
    assert shown.endswith("0 of 1 claims came out as announced\n")


def test_a_definition_says_what_its_parameters_choose_from(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert ExitCode.HOLDS == main(["definitions", "alpha"])
    shown = capsys.readouterr().out
    assert "    error: one of IC, IIL, ISIL, ISC\n" in shown
    assert "    metric: one of discrete, tv, kl, sqrt-jsd, wasserstein\n" in shown
    assert ExitCode.HOLDS == main(["definitions", "approximate"])
    shown = capsys.readouterr().out
    assert "    metric: one of discrete, hamming, l1, euclidean, squared, sup\n" in shown
    assert "    tau_u: one of identity, inputs, searched, searched-onto\n" in shown


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("IIA", "interchange-accuracy"),
        ("c-dag", "cluster-dag"),
        ("Causal Abstraction Error", "cae"),
    ],
)
def test_a_notion_is_found_by_what_others_call_it(
    theirs: str, ours: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ExitCode.BAD_INPUT == main(["definitions", theirs])
    assert f"it is called {ours!r} here" in capsys.readouterr().err


def test_what_others_call_a_notion_is_one() -> None:
    assert set(_CALLED.values()) <= {definition.name for definition in definitions()}
