# ruff: noqa: T201  # it is a command
"""Mutation testing of what a certificate asks to trust: `python tests/benchmarks/mutation.py --count 500 --seed 1`.

Each mutant is one small change to the syntax tree of a module that the checker may load, of the kernel or its
own (`tauomega.proofs.certificates.trusted` follows the imports, so none is left out): another comparison, connective, operator or number, a condition turned round, a statement left out.
Strings (numbers inside them too), docstrings and annotations are not changed: messages are not what is
trusted. Nor is `strict=True` of zip, which states that two lists that we made are of one length. The tests of the kernel
and of the certificates run on each in a process of its own, until one fails. What survives is printed with its
place; `EQUIVALENT` lists those that change no result, each with its reason. `--results FILE` makes a run
resumable, `--minutes M` ends it early (what is drawn first is as good a sample), `--write FILE` writes a table.
Exit status 0 iff at most 5 % survive.
"""

from __future__ import annotations

import argparse
import ast
import copy
import importlib
import importlib.abc
import importlib.machinery
import json
import os
import random
import resource
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, final

from tauomega.proofs.certificates.trusted import trusted_modules

ROOT = Path(__file__).resolve().parents[2]
TESTS = (
    "tests/theory/kernel/test_evaluation.py",
    "tests/theory/kernel/test_circuit.py",
    "tests/theory/kernel/test_clausal.py",
    "tests/theory/kernel/test_words.py",
    "tests/theory/kernel/test_blasting.py",
    "tests/theory/kernel/test_commuting.py",
    "tests/theory/kernel/test_enclosing.py",
    "tests/proofs/certificates/test_checker.py",
    "tests/proofs/certificates/test_refusals.py",
    "tests/proofs/certificates/test_boxes.py",
    "tests/proofs/certificates/test_distances.py",
    "tests/proofs/certificates/test_certificates.py",
)
FIRST = {
    "blasting": "test_blasting",
    "boxes": "test_boxes",
    "circuit": "test_circuit",
    "clausal": "test_clausal",
    "commuting": "test_blasting",
    "commuting_circuit": "test_blasting",
    "diagram": "test_circuit",
    "distances": "test_distances",
    "enclosing": "test_enclosing",
    "interchanges": "test_distances",
    "matching": "test_distances",
    "shares": "test_distances",
    "words": "test_words",
}
"""Module -> the tests that are run first."""
IGNORED = "ignore::pytest.PytestAssertRewriteWarning"
"""pytest's remark that libraries were loaded before it."""
SECONDS, TIMES = 90, 5
"""After so many seconds, and so many times what the tests take, a mutant counts as caught: it does not come back."""
MEMORY = 3 * 10**9
"""Bytes of address space of the tests: a mutant that wants more is caught, too."""

