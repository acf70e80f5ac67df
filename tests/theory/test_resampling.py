"""Resample ablation against its literal reading: a run of the model under the values of other runs."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from tauomega import SCM, check, distance, load
from tauomega.cli.__main__ import main
from tauomega.theory.definitions.circuit import Circuit
from tauomega.theory.errors import InputError
from tauomega.theory.kernel import FiniteLaw
from tauomega.theory.resampling import Draws, resampled_claim
from tauomega.theory.task import read_task

SEED = 20261125
BY_LAW, WORST = Circuit(weighted=True), Circuit(worst=True)
OUT = {"out": "Z"}


def literally(
    model: SCM, outside: Sequence[str], draws: Draws
) -> list[tuple[Fraction, Fraction, dict[str, Any], list[dict[str, Any]]]]:
    """Of every context with other contexts: its probability, the distance, and which they are.

    Each thing outside is set, by an intervention, to what it is in a run of the whole model on another context.
    """
    found = []
    contexts = [dict(c) for c in model.contexts()]
    count = 1 if draws is Draws.SHARED else len(outside)
    for base in contexts:
        plain = model.run(base)["Z"]
        for others in product(contexts, repeat=count):
            own = others if draws is Draws.EACH else others * len(outside)
            items = [
                f"{text} = {model.run(u)[text.split(' ')[0]]}"
                for text, u in zip(outside, own, strict=True)
            ]
            ran = model.run(base, model.intervention(", ".join(items)))["Z"]
            p = model.probability(base)
            for u in others:
                p *= model.probability(u)
            found.append((p, Fraction(ran != plain), base, [dict(u) for u in others]))
    return found


def random_model(rng: random.Random) -> SCM:
    """Two or three roots with laws, inputs and noise, and three variables in a row of random tables."""
    lines: list[str] = []
    domains: dict[str, int] = {}
    for name in "abU"[: rng.randint(2, 3)]:
        size = 2 if len(domains) < 2 else rng.choice((1, 2))
        shares = [rng.randint(0, 3) for _ in range(size)]
        shares[0] += not any(shares)
        law = ", ".join(f"{s}/{sum(shares)}" for s in shares)
        lines.append(f"{'' if name == 'U' else 'input '}{name} : 0..{size - 1} ~ ({law})")
        domains[name] = size
    for name in "XYZ":
        size = rng.randint(2, 3)
        parents = rng.sample(list(domains), min(len(domains), rng.randint(1, 3)))
        rows = "; ".join(
            f"{', '.join(map(str, key))}: {rng.randrange(size)}"
            for key in product(*(range(domains[p]) for p in parents))
        )
        lines.append(f"{name} : 0..{size - 1} = table({', '.join(parents)}) {{{rows}}}")
        domains[name] = size
    return SCM.from_text("\n".join(lines))


def random_outside(rng: random.Random, model: SCM) -> list[str]:
    """Variables, or edges into what is left."""
    nodes = [n for n in "XY" if rng.random() < 0.5]
    edges = []
    for child in "XYZ":
        text = str(model).split(f"\n{child} ")[1].split("\n")[0]
        for parent in "abXY":
            listed = re.split(r"[(), ]+", text.split("{")[0])
            edge = parent in listed and child not in nodes and parent in model.endogenous
            if edge and rng.random() < 0.3:
                edges.append(f"{parent} -> {child}")
    return (nodes + edges)[:3]


@pytest.mark.parametrize("count", [10, pytest.param(60, marks=pytest.mark.slow)])
@pytest.mark.parametrize("draws", Draws)
def test_errors_are_those_of_runs_under_the_values_of_other_runs(draws: Draws, count: int) -> None:
    rng = random.Random(f"{SEED}{draws.value}{count}")
    seen: set[Fraction] = set()
    for number in range(count):
        model = random_model(rng)
        outside = random_outside(rng, model)[: 3 if draws is Draws.SHARED else 2]
        rows = literally(model, outside, draws)
        claim = resampled_claim(model, outside, OUT, draws=draws)
        wanted = sum((p * gap for p, gap, *_ in rows), Fraction(0))
        assert distance(claim, BY_LAW).value == wanted, (number, outside)
        assert distance(claim, WORST).value == max(gap for _, gap, *_ in rows)
        assert check(claim, BY_LAW, at_most=wanted).name == "holds"
        if wanted:
            assert check(claim, BY_LAW, at_most=wanted / 2).name == "fails"
        seen.add(wanted)
    assert len(seen) > 1


def test_one_other_run_and_one_for_each_are_two_notions() -> None:
    """Z = (X = Y), of copies of one fair bit: exchanged together Z stays 1, apart it is 1 half of the time."""
    model = SCM.from_text("input a : bool ~ uniform\nX = a\nY = a\nZ = X == Y")
    outside = ["X", "Y"]
    shared, each = (resampled_claim(model, outside, OUT, draws=d) for d in Draws)
    assert distance(shared, BY_LAW).value == 0
    assert distance(each, BY_LAW).value == Fraction(1, 2)
    assert distance(shared, WORST).value == 0
    assert distance(each, WORST).value == 1
    edges = resampled_claim(model, ["X -> Z"], OUT)
    assert distance(edges, BY_LAW).value == Fraction(1, 2)


def test_an_edge_is_drawn_for_one_child() -> None:
    """Z reads X twice, once through Y: the edge alone makes them differ."""
    model = SCM.from_text("input a : bool ~ 1/4\nX = a\nY = X\nZ = X xor Y")
    assert distance(resampled_claim(model, ["X"], OUT), BY_LAW).value == 0
    assert distance(resampled_claim(model, ["X -> Y"], OUT), BY_LAW).value == Fraction(3, 8)


def test_the_worst_pair_is_named_and_is_one() -> None:
    model = SCM.from_text("input a : bool ~ 1/4\nU : 0..2 ~ uniform\nX = a\nZ = X or U == 2")
    claim = resampled_claim(model, ["X"], OUT)
    found = distance(claim, BY_LAW)
    assert found.value == 2 * Fraction(1, 4) * Fraction(3, 4) * Fraction(2, 3)
    (text,) = dict(found.where).values()
    state = {n: int(v) for n, v in (part.split(" = ") for part in text.split(", "))}
    assert set(state) == {"a", "U", "other_a"}
    assert state["a"] != state["other_a"]
    assert state["U"] < 2
    failed: Any = check(claim, WORST)
    assert failed.name == "fails"
    assert failed.replayed


def test_what_is_drawn_has_nothing_to_do_with_the_model_itself() -> None:
    """Nothing outside: no other context, no error; and the model below is the one that was given."""
    model = SCM.from_text("input a, b : bool ~ 1/3\nX = a\nZ = X and b")
    claim = resampled_claim(model, [], OUT)
    assert claim.scm.roots == model.roots
    assert distance(claim, BY_LAW).value == 0
    drawn = resampled_claim(model, ["X"], OUT)
    assert drawn.scm.roots == (*model.roots, "other_a")  # b does not reach X
    for context in drawn.scm.contexts():
        assert drawn.scm.run(context) == model.run({"a": context["a"], "b": context["b"]})


# ---------------------------------------------------------------- tasks, networks, refusals

TASK = '[low]\ntext = """\ninput a, b : bool ~ {}\nX = a\nY = b\nZ = X xor Y\n"""\n[circuit]\n'
TAIL = '[circuit.outputs]\nout = "Z"\n'


@pytest.mark.parametrize(
    ("head", "lines", "error"),
    [
        ("", 'nodes = ["Y", "Z"]\nablation = "resample"', Fraction(3, 8)),
        ("", 'nodes = ["Z"]\nablation = "resample"', Fraction(3, 8) * Fraction(5, 8) * 2),
        ("", 'nodes = ["Z"]\nablation = "resample-each"', Fraction(3, 8) * Fraction(5, 8) * 2),
        ("", 'edges = ["a -> X", "b -> Y", "X -> Z"]\nablation = "resample"', Fraction(3, 8)),
        ("weighted = true\n", 'nodes = ["Y", "Z"]\nablation = "resample"', Fraction(3, 8)),
        ("worst = true\n", 'nodes = ["Y", "Z"]\nablation = "resample"', Fraction(1)),
    ],
)
def test_a_task_says_resample(head: str, lines: str, error: Fraction) -> None:
    task = read_task(f"{head}{TASK.format('1/4')}{lines}\n{TAIL}")
    assert distance(task.claim, task.definition).value == error


def test_the_commands_take_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "resampled.toml"
    file.write_text(f'{TASK.format("1/4")}nodes = ["Y", "Z"]\nablation = "resample"\n{TAIL}')
    assert main(["distance", str(file)]) == 0
    assert "3/8" in capsys.readouterr().out
    assert main(["check", str(file), "--at-most", "3/8"]) == 0
    assert main(["check", str(file), "--at-most", "1/4"]) == 1
    said = capsys.readouterr().out
    assert "other_a = " in said


def test_a_network_is_resampled_by_the_law_of_its_inputs() -> None:
    """Units outside take their values of another row, beside a run with these units set."""
    from importlib.resources import files

    from tauomega.bridge.network_model import NetworkModel
    from tauomega.bridge.network_task import NETWORK_READER

    directory = Path(str(files("tauomega.theory.examples")))
    text = (directory / "xor_circuit.toml").read_text("utf-8").replace('"zero"', '"resample"')
    with pytest.raises(InputError, match="'A' has none; write ~ uniform"):
        read_task(text, directory=directory, network=NETWORK_READER)
    task = read_task(
        text.replace("A, B : bool", "A, B : bool ~ 1/3"),
        directory=directory,
        network=NETWORK_READER,
    )
    low = load("xor_circuit").claim.low
    assert isinstance(low, NetworkModel)
    model, total = low.scm, Fraction(0)
    p = {1: Fraction(1, 3), 0: Fraction(2, 3)}
    contexts: list[dict[str, Any]] = [{"A": a, "B": b} for a, b in product((0, 1), repeat=2)]
    for u, other in product(contexts, repeat=2):
        run = model.run(other)
        items = ", ".join(f"{n} = {run[n]}" for n in ("layers.0[2]", "layers.1[1]"))
        outputs = [
            Fraction(model.run(u, i)["output[0]"]) > Fraction(1, 2)
            for i in (model.intervention(""), model.intervention(items))
        ]
        share = p[u["A"]] * p[u["B"]] * p[other["A"]] * p[other["B"]]
        total += share * (outputs[0] != outputs[1])
    assert distance(task.claim, task.definition).value == total
    machine = NetworkModel(low.network, low.domains, semantics="ieee(float32, cpu, batch=1)")
    with pytest.raises(InputError, match="resampled exactly, not under ieee"):
        resampled_claim(machine, ["layers.0[2]"], {"out": "output[0] > 1/2"})


def test_laws_may_be_given_where_the_model_has_none() -> None:
    model = SCM.from_text("input a : bool\nX = a\nZ = X")
    with pytest.raises(InputError, match="drawn from its law, and 'a' has none"):
        resampled_claim(model, ["X"], OUT)
    law = FiniteLaw((Fraction(3, 4), Fraction(1, 4)))
    assert distance(resampled_claim(model, ["X"], OUT, laws={"a": law}), BY_LAW).value == Fraction(
        3, 8
    )


@pytest.mark.parametrize(
    ("text", "outside", "said"),
    [
        ("input a : bool ~ 1/2\nX | a : bool ~ {0: 1/3; 1: 1/2}\nZ = X", ["Z"],
         "the model gives 'X' by a conditional law (layer 2)"),
        ("cyclic\nU : bool ~ 1/2\nX : bool = Y\nY : bool = U\nZ = X", ["X"], "the model is declared cyclic"),
        ("input a : bool ~ 1/2\nX = a\nZ = X", ["Q"], "there is no variable with a mechanism 'Q'"),
        ("input a : bool ~ 1/2\nX = a\nZ = X", ["a"], "there is no variable with a mechanism 'a'"),
        ("input a : bool ~ 1/2\nX = a\nZ = X", ["a -> Z"], "there is no edge 'a -> Z': Z does not read a"),
        ("input a, other_a : bool ~ 1/2\nX = a\nZ = X and other_a", ["X"],
         "'other_a' is needed for another context; rename it"),
        ("input a, b : bool\nX = a and b\nZ = X", ["X"], "and 'b' has none; write ~ uniform"),
    ],
)  # fmt: skip
def test_what_cannot_be_resampled_is_refused_by_name(
    text: str, outside: list[str], said: str
) -> None:
    with pytest.raises(InputError, match=re.escape(said)):
        resampled_claim(SCM.from_text(text), outside, OUT)


def test_all_faults_are_told_together() -> None:
    model = SCM.from_text("input a : bool ~ 1/2\nX = a\nZ = X")
    with pytest.raises(InputError) as caught:
        resampled_claim(model, ["Q", "a -> Z"], {"Z": "X"})
    for part in ("'Z' is a variable of the model", "mechanism 'Q'", "no edge 'a -> Z'"):
        assert part in str(caught.value)
    with pytest.raises(InputError, match="contexts are resampled by their law"):
        read_task(
            f'weighted = false\n{TASK.format("1/4")}nodes = ["Z"]\nablation = "resample"\n{TAIL}'
        )
    with pytest.raises(InputError, match="the largest distance has no weights"):
        distance(resampled_claim(model, ["X"], OUT), Circuit(weighted=True, worst=True))
