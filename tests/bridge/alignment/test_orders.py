"""Alignments in floating point: what is settled for every order of summation holds of every run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from tauomega.bridge.alignment import find_alignment_class
from tauomega.bridge.alignment.alignment import Alignment
from tauomega.bridge.alignment.orders import _chunks, _Enclosing, settle_orders
from tauomega.bridge.alignment.question import AlignmentQuestion
from tauomega.bridge.alignment.rotations import random_rotation, rational_rotation
from tauomega.bridge.feature_map import FeatureMap
from tauomega.bridge.network import Layer, Network
from tauomega.bridge.precision.enclosure import activated, linear
from tauomega.theory.errors import InputError, OutOfReachError

Build = Callable[..., AlignmentQuestion]
DTYPES = {"float32": torch.float32, "float64": torch.float64, "bfloat16": torch.bfloat16}


def aligned(asked: AlignmentQuestion, seed: int) -> tuple[Alignment, FeatureMap]:
    exact = rational_rotation(random_rotation(asked.width, torch.Generator().manual_seed(seed)))
    return Alignment("orthogonal", exact, (("left", (0, 1)), ("C", (2, 3, 4)))), exact


def ran(
    asked: AlignmentQuestion,
    alignment: Alignment,
    exact: FeatureMap,
    dtype: torch.dtype,
    kind: tuple[str, ...],
    bases: Tensor,
    sources: list[Tensor],
    generator: torch.Generator,
) -> Tensor:
    """The outputs of these interchanges, every sum in an order of its own."""

    def product(values: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
        order = torch.randperm(weight.shape[1], generator=generator)
        return torch.nn.functional.linear(values[:, order], weight[:, order].contiguous(), bias)

    def layer(k: int, values: Tensor) -> Tensor:
        one = asked.model.network.layers[k]
        weight, bias = (torch.tensor(x).to(dtype) for x in (one.weight, one.bias))
        values = product(values, weight, bias)
        return values.relu() if one.activation.name == "relu" else values

    points = [tuple(c.values()) for c in asked.model.as_scm().contexts()]
    inputs = torch.tensor([[float(x) for x in asked.model.row(p)] for p in points]).to(dtype)
    base, *origins = (layer(0, inputs[rows]) for rows in (bases, *sources))
    matrix = torch.tensor([[float(x) for x in row] for row in exact.matrix], dtype=torch.float64)
    found = base
    for name, origin in zip(kind, origins, strict=True):
        rows = matrix[list(dict(alignment.features)[name])].to(dtype)
        found = found + product(product(origin - base, rows), rows.T.contiguous())
    for k in range(1, len(asked.model.network.layers)):
        found = layer(k, found)
    return found


def cancelling(asked: AlignmentQuestion) -> AlignmentQuestion:
    """The same network behind sums that cancel: its first layer rounds far more than the rest."""
    first, *others = asked.model.network.layers
    weight, bias = first.weight.copy(), first.bias - np.float32(4096)
    weight[:, 0] = 4096
    network = Network((Layer(weight, bias, first.activation), *others))
    return replace(asked, model=replace(asked.model, network=network))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("cancels", [False, True])
def test_every_run_lies_in_its_enclosure_and_rounding_shows(
    dtype: str, cancels: bool, question: Build
) -> None:
    generator = torch.Generator().manual_seed(0)
    moved = settled = total = 0
    for seed in range(2):
        asked = question(seed, second=3)
        if cancels:
            asked = cancelling(asked)
        alignment, exact = aligned(asked, seed)
        enclosing = _Enclosing(asked, alignment, exact, dtype)
        for kind in asked.kinds:
            for bases, sources in _chunks(8, len(kind), 256):
                value = enclosing._exchanged(kind, bases, sources)
                for weight, bias, activation in enclosing.layers:
                    value = linear(value, weight, bias, enclosing.form)
                    value = activated(value, activation.name, 0.0, enclosing.form)
                low, high = value.bounds
                said = enclosing.said(kind, bases, sources)
                for _ in range(3):
                    rows = torch.tensor(bases), [torch.tensor(s) for s in sources]
                    run = ran(asked, alignment, exact, DTYPES[dtype], kind, *rows, generator)
                    outputs = run.double().numpy()
                    assert (outputs >= low).all()
                    assert (outputs <= high).all()
                    moved += int((outputs != value.centre).sum())
                    first, other = outputs.T
                    signs = np.stack([first > other, (first > 1 / 8) & (other < 2)], axis=1) * 2 - 1
                    assert (signs == said)[said != 0].all()
                settled += int((said != 0).sum())
                total += said.size
    assert moved > 0
    assert cancels or settled > total / 2


def test_counts_are_of_all_interchanges_and_finer_formats_settle_more(question: Build) -> None:
    asked = question(2, second=3)
    alignment, _ = aligned(asked, 2)
    found = {name: settle_orders(asked, alignment, name) for name in DTYPES}
    assert {one.total for one in found.values()} == {64 + 64 + 512}
    done = [found[n].agreeing + found[n].failing for n in ("bfloat16", "float32", "float64")]
    assert done == sorted(done)
    assert done[0] < done[1]
    assert not found["float32"].holds


def test_what_cannot_be_enclosed_is_refused(question: Build) -> None:
    asked = question(0)
    lesson = torch.rand(8, 6)
    generator = torch.Generator().manual_seed(0)
    other = find_alignment_class("reversible").start(lesson, (2,), generator).frozen(("left",))
    with pytest.raises(InputError, match="only linear features"):
        settle_orders(asked, other)
    many = replace(asked, contexts=list(asked.contexts) * 100)
    with pytest.raises(OutOfReachError, match="interchanges to enclose"):
        settle_orders(many, aligned(question(0, second=3), 0)[0])
