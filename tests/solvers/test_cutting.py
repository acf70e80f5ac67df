"""The gates that all paths lead through, against paths that are looked for without them."""

from __future__ import annotations

import random

from tauomega.solvers.cutting import _dominators
from tauomega.theory.kernel.circuit import VAR, Circuit

ROOT = 0


def random_circuit(rng: random.Random) -> tuple[Circuit, tuple[int, ...]]:
    circuit = Circuit()
    literals = [circuit.var(f"x{k}") for k in range(rng.randint(1, 5))]
    for _ in range(rng.randint(1, 25)):
        chosen = [rng.choice((1, -1)) * rng.choice(literals[-8:]) for _ in range(3)]
        made = rng.choice(
            (
                circuit.land(chosen[0], chosen[1]),
                circuit.xor(chosen[0], chosen[1]),
                circuit.ite(*chosen),
            )
        )
        if abs(made) > 1:
            literals.append(made)
    return circuit, tuple(rng.sample(literals, min(len(literals), rng.randint(1, 2))))


def reaches_root(readers: dict[int, set[int]], start: int, without: int) -> bool:
    pending, seen = [start], {start}
    while pending:
        node = pending.pop()
        if node == ROOT:
            return True
        for reader in readers.get(node, set()) - {without}:
            if reader not in seen:
                seen.add(reader)
                pending.append(reader)
    return False


def test_the_nearest_dominator_is_that_of_paths() -> None:
    rng = random.Random(4)
    compared = 0
    for _ in range(200):
        circuit, literals = random_circuit(rng)
        cone = tuple(circuit.cone(literals))
        readers: dict[int, set[int]] = {}
        for f in literals:
            readers.setdefault(abs(f), set()).add(ROOT)
        for number in cone:
            kind, operands = circuit.gates[number]
            for f in operands if kind != VAR else ():
                readers.setdefault(abs(f), set()).add(number)
        above = _dominators(circuit, cone, literals, ROOT)
        for number in cone:
            over = [
                gate
                for gate in cone
                if gate > number and not reaches_root(readers, number, without=gate)
            ]
            assert above[number] == min(over, default=ROOT)
            compared += 1
    assert compared > 1000
