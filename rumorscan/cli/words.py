"""What people read: the only way to a terminal for words that may quote a dump or a file name."""

from __future__ import annotations

import click

from rumorscan.shell import inert


def say(text: str, *, err: bool = False) -> None:
    """Write lines of text, nothing in which a terminal obeys.

    Args:
        text: one line or more.
        err: to stderr instead of stdout.
    """
    click.echo(inert(text), err=err)
