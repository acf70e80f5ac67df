r"""Proofs for all models at once: z3 over uninterpreted sorts, with every hypothesis shown to matter.

A `Theory` is written once, as a function of a `World`, and read in two ways. In an unbounded world
sorts are uninterpreted and $\forall$ is z3's: if hypotheses and negated conclusion are
unsatisfiable, the statement holds in every model of any size. In a finite world each sort has k
elements and $\forall$ is written out, so that z3 always answers: there the hypotheses are shown to
have a model, and each hypothesis, when dropped, to leave a counterexample.

Where cvc5 is installed it is asked the unbounded question too. It may confirm or find no answer, which
is said; if it finds a model, the proof is not as claimed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from itertools import count, product
from typing import Any, final

import z3

from tauomega.proofs.theorem import Kind, Scope, Step

__all__ = ["Theory", "World", "cvc5_says", "proof"]

_FRESH = count()
SECONDS = 20


@final
class World:
    """Sorts and functions for one reading of a theory: unbounded, or with `size` elements a sort.

    `sizes` overrides the size of single sorts.
    """

    def __init__(self, size: int | None = None, sizes: Mapping[str, int] | None = None) -> None:
        self.size = size
        self._sizes = dict(sizes or {})
        self._tag = next(_FRESH)
        self._elements: dict[Any, list[Any]] = {}
        self._functions: list[tuple[str, Any, tuple[Any, ...]]] = []

    def sort(self, name: str) -> Any:
        """A sort: uninterpreted, or with finitely many elements."""
        if self.size is None:
            return z3.DeclareSort(self._named(name))
        names = [f"{name.lower()}{k}" for k in range(self._sizes.get(name, self.size))]
        tagged = [f"{element}_{self._tag}" for element in names]
        sort, elements = z3.EnumSort(self._named(name), tagged)
        self._elements[sort] = list(elements)
        return sort

    def function(self, name: str, *signature: Any) -> Any:
        """A function (or, with one sort, a constant) of the theory; the last sort is the range."""
        *domain, _ = signature
        own = self._named(name)
        made = z3.Function(own, *signature) if domain else z3.Const(own, signature[0])
        self._functions.append((name, made, tuple(domain)))
        return made

    def _named(self, name: str) -> str:
        """A name of this world alone; z3 writes primes unquoted, which SMT-LIB forbids."""
        return f"{name}_{self._tag}".replace("'", "′")

    def relation(self, name: str, *domain: Any) -> Any:
        """A predicate."""
        return self.function(name, *domain, z3.BoolSort())

    def forall(self, *sorts: Any, body: Callable[..., Any]) -> Any:
        """For all elements of the sorts."""
        return self._quantified(z3.ForAll, z3.And, sorts, body)

    def exists(self, *sorts: Any, body: Callable[..., Any]) -> Any:
        """For some elements of the sorts."""
        return self._quantified(z3.Exists, z3.Or, sorts, body)

    def _quantified(self, bind: Any, join: Any, sorts: tuple[Any, ...], body: Any) -> Any:
        if self.size is not None:
            choices = product(*(self._elements[sort] for sort in sorts))
            return join([body(*chosen) for chosen in choices])
        bound = [z3.Const(f"b{next(_FRESH)}", sort) for sort in sorts]
        return bind(bound, body(*bound))

    def written(self, model: Any) -> str:
        """A model as tables, one function after another."""
        parts = []
        for name, made, domain in self._functions:
            if not domain:
                parts.append(f"{name} = {_short(model.eval(made, True))}")
                continue
            rows = []
            for chosen in product(*(self._elements[sort] for sort in domain)):
                value = model.eval(made(*chosen), True)
                if z3.is_true(value) or z3.is_false(value):
                    if z3.is_true(value):
                        rows.append("(" + ",".join(map(_short, chosen)) + ")")
                else:
                    rows.append(f"{','.join(map(_short, chosen))}↦{_short(value)}")
            parts.append(f"{name}: {' '.join(rows) or 'never'}")
        return "; ".join(parts)


def _short(value: Any) -> str:
    return str(value).rpartition("_")[0] or str(value)


@final
@dataclass(frozen=True, slots=True)
class Theory:
    """Named hypotheses and a conclusion, in a world."""

    hypotheses: Mapping[str, Any]
    conclusion: Any


def proof(
    what: str,
    theory: Callable[[World], Theory],
    *,
    drop: tuple[str, ...] = (),
    size: int = 2,
    sizes: Mapping[str, int] | None = None,
) -> Iterator[Step]:
    """The steps of a proof for all models.

    Args:
        what: the statement.
        theory: hypotheses and conclusion, in a given world.
        drop: hypotheses to drop, each of which must leave a counterexample.
        size: elements a sort in the finite readings.
        sizes: other sizes for single sorts.
    """
    unbounded = theory(World())
    solver = _solver([*unbounded.hypotheses.values(), z3.Not(unbounded.conclusion)])
    answer = solver.check()
    right = bool(answer == z3.unsat)
    confirmed = cvc5_says(solver.to_smt2()) if right else None
    seen = f"z3: {answer}"
    if confirmed is not None:
        seen += f"; cvc5: {confirmed}"
        right = right and (confirmed == "unsat" or confirmed.startswith("unknown"))
    yield Step(Kind.PROVED, what, right, Scope.ALL_MODELS, seen)
    yield _found(theory, None, size, sizes)
    for hypothesis in drop:
        yield _found(theory, hypothesis, size, sizes)


def _found(
    theory: Callable[[World], Theory],
    without: str | None,
    size: int,
    sizes: Mapping[str, int] | None,
) -> Step:
    """The hypotheses have a model; or, without one of them, the conclusion has a counterexample."""
    world = World(size, sizes)
    stated = theory(world)
    assert without is None or without in stated.hypotheses, without
    kept = [formula for name, formula in stated.hypotheses.items() if name != without]
    goal = stated.conclusion if without is None else z3.Not(stated.conclusion)
    solver = _solver([*kept, goal])
    answer = solver.check()
    right = bool(answer == z3.sat)
    seen = world.written(solver.model()) if right else f"z3: {answer} with {size} elements a sort"
    kind = Kind.SATISFIABLE if without is None else Kind.DROPPED
    what = "the hypotheses and the conclusion have a model" if without is None else without
    return Step(kind, what, right, Scope.INSTANCE, seen)


def _solver(formulas: list[Any]) -> Any:
    solver = z3.Solver()
    solver.set("timeout", SECONDS * 1000)
    for formula in formulas:
        solver.add(formula)
    return solver


def cvc5_says(smt2: str) -> str | None:
    """cvc5's answer to a script that we wrote, or `None` where cvc5 is not installed."""
    if find_spec("cvc5") is None:
        return None
    cvc5 = import_module("cvc5")
    manager = cvc5.TermManager()
    solver = cvc5.Solver(manager)
    solver.setOption("tlimit-per", str(SECONDS * 1000))
    solver.setOption("enum-inst", "true")  # the arguments that matching finds no trigger for
    symbols = cvc5.SymbolManager(manager)
    parser = cvc5.InputParser(solver, symbols)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, f"(set-logic ALL)\n{smt2}", "proof")
    said = ""
    while not (command := parser.nextCommand()).isNull():
        said = str(command.invoke(solver, symbols)).strip() or said
    return said
