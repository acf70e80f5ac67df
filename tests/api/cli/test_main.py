"""The group of commands: its help, its version, its exit codes."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import click
import pytest

import tauomega
from tauomega.cli import __main__ as cli
from tauomega.cli.exit_code import ExitCode
from tauomega.theory.errors import EngineDisagreementError, InputError


def test_the_table_of_commands_is_right() -> None:
    for name in cli.COMMANDS:
        command = import_module(f"tauomega.cli.{name}").command
        assert isinstance(command, click.Command)
        assert name == command.name


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert ExitCode.HOLDS == cli.main(["--help"])
    shown = capsys.readouterr().out
    assert all(f"  {name} " in shown for name in cli.COMMANDS)
    assert "Exit codes: 0 holds, 1 fails, 2 bad input or usage" in shown


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert ExitCode.HOLDS == cli.main([name, "--help"])
    assert f"Usage: tauomega {name}" in capsys.readouterr().out


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert ExitCode.HOLDS == cli.main(["--version"])
    assert f"tauomega {tauomega.__version__}\n" == capsys.readouterr().out


def test_a_misspelt_command_is_bad_usage_and_gets_a_hint(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert ExitCode.BAD_INPUT == cli.main(["chek"])
    assert "no command 'chek'; did you mean 'check'?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (InputError(["one thing"]), ExitCode.BAD_INPUT, "error: one thing\n"),
        (InputError(["one", "two"]), ExitCode.BAD_INPUT, "error: 2 faults\none\ntwo\n"),
        (
            EngineDisagreementError("a says 0, b says 1"),
            ExitCode.DISAGREEMENT,
            "engines disagree, so there is no verdict: a says 0, b says 1\n",
        ),
        (KeyboardInterrupt(), ExitCode.INTERRUPTED, "interrupted\n"),
    ],
    ids=["one fault", "two faults", "disagreement", "interrupt"],
)
def test_errors_have_their_exit_codes(
    error: BaseException,
    code: ExitCode,
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(_: object) -> None:
        raise error

    monkeypatch.setattr(cli.group, "invoke", fail)
    assert code == cli.main(["doctor"])
    assert capsys.readouterr().err.endswith(message)


def test_a_bug_of_ours_is_no_verdict(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_: object) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr(cli.group, "invoke", fail)
    assert ExitCode.INTERNAL == cli.main(["doctor"])
    shown = capsys.readouterr().err
    assert "ZeroDivisionError: oops" in shown
    assert "this is a bug in tauomega" in shown


def test_python_m_tauomega_is_the_command() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "tauomega", "--version"], capture_output=True, text=True, timeout=60
    )
    assert (0, f"tauomega {tauomega.__version__}\n", "") == (
        result.returncode,
        result.stdout,
        result.stderr,
    )


def test_a_reader_that_leaves_is_no_error() -> None:
    program = [sys.executable, "-c", "from tauomega.cli.__main__ import main; main(['--help'])"]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert b"" == process.stderr.read()


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="there is no full device")
@pytest.mark.parametrize(
    ("shell", "code", "said"),
    [
        ("check ce6 >/dev/full", 2, "error: the output cannot be written: No space left on device"),
        ("check voting >/dev/full 2>/dev/full", 70, ""),
        ("check ce6 --json >&-", 1, ""),
        ("check voting >&- 2>&-", 0, ""),
    ],
)
def test_no_exit_status_is_a_verdict_that_was_not_said(shell: str, code: int, said: str) -> None:
    """Nothing could be written: 1 would say that the claim fails. Closed streams are the caller's wish."""
    command = f"{sys.executable} -m tauomega {shell}"
    run = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=120)
    assert (code, said) == (run.returncode, run.stderr.strip())


def test_the_code_of_a_user_that_raises_is_not_called_our_bug(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "theirs.py"
    head = "from dataclasses import dataclass\n\n@dataclass(frozen=True)\nclass {name}:\n"
    rest = """    name = "theirs"
    statement = source = "theirs"
    needs = frozenset()
    def sentence(self, claim):
        return "theirs"
    def defect(self, claim):
        {body}

"""
    bodies = {"Raises": "raise RuntimeError", "Returns": "return True"}
    file.write_text("".join(head.format(name=n) + rest.format(body=b) for n, b in bodies.items()))
    assert ExitCode.BAD_INPUT == cli.main(["check", "ce6", "--definition", f"{file}:Raises"])
    assert f"error: your code in {file} raised RuntimeError\n" in capsys.readouterr().err
    assert ExitCode.BAD_INPUT == cli.main(["check", "ce6", "--definition", f"{file}:Returns"])
    assert "a definition's defect is an expression such as Sup(…)" in capsys.readouterr().err
