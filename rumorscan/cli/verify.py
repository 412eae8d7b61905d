"""`rumorscan verify`: is a run as it was written?"""

from __future__ import annotations

import click

from rumorscan.cli.words import say


@click.command(name="verify")
@click.argument("run", metavar="RUN")
def command(run: str) -> None:
    """核验运行目录：重新计算每个文件的摘要，指出不同的文件。

    Recompute every digest of a run and name the file that differs. Keep the last line, the
    head of the chain, elsewhere: with it a later change of the manifest itself shows, too.
    """
    from rumorscan.reports import verify

    verified = verify(run)
    say(f"完好 intact: {run}: {len(verified.files)} files, {verified.bytes:,} bytes")
    say(verified.head)
