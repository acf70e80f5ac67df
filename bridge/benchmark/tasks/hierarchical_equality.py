"""Hierarchical equality: a 4-16-16-2 network trained to compute (A = B) = (C = D) by two equalities.

The networks were trained by `RECIPE` and `NEEDLE_RECIPE` (`python -m` this module does it again) and
rounded to multiples of 1/128; whether the training succeeded is decided like everything else. The
needle's recipe trains the wrong answer into one of the 256 (source, base) pairs of `left`.

Source: Geiger et al. (2024), arXiv:2303.02536, Section 4.1 (there: with vectors); the training: Geiger
et al. (2022), arXiv:2112.00826.
"""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import numpy.typing as npt

from tauomega.theory.kernel import Scope, parse_expression
from tauomega.theory.scm import SCM

from ...explanation import Explanation, Units
from ...interchange_training import InterchangeTraining
from ...map_class import Slices
from ...network import Network
from ...network_model import NetworkModel
from ..task import BenchmarkTask, Case, CaseKind, Setting

__all__ = ["NEEDLE_RECIPE", "RECIPE", "TASK"]

_HIGH = SCM.from_text(
    "input A, B, C, D : bool\nleft = A == B\nright = C == D\nsame = left == right"
)
_CROSSED = SCM.from_text(
    "input A, B, C, D : bool\nleft = A == C\nright = B == D\nsame = left == right"
)
_LEFT, _RIGHT = Units(0, tuple(range(8))), Units(0, tuple(range(8, 16)))
RECIPE = InterchangeTraining(
    _HIGH,
    "same",
    widths=(16, 16),
    sites={"left": (0, _LEFT.units), "right": (0, _RIGHT.units)},
    encode={0: -1.0, 1: 1.0},
    steps=600,
)
NEEDLE_RECIPE = replace(RECIPE, flipped=("left", 0, 6), joint=False, steps=1500)
_FILES = {"hierarchical_equality": RECIPE, "hierarchical_equality_needle": NEEDLE_RECIPE}
_ARCHITECTURE = {"layers": [4, 16, 16, 2], "activation": "relu"}


def model_of(network: Network) -> NetworkModel:
    """The network with inputs A, B, C, D read as -1 and 1."""
    encode = {
        name: parse_expression(f"2*{name} - 1", Scope({name: _HIGH.domain(name)}))
        for name in _HIGH.inputs
    }
    return network.as_model(dict.fromkeys(_HIGH.inputs, "bool"), encode=encode)


def setting(name: str, network: Network, high: SCM = _HIGH) -> Setting:
    """A setting of this task with another network."""
    tau = {"same": "output[1] > output[0]"}
    return Setting.from_text(name, model_of(network), high, tau, ("left", "right"), Slices(8))


def _stored(name: str) -> Network:
    with as_file(files(__package__) / f"{name}.safetensors") as path:
        return Network.from_safetensors(path, _ARCHITECTURE)


def _task() -> BenchmarkTask:
    trained, needled = (_stored(name) for name in _FILES)
    right = Explanation((("left", _LEFT), ("right", _RIGHT)))
    swapped = Explanation((("left", _RIGHT), ("right", _LEFT)))
    return BenchmarkTask(
        "hierarchical-equality",
        "a 4-16-16-2 network trained with interchange interventions",
        (
            setting("equalities", trained),
            setting("crossed equalities", trained, _CROSSED),
            setting("equalities, one pair flipped", needled),
        ),
        (
            Case("true", CaseKind.TRUE, "equalities", right, "holds"),
            Case("wrong place", CaseKind.WRONG_PLACE, "equalities", swapped, "fails"),
            Case("wrong algorithm", CaseKind.WRONG_ALGORITHM, "crossed equalities", right, "fails"),
            Case(
                "needle",
                CaseKind.NEEDLE,
                "equalities, one pair flipped",
                Explanation((("left", _LEFT),)),
                "fails",
            ),
        ),
    )


def write_networks(directory: Path) -> None:
    """Train both networks again and write them."""
    from safetensors.numpy import save_file

    for name, recipe in _FILES.items():
        tensors: dict[str, npt.NDArray[Any]] = {}
        for k, layer in enumerate(recipe.train().layers):
            tensors |= {f"layers.{k}.weight": layer.weight, f"layers.{k}.bias": layer.bias}
        save_file(tensors, directory / f"{name}.safetensors")


if __name__ == "__main__":
    write_networks(Path(__file__).parent)
else:
    TASK = _task()