NO_ZERO = "no literal is 0"
LOOSER = "a looser bound of a number, or one that is narrowed in the same line"
NODES = "diagram: self.nodes: list[tuple[int, Node, Node]] = [(1 << 60, 0, 0), (1 << 60, 0, 0)]"
EQUIVALENT: dict[str, str] = {
    **{
        f"words: {change}": LOOSER
        for change in (
            "rest = Word((f, *rest.bits), 0, 2 * rest.high + 1) [2 -> 3]",
            "rest = self.mux(enough, less, rest).fits(0, divisor - 1) [Sub -> Add]",
            "return rest.fits(0, n.low - 1) [Sub -> Add]",
            "return Word(kept, min(low, -1), max(high, 0)).fits(low, high) [USub dropped]",
        )
    },
    "words: if a.high < b.low or b.high < a.low: [or -> and]": "the bits are compared instead",
    "blasting: if word.high < span.low or span.high < word.low: [Lt -> LtE]": (
        "where it is no fault it is the lowest value, which is returned"
    ),
    "circuit: if c < 0: [condition turned round]": "the other sign is as canonical",
    "circuit: return operands[which] if f > 0 else -operands[which] [0 -> 1]": (
        "an ITE is no constant"
    ),
    **{
        f"circuit: return self._gate(ITE, (c, f, g)) if f > 0 else -self._gate(ITE, (c, -f, -g)) [{c}]": reason
        for c, reason in (
            ("0 -> 1", "no branch of a gate is a constant"),
            ("condition turned round", "the other sign is as canonical"),
        )
    },
    "diagram: total = diagrams.ite(total, found[f] if f > 0 else -found[-f], -TRUE) [Gt -> GtE]": NO_ZERO,
    "diagram: v = [found[f] if f > 0 else -found[-f] for f in operands] [Gt -> GtE]": NO_ZERO,
    "factors: return Factor((), False, 0) [0 -> 1]": "told with clauses that such a claim has not",
    **{
        f"{line} [{change}]": NO_ZERO
        for line in (*("circuit: if c < 0:", "diagram: if f < 0:", "diagram: if high < 0:"),)
        for change in ("Lt -> LtE", "0 -> 1")
    },
    **{
        f"{NODES} [{change}": reason
        for reason, changes in (
            (
                "a constant has no branches",
                ("0 -> 1]", "0 -> 1] (2)", "0 -> 1] (3)", "0 -> 1] (4)"),
            ),
            (
                "any level below all others",
                ("60 -> 61]", "60 -> 61] (2)", "1 -> 2]", "1 -> 2] (2)"),
            ),
        )
        for change in changes
    },
    **{
        f"{line} [Gt -> GtE]": NO_ZERO
        for line in (
            "diagram: total = diagrams.ite(total, found[f] if f > 0 else -found[-f], -TRUE)",
            "diagram: v = [found[f] if f > 0 else -found[-f] for f in operands]",
            "circuit: return self._gate(ITE, (c, f, g)) if f > 0 else -self._gate(ITE, (c, -f, -g))",
        )
    },
    **{
        f"circuit: {line} [0 -> 1]": "TRUE is dealt with above; gates have larger numbers"
        for line in (
            "return self._gate(ITE, (c, f, g)) if f > 0 else -self._gate(ITE, (c, -f, -g))",
            "return operands[which] if f > 0 else -operands[which]",
        )
    },
    "words: if divisor & (divisor - 1) == 0: [0 -> 1]": "long division is as exact",
    "commuting: counted, most = 0, None [0 -> 1]": "a listed family has no switches",
    "blasting: return self.words.constant(0) if found is None else found [0 -> 1]": (
        "where every divisor is 0 there is a fault, and any value will do"
    ),
    "squares: return {n: next(iter(d)) if isinstance(d, Finite | Range) else 0 for n, d in domains} "
    "[condition turned round]": "what is switched off has no effect, and the rest is given",
    **{
        'decoding: **dict.fromkeys(("+", "*", "and", "or", "xor", "min", "max", "count"), (1, 10**9)), '
        f"[{change}]": "more operands than a certificate has bytes"
        for change in ("10 -> 11", "9 -> 10")
    },
    "diagram: v = [found[f] if f > 0 else -found[-f] for f in operands] [0 -> 1]": (
        "no operand is a constant"
    ),
    "circuit: return self._gate(AND, (f, g) if f < g else (g, f)) [Lt -> LtE]": (
        "equal operands are dealt with above"
    ),
    **{
        f"words: {line}": "a wider bound is as true"
        for line in (
            "rest = self.mux(enough, less, rest).fits(0, divisor - 1) [Sub -> Add]",
            "rest = Word((f, *rest.bits), 0, 2 * rest.high + 1) [2 -> 3]",
            "return rest.fits(0, n.low - 1) [Sub -> Add]",
            "return Word(kept, min(low, -1), max(high, 0)).fits(low, high) [USub dropped]",
            "return Word(kept, min(low, -1), max(high, 0)).fits(low, high) [1 -> 2]",
            "term = Word(bits, min(a.low, 0) << k, max(a.high, 0) << k) [0 -> 1] (2)",
        )
    },
    "diagram: if high < 0: [condition turned round]": "the other sign is as canonical",
    "words: whole = Word((*reversed(bits), FALSE), 0, (1 << len(bits)) - 1) [Sub -> Add]": (
        "a bound that is narrowed two lines below"
    ),
    "clausal: if before > hint and (not free or made not in literals): [Gt -> GtE]": (
        "a hint that comes twice is refused either way"
    ),
    **{
        f"diagram: stack.append((a, b if g > 0 else -b, c if h > 0 else -c, None)) [{change}": NO_ZERO
        for change in ("Gt -> GtE]", "Gt -> GtE] (2)")
    },
    **{
        f"circuit: sign = 1 if (f < 0) == (g < 0) else -1 [{change}": NO_ZERO
        for change in ("Lt -> LtE]", "Lt -> LtE] (2)", "0 -> 1]", "0 -> 1] (2)")
    },
    "clausal: before, made = -1, 0 [0 -> 1]": "read only after a hint has set it",
    "clausal: before, made = -1, 0 [1 -> 2]": "below every number of a clause",
    'statements: fits = len(seen) in (1, getattr(upper[name], "size", 1)) [1 -> 2] (2)': (
        "a τ with infinitely many values reads real variables, whose states are not listed"
    ),
    "words: if bottom < 0: [0 -> 1]": "no divisor is 0",
    "words: if n.low < 0:  # x mod -n = -((-x) mod n) [Lt -> LtE]": "no divisor is 0",
    "words: rest = Word((f, *rest.bits), 0, 2 * rest.high + 1) [1 -> 2]": LOOSER,
    "words: rest = self.mux(enough, less, rest).fits(0, divisor - 1) [1 -> 2]": (
        "the bit that is read as a sign is kept, and the comparison with the divisor needs no more: only the "
        "quotient is returned"
    ),
    "words: if divisor & (divisor - 1) == 0: [BitAnd -> BitOr]": "long division is as exact",
    "blasting: if word.high < span.low or span.high < word.low: [or -> and]": (
        "the value is outside its domain in every state, which is a fault whatever is returned"
    ),
    'boxes: refuse_unless(count, "there is nothing to check") [statement left out]': (
        "a question over boxes has sites and every model a context"
    ),
    **{
        "boxes: factors = {n: Factor((), False, 0) for n in scored(claim, mapped=False)}  # only named "
        f"[{change}]": "these factors are only named"
        for change in ("False -> True", "0 -> 1")
    },
    "program: if TYPE_CHECKING:  # the checker of certificates has no use for laws, and does not load them "
    "[condition turned round]": "a module more is loaded",
    "squares: return {n: next(iter(d)) if isinstance(d, Finite | Range) else 0 for n, d in domains} "
    "[0 -> 1]": "a root with infinitely many values is given one, or has no effect",
    "words: if bottom < 0: [Lt -> LtE]": "no divisor is 0",
    "words: shifted = self._add(replace(a, denominator=1), self.constant(lift * divisor)) [1 -> 2]": (
        "only its bits are read"
    ),
}
"""Mutant -> why it changes no result."""


