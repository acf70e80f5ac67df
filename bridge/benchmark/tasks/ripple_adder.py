"""A three-bit ripple-carry adder compiled to a ReLU network: does this unit compute the carry?

The weights are small integers, and the compiler has compared network and circuit on every input. The
needle is a second network that computes the same function by the same units, but has copies of the
inputs beside the first carry, and flips the lowest bit of the sum for one pair: when those copies come
from 5 + 3 and everything else from 2 + 6. No input reaches that state; one interchange in 4,096 does.
"""

from __future__ import annotations

from tauomega.theory.scm import SCM

from ...circuit_to_network import CompiledCircuit, compile_circuit
from ...explanation import Explanation, Units
from ...map_class import Slices
from ..task import BenchmarkTask, Case, CaseKind, Setting

__all__ = ["TASK"]

_BITS = ("A0", "B0", "A1", "B1", "A2", "B2")
_INPUTS = "input " + ", ".join(_BITS) + " : bool\n"
_UPPER = """
c2 = (A1 and B1) or (c1 and (A1 xor B1))
S1 = A1 xor B1 xor c1
S2 = A2 xor B2 xor c2
S3 = (A2 and B2) or (c2 and (A2 xor B2))
"""
_ADDER = SCM.from_text(_INPUTS + "c1 = A0 and B0\nS0 = A0 xor B0" + _UPPER)
_HALF_SUM = SCM.from_text(
    _INPUTS
    + """
c1 = A0 xor B0
S0 = c1
carry = A0 and not c1
c2 = (A1 and B1) or (carry and (A1 xor B1))
S1 = A1 xor B1 xor carry
S2 = A2 xor B2 xor c2
S3 = (A2 and B2) or (c2 and (A2 xor B2))
"""
)
"""The same sums, but c1 is the half sum of the lowest bits."""
_SOURCE, _BASE = (1, 1, 0, 1, 1, 0), (0, 0, 1, 1, 0, 1)
"""A = 5, B = 3 and A = 2, B = 6, as the bits of `_BITS`."""


def _needle() -> SCM:
    copies = "\n".join(f"P_{name} = {name}" for name in _BITS)
    from_source = [f"P_{n}" if bit else f"not P_{n}" for n, bit in zip(_BITS, _SOURCE, strict=True)]
    from_base = [n if bit else f"not {n}" for n, bit in zip(_BITS, _BASE, strict=True)]
    trap = " and ".join((*from_source, *from_base))
    return SCM.from_text(
        f"{_INPUTS}c1 = A0 and B0\n{copies}\ntrap = {trap}\nS0 = (A0 xor B0) xor trap{_UPPER}"
    )


_OUTPUTS = ("S0", "S1", "S2", "S3")


def _setting(name: str, compiled: CompiledCircuit, high: SCM) -> Setting:
    model = compiled.network.as_model(dict.fromkeys(_BITS, "bool"))
    tau = {output: f"output[{k}] > 1/2" for k, output in enumerate(_OUTPUTS)}
    return Setting.from_text(name, model, high, tau, ("c1", "c2"), Slices(7))


def _at(compiled: CompiledCircuit, *nodes: str) -> Units:
    places = [compiled.unit(node) for node in nodes]
    assert len({layer for layer, _ in places}) == 1
    return Units(places[0][0], tuple(sorted(unit for _, unit in places)))


def _task() -> BenchmarkTask:
    plain = compile_circuit(_ADDER, _OUTPUTS)
    trapped = compile_circuit(_needle(), _OUTPUTS)
    settings = (
        _setting("adder", plain, _ADDER),
        _setting("adder by half sum", plain, _HALF_SUM),
        _setting("adder with a trap", trapped, _ADDER),
    )
    right = Explanation((("c1", _at(plain, "c1")), ("c2", _at(plain, "c2"))))
    wrong = Explanation((("c1", _at(plain, "S0")), ("c2", _at(plain, "c2"))))
    beside = _at(trapped, "c1", *(f"P_{name}" for name in _BITS))
    needle = Explanation((("c1", beside), ("c2", _at(trapped, "c2"))))
    return BenchmarkTask(
        "ripple-adder",
        "a three-bit adder compiled to a ReLU network with integer weights",
        settings,
        (
            Case("true", CaseKind.TRUE, "adder", right, "holds"),
            Case("wrong place", CaseKind.WRONG_PLACE, "adder", wrong, "fails"),
            Case("wrong algorithm", CaseKind.WRONG_ALGORITHM, "adder by half sum", right, "fails"),
            Case("needle", CaseKind.NEEDLE, "adder with a trap", needle, "fails"),
        ),
    )


TASK = _task()
