"""A sample of the large run: all engines on random questions, and planted lies."""

from __future__ import annotations

from pathlib import Path

import pytest

from tauomega.proofs.testing import agreement


def test_all_engines_agree_on_random_questions() -> None:
    entries = [agreement.agreed(1, number) for number in range(25)]
    assert [e["wrong"] for e in entries if e["wrong"]] == []
    said = {key.split()[0] for e in entries for key in e["said"]}
    assert said >= {"enumerate", "table", "bits", "bdd", "sat", "smt", "factors"}


def test_planted_lies_are_caught() -> None:
    lies = [agreement.lied(1, number) for number in range(8)]
    assert [lie["told"] for lie in lies if not lie["caught"]] == []


@pytest.mark.slow
def test_a_larger_sample_agrees(capsys: pytest.CaptureFixture[str]) -> None:
    code = agreement.main(["--claims", "60", "--lies", "15", "--seed", "20261125"])
    assert code == 0, capsys.readouterr().out


def test_an_interrupted_run_goes_on_where_it_stopped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = tmp_path / "run.jsonl"
    arguments = ["--claims", "3", "--seed", "5", "--journal", str(journal)]
    assert agreement.main(arguments) == 0
    whole = capsys.readouterr().out
    lines = journal.read_text().splitlines(keepends=True)
    journal.write_text(lines[0] + lines[1][:20])  # cut off in the middle of a line
    asked: list[int] = []
    real = agreement.agreed
    monkeypatch.setattr(agreement, "agreed", lambda s, n: asked.append(n) or real(s, n))  # type: ignore[func-returns-value]
    assert agreement.main(arguments) == 0
    assert capsys.readouterr().out == whole
    assert asked == [1, 2]
    assert "seed 5" in whole


def test_a_question_is_drawn_again_from_its_number() -> None:
    first, second = (agreement.drawn(3, 7) for _ in range(2))
    assert first[0][1] == second[0][1]
    assert [p.part for p in first[1]] == [p.part for p in second[1]]
