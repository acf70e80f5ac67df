"""`tauomega find`: what it prints, its exit codes, and a file that survives whatever happens."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tauomega.cli.__main__ import main
from tauomega.cli.exit_code import ExitCode

ALIGNMENT = """
definition = "interchange"
joint = true
[low]
text = \"\"\"
input A, B : bool
n1 = not (A and B)
o1 = A or B
z[1..{dead}] : bool
z[i] = A
y = n1 and o1
\"\"\"
[high]
text = \"\"\"
input A, B : bool
n = not (A and B)
o = A or B
out = n and o
\"\"\"
[abstraction.tau]
out = "y"
[abstraction.sites]
n = ["?"]
o = ["?", "o1", "z[1]"]
"""
IMPOSSIBLE = """
definition = "constructive"
[low]
text = \"\"\"
U[1..2] : bool
X[i] = U[i]
Y = X[1] and X[2]
\"\"\"
[high]
text = \"\"\"
UA, UB : bool
A = UA
B = UB
Y = A xor B
\"\"\"
[abstraction.tau]
A = "?(X[1])"
B = "?(X[2])"
Y = "Y"
"""


@pytest.fixture
def task(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    Path("align.toml").write_text(ALIGNMENT.format(dead=2), encoding="utf-8")
    Path("none.toml").write_text(IMPOSSIBLE, encoding="utf-8")
    return "align.toml"


def lines(path: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in Path(path).read_bytes().splitlines()]


def test_one_solution_is_shown_with_what_it_reads(
    task: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ExitCode.HOLDS == main(["find", task])
    assert capsys.readouterr().out.splitlines()[:5] == [
        "1. reads n1, o1",
        "   site of n: n1",
        "   site of o: o1",
        "   holds, by complete enumeration of 96 interchanges",
        "align.toml: FOUND 1 of 36 candidates; stopped after 1 solution",
    ]


def test_all_are_listed_and_counted(task: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert ExitCode.HOLDS == main(["find", task, "--all", "--json"])
    result = json.loads(capsys.readouterr().out)
    assert result["number"] == "6"  # z[1] in n, in o or nowhere; z[2] in n or nowhere
    assert [s["minimal"] for s in result["solutions"]] == [True] + [False] * 5
    assert result["evidence"]["kind"] == "certified"
    assert ExitCode.HOLDS == main(["find", task, "--count"])
    assert capsys.readouterr().out.startswith("align.toml: 6 of 36 candidates, by a clausal proof")


def test_nothing_is_a_verdict_with_evidence(task: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert ExitCode.FAILS == main(["find", "none.toml"])
    shown = capsys.readouterr().out
    assert shown.startswith("none.toml: NONE EXISTS of 16 candidates, by a clausal proof of ")
    assert "local squares suffice" in shown
    assert ExitCode.FAILS == main(["find", "none.toml", "--count", "--json"])
    assert json.loads(capsys.readouterr().out)["number"] == "0"


def test_a_file_is_gone_on_with_and_protected(
    task: str, capsys: pytest.CaptureFixture[str]
) -> None:
    every = ["find", task, "--all", "--output", "found.jsonl"]
    assert ExitCode.HOLDS == main([*every, "--limit", "2"])
    assert ExitCode.BAD_INPUT == main(every)
    assert "found.jsonl exists; go on with it by --resume" in capsys.readouterr().err
    with Path("found.jsonl").open("ab") as file:
        file.write(b'{"solution":{"torn')
    assert ExitCode.HOLDS == main([*every, "--resume"])
    out = capsys.readouterr().out
    assert "2 solutions are in found.jsonl already" in out
    assert "FOUND 6 of 36 candidates; there are no others" in out
    tables = {json.dumps(line["solution"]["filled"]) for line in lines("found.jsonl")[1:]}  # type: ignore[index]
    assert len(tables) == len(lines("found.jsonl")) - 1 == 6
    assert ExitCode.HOLDS == main([*every, "--resume"])
    other = ["find", "none.toml", "--all", "--output", "found.jsonl", "--resume"]
    assert ExitCode.BAD_INPUT == main(other)
    assert "holds the solutions of another search" in capsys.readouterr().err
    Path("found.jsonl").write_text("something else\n", encoding="utf-8")
    assert ExitCode.BAD_INPUT == main([*every, "--resume"])
    assert "is no file of solutions" in capsys.readouterr().err


def test_options_that_contradict_each_other_are_refused(
    task: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ExitCode.BAD_INPUT == main(["find", task, "--count", "--all"])
    assert ExitCode.BAD_INPUT == main(["find", task, "--resume"])
    assert ExitCode.BAD_INPUT == main(["find", "voting"])
    assert ExitCode.BAD_INPUT == main(["check", task])
    said = capsys.readouterr().err
    assert "--count lists nothing" in said
    assert "name it with --output FILE" in said
    assert "there is nothing to find: no hole ?(…), and no site or ω to choose" in said
    assert "the sites of n, o are to be found; run tauomega find align.toml" in said


def kill_and_resume(kills: int) -> None:
    """Kill searches after a few lines; whatever they printed is in the file, and the rest follows."""
    Path("many.toml").write_text(ALIGNMENT.format(dead=6), encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "tauomega",
        "find",
        "many.toml",
        "--all",
        "--output",
        "f.jsonl",
    ]
    printed = 0
    for number in range(kills):
        arguments = [*command, *(["--resume"] if number else [])]
        with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as search:
            assert search.stdout is not None
            for line in search.stdout:
                if ". reads " in line:
                    printed = int(line.split(".")[0])
                    if printed >= 4 * (number + 1):
                        break
            os.kill(search.pid, signal.SIGKILL)
        whole = Path("f.jsonl").read_bytes().count(b"\n") - 1
        assert whole >= printed
    assert ExitCode.HOLDS == main(["find", "many.toml", "--all", "--output", "f.jsonl", "--resume"])
    tables = [json.dumps(line["solution"]["filled"]) for line in lines("f.jsonl")[1:]]  # type: ignore[index]
    assert len(set(tables)) == len(tables) == 3 * 2**5


def test_what_was_printed_survives_a_kill(task: str) -> None:
    kill_and_resume(1)


@pytest.mark.slow
def test_what_was_printed_survives_many_kills(task: str) -> None:
    kill_and_resume(10)


def test_holes_are_filled_for_a_definition_in_place_of_the_tasks(
    task: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ExitCode.FAILS == main(["find", "none.toml", "--definition", "tau-abstraction"])
    assert "NONE EXISTS" in capsys.readouterr().out
    assert ExitCode.BAD_INPUT == main(["find", "none.toml", "--definition", "probabilistic"])
    assert "probabilistic needs a law" in capsys.readouterr().err
