"""A model as a local directory: `config.json` and `model.safetensors`, in the layout of Hugging Face.

Nothing is downloaded and nothing in the directory is run. A multi-layer perceptron is captured
exactly; any other architecture that the `transformers` library ships can be loaded as a module, which
`Network.from_module(module, example_inputs)` captures as a graph, and which methods can run and patch
(`bridge.patching.ModuleRunner`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tauomega.theory.errors import InputError, MissingDependencyError
from tauomega.theory.kernel.errors import nearest

from .layers import Layer
from .safetensors_file import Stored, check_safetensors, read_safetensors
from .tensors_to_layers import layers_of_tensors

if TYPE_CHECKING:
    from torch import nn

__all__ = ["layers_from_directory", "module_from_directory"]

CONFIG, WEIGHTS = "config.json", "model.safetensors"
LARGEST = 1_000_000
LARGEST_NUMBER = 2**24
_LAYERS = ("num_hidden_layers", "num_layers", "num_encoder_layers", "num_decoder_layers")
_HELD_BY = {
    "F16": ("float16", "float32", "float64"),
    "BF16": ("bfloat16", "float32", "float64"),
    "F32": ("float32", "float64"),
    "F64": ("float64",),
}
"""Type in a file -> the types that hold each of its numbers; whole numbers are quantised weights, which are none."""
_PICKLED = (".bin", ".pt", ".pth", ".pkl", ".ckpt")
_KEYS = ("layers", "activation", "negative_slope", "output_activation")
_ALIASES = {"hidden_act": "activation", "hidden_sizes": "layers"}
_IGNORED = ("model_type", "architectures", "torch_dtype", "dtype", "transformers_version")


def layers_from_directory(directory: Path) -> tuple[Layer, ...]:
    """The layers of a directory whose `config.json` has `"model_type": "mlp"`.

    The configuration gives `layers` (sizes, inputs first; or `hidden_sizes`), `activation` (or
    `hidden_act`), `negative_slope`, `output_activation`. The tensors are the weights and biases in the
    natural order of their names (`layers.0.weight`, `0.weight`, `net.10.bias`, …).

    Raises:
        InputError: files that are missing or too large, another model type, names or shapes that do
            not fit; all at once.
    """
    config = _config(directory)
    kind = config.get("model_type", "mlp")
    if kind != "mlp":
        raise InputError(
            [
                f"{directory / CONFIG}: model_type {kind!r} is no perceptron; capture it by "
                "Network.from_module(module_from_directory(directory), example_inputs)"
            ]
        )
    known = (*_KEYS, *_ALIASES, *_IGNORED)
    faults = [
        f"{directory / CONFIG}: unknown key {key!r}{nearest(key, known)}"
        for key in config
        if key not in known
    ]
    architecture = {_ALIASES.get(k, k): v for k, v in config.items() if k not in _IGNORED}
    tensors = read_safetensors(directory / WEIGHTS)
    names: dict[str, str] = {}
    for part in ("weight", "bias"):
        listed = sorted((n for n in tensors if n.split(".")[-1] == part), key=_natural)
        names |= {name: f"layers.{k}.{part}" for k, name in enumerate(listed)}
    faults += [
        f"{directory / WEIGHTS}: {name!r} is neither a weight nor a bias"
        for name in tensors
        if name not in names
    ]
    if faults:
        raise InputError(faults)
    renamed = {names[name]: array for name, array in tensors.items()}
    return layers_of_tensors(renamed, architecture, str(directory / WEIGHTS))


def module_from_directory(directory: Path) -> nn.Module:
    """The module of a directory, by the `transformers` library, offline and without remote code.

    Its class is the one that `architectures` names in the configuration; it is in evaluation mode.

    Raises:
        MissingDependencyError: the extra `huggingface` is not installed.
        InputError: no such file, no architecture or one that the library does not ship, weights that
            are a pickle or whose header contradicts the file.
    """
    config = _config(directory)
    try:
        import transformers
    except ImportError as error:
        raise MissingDependencyError(
            "loading a Hugging Face architecture needs transformers; pip install 'tauomega[huggingface]'"
        ) from error
    listed = config.get("architectures")
    name = listed[0] if isinstance(listed, list) and listed else None
    kind: Any = getattr(transformers, name, None) if isinstance(name, str) else None
    if kind is None or not hasattr(kind, "from_pretrained"):
        raise InputError(
            [f"{directory / CONFIG}: architectures names {name!r}, no model that transformers has"]
        )
    stored = check_safetensors(directory / WEIGHTS)
    faults = list(_size_faults(kind, config, {name: t.shape for name, t in stored.items()}))
    if faults:
        raise InputError([f"{directory / CONFIG}: {fault}" for fault in faults])
    module, loaded = _quietly(
        lambda: kind.from_pretrained(
            str(directory),
            local_files_only=True,
            use_safetensors=True,
            trust_remote_code=False,
            ignore_mismatched_sizes=True,
            output_loading_info=True,
        )
    )
    faults = [
        f"{directory / WEIGHTS}: {word} {', '.join(map(str, sorted(loaded[key])[:5]))}"
        for key, word in (
            ("missing_keys", "the architecture also has"),
            ("mismatched_keys", "the architecture has other shapes of"),
            ("unexpected_keys", "the architecture has no"),
        )
        if loaded.get(key)
    ]
    faults += [f"{directory / WEIGHTS}: {fault}" for fault in _type_faults(module, stored)]
    if faults:
        raise InputError(faults)
    made: nn.Module = module.eval()
    return made


def _type_faults(module: Any, stored: Mapping[str, Stored]) -> Iterator[str]:
    """Weights that loading has rounded: the module is then not what the file says."""
    held = module.state_dict()
    rounded: dict[tuple[str, str], list[str]] = {}
    for name, tensor in stored.items():
        own = held.get(name, held.get(f"{getattr(module, 'base_model_prefix', '')}.{name}"))
        if own is None or not own.is_floating_point():
            continue
        dtype = str(own.dtype).removeprefix("torch.")
        if dtype not in _HELD_BY.get(tensor.dtype, ()):
            rounded.setdefault((tensor.dtype, dtype), []).append(name)
    for (dtype, loaded), names in rounded.items():
        more = f" and {len(names) - 1:,} more" if len(names) > 1 else ""
        yield (
            f"{names[0]}{more}: stored as {dtype}, and loaded as {loaded}, which is not the same network; save all "
            f"weights in one type and name it as dtype in {CONFIG}"
        )


def _quietly(load: Callable[[], Any]) -> Any:
    """Without the bars that the library draws wherever standard error goes, and without its warnings."""
    from transformers.utils import logging

    bars, level = logging.is_progress_bar_enabled(), logging.get_verbosity()
    logging.disable_progress_bar()
    logging.set_verbosity_error()
    try:
        return load()
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()


def _size_faults(
    kind: Any, config: Mapping[str, Any], shapes: Mapping[str, tuple[int, ...]]
) -> Iterator[str]:
    """What a configuration asks for beyond the file of weights, before anything is allocated."""
    large = [
        f"{key} = {value:,} is too large"
        for key, value in _numbers(config)
        if isinstance(value, int) and abs(value) > LARGEST_NUMBER
    ]
    if large:
        yield from large
        return
    import torch

    try:
        made = kind.config_class.from_dict(dict(config))
        layers = max((getattr(made, key, None) or 0 for key in _LAYERS), default=0)
        if getattr(made, "auto_map", None):
            yield "auto_map names code of its own, which is not run; remove it"
            return
        if layers > len(shapes):
            yield f"{layers:,} layers, and the file has {len(shapes):,} tensors"
            return
        with torch.device("meta"):
            wanted = sum(p.numel() for p in kind(made).parameters())
    except Exception as error:
        # whatever the library raises of a configuration is the user's to read
        yield f"transformers refuses it: {type(error).__name__}: {error}"
        return
    stored = sum(prod(shape) for shape in shapes.values())
    if wanted > 2 * stored + 2**20:
        yield f"the architecture has {wanted:,} parameters, the file {stored:,} numbers"


def _numbers(value: object, name: str = "") -> Iterator[tuple[str, object]]:
    match value:
        case dict():
            for key, part in value.items():
                yield from _numbers(part, f"{name}.{key}" if name else str(key))
        case list():
            for part in value:
                yield from _numbers(part, name)
        case _:
            yield name, value


def _config(directory: Path) -> dict[str, Any]:
    faults = [
        f"{directory} has no {name}; a model is a directory with {CONFIG} and {WEIGHTS}"
        for name in (CONFIG, WEIGHTS)
        if not (directory / name).is_file()
    ]
    pickles = sorted(p.name for p in directory.glob("*") if p.suffix in _PICKLED)
    if faults and pickles and not (directory / WEIGHTS).is_file():
        faults.append(
            f"{directory / pickles[0]} is a pickle, which can run code; save the model with safetensors"
        )
    if faults:
        raise InputError(faults)
    path = directory / CONFIG
    if path.stat().st_size > LARGEST:
        raise InputError([f"{path}: {path.stat().st_size:,} bytes; the limit is {LARGEST:,}"])
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise InputError([f"{path} is not JSON: {error}"]) from error
    if not isinstance(config, dict):
        raise InputError([f"{path} is no JSON object"])
    return config


def _natural(name: str) -> list[tuple[int, str]]:
    """`net.2` before `net.10`."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name)]
