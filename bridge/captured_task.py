"""Captured networks in tasks: the `[low]` table of a network that is no perceptron.

```toml
semantics = "ieee(float32, cpu, batch=1)"    # a table of what ran; or real, exact-grid, all-orders(float32), …
[low]
kind = "network"
directory = "tiny_gpt2"                       # config.json and model.safetensors; nothing in it is run
inputs = ["A", "B"]
tokens = ["A", "B + 2", "5"]                  # what it reads, entry by entry: integers (or values = […])
outputs = ["logits[:, 2, :2]"]                # output[0], output[1], …; all outputs by default
[abstraction.sites]
P = ["transformer.h.0[:, 1]"]
[abstraction.tau]
out = "output[0] < output[1]"
```
In place of a directory: `weights = "w.safetensors"` and `architecture = { model = "GPT2LMHeadModel", … }`
with the keys of its configuration.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from math import prod
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from tauomega.theory.errors import Fault, InputError
from tauomega.theory.kernel import Domain, Finite, Range
from tauomega.theory.kernel.errors import nearest
from tauomega.theory.toml_source import Locate

from .captured_model import CapturedModel
from .captured_rows import columns_of, rows_of
from .graph.capture import capture
from .model_directory import CONFIG, WEIGHTS, module_from_directory
from .precision.extraction import InputTable
from .precision.machine import pinned
from .precision.semantics import Ieee, Semantics, parse_semantics

if TYPE_CHECKING:
    from torch import Tensor, nn

    from .graph.network import CapturedNetwork

__all__ = ["is_captured", "read_captured"]

_KEYS = ("kind", "directory", "weights", "architecture", "inputs", "tokens", "values", "outputs")
MOST_ROWS = 2**12
CHUNK = 64


def is_captured(table: Mapping[str, object]) -> bool:
    """Whether a `[low]` table is about a network that is captured: it says what the network reads."""
    architecture = table.get("architecture")
    named = isinstance(architecture, dict) and "model" in architecture
    return named or "tokens" in table or "values" in table


def read_captured(
    table: Mapping[str, object],
    domains: Mapping[str, Domain],
    sites: Mapping[str, object],
    directory: Path,
    semantics: str | None,
    locate: Locate,
) -> CapturedModel:
    """The network of a `[low]` table, captured, and the table of its runs.

    Args:
        table: the `[low]` table.
        domains: the domain of each input, in order.
        sites: the `[abstraction.sites]` table; each has one string.
        directory: where relative paths start.
        semantics: what the network's behaviour means; `bridge.precision.semantics` lists them.
        locate: the place of a key.

    Raises:
        InputError: unknown keys, wrong types, whatever is wrong with the files, a module that cannot
            run on these inputs; all faults of a stage at once.
        MissingDependencyError: the extra `huggingface` is not installed.
    """
    import torch

    faults: list[Fault | str] = [
        f"[low] has no key {key!r} for a captured network{nearest(key, _KEYS)}"
        for key in table
        if key not in _KEYS
    ]
    kinds = [key for key in ("tokens", "values") if key in table]
    if len(kinds) != 1:
        faults.append(
            '[low] needs what the network reads: tokens = ["A", "B + 2", "5"], or values = […], not both'
        )
    columns = columns_of(table, kinds[0], domains, locate, faults) if len(kinds) == 1 else []
    outputs = table.get("outputs", [])
    if not isinstance(outputs, list) or not all(isinstance(text, str) for text in outputs):
        faults.append('outputs is a list of values, such as outputs = ["logits[:, 2, :2]"]')
        outputs = []
    chosen = _sites(sites, faults)
    meaning = _meaning(semantics, faults)
    source = _source(table, faults)
    sizes = [d.size for d in domains.values() if isinstance(d, Finite | Range)]
    if len(sizes) < len(domains):
        faults.append("every input needs a finite domain")
    elif prod(sizes) > MOST_ROWS:
        faults.append(f"{prod(sizes):,} inputs; a task has at most {MOST_ROWS:,}")
    if faults:
        raise InputError(faults)
    assert meaning is not None
    # A child of this process, which checks a certificate, has none of its threads.
    with pinned():
        module = _module(source, directory)
        dtype = next(module.parameters()).dtype
        if isinstance(meaning, Ieee) and str(dtype) != f"torch.{meaning.dtype}":
            own = replace(meaning, dtype=str(dtype).removeprefix("torch."))
            raise InputError([f"the weights are {dtype}, not {meaning.dtype}; write {own}"])
        tensor = rows_of(columns, domains, torch.int64 if kinds == ["tokens"] else dtype)
        try:
            network = capture(module, tensor[:2])
        except InputError as error:
            raise InputError([*error.faults, _what_was_read(kinds[0], tensor)]) from error
        _run_once(network, tensor)
        inputs = InputTable(domains, [tensor])
        return CapturedModel(network, inputs, chosen, tuple(outputs), str(meaning), module)


def _what_was_read(kind: str, tensor: Tensor) -> str:
    """The rows in words: a network that cannot run on them may read something else, fewer, or smaller ones."""
    other = {"tokens": "values", "values": "tokens"}[kind]
    low, high = tensor.min().item(), tensor.max().item()
    return (
        f"it was given rows of {tensor.shape[1]} {kind}, from {low} to {high}; a network that reads {other} has "
        f"{other} = […] in [low]"
    )


def _run_once(network: CapturedNetwork, tensor: Tensor) -> None:
    """Whether the network runs on every row; a few at once, which bounds memory."""
    try:
        for start in range(0, len(tensor), CHUNK):
            network.values(tensor[start : start + CHUNK])
    except (IndexError, RuntimeError) as error:
        text = str(error).splitlines()[0]
        raise InputError([f"the network cannot run on these inputs: {text}"]) from error


def _sites(sites: Mapping[str, object], faults: list[Fault | str]) -> dict[str, str]:
    found = {}
    for name, texts in sites.items():
        match texts:
            case [str() as text]:
                found[name] = text
            case _:
                faults.append(
                    f'the site of {name!r} is one string in a list, such as ["transformer.h.1.mlp[:, 3]"]'
                )
    return found


def _meaning(semantics: str | None, faults: list[Fault | str]) -> Semantics | None:
    """The stated semantics: a captured network has no default, for its real values are seldom what ran."""
    if semantics is None:
        advice = 'semantics = "ieee(float32, cpu, batch=1)" for what runs here, or "real"'
        faults.append(
            f"a task about a captured network says what its behaviour means; write {advice}"
        )
        return None
    try:
        return parse_semantics(semantics)
    except InputError as error:
        faults.extend(error.faults)
        return None


def _source(
    table: Mapping[str, object], faults: list[Fault | str]
) -> str | tuple[str, Mapping[str, Any]]:
    """A directory, or a file of weights and a configuration."""
    folder, weights, architecture = (table.get(k) for k in ("directory", "weights", "architecture"))
    if folder is not None:
        faults += [
            f"[low] has directory and {key!r}; the directory's {CONFIG} and {WEIGHTS} say that"
            for key in ("weights", "architecture")
            if key in table
        ]
        if isinstance(folder, str):
            return folder
        faults.append('directory is the path of a folder, such as directory = "my_model"')
    elif isinstance(weights, str) and isinstance(architecture, dict):
        if isinstance(architecture.get("model"), str):
            return weights, architecture
        faults.append(
            'architecture = { model = "GPT2LMHeadModel", … } names a class of transformers'
        )
    else:
        faults.append('[low] needs directory = "…", or weights = "w.safetensors" and architecture')
    return ""


def _module(source: str | tuple[str, Mapping[str, Any]], directory: Path) -> nn.Module:
    if isinstance(source, str):
        return module_from_directory(directory / source)
    weights, architecture = source
    path = (directory / weights).resolve()
    if not path.is_file():
        raise InputError(
            [f"there is no file {str(path)!r}; weights are relative to the task's folder"]
        )
    config = {k: v for k, v in architecture.items() if k != "model"}
    with TemporaryDirectory() as made:  # the same checks as for a directory, by the same code
        folder = Path(made)
        text = json.dumps({**config, "architectures": [architecture["model"]]}, default=str)
        (folder / CONFIG).write_text(text, encoding="utf-8")
        (folder / WEIGHTS).symlink_to(path)
        try:
            return module_from_directory(folder)
        except InputError as error:  # about what the user wrote, not about our folder
            own = {str(folder / CONFIG): "architecture", str(folder / WEIGHTS): str(path)}
            raise InputError([_renamed(fault.message, own) for fault in error.faults]) from None


def _renamed(text: str, names: Mapping[str, str]) -> str:
    for old, new in names.items():
        text = text.replace(old, new)
    return text
