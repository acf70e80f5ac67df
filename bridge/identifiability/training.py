r"""The study's training recipe: networks to count in, many seeds at once.

Mean squared error to the targets 0 and 1, AdamW, batches of 100 of $1000 \cdot 2^n$ rows drawn with
replacement; a run stops below the loss target, or after some epochs without improvement, and counts if
its loss and its accuracy on rows drawn apart are good enough.

The published script draws its data before it sets its seed, so its runs are not reproducible one by
one. Here data, initial weights and batches of a run depend on its seed alone. Rows are noise-free, so
a batch is how often it has each input: the gradient is computed over 2^n inputs with those weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any, final

import numpy as np
import numpy.typing as npt

from tauomega.theory.errors import InputError

from ..network import Activation, Layer, Network
from .gates import all_inputs, truth_table

__all__ = ["Recipe", "Run", "train"]

Array = npt.NDArray[Any]
FIRST_DECAY, SECOND_DECAY, EPSILON = 0.9, 0.999, 1e-8
"""The moments of AdamW, as PyTorch has them by default."""


@final
@dataclass(frozen=True, slots=True)
class Recipe:
    """How a network is trained.

    Attributes:
        hidden: widths of the hidden layers.
        rate: the learning rate of AdamW; `decay` its weight decay.
        batch: rows in a batch.
        rows: training rows, for each of the 2^n inputs; `validation` likewise.
        epochs: the most epochs.
        target: the mean loss of an epoch below which training stops.
        patience: epochs without a better mean loss after which it stops.
        accuracy: the least accuracy, of rounded outputs on the validation rows, of a run that counts.
        slope: of the leaky ReLU after every layer, the last one included.

    Source: Méloux, Maniu, Portet & Peyrard (2025), arXiv:2502.20914, and the code published with it.

    Raises:
        InputError: a size or number that is not positive; all at once.
    """

    hidden: tuple[int, ...] = (3, 3)
    rate: float = 1e-3
    decay: float = 1e-2
    batch: int = 100
    rows: int = 1000
    validation: int = 50
    epochs: int = 1000
    target: float = 0.01
    patience: int = 3
    accuracy: float = 0.99
    slope: float = 0.01

    def __post_init__(self) -> None:
        sizes = {name: getattr(self, name) for name in ("batch", "rows", "validation", "epochs")}
        sizes |= {"patience": self.patience, "rate": self.rate, "target": self.target}
        faults = [f"{name} is positive, not {value}" for name, value in sizes.items() if value <= 0]
        if not self.hidden or any(width < 1 for width in self.hidden):
            faults.append(f"hidden layers have at least one unit each, not {self.hidden}")
        if faults:
            raise InputError(faults)


@final
@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """One trained network: `loss` is the mean of its last epoch; `converged` whether it counts."""

    seed: int
    network: Network
    loss: float
    accuracy: float
    epochs: int
    converged: bool


@dataclass(slots=True, eq=False)
class _State:
    """Parameters of all runs that go on: for every layer (runs, out, in + 1), the bias last."""

    layers: list[Array]
    first: list[Array]
    second: list[Array]

    def keep(self, chosen: Array) -> None:
        for arrays in (self.layers, self.first, self.second):
            arrays[:] = [array[chosen] for array in arrays]


def train(
    gate: str, seeds: Sequence[int], recipe: Recipe | None = None, inputs: int = 2
) -> list[Run]:
    """Train a network for every seed, all at once; a run depends on its seed alone.

    Args:
        gate: one of `gates.GATES`.
        seeds: one run each.
        recipe: the published one by default.
        inputs: how many inputs.

    Raises:
        InputError: the gate is not of that many inputs.

    Complexity: some 0.3 ms a step for 100 runs of a 2-3-3-1 network.
    """
    recipe = recipe or Recipe()
    goal = np.array(truth_table(gate, inputs), np.float32)
    points = np.array(all_inputs(inputs), np.float32)
    generators = [np.random.default_rng(seed) for seed in seeds]
    data = [rng.integers(len(points), size=recipe.rows * len(points)) for rng in generators]
    checks = [rng.integers(len(points), size=recipe.validation * len(points)) for rng in generators]
    state = _initial(generators, (inputs, *recipe.hidden, 1))
    going = np.arange(len(seeds))
    best = np.full(len(seeds), np.inf)
    bad = np.zeros(len(seeds), int)
    done: dict[int, Run] = {}
    step = 0
    for epoch in range(1, recipe.epochs + 1):
        counts = np.stack(
            [_batches(generators[k].permutation(data[k]), recipe.batch, len(points)) for k in going]
        )
        losses = np.empty((counts.shape[1], len(going)))
        for number in range(counts.shape[1]):
            step += 1
            losses[number] = _step(state, points, goal, counts[:, number], recipe, step)
        mean = losses.mean(axis=0)
        better = mean < best
        best, bad = np.where(better, mean, best), np.where(better, 0, bad + 1)
        stop = (mean < recipe.target) | (bad >= recipe.patience) | (epoch == recipe.epochs)
        for place in np.flatnonzero(stop):
            run = int(going[place])
            network = _network([layer[place] for layer in state.layers], recipe)
            rounded = np.round(_forward(state.layers, points, recipe.slope)[-1][place, :, 0])
            right = float((rounded == goal)[checks[run]].mean())
            counted = right >= recipe.accuracy and float(mean[place]) <= recipe.target
            done[run] = Run(seeds[run], network, float(mean[place]), right, epoch, counted)
        going, best, bad = going[~stop], best[~stop], bad[~stop]
        state.keep(~stop)
        if not len(going):
            break
    return [done[k] for k in range(len(seeds))]


def _initial(generators: Sequence[np.random.Generator], sizes: tuple[int, ...]) -> _State:
    """Weights and biases uniform within 1 / sqrt(inputs of the layer), as PyTorch draws them."""
    layers: list[Array] = []
    for before, after in pairwise(sizes):
        drawn = [rng.uniform(-1, 1, (after, before + 1)) for rng in generators]
        layers.append((np.stack(drawn) / np.sqrt(before)).astype(np.float32))
    return _State(layers, [np.zeros_like(a) for a in layers], [np.zeros_like(a) for a in layers])


def _batches(rows: Array, size: int, points: int) -> Array:
    """How often every batch has every input, shape (batches, points); the last may be short."""
    batches = -(-len(rows) // size)
    places = np.arange(len(rows)) // size * points + rows
    return np.bincount(places, minlength=batches * points).reshape(batches, points)


def _forward(layers: Sequence[Array], points: Array, slope: float) -> list[Array]:
    """What every layer reads, and the outputs: shapes (runs, points, units)."""
    values = [np.broadcast_to(points, (len(layers[0]), *points.shape))]
    for layer in layers:
        z = values[-1] @ layer[:, :, :-1].transpose(0, 2, 1) + layer[:, None, :, -1]
        values.append(np.where(z < 0, z * np.float32(slope), z))
    return values


def _step(
    state: _State, points: Array, goal: Array, counts: Array, recipe: Recipe, step: int
) -> Array:
    """One step of AdamW on every run; the loss of the batch before it."""
    values = _forward(state.layers, points, recipe.slope)
    shares = (counts / counts.sum(axis=1, keepdims=True)).astype(np.float32)
    error = values[-1][:, :, 0] - goal
    loss: Array = (shares * error**2).sum(axis=1)
    back = (2 * shares * error)[:, :, None]
    for k in reversed(range(len(state.layers))):
        back = np.where(values[k + 1] < 0, back * np.float32(recipe.slope), back)
        gradient = np.concatenate(
            [back.transpose(0, 2, 1) @ values[k], back.sum(axis=1)[:, :, None]], axis=2
        )
        back = back @ state.layers[k][:, :, :-1]
        first, second = state.first[k], state.second[k]
        first += (1 - FIRST_DECAY) * (gradient - first)
        second += (1 - SECOND_DECAY) * (gradient**2 - second)
        size = np.sqrt(second / (1 - SECOND_DECAY**step)) + EPSILON
        state.layers[k] *= 1 - recipe.rate * recipe.decay
        state.layers[k] -= recipe.rate / (1 - FIRST_DECAY**step) * first / size
    return loss


def _network(layers: Sequence[Array], recipe: Recipe) -> Network:
    activation = Activation("leaky_relu", Fraction(float(np.float32(recipe.slope))))
    return Network(
        tuple(Layer(layer[:, :-1].copy(), layer[:, -1].copy(), activation) for layer in layers)
    )
