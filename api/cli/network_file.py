"""A network on its own: the `[low]` table of a task file, whatever else the file says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tauomega.loading import task_source
from tauomega.theory.errors import InputError

if TYPE_CHECKING:
    from tauomega.bridge.network_model import NetworkModel

__all__ = ["load_network"]


def load_network(target: str) -> NetworkModel:
    """The network that a TOML file, or a shipped example, has below; its inputs are Boolean.

    Raises:
        InputError: no such file or example, no network in it, or whatever is wrong with its weights.
    """
    from tauomega.bridge.network_model import NetworkModel
    from tauomega.bridge.network_task import NETWORK_READER
    from tauomega.theory.scm import SCM
    from tauomega.theory.toml_source import read_toml

    text, directory = task_source(target)
    table, locate = read_toml(text, target)
    low = table.get("low")
    if not isinstance(low, dict) or low.get("kind") != "network":
        raise InputError(
            [
                f'{target}: there is no network to count in; write [low] with kind = "network", weights, …'
            ]
        )
    inputs = low.get("inputs")
    high = None
    if isinstance(inputs, list) and inputs and all(isinstance(name, str) for name in inputs):
        high = SCM.from_text("\n".join(f"input {name} : bool" for name in inputs))
    model = NETWORK_READER.read(low, high, directory, None, locate)
    assert isinstance(model, NetworkModel)
    return model
