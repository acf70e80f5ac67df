"""Whether linear maps are onto: by rank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import flint

from tauomega.theory.kernel import Reals, Value
from tauomega.theory.verdict import INFINITE, AlgebraicIdentity

from .engine import Answer
from .linear_claim import LinearClaim
from .linear_forms import CONSTANT, Form

__all__ = ["onto_answer"]


def onto_answer(linear: LinearClaim, shape: str) -> Answer:
    """τ or τ_U takes every value iff its matrix has full row rank; else a value that it misses."""
    tau = shape == "τ onto"
    forms = linear.tau if tau else linear.tau_u
    model, above = linear.low.model, linear.high.model
    names = model.endogenous if tau else model.roots
    targets = [n for n in above.endogenous if n in forms] if tau else list(above.roots)
    if not tau and not all(isinstance(m.domain(n), Reals) for m in (model, above) for n in m.roots):
        return Answer(reason="τ_U between intervals is not decided")
    if linear.ring.parameters and _has_parameters(forms):
        return Answer(reason="the rank of a map with parameters is not decided")
    columns = [n if tau else f"u:{n}" for n in names]
    rows = [forms[n if tau else f"u:{n}"] for n in targets]
    matrix = [[_entry(linear, row, c) for c in columns] for row in rows]
    rank = _rank(matrix)
    if rank == len(rows):
        identity = f"rank {rank} of {'τ' if tau else 'τ_U'}"
        return Answer(Fraction(0), Fraction(0), 1, 1, AlgebraicIdentity(identity))
    for place, name in enumerate(targets):
        unit = [[Fraction(k == place)] for k in range(len(rows))]
        if _rank([row + u for row, u in zip(matrix, unit, strict=True)]) > rank:
            constants = [_entry(linear, row, CONSTANT) for row in rows]
            missed: dict[str, Value] = {
                n: c + Fraction(n == name) for n, c in zip(targets, constants, strict=True)
            }
            shown: dict[str, object] = {"y": missed} if tau else {"w": tuple(missed.values())}
            return Answer(Fraction(1), INFINITE, 1, 1, point=shown, minimal=False)
    raise AssertionError("a matrix of less than full rank misses a unit vector")


def _has_parameters(forms: Mapping[str, Form]) -> bool:
    return any(not value.is_constant() for form in forms.values() for value in form.values())


def _entry(linear: LinearClaim, row: Form, column: str) -> Fraction:
    value = row.get(column)
    zeros: dict[str, Value] = dict.fromkeys(linear.ring.parameters, 0)
    return Fraction(0) if value is None else linear.number(value, zeros)


def _rank(rows: Sequence[Sequence[Fraction]]) -> int:
    entries = [flint.fmpq(x.numerator, x.denominator) for row in rows for x in row]
    return int(flint.fmpq_mat(len(rows), len(rows[0]), entries).rank())
