"""What the README shows is what happens."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tauomega.cli.__main__ import main
from tauomega.cli.deciders import deciders
from tauomega.theory.definitions import definitions

README = Path(__file__).resolve().parents[1] / "README.md"
if not README.is_file():
    pytest.skip("these tests read a checkout", allow_module_level=True)

TEXT = README.read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """The fenced blocks of a language, in order."""
    fenced = re.findall(r"^```([a-z]*)\n(.*?)^```$", TEXT, flags=re.MULTILINE | re.DOTALL)
    return [body for found, body in fenced if found == language]


def test_the_claim_it_shows_prints_what_it_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (task,) = (block for block in blocks("toml") if "[low]" in block)
    Path("voting.toml").write_text(task, encoding="utf-8")
    assert 0 == main(["check", "voting.toml"])
    printed = capsys.readouterr().out.replace("voting.toml:", "voting:", 1)
    (shown,) = (block for block in blocks("") if block.startswith("voting: "))
    assert printed.startswith(shown)
    changed = task.replace("W = T >= 2", "W = T >= 1")
    assert changed != task
    Path("voting.toml").write_text(changed, encoding="utf-8")
    assert 1 == main(["check", "voting.toml"])


def test_its_python_runs_as_it_stands(capsys: pytest.CaptureFixture[str]) -> None:
    """With networks of the kinds that it speaks of for the names that are the reader's."""
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    torch.manual_seed(0)
    shape = {"vocab_size": 16, "n_positions": 8, "n_embd": 32, "n_layer": 2, "n_head": 4}
    ends = {"bos_token_id": 0, "eos_token_id": 0}
    theirs = {
        "my_sequential": torch.nn.Sequential(
            torch.nn.Linear(2, 4), torch.nn.ReLU(), torch.nn.Linear(4, 1)
        ),
        "gpt2": transformers.GPT2LMHeadModel(transformers.GPT2Config(**shape, **ends)).eval(),
        **{name: torch.randint(0, 16, (3, 8)) for name in ("token_ids", "base_ids", "source_ids")},
    }
    for block in blocks("python"):
        exec(compile(block, "README.md", "exec"), theirs)
    shown = capsys.readouterr().out
    assert shown.startswith(("HOLDS", "FAILS"))
    assert "transformer.h.1.mlp[:, 3, :16] holds 16 numbers" in shown
    assert theirs["outputs"]["logits"].shape == (3, 8, 16)


def test_every_definition_is_in_its_table() -> None:
    rows = re.findall(
        r"^\| `([a-z-]+)` \| `(\w+)` \| `(\w+)` \| (.+) \|$", TEXT, flags=re.MULTILINE
    )
    found = [(d.name, d.holds_on, d.fails_on, ", ".join(deciders(d))) for d in definitions()]
    assert found == rows


def test_its_two_commands_are_there() -> None:
    makefile = (README.parent / "Makefile").read_text(encoding="utf-8")
    for command in ("make demo", "make test"):
        assert any(line.startswith(command) for line in blocks("sh")[0].splitlines())
        assert f"\n{command.removeprefix('make ')}: .venv/ready\n" in makefile
