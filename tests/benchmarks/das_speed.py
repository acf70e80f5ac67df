"""Distributed alignment search on hierarchical equality, beside pyvene, in one run.

    pip install pyvene==0.1.8
    python tests/benchmarks/das_speed.py                  # three networks, both, at equal batch and steps

The first table: a network with 16 inputs (four random vectors of four numbers), three hidden layers of 16,
trained for (a = b) = (c = d); the first layer, eight features for each equality, exchanged alone and
together; Adam, batches of 6,400, 2,000 steps. Interchange accuracy is of 19,200 fresh pairs. Seconds are
of one thread's processor time, training only.

Source: pyvene's tutorial on hierarchical equality; Geiger et al. (2024), arXiv:2303.02536, Section 4.1.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from typing import Any, final

import torch
from torch import Tensor, nn

from tauomega.bridge.alignment.classes.orthogonal import OrthogonalSubspaces
from tauomega.bridge.alignment.fitting import Fitting, fit
from tauomega.bridge.alignment.lesson import ListedPairs

SEEDS = (0, 42, 1)
WIDTH, OBJECT = 16, 4
KINDS: tuple[tuple[int, ...], ...] = ((0,), (1,), (0, 1))
BATCH, STEPS, PAIRS, TESTED = 6_400, 2_000, 1_280_000, 19_200
OUR_RATE = 3e-2
HEADING = f"""# Distributed alignment search beside pyvene

Written by `python tests/benchmarks/das_speed.py > FILE`: hierarchical equality, {STEPS:,} steps of batches of {BATCH:,},
interchange accuracy of {TESTED:,} fresh pairs; seconds of one thread's processor time, training only, PyTorch
{torch.__version__}, on a machine that may be shared. Accuracies are sampled, and nothing here is proved.
"""


class Mlp(nn.Module):
    """16-16-16-16-2 with ReLUs, the first hidden layer's values patched by whoever runs the rest."""

    def __init__(self, hidden: int = 3) -> None:
        super().__init__()
        self.h = nn.ModuleList([nn.Linear(WIDTH, WIDTH) for _ in range(hidden)])
        self.score = nn.Linear(WIDTH, 2)

    def first(self, x: Tensor) -> Tensor:
        """The first hidden layer."""
        value: Tensor = self.h[0](x).relu()
        return value

    def rest(self, values: Tensor) -> Tensor:
        """The logits, from the first hidden layer's values."""
        for layer in self.h[1:]:
            values = layer(values).relu()
        found: Tensor = self.score(values)
        return found


def objects(rows: int, generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """Rows of four vectors, each equality true in half of them; and the two equalities."""
    x = 2 * torch.rand(rows, 4, OBJECT, generator=generator) - 1
    left = torch.rand(rows, generator=generator) < 0.5
    right = torch.rand(rows, generator=generator) < 0.5
    x[:, 1] = torch.where(left[:, None], x[:, 0], x[:, 1])
    x[:, 3] = torch.where(right[:, None], x[:, 2], x[:, 3])
    return x.flatten(1), left, right


def trained(seed: int) -> tuple[Mlp, float]:
    """A network trained on a million examples three times over, and its accuracy on fresh ones."""
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    module = Mlp()
    x, left, right = objects(2**20, generator)
    y = (left == right).long()
    optimiser = torch.optim.Adam(module.parameters(), lr=1e-3)
    steps = 3 * len(x) // 1024
    schedule = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 0.0, steps)
    for step in range(steps):
        rows = slice((step * 1024) % len(x), (step * 1024) % len(x) + 1024)
        loss = nn.functional.cross_entropy(module.rest(module.first(x[rows])), y[rows])
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
    for parameter in module.parameters():
        parameter.requires_grad_(False)
    x, left, right = objects(100_000, generator)
    right_answers = module.rest(module.first(x)).argmax(1) == (left == right)
    return module, float(right_answers.float().mean())


@final
@dataclass(frozen=True, slots=True)
class Pairs:
    """Interchanges: rows of inputs, and for each kind bases, sources and the label that is expected."""

    inputs: Tensor
    kinds: tuple[tuple[tuple[int, ...], Tensor, Tensor, Tensor], ...]


def pairs(count: int, generator: torch.Generator) -> Pairs:
    """So many interchanges, a third of each kind; every base and source is a fresh row."""
    kinds = []
    inputs = []
    start = 0
    for kind in KINDS:
        rows = count // len(KINDS)
        base, *equal = objects(rows, generator)
        inputs.append(base)
        columns = []
        for place, variable in enumerate(kind, 1):
            source, *theirs = objects(rows, generator)
            inputs.append(source)
            columns.append(start + place * rows + torch.arange(rows))
            equal[variable] = theirs[variable]
        label = (equal[0] == equal[1]).long()
        kinds.append((kind, start + torch.arange(rows), torch.stack(columns, 1), label))
        start += (1 + len(kind)) * rows
    return Pairs(torch.cat(inputs), tuple(kinds))


def accuracy(module: Mlp, projectors: list[Tensor], tested: Pairs) -> float:
    """The share of interchanges whose label is the expected one, for projectors of the variables."""
    values = module.first(tested.inputs)
    agreeing = total = 0
    for kind, bases, sources, label in tested.kinds:
        base = found = values[bases]
        for variable, source in zip(kind, sources.unbind(1), strict=True):
            found = found + (values[source] - base) @ projectors[variable]
        agreeing += int((module.rest(found).argmax(1) == label).sum())
        total += len(label)
    return agreeing / total


