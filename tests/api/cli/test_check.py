"""`tauomega check`: exit codes, text and JSON, and the doors for other families and definitions."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tauomega.cli.__main__ import main
from tauomega.cli.exit_code import ExitCode
from tauomega.loading import example_names, example_text

OWN = '''
"""A user's own notion: the shipped one under another name."""
from dataclasses import dataclass
from typing import ClassVar

from tauomega.theory.definitions.constructive import Constructive


@dataclass(frozen=True)
class Mine:
    name: ClassVar[str] = "mine"
    statement: ClassVar[str] = "constructive, for block interventions"
    source: ClassVar[str] = "here"
    stronger: ClassVar[tuple] = ()
    weaker: ClassVar[tuple] = ()
    needs: ClassVar[frozenset] = Constructive.needs
    holds_on: ClassVar[str] = "voting"
    fails_on: ClassVar[str] = "ce1"

    def defect(self, claim):
        return Constructive().defect(claim)

    def sentence(self, claim):
        return "my own words"


class Lacking:
    pass
'''
BAD = """\
definition = "constructive"
familly = "block"
[low]
text = '''
U : bool
X = U and V
Y = X1
'''
[high]
text = '''
W : bool
Z = W
'''
[abstraction.tau]
Z = "X"
"""


@pytest.fixture
def voting(tmp_path: Path) -> Path:
    path = tmp_path / "voting.toml"
    path.write_text(example_text("voting"), encoding="utf-8")
    return path


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tauomega", *arguments], capture_output=True, text=True, timeout=60
    )


def test_a_claim_that_holds_exits_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert ExitCode.HOLDS == main(["check", "voting"])
    shown = capsys.readouterr()
    assert shown.out.startswith("voting: HOLDS\n")
    assert "complete enumeration" in shown.out
    assert "" == shown.err


def test_a_claim_that_fails_exits_1_with_its_counterexample(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert ExitCode.FAILS == main(["check", "ce1"])
    shown = capsys.readouterr().out
    assert shown.startswith("ce1: FAILS\n")
    assert "counterexample (replayed, minimal)" in shown


def test_changing_one_line_gives_the_other_verdict(voting: Path) -> None:
    assert ExitCode.HOLDS == main(["check", str(voting)])
    text = voting.read_text(encoding="utf-8")
    voting.write_text(text.replace("W = T >= 2", "W = T >= 3"), encoding="utf-8")
    assert ExitCode.FAILS == main(["check", str(voting)])


def test_the_json_is_one_canonical_value_and_the_same_every_time(
    capsys: pytest.CaptureFixture[str],
) -> None:
    seen = []
    for _ in range(2):
        assert ExitCode.FAILS == main(["check", "ce1", "--json"])
        (line,) = capsys.readouterr().out.splitlines()
        value = json.loads(line)
        spelled = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        assert spelled == line
        assert value.pop("run")["engines"]
        seen.append(json.dumps(value))
    assert seen[0] == seen[1]
    assert "fails" == json.loads(seen[0])["verdict"]


def test_all_faults_of_a_file_are_reported_with_their_places(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(BAD, encoding="utf-8")
    assert ExitCode.BAD_INPUT == main(["check", str(path)])
    shown = capsys.readouterr()
    assert "" == shown.out
    assert "did you mean 'family'?" in shown.err
    assert f"{path}:6:" in shown.err
    assert f"{path}:7:" in shown.err
    assert "^" in shown.err


def test_bad_input_as_json_is_one_value_on_stdout_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(BAD, encoding="utf-8")
    assert ExitCode.BAD_INPUT == main(["check", str(path), "--json"])
    value = json.loads(capsys.readouterr().out)
    assert value["verdict"] is None
    assert len(value["faults"]) >= 3
    places = [fault["at"] for fault in value["faults"] if fault["at"]]
    assert {6, 7} <= {place["line"] for place in places}
    assert {str(path)} == {place["file"] for place in places}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["votign"], "'votign' is neither a file nor a shipped example; did you mean 'voting'?"),
        (["missing.toml"], "there is no file 'missing.toml'"),
        (["voting", "--family", "blok"], "did you mean 'block'?"),
        (["voting", "--engine", "tabel"], "did you mean 'table'?"),
        (["voting", "--definition", "constructiv"], "did you mean 'constructive'?"),
        (["voting", "--definition", "mine.py"], "write --definition mine.py:Name"),
        (["voting", "--definition", "mine.py:Mine"], "there is no Python file 'mine.py'"),
        (["voting", "--timeout", "soon"], "'soon' is no duration"),
        (["voting", "--timeout", "0s"], "leaves no time"),
        ([], "Missing argument 'TASK'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_bad_usage_exits_2_and_says_what_to_write(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ExitCode.BAD_INPUT == main(["check", *arguments])
    assert message in capsys.readouterr().err


def test_what_is_beyond_reach_is_unknown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = example_text("voting").replace("1..3", "1..90").replace("0..3", "0..90")
    text = text.replace("X[i] = U[i]", "X[i] = U[i] xor U[1] and U[90]")  # some τ_U has to be found
    path = tmp_path / "large.toml"
    path.write_text(text, encoding="utf-8")
    assert ExitCode.UNKNOWN == main(["check", str(path), "--timeout", "2s"])
    shown = capsys.readouterr().out
    assert "UNKNOWN" in shown
    assert "next: " in shown


@pytest.mark.parametrize("family", ["block", "single:1", "reach"])
def test_another_family(family: str, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", "voting", "--family", family, "--json"])
    value = json.loads(capsys.readouterr().out)
    assert family == value["parameters"]["family"]


def test_another_definition_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", "voting", "--definition", "tau-abstraction", "--json"])
    assert "tau-abstraction" == json.loads(capsys.readouterr().out)["definition"]


def test_a_definition_of_ones_own(
    voting: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = tmp_path / "own.py"
    own.write_text(OWN, encoding="utf-8")
    text = voting.read_text(encoding="utf-8").replace('family = "block"\n', "")
    voting.write_text(text, encoding="utf-8")
    assert ExitCode.HOLDS == main(["check", str(voting), "--definition", f"{own}:Mine"])
    shown = capsys.readouterr()
    assert f"running your code: {own}\n" == shown.err
    assert "my own words" in shown.out
    assert ExitCode.BAD_INPUT == main(["check", str(voting), "--definition", f"{own}:Mien"])
    assert "has no class 'Mien'; did you mean 'Mine'?" in capsys.readouterr().err
    assert ExitCode.BAD_INPUT == main(["check", str(voting), "--definition", f"{own}:Lacking"])
    assert "it lacks name, statement, source, needs, defect" in capsys.readouterr().err


def test_a_definition_that_raises_is_bad_input(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken.py"
    broken.write_text("1 / 0\n", encoding="utf-8")
    assert ExitCode.BAD_INPUT == main(["check", "voting", "--definition", f"{broken}:Mine"])
    assert "raised ZeroDivisionError: division by zero" in capsys.readouterr().err


def test_the_process_has_the_exit_code_and_no_colour_in_a_pipe() -> None:
    result = run("check", "ce1")
    assert ExitCode.FAILS == result.returncode
    assert "" == result.stderr
    assert "\x1b" not in result.stdout


def test_a_file_that_is_no_text_is_bad_input(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "binary.toml"
    path.write_bytes(b"\xff\xfe\x00")
    assert ExitCode.BAD_INPUT == main(["check", str(path)])
    assert "byte 0 is not UTF-8" in capsys.readouterr().err
    path.write_text("#" * 1_000_001, encoding="utf-8")
    assert ExitCode.BAD_INPUT == main(["check", str(path)])
    assert "at most 1,000,000 bytes" in capsys.readouterr().err


def test_a_named_pipe_does_not_hang(tmp_path: Path) -> None:
    path = tmp_path / "pipe.toml"
    os.mkfifo(path)
    assert ExitCode.BAD_INPUT == main(["check", str(path)])


def test_an_interrupt_exits_130(tmp_path: Path) -> None:
    model = "U[1..40] : bool\nX[i] = U[i]\nW = sum(X[1..40]) > 20"
    tau = "\n".join(f'"X[{i}]" = "X[{i}]"' for i in range(1, 41))
    path = tmp_path / "large.toml"
    path.write_text(
        f'definition = "similar"\nfamily = "all"\n[low]\ntext = """\n{model}\n"""\n'
        f'[high]\ntext = """\n{model}\n"""\n[abstraction.tau]\nW = "W"\n{tau}\n',
        encoding="utf-8",
    )
    program = (
        "import signal, sys; from tauomega.cli.__main__ import main; "
        "signal.signal(signal.SIGINT, signal.default_int_handler); "  # a shell's background ignores it
        "print(flush=True); sys.exit(main())"
    )
    arguments = [sys.executable, "-c", program, "check", str(path), "--engine", "table"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()  # from here on an interrupt is the command's
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        said, shown = process.stderr.read().decode(), process.stdout.read().decode()
    assert ExitCode.INTERRUPTED == process.returncode
    assert said.endswith("interrupted\n")
    assert "Traceback" not in said
    assert "UNKNOWN" in shown or not shown  # nothing is known before the check began


def test_examples_are_sorted_by_number() -> None:
    names = example_names()
    assert names.index("ce2") < names.index("ce14")


def test_files_as_editors_of_windows_write_them_are_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "marked.toml"
    path.write_bytes(b"\xef\xbb\xbf" + example_text("voting").replace("\n", "\r\n").encode())
    assert ExitCode.HOLDS == main(["check", str(path)])
    path.write_text('definition = ["strong"]\n' + example_text("ce6").split("\n", 3)[3])
    assert ExitCode.BAD_INPUT == main(["check", str(path)])
    assert "marked.toml:1: definition is a name, not ['strong']" in capsys.readouterr().err
    assert ExitCode.BAD_INPUT == main(["check", str(tmp_path)])
    assert "is a folder, and a task is a TOML file" in capsys.readouterr().err


def test_keys_of_the_definition_that_is_replaced_are_not_asked_of_the_other(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The family of the task is no parameter of `cluster-dag`."""
    assert ExitCode.HOLDS == main(["check", "voting", "--definition", "cluster-dag"])
    assert "cluster-dag (exact semantics)" in capsys.readouterr().out
