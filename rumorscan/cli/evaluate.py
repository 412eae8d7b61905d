"""`rumorscan evaluate`: a model measured on labeled posts."""

from __future__ import annotations

import click

from rumorscan.cli.documents import print_json


@click.command(name="evaluate")
@click.argument("model", metavar="MODEL")
@click.argument("labeled", metavar="LABELED...", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出 The figures as JSON.")
@click.option(
    "--seen",
    metavar="FILE",
    multiple=True,
    help="训练所用 Labeled file learned from; posts with a near-duplicate there are set aside.",
)
@click.option(
    "--ordinary",
    metavar="FILE",
    multiple=True,
    help="普通帖子 Posts that claim nothing, one a line or JSONL; may be repeated.",
)
@click.option(
    "--base-rate",
    metavar="R",
    default=0.5,
    type=click.FloatRange(0.0, 1.0, min_open=True, max_open=True),
    help="先验 Share of false posts to calibrate for; 0.5 = balanced [0.5].",
)
@click.option("--seed", type=int, default=0, help="种子 Seed of the intervals [0].")
def command(
    model: str,
    labeled: tuple[str, ...],
    as_json: bool,
    seen: tuple[str, ...],
    ordinary: tuple[str, ...],
    base_rate: float,
    seed: int,
) -> None:
    """评估：准确率、宏 F1、AUC、校准误差等，各带样本数与 95% 区间（按近重簇重抽样）。

    Measure a model on labeled posts: every figure with its n and the interval in which 95% of
    the draws fall when whole clusters of near-duplicates are drawn again. MODEL is a bundled
    model's name or a model folder.
    """
    from rumorscan.training import evaluate

    found = evaluate(
        model,
        list(labeled),
        seen=list(seen) or None,
        ordinary=list(ordinary) or None,
        base_rate=base_rate,
        seed=seed,
    )
    if as_json:
        print_json(found.to_dict(), indent=2)
    else:
        click.echo(found.to_text())
    for line in found.warnings:
        click.echo(f"警告 warning: {line}", err=True)
