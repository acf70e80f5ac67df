"""Evidence that squares commute: each kind is checked against the statement, which is built here anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import combinations, product
from math import comb
from typing import Any

from tauomega.theory.kernel.blasting import NotBlastedError
from tauomega.theory.kernel.circuit import FALSE
from tauomega.theory.kernel.clausal import ProofError, check_refutation
from tauomega.theory.kernel.commuting import (
    Blocks,
    Commuting,
    Interchange,
    Listed,
    Point,
    above,
    build,
    interchanged,
    roots_of,
    solve,
)
from tauomega.theory.kernel.diagram import DiagramTooLargeError, diagram_of
from tauomega.theory.kernel.domain import Domain, Value
from tauomega.theory.kernel.evaluation import evaluate
from tauomega.theory.kernel.expression import walk
from tauomega.theory.kernel.program import Kind, Program

from .decoding import refuse_unless
from .document import RefusedError, digest
from .factors import states_of
from .identity import check_identity
from .statements import Question, settings_of

__all__ = [
    "NODES",
    "check_squares",
    "check_table",
    "domains_of",
    "enumerable",
    "matching",
    "transcript_of",
]

WORK = 30_000_000
"""Nodes that a complete enumeration may evaluate."""
NODES = 2**20
"""Nodes that a decision diagram may have."""


def check_squares(statement: Commuting, question: Question, evidence: Mapping[str, Any]) -> str:
    """Check that a statement holds by its evidence; what was checked, in words.

    Raises:
        RefusedError: the evidence does not show it.
    """
    kind = evidence.get("kind")
    if kind == "enumeration":
        _keys(evidence, "kind", "squares", "sha256")
        found = transcript_of(statement, question)
        expected = {"kind": kind, "squares": str(found[0]), "sha256": found[1]}
        refuse_unless(evidence == expected, "the transcript is of another enumeration")
        return f"complete enumeration of {found[0]:,} squares, computed again"
    if kind == "linear identity":
        _keys(evidence, "kind")
        refuse_unless(isinstance(statement.family, Blocks), "identities are for whole blocks")
        count = check_identity(statement)
        return f"linear identity: {count:,} equal affine forms, for all real values"
    try:
        built = build(statement)
    except NotBlastedError as error:
        raise RefusedError(f"no circuit: {error}") from None
    circuit, literals = built.blaster.circuit, built.literals
    if kind == "construction":
        _keys(evidence, "kind")
        refuse_unless(FALSE in literals, "the two sides are not the same gates")
        return "construction: the two ways round every square are the same gates"
    if kind == "clausal proof":
        _keys(evidence, "kind", "clauses", "steps")
        clauses = circuit.clauses(literals)
        refuse_unless(
            evidence["clauses"] == digest([list(c) for c in clauses]), "a proof of other clauses"
        )
        steps = evidence["steps"]
        refuse_unless(isinstance(steps, list) and all(map(_is_step, steps)), "no list of steps")
        try:
            check_refutation(clauses, steps)
        except ProofError as error:
            raise RefusedError(str(error)) from None
        return (
            f"clausal proof of {len(steps):,} steps from {len(clauses):,} clauses, made here anew"
        )
    if kind == "decision diagram":
        _keys(evidence, "kind", "order", "nodes")
        order = evidence["order"]
        refuse_unless(isinstance(order, list) and all(map(_is_number, order)), "no order")
        try:
            root, nodes = diagram_of(circuit, literals, order, NODES)
        except (DiagramTooLargeError, ValueError, IndexError) as error:
            raise RefusedError(f"no diagram: {error}") from None
        refuse_unless(root == FALSE, "the diagram is not false")
        refuse_unless(evidence["nodes"] == str(nodes), "the diagram has another size")
        return f"decision diagram of {nodes:,} nodes, built again"
    raise RefusedError(f"no kind of evidence: {str(kind)[:40]!r}")


def _keys(evidence: Mapping[str, Any], *keys: str) -> None:
    refuse_unless(set(evidence) == set(keys), f"evidence has the keys {', '.join(keys)}")


def _is_number(value: object) -> bool:
    return type(value) is int and abs(value) < 2**31 and value != 0


def _is_step(step: object) -> bool:
    match step:
        case [[*clause], [*hints]]:
            return all(map(_is_number, clause)) and all(type(h) is int for h in hints)
        case _:
            return False


# ---------------------------------------------------------------- enumeration


def transcript_of(statement: Commuting, question: Question) -> tuple[int, str]:
    """How many squares there are, and the digest of what the compared variables are in each.

    Raises:
        RefusedError: a square does not commute, or there are too many.
    """
    refuse_unless(enumerable(statement, question), f"more than {WORK:,} nodes to evaluate")
    digester, count = sha256(), 0
    tau = dict(statement.tau)
    for point in points_of(statement, question):
        count += 1
        context = dict(point.context)
        below = solve(statement.low, context, dict(point.low))
        result = solve(statement.high, above(statement, context), dict(point.high))
        values = [evaluate(tau[name], below) for name in statement.compared]
        if values != [result[name] for name in statement.compared]:
            raise RefusedError(f"square {count} does not commute")
        digester.update(("\t".join(map(str, values)) + "\n").encode())
    return count, digester.hexdigest()


def enumerable(statement: Commuting, question: Question, *, cheap: bool = False) -> bool:
    """Whether the squares are few enough to evaluate one by one; `cheap`, in about a second."""
    try:
        contexts = len(states_of(_roots(statement), domains_of(statement.low, statement.high)))
        family = statement.family
        if isinstance(family, Interchange):
            most = len(family.sites) if family.most is None else family.most
            count = sum(comb(len(family.sites), k) * contexts**k for k in range(1, most + 1))
        else:
            count = len(settings_of(family, question))
    except RefusedError:
        return False
    return bool(contexts * count * _work(statement) <= (WORK // 20 if cheap else WORK))


def _roots(statement: Commuting) -> tuple[str, ...]:
    names = roots_of(statement.low)
    more = [v.name for v in statement.high.variables if v.kind is Kind.PARAMETER]
    return tuple(dict.fromkeys((*names, *more)))


def points_of(statement: Commuting, question: Question) -> Iterator[Point]:
    """Every square of a statement, in one order."""
    domains = domains_of(statement.low, statement.high)
    contexts = states_of(_roots(statement), domains)
    family = statement.family
    if isinstance(family, Blocks | Listed):
        for low, high in settings_of(family, question):
            for context in contexts:
                yield Point(tuple(context.items()), low, high)
        return
    kinds = {v.name: v.kind for v in statement.low.variables}
    roots = tuple(n for n in roots_of(statement.low) if kinds[n] is not Kind.PARAMETER)
    sources = [tuple(state.items()) for state in states_of(roots, domains)]
    most = len(family.sites) if family.most is None else min(family.most, len(family.sites))
    for size in range(1, most + 1):
        for chosen in combinations([name for name, _ in family.sites], size):
            for origin in product(sources, repeat=size):
                swapped = tuple(zip(chosen, origin, strict=True))
                for context in contexts:
                    yield interchanged(statement, tuple(context.items()), swapped)


def domains_of(low: Program, high: Program) -> dict[str, Domain]:
    """The domains of low-level variables and of high-level parameters."""
    shared = {v.name: v.domain for v in high.variables if v.kind is Kind.PARAMETER}
    return shared | {v.name: v.domain for v in low.variables}


def _work(statement: Commuting) -> int:
    """How many nodes one square evaluates, at most."""
    trees = [e for _, e in (*statement.tau, *statement.tau_u)]
    for model in (statement.low, statement.high):
        trees += [v.mechanism for v in model.variables if v.mechanism is not None]
    nodes = sum(1 for tree in trees for _ in walk(tree))
    sites = statement.family.sites if isinstance(statement.family, Interchange) else ()
    return nodes * (1 + len(sites)) + 1


def responses_of(
    statement: Commuting, question: Question
) -> tuple[list[tuple[Value, ...]], list[tuple[Value, ...]]]:
    """What each context below, and each above, makes of all interventions of the family, in order.

    Raises:
        RefusedError: the models have parameters, or there is too much to evaluate.
    """
    low, high = statement.low, statement.high
    refuse_unless(not _has_parameters(low, high), "a listed τ_U is for models without parameters")
    refuse_unless(enumerable(statement, question), f"more than {WORK:,} nodes to evaluate")
    family = statement.family
    assert not isinstance(family, Interchange)
    settings = settings_of(family, question)
    below, above = (
        states_of(tuple(roots_of(model)), {v.name: v.domain for v in model.variables})
        for model in (low, high)
    )
    refuse_unless(
        len(above) * len(settings) * _work(statement) <= WORK, f"more than {WORK:,} nodes"
    )
    maps = statement.tau
    first = [
        tuple(
            evaluate(e, run)
            for run in (solve(low, u, dict(i)) for i, _ in settings)
            for _, e in maps
        )
        for u in below
    ]
    second = [
        tuple(run[n] for run in (solve(high, w, dict(j)) for _, j in settings) for n, _ in maps)
        for w in above
    ]
    return first, second


def matching(statement: Commuting, question: Question) -> list[int]:
    """The τ_U that lists would give: contexts go to contexts above that respond alike, in turn.

    Raises:
        RefusedError: a low-level context has no counterpart.
    """
    return _matching(*responses_of(statement, question))


def _matching(below: Sequence[object], above: Sequence[object]) -> list[int]:
    alike: dict[object, list[int]] = {}
    for number, response in enumerate(above):
        alike.setdefault(response, []).append(number)
    met: dict[object, int] = {}
    table = []
    for response in below:
        refuse_unless(response in alike, "a low-level context has no counterpart")
        turn = met[response] = met.get(response, -1) + 1
        table.append(alike[response][turn % len(alike[response])])
    return table


def _has_parameters(*models: Program) -> bool:
    return any(v.kind is Kind.PARAMETER for model in models for v in model.variables)


def check_table(statement: Commuting, question: Question, table: Any) -> str:
    """Check a τ_U that is listed: for each low-level context, in order, the place of a high-level one.

    Raises:
        RefusedError: a square does not commute with it, or it is not onto and should be.
    """
    below, above = responses_of(statement, question)
    refuse_unless(table == _matching(below, above), "τ_U is not the one that the contexts give")
    if question.searched == "searched-onto":
        refuse_unless(len(set(table)) == len(above), "τ_U is not onto")
    squares = len(below) * len(below[0]) // len(statement.tau)
    return f"τ_U, listed, with complete enumeration of {squares:,} squares"
