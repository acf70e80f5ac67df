"""What a certificate asks to trust: the modules that the checker may load, and how long they are.

Followed from the checker's first module through every import in it, also those inside functions, which load
what one kind of evidence needs. Nothing is listed by hand, so nothing can be forgotten.
"""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

__all__ = ["TRUSTED", "lines_of_code", "trusted_modules"]

FIRST = "tauomega.proofs.certificates.checker.checking"
TRUSTED = ("tauomega.theory.kernel", "tauomega.proofs.certificates.checker")
_NO_CODE = (
    *(tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE),
    *(tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER),
)


def trusted_modules() -> dict[str, Path]:
    """Every module of the kernel and the checker that checking may load, with its file, sorted."""
    found: dict[str, Path] = {}
    pending = [*TRUSTED, FIRST]
    while pending:
        name = pending.pop()
        if name in found or not name.startswith(TRUSTED):
            continue
        spec = find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        found[name] = Path(spec.origin)
        if name not in TRUSTED:  # a package imports nothing until a name of it is asked for
            pending += _imports(found[name], name)
    return dict(sorted(found.items()))


def _imports(path: Path, module: str) -> Iterator[str]:
    """What a module imports when it runs: not what it imports for type checkers alone."""
    pending: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
    while pending:
        node = pending.pop()
        match node:
            case ast.If(test=ast.Name(id="TYPE_CHECKING"), orelse=other):
                pending += other
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(level=level, module=name):
                package = module.rsplit(".", level)[0] if level else ""
                yield ".".join(filter(None, (package, name)))
            case _:
                pending += ast.iter_child_nodes(node)


def lines_of_code(path: Path) -> int:
    """Lines with a token that is neither comment nor docstring."""
    text = path.read_text(encoding="utf-8")
    quoted = {
        line
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        for line in range(node.lineno, (node.end_lineno or 0) + 1)
    }
    found: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in _NO_CODE:
            found.update(range(token.start[0], token.end[0] + 1))
    return len(found - quoted)
