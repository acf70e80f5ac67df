r"""Interchange-intervention training: a network trained to have a causal structure.

Full-batch Adam on every clean input and every interchange of the declared sites, singly and jointly,
with the high-level model's counterfactual outputs as targets; cross-entropy over output units. The
weights are then rounded to a dyadic grid, and only a decision about the rounded network says whether
the training succeeded.

Source: Geiger et al. (2022), "Inducing causal structure for interpretable neural networks",
arXiv:2112.00826.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise, product
from typing import Any, final

import numpy as np

from tauomega.theory.intervention import Hard
from tauomega.theory.scm import SCM

from .network import Activation, Layer, Network

__all__ = ["InterchangeTraining"]


@final
@dataclass(frozen=True, slots=True)
class InterchangeTraining:
    """A recipe: a pure function of its fields.

    Attributes:
        high: a model with numeric inputs; `output` is one of its variables, with values 0 … m-1,
            each the position of an output unit.
        output: the variable that the network is to compute.
        widths: hidden widths.
        sites: variable -> (hidden layer, units).
        encode: what the network reads for the inputs: value -> number.
        flipped: (variable, source, base) whose counterfactual is trained to be another output, with
            the weight of 64 others: a needle. Sources and bases are positions in the list of inputs.
        joint: whether several sites are exchanged at once, too.
        steps: Adam steps.
        rate: learning rate, annealed to 0 along a cosine.
        grid: weights are rounded to multiples of 2^-grid at the end.
        noise: how far from their codes inputs are drawn, uniformly in each coordinate, anew at each step.
        seed: of the initial weights and the noise.
    """

    high: SCM
    output: str
    widths: tuple[int, ...]
    sites: Mapping[str, tuple[int, tuple[int, ...]]]
    encode: Mapping[int, float]
    flipped: tuple[str, int, int] | None = None
    joint: bool = True
    steps: int = 1500
    rate: float = 0.01
    grid: int = 7
    noise: float = 0.0
    seed: int = 0

    def train(self) -> Network:
        """Train, on one thread of the CPU."""
        import torch
        from torch import nn

        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        try:
            generator = torch.Generator().manual_seed(self.seed)
            rows = [list(context.values()) for context in self.high.contexts()]
            inputs = torch.tensor([[self.encode[int(v)] for v in row] for row in rows])
            outputs = 1 + max(int(v) for v in self.high.domain(self.output))  # type: ignore[union-attr]  # finite
            sizes = [inputs.shape[1], *self.widths, outputs]
            layers = [nn.Linear(a, b) for a, b in pairwise(sizes)]
            with torch.no_grad():
                for layer in layers:
                    scale = (2 / layer.in_features) ** 0.5
                    layer.weight.normal_(0, scale, generator=generator)
                    layer.bias.zero_()
            parameters = [p for layer in layers for p in layer.parameters()]
            optimiser = torch.optim.Adam(parameters, lr=self.rate)
            schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, self.steps)
            questions = self._questions()
            for _ in range(self.steps):
                drawn = inputs
                if self.noise:
                    near = 2 * torch.rand(inputs.shape, generator=generator) - 1
                    drawn = inputs + self.noise * near
                clean = self._activations(layers, drawn)
                loss = torch.zeros(())
                for chosen, bases, sources, targets, weights in questions:
                    logits = self._patched(layers, drawn, clean, chosen, bases, sources)
                    each = nn.functional.cross_entropy(logits, targets, reduction="none")
                    loss = loss + (each * weights).mean()
                optimiser.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]  # torch has no type for it
                optimiser.step()
                schedule.step()
            return self._rounded(layers)
        finally:
            torch.set_num_threads(threads)

    def _questions(self) -> list[tuple[tuple[str, ...], Any, list[Any], Any, Any]]:
        """For each set of sites: bases, a source for each site, target outputs, and weights."""
        import torch

        contexts = list(self.high.contexts())
        states = [self.high.run(context) for context in contexts]
        found = []
        for size in range((len(self.sites) if self.joint else 1) + 1):
            for chosen in combinations(self.sites, size):
                bases: list[int] = []
                sources: list[tuple[int, ...]] = []
                targets: list[int] = []
                weights: list[float] = []
                for *origin, base in product(range(len(contexts)), repeat=size + 1):
                    setting = Hard(
                        tuple((n, states[s][n]) for n, s in zip(chosen, origin, strict=True))
                    )
                    target = int(self.high.run(contexts[base], setting)[self.output])
                    is_flipped = self.flipped == (*chosen, *origin, base)
                    if is_flipped:
                        target = 1 if target == 0 else 0
                    weights.append(64.0 if is_flipped else 1.0)
                    bases.append(base)
                    sources.append(tuple(origin))
                    targets.append(target)
                columns = [torch.tensor(c) for c in zip(*sources, strict=True)]
                found.append(
                    (
                        chosen,
                        torch.tensor(bases),
                        columns,
                        torch.tensor(targets),
                        torch.tensor(weights),
                    )
                )
        return found

    def _activations(self, layers: Sequence[Any], inputs: Any) -> list[Any]:
        values, found = inputs, []
        for k, layer in enumerate(layers):
            values = layer(values)
            values = values.relu() if k < len(layers) - 1 else values
            found.append(values)
        return found

    def _patched(
        self,
        layers: Sequence[Any],
        inputs: Any,
        clean: Sequence[Any],
        chosen: Sequence[str],
        bases: Any,
        sources: Sequence[Any],
    ) -> Any:
        values = inputs[bases]
        for k, layer in enumerate(layers):
            values = layer(values)
            values = values.relu() if k < len(layers) - 1 else values
            for name, source in zip(chosen, sources, strict=True):
                place, units = self.sites[name]
                if place == k:
                    values = values.clone()
                    values[:, list(units)] = clean[k][source][:, list(units)]
        return values

    def _rounded(self, layers: Sequence[Any]) -> Network:
        scale = 2.0**self.grid

        def grid(tensor: Any) -> Any:
            return (np.round(tensor.detach().numpy().astype(np.float64) * scale) / scale).astype(
                np.float32
            )

        last = len(layers) - 1
        return Network(
            tuple(
                Layer(
                    grid(layer.weight),
                    grid(layer.bias),
                    Activation("relu" if k < last else "identity"),
                )
                for k, layer in enumerate(layers)
            )
        )