@final
@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: the module, the number of the change in it, the line, what it does, and a lasting name."""

    module: str
    number: int
    line: int
    change: str
    name: str


COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitAnd,
    ast.Pow: ast.Mult,
    ast.Mod: ast.Mult,
}
CALLS = {"min": "max", "max": "min", "any": "all", "all": "any"}


MODULES = trusted_modules()
"""What is mutated: the name of a module -> its file."""


def sites(tree: ast.Module) -> Iterator[tuple[ast.AST, str, int, str]]:
    """Every change that can be made: the node, what to do, with which part of it, in words."""
    pending: list[ast.AST] = [tree]
    while pending:
        node = pending.pop(0)
        for name, value in ast.iter_fields(node):
            if name in ("annotation", "returns", "decorator_list", "type_params"):
                continue
            for child in value if isinstance(value, list) else [value]:
                strict = isinstance(child, ast.keyword) and child.arg == "strict"
                if (
                    isinstance(child, ast.AST)
                    and not isinstance(child, ast.JoinedStr)
                    and not strict
                ):
                    pending.append(child)
        match node:
            case ast.Compare(ops=operators):
                for place, operator in enumerate(operators):
                    other = COMPARISONS[type(operator)].__name__
                    yield node, "compare", place, f"{type(operator).__name__} -> {other}"
            case ast.BoolOp(op=joined):
                yield node, "connect", 0, "or -> and" if isinstance(joined, ast.Or) else "and -> or"
            case ast.BinOp(op=operator) if type(operator) in OPERATORS:
                if not _is_type(node):
                    other = OPERATORS[type(operator)].__name__
                    yield node, "operate", 0, f"{type(operator).__name__} -> {other}"
            case ast.UnaryOp(op=ast.Not() | ast.USub()):
                yield node, "drop sign", 0, f"{type(node.op).__name__} dropped"
            case ast.Constant(value=bool() as value):
                yield node, "constant", 0, f"{value} -> {not value}"
            case ast.Constant(value=int() as value):
                yield node, "constant", 0, f"{value} -> {value + 1}"
            case ast.If() | ast.IfExp() | ast.While():
                yield node, "negate", 0, "condition turned round"
            case ast.Call(func=ast.Name(id=name)) if name in CALLS:
                yield node, "call", 0, f"{name} -> {CALLS[name]}"
            case ast.Expr(value=ast.Call()):
                yield node, "drop", 0, "statement left out"
            case ast.AugAssign():
                yield node, "drop", 0, "assignment left out"
            case ast.Break() | ast.Continue():
                yield node, "jump", 0, f"{type(node).__name__} turned round"
            case _:
                pass


def _is_type(node: ast.BinOp) -> bool:
    """Whether it is a union of types, such as `int | str`."""
    if not isinstance(node.op, ast.BitOr):
        return False
    return all(
        (isinstance(side, ast.Name) and side.id[:1].isupper())
        or (isinstance(side, ast.Name) and side.id in ("int", "str", "list", "dict"))
        or (isinstance(side, ast.BinOp) and _is_type(side))
        or (isinstance(side, ast.Constant) and side.value is None)
        for side in (node.left, node.right)
    )


def mutants() -> list[Mutant]:
    """Every mutant there is."""
    found: list[Mutant] = []
    met: Counter[str] = Counter()
    for module, path in MODULES.items():
        text = path.read_text(encoding="utf-8")
        for number, (node, _, _, change) in enumerate(sites(ast.parse(text))):
            line = getattr(node, "lineno", 1)
            shown = text.splitlines()[line - 1].strip()
            name = f"{module.rpartition('.')[2]}: {shown} [{change}]"
            met[name] += 1
            name = name[:-1] + f"] ({met[name]})" if met[name] > 1 else name
            found.append(Mutant(module, number, line, change, name))
    return found


def mutated(module: str, number: int) -> ast.Module:
    """The module's tree with one change."""
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    node: Any
    node, kind, place, _ = list(sites(tree))[number]
    if kind == "compare":
        node.ops[place] = COMPARISONS[type(node.ops[place])]()
    elif kind == "connect":
        node.op = ast.And() if isinstance(node.op, ast.Or) else ast.Or()
    elif kind == "operate":
        node.op = OPERATORS[type(node.op)]()
    elif kind == "constant":
        node.value = not node.value if isinstance(node.value, bool) else node.value + 1
    elif kind == "negate":
        node.test = ast.UnaryOp(ast.Not(), node.test)
    elif kind == "call":
        node.func.id = CALLS[node.func.id]
    else:
        tree = _replaced(tree, node, kind)
    return ast.fix_missing_locations(tree)


