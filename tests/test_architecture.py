"""The house keeps its order: who may import whom, how long, and nothing that runs what it reads."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
if not (ROOT / "theory").is_dir():
    pytest.skip("these tests read a checkout", allow_module_level=True)

FOLDERS = {"theory": 0, "solvers": 1, "bridge": 2, "proofs": 3, "api": 4}
"""Folder -> layer: a folder imports itself and lower layers."""

THIRD_PARTIES = {
    "z3": ("solvers", "proofs"),
    "torch": ("bridge", "proofs"),
    "click": ("api",),
    "rich": ("api",),
}
"""Who alone may import them. The doctor asks for versions through importlib.metadata."""

FORBIDDEN = {"eval", "exec", "compile", "sympify", "parse_expr", "lambdify", "__import__"}
"""Functions that run text, or may: no string that was read may meet one."""

FACADES = [
    # a site is named on the graph that it is of
    ("tauomega.bridge.graph.network", "tauomega.bridge.graph.site_text"),
    # a network in hand becomes a low-level model
    ("tauomega.bridge.network", "tauomega.bridge.network_model"),
]
"""Imports that run back up, with the reason: one door each, which forwards to the module above."""

PYTHON = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
BY_FOLDER = {folder: [p for p in PYTHON if p.is_relative_to(ROOT / folder)] for folder in FOLDERS}

each_folder = pytest.mark.parametrize("folder", FOLDERS)
"""A test reads all files of a folder, and names every one that is at fault: one test a file costs more
than it tells."""


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def is_script(path: Path) -> bool:
    """Whether it is a theorem script, its frame or the worked example, which also run by path."""
    parts = path.relative_to(ROOT).parts
    return parts[0] == "proofs" and (len(parts) == 2 or parts[-1] == "worked_example.py")


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def package_of(path: Path) -> tuple[str, ...]:
    """The package a module lives in, as it is imported: `tauomega`, `theory`, `kernel`."""
    folder, *rest = path.relative_to(ROOT).parts[:-1]
    return ("tauomega", *([] if folder == "api" else [folder]), *rest)


def module_of(path: Path) -> tuple[str, ...]:
    """The absolute name of a module; that of a package for its `__init__`."""
    return (*package_of(path), *([] if path.stem == "__init__" else [path.stem]))


MODULES = {".".join(module_of(path)): path for path in PYTHON}


@cache
def imports_of(path: Path) -> tuple[tuple[str, int, int], ...]:
    """Every imported module: its absolute name, the dots it was written with, the line."""
    return tuple(_imports_of(path))


def _imports_of(path: Path) -> Iterator[tuple[str, int, int]]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, 0, node.lineno
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                package = package_of(path)
                base = package[: len(package) - (node.level - 1)]
                yield (
                    ".".join([*base, *(node.module or "").split(".")]).strip("."),
                    node.level,
                    node.lineno,
                )
            elif node.module == "tauomega":
                for alias in node.names:
                    yield f"tauomega.{alias.name}", 0, node.lineno
            else:
                yield node.module or "", 0, node.lineno


def modules_read_by(path: Path) -> Iterator[str]:
    """The modules of ours that a file imports: of `from .a import b` it is `.a.b`, if there is one, else `.a`."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in MODULES)
        elif isinstance(node, ast.ImportFrom):
            package = package_of(path)
            base = package[: len(package) - (node.level - 1)] if node.level else ()
            name = ".".join([*base, *([node.module] if node.module else [])])
            for alias in node.names:
                inner = f"{name}.{alias.name}"
                found = inner if inner in MODULES else name
                if found in MODULES:
                    yield found


def circle_of(graph: Mapping[str, Iterable[str]]) -> list[str]:
    """A circle of modules, the first one also at the end; none if the graph has none."""
    try:
        TopologicalSorter({name: sorted(read) for name, read in graph.items()}).prepare()
    except CycleError as error:
        return [str(name) for name in reversed(error.args[1])]
    return []


def folder_of(module: str) -> str | None:
    """The folder that an absolute module name lives in, if it is ours."""
    first, *rest = module.split(".")
    if first != "tauomega":
        return None
    return rest[0] if rest and rest[0] in FOLDERS else "api"


