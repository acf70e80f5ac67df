"""Circuits in task files: what is kept, what stands in for the rest, and what is wrong with a table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from importlib.resources import files
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from tauomega import check, distance, load
from tauomega.cli.__main__ import main
from tauomega.theory.errors import InputError
from tauomega.theory.task import Task, read_task

MODEL = '[low]\ntext = """\ninput a, b : {}\nX = a\nY = b\nZ = X {} Y\n"""\n[circuit]\n'
OUT = '[circuit.outputs]\nout = "Z"\n'


def circuit(lines: str, domain: str = "bool", operator: str = "xor") -> Task:
    return read_task(f"{MODEL.format(domain, operator)}{lines}\n{OUT}")


@pytest.mark.parametrize(
    ("lines", "error"),
    [
        ('nodes = ["X", "Y", "Z"]', 0),
        ('nodes = ["Y", "Z"]', Fraction(1, 2)),
        ('edges = ["a -> X", "b->Y", "X -> Z", "Y -> Z"]', 0),
        ('edges = ["a -> X", "b -> Y", "Y -> Z"]\nablation = "zero"', Fraction(1, 2)),
        ('ablate = "X -> Z = 1"', Fraction(1, 2)),
        ('ablate = ""', 0),
    ],
)
def test_the_error_of_a_circuit_is_exact(lines: str, error: Fraction | int) -> None:
    task = circuit(lines)
    assert task.definition.name == "circuit"
    assert distance(task.claim, task.definition).value == error
    assert check(task.claim, task.definition).name == ("fails" if error else "holds")


def test_a_mean_is_that_of_all_contexts() -> None:
    """Z = X·Y with X held at 2, its mean over 1..3: right where X = 2."""
    task = circuit('nodes = ["Y", "Z"]\nablation = "mean"', "1..3", "*")
    assert distance(task.claim, task.definition).value == Fraction(2, 3)


@pytest.mark.parametrize(
    "sizes", [(0, 4), pytest.param(range(7), marks=pytest.mark.slow)], ids=["some", "all"]
)
def test_circuits_of_a_network_are_those_of_masked_weights(sizes: Sequence[int]) -> None:
    """Circuits of the 2-3-3-1 network, each beside a plain run with units set to 0; there are 64."""
    from tauomega.bridge.network_model import NetworkModel

    text = files("tauomega.theory.examples").joinpath("xor_circuit.toml").read_text("utf-8")
    low = load("xor_circuit").claim.low
    assert isinstance(low, NetworkModel)
    layers = [(np.asarray(x.weight, float), np.asarray(x.bias, float)) for x in low.network.layers]
    inputs = np.array([[a, b] for a in (0, 1) for b in (0, 1)], float)
    units = [(layer, unit) for layer in (0, 1) for unit in range(3)]
    directory = Path(str(files("tauomega.theory.examples")))
    from tauomega.bridge.network_task import NETWORK_READER

    def run(kept: set[tuple[int, int]]) -> np.ndarray:
        x = inputs
        for number, (weight, bias) in enumerate(layers):
            x = x @ weight.T + bias
            x = np.where(x > 0, x, 0.01 * x)
            if number < 2:
                x = x * [(number, unit) in kept for unit in range(3)]
        return x[:, 0] > 0.5

    errors = {}
    for size in sizes:
        for kept in combinations(units, size):
            names = ", ".join(f'"layers.{layer}[{unit}]"' for layer, unit in kept)
            lines = re.sub(r"nodes = .*", f'nodes = [{names}{", " * bool(kept)}"output[0]"]', text)
            task = read_task(lines, directory=directory, network=NETWORK_READER)
            wrong = Fraction(int((run(set(kept)) != run(set(units))).sum()), 4)
            assert distance(task.claim, task.definition).value == wrong
            errors[kept] = wrong
    smallest = min(len(kept) for kept, wrong in errors.items() if not wrong)
    assert smallest == 4
    assert sum(not wrong for kept, wrong in errors.items() if len(kept) == 4) == 2


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("", "one of them"),
        ('nodes = ["X"]\nedges = ["a -> X"]', "one of them"),
        ('nodes = ["Y", "Q", "Z"]', "there is no variable with a mechanism 'Q'"),
        ('nodes = ["a", "Y", "Z"]', "there is no variable with a mechanism 'a'"),
        ('nodes = ["Y"]', "an output reads 'Z', which is outside the circuit"),
        ('edges = ["X -> Q"]', "there is no edge 'X -> Q'; did you mean 'X -> Z'?"),
        (
            'nodes = ["Z"]\nablation = "man"',
            '"zero", "mean", "resample" or "resample-each", not \'man\'',
        ),
        ('ablate = "X = 0"\nablation = "resample"', "leave ablation out"),
        (
            'nodes = ["Y", "Z"]\nablation = "resample"',
            "a context is drawn from its law, and 'a' has none; write ~ uniform",
        ),
        ('ablate = "X = 0"\nablation = "mean"', "leave ablation out"),
        ('ablate = "Q = 0"', "Q"),
        ('nodes = "Z"', "nodes is a list of strings"),
        ('nodes = ["Z"]\nknown = 1', "has no key 'known'"),
        ('nodes = ["Y", "Z"]\nablation = "mean"', "X = 1/2 is outside the domain bool"),
    ],
)
def test_faults_of_the_table_are_named(lines: str, said: str) -> None:
    with pytest.raises(InputError, match=re.escape(said)):
        circuit(lines)


def test_faults_are_told_together_and_with_their_lines() -> None:
    with pytest.raises(InputError) as caught:
        read_task(f'{MODEL.format("bool", "xor")}nodes = ["Q", "Z"]\n[circuit.outputs]\no = "W"\n')
    assert "task:9" in str(caught.value)
    assert "task:11" in str(caught.value)


def test_a_circuit_makes_the_claim_itself() -> None:
    with pytest.raises(InputError, match=r"leave \[abstraction\] out"):
        read_task(f'{MODEL.format("bool", "xor")}ablate = ""\n{OUT}[abstraction.tau]\nZ = "Z"\n')
    with pytest.raises(InputError, match="and nothing else"):
        read_task(
            f'{MODEL.format("bool", "xor")}ablate = ""\n{OUT}[high]\ntext = "U : bool\\nA = U"\n'
        )


def test_the_commands_take_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["distance", "xor_circuit"]) == 0
    assert capsys.readouterr().out.startswith("xor_circuit: 0\n")
    assert main(["check", "xor_circuit"]) == 0
    assert "by complete enumeration of 4 distances" in capsys.readouterr().out


def test_the_worst_context_is_named() -> None:
    found = distance(circuit('nodes = ["Y", "Z"]').claim, "circuit")
    assert dict(found.where) == {"worst context": "a = 1, b = 0"}
