"""What programs read: JSON in plain ASCII, which every console and pipe lets through."""

from __future__ import annotations

from typing import Any

import click


def print_json(value: Any, indent: int | None = None) -> None:
    r"""Print a value as one JSON document on stdout.

    Everything beyond ASCII is escaped: a console of GBK loses nothing, and what a post may
    try on a terminal stays a word of it.

    Example:
        >>> print_json({"text": "停\x1b\u202e", "share": float("nan")})
        {"text": "\u505c\u001b\u202e", "share": null}
    """
    import json

    import orjson

    # orjson knows dates and dataclasses and has no NaN, but does not escape
    plain = json.loads(orjson.dumps(value, default=str))
    click.echo(json.dumps(plain, indent=indent))
