"""A proved or refuted alignment as a task of its own, which `check` decides and `verify` certifies."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..feature_text import features_to_data
from .alignment import Alignment
from .question import AlignmentQuestion

__all__ = ["aligned_task"]


def aligned_task(
    table: Mapping[str, Any],
    question: AlignmentQuestion,
    alignment: Alignment,
    *,
    source: Path,
    target: Path,
) -> str:
    """The text of the task with the alignment's features and sites in the place of its own.

    Args:
        table: the task as TOML read it.
        question: what was aligned.
        alignment: the map.
        source: the folder of the task, to which its paths are relative.
        target: the folder in which the new one will lie.
    """
    low = dict(table["low"])
    for key in ("weights", "directory"):
        if key in low:
            low[key] = os.path.relpath(source / low[key], target)
    place = f"layers.{question.layer}"
    low["features"] = {place: features_to_data(alignment.map)}
    sites = {
        name: [f"{place}.features[{', '.join(map(str, chosen))}]"]
        for name, chosen in alignment.features
    }
    abstraction = dict(table.get("abstraction", {})) | {"sites": sites}
    together: bool | int = question.joint
    if question.joint == 1 or question.joint >= len(question.sizes):
        together = question.joint > 1
    whole: dict[str, Any] = {"definition": "interchange", "joint": together}
    if table.get("definition") == "interchange-over-boxes":
        whole["definition"] = "interchange-over-boxes"
    whole |= {k: v for k, v in table.items() if k not in ("low", "abstraction", *whole)}
    whole |= {"low": low, "abstraction": abstraction}
    return "".join(_table(whole, ()))


def _table(data: Mapping[str, Any], path: tuple[str, ...]) -> list[str]:
    lines = [f"\n[{'.'.join(map(_key, path))}]\n"] if path else []
    inner: list[str] = []
    for key, value in data.items():
        if isinstance(value, Mapping):
            inner += _table(value, (*path, key))
        else:
            lines.append(f"{_key(key)} = {_value(value)}\n")
    return lines + inner


def _key(key: str) -> str:
    plain = key.replace("_", "").replace("-", "")
    return key if plain.isascii() and plain.isalnum() else _string(key)


def _value(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case str():
            return _string(value)
        case list() | tuple():
            return f"[{', '.join(map(_value, value))}]"
        case Mapping():
            return f"{{ {', '.join(f'{_key(k)} = {_value(v)}' for k, v in value.items())} }}"
        case _:
            raise TypeError(f"no TOML for {value!r}")


def _string(text: str) -> str:
    """A basic string; what TOML does not allow bare is escaped."""
    found = []
    for character in text:
        code = ord(character)
        if character in '"\\':
            found.append("\\" + character)
        elif character == "\n":
            found.append("\\n")
        elif code < 0x20 or code == 0x7F:
            found.append(f"\\u{code:04x}")
        else:
            found.append(character)
    return '"' + "".join(found) + '"'