def ours(module: Mlp, lesson: Pairs, rate: float, seed: int) -> tuple[list[Tensor], float]:
    """Projectors of both variables, frozen to rational numbers, and the seconds of training."""
    start = time.process_time()
    values = module.first(lesson.inputs)
    lists = [
        (kind, bases, sources, (2 * label - 1)[:, None].float())
        for kind, bases, sources, label in lesson.kinds
    ]
    difference = torch.tensor([[-1.0], [1.0]])
    listed = ListedPairs(values, (8, 8), lists, lambda h: module.rest(h) @ difference)
    generator = torch.Generator().manual_seed(seed)
    learner = OrthogonalSubspaces().start(values, (8, 8), generator)
    fit(learner, listed, Fitting(STEPS, BATCH, rate), generator)
    alignment = learner.frozen(("left", "right"))
    seconds = time.process_time() - start
    (step,) = alignment.map.forward
    matrix = torch.tensor([[float(x) for x in row] for row in step.weight])
    blocks = [matrix[list(features)] for _, features in alignment.features]
    return [b.T @ b for b in blocks], seconds


def theirs(
    pyvene: Any, module: Mlp, lesson: Pairs, rate: float, seed: int
) -> tuple[list[Tensor], float]:
    """The same by pyvene: its rotated-space intervention, its loss, batches of one kind."""
    torch.manual_seed(seed)
    config = pyvene.models.mlp.modelings_mlp.MLPConfig(
        h_dim=WIDTH, activation_function="relu", n_layer=3, num_classes=2, pdrop=0.0
    )
    _, _, network = pyvene.create_mlp_classifier(config)
    state = {
        f"mlp.h.{k}.ff1.{n}": v for k, x in enumerate(module.h) for n, v in x.state_dict().items()
    }
    network.load_state_dict(state | {f"score.{n}": v for n, v in module.score.state_dict().items()})
    halves = [[0, 8], [8, 16]]
    representations = [
        pyvene.RepresentationConfig(
            0, "block_output", "pos", 1, subspace_partition=halves, intervention_link_key=0
        )
        for _ in halves
    ]
    configured = pyvene.IntervenableConfig(
        model_type=type(network),
        representations=representations,
        intervention_types=pyvene.RotatedSpaceIntervention,
    )
    model = pyvene.IntervenableModel(configured, network, use_fast=True)
    model.set_device("cpu")
    model.disable_model_gradients()
    shared = next(iter(model.interventions.values()))
    parameters = [p for p in shared.parameters() if p.requires_grad]
    optimiser = torch.optim.Adam(parameters, lr=rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, STEPS)
    generator = torch.Generator().manual_seed(seed)
    start = time.process_time()
    for step in range(STEPS):
        kind, bases, sources, label = lesson.kinds[step % len(lesson.kinds)]
        chosen = torch.randint(len(label), (BATCH,), generator=generator)
        given: list[Any] = [None, None]
        places: list[Any] = [None, None]
        subspaces: list[Any] = [None, None]
        for column, variable in enumerate(kind):
            given[variable] = {"inputs_embeds": lesson.inputs[sources[chosen, column]][:, None]}
            places[variable] = [[0]] * BATCH
            subspaces[variable] = [[variable]] * BATCH
        _, found = model(
            {"inputs_embeds": lesson.inputs[bases[chosen]][:, None]},
            given,
            {"sources->base": (places, places)},
            subspaces=subspaces,
        )
        loss = nn.functional.cross_entropy(found[0], label[chosen])
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
        model.set_zero_grad()
    seconds = time.process_time() - start
    weight = shared.rotate_layer.weight.detach()
    return [weight[:, a:b] @ weight[:, a:b].T for a, b in halves], seconds


def table(rates: tuple[float, ...], restarts: int) -> Iterator[str]:
    """A row for each network and method, as they come."""
    try:
        import pyvene
    except ModuleNotFoundError:
        pyvene = None
        yield "pyvene is not installed (pip install pyvene==0.1.8): its rows are left out"
    yield "| seed | task accuracy | method | rate | interchange accuracy | seconds | ms a step |"
    yield "|---|---|---|---|---|---|---|"
    for seed in SEEDS:
        module, task = trained(seed)
        generator = torch.Generator().manual_seed(seed + 100)
        lesson, tested = pairs(PAIRS, generator), pairs(TESTED, generator)
        runs: list[tuple[str, float, float, float]] = []
        for k in range(restarts):
            projectors, seconds = ours(module, lesson, OUR_RATE, seed + 1000 * k)
            name = f"tauomega, restart {k}" if restarts > 1 else "tauomega"
            runs.append((name, OUR_RATE, accuracy(module, projectors, tested), seconds))
        for rate in rates if pyvene is not None else ():
            projectors, seconds = theirs(pyvene, module, lesson, rate, seed)
            runs.append(("pyvene", rate, accuracy(module, projectors, tested), seconds))
        for name, rate, score, seconds in runs:
            row = f"{seed} | {task:.4f} | {name} | {rate:g} | {score:.4f}"
            yield f"| {row} | {seconds:.1f} | {1000 * seconds / STEPS:.2f} |"


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--restarts", type=int, default=3)
    parser.add_argument("--rate", type=float, action="append", help="of pyvene: 0.001 and 0.01")
    given = parser.parse_args()
    torch.set_num_threads(1)
    page = sys.stdout
    with redirect_stdout(sys.stderr):  # pyvene prints as it goes
        for line in (HEADING, *table(tuple(given.rate or (1e-3, 1e-2)), given.restarts)):
            print(line, flush=True, file=page)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
