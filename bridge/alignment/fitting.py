"""Training an alignment map: Adam on the margins of interchanges, the rate falling along a cosine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, pi
from typing import final

import torch

from tauomega.theory.errors import InputError

from .alignment_class import Learner
from .lesson import Lesson

__all__ = ["Fitting", "fit"]


@final
@dataclass(frozen=True, slots=True)
class Fitting:
    """How a map is trained.

    Attributes:
        steps: Adam steps.
        batch: interchanges in each.
        rate: the learning rate at the start.

    Raises:
        InputError: a number that is not positive.
    """

    steps: int = 1000
    batch: int = 1024
    rate: float = 0.02

    def __post_init__(self) -> None:
        faults = [
            f"{name} is at least 1, not {value}"
            for name, value in (("steps", self.steps), ("batch", self.batch))
            if value < 1
        ]
        if not 0 < self.rate < float("inf"):
            faults.append(f"rate is a positive number, not {self.rate}")
        if faults:
            raise InputError(faults)


def fit(
    learner: Learner,
    lesson: Lesson,
    settings: Fitting,
    generator: torch.Generator,
    *,
    stop: Callable[[], bool] = lambda: False,
    told: Callable[[int], None] = lambda steps: None,
) -> float:
    r"""Train a map in place; the loss is $\log(1 + e^{-ym})$ for a margin m that should have the sign y.

    Args:
        learner: the map.
        lesson: what it is trained on.
        settings: how.
        generator: for the batches.
        stop: asked before every step.
        told: how many steps are done.

    Returns:
        The loss of the last step; infinite if there was none.
    """
    parameters = learner.parameters
    if not parameters:
        return float("inf")
    optimiser = torch.optim.Adam(parameters, lr=settings.rate)
    last = torch.tensor(float("inf"))
    for step in range(settings.steps):
        if stop():
            break
        progress = step / settings.steps
        for group in optimiser.param_groups:
            group["lr"] = settings.rate * (1 + cos(pi * progress)) / 2
        learner.prepare(progress)
        batch = lesson.draw(step, settings.batch, generator)
        values = learner.exchanged(
            batch.base, list(zip(batch.variables, batch.sources, strict=True))
        )
        margins = lesson.margins(values)
        loss = torch.nn.functional.softplus(-batch.wanted * margins).mean()
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]  # torch has no type for it
        optimiser.step()
        if step % 64 == 0:
            told(step)
        last = loss.detach()
    learner.prepare(1.0)
    return float(last)
