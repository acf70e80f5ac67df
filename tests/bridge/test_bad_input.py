"""What is wrong with a file or a module is said word for word, before anything is loaded or run."""

from __future__ import annotations

import json
import pickle
import struct
import warnings
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file as load_tensors
from safetensors.torch import save_file as save_tensors
from torch import nn

from tauomega import Network
from tauomega.bridge.model_directory import layers_from_directory, module_from_directory
from tauomega.bridge.patching import ModuleRunner
from tauomega.bridge.safetensors_file import check_safetensors, read_safetensors
from tauomega.theory.errors import InputError


def header(entries: object, body: bytes = b"") -> bytes:
    text = json.dumps(entries).encode()
    return struct.pack("<Q", len(text)) + text + body


def entry(shape: list[Any], offsets: list[Any], dtype: str = "F32") -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": offsets}


HOSTILE: dict[str, tuple[bytes, str]] = {
    "a header of an exabyte": (
        struct.pack("<Q", 2**60),
        "{} is no safetensors file: its header has 1,152,921,504,606,846,976 bytes",
    ),
    "a pickle": (
        pickle.dumps({"weight": 1}),
        "{} is a pickle, which can run code; save the weights with safetensors instead",
    ),
    "a zip of pickles": (
        b"PK\x03\x04" + b"\0" * 30,
        "{} is a pickle, which can run code; save the weights with safetensors instead",
    ),
    "a shape of 2^120 numbers": (
        header({"w": entry([2**39, 2**39, 2**39], [0, 4])}, b"\0" * 4),
        "{}: tensor 'w': shape [549755813888, 549755813888, 549755813888] of F32 does not fill 4 bytes",
    ),
    "data beyond the end": (
        header({"w": entry([2], [0, 8])}, b"\0" * 4),
        "{}: tensor 'w': its data [0, 8) lie outside the file",
    ),
    "overlapping tensors": (
        header({"a": entry([1], [0, 4]), "b": entry([1], [2, 6])}, b"\0" * 6),
        "{}: tensors 'a' and 'b' overlap",
    ),
    "a negative size": (
        header({"w": entry([-1], [0, 4])}, b"\0" * 4),
        "{}: tensor 'w': shape [-1] is no list of sizes",
    ),
    "another type": (
        header({"w": entry([1], [0, 4], "OBJECT")}, b"\0" * 4),
        "{}: tensor 'w': dtype 'OBJECT' is not read; use F64, F32, F16",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_of_weights_is_refused(name: str, tmp_path: Path) -> None:
    data, message = HOSTILE[name]
    path = tmp_path / "w.safetensors"
    path.write_bytes(data)
    with pytest.raises(InputError) as error:
        read_safetensors(path)
    assert str(error.value) == message.format(path)
    with pytest.raises(InputError):
        check_safetensors(path)


def test_a_file_is_refused_by_its_header_without_reading_its_data(tmp_path: Path) -> None:
    """A sparse file of 900 MB with a header that contradicts it: the data are never read."""
    path = tmp_path / "big.safetensors"
    with path.open("wb") as file:
        file.write(header({"w": entry([3], [0, 4])}))
        file.truncate(900_000_000)
    with pytest.raises(InputError) as error:
        read_safetensors(path)
    assert str(error.value) == f"{path}: tensor 'w': shape [3] of F32 does not fill 4 bytes"


def test_a_directory_with_pickled_weights_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(
        '{"model_type": "gpt2", "architectures": ["GPT2LMHeadModel"]}'
    )
    (tmp_path / "pytorch_model.bin").write_bytes(pickle.dumps({}))
    for read in (module_from_directory, layers_from_directory):
        with pytest.raises(InputError) as error:
            read(tmp_path)
        assert str(error.value).splitlines() == [
            f"{tmp_path} has no model.safetensors; a model is a directory with config.json and model.safetensors",
            f"{tmp_path / 'pytorch_model.bin'} is a pickle, which can run code; save the model with safetensors",
        ]


def test_a_directory_whose_weights_lie_is_refused_before_another_library_loads_it(
    tmp_path: Path,
) -> None:
    (tmp_path / "config.json").write_text(
        '{"model_type": "gpt2", "architectures": ["GPT2LMHeadModel"]}'
    )
    path = tmp_path / "model.safetensors"
    path.write_bytes(header({"w": entry([2], [0, 8])}, b"\0" * 4))
    with pytest.raises(InputError) as error:
        module_from_directory(tmp_path)
    assert str(error.value) == f"{path}: tensor 'w': its data [0, 8) lie outside the file"


def tiny(folder: Path, **changed: object) -> Path:
    """A directory with a GPT-2, with other numbers in its configuration than it was written with."""
    hf = pytest.importorskip("transformers")
    torch.manual_seed(0)
    own = {"vocab_size": 64, "n_positions": 8, "n_embd": 16, "n_layer": 2, "n_head": 2}
    config = hf.GPT2Config(**own, bos_token_id=0, eos_token_id=0, architectures=["GPT2LMHeadModel"])
    tensors = {k: v.contiguous() for k, v in hf.GPT2LMHeadModel(config).state_dict().items()}
    tensors = {k: v for k, v in tensors.items() if k != "lm_head.weight"}  # tied to the embedding
    save_tensors(tensors, str(folder / "model.safetensors"))
    (folder / "config.json").write_text(json.dumps({**config.to_dict(), **changed}))
    return folder


def test_a_module_has_the_weights_of_its_file(tmp_path: Path) -> None:
    module = module_from_directory(tiny(tmp_path))
    stored = load_tensors(str(tmp_path / "model.safetensors"))
    own = module.state_dict()
    assert not module.training
    assert all(torch.equal(own[name], tensor) for name, tensor in stored.items())
    assert set(own) - set(stored) == {"lm_head.weight"}


def test_weights_that_the_file_lacks_are_not_made_up(tmp_path: Path) -> None:
    path = tiny(tmp_path) / "model.safetensors"
    whole = load_tensors(str(path))
    missing = "transformer.h.1.mlp.c_fc.weight"
    for tensors, message in (
        ({k: v for k, v in whole.items() if k != missing}, f"the architecture also has {missing}"),
        ({**whole, "extra": torch.zeros(2)}, "the architecture has no extra"),
        ({**whole, missing: torch.zeros(3, 5)}, "the architecture has other shapes of"),
    ):
        save_tensors(tensors, str(path))
        with pytest.raises(InputError) as error:
            module_from_directory(tmp_path)
        assert str(error.value).startswith(f"{path}: {message}")


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("n_embd", 2**40, "n_embd = 1,099,511,627,776 is too large"),
        ("n_layer", 100_000, "100,000 layers, and the file has 28 tensors"),
        (
            "vocab_size",
            2**24,
            "the architecture has 268,442,176 parameters, the file 7,744 numbers",
        ),
        ("n_head", 3, "transformers refuses it: ValueError"),
        ("auto_map", {"AutoModel": "x.Y"}, "auto_map names code of its own, which is not run"),
    ],
)
def test_a_configuration_that_the_file_does_not_bear_out_is_refused_before_anything_is_made(
    key: str, value: object, message: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError) as error:
        module_from_directory(tiny(tmp_path, **{key: value}))
    assert message in str(error.value)


def compiled() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyTorch's own deprecations
        return torch.compile(nn.Sequential(nn.Linear(2, 2)).eval())


COMPILED = (
    "the OptimizedModule is compiled: hooks and captures see what was compiled, not the module; "
    "give the module from before torch.compile"
)


def test_hooks_on_a_compiled_module_are_refused_where_they_would_be_ignored() -> None:
    with pytest.raises(InputError) as error:
        ModuleRunner(compiled(), ["_orig_mod.0"], 2)
    assert str(error.value) == COMPILED
    with pytest.raises(InputError) as error:
        Network.from_module(compiled())
    assert str(error.value) == COMPILED


def test_a_module_in_another_type_is_refused_by_methods() -> None:
    with pytest.raises(InputError) as error:
        ModuleRunner(nn.Sequential(nn.Linear(2, 2)).double().eval(), ["0"], 2)
    assert str(error.value) == (
        "the parameter '0.weight' is torch.float64 on cpu; methods run in torch.float32 on the CPU"
    )
