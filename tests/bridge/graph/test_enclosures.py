"""Affine forms, balls, terms and boxes of inputs, each against exact arithmetic at corners."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import product
from typing import Any

import flint
import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as tf

from tauomega.bridge.graph.affine import AffineForms, Form
from tauomega.bridge.graph.arithmetic import RATIONAL, TERMS, Arithmetic, Balls
from tauomega.bridge.graph.capture import capture
from tauomega.bridge.graph.evaluation import certified
from tauomega.bridge.graph.linear_bounds import Run, box_around, linear_bounds
from tauomega.bridge.graph.replay import interchanged
from tauomega.theory.kernel import evaluate

from .test_evaluation import Applied

SEED = 20261125


# ---------------------------------------------------------------- affine forms


def holds_at(form: Form, value: Fraction, corner: dict[int, Fraction]) -> bool:
    """Whether a value, with the symbols of the inputs at a corner, is where the form says."""
    factors = form.factors.tolist()
    line = Fraction(form.centre) + sum(
        (Fraction(a) * corner[k] for k, a in enumerate(factors) if k in corner), Fraction(0)
    )
    rest = Fraction(form.rest) + sum(
        (abs(Fraction(a)) for k, a in enumerate(factors) if k not in corner), Fraction(0)
    )
    return abs(value - line) <= rest and Fraction(form.low) <= value <= Fraction(form.high)


def corner_of(inputs: list[Form], values: list[Fraction]) -> dict[int, Fraction]:
    """The symbol of each input where it has a value."""
    return {
        k: (value - Fraction(form.centre)) / Fraction(form.factors[k])
        for k, (form, value) in enumerate(zip(inputs, values, strict=True))
    }


@pytest.mark.parametrize("exponent", [0, 40, -1040, -1070])
def test_forms_hold_at_every_corner_with_the_signs_of_their_symbols(exponent: int) -> None:
    """Not only as intervals: what is rounded off a centre or a factor is in the rest, subnormal numbers too."""
    rng = random.Random(SEED + exponent)
    scale = Fraction(2) ** exponent
    for _ in range(40):
        own = AffineForms(rng.choice((2, 4096)))
        centres = [scale * Fraction(rng.randint(-999, 999), rng.randint(1, 999)) for _ in range(2)]
        radii = [scale * Fraction(rng.randint(1, 999), rng.randint(1, 999)) for _ in range(2)]
        inputs = [own.around(c, r) for c, r in zip(centres, radii, strict=True)]
        number = scale / 3
        states = []
        for signs in product((-1, 1), repeat=2):
            exact = [c + r * s for c, r, s in zip(centres, radii, signs, strict=True)]
            states.append((corner_of(inputs, exact), [*exact, number]))
        pool = [*inputs, own.number(number)]
        for _ in range(6):
            i, j = rng.randrange(len(pool)), rng.randrange(len(pool))
            kind = rng.randrange(4)
            factor = Fraction(rng.randint(-99, 99), rng.choice((7, 8)))  # of which one is a float
            match kind:
                case 0:
                    pool.append(pool[i] + pool[j])
                case 1:
                    pool.append(pool[i] - pool[j])
                case 2:
                    pool.append(own.maximum(pool[i], pool[j]))
                case _:
                    pool.append(pool[i] * own.number(factor))
            for corner, values in states:
                x, y = values[i], values[j]
                values.append([x + y, x - y, max(x, y), x * factor][kind])
                assert holds_at(pool[-1], values[-1], corner), (kind, exponent)


def test_products_hold_at_corners() -> None:
    rng = random.Random(SEED)
    for _ in range(200):
        own = AffineForms()
        centres = [Fraction(rng.randint(-9, 9), 7) for _ in range(2)]
        radii = [Fraction(rng.randint(1, 9), 11) for _ in range(2)]
        x, y = (own.around(c, r) for c, r in zip(centres, radii, strict=True))
        product_of, square = x * y, x * x
        for signs in product((-1, 0, 1), repeat=2):
            a, b = (c + r * s for c, r, s in zip(centres, radii, signs, strict=True))
            corner = corner_of([x, y], [a, b])
            assert holds_at(product_of, a * b, corner)
            assert holds_at(square, a * a, corner)


def test_a_middle_that_is_rounded_up_leaves_more_below_it() -> None:
    """The middle of two neighbours is the upper one; around -it the centre is 0, which pays for no rounding."""
    least, most = 1 + 2.0**-52, 1 + 2.0**-51
    for start in (Fraction(0), -Fraction(most)):
        found = AffineForms().number(start).between(least, most, -9.0, 9.0)
        for end in (least, most):
            assert abs(start + Fraction(end) - Fraction(found.centre)) <= Fraction(found.rest)


def test_a_radius_is_not_below_the_sum_of_its_factors() -> None:
    own = AffineForms()
    for seed in range(40):
        factors = np.random.default_rng(seed).normal(size=3000) * 2.0**-8
        form = Form(own, 0.0, factors, 0.0, -np.inf, np.inf)
        assert Fraction(form.radius) >= sum(
            (abs(Fraction(a)) for a in factors.tolist()), Fraction(0)
        )
        varying = own.around(Fraction(1, 3 + seed), Fraction(1, 7))._varying()
        whole = own.around(Fraction(1, 3 + seed), Fraction(1, 7))
        assert Fraction(varying.low) <= Fraction(whole.low) - Fraction(whole.centre)
        assert Fraction(varying.high) >= Fraction(whole.high) - Fraction(whole.centre)


# ---------------------------------------------------------------- boxes and runs


def test_the_halves_of_a_box_are_its_halves() -> None:
    graph = capture(nn.Linear(2, 1).eval(), torch.zeros(2, 2))
    base = box_around(graph, [torch.tensor([[1.0, 2.0]])], Fraction(1, 3))
    other = box_around(graph, [torch.tensor([[5.0, 7.0]])], Fraction(1, 5))
    (name,) = base.centres
    run = Run(base, (other,))
    for number, place in product((0, 1), ((0, 0), (0, 1))):
        first, second = run.halves(number, name, place)
        for k, (a, b, whole) in enumerate(zip(first.boxes, second.boxes, run.boxes, strict=True)):
            for at in ((0, 0), (0, 1)):
                ends = [
                    (
                        box.centres[name][at] - box.radii[name][at],
                        box.centres[name][at] + box.radii[name][at],
                    )
                    for box in (a, b, whole)
                ]
                if (k, at) == (number, place):
                    middle = whole.centres[name][at]
                    assert ends[:2] == [(ends[2][0], middle), (middle, ends[2][1])]
                else:
                    assert ends[0] == ends[1] == ends[2]


def test_each_site_is_taken_from_its_own_source(case: Any) -> None:
    here = case("cnn")
    first, second = here.graph.site("second[:, :2]"), here.graph.site("second[:, 2:3]")
    rows = [here.base[:1], here.source[:1], here.source[1:2]]
    boxes = [box_around(here.graph, [row], 0) for row in rows]
    run = Run(boxes[0], (boxes[1], boxes[2]), ((first, 0), (second, 1)))
    bounds = linear_bounds(here.graph, run)["output"]
    patches = {first: [rows[1]], second: [rows[2]]}
    (ran,) = interchanged(here.graph, [rows[0]], patches).values()
    for bound, value in zip(bounds, ran.flatten().tolist(), strict=True):
        assert float(bound.low) - 1e-5 < value < float(bound.high) + 1e-5
        assert bound.high - bound.low < Fraction(1, 10**6)


# ---------------------------------------------------------------- arithmetics


def test_terms_have_the_values_of_rationals() -> None:
    """Sums and products with 0, 1 and -1 are simplified, to the same value."""
    rng = random.Random(SEED)
    for _ in range(300):
        numbers = [
            Fraction(rng.choice((-1, 0, 1, 1, 0, 3)), rng.choice((1, 1, 2))) for _ in range(4)
        ]
        pair: list[Arithmetic] = [TERMS, RATIONAL]
        pools: list[list[Any]] = [[own.number(n) for n in numbers] for own in pair]
        for _ in range(5):
            i, j, kind = (
                rng.randrange(len(pools[0])),
                rng.randrange(len(pools[0])),
                rng.randrange(5),
            )
            for own, pool in zip(pair, pools, strict=True):
                a, b = pool[i], pool[j]
                pool.append([a + b, a - b, a * b, -a, own.maximum(a, b)][kind])
        for term, value in zip(*pools, strict=True):
            assert Fraction(evaluate(term.expression, {})) == Fraction(int(value.p), int(value.q))


def test_balls_contain_numbers_and_maxima() -> None:
    balls = Balls(40)
    for number in (Fraction(1, 3), Fraction(-2, 7), Fraction(1, 10)):
        assert balls.number(number).contains(flint.fmpq(number.numerator, number.denominator))
    wide, narrow = flint.arb(1, 1), flint.arb(1.25, 0.25)  # [0, 2] and [1, 1.5]
    for a, b in ((wide, narrow), (narrow, wide)):
        found = balls.maximum(a, b)
        assert all(found.contains(flint.arb(x)) for x in (1, 1.25, 2))


# ---------------------------------------------------------------- more options of rules

IMAGE = torch.randn(2, 4, 7, 6, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
HEADS = torch.randn(2, 4, 3, 5, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
SCALES = torch.rand(4, 4, generator=torch.Generator().manual_seed(3), dtype=torch.float64) + 0.5
W = torch.randn(3, 4, 2, 2, generator=torch.Generator().manual_seed(4), dtype=torch.float64)


def attended(x: Tensor, **options: Any) -> Tensor:
    return tf.scaled_dot_product_attention(x, x[:, :2] * 0.5, x[:, 2:], enable_gqa=True, **options)


OPTIONS: dict[str, tuple[Any, Tensor]] = {
    "batch norm": (lambda x: tf.batch_norm(x, SCALES[0], SCALES[1], SCALES[2], SCALES[3], False, 0.1, 0.5), IMAGE),
    "groups of queries": (attended, HEADS),
    "a mask that adds": (lambda x: attended(x, attn_mask=2 * torch.eye(3, dtype=torch.float64), scale=0.7), HEADS),
    "a mask that hides": (lambda x: attended(x, attn_mask=torch.ones(3, 3).tril().bool()), HEADS),
    "dilated": (lambda x: tf.max_pool2d(x, 3, 1, 0, (2, 1)), IMAGE),
    "one stride": (lambda x: tf.avg_pool2d(x, 3, 1, 1, True), IMAGE),
    "same, uneven": (lambda x: tf.conv2d(x, W, padding="same"), IMAGE),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore:Using padding='same'")
@pytest.mark.parametrize("name", OPTIONS)
def test_more_options_of_operations_are_followed(name: str) -> None:
    function, inputs = OPTIONS[name]
    module = Applied(function).eval()
    found = certified(capture(module, inputs), [inputs])["output"]
    expected = module(inputs).detach().flatten().tolist()
    for ball, value in zip(found, expected, strict=True):
        assert abs(ball.low - Fraction(value)) < 1e-12 * (1 + abs(value))
