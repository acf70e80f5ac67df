"""Small questions about alignments."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from tauomega import SCM, Abstraction
from tauomega.bridge.alignment.question import AlignmentQuestion
from tauomega.bridge.network import Activation, Layer, Network
from tauomega.bridge.precision.machine import pinned
from tauomega.theory.kernel import Scope, parse_expression

HIGH = SCM.from_text("input A, B, C : bool\nleft = A xor B\nout = left and C\nboth = left or C")
ENCODED = {n: parse_expression(f"2*{n} - 1", Scope({n: HIGH.domain(n)})) for n in "ABC"}


def network(seed: int, activation: str = "relu") -> Network:
    """3-6-5-2 with weights at random."""
    from fractions import Fraction

    rng = np.random.default_rng(seed)
    slope = Fraction(1, 4) if activation == "leaky_relu" else Fraction(0)
    kinds = [Activation(activation, slope)] * 2 + [Activation()]
    sizes = [3, 6, 5, 2]
    return Network(
        tuple(
            Layer(
                rng.normal(size=(b, a)).astype(np.float32),
                rng.normal(size=b).astype(np.float32),
                kind,
            )
            for a, b, kind in zip(sizes[:-1], sizes[1:], kinds, strict=True)
        )
    )


@pytest.fixture(autouse=True)
def on_one_thread() -> Iterator[None]:
    """Small tensors are not worth a second thread, least of all on a busy machine."""
    with pinned():
        yield


@pytest.fixture
def question() -> Callable[..., AlignmentQuestion]:
    """A question about a random network: which layer, how many features."""

    def build(
        seed: int = 0, layer: int = 0, *, left: int = 2, activation: str = "relu", second: int = 0
    ) -> AlignmentQuestion:
        model = network(seed, activation).as_model(dict.fromkeys("ABC", "bool"), encode=ENCODED)
        names = model.network.unit_names(layer)
        sites = {"left": names[:left]}
        if second:
            sites["C"] = names[left : left + second]
        tau = {"out": "output[0] > output[1]", "both": "output[0] > 1/8 and output[1] < 2"}
        claim = Abstraction.from_text(model, HIGH, tau=tau, sites=sites)
        return AlignmentQuestion.from_claim(claim)

    return build
