"""The compiler: every circuit is what its network computes, and a wrong compiler is caught."""

from __future__ import annotations

import random

import pytest

import tauomega.bridge.circuit_to_network as compiler
from tauomega import SCM
from tauomega.bridge.circuit_to_network import compile_circuit
from tauomega.theory.errors import InputError


def random_circuit(rng: random.Random) -> SCM:
    names = [f"I{k}" for k in range(rng.randint(1, 4))]
    lines = [f"input {', '.join(names)} : bool"]

    def term(depth: int) -> str:
        if depth == 0 or rng.random() < 0.3:
            return rng.choice(["", "not "]) + rng.choice(names)
        a, b = term(depth - 1), term(depth - 1)
        form = rng.choice(
            [
                "({a}) and ({b})",
                "({a}) or ({b})",
                "({a}) xor ({b})",
                "({a}) == ({b})",
                "({a}) != ({b})",
                "not (({a}) and ({b}))",
                "if ({a}) then ({b}) else ({c})",
                "({a}) xor ({b}) xor ({c})",
            ]
        )
        return form.format(a=a, b=b, c=term(depth - 1))

    for k in range(rng.randint(1, 5)):
        lines.append(f"N{k} = {term(2)}")
        names.append(f"N{k}")
    return SCM.from_text("\n".join(lines))


@pytest.mark.parametrize("seed", range(120))
def test_random_circuits_compile_to_what_they_say(seed: int) -> None:
    """The constructor compares every node on every input."""
    circuit = random_circuit(random.Random(seed))
    outputs = [name for name in circuit.endogenous if name.startswith("N")]
    compiled = compile_circuit(circuit, outputs)
    assert 2 ** len(circuit.inputs) == compiled.checked
    assert len(outputs) == compiled.network.widths[-1]


@pytest.mark.parametrize("bug", ["_negated", "_plus"])
def test_a_wrong_compiler_is_caught(bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiler, bug, lambda value, *_: value)
    circuit = SCM.from_text("input A, B : bool\nX = A or B\nY = A and B\nZ = X xor Y")
    with pytest.raises(AssertionError, match="the compiler is wrong"):
        compile_circuit(circuit, ["Z"])


def test_a_node_has_a_unit_until_it_is_last_read() -> None:
    circuit = SCM.from_text("input A, B, C : bool\nX = A and B\nY = X or C\nZ = Y xor X")
    compiled = compile_circuit(circuit, ["Z"])
    assert (1, 0) == compiled.unit("X")
    assert [1, 3] == [layer for layer, _ in compiled.units["X"]]
    with pytest.raises(InputError, match="no node 'Q'"):
        compiled.unit("Q")


def test_what_cannot_be_compiled_is_said_all_at_once() -> None:
    circuit = SCM.from_text("input A : bool\nU : bool\nN : 0..2 = A + U\nM = N + 1 > 1\nK = 1 > 0")
    with pytest.raises(InputError) as caught:
        compile_circuit(circuit, ["M"])
    text = "; ".join(fault.message for fault in caught.value.faults)
    assert "'N' is not Boolean" in text
    assert "'U' is a root but no input" in text
    with pytest.raises(InputError, match="output 'Q' is no variable"):
        compile_circuit(SCM.from_text("input A : bool\nX = not A"), ["Q"])
    many = ", ".join(f"A{k}" for k in range(17))
    with pytest.raises(InputError, match="at most 16 are compiled"):
        compile_circuit(SCM.from_text(f"input {many} : bool\nX = A0"), ["X"])
