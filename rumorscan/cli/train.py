"""`rumorscan train`: labeled posts in, a model folder out."""

from __future__ import annotations

import click

from rumorscan.cli.progress import teller
from rumorscan.cli.words import say


@click.command(name="train")
@click.argument("labeled", metavar="LABELED...", nargs=-1, required=True)
@click.option("-o", "--out", metavar="MODEL", required=True, help="模型目录 Model folder.")
@click.option(
    "--kind",
    metavar="KIND",
    default="stacked",
    help="种类 stacked: linear model and fine-tuned encoder; linear: without torch [stacked].",
)
@click.option(
    "--base",
    metavar="NAME|DIR",
    default="encoder-small",
    help="编码器 Encoder to fine-tune: a bundled name or a checkpoint folder [encoder-small].",
)
@click.option(
    "--ordinary",
    metavar="FILE",
    multiple=True,
    help="普通帖子 Posts that claim nothing, one a line or JSONL; may be repeated.",
)
@click.option(
    "--further",
    metavar="FILE",
    multiple=True,
    help="另类说法 Labeled claims of another genre: teach the linear part; may be repeated.",
)
@click.option(
    "--folds", type=click.IntRange(min=2), default=5, help="折数 Parts of the grouped trial [5]."
)
@click.option(
    "--seeds",
    type=click.IntRange(min=1),
    default=1,
    help="网络数 Networks tried for each model; the best on held-out posts serves [1].",
)
@click.option("--seed", type=int, default=0, help="种子 Seed of splits, solver and network [0].")
@click.option(
    "--work",
    metavar="DIR",
    help="续训目录 Keep fine-tuned networks here; a run that was cut goes on from them.",
)
@click.option("--device", metavar="NAME", default="", help="设备 cpu or cuda [what there is].")
@click.option("-q", "--quiet", is_flag=True, help="不显示进度 Show no progress.")
def command(
    labeled: tuple[str, ...],
    out: str,
    kind: str,
    base: str,
    ordinary: tuple[str, ...],
    further: tuple[str, ...],
    folds: int,
    seeds: int,
    seed: int,
    work: str | None,
    device: str,
    quiet: bool,
) -> None:
    """训练：读标注数据（text、label），按近重簇与时间切分，校准，写出模型、指标与卡片。

    Fit a model to labeled posts (JSONL or CSV with `text` and `label`, 1 = false information),
    measure it on splits that cut no cluster of near-duplicates, and write the model folder with
    its metrics, its leak report and its card. The figures also go to stdout.

    A stacked model needs torch and transformers (pip install 'rumorscan[train]') and, for some
    thousand posts, an hour or more on two cores: each trial fine-tunes an encoder anew. With
    --work a run that was cut goes on where it was.
    """
    from rumorscan.training import train

    training = train(
        list(labeled),
        out,
        kind=kind,
        base=base,
        ordinary=list(ordinary) or None,
        further=list(further) or None,
        folds=folds,
        seeds=seeds,
        seed=seed,
        work=work,
        device=device,
        progress=teller(silent=quiet),
    )
    say(training.to_text())
    for line in training.warnings:
        say(f"警告 warning: {line}", err=True)
    say(f"模型 model: {training.path}", err=True)
