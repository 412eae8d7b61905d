"""Words that a person may paste into the shell of this system."""

from __future__ import annotations

import os
import re
import shlex


def quoted(word: str) -> str:
    """Return one word as the shell of this system takes it.

    Example:
        >>> quoted("runs/demo")
        'runs/demo'
    """
    if os.name == "nt":
        return word if re.fullmatch(r"[\w\-./\\:=]+", word) else f'"{word}"'
    return shlex.quote(word)