@each_folder
def test_imports_go_down(folder: str) -> None:
    faults = [
        f"{path}:{line}: {folder} imports {module}"
        for path in BY_FOLDER[folder]
        for module, _, line in imports_of(path)
        if not (is_script(path) and module.split(".")[0] == "tauomega" and module.count(".") == 1)
        # a theorem script is written as a user would write it, on the facade
        and (theirs := folder_of(module)) is not None
        and FOLDERS[theirs] > FOLDERS[folder]
    ]
    assert [] == faults


def test_no_modules_import_each_other_in_a_circle() -> None:
    """Wherever an import stands, in a function or for type checkers only: neither is read without the other."""
    graph = {name: set(modules_read_by(path)) - {name} for name, path in MODULES.items()}
    for lower, upper in FACADES:
        assert upper in graph[lower], f"{lower} no longer imports {upper}; take it off the list"
        graph[lower].remove(upper)
    assert [] == circle_of(graph)
    for lower, upper in FACADES:
        graph[lower].add(upper)
        assert circle_of(graph), f"{lower} -> {upper} closes no circle; take it off the list"
        graph[lower].remove(upper)


def test_a_circle_of_imports_is_found() -> None:
    assert [] == circle_of({"a": {"b", "c"}, "b": {"c"}, "c": set()})
    assert ["b", "c", "b"] == circle_of({"a": {"b"}, "b": {"c"}, "c": {"b"}})


@each_folder
def test_imports_are_relative_inside_a_folder_and_absolute_across(folder: str) -> None:
    assert [] == [fault for path in BY_FOLDER[folder] for fault in written_wrong(path)]


def written_wrong(path: Path) -> Iterator[str]:
    """Imports that are absolute inside a folder, or relative beyond it, or by a folder's bare name."""
    parts = path.relative_to(ROOT).parts
    script = is_script(path)
    for module, level, line in imports_of(path):
        top = module.split(".")[0]
        where = f"{path}:{line}: {module}"
        if top in FOLDERS:
            yield f"{where}: a second copy of every class; write tauomega.{module}"
        if level and script:
            yield f"{where}: a theorem script imports absolutely"
        if level and level > len(parts) - 1 and parts[0] != "api":
            yield f"{where}: leaves its folder"
        if not level and folder_of(module) == parts[0] and not script and parts[0] != "api":
            yield f"{where}: write it relative"


@each_folder
def test_third_parties_stay_where_they_belong(folder: str) -> None:
    faults = [
        f"{path}:{line}: {folder} imports {module}"
        for path in BY_FOLDER[folder]
        for module, _, line in imports_of(path)
        if folder not in THIRD_PARTIES.get(module.split(".")[0], (folder,))
    ]
    assert [] == faults


@pytest.mark.parametrize(
    "path",
    [
        p
        for p in PYTHON
        if name_of(p).startswith(("theory/kernel/", "proofs/certificates/checker/"))
    ],
    ids=name_of,
)
def test_what_a_certificate_asks_to_trust_needs_the_standard_library_only(path: Path) -> None:
    trusted = ["tauomega.theory.kernel"]
    if name_of(path).startswith("proofs/"):
        trusted.append("tauomega.proofs.certificates.checker")
    for module, _, line in imports_of(path):
        top = module.split(".")[0]
        own = any(module == name or module.startswith(f"{name}.") for name in trusted)
        assert own or top in sys.stdlib_module_names, f"{path}:{line}: {module}"


def test_theory_loads_third_parties_inside_functions_only() -> None:
    """The sympy face, theory/symbolic, is the one place; it is itself imported in functions only."""
    for path in BY_FOLDER["theory"]:
        if path.relative_to(ROOT).parts[1] != "symbolic":
            loads_third_parties_in_functions(path)


def loads_third_parties_in_functions(path: Path) -> None:
    """Asserts that."""
    for node in tree_of(path).body:
        match node:
            case ast.Import(names=names):
                modules = [alias.name for alias in names]
            case ast.ImportFrom(module=str(module), level=0):
                modules = [module]
            case ast.ImportFrom(module=str(module)):
                assert not module.startswith("symbolic"), f"{path}:{node.lineno}: {module}"
                continue
            case _:
                continue
        for module in modules:
            assert module.split(".")[0] in sys.stdlib_module_names, (
                f"{path}:{node.lineno}: {module}"
            )


