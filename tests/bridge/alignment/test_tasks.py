"""Features in tasks, and the command `align`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

import tauomega.theory.examples
from tauomega import load
from tauomega.bridge.alignment import find_alignment_class
from tauomega.bridge.alignment.fitting import Fitting, fit
from tauomega.bridge.alignment.lesson import AllPairs
from tauomega.bridge.alignment.question import AlignmentQuestion
from tauomega.bridge.feature_text import features_of, features_to_data
from tauomega.cli.__main__ import main
from tauomega.theory.errors import InputError
from tauomega.theory.toml_source import read_toml

FOLDER = Path(tauomega.theory.examples.__file__).parent
TASK = """
definition = "interchange"
joint = true

[low]
kind = "network"
weights = "{folder}/equality.safetensors"
architecture = {{ type = "mlp", layers = [4, 16, 16, 2], activation = "relu" }}
inputs = ["A", "B", "C", "D"]
encode = {{ A = "2*A - 1", B = "2*B - 1", C = "2*C - 1", D = "2*D - 1" }}

[high]
text = \"\"\"
input A, B, C, D : bool
left = A == B
right = C == D
same = left == right
\"\"\"

[abstraction.sites]
left = ["layers.0[0:8]"]
right = ["layers.0[8:16]"]

[abstraction.tau]
same = "output[1] > output[0]"
"""
QUICK = ["--steps", "150", "--batch", "256", "--rate", "0.05"]


@pytest.fixture
def task(tmp_path: Path) -> Path:
    path = tmp_path / "equalities.toml"
    path.write_text(TASK.format(folder=FOLDER), encoding="utf-8")
    return path


@pytest.fixture
def crossed(task: Path) -> Path:
    """The same network asked for equalities that it was not trained for: no map of a small class."""
    text = task.read_text(encoding="utf-8")
    text = text.replace("A == B", "A == C").replace("C == D", "B == D")
    task.write_text(text, encoding="utf-8")
    return task


@pytest.mark.parametrize("name", ["orthogonal", "affine", "reversible", "identity"])
def test_features_are_read_as_they_were_written(
    name: str, question: Callable[..., AlignmentQuestion]
) -> None:
    asked = question(3)
    lesson, generator = AllPairs(asked), torch.Generator().manual_seed(0)
    learner = find_alignment_class(name).start(lesson.activations, lesson.sizes, generator)
    fit(learner, lesson, Fitting(10, 32, 0.05), generator)
    features = learner.frozen(asked.variables).map
    assert features_of(features_to_data(features), 6) == features


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"rotation": [["1/2"], ["1/2"]]}, "a row of a rotation has 2 numbers"),
        ({"rotation": [["1/2"]]}, "a rotation of 3 units has 2 rows"),
        ({"rotaton": []}, "did you mean 'rotation'"),
        ({"matrix": [[1, 0, 0], [0, 1, 0], [1, 1, 0]]}, "no inverse"),
        ({"matrix": [[1, 0, 0], [0, 1, 0], [0, 0, 0.5]]}, "no exact number: 0.5"),
        ({"matrix": [[1, 0, 0], [0, 1, 0], [0, 0, "1e999999999"]]}, "no exact number of this size"),
        ({"couplings": [{"inner": [], "shift": []}]}, "coupling 0 is a table with"),
        ({"couplings": [{"inner": [[1, 1]], "shift": [0], "outer": [[1], [1]]}]}, "1 numbers"),
        ({"couplings": 3}, "couplings is a list"),
        ({}, "features are given by one of"),
        ([], "features are given by one of"),
    ],
)
def test_features_that_make_no_sense_are_refused(data: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        features_of(data, 3)


def test_features_of_layers_that_do_not_exist_are_refused_with_their_place(task: Path) -> None:
    text = task.read_text(encoding="utf-8")
    for line, message in (
        ('"layers.2" = { matrix = [] }', "'layers.2' is no hidden layer"),
        ('"layers.0" = { matrix = [] }', "layers.0: a matrix has 16 rows of 16 numbers"),
    ):
        task.write_text(text.replace("[high]", f"[low.features]\n{line}\n\n[high]"), "utf-8")
        with pytest.raises(InputError, match=message):
            load(task)


def test_a_proved_alignment_is_written_as_a_task_that_holds(
    task: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = tmp_path / "deeper" / "aligned.toml"
    made.parent.mkdir()
    assert main(["align", str(task), *QUICK, "--output", str(made)]) == 0
    out = capsys.readouterr().out
    assert f"PROVED  {task}: all 4,608 interchanges agree, exactly" in out
    for line in ("nothing exchanged", "random network", "permuted algorithm"):
        assert line in out
    table, _ = read_toml(made.read_text(encoding="utf-8"), "made")
    assert table["joint"] is True
    assert table["abstraction"]["sites"]["right"][0].startswith("layers.0.features[8")
    assert main(["check", str(made)]) == 0


@pytest.mark.slow
def test_an_alignment_is_proved_over_boxes_and_the_certificate_is_accepted(
    task: Path, tmp_path: Path
) -> None:
    made = tmp_path / "aligned.toml"
    one = task.read_text(encoding="utf-8").replace('right = ["layers.0[8:16]"]\n', "")
    task.write_text(one, encoding="utf-8")
    assert main(["align", str(task), *QUICK, "--output", str(made)]) == 0
    certificate = tmp_path / "boxes.json"
    boxes = made.read_text(encoding="utf-8").replace(
        'definition = "interchange"', 'definition = "interchange-over-boxes"\nradius = "1/100"'
    )
    made.write_text(boxes.replace("joint = true\n", ""), encoding="utf-8")
    assert main(["check", str(made), "--certificate", str(certificate)]) == 0
    assert main(["verify", str(certificate)]) == 0


def test_json_is_canonical_and_the_same_twice(
    crossed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = []
    for _ in range(2):
        code = main(["align", str(crossed), "--class", "pca", "--rounds", "2", *QUICK, "--json"])
        found.append(capsys.readouterr().out)
        assert code == 3
    assert found[0] == found[1]
    data = json.loads(found[0])
    assert data["schema"] == "tauomega/alignment/1"
    assert data["outcome"] == "unknown"
    assert data["class"] == "pca"
    assert data["failures"]
    assert set(data["score"]) == {
        "accuracy",
        "nothing_exchanged",
        "random_network",
        "permuted_algorithm",
    }


def test_a_finite_class_without_an_alignment_is_impossible(
    crossed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["align", str(crossed), "--class", "slice", "--orders", "bfloat16"]) == 1
    out = capsys.readouterr().out
    assert "In bfloat16, whatever the order of summation" in out
    assert "IMPOSSIBLE" in out
    assert "none of the 2 maps of the class agrees" in out
    assert "a failing pair, setting left" in out


def test_searches_go_on_from_their_file(
    crossed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = tmp_path / "state.json"
    once = ["align", str(crossed), "--class", "pca", *QUICK, "--state", str(state), "--json"]
    assert main([*once, "--rounds", "1"]) == 3
    capsys.readouterr()
    assert main([*once, "--rounds", "2"]) == 2
    assert "--resume" in capsys.readouterr().err
    assert main([*once, "--rounds", "2", "--resume"]) == 3
    resumed = json.loads(capsys.readouterr().out)
    assert main([*once[:-3], "--json", "--rounds", "2"]) == 3
    assert json.loads(capsys.readouterr().out) == resumed
    assert main([*once, "--resume", "--seed", "1"]) == 2
    assert "of another search" in capsys.readouterr().err


def test_an_alignment_is_learnt_over_boxes_and_written_as_a_task_that_holds(
    task: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = tmp_path / "aligned.toml"
    text = task.read_text(encoding="utf-8")
    over = 'definition = "interchange-over-boxes"\nradius = "1/20"'
    text = text.replace('definition = "interchange"', over).replace("joint = true\n", "")
    task.write_text(text.replace('right = ["layers.0[8:16]"]\n', ""), encoding="utf-8")
    assert main(["align", str(task), *QUICK, "--output", str(made)]) == 0
    out = capsys.readouterr().out
    assert "all 256 interchanges agree at every input within 1/20 of the codes" in out
    assert main(["check", str(made)]) == 0
    assert "interchange-over-boxes (radius=1/20" in capsys.readouterr().out
    assert main(["align", str(task), "--class", "slice"]) == 2
    assert "gone through at the codes" in capsys.readouterr().err


def test_a_task_that_asks_for_something_else_is_refused_with_every_fault(
    task: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = task.read_text(encoding="utf-8")
    changed = text.replace("joint = true", 'sources = "forward"\nscored = "mapped"')
    tau = 'left = "output[0] > 0"\nright = "output[0] > 0"\n'
    task.write_text(changed.replace("[abstraction.tau]\n", f"[abstraction.tau]\n{tau}"), "utf-8")
    assert main(["align", str(task)]) == 2
    error = capsys.readouterr().err
    assert 'sources = "all"' in error
    assert 'scored = "outputs"' in error


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["xor_nand_or", "--resume"], "--state FILE"),
        (["xor_nand_or", "--class", "orthogonl"], "did you mean 'orthogonal'"),
        (["ce6"], "align looks for interchange claims"),
        (["no_such_file.toml"], "there is no file"),
        (["xor_nand_or", "--rate", "-1"], "rate is a positive number"),
    ],
)
def test_bad_input_is_said(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["align", *arguments]) == 2
    assert message in capsys.readouterr().err
