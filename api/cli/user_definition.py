"""A definition by name, or from a user's own file: the one door that runs a user's code."""

from __future__ import annotations

import sys
from dataclasses import MISSING, fields, is_dataclass
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import cast

import click

from tauomega.theory.definition import Definition
from tauomega.theory.definitions import find_definition
from tauomega.theory.errors import InputError
from tauomega.theory.kernel.errors import nearest

__all__ = ["named_definition", "users_file"]

NEEDED = ("name", "statement", "source", "needs", "defect", "sentence")
"""What a class must have to be decided."""
_PREFIX = "tauomega_user_"
"""Before the names of modules that users wrote."""


def named_definition(text: str) -> type[Definition]:
    """The shipped definition of this name, or the class `FILE.py:Name`.

    The file is run, and that is said on stderr first.

    Raises:
        InputError: no such definition, file or class; the file raises; the class is no definition.
    """
    file, colon, name = text.rpartition(":")
    if not colon:
        if text.endswith(".py"):
            raise InputError([f"{text!r} names no class; write --definition {text}:Name"])
        return find_definition(text)
    path = Path(file)
    if path.suffix != ".py" or not path.is_file():
        raise InputError([f"there is no Python file {file!r}; write --definition FILE.py:Name"])
    click.echo(f"running your code: {path}", err=True)
    found = vars(_run(path)).get(name)
    if found is None:
        classes = [key for key, value in vars(_run(path)).items() if isinstance(value, type)]
        raise InputError([f"{path} has no class {name!r}{nearest(name, classes)}"])
    missing = [attribute for attribute in NEEDED if not hasattr(found, attribute)]
    if missing or not (isinstance(found, type) and is_dataclass(found)):
        lacks = f"; it lacks {', '.join(missing)}" if missing else ""
        raise InputError(
            [
                f"{name!r} in {path} is no definition: write a frozen dataclass with the attributes"
                f" of tauomega.theory.definition.Definition{lacks}"
            ]
        )
    required = [
        field.name
        for field in fields(found)
        if field.default is MISSING and field.default_factory is MISSING
    ]
    if required:
        listed = ", ".join(required)
        message = f"{name!r} in {path} needs a default for {listed}: tasks leave parameters out"
        raise InputError([message])
    return cast("type[Definition]", found)


def users_file(error: BaseException) -> str | None:
    """The file of the user's own code that raised an error, if that is where it was raised."""
    trace, raised = error.__traceback__, None
    while trace is not None:
        raised, trace = trace.tb_frame, trace.tb_next
    own = raised is not None and str(raised.f_globals.get("__name__")).startswith(_PREFIX)
    return raised.f_code.co_filename if own and raised is not None else None


def _run(path: Path) -> ModuleType:
    name = f"{_PREFIX}{path.stem}"
    if name in sys.modules:
        return sys.modules[name]
    spec = spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]
        message = f"{path} raised {type(error).__name__}: {error}"
        raise InputError([message]) from error
    return module
