"""What is kept of a disagreement of engines: the task as it was, and who said what."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from tauomega.loading import task_text
from tauomega.theory.errors import InputError

__all__ = ["keep_bundle"]


def keep_bundle(task: str, bundle: str) -> str:
    """Write `task.toml` and `answers.json` into a new folder of the present one; a sentence that says where.

    Weights that a task names are not copied: `answers.json` has the model as it was read.
    """
    if not bundle:
        return ""
    name = f"disagreement-{sha256(bundle.encode()).hexdigest()[:12]}"
    place = Path.cwd() / name
    try:
        place.mkdir(exist_ok=True)
        (place / "answers.json").write_text(bundle, encoding="utf-8")
        (place / "task.toml").write_text(task_text(task), encoding="utf-8")
    except (OSError, InputError) as error:
        return f"; what they said could not be kept in {name}: {error}"
    return (
        f"; kept in {name}, please send it with a report: "
        f"tauomega check {name}/task.toml --engine all asks again"
    )
