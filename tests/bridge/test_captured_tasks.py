"""Tasks about captured networks: a local directory or a file of weights, decided by a table of its runs."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from tauomega import check, load
from tauomega.bridge.captured_model import CapturedModel
from tauomega.bridge.captured_rows import rows_of
from tauomega.bridge.precision.semantics import ALL
from tauomega.cli.__main__ import main
from tauomega.cli.exit_code import ExitCode
from tauomega.cli.semantics import under
from tauomega.proofs.certificates.encoding import NotCertifiedError
from tauomega.proofs.certificates.verifying import verify
from tauomega.proofs.certificates.writing import certificate_of
from tauomega.theory.errors import InputError
from tauomega.theory.kernel import BOOL, Scope, parse_expression
from tauomega.theory.verdict import Fails

hf = pytest.importorskip("transformers")

TASK = """
definition = "interchange"
semantics = "ieee(float32, cpu, batch=1)"
joint = true
[low]
kind = "network"
{source}
inputs = ["A", "B"]
tokens = ["A", "B + 2", "5"]
outputs = ["logits[:, 2, :2]"]
[high]
text = '''
input A, B : bool
P = A
out = P or B
'''
[abstraction.sites]
P = ["transformer.h.0[:, 0]"]
[abstraction.tau]
out = "output[0] < output[1]"
"""
SHAPE = {"vocab_size": 16, "n_positions": 4, "n_embd": 16, "n_layer": 2, "n_head": 2}
SHAPE |= {"bos_token_id": 0, "eos_token_id": 0}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with a tiny GPT-2 in `tiny`."""
    made: Path = tmp_path_factory.mktemp("captured")
    torch.manual_seed(0)
    module = hf.GPT2LMHeadModel(hf.GPT2Config(**SHAPE)).eval()
    hf.utils.logging.disable_progress_bar()
    module.save_pretrained(made / "tiny")
    return made


def written(folder: Path, name: str, *changes: tuple[str, str], source: str = "") -> Path:
    """A task file: the text with some parts replaced."""
    text = TASK.replace("{source}", source or 'directory = "tiny"')
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path


