"""`rumorscan train`: labeled posts in, a model folder out."""

from __future__ import annotations

import click


@click.command(name="train")
@click.argument("labeled", metavar="LABELED...", nargs=-1, required=True)
@click.option("-o", "--out", metavar="MODEL", required=True, help="模型目录 Model folder.")
@click.option(
    "--kind",
    metavar="KIND",
    default="linear",
    help="种类 What is trained; this build trains 'linear' [linear].",
)
@click.option(
    "--ordinary",
    metavar="FILE",
    multiple=True,
    help="普通帖子 Posts that claim nothing, one a line or JSONL; may be repeated.",
)
@click.option(
    "--folds", type=click.IntRange(min=2), default=5, help="折数 Parts of the grouped trial [5]."
)
@click.option("--seed", type=int, default=0, help="种子 Seed of splits and solver [0].")
@click.option("-q", "--quiet", is_flag=True, help="不显示进度 Show no progress.")
def command(
    labeled: tuple[str, ...],
    out: str,
    kind: str,
    ordinary: tuple[str, ...],
    folds: int,
    seed: int,
    quiet: bool,
) -> None:
    """训练：读标注数据（text、label），按近重簇与时间切分，校准，写出模型、指标与卡片。

    Fit a model to labeled posts (JSONL or CSV with `text` and `label`, 1 = false information),
    measure it on splits that cut no cluster of near-duplicates, and write the model folder with
    its metrics, its leak report and its card. The figures also go to stdout.
    """
    from rumorscan.training import train

    def say(line: str) -> None:
        if not quiet:
            click.echo(line, err=True)

    training = train(
        list(labeled),
        out,
        kind=kind,
        ordinary=list(ordinary) or None,
        folds=folds,
        seed=seed,
        progress=say,
    )
    click.echo(training.to_text())
    for line in training.warnings:
        click.echo(f"警告 warning: {line}", err=True)
    click.echo(f"模型 model: {training.path}", err=True)
