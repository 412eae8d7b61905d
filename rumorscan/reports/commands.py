"""Commands that a person may paste into a shell."""

from __future__ import annotations

from pathlib import Path

from rumorscan.reports.variants import plain
from rumorscan.shell import quoted

_ID_CHARACTERS = 200


def explain_command(folder: str | Path, name: str) -> str:
    """Return the command that explains an id of a run, quoted for the shell.

    Args:
        folder: the run; never cut, for half a path leads nowhere.
        name: the id.

    Example:
        >>> explain_command("runs/demo", "c1")
        'rumorscan explain runs/demo c1'
        >>> explain_command("runs/demo", "-5")
        'rumorscan explain -- runs/demo -5'
    """
    given = [str(folder), name if len(name) <= _ID_CHARACTERS else plain(name, _ID_CHARACTERS)]
    options_end = ["--"] if any(word.startswith("-") for word in given) else []
    return " ".join(["rumorscan", "explain", *options_end, *map(quoted, given)])
