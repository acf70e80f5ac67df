"""The reference networks, and random networks that compute a gate."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tauomega.bridge.identifiability.gates import all_inputs, truth_table
from tauomega.bridge.network import Activation, Layer, Network

FOLDER = Path(__file__).parent / "networks"
SLOPE = Fraction(*float(np.float32(0.01)).as_integer_ratio())
LEAKY = Activation("leaky_relu", SLOPE)


@pytest.fixture(scope="session")
def reference() -> dict[str, dict[str, Any]]:
    """Name -> the counts of a reference network."""
    found: dict[str, dict[str, Any]] = json.loads(
        (FOLDER / "counts.json").read_text(encoding="utf-8")
    )["networks"]
    return found


@pytest.fixture(scope="session")
def network_of() -> Callable[[str], Network]:
    """A reference network by its name."""

    def read(name: str) -> Network:
        hidden = [int(part) for part in name.split("_")[1:3]]
        return Network.from_safetensors(
            FOLDER / f"{name}.safetensors",
            {
                "type": "mlp",
                "layers": [2, *hidden, 1],
                "activation": "leaky_relu",
                "negative_slope": "0.01",
                "output_activation": True,
            },
        )

    return read


@pytest.fixture(scope="session")
def fitted() -> Callable[[str, list[int], int], Network]:
    """A random network whose last layer is fitted, so that many circuits are near the gate."""

    def make(gate: str, sizes: list[int], seed: int) -> Network:
        rng = np.random.default_rng(seed)
        values = np.array(all_inputs(sizes[0]), float)
        goal = np.array(truth_table(gate, sizes[0]), float)
        layers = []
        for before, after in pairwise(sizes[:-1]):
            weight, bias = rng.normal(size=(after, before)), rng.normal(size=after) / 2
            layers.append(Layer(weight.astype(np.float32), bias.astype(np.float32), LEAKY))
            z = values @ weight.T + bias
            values = np.where(z < 0, z * 0.01, z)
        columns = np.column_stack([values, np.ones(len(values))])
        solution = np.linalg.lstsq(columns, goal, rcond=None)[0].astype(np.float32)
        layers.append(Layer(solution[None, :-1], solution[-1:], LEAKY))
        return Network(tuple(layers))

    return make
