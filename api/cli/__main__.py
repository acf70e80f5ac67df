"""The group of commands. Each is imported when it is called, so that `--help` loads nothing."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module

import click

from .exit_code import ExitCode

__all__ = ["COMMANDS", "main"]

COMMANDS = {
    "demo": "Decide the shipped claims, one that holds and one that fails among them.",
    "examples": "List the shipped examples, or print one of them.",
    "new": "Write a commented task file to start from.",
    "check": "Decide a claim: a task file, or an example's name.",
    "place": "Decide every notion of a claim: the strongest that hold, the weakest that fail.",
    "distance": "Print how far a claim is from a definition, exactly.",
    "find": "Fill the holes of a claim: one way, all ways, or how many there are.",
    "coarsest": "Find the coarsest abstraction that still tells what is to be kept.",
    "repair": "Find the fewest values that a lossy τ must be given.",
    "common": "Find the finest model that abstracts two models, or that only the trivial one does.",
    "verify": "Check a certificate that `check --certificate` wrote.",
    "align": "Learn where a network has a claim's variables, decide it, learn from what fails.",
    "bench": "Run interpretability methods against labels that are decided.",
    "count": "Count the explanations of a network: circuits, interpretations, mappings.",
    "definitions": "List the definitions that a claim can be checked under.",
    "atlas": "Show which definition implies which, and what tells them apart.",
    "prove": "Run theorem scripts: each statement, with each hypothesis dropped in turn.",
    "doctor": "Show versions, engines and memory, and try each engine once.",
}
"""Name -> one line of help. The module of the same name has the click command as `command`."""

EPILOG = (
    "Exit codes: 0 holds, 1 fails, 2 bad input or usage, 3 unknown, "
    "4 engines disagree or a certificate is refused, 130 interrupted."
)

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
"""Why a system takes no more output."""


class _Commands(click.Group):
    """A group that knows its commands' names and summaries without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"tauomega.cli.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from tauomega.theory.kernel.errors import nearest

            ctx.fail(f"no command {args[0]!r}{nearest(args[0], COMMANDS)}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _version(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        import tauomega

        click.echo(f"tauomega {tauomega.__version__}")
        context.exit()


@click.group(
    cls=_Commands,
    name="tauomega",
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_version,
    help="Print the version and exit.",
)
def group() -> None:
    """Decide whether one causal model is an abstraction of another.

    The answer is a proof, a counterexample, or "unknown, and why". A claim is a TOML file, or an example's
    name: `tauomega demo` shows some, `tauomega new my_claim` writes one, `tauomega check my_claim.toml` decides it.
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code (see `ExitCode`)."""
    _open_standard_streams()
    try:
        return _run(arguments)
    except OSError:  # nobody is left to tell: but an exit status of 1 would say that a claim fails
        _forget_output()
        return ExitCode.INTERNAL


def _run(arguments: Sequence[str] | None) -> int:
    try:
        result = group.main(
            None if arguments is None else list(arguments),
            prog_name="tauomega",
            standalone_mode=False,
        )
        sys.stdout.flush()
        return int(result) if isinstance(result, int) else ExitCode.HOLDS
    except click.Abort:
        click.echo("interrupted", err=True)
        return ExitCode.INTERRUPTED
    except click.ClickException as error:
        error.show()
        return ExitCode.BAD_INPUT
    except BrokenPipeError:  # whoever read our output has left, as `head` does
        _forget_output()
        return ExitCode.BROKEN_PIPE
    except Exception as error:  # not one of the promised codes, since nothing was decided
        return _failure(error)


def _open_standard_streams() -> None:
    """A shell may have closed them (`>&-`), which Python shows as `None`: what is said is lost then."""
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  # open to the end
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  # open to the end


def _forget_output() -> None:
    """Let what is still to be flushed at exit go nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def _failure(error: Exception) -> int:
    from tauomega.theory.errors import EngineDisagreementError, InputError

    if isinstance(error, InputError):
        click.echo(f"error: {error}" if len(error.faults) == 1 else _listed(error), err=True)
        return ExitCode.BAD_INPUT
    if isinstance(error, EngineDisagreementError):
        click.echo(f"engines disagree, so there is no verdict: {error}", err=True)
        return ExitCode.DISAGREEMENT
    if isinstance(error, OSError) and error.errno in _FULL:
        _forget_output()
        where = error.filename or "the output"
        click.echo(f"error: {where} cannot be written: {error.strerror}", err=True)
        return ExitCode.BAD_INPUT
    from .user_definition import users_file

    traceback.print_exception(error)
    own = users_file(error)
    if own is not None:
        click.echo(f"error: your code in {own} raised {type(error).__name__}", err=True)
        return ExitCode.BAD_INPUT
    click.echo("this is a bug in tauomega; please report it with the lines above", err=True)
    return ExitCode.INTERNAL


def _listed(error: Exception) -> str:
    count = len(getattr(error, "faults", ()))
    return f"error: {count} faults\n{error}"


if __name__ == "__main__":
    sys.exit(main())
