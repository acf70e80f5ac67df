"""The radius of the split map against its derivation in rationals, and what it makes of labels."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
import torch
from torch import nn

from tauomega.bridge.exhaustive.clean import run_clean
from tauomega.bridge.exhaustive.fused import Fused, Split
from tauomega.bridge.exhaustive.readout import Above, Argmax
from tauomega.bridge.graph.capture import capture
from tauomega.bridge.graph.replay import Suffix

Rational = list[Fraction]


def scaled(module: nn.Sequential, factor: float) -> None:
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.mul_(factor)


def hidden_of(clean: Any, rows: int) -> Any:
    """The values at the site, of the one hidden layer of 6 units that is held."""
    return next(v for v in clean.values.values() if tuple(v.shape) == (rows, 6))


def made(module: nn.Sequential, inputs: torch.Tensor, sites: tuple[str, ...], readout: Any) -> Any:
    graph = capture(module.eval(), inputs[:2])
    named = {str(k): graph.site(text) for k, text in enumerate(sites)}
    suffix = Suffix.of(graph, list(named.values()))
    clean = run_clean(graph, [inputs], named, suffix.frontier, len(inputs))
    return Fused.of(suffix, clean, list(clean.held.values()), readout), clean


def modules(seed: int, slope: float) -> nn.Sequential:
    torch.manual_seed(seed)
    return nn.Sequential(
        nn.Linear(3, 6), nn.Tanh(), nn.Linear(6, 5), nn.LeakyReLU(slope), nn.Linear(5, 4), nn.ReLU(), nn.Linear(4, 2)
    )  # fmt: skip


def fractions(tensor: torch.Tensor) -> Any:
    return [
        fractions(t) if t.dim() else Fraction(*float(t).as_integer_ratio()) for t in tensor.detach()
    ]


def derived(
    module: nn.Sequential, largest: Rational, sites: int, slope: Fraction, constants: bool = True
) -> Fraction:
    """Twice E after every step, as the module derives it; or the part of it that the sizes bring."""
    unit, tiny = Fraction(1, 2**24), Fraction(constants, 2**149)

    def step(linear: Any, size: Rational, error: Rational, more: int) -> tuple[Rational, Rational]:
        n = linear.weight.shape[1] + 1 + more
        gamma = n * unit / (1 - n * unit)
        sizes, errors = [], []
        for row, b in zip(fractions(linear.weight), fractions(linear.bias), strict=True):
            own = abs(b) * constants
            reach = sum((abs(w) * (x + e) for w, x, e in zip(row, size, error, strict=True)), own)
            carried = sum((abs(w) * e for w, e in zip(row, error, strict=True)), Fraction(0))
            sizes.append(reach)
            errors.append(carried + gamma * reach + n * tiny)
        return sizes, errors

    size, error = step(module[2], largest, [Fraction(0)] * len(largest), 2 * sites)
    steep = max(Fraction(1), abs(slope))
    size, error = [s * steep for s in size], [e * steep for e in error]
    error = [e + unit * (s + e) + tiny for s, e in zip(size, error, strict=True)]
    size, error = step(module[4], size, error, 0)
    _, error = step(module[6], size, error, 0)
    return 2 * max(error)


@pytest.mark.parametrize("slope", [0.25, -0.5, 4.0])
@pytest.mark.parametrize("sites", [((0, 2),), ((0, 2), (3, 5))])
@pytest.mark.parametrize("scale", [1.0, 2.0**-70])
def test_the_radius_is_what_is_derived_not_less_and_hardly_more(
    slope: float, sites: tuple[tuple[int, int], ...], scale: float
) -> None:
    """Of a base and a source for each site; values far below 1 too, where products are subnormal and η is left."""
    module = modules(1, slope)
    scaled(module, scale)
    inputs = torch.randn(6, 3, generator=torch.Generator().manual_seed(2)) - 1  # mostly negative
    found, clean = made(module, inputs, tuple(f"1[:, {a}:{b}]" for a, b in sites), Argmax())
    hidden = hidden_of(clean, 6)
    held = list(clean.held.values())
    steep, count = Fraction(slope), len(sites)
    for base, source in ((0, 1), (2, 5), (4, 4)):
        mixed, kept = hidden[base].clone(), hidden[base].clone()
        radius = Fraction(float(found.base.radius[base]))
        most = Fraction(0)
        for (a, b), value, split in zip(sites, held, found.sources, strict=True):
            mixed[a:b], kept[a:b] = value[source], 0.0
            alone = torch.zeros(6)
            alone[a:b] = value[source]
            radius += Fraction(float(split.radius[source]))
            most += derived(module, fractions(alone.abs()), count, steep, constants=False)
        most += derived(module, fractions(kept.abs()), count, steep)
        assert derived(module, fractions(mixed.abs()), count, steep) <= radius
        assert radius <= most * (1 + Fraction(1, 2**16)) + Fraction(8, 2**149)


@pytest.mark.parametrize("layer", [2, 4])
def test_there_is_no_filter_where_sums_may_overflow(layer: int) -> None:
    module = modules(1, 0.25)
    inputs = torch.randn(6, 3, generator=torch.Generator().manual_seed(2))
    assert made(module, inputs, ("1[:, 0:2]",), Argmax())[0] is not None
    own: Any = module[layer]
    with torch.no_grad():
        own.weight.fill_(2.0**126)
        if layer == 4:
            last: Any = module[6]
            last.weight.fill_(0.0)
    assert made(module, inputs, ("1[:, 0:2]",), Argmax())[0] is None


def test_labels_within_the_radius_are_not_believed_nor_are_those_of_no_number() -> None:
    """3 stands between thresholds that are nearer than the radius of its base and source, and further."""
    module = nn.Sequential(nn.Linear(1, 1), nn.Tanh(), nn.Linear(1, 1))
    scaled(module, 0.0)
    own: Any = module[2]
    with torch.no_grad():
        own.weight.fill_(1.0)
        own.bias.fill_(3.0)
    inputs = torch.tensor([[1.0], [2.0], [3.0], [4.0]])
    plain, _ = made(module, inputs, ("1[:, 0:1]",), Above(0.0))
    radius = float(plain.base.radius[0]) + float(plain.sources[0].radius[0])
    for threshold, doubtful in ((3 - radius * 0.75, True), (3 - radius * 2, False)):
        near, _ = made(module, inputs, ("1[:, 0:1]",), Above(threshold))
        _, doubted = near.labels(slice(0, 1), [torch.tensor([0])], near.room(1))
        assert bool(doubted[0]) == doubtful
    broken = replace(plain, base=Split(plain.base.part * float("nan"), plain.base.radius))
    _, doubted = broken.labels(slice(0, 2), [torch.tensor([0])], broken.room(2))
    assert doubted.all()


@pytest.mark.parametrize("slope", [0.25, -0.5, 4.0])
def test_the_split_map_computes_what_the_module_does(slope: float) -> None:
    module = modules(3, slope)
    inputs = torch.randn(6, 3, generator=torch.Generator().manual_seed(4))
    found, clean = made(module, inputs, ("1[:, 0:4]",), Argmax())
    hidden = hidden_of(clean, 6)
    (held,) = clean.held.values()
    believed = 0
    for base, source in product(range(6), range(len(held))):
        label, near = found.labels(slice(base, base + 1), [torch.tensor([source])], found.room(1))
        mixed = hidden[base].clone()
        mixed[:4] = held[source]
        if not near:
            believed += 1
            assert int(label) == int(module[2:](mixed[None])[0].argmax())
    assert believed