def faults(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        load(path)
    return str(caught.value)


def test_a_task_is_decided_about_what_the_network_computes(folder: Path) -> None:
    """The table is that of the module itself, with the site set by a hook, one row at a time."""
    task = load(written(folder, "plain"))
    low = task.claim.low
    assert isinstance(low, CapturedModel)
    module = hf.GPT2LMHeadModel.from_pretrained(folder / "tiny").eval()
    rows = torch.tensor([[a, b + 2, 5] for a in (0, 1) for b in (0, 1)])
    kept: list[Any] = []
    wrong = 0
    with torch.no_grad():
        for source in range(4):
            for base in range(4):
                kept.clear()
                handle = module.transformer.h[0].register_forward_hook(
                    lambda m, i, o: kept.append(o[0] if isinstance(o, tuple) else o)
                )
                module(rows[source : source + 1])
                handle.remove()

                def patch(m: Any, i: Any, o: Any) -> Any:
                    value = (o[0] if isinstance(o, tuple) else o).clone()
                    value[:, 0] = kept[0][:, 0]
                    return (value, *o[1:]) if isinstance(o, tuple) else value

                handle = module.transformer.h[0].register_forward_hook(patch)
                logits = module(rows[base : base + 1]).logits[0, 2]
                handle.remove()
                wrong += bool(logits[0] < logits[1]) != bool(source // 2 or base % 2)
    verdict = check(task.claim, task.definition)
    assert isinstance(verdict, Fails) == (wrong > 0)
    assert "ieee(float32, cpu, batch=1)" == verdict.question.semantics


def test_a_certificate_is_read_again_by_running_the_network(folder: Path) -> None:
    path = written(folder, "certified")
    task = load(path)
    verdict = check(task.claim, task.definition)
    data = certificate_of(task.claim, task.definition, verdict, task=path.read_text())
    found = verify(data, directory=folder)
    assert "accepted" == found.outcome, found.reason
    assert "the task's text was read again and says exactly this claim" == found.read[0]


@pytest.mark.slow
def test_a_certificate_of_another_network_is_refused(folder: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    path = written(folder, "altered")
    task = load(path)
    verdict = check(task.claim, task.definition)
    data = certificate_of(task.claim, task.definition, verdict, task=path.read_text())
    (tmp_path / "tiny").mkdir()
    (tmp_path / "tiny" / "config.json").write_bytes((folder / "tiny" / "config.json").read_bytes())
    tensors = load_file(folder / "tiny" / "model.safetensors")
    tensors["transformer.h.1.mlp.c_fc.weight"] *= 1.5
    save_file(tensors, tmp_path / "tiny" / "model.safetensors", metadata={"format": "pt"})
    found = verify(data, directory=tmp_path)
    assert ("refused", "the task's text says something else of low") == (
        found.outcome,
        found.reason,
    )


def test_weights_with_an_architecture_are_the_same_network(folder: Path) -> None:
    shape = ", ".join(f"{key} = {value}" for key, value in SHAPE.items())
    source = (
        'weights = "tiny/model.safetensors"\n'
        f'architecture = {{ model = "GPT2LMHeadModel", model_type = "gpt2", {shape} }}'
    )
    plain, other = load(written(folder, "a")), load(written(folder, "b", source=source))
    assert plain.claim.scm.program == other.claim.scm.program


@pytest.mark.parametrize(
    "name",
    [
        "transformer-lens: blocks.0.hook_resid_post[:, 0]",
        "pyvene: layer.0.comp.block_output.unit.pos[0]",
    ],
)
def test_a_site_may_have_the_name_that_another_library_gives_it(folder: Path, name: str) -> None:
    plain = load(written(folder, "ours"))
    other = load(written(folder, "theirs", ("transformer.h.0[:, 0]", name)))
    assert plain.claim.scm.program == other.claim.scm.program
    assert plain.claim.sites == other.claim.sites


def test_what_is_missing_is_said_at_once(folder: Path) -> None:
    path = written(
        folder, "wrong",
        ('semantics = "ieee(float32, cpu, batch=1)"\n', ""),
        ('tokens = ["A", "B + 2", "5"]', 'tokens = ["A", 3]\ntoken = 1'),
        ('P = ["transformer.h.0[:, 0]"]', 'P = ["a", "b"]'),
    )  # fmt: skip
    text = faults(path)
    for part in (
        "[low] has no key 'token' for a captured network",
        "tokens is a list of strings",
        "the site of 'P' is one string in a list",
        'write semantics = "ieee(float32, cpu, batch=1)"',
    ):
        assert part in text


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("transformer.h.0[:, 0]", "transformer.h.9[:, 0]", "no value 'transformer.h.9'"),
        ("transformer.h.0[:, 0]", "transformer.h.0[:, 7]", "dimension 1 has positions 0 to 2"),
        ('"B + 2"', '"B / 2"', "entry 1 of what the network reads is 1/2"),
        ('"B + 2"', '"B + 20"', "index out of range"),
        ('"B + 2"', '"B + 2 * 10000000000000000000"', "no integer of 64 bits"),
        (
            "float32, cpu",
            "float16, cpu",
            "the weights are torch.float32, not float16; write ieee(float32",
        ),
        ('"tiny"', '"none"', "has no config.json"),
    ],
)
def test_what_is_wrong_is_refused(folder: Path, old: str, new: str, message: str) -> None:
    assert message in faults(written(folder, "refused", (old, new)))


def test_a_table_beyond_the_limit_is_refused_with_advice(folder: Path) -> None:
    path = written(
        folder,
        "many",
        ("input A, B : bool\nP = A\nout = P or B", "input A, B : 0..13\nP = A\nout = P > B"),
        ("h.0[:, 0]", "h.0[:, 1]"),
    )
    text = faults(path)
    assert "runs to extract: 38,612 is more than the limit of 8,192; take inputs with fewer" in text


def test_what_is_wrong_with_an_architecture_is_said_of_the_task(folder: Path) -> None:
    """The folder that is made for the library is none of the user's business."""
    source = 'weights = "tiny/model.safetensors"\narchitecture = { model = "NoModel" }'
    text = faults(written(folder, "none", source=source))
    assert "architecture: architectures names 'NoModel', no model that transformers has" == text


EVERY = [*map(str, ALL)]


def test_a_claim_about_a_transformer_is_shown_under_every_semantics(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Real arithmetic by balls, all orders by forms, what ran by a table; the rest unknown by name."""
    path = written(folder, "every", ("ieee(float32, cpu, batch=1)", "real"))
    assert main(["check", str(path), "--semantics", "all", "--json"]) == ExitCode.FAILS
    said = json.loads(capsys.readouterr().out)["semantics"]
    decided = ("real", "all-orders(float32)", "ieee(float32, cpu, batch=1)")
    assert {name: said[name]["verdict"] for name in EVERY} == {
        name: "fails" if name in decided else "unknown" for name in EVERY
    }
    assert (
        "layer_norm in 'transformer.h.0.ln_1': no bound for every order"
        in said["all-orders(float16)"]["reason"]
    )
    assert "sums may round" in said["exact-grid"]["reason"]
    assert [said[name]["semantics"] for name in EVERY] == EVERY


def test_a_batch_of_another_size_is_another_semantics(folder: Path) -> None:
    task = load(written(folder, "batch"))
    verdict = check(under(task.claim, "ieee(float32, cpu, batch=2)"), task.definition)
    assert verdict.question.semantics == "ieee(float32, cpu, batch=2)"


def test_a_semantics_that_refuses_a_claim_is_unknown_beside_others(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The table of what ran is out of reach; real arithmetic needs none."""
    path = written(
        folder,
        "beside",
        ("ieee(float32, cpu, batch=1)", "real"),
        ("input A, B : bool\nP = A\nout = P or B", "input A, B : 0..13\nP = A\nout = P > B"),
        ("h.0[:, 0]", "h.0[:, 1]"),
        ("joint = true", "sources = [[[0, 0], [0, 1]]]"),
    )
    assert main(["check", str(path), "--semantics", "all"]) in (ExitCode.FAILS, ExitCode.UNKNOWN)
    said = " ".join(capsys.readouterr().out.split())
    assert (
        "UNKNOWN the table of this network's runs to extract: 38,612 is more than the limit" in said
    )
    assert main(["check", str(path), "--semantics", "ieee(float32, cpu, batch=1)"]) == 2


@pytest.mark.parametrize("command", [["find"], ["repair"], ["coarsest", "--keep", "out"]])
def test_what_searches_a_finite_model_says_so_where_there_is_none(
    folder: Path, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(folder, "open", ("ieee(float32, cpu, batch=1)", "real"))
    assert main([*command, str(path)]) == ExitCode.BAD_INPUT
    said = capsys.readouterr().err
    assert "under real the network has enclosures only" in said
    assert 'write semantics = "ieee(float32, cpu, batch=1)"' in said


def test_no_certificate_speaks_of_enclosures(folder: Path) -> None:
    path = written(folder, "uncertified", ("ieee(float32, cpu, batch=1)", "real"))
    task = load(path)
    verdict = check(task.claim, task.definition)
    with pytest.raises(NotCertifiedError, match="real by enclosures semantics has no certificate"):
        certificate_of(task.claim, task.definition, verdict, task=path.read_text())


def test_a_site_that_moves_no_chosen_output_is_refused(folder: Path) -> None:
    """Position 2 comes after position 1, whose logits are read."""
    path = written(
        folder, "vacuous", ("logits[:, 2, :2]", "logits[:, 1, :2]"), ("h.0[:, 0]", "h.0[:, 2]")
    )
    assert "a claim about it would hold" in faults(path)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("n_embd", 2**40, "n_embd = 1,099,511,627,776 is too large"),
        ("n_layer", 100_000, "100,000 layers, and the file has"),
        ("n_embd", 4096, "parameters, the file"),
        ("n_layer", 3, "the architecture also has"),
        ("n_layer", 1, "the architecture has no"),
        ("n_embd", 32, "the architecture has other shapes of"),
    ],
)
def test_a_configuration_that_asks_for_more_than_the_file_is_refused(
    folder: Path, tmp_path: Path, key: str, value: int, message: str
) -> None:
    tiny = tmp_path / "tiny"
    tiny.mkdir()
    config = json.loads((folder / "tiny" / "config.json").read_text())
    (tiny / "config.json").write_text(json.dumps({**config, key: value}))
    (tiny / "model.safetensors").symlink_to(folder / "tiny" / "model.safetensors")
    assert message in faults(written(tmp_path, "task"))


def test_a_hostile_file_of_weights_is_refused_before_anything_is_loaded(
    folder: Path, tmp_path: Path
) -> None:
    tiny = tmp_path / "tiny"
    tiny.mkdir()
    (tiny / "config.json").write_bytes((folder / "tiny" / "config.json").read_bytes())
    (tiny / "model.safetensors").write_bytes(struct.pack("<Q", 2**60))
    assert "is no safetensors file" in faults(written(tmp_path, "task"))


def broken(folder: Path, place: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """A copy of the network's directory with other weights, and its task."""
    from safetensors.torch import load_file, save_file

    (place / "tiny").mkdir()
    (place / "tiny" / "config.json").write_bytes((folder / "tiny" / "config.json").read_bytes())
    tensors = load_file(folder / "tiny" / "model.safetensors")
    change(tensors)
    save_file(tensors, place / "tiny" / "model.safetensors", metadata={"format": "pt"})
    return written(place, "task", ("ieee(float32, cpu, batch=1)", "real"))


WEIGHT = "transformer.h.0.mlp.c_fc.weight"


def _nan(tensors: dict[str, Any]) -> None:
    tensors[WEIGHT][0, 0] = float("nan")


def _wider(tensors: dict[str, Any]) -> None:
    tensors[WEIGHT] = tensors[WEIGHT].double()


def _quantised(tensors: dict[str, Any]) -> None:
    tensors[WEIGHT] = (tensors[WEIGHT] * 100).to(torch.int8)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_nan, f"the parameter {WEIGHT}[0, 0] is nan; weights are finite numbers"),
        (_wider, f"{WEIGHT}: stored as F64, and loaded as float32, which is not the same network"),
        (_quantised, f"{WEIGHT}: stored as I8, and loaded as float32"),
    ],
)
def test_weights_that_are_no_weights_of_the_network_are_refused_by_the_command(
    folder: Path,
    tmp_path: Path,
    change: Callable[[dict[str, Any]], None],
    message: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = broken(folder, tmp_path, change)
    for more in ((), ("--semantics", "all")):
        assert main(["check", str(path), *more]) == ExitCode.BAD_INPUT
        said = capsys.readouterr()
        assert message in said.err
        assert said.out == ""


def test_numbers_that_a_wider_type_holds_are_the_same_network(folder: Path, tmp_path: Path) -> None:
    def narrow(tensors: dict[str, Any]) -> None:
        tensors[WEIGHT] = tensors[WEIGHT].half()

    found = load(broken(folder, tmp_path, narrow)).claim.low
    assert isinstance(found, CapturedModel)
    held = [t for t in found.network.constants.values() if t.shape == (16, 64)]
    assert all(t.dtype == torch.float32 for t in held)
    assert any(torch.equal(t, t.half().float()) for t in held)


def test_dropout_is_off_whatever_the_configuration_says(folder: Path, tmp_path: Path) -> None:
    path = broken(folder, tmp_path, lambda tensors: None)
    config = json.loads((tmp_path / "tiny" / "config.json").read_text())
    noisy = {**config, "resid_pdrop": 0.9, "embd_pdrop": 0.9, "attn_pdrop": 0.9}
    (tmp_path / "tiny" / "config.json").write_text(json.dumps(noisy))
    text = path.read_text().replace('"real"', '"ieee(float32, cpu, batch=1)"')
    path.write_text(text)
    assert load(path).claim.scm.program == load(written(folder, "quiet")).claim.scm.program


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("tokens = [", "values = [", "it was given rows of 3 values, from 0.0 to 5.0; a network that reads tokens"),
        ('"5"]', '"5", "1", "1"]', "it was given rows of 5 tokens, from 0 to 5"),
        ("h.0[:, 0]", "h.0[:, 0, 99]", "write transformer.h.0[:, 0, 15]"),
        ("h.0[:, 0]", "h.0[position=7]", "write transformer.h.0[:, 2]"),
    ],
)  # fmt: skip
def test_what_a_network_cannot_read_is_said_with_what_it_was_given(
    folder: Path, old: str, new: str, message: str
) -> None:
    assert message in faults(written(folder, "unread", (old, new)))


def test_what_is_written_is_what_the_network_reads() -> None:
    domains = {"A": BOOL}
    read = [parse_expression(text, Scope(domains)) for text in ("A / 2", "3", "1 - A")]
    rows = rows_of(read, domains, torch.bfloat16)
    assert rows.dtype == torch.bfloat16
    assert rows.tolist() == [[0, 3, 1], [0.5, 3, 0]]
    tenth = [parse_expression(text, Scope(domains)) for text in ("A / 10", "1" + 40 * "0")]
    with pytest.raises(InputError) as caught:
        rows_of(tenth, domains, torch.float32)
    text = str(caught.value)
    assert (
        "is 1/10 at {'A': 1}: no number of torch.float32; the nearest is 13421773/134217728" in text
    )
    assert "is 1" + 40 * "0" + " at {'A': 0}: no number of torch.float32" in text