@each_folder
def test_nothing_runs_text(folder: str) -> None:
    for path in BY_FOLDER[folder]:
        runs_no_text(path)


def runs_no_text(path: Path) -> None:
    """Asserts that no function that runs text is named, and nothing that unpickles imported."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Name | ast.Attribute):
            name = node.id if isinstance(node, ast.Name) else node.attr
            plain = isinstance(node, ast.Name) or name not in {"eval", "exec", "compile"}
            assert not (name in FORBIDDEN and plain), f"{path}:{node.lineno}: {name}"
    for module, _, line in imports_of(path):
        assert module.split(".")[0] not in {"pickle", "marshal", "shelve"}, (
            f"{path}:{line}: {module}"
        )


@each_folder
def test_modules_are_short(folder: str) -> None:
    lines = {p: len(p.read_text(encoding="utf-8").splitlines()) for p in BY_FOLDER[folder]}
    assert {} == {path: count for path, count in lines.items() if count > 400}


@each_folder
def test_every_public_thing_has_a_docstring(folder: str) -> None:
    bare = [path for path in BY_FOLDER[folder] if not ast.get_docstring(tree_of(path))]
    missing = [
        f"{path}:{line}: {name}"
        for path in BY_FOLDER[folder]
        for name, line in undocumented(tree_of(path))
    ]
    assert ([], []) == (bare, missing)


def undocumented(tree: ast.Module | ast.ClassDef) -> Iterator[tuple[str, int]]:
    """Public functions, classes and methods without a docstring; a method may inherit its own."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            if node.name.startswith("_"):
                continue
            overrides = isinstance(tree, ast.ClassDef) and bool(tree.bases)
            overloads = any(ast.unparse(d) == "overload" for d in node.decorator_list)
            if not overloads and ast.get_docstring(node) is None and not overrides:
                yield node.name, node.lineno
            if isinstance(node, ast.ClassDef):
                yield from undocumented(node)


def test_the_packages_listed_are_those_of_the_tree() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    listed = settings["tool"]["setuptools"]["packages"]
    found = {".".join(package_of(path)) for path in PYTHON}
    assert sorted(listed) == listed
    assert sorted(found) == listed


def test_every_package_has_an_init_and_says_that_it_is_typed() -> None:
    packages = {path.parent for path in PYTHON}
    for package in sorted(packages):
        assert (package / "__init__.py").is_file(), package
        assert (package / "py.typed").is_file(), package


def test_the_links_for_type_checkers_lead_to_the_folders() -> None:
    links = ROOT / ".links" / "tauomega"
    expected = {name: ROOT / name for name in FOLDERS if name != "api"}
    for name in ("__init__.py", "__main__.py", "cli", "loading.py", "py.typed"):
        expected[name] = ROOT / "api" / name
    for path in PYTHON:  # whatever api contains must be reachable
        relative = path.relative_to(ROOT).parts
        if relative[0] == "api":
            assert relative[1] in expected, f"{path} has no link in {links}"
    assert expected == {path.name: path.resolve() for path in links.iterdir()}
    assert all(path.is_symlink() for path in links.iterdir())


def test_lists_of_public_names_are_sorted() -> None:
    for path in PYTHON:
        for node in tree_of(path).body:
            match node:
                case ast.Assign(targets=[ast.Name(id="__all__")], value=ast.List() as names):
                    listed = [ast.literal_eval(element) for element in names.elts]
                    assert len(set(listed)) == len(listed), path


def test_a_check_is_silenced_for_a_reason() -> None:
    """On the line itself: `# type: ignore[code]  # why`, `# noqa: CODE  # why`."""
    silencing = re.compile(r"# (?:type: ignore|noqa)(?!(?:\[[a-z, -]+\]|: [A-Z0-9, ]+)  # \w)")
    bare = [
        f"{name_of(path)}:{number}: {line.strip()}"
        for path in PYTHON
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if silencing.search(line)
    ]
    assert [] == bare


def test_no_file_leaves_work_for_later_in_its_text() -> None:
    for path in PYTHON:
        text = path.read_text(encoding="utf-8")
        for word in ("TO" + "DO", "FIX" + "ME", "XX" + "X"):
            assert word not in text, path
