"""Networks in tasks: the `[low]` table with `kind = "network"`, and the strings that name sites."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import final

from tauomega.theory.abstraction import LowModel
from tauomega.theory.errors import Fault, InputError, Source
from tauomega.theory.kernel import Domain, Expression, Scope, parse_expression
from tauomega.theory.kernel.errors import nearest
from tauomega.theory.scm import SCM
from tauomega.theory.toml_source import Locate

from .captured_model import CapturedModel
from .captured_task import is_captured, read_captured
from .coordinates import Coordinates
from .exact_layers import feature_names
from .feature_text import features_of
from .graph.index_text import WrittenPart, fits, listed, nearest_part, read_index, shown_index
from .graph.site_text import WHOLE
from .network import Network
from .network_model import NetworkModel

__all__ = ["NETWORK_READER", "NetworkTaskReader", "parse_site"]

_KEYS = ("kind", "directory", "weights", "architecture", "inputs", "encode", "sha256", "features")


@final
class NetworkTaskReader:
    """Reads what a task says of a network."""

    def read(
        self,
        table: Mapping[str, object],
        high: SCM | None,
        directory: Path,
        semantics: str | None,
        locate: Locate,
        sites: Mapping[str, object] | None = None,
    ) -> LowModel:
        """The network of a `[low]` table; a captured one with its sites (`captured_task`).

        Raises:
            InputError: unknown keys, wrong types, inputs without a high-level variable of their
                name, or whatever is wrong with the file of weights; all at once.
        """
        captured = is_captured(table)
        faults: list[Fault | str] = [] if captured else list(_source_faults(table))
        domains = _domains(table.get("inputs"), high, faults)
        encode = {} if captured else self._encode(table.get("encode", {}), domains, locate, faults)
        if faults:
            raise InputError(faults)
        if captured:
            return read_captured(table, domains, sites or {}, directory, semantics, locate)
        network = _network(table, directory)
        features = _features(table.get("features", {}), network, locate)
        return NetworkModel(network, domains, encode, semantics or "real", features)

    def _encode(
        self,
        table: object,
        domains: Mapping[str, Domain],
        locate: Locate,
        faults: list[Fault | str],
    ) -> dict[str, Expression]:
        if not isinstance(table, dict):
            faults.append("[low.encode] is a table of strings")
            return {}
        found: dict[str, Expression] = {}
        for name, text in table.items():
            if name not in domains or not isinstance(text, str):
                faults.append(f"[low.encode] {name!r} is no input{nearest(name, domains)}")
                continue
            try:
                scope = Scope({name: domains[name]})
                found[name] = parse_expression(text, scope, locate("low", "encode", name))
            except InputError as error:
                faults.extend(error.faults)
        return found

    def site(self, text: str, low: LowModel, source: Source) -> tuple[str, ...]:
        """The units that a site string names; of a captured network, the variable that holds it.

        Raises:
            InputError: no such layer or unit, or a part of a captured network that its sites do not name.
        """
        if isinstance(low, CapturedModel):
            found = tuple(name for name, own in low.sites.items() if own == text)
            if not found:
                raise InputError(
                    [Fault(f"{text!r} was not captured", text, (0, len(text)), source)]
                )
            return found[:1]
        assert isinstance(low, NetworkModel)
        return parse_site(text, low.network, source, features=low.features)


NETWORK_READER = NetworkTaskReader()


def _source_faults(table: Mapping[str, object]) -> Iterator[str]:
    """What is wrong with the keys, and with those that say where a perceptron's weights are."""
    for key in table:
        if key not in _KEYS:
            yield f"[low] has no key {key!r} for a network{nearest(key, _KEYS)}"
    if "directory" in table:
        if not isinstance(table["directory"], str):
            yield 'directory is the path of a folder, such as directory = "my_model"'
        for key in ("weights", "architecture", "sha256"):
            if key in table:
                yield (
                    f"[low] has directory and {key!r}; the directory's config.json and model.safetensors "
                    "say that"
                )
    else:
        if not isinstance(table.get("weights"), str):
            yield '[low] needs weights = "file.safetensors", or directory = "…"'
        if not isinstance(table.get("architecture"), dict):
            yield '[low] needs architecture = { type = "mlp", layers = […], activation = "…" }'
    if not isinstance(table.get("sha256", ""), str):
        yield "sha256 is a string of hexadecimal digits"


