"""Labels over boxes of captured networks, against z3 on the same network and against runs."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch
import z3
from torch import nn

from tauomega.bridge.boxes.captured import decide_label
from tauomega.bridge.graph.capture import capture
from tauomega.bridge.graph.evaluation import evaluate_graph, exact_values
from tauomega.bridge.graph.linear_bounds import Run, box_around
from tauomega.bridge.graph.network import CapturedNetwork
from tauomega.theory.errors import InputError


class Reals:
    """The graph in z3's real terms."""

    def number(self, value: Fraction) -> Any:
        return z3.RealVal(str(value))

    def maximum(self, a: Any, b: Any) -> Any:
        return z3.If(a >= b, a, b)

    def function(self, name: str, x: Any) -> Any:
        raise NotImplementedError(name)


def always(graph: CapturedNetwork, run: Run, label: int) -> bool:
    """What z3 says: whether no inputs in the boxes give another label."""
    solver, given = z3.Solver(), []
    for number, box in enumerate(run.boxes):
        (centres,), (radii,) = box.centres.values(), box.radii.values()
        array = np.empty(centres.shape, dtype=object)
        for place, centre in np.ndenumerate(centres):
            array[place] = z3.Real(f"x{number}_{place}")
            low, high = centre - radii[place], centre + radii[place]
            solver.add(array[place] >= str(low), array[place] <= str(high))
        given.append({graph.inputs[0]: array})
    sources = [evaluate_graph(graph, Reals(), [], given=arrays) for arrays in given[1:]]
    patches = {site: sources[s][site.node][site.key] for site, s in run.sites}
    values = evaluate_graph(graph, Reals(), [], patches, given=given[0])
    numbers = values[graph.outputs["output"]].reshape(-1)
    solver.add(z3.Or([numbers[label] <= n for k, n in enumerate(numbers) if k != label]))
    return bool(solver.check() == z3.unsat)


def case_of(seed: int) -> tuple[CapturedNetwork, Run, int]:
    rng = random.Random(seed)
    torch.manual_seed(seed)
    module = nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 3)).eval()
    graph = capture(module, torch.randn(2, 2))
    radius = Fraction(rng.choice((1, 2, 5)), 10)
    base, source = (box_around(graph, [torch.randn(1, 2)], radius) for _ in range(2))
    patched = rng.random() < 0.5
    site = graph.site("1[:, :2]")
    run = Run(base, (source,), ((site, 0),)) if patched else Run(base)
    return graph, run, rng.randrange(3)


def test_answers_are_those_of_z3() -> None:
    seen = {True: 0, False: 0}
    for seed in range(40):
        graph, run, label = case_of(seed)
        answer = decide_label(graph, run, label, boxes=300)
        expected = always(graph, run, label)
        if answer.proved == 1:
            assert expected
            seen[True] += 1
        if answer.witness is not None:
            assert not expected
            seen[False] += 1
        assert answer.proved + answer.refuted + answer.undecided == 1
    assert seen[True] >= 5
    assert seen[False] >= 20


def test_a_witness_has_another_label_in_exact_arithmetic() -> None:
    graph, run, label = next(
        case for case in map(case_of, range(99)) if not case[1].sources and not always(*case)
    )
    answer = decide_label(graph, run, label)
    assert answer.witness is not None
    (point,) = answer.witness[0].values()
    row = torch.tensor([[float(x) for x in point.reshape(-1)]], dtype=torch.float64)
    assert [Fraction(x) for x in row[0].tolist()] == point.reshape(-1).tolist()
    numbers = exact_values(graph, [row])[graph.outputs["output"]].reshape(-1)
    assert any(other > numbers[label] for other in numbers)
    assert "refuted by an input" in str(answer)


def test_networks_with_softmax_and_normalisation_are_decided_near_a_point() -> None:
    torch.manual_seed(0)
    layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
    module = nn.Sequential(layer, nn.Flatten(), nn.Linear(24, 3)).eval()
    base = torch.randn(2, 3, 8)
    graph = capture(module, base)
    numbers = graph.run(base[:1])["output"].flatten()
    run = Run(box_around(graph, [base[:1]], Fraction(1, 2**12)))
    answer = decide_label(graph, run, int(numbers.argmax()), boxes=1)
    assert answer.proved == 1
    assert str(answer) == "proved on 1, undecided on 0 of the volume; 1 boxes"
    wrong = decide_label(graph, run, int(numbers.argmin()), boxes=1)
    assert wrong.refuted == 1
    assert wrong.witness is not None


def test_what_is_not_finished_is_undecided() -> None:
    graph, run, label = next(
        case for case in map(case_of, range(99)) if decide_label(*case, boxes=400).boxes > 20
    )
    answer = decide_label(graph, run, label, boxes=3)
    assert answer.undecided > 0
    with pytest.raises(InputError, match="label 7 of 3 outputs"):
        decide_label(graph, run, 7)
    with pytest.raises(InputError, match="no output 'logits'; outputs: output"):
        decide_label(graph, run, 0, output="logits")
