"""`rumorscan evaluate`: a model measured on labeled posts, or campaigns on a dump."""

from __future__ import annotations

import click

from rumorscan.cli.documents import print_json
from rumorscan.cli.progress import reporter, teller
from rumorscan.cli.words import say


@click.command(name="evaluate")
@click.argument("model", metavar="MODEL|TRUTH|DUMP")
@click.argument("labeled", metavar="LABELED...|DUMP...", nargs=-1)
@click.option(
    "--campaigns",
    is_flag=True,
    help="评估水军查找 Plant campaigns in a copy of DUMP, or judge DUMP or a run by TRUTH.",
)
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出 The figures as JSON.")
@click.option(
    "--html", metavar="FILE", help="网页 Write the figures, plots and slices as one HTML page."
)
@click.option(
    "--against",
    metavar="MODEL",
    default="linear",
    help="对照 Model to compare with on the same draws; 'none' for no comparison [linear].",
)
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
@click.option("--no-evasions", is_flag=True, help="不测伪装 Do not measure disguised copies.")
@click.option("--seed", type=int, default=0, help="种子 Seed of the intervals [0].")
@click.option(
    "--seeds",
    type=click.IntRange(min=1),
    default=1,
    help="次数 With --campaigns: how many times to plant [1].",
)
@click.option(
    "--settings", "settings_file", metavar="FILE", help="设置 Settings (TOML) of the scan."
)
@click.option("-q", "--quiet", is_flag=True, help="不显示进度 Show no progress.")
def command(
    model: str,
    labeled: tuple[str, ...],
    campaigns: bool,
    as_json: bool,
    html: str | None,
    against: str,
    seen: tuple[str, ...],
    ordinary: tuple[str, ...],
    base_rate: float,
    no_evasions: bool,
    seed: int,
    seeds: int,
    settings_file: str | None,
    quiet: bool,
) -> None:
    """评估：准确率、校准、谣言稀少时的精确率、分组、伪装，与线性模型对照，各带 95% 区间。

    Measure a model on labeled posts: every figure with its n and the interval in which 95% of
    the draws fall when whole clusters of near-duplicates are drawn again, beside the linear
    model on the same draws; calibration, precision where rumors are rare, coverage, slices,
    and the same posts in disguise. MODEL is a bundled model's name or a model folder.

    加 --campaigns：在数据副本中种入已知水军，看能查到多少；或以已知行动的名单评判。

    With --campaigns: plant campaigns of known kinds in a copy of DUMP and say what share of them
    is found and how many innocents are flagged; or, where the first file is a TRUTH of known
    campaigns (JSON rows with `account_ids` or `post_ids`), judge a dump or a run folder by it.
    """
    if campaigns:
        _evaluate_campaigns([model, *labeled], seeds, settings_file, quiet=quiet, as_json=as_json)
        return
    if not labeled:
        raise click.UsageError("Missing argument 'LABELED...'.")
    from rumorscan.training import evaluate

    found = evaluate(
        model,
        list(labeled),
        against=against,
        seen=list(seen) or None,
        ordinary=list(ordinary) or None,
        base_rate=base_rate,
        evasions=not no_evasions,
        seed=seed,
        progress=teller(silent=quiet or as_json),
    )
    if html:
        found.write_html(html)
    if as_json:
        print_json(found.to_dict(), indent=2)
    else:
        say(found.to_text())
    for line in found.warnings:
        say(f"警告 warning: {line}", err=True)


def _evaluate_campaigns(
    paths: list[str], seeds: int, settings_file: str | None, *, quiet: bool, as_json: bool
) -> None:
    from rumorscan.rehearsal import evaluate_campaigns, is_truth
    from rumorscan.settings import load_settings

    truth = paths.pop(0) if is_truth(paths[0]) else None
    if not paths:
        raise click.UsageError("Missing argument 'DUMP...'.")
    settings = load_settings(settings_file) if settings_file else None
    with reporter(silent=quiet) as progress:
        found = evaluate_campaigns(
            paths, truth=truth, seeds=seeds, settings=settings, progress=progress
        )
    if as_json:
        print_json(found.to_dict(), indent=2)
    else:
        say(found.to_text())
