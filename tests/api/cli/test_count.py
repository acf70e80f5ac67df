"""`tauomega count`: the issue's shape of output, every switch, and its errors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from tauomega.cli.__main__ import main
from tauomega.cli.exit_code import ExitCode

NETWORKS = Path(__file__).parents[2] / "bridge" / "identifiability" / "networks"
XOR = str(NETWORKS / "xor_3_3_published.toml")


def counted(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    """The printed JSON value."""
    assert ExitCode.HOLDS == main(["count", *arguments, "--json"])
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_all_counts_of_the_published_network(capsys: pytest.CaptureFixture[str]) -> None:
    """Méloux et al. (2025): 32 circuits and 234,700 interpretations on clean inputs; 7 and 42."""
    found = counted(capsys, "all", XOR, "--gate", "xor")
    assert {"checked": 3000, "perfect": 32} == found["circuits"]
    assert "234700" == found["interpretations"]["total"]
    assert 234700 == sum(map(int, found["interpretations"]["per_circuit"]))
    assert sorted(found["interpretations"]["circuits"]) == found["interpretations"]["circuits"]
    assert (7, 42) == (found["formulas"], found["mappings"]["total"])
    assert [2, 2, 12, 12, 6, 6, 2] == found["mappings"]["per_formula"]
    assert 0 < float(found["margin"]["value"]) < 1e-5
    assert "real" == found["margin"]["semantics"]


def test_one_part_is_counted_alone(capsys: pytest.CaptureFixture[str]) -> None:
    found = counted(capsys, "circuits", XOR, "--gate", "XOR", "--full-mask")
    assert {"checked": 9625, "perfect": 197} == found["circuits"]
    assert not {"interpretations", "mappings", "formulas"} & set(found)


@pytest.mark.parametrize(
    ("switches", "formulas", "total"),
    [
        (["--pairs", "published-AB"], 7, 42),
        (["--pairs", "published-BA"], 7, 42),
        (["--pairs", "all"], 2, 2),
        (["--joint"], 2, 2),
        (["--depth", "2"], 2, 4),
        (["--convention", "exact"], 2, 2),
        (["--convention", "exact", "--pairs", "published-AB"], 7, 42),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_every_switch_of_mappings(
    switches: list[str], formulas: int, total: int, capsys: pytest.CaptureFixture[str]
) -> None:
    found = counted(capsys, "mappings", XOR, "--gate", "XOR", *switches)
    assert (formulas, total) == (found["formulas"], found["mappings"]["total"])


def test_switches_of_the_exact_convention_turn_off_one_by_one(
    capsys: pytest.CaptureFixture[str],
) -> None:
    exact = ["all", XOR, "--gate", "XOR", "--convention", "exact"]
    found = counted(capsys, *exact)
    assert {"checked": 9625, "perfect": 197, "minimal": 5} == found["circuits"]
    assert {"formulas": 1, "total": 1} == found["mappings"]["up_to_relabelling"]
    assert 2 == found["mappings"]["silent"]
    without = counted(capsys, *exact, "--no-minimal", "--no-classes", "--no-silence")
    assert {"checked": 9625, "perfect": 197} == without["circuits"]
    assert not {"up_to_relabelling", "silent"} & set(without["mappings"])
    each = counted(capsys, *exact, "--fillings", "each", "--arithmetic", "stored")
    assert int(found["interpretations"]["total"]) < int(each["interpretations"]["total"])
    assert "stored" == each["options"]["arithmetic"]


def test_text_says_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    assert ExitCode.HOLDS == main(["count", "all", "xor_nand_or", "--gate", "XOR"])
    shown = capsys.readouterr().out
    for part in ("32 perfect, of 3,000 checked", "234,700 in 32", "7 of 56", "42 minimal"):
        assert part in shown


def test_two_outputs_take_a_gate_each(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tensors = {
        "layers.0.weight": np.eye(2, dtype=np.float32),
        "layers.0.bias": np.zeros(2, np.float32),
        "layers.1.weight": np.array([[1, 1], [0.6, 0.6]], np.float32),
        "layers.1.bias": np.array([-1, 0], np.float32),
    }
    save_file(tensors, tmp_path / "w.safetensors")
    file = tmp_path / "n.toml"
    file.write_text(
        '[low]\nkind = "network"\nweights = "w.safetensors"\ninputs = ["A", "B"]\n'
        'architecture = { type = "mlp", layers = [2, 2, 2], activation = "leaky_relu", '
        'negative_slope = "0.01", output_activation = true }\n',
        encoding="utf-8",
    )
    both = counted(capsys, "all", str(file), "--gate", "AND", "--gate", "OR", "--full-mask")
    assert ["AND", "OR"] == [one["gate"] for one in both["outputs"]]
    alone = counted(capsys, "all", str(file), "--gate", "OR", "--output", "1", "--full-mask")
    assert both["outputs"][1] == alone
    assert alone["circuits"]["perfect"] > 0
    assert ExitCode.BAD_INPUT == main(["count", "all", str(file), "--gate", "OR"])
    assert "2 outputs, and 1 gates" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["all", "none.toml", "--gate", "XOR"], "there is no file 'none.toml'"),
        (["all", "voting", "--gate", "XOR"], "there is no network to count in"),
        (["all", XOR, "--gate", "XR"], "did you mean 'XOR'?"),
        (["all", XOR, "--gate", "MAJORITY"], "MAJORITY is of an odd number of inputs"),
        (["all", XOR, "--gate", "XOR", "--output", "3"], "no output 3"),
        (["all", XOR, "--gate", "XOR", "--depth", "9"], "depth is 0 to 4"),
        (["all", XOR, "--gate", "XOR", "--min-sparsity", "x"], "a number such as 0.3"),
        (["all", XOR, "--gate", "XOR", "--joint", "--pairs", "published-AB"], "write pairs all"),
        (["some", XOR, "--gate", "XOR"], "'some' is not one of"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_bad_input_is_said_and_exits_2(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ExitCode.BAD_INPUT == main(["count", *arguments])
    assert message in capsys.readouterr().err


def test_what_is_out_of_reach_is_unknown_and_exits_3(capsys: pytest.CaptureFixture[str]) -> None:
    run = ["count", "interpretations", XOR, "--gate", "XOR", "--limit", "5", "--json"]
    assert ExitCode.UNKNOWN == main(run)
    found = json.loads(capsys.readouterr().out)
    assert "more than the limit of 5" in found["unknown"]["interpretations"]
    assert "interpretations" not in found