def _replaced(tree: ast.Module, old: Any, kind: str) -> ast.Module:
    operand: Any = getattr(old, "operand", None)

    class Replace(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> Any:
            if node is not old:
                return self.generic_visit(node)
            if kind == "drop sign":
                return copy.deepcopy(operand)
            if kind == "jump":
                return ast.Continue() if isinstance(old, ast.Break) else ast.Break()
            return ast.Pass()

    found = Replace().visit(tree)
    assert isinstance(found, ast.Module)
    return found


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Loads one module from its changed tree, and every other as ever."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant

    def find_spec(
        self, fullname: str, path: object = None, target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self.mutant.module:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, origin=str(MODULES[fullname]))

    def exec_module(self, module: ModuleType) -> None:
        module.__file__ = str(MODULES[self.mutant.module])
        code = compile(mutated(self.mutant.module, self.mutant.number), module.__file__, "exec")
        exec(code, module.__dict__)


def _in_order(mutant: Mutant | None) -> list[str]:
    """The tests, those that are about the mutant's module first."""
    if mutant is None:
        return list(TESTS)
    own = mutant.module.rpartition(".")[2]
    usual = "test_checker" if ".checker." in mutant.module else "test_evaluation"
    first = FIRST.get(own, usual)
    return sorted(TESTS, key=lambda test: first not in test)


def start(mutant: Mutant | None) -> int:
    """Run the tests on a mutant (or on the code as it is) in a process of its own; its number."""
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        os.setsid()
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, resource.RLIM_INFINITY))
        sink = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1, 2) if mutant is not None else (0,):
            os.dup2(sink, standard)
        if mutant is not None:
            sys.meta_path.insert(0, _Finder(mutant))
            # now: pytest puts a finder of its own before ours
            importlib.import_module(mutant.module)
        import pytest

        flags = ["-x", "-q", "-n0", "-p", "no:cacheprovider", "-W", IGNORED]
        first, *rest = _in_order(mutant)
        status = pytest.main([*flags, *SKIPPED, first])
        if status == 0:
            status = pytest.main([*flags, *SKIPPED, *rest])
    finally:
        sys.stdout.flush()
        os._exit(int(status))


