"""`tauomega new`: a commented task file to start from."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import click

from tauomega.theory.errors import InputError

from .exit_code import ExitCode

__all__ = ["command"]


@click.command(name="new")
@click.argument("name")
def command(name: str) -> ExitCode:
    """Write NAME.toml, a commented task that `tauomega check` decides.

    An existing file is never overwritten.
    """
    path = Path(name if name.endswith(".toml") else f"{name}.toml")
    template = files(__package__).joinpath("template_task.toml").read_text(encoding="utf-8")
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(template.replace("{file}", str(path)))
    except FileExistsError:
        raise InputError([f"{str(path)!r} exists; choose another name, or remove it"]) from None
    except OSError as error:
        raise InputError([f"{str(path)!r} cannot be written: {error.strerror}"]) from error
    click.echo(f"wrote {path}; now: tauomega check {path}")
    return ExitCode.HOLDS