def _domains(given: object, high: SCM | None, faults: list[Fault | str]) -> dict[str, Domain]:
    """The domains of the inputs, those of the high-level inputs of their names."""
    if not isinstance(given, list) or not all(isinstance(name, str) for name in given):
        faults.append('[low] needs inputs = ["A", "B"], in column order')
        return {}
    domains: dict[str, Domain] = {}
    for name in given:
        if high is None or name not in high:
            hint = "" if high is None else nearest(name, high.inputs)
            faults.append(
                f"the input {name!r} takes its domain from the high-level input of that name, "
                f"and there is none{hint}; write input {name} : bool under [high]"
            )
        else:
            domains[name] = high.domain(name)
    return domains


def _network(table: Mapping[str, object], directory: Path) -> Network:
    """The perceptron whose weights a table without such faults names."""
    if "directory" in table:
        return Network.from_directory(directory / str(table["directory"]))
    architecture, digest = table["architecture"], table.get("sha256")
    assert isinstance(architecture, dict)
    return Network.from_safetensors(
        directory / str(table["weights"]),
        architecture,
        sha256=None if digest is None else str(digest),
    )


def _features(table: object, network: Network, locate: Locate) -> dict[int, Coordinates]:
    """The coordinates of layers under `[low.features]`, all faults at once."""
    if not isinstance(table, dict):
        raise InputError(['[low.features] is a table such as "layers.0" = { rotation = […] }'])
    hidden = {f"layers.{k}": k for k in range(len(network.layers) - 1)}
    found: dict[int, Coordinates] = {}
    faults: list[Fault | str] = []
    for name, data in table.items():
        if name not in hidden:
            faults.append(f"[low.features] {name!r} is no hidden layer{nearest(name, hidden)}")
            continue
        try:
            found[hidden[name]] = features_of(data, network.widths[hidden[name]])
        except InputError as error:
            place = locate("low", "features", name)
            faults += [Fault(f"{name}: {f.message}", source=place) for f in error.faults]
    if faults:
        raise InputError(faults)
    return found


def parse_site(
    text: str,
    network: Network,
    source: Source | None = None,
    *,
    features: Mapping[int, Coordinates] | None = None,
) -> tuple[str, ...]:
    """Read `layers.0[1]`, `layers.0[0:2]`, `layers.0[0, 2]`, `layers.0[:]` or `layers.0.features[…]`.

    The index is that of a captured network's value of shape (rows, units) (`graph.site_text`): `layers.0`,
    `layers.0[:, 0:2]`, `layers.0[unit=0:2]` and `layers.0[(0, 2)]` are read too.

    Raises:
        InputError: no such layer or unit, with what there is and the nearest site.
    """
    where = source or Source("site")
    hidden = {f"layers.{k}": network.unit_names(k) for k in range(len(network.layers) - 1)}
    known: dict[str, tuple[str, ...]] = {
        **hidden,
        "output": network.unit_names(len(network.layers) - 1),
    }
    for k, coordinates in (features or {}).items():
        known[f"layers.{k}.features"] = feature_names(k, coordinates.width)

    def refused(message: str, span: tuple[int, int]) -> InputError:
        return InputError([Fault(message, text, span, where)])

    whole = (0, len(text))
    found = WHOLE.fullmatch(text)
    if found is None:
        raise refused("a site is a layer and its units, such as layers.0[0:2]", whole)
    layer, span = found[1], found.span(1)
    if layer not in known:
        last = f"layers.{len(network.layers) - 1}"
        ours = layer == last
        hint = "; the last layer is called output" if ours else nearest(layer, known)
        raise refused(f"no layer {layer!r}; there are: {', '.join(known)}{hint}", span)
    units = known[layer]
    if found[2] is None:
        return units
    try:
        parts = read_index(found[2])
    except InputError as error:
        shape = f"{layer} has units 0 to {len(units) - 1}"
        raise refused(f"{error.faults[0].message}; {shape}", found.span(2)) from None
    if len(parts) > 1 and parts[0] == WrittenPart("", slice(None)):
        parts = parts[1:]  # the rows
    axes = [part.axis for part in parts if part.axis not in ("", "unit")]
    if axes:
        raise refused(f"no axis {axes[0]!r}; a layer has the axis unit", found.span(2))
    if not all(fits(part.part, len(units)) for part in parts):
        near = shown_index([nearest_part(part.part, len(units)) for part in parts])
        message = f"{layer} has units 0 to {len(units) - 1}; write {layer}[{near}]"
        raise refused(message, found.span(2))
    chosen = [k for part in parts for k in listed(part.part, len(units))]
    if len(set(chosen)) < len(chosen):
        raise refused("a unit is listed twice", whole)
    return tuple(units[j] for j in chosen)