def survivors(
    drawn: Sequence[Mutant], seconds: float, workers: int, end_of_all: float
) -> Iterator[tuple[Mutant, bool]]:
    """Each mutant, as soon as it is known, with whether all tests pass on it; none begins after the end of all."""
    pending = list(reversed(drawn))
    running: dict[int, tuple[Mutant, float]] = {}
    while pending or running:
        if time.monotonic() > end_of_all:
            pending.clear()
        while pending and len(running) < workers:
            mutant = pending.pop()
            running[start(mutant)] = (mutant, time.monotonic() + seconds)
        for child, (mutant, end) in list(running.items()):
            done, status = os.waitpid(child, os.WNOHANG)
            if not done and time.monotonic() > end:
                os.killpg(child, signal.SIGKILL)
                done, status = os.waitpid(child, 0)
            if done:
                del running[child]
                yield mutant, status == 0
        time.sleep(0.02)


CERTIFICATES = "tests/proofs/certificates/test_certificates.py"
SKIPPED = [
    f"--deselect={name}"
    for name in (
        "tests/theory/kernel/test_clausal.py::test_cadical_and_a_truth_table_agree_on_random_clauses",
        f"{CERTIFICATES}::test_a_certificate_that_would_take_for_ever_is_refused",
        f"{CERTIFICATES}::test_examples_have_certificates_or_a_reason",
        f"{CERTIFICATES}::test_where_clauses_are_hopeless_a_decision_diagram_is_stored",
        f"{CERTIFICATES}::test_checking_loads_the_standard_library_the_kernel_and_little_code",
        f"{CERTIFICATES}::test_the_verdict_of_sat_is_backed_by_a_checked_proof",
    )
]
"""Tests that take long, or start other processes, in which nothing is changed."""


