"""`tauomega prove` and `tauomega atlas`: what they print, and their exit codes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tauomega.cli import __main__ as cli
from tauomega.cli.exit_code import ExitCode
from tauomega.proofs import discovery
from tauomega.proofs.testing import worked_example
from tauomega.proofs.theorem import Kind, Scope, Step, Theorem
from tauomega.theory.errors import InputError

SCRIPT = "otsuka_2022_naturality"


def out(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert ExitCode.HOLDS == cli.main([*arguments])
    return capsys.readouterr().out


def test_a_script_is_shown_with_what_it_rests_on(capsys: pytest.CaptureFixture[str]) -> None:
    shown = out(capsys, "prove", SCRIPT)
    for word in ("as claimed", "source", "shown", "not shown", "proved", "dropped", "1 of 1"):
        assert word in shown


def test_json_is_a_list_of_objects(capsys: pytest.CaptureFixture[str]) -> None:
    (found,) = json.loads(out(capsys, "prove", SCRIPT, "--json"))
    assert {"name", "statement", "source", "method", "as_claimed", "seconds"} <= set(found)
    assert found["name"] == SCRIPT
    assert found["as_claimed"] is True


@pytest.mark.parametrize(
    ("form", "start"), [("--html", "<!doctype html>"), ("--latex", "\\begin{tabular}")]
)
def test_a_page_and_a_table(form: str, start: str, capsys: pytest.CaptureFixture[str]) -> None:
    shown = out(capsys, "prove", SCRIPT, form)
    assert shown.startswith(start)
    assert "as claimed" in shown


def test_at_least_fifty_eight_statements_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    listed = out(capsys, "prove", "--list").splitlines()
    assert len([line for line in listed if line and line[0] != " "]) >= 58


def test_what_does_not_come_out_as_claimed_has_exit_code_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def prove() -> Iterator[Step]:
        yield Step(Kind.PROVED, "nothing", False, Scope.INSTANCE)

    wrong = Theorem("s", "o", "x", "y", prove)
    monkeypatch.setattr(discovery, "find_theorem", lambda name: (name, wrong))
    assert ExitCode.FAILS == cli.main(["prove", "anything"])
    assert "not as claimed: anything" in capsys.readouterr().out


def test_an_unknown_script_is_bad_input(capsys: pytest.CaptureFixture[str]) -> None:
    assert ExitCode.BAD_INPUT == cli.main(["prove", "otsuka_2022"])
    assert "no theorem script" in capsys.readouterr().err


# ---------------------------------------------------------------- the atlas


def test_the_atlas_counts_its_cells(capsys: pytest.CaptureFixture[str]) -> None:
    shown = out(capsys, "atlas")
    assert "5852 ordered pairs of 77 notions" in shown
    assert "proved for all models" in shown
    assert "searched 968,281,593 claims" in shown


@pytest.mark.parametrize(
    ("pair", "told"),
    [
        (("constructive[block]", "uniform[block]"), "for all models; tauomega prove"),
        (("exact[block]", "uniform[block]"), "smallest in the space searched"),
        (("strong[reach]", "invariance"), "smallest in the space searched: 4 variables"),
        (("exact[single:1]", "exact[reach]"), "not known to be smallest"),
        (("exact[block, ω searched]", "exact[block]"), "prove searched_omega_is_omega_tau"),
        (("strong[single:1]", "alpha[IC]"), "vacuous"),
    ],
)
def test_a_cell_says_how_far_it_reaches(
    pair: tuple[str, str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert told in out(capsys, "atlas", *pair)


def test_the_data_the_page_and_the_picture(capsys: pytest.CaptureFixture[str]) -> None:
    assert json.loads(out(capsys, "atlas", "--json"))["schema"] == "tauomega/atlas/1"
    assert out(capsys, "atlas", "--svg").startswith("<svg")
    assert "<svg" in out(capsys, "atlas", "--html")


@pytest.mark.parametrize(
    "names", [("constructive", "x"), ("invariance",), ("invariance", "invariance")]
)
def test_wrong_names_are_bad_input(names: tuple[str, ...]) -> None:
    assert ExitCode.BAD_INPUT == cli.main(["atlas", *names])


def test_a_users_file_is_placed(capsys: pytest.CaptureFixture[str]) -> None:
    path = Path(worked_example.__file__)
    shown = out(capsys, "atlas", "--with", f"{path}:OnTheOutput", "--timeout", "5s")
    assert "is no proof" in shown
    assert "does not imply" in shown


def test_a_users_notion_is_decided_beside_the_others(capsys: pytest.CaptureFixture[str]) -> None:
    own = f"{worked_example.__file__}:OnTheOutput"
    assert ExitCode.HOLDS == cli.main(["place", "ce1", "--json", "--with", own])
    rows = {r["notion"]: r for r in json.loads(capsys.readouterr().out)["notions"]}
    assert "fails" == rows["on-the-output"]["verdict"]
    assert ExitCode.BAD_INPUT == cli.main(["place", "ce1", "--with", own, "--with", own])
    assert "there is a notion 'on-the-output' already" in capsys.readouterr().err


def test_without_its_header_a_script_is_not_run() -> None:
    """As under python -OO."""
    with pytest.raises(InputError, match="run it without -OO"):
        Theorem.from_header(None, lambda: iter(()))
