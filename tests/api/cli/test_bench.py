"""`tauomega bench`: run, resume, report, and one file for a new method or task."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from tauomega.cli.__main__ import main
from tauomega.cli.exit_code import ExitCode

CONTROLS = ("--method", "random", "--method", "always-yes", "--workers", "1")
MODULE_TASK = '''
import torch
from tauomega import SCM
from tauomega.bridge.benchmark.task import BenchmarkTask, Case, CaseKind, Setting
from tauomega.bridge.explanation import Explanation, Units
from tauomega.bridge.map_class import UnitSets
from tauomega.bridge.patching import ModuleRunner
from tauomega.bridge.subject import Subject
from tauomega.theory.kernel import BOOL, Scope, Reals, parse_expression

__all__ = ["TASK"]


class Gated(torch.nn.Module):
    """Not a Sequential: x1 * x2, through a sigmoid."""

    def __init__(self):
        super().__init__()
        self.gate = torch.nn.Identity()

    def forward(self, x):
        hidden = self.gate(torch.stack([x[:, 0] * x[:, 1], x[:, 2]], dim=1))
        return torch.sigmoid(9 * (hidden.sum(dim=1, keepdim=True) - 0.5))


HIGH = SCM.from_text("input A, B, C : bool\\nboth = A and B\\nout = both or C")
TAU = {"out": parse_expression("output[0] > 1/2", Scope({"output[0]": Reals()}, network=True))}
RUNNER = ModuleRunner(Gated().eval(), ["gate"], 3)
SUBJECT = Subject(RUNNER, {n: BOOL for n in "ABC"}, {}, TAU)
SETTING = Setting("gated", SUBJECT, HIGH, TAU, ("both",), UnitSets(1))
CASE = Case("given", CaseKind.GIVEN, "gated", Explanation((("both", Units(0, (0,))),)), None)
TASK = BenchmarkTask("gated", "any module", (SETTING,), (CASE,))
'''


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def rows(capsys: pytest.CaptureFixture[str], directory: str) -> list[dict[str, str]]:
    capsys.readouterr()
    assert ExitCode.HOLDS == main(["bench", "report", directory, "--csv"])
    return list(csv.DictReader(io.StringIO(capsys.readouterr().out)))


def test_a_new_method_and_a_new_task_are_one_file_each(capsys: pytest.CaptureFixture[str]) -> None:
    assert ExitCode.HOLDS == main(["bench", "new", "method", "my_method"])
    assert "--method my_method.py --output results" in capsys.readouterr().out
    assert ExitCode.HOLDS == main(["bench", "new", "task", "my-task"])
    arguments = ["--task", "my-task.py", "--method", "my_method.py", "--method", "exact-search"]
    assert ExitCode.HOLDS == main(
        ["bench", "run", "none", *arguments, "--output", "r", "--workers", "1"]
    )
    out = capsys.readouterr().out
    assert "true         holds  holds" in out
    assert "wrong place  fails  fails" in out
    assert "my-method" in out
    found = rows(capsys, "r")
    scores = {(r["method"], r["claim"]): r["value"] for r in found if r["metric"] == "score"}
    assert "10" == scores["exact-search", "true"]
    assert "0" == scores["my-method", "true"]
    assert "10" == scores["my-method", "wrong place"]


def test_a_file_is_never_overwritten(capsys: pytest.CaptureFixture[str]) -> None:
    Path("mine.py").write_text("precious", encoding="utf-8")
    assert ExitCode.BAD_INPUT == main(["bench", "new", "task", "mine"])
    assert "'mine.py' exists" in capsys.readouterr().err
    assert ExitCode.BAD_INPUT == main(["bench", "new", "task", "9 lives"])
    assert "is no name of a Python file" in capsys.readouterr().err


@pytest.mark.slow
def test_the_order_of_the_units_changes_nothing_and_resuming_does_what_is_missing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert ExitCode.HOLDS == main(["bench", "run", "smoke", *CONTROLS, "--output", "a"])
    assert ExitCode.HOLDS == main(
        ["bench", "run", "smoke", *CONTROLS, "--output", "b", "--order", "5"]
    )
    pages = {}
    for name in ("a", "b"):
        for kind in ("--csv", "--json", "--html"):
            capsys.readouterr()
            assert ExitCode.HOLDS == main(["bench", "report", name, kind])
            pages[name, kind] = capsys.readouterr().out
    assert all(pages["a", kind] == pages["b", kind] for kind in ("--csv", "--json", "--html"))
    assert "</table>" in pages["a", "--html"]
    header = pages["a", "--csv"].splitlines()[0]
    assert header.startswith("task,setting,claim,explanation,method,seed,says,label,metric,value")

    assert ExitCode.BAD_INPUT == main(["bench", "run", "smoke", *CONTROLS, "--output", "a"])
    assert "'a' has results; add --resume to keep them" in capsys.readouterr().err
    path = Path("a/worker-001.jsonl")
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:4]) + lines[4][:50])  # as if killed while writing the fifth
    assert ExitCode.UNKNOWN == main(["bench", "report", "a"])
    out = capsys.readouterr().out
    assert "no result yet: " in out
    assert "not used: worker-001.jsonl:5: cut off" in out
    assert ExitCode.HOLDS == main(["bench", "run", "smoke", *CONTROLS, "--output", "a", "--resume"])
    capsys.readouterr()
    assert ExitCode.HOLDS == main(["bench", "report", "a", "--csv"])
    assert pages["a", "--csv"] == capsys.readouterr().out


@pytest.mark.slow
def test_the_smoke_suite_on_two_workers(capsys: pytest.CaptureFixture[str]) -> None:
    """That order changes nothing is shown above; that answers are pure functions, with the methods."""
    assert ExitCode.HOLDS == main(["bench", "run", "smoke", "--output", "a", "--order", "1"])
    out = capsys.readouterr().out
    assert "A sample saw no disagreement, and the claim is false:" in out
    assert "exact 4095/4096 = 0.999756" in out
    assert {"das", "random"} <= {row["method"] for row in rows(capsys, "a")}


def mlp_directory(folder: Path, **changes: object) -> None:
    """A and B, or C: the network of the template, in the layout of Hugging Face."""
    folder.mkdir()
    config: dict[str, object] = {"model_type": "mlp", "layers": [3, 2, 1], "hidden_act": "relu"}
    (folder / "config.json").write_text(json.dumps(config | changes), encoding="utf-8")
    tensors = {
        "0.weight": np.array([[1, 1, 0], [0, 0, 1]], np.float32),
        "0.bias": np.array([-1, 0], np.float32),
        "2.weight": np.array([[1, 1]], np.float32),
        "2.bias": np.array([0], np.float32),
    }
    save_file(tensors, folder / "model.safetensors")


CLAIM = """
definition = "interchange"
joint = true
[low]
kind = "network"
directory = "model"
inputs = ["A", "B", "C"]
[high]
text = '''
input A, B, C : bool
both = A and B
out = both or C
'''
[abstraction.sites]
both = ["layers.0[0]"]
[abstraction.tau]
out = "output[0] > 1/2"
"""


def pair(base: tuple[int, ...], source: tuple[int, ...], **more: object) -> str:
    names = "ABC"
    entry = {
        "base": dict(zip(names, base, strict=True)),
        "sources": {"both": dict(zip(names, source, strict=True))},
    }
    return json.dumps(entry | more)


def test_a_users_own_model_with_her_own_pairs(capsys: pytest.CaptureFixture[str]) -> None:
    mlp_directory(Path("model"))
    Path("claim.toml").write_text(CLAIM, encoding="utf-8")
    lines = [pair((0, 0, 0), (1, 1, 0), expected={"out": True}), "", pair((0, 1, 0), (0, 0, 1))]
    Path("pairs.jsonl").write_text("\n".join(lines), encoding="utf-8")
    assert ExitCode.HOLDS == main(["check", "claim.toml"])
    arguments = [
        "--task",
        "claim.toml",
        "--pairs",
        "pairs.jsonl",
        "--output",
        "r",
        "--workers",
        "1",
    ]
    methods = ["--method", "activation-patching", "--method", "exact-search"]
    assert ExitCode.HOLDS == main(["bench", "run", "none", *arguments, *methods])
    assert "complete enumeration of 64 interchanges" in capsys.readouterr().out
    found = rows(capsys, "r")
    sampled = [
        r for r in found if r["metric"] == "interchange accuracy, sampled" and r["claim"] == "given"
    ]
    assert {"2"} == {row["count"] for row in sampled}
    assert {"holds"} == {r["label"] for r in found if r["claim"] == "given"}


def test_what_is_wrong_with_pairs_is_said_by_line(capsys: pytest.CaptureFixture[str]) -> None:
    mlp_directory(Path("model"))
    Path("claim.toml").write_text(CLAIM, encoding="utf-8")
    lines = [
        pair((0, 0, 2), (1, 1, 0)),
        "{not json",
        pair((0, 0, 0), (1, 1, 0), expected={"out": 0}),
        pair((0, 0, 0), (1, 1, 0), expect={"out": 0}),
        json.dumps({"base": {"A": 0, "B": 0, "C": 0}, "sources": {"bth": {}}}),
    ]
    Path("pairs.jsonl").write_text("\n".join(lines), encoding="utf-8")
    arguments = ["--task", "claim.toml", "--pairs", "pairs.jsonl", "--output", "r"]
    assert ExitCode.BAD_INPUT == main(["bench", "run", "none", *arguments])
    err = capsys.readouterr().err
    assert "pairs.jsonl:1: base: C is a value of bool, not 2" in err
    assert "pairs.jsonl:2: not JSON" in err
    assert "pairs.jsonl:3: expected out = 0, but the high-level model gives 1" in err
    assert "pairs.jsonl:4: unknown key 'expect'; did you mean 'expected'" in err
    assert "pairs.jsonl:5: source of 'bth', which is not located; did you mean 'both'" in err
    assert not Path("r").exists()


def test_any_module_can_be_sampled_and_nothing_is_proved_of_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("gated.py").write_text(MODULE_TASK, encoding="utf-8")
    arguments = ["--task", "gated.py", "--output", "r", "--workers", "1"]
    methods = ["--method", "activation-patching", "--method", "das", "--method", "exact-search"]
    assert ExitCode.HOLDS == main(["bench", "run", "none", *arguments, *methods])
    assert "the network was not captured" in capsys.readouterr().out
    found = [r for r in rows(capsys, "r") if r["claim"] == "given"]
    assert {"unknown"} == {row["label"] for row in found}
    assert {"0"} == {row["value"] for row in found if row["metric"] == "score"}
    said = {row["method"]: row["says"] for row in found}
    assert {"activation-patching": "holds", "das": "unknown", "exact-search": "unknown"} == said
    shares = [r["value"] for r in found if r["metric"] == "interchange accuracy, sampled"]
    assert {"1.0000"} == set(shares)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["run", "smok", "--output", "r"],
            "no suite 'smok'; suites: smoke, none; did you mean 'smoke'",
        ),
        (["run", "smoke", "--method", "dass", "--output", "r"], "no method 'dass'"),
        (
            ["run", "smoke", "--method", "nowhere.py", "--output", "r"],
            "there is no file 'nowhere.py'",
        ),
        (
            ["run", "none", "--task", "nowhere.toml", "--output", "r"],
            "there is no file 'nowhere.toml'",
        ),
        (["run", "smoke", "--seeds", "0", "--output", "r"], "--seeds 0: at least 1"),
        (["run", "smoke", "--workers", "0", "--output", "r"], "--workers 0: at least 1"),
        (["report", "nowhere"], "there is no directory 'nowhere'"),
        (
            ["run", "none", "--output", "x"],
            "the suite 'none' has no task of its own; add one with --task",
        ),
    ],
)
def test_wrong_names_are_bad_input(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ExitCode.BAD_INPUT == main(["bench", *arguments])
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"model_type": "gpt2"}, "model_type 'gpt2' is no perceptron"),
        ({"layerz": [1]}, "unknown key 'layerz'; did you mean 'layers'"),
        ({"layers": [3, 5, 1]}, "has shape (2, 3), not (5, 3)"),
    ],
)
def test_a_directory_that_does_not_fit_is_bad_input(
    config: dict[str, object], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    mlp_directory(Path("model"), **config)
    Path("claim.toml").write_text(CLAIM, encoding="utf-8")
    assert ExitCode.BAD_INPUT == main(["check", "claim.toml"])
    assert message in capsys.readouterr().err


def test_a_directory_without_files_is_bad_input(capsys: pytest.CaptureFixture[str]) -> None:
    Path("model").mkdir()
    Path("claim.toml").write_text(CLAIM, encoding="utf-8")
    assert ExitCode.BAD_INPUT == main(["check", "claim.toml"])
    assert "model has no config.json" in capsys.readouterr().err