def as_table(drawn: Sequence[Mutant], known: Mapping[str, bool], options: str) -> Iterator[str]:
    """What became of the mutants, by module, and each that no test catches, in Markdown."""
    yield "# Mutants of what a certificate asks to trust"
    yield ""
    yield f"Written by `python tests/benchmarks/mutation.py {options} --write FILE`: the first {len(drawn)} that"
    yield "were drawn. *caught*: some test fails;"
    yield "*changes nothing*: no test fails, and none can, for the reason that stands below."
    yield ""
    yield "| module | of its mutants drawn | caught | changes nothing | survives |"
    yield "|---|---|---|---|---|"
    modules = Counter(m.module for m in drawn)
    ends = Counter((m.module, _end(m, known)) for m in drawn)
    for module, count in sorted(modules.items()):
        shown = (str(ends[module, end]) for end in ENDS)
        yield f"| `{module.removeprefix('tauomega.')}` | {count} | {' | '.join(shown)} |"
    totals = (str(sum(n for (_, e), n in ends.items() if e == end)) for end in ENDS)
    yield f"| all | {len(drawn)} | {' | '.join(totals)} |"
    for end in ENDS[1:]:
        yield from ("", f"## {end.capitalize()}", "")
        for mutant in (m for m in drawn if _end(m, known) == end):
            yield f"- line {mutant.line} of `{mutant.name}` {EQUIVALENT.get(mutant.name, '')}".rstrip()


ENDS = ("caught", "changes nothing", "survives")


def _end(mutant: Mutant, known: Mapping[str, bool]) -> str:
    if not known[mutant.name]:
        return ENDS[0]
    return ENDS[1] if mutant.name in EQUIVALENT else ENDS[2]


def main(arguments: Sequence[str] | None = None) -> int:
    """Draw mutants, run the tests on each, and say how many survive."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--results", type=Path, help="a file of JSON lines, to go on from")
    parser.add_argument("--workers", type=int, default=1, help="mutants at a time")
    parser.add_argument("--only", help="the mutants of some modules, such as words,boxes")
    parser.add_argument("--minutes", type=float, default=1e6, help="begin none after so long")
    parser.add_argument("--write", type=Path, help="a file for the table, in Markdown")
    asked = parser.parse_args(arguments)
    table = None if asked.write is None else asked.write.resolve()
    os.chdir(ROOT)
    everything = mutants()
    if asked.only:
        everything = [m for m in everything if m.module.rpartition(".")[2] in asked.only.split(",")]
    drawn = random.Random(asked.seed).sample(everything, min(asked.count, len(everything)))
    known: dict[str, bool] = {}
    if asked.results is not None and asked.results.exists():
        lines = asked.results.read_text().splitlines()
        known = {entry["mutant"]: entry["survives"] for entry in map(json.loads, lines)}
    for name in ("pytest", "numpy", "torch", "pysat.solvers", "oxidd.bdd", "click"):
        __import__(name)
    print(f"seed {asked.seed}: {len(drawn)} of {len(everything)} mutants", flush=True)
    begun = time.monotonic()
    if os.waitpid(start(None), 0)[1]:
        print("the tests fail without any change")
        return 2
    limit = max(SECONDS, TIMES * asked.workers * (time.monotonic() - begun))
    todo = [mutant for mutant in drawn if mutant.name not in known]
    for mutant, survives in survivors(todo, limit, asked.workers, begun + 60 * asked.minutes):
        known[mutant.name] = survives
        if asked.results is not None:
            with asked.results.open("a") as file:
                file.write(json.dumps({"mutant": mutant.name, "survives": survives}) + "\n")
    done = [mutant for mutant in drawn if mutant.name in known]
    for mutant in done:
        if known[mutant.name]:
            reason = EQUIVALENT.get(mutant.name, "")
            print(f"  survives: line {mutant.line} of {mutant.name}  {reason}")
    left = [m for m in done if known[m.name] and m.name not in EQUIVALENT]
    if table is not None:
        options = f"--count {asked.count} --seed {asked.seed}"
        table.write_text("\n".join([*as_table(done, known, options), ""]), encoding="utf-8")
    share = len(left) / max(1, len(done))
    print(f"{len(left)} of {len(done)} survive ({share:.1%}), {time.monotonic() - begun:.0f} s")
    return 0 if share <= 0.05 else 1


if __name__ == "__main__":
    sys.exit(main())
