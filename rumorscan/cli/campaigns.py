"""`rumorscan campaigns`: coordination only."""

from __future__ import annotations

from typing import Any

import click

from rumorscan.cli.scan import chosen_settings, finish, output_options, reading_options


@click.command(name="campaigns")
@reading_options
@output_options
def command(**options: Any) -> int:
    """只查协同发帖，不需模型，写出运行目录。

    Find coordinated posting only; needs no model. The run folder holds the same files as
    that of a scan, without probabilities.
    """
    from rumorscan.pipeline import campaigns

    settings = chosen_settings(options)
    return finish(
        lambda progress: campaigns(
            list(options["dumps"]),
            settings=settings,
            pseudonymize=options["pseudonymize"],
            progress=progress,
        ),
        options,
    )
