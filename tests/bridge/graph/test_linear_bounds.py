"""Affine forms and curves: they enclose what they say, and more tightly than balls do."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

import flint
import pytest
import torch
from torch import nn

from tauomega.bridge.graph.affine import AffineForms
from tauomega.bridge.graph.arithmetic import NotEvaluatedError
from tauomega.bridge.graph.capture import capture
from tauomega.bridge.graph.curves import VALUES, enclosed, parallel_lines
from tauomega.bridge.graph.evaluation import certified, exact_values
from tauomega.bridge.graph.linear_bounds import Run, box_around, linear_bounds
from tauomega.bridge.graph.replay import interchanged
from tauomega.theory.errors import InputError

from .test_evaluation import OPERATIONS, Applied

TENTH = Fraction(1, 10)


def rational(ball: Any) -> Fraction:
    mantissa, exponent = ball.mid().man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


@pytest.mark.parametrize("name", sorted(VALUES))
def test_parallel_lines_enclose_every_value(name: str) -> None:
    rng = random.Random(name)
    tried = 0
    while tried < 150:
        scale = 2.0 ** rng.randint(-30, 6)
        low = rng.choice((-1, 1)) * rng.random() * scale
        high = low + rng.random() * scale
        try:
            bottom, top = enclosed(name, low, high)
        except NotEvaluatedError:
            continue
        slope, least, most = parallel_lines(name, low, high)
        tried += 1
        for x in (low, high, *(low + rng.random() * (high - low) for _ in range(5))):
            x = min(max(x, low), high)
            value = rational(VALUES[name](flint.arb(x)))
            slack = Fraction(1, 2**40) * max(abs(value), Fraction(1, 2**60))  # arb's own at 53 bits
            assert Fraction(bottom) - slack <= value <= Fraction(top) + slack
            off = value - Fraction(slope) * Fraction(x)
            assert Fraction(least) - slack <= off <= Fraction(most) + slack
        assert most - least <= top - bottom + 1e-12 * (abs(top) + abs(bottom)) or slope == 0


def test_forms_of_random_sums_and_products_enclose_exact_values() -> None:
    rng = random.Random(1)
    for _ in range(300):
        own = AffineForms(rng.choice((0, 6, 4096)))
        centres = [Fraction(rng.randint(-99, 99), rng.randint(1, 99)) for _ in range(3)]
        radii = [rng.choice((Fraction(0), Fraction(1, 3), TENTH)) for _ in range(3)]
        points = [
            c + r * Fraction(rng.randint(-7, 7), 7) for c, r in zip(centres, radii, strict=True)
        ]
        pool = [(own.around(c, r), x) for c, r, x in zip(centres, radii, points, strict=True)]
        for _ in range(8):
            (a, x), (b, y) = rng.choice(pool), rng.choice(pool)
            match rng.randrange(5):
                case 0:
                    found = a + b, x + y
                case 1:
                    found = a - b, x - y
                case 2 if abs(x) < 10**6 and abs(y) < 10**6:
                    found = a * b, x * y
                case 3:
                    found = own.maximum(a, b), max(x, y)
                case _:
                    factor = Fraction(rng.randint(-9, 9), 7)
                    found = a * own.number(factor), x * factor
            form, value = found
            assert Fraction(form.low) <= value <= Fraction(form.high)
            assert abs(value - Fraction(form.centre)) <= Fraction(form.radius)
            pool.append(found)
    with pytest.raises(ValueError, match="symbols; use 0 to"):
        AffineForms(-1)


def test_what_is_taken_from_itself_is_nothing() -> None:
    own = AffineForms()
    x = own.around(Fraction(1, 3), TENTH)
    assert (x - x).radius < 1e-15
    y = own.around(Fraction(5), Fraction(2))
    assert (x + y - x).radius < 2 + 1e-12
    square = x * x
    assert 0.05 < square.low  # 7/30 squared; a product of two such would reach 0.044


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_lines_of_every_operation_contain_what_inputs_give(name: str) -> None:
    function, inputs = OPERATIONS[name]
    module = Applied(function).eval()
    graph = capture(module, inputs)
    row = inputs[:1]
    radius = Fraction(1, 16)
    run = Run(box_around(graph, [row], radius))
    bounds = linear_bounds(graph, run)["output"]
    generator = torch.Generator().manual_seed(5)
    for _ in range(4):
        moved = row + float(radius) * (2 * torch.rand(row.shape, generator=generator) - 1)
        numbers = [Fraction(*x.as_integer_ratio()) for x in moved.flatten().tolist()]
        for bound, ball in zip(bounds, certified(graph, [moved])["output"], strict=True):
            assert bound.low <= ball.high
            assert ball.low <= bound.high
            line = sum((s * x for s, x in zip(bound.slopes, numbers, strict=True)), Fraction(0))
            assert bound.below <= ball.high - line
            assert ball.low - line <= bound.above


def widths(bounds: Any) -> float:
    return float(sum(bound.high - bound.low for bound in bounds))


def test_lines_are_tighter_than_balls_and_finite_where_these_are_not(case: Any) -> None:
    cnn = case("cnn")
    run = Run(box_around(cnn.graph, [cnn.base[:1]], Fraction(1, 50)))
    lines = widths(linear_bounds(cnn.graph, run)["output"])
    balls = widths(certified(cnn.graph, [cnn.base[:1]], radius=Fraction(1, 50))["output"])
    assert lines < balls / 3
    encoder = case("encoder")
    run = Run(box_around(encoder.graph, [encoder.base[:1]], Fraction(1, 2**13)))
    assert widths(linear_bounds(encoder.graph, run)["output"]) < 1
    with pytest.raises(NotEvaluatedError, match="not finite"):
        certified(encoder.graph, [encoder.base[:1]], radius=Fraction(1, 2**13))


def test_patched_runs_are_bounded(case: Any) -> None:
    here = case("cnn")
    site = here.graph.site("second[:, :2]")
    radius = Fraction(1, 100)
    base, source = (box_around(here.graph, [x[:1]], radius) for x in (here.base, here.source))
    bounds = linear_bounds(here.graph, Run(base, (source,), ((site, 0),)))["output"]
    rng = torch.Generator().manual_seed(1)
    for _ in range(5):
        moved = [
            x[:1] + float(radius) * (2 * torch.rand(x[:1].shape, generator=rng) - 1)
            for x in (here.base, here.source)
        ]
        (ran,) = interchanged(here.graph, [moved[0]], {site: [moved[1]]}).values()
        for bound, value in zip(bounds, ran.flatten().tolist(), strict=True):
            assert float(bound.low) - 1e-5 < value < float(bound.high) + 1e-5


def test_exact_runs_lie_on_the_lines_of_a_point() -> None:
    torch.manual_seed(0)
    module = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2)).eval()
    graph = capture(module, torch.randn(2, 3))
    row = torch.randn(1, 3)
    values = exact_values(graph, [row])[graph.outputs["output"]].reshape(-1)
    for bound, value in zip(
        linear_bounds(graph, Run(box_around(graph, [row], 0)))["output"], values, strict=True
    ):
        exact = Fraction(int(value.p), int(value.q))
        assert bound.low <= exact <= bound.high
        assert bound.high - bound.low < Fraction(1, 2**45)
        assert not any(bound.slopes)


def test_bad_boxes_are_refused_with_all_faults() -> None:
    graph = capture(nn.Linear(2, 1).eval(), torch.zeros(2, 2))
    with pytest.raises(InputError) as caught:
        box_around(graph, [torch.full((2, 2), torch.nan)], Fraction(-1))
    said = str(caught.value)
    assert "a radius of -1; it is at least 0" in said
    assert "has 2 rows; a box is around one" in said
    assert "a number that is not finite" in said
