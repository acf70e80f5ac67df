"""The radius of the split map against its derivation in rationals, and what it makes of labels."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from tauomega.bridge.exhaustive.clean import run_clean
from tauomega.bridge.exhaustive.fused import Fused, Split
from tauomega.bridge.exhaustive.readout import Above, Argmax
from tauomega.bridge.graph.capture import capture
from tauomega.bridge.graph.replay import Suffix

Rational = list[Fraction]


def scaled(module: nn.Module, factor: float) -> None:
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
    """The second map is wide, so that γ is more than what float64 is inflated by."""
    torch.manual_seed(seed)
    return nn.Sequential(
        nn.Linear(3, 6), nn.Tanh(), nn.Linear(6, 200), nn.LeakyReLU(slope), nn.Linear(200, 4), nn.ReLU(), nn.Linear(4, 2)
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


@pytest.mark.parametrize("slope", [0.25, -4.0])
@pytest.mark.parametrize("sites", [((0, 2),), ((0, 2), (3, 5))])
@pytest.mark.parametrize("scale", [1.0, 2.0**-70])
def test_the_radius_is_what_is_derived_not_less_and_hardly_more(
    slope: float, sites: tuple[tuple[int, int], ...], scale: float
) -> None:
    """Of a base and a source for each site; values far below 1 too, where products are subnormal and η is left."""
    module = modules(1, slope)
    if scale < 1:  # of what comes first; no bias hides what is left then
        scaled(module[:3], scale)
        for own in module.children():
            if isinstance(own, nn.Linear):
                nn.init.zeros_(own.bias)
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
        own.weight[0] = 2.0 ** (126 if layer == 2 else 121)  # one unit is enough
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


class Values:
    """A readout that keeps what it reads."""

    output = "output"

    def labels(self, value: torch.Tensor) -> torch.Tensor:
        return value.argmax(dim=-1)

    def read(self, value: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        self.value = value
        return self.labels(value), value[:, 0].abs()


@pytest.mark.parametrize("slope", [0.25, -0.5, 4.0])
def test_the_split_map_is_within_its_radius_of_the_module(slope: float) -> None:
    module, kept = modules(3, slope), Values()
    inputs = torch.randn(6, 3, generator=torch.Generator().manual_seed(4))
    found, clean = made(module, inputs, ("1[:, 0:4]",), kept)
    hidden = hidden_of(clean, 6)
    (held,) = clean.held.values()
    for base, source in product(range(6), range(len(held))):
        found.labels(slice(base, base + 1), [torch.tensor([source])], found.room(1))
        mixed = hidden[base].clone()
        mixed[:4] = held[source]
        radius = found.base.radius[base] + found.sources[0].radius[source]
        assert bool(((kept.value - module[2:](mixed[None])).abs() <= radius).all())


def test_errors_of_errors_are_counted_where_sums_are_long() -> None:
    """Two maps of 512: what γ makes of the first one's error is more than the inflation. In 64 bits."""
    torch.manual_seed(1)
    module = nn.Sequential(
        nn.Linear(2, 512), nn.Tanh(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 1)
    )
    inputs = torch.randn(4, 2)
    found, clean = made(module, inputs, ("1[:, 0:9]",), Above(0.0))
    hidden = next(v for v in clean.values.values() if tuple(v.shape) == (4, 512))
    (held,) = clean.held.values()
    mixed = hidden[0].clone()
    mixed[:9] = held[1]
    unit = np.longdouble(2.0**-24)
    size, error = abs(mixed.detach().numpy().astype(np.longdouble)), np.zeros(512, np.longdouble)
    for own, more in ((module[2], 2), (module[4], 0)):
        assert isinstance(own, nn.Linear)
        weight, bias = (
            abs(p.detach().numpy().astype(np.longdouble)) for p in (own.weight, own.bias)
        )
        gamma = (513 + more) * unit / (1 - (513 + more) * unit)
        size, error = weight @ (size + error) + bias, weight @ error
        error = error + gamma * size
    radius = found.base.radius[0] + found.sources[0].radius[1]
    assert 2 * error.max() <= float(radius) <= 2.5 * error.max()
