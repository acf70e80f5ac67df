"""Tasks from files and from the shipped examples."""

from __future__ import annotations

from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from tauomega.theory.errors import InputError
from tauomega.theory.kernel.errors import nearest

if TYPE_CHECKING:
    from tauomega.theory.definition import Definition
    from tauomega.theory.task import NetworkReader, Task

__all__ = ["example_names", "example_text", "load", "task_source", "task_text"]

LARGEST = 1_000_000
"""Bytes that a task may have."""


def load(
    target: str | Path,
    *,
    family: str | None = None,
    definition: type[Definition] | None = None,
    holes: bool = False,
) -> Task:
    """The task in a file, or the shipped example of that name.

    A task about a network reads the weights that it names, relative to its own folder.

    Args:
        target: the path of a TOML file, or the name of an example such as `ce6`.
        family: a family of interventions that replaces the task's, such as `all`.
        definition: a definition that replaces the task's.
        holes: whether sites and ω may be left to be found.

    Raises:
        InputError: no such file or example; every fault found in the task, with its place.
    """
    from tauomega.theory.task import read_task

    name = str(target)
    text, directory = task_source(target)
    network = _network_reader() if "network" in text else None
    return read_task(
        text,
        name=name,
        directory=directory,
        network=network,
        family=family,
        definition=definition,
        holes=holes,
    )


def task_text(target: str | Path) -> str:
    """The text of the task in a file, or of the shipped example of that name.

    Raises:
        InputError: no such file or example.
    """
    return task_source(target)[0]


def task_source(target: str | Path) -> tuple[str, Path]:
    """The text of the task in a file, or of the shipped example of that name, and its folder.

    Raises:
        InputError: no such file or example.
    """
    name, path = str(target), Path(target)
    if path.is_dir():
        message = f"{name!r} is a folder, and a task is a TOML file; tauomega new NAME writes one"
        raise InputError([message])
    if path.is_file() or "/" in name or path.suffix:
        return _read(path), path.parent
    return example_text(name), _examples()


def example_names() -> tuple[str, ...]:
    """The names of the shipped examples, sorted so that ce2 comes before ce10."""
    found = (path.stem for path in _examples().glob("*.toml"))
    return tuple(sorted(found, key=_in_order))


def example_text(name: str) -> str:
    """The task file of a shipped example.

    Raises:
        InputError: there is none of that name; the nearest one is suggested.
    """
    known = example_names()
    if name not in known:
        hint = nearest(name, known)
        message = f"{name!r} is neither a file nor a shipped example{hint}"
        raise InputError([f"{message}; tauomega examples lists them"])
    return (_examples() / f"{name}.toml").read_text(encoding="utf-8")


def _examples() -> Path:
    folder = files("tauomega.theory.examples")
    assert isinstance(folder, Path), "the package is installed in a folder"
    return folder


def _in_order(name: str) -> tuple[str, int, str]:
    letters = name.rstrip("0123456789") if name[-1:].isdigit() else name
    head = name[2:].split("_")[0]
    if name.startswith("ce") and head.isdigit():
        return "ce", int(head), name
    return letters, 0, name


def _read(path: Path) -> str:
    try:
        if not path.is_file():
            raise InputError([f"there is no file {str(path)!r}"])
        if path.stat().st_size > LARGEST:
            raise InputError([f"{path}: a task has at most {LARGEST:,} bytes"])
        return path.read_text(encoding="utf-8-sig")  # with or without a byte order mark
    except OSError as error:
        raise InputError([f"{path} cannot be read: {error.strerror}"]) from error
    except UnicodeDecodeError as error:
        raise InputError([f"{path}: byte {error.start} is not UTF-8; save it as UTF-8"]) from error


def _network_reader() -> NetworkReader:
    reader: NetworkReader = import_module("tauomega.bridge.network_task").NETWORK_READER
    return reader
