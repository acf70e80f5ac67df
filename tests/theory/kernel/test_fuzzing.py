"""No text that we read runs code: random and mutated texts, under an audit hook."""

from __future__ import annotations

import contextlib
import random
import string
import sys
from collections.abc import Iterator

import pytest

from tauomega.loading import example_names, example_text
from tauomega.theory.definitions import definitions
from tauomega.theory.errors import InputError
from tauomega.theory.kernel import Scope, parse_expression, parse_intervention, parse_program
from tauomega.theory.parameters import build_definition
from tauomega.theory.scm import SCM
from tauomega.theory.task import read_task

WATCHED = (
    "exec",
    "compile",
    "import",
    "open",
    "os.",
    "subprocess.",
    "socket.",
    "pickle.",
    "ctypes.",
)
SEEN: list[str] = []
ARMED = [False]


def hook(event: str, _: object) -> None:
    # a hook outlives its module: when the interpreter ends, its names are None
    if ARMED and ARMED[0] and event.startswith(WATCHED):
        SEEN.append(event)


sys.addaudithook(hook)

MODEL = SCM.from_text("U[1..3] : bool\nX[i] = U[i]\nC : {red, green} = red\nR : real = 1/2")
WORDS = [
    "bool", "real", "input", "param", "let", "def", "cyclic", "if", "then", "else", "and", "or",
    "xor", "not", "mod", "table", "uniform", "normal", "min", "max", "sum", "count", "X", "U", "i",
    "X[1]", "X[1..3]", "0", "1", "0.5", "1/3", "99999999999", "(", ")", "[", "]", "{", "}", ",", ":",
    ";", "~", "=", "==", "<", "+", "-", "*", "/", "->", ":=", "..", "?", "\n", " ", "#", '"', '"""',
    "__import__('os').system('true')", "eval", "exec", "lambda: 0", "X.__class__", "!", "\\", "é", "\x00",
]  # fmt: skip


def texts(rng: random.Random, count: int) -> Iterator[tuple[str, str]]:
    """Kinds and texts: words at random, and shipped tasks with pieces cut, doubled and replaced."""
    shipped = [example_text(name) for name in example_names()]
    for _ in range(count):
        kind = rng.choice(("program", "expression", "intervention", "task", "task"))
        if kind == "task":
            text = rng.choice(shipped)
            for _ in range(rng.randint(1, 4)):
                start = rng.randrange(len(text) + 1)
                stop = min(len(text), start + rng.choice((0, 1, 1, 3, 10)))
                new = rng.choice(
                    (rng.choice(WORDS), text[start:stop] * 2, rng.choice(string.printable))
                )
                text = text[:start] + new + text[stop:]
        else:
            gap = rng.choice(("", " "))
            text = gap.join(rng.choice(WORDS) for _ in range(rng.randint(0, 25)))
        yield kind, text


def read(kind: str, text: str) -> None:
    scope: Scope = MODEL.scope
    match kind:
        case "program":
            parse_program(text)
        case "expression":
            parse_expression(text, scope)
        case "intervention":
            parse_intervention(text, scope)
        case _:
            read_task(text)


def fuzz(seed: int, count: int) -> int:
    """Read that many texts; only `InputError` may come out. The number that were well formed."""
    good = 0
    for definition in definitions():  # its own annotations are compiled once
        build_definition(definition, {})
    for kind, text in [("task", example_text("voting")), *texts(random.Random(seed), 300)]:
        with contextlib.suppress(InputError):
            read(kind, text)  # warm up: everything that is imported lazily is imported now
    prepared = list(texts(random.Random(seed + 1), count))
    SEEN.clear()
    ARMED[0] = True
    try:
        for kind, text in prepared:
            try:
                read(kind, text)
                good += 1
            except InputError:
                pass
    finally:
        ARMED[0] = False
    assert SEEN == []
    return good


def test_three_thousand_texts_run_nothing() -> None:
    assert fuzz(0, 3000) > 0


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_hundred_thousand_texts_run_nothing() -> None:
    good = sum(fuzz(seed, 10_000) for seed in range(1, 11))
    print(f"100000 texts read, {good} well formed, {len(SEEN)} executions, 0 hangs")  # noqa: T201
    assert good > 0


@pytest.mark.parametrize(
    "text",
    [
        "X = " + "(" * 100_000,
        "X = " + "1+" * 400_000 + "1",
        "X = " + "-" * 500_000 + "1",
        "X[1..100000000] : bool",
        "U : 0..100000000000\nX = U * U",
        "U : 0..10000000000 ~ uniform",
        "def f(a) = a + a\nU : bool\nX = " + "f(" * 60 + "U" + ")" * 60,
        "U : bool\n" + "\n".join(f"X{k} = U" for k in range(3000)),
        "a" * 2_000_000,
        "X = " + "9" * 900 + "*9" * 500,
    ],
    ids=range(10),
)
def test_a_hostile_text_ends_soon_and_well(text: str) -> None:
    try:
        parse_program(text)
    except InputError as error:
        assert len(str(error)) < 5_000


@pytest.mark.parametrize(
    "text",
    ["a = " + "[" * 50_000, "a." * 100_000 + "b = 1", "[" * 1000, 'x = """' + "a" * 999_000, "\x00", "a = 1e999999"],
    ids=range(6),
)  # fmt: skip
def test_a_hostile_toml_ends_soon_and_well(text: str) -> None:
    with pytest.raises(InputError):
        read_task(text)
