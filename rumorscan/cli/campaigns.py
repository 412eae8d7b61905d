"""`rumorscan campaigns`: coordination only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from rumorscan.cli.scan import chosen_settings, finish, output_options, reading_options

if TYPE_CHECKING:
    from rumorscan.records import Progress
    from rumorscan.reports import Run


@click.command(name="campaigns")
@reading_options
@output_options
def command(**options: Any) -> int:
    """只查协同发帖，不需模型，写出运行目录。

    Find coordinated posting only; needs no model. The run folder holds the same files as
    that of a scan, without probabilities.
    """
    settings = chosen_settings(options)

    def work(progress: Progress, **place: Any) -> Run:
        from rumorscan.pipeline import campaigns

        return campaigns(
            list(options["dumps"]),
            settings=settings,
            pseudonymize=options["pseudonymize"],
            history=options["history"],
            progress=progress,
            **place,
        )

    return finish(work, options)
