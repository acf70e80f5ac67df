"""The training recipe beside PyTorch, and its seeds."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from tauomega.bridge.identifiability.training import Recipe, train
from tauomega.theory.errors import InputError


def test_a_run_depends_on_its_seed_alone() -> None:
    recipe = Recipe(epochs=5)
    together = train("XOR", [3, 1, 8], recipe)
    alone = train("XOR", [1], recipe)
    assert [3, 1, 8] == [run.seed for run in together]
    for one, two in zip(together[1].network.layers, alone[0].network.layers, strict=True):
        assert np.array_equal(one.weight, two.weight)
        assert np.array_equal(one.bias, two.bias)


def test_training_is_that_of_pytorch() -> None:
    """The same initial weights and batches of rows, one by one, through torch's AdamW."""
    recipe = Recipe(rows=250, epochs=3)
    (run,) = train("IMP", [5], recipe)
    rng = np.random.default_rng(5)
    rows = rng.integers(4, size=1000)
    rng.integers(4, size=200)
    layers: list[torch.nn.Module] = []
    for before, after in ((2, 3), (3, 3), (3, 1)):
        drawn = (rng.uniform(-1, 1, (after, before + 1)) / np.sqrt(before)).astype(np.float32)
        linear = torch.nn.Linear(before, after)
        linear.weight.data = torch.tensor(drawn[:, :-1])
        linear.bias.data = torch.tensor(drawn[:, -1])
        layers += [linear, torch.nn.LeakyReLU(0.01)]
    module = torch.nn.Sequential(*layers)
    optimizer = torch.optim.AdamW(module.parameters(), lr=1e-3)
    points = torch.tensor([[0.0, 0], [0, 1], [1, 0], [1, 1]])
    goal = torch.tensor([1.0, 1, 0, 1])
    losses: list[float] = []
    for _ in range(3):
        losses = []
        for batch in rng.permutation(rows).reshape(10, 100):
            optimizer.zero_grad()
            loss = torch.nn.functional.mse_loss(module(points[batch])[:, 0], goal[batch])
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            losses.append(float(loss.detach()))
    assert run.loss == pytest.approx(float(np.mean(losses)), rel=1e-4)
    for trained, part in zip(run.network.layers, layers[::2], strict=True):
        assert isinstance(part, torch.nn.Linear)
        assert np.allclose(trained.weight, part.weight.detach().numpy(), atol=2e-5)
        assert np.allclose(trained.bias, part.bias.detach().numpy(), atol=2e-5)


def test_runs_that_count_compute_the_gate() -> None:
    runs = train("AND", range(6))
    assert any(run.converged for run in runs)
    for run in runs:
        assert run.converged == (run.loss <= 0.01 and run.accuracy >= 0.99)
        assert 1 <= run.epochs <= 1000


def test_a_recipe_says_all_that_is_wrong() -> None:
    with pytest.raises(InputError) as error:
        Recipe(hidden=(3, 0), batch=0, target=-1.0)
    assert 3 == len(error.value.faults)
