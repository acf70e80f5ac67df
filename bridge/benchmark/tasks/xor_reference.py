"""The XOR network of Méloux et al. (2025): trained, small, and with a needle of its own.

Nothing was built in: that OR sits at `layers.1[0]` is refuted by one of the 16 (source, base) pairs.

Source: Méloux et al. (2025), arXiv:2502.20914; the weights of the authors' demonstration.
"""

from __future__ import annotations

from importlib.resources import as_file, files

from tauomega.theory.scm import SCM

from ...explanation import Explanation, Units
from ...map_class import UnitSets
from ...network import Network
from ...network_model import NetworkModel
from ..task import BenchmarkTask, Case, CaseKind, Setting

__all__ = ["TASK"]

_NAND_OR = SCM.from_text("input A, B : bool\nn = not (A and B)\no = A or B\nout = n and o")
_MINTERMS = SCM.from_text("input A, B : bool\nn = A and not B\no = B and not A\nout = n or o")


def _network() -> NetworkModel:
    weights = files("tauomega.theory.examples") / "xor_3_3_published.safetensors"
    with as_file(weights) as path:
        network = Network.from_safetensors(
            path,
            {
                "layers": [2, 3, 3, 1],
                "activation": "leaky_relu",
                "negative_slope": "0.01",
                "output_activation": True,
            },
        )
    return network.as_model({"A": "bool", "B": "bool"})


def _task() -> BenchmarkTask:
    model = _network()
    tau, variables = {"out": "output[0] > 1/2"}, ("n", "o")
    settings = (
        Setting.from_text("NAND and OR", model, _NAND_OR, tau, variables, UnitSets(3)),
        Setting.from_text("two minterms", model, _MINTERMS, tau, variables, UnitSets(3)),
    )
    first, second = Units(0, (0,)), Units(0, (1,))
    right = Explanation((("n", first), ("o", second)))
    swapped = Explanation((("n", second), ("o", first)))
    needle = Explanation((("o", Units(1, (0,))),))
    return BenchmarkTask(
        "xor-reference",
        "a trained 2-3-3-1 network for XOR, float32 weights as rationals",
        settings,
        (
            Case("true", CaseKind.TRUE, "NAND and OR", right, "holds"),
            Case("wrong place", CaseKind.WRONG_PLACE, "NAND and OR", swapped, "fails"),
            Case("wrong algorithm", CaseKind.WRONG_ALGORITHM, "two minterms", right, "fails"),
            Case("needle", CaseKind.NEEDLE, "NAND and OR", needle, "fails"),
        ),
    )


TASK = _task()
