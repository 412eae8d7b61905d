"""`rumorscan pretrain`: unlabeled texts in, an encoder folder out."""

from __future__ import annotations

import click

from rumorscan.cli.progress import teller
from rumorscan.cli.words import say


@click.command(name="pretrain")
@click.argument("corpus", metavar="CORPUS...", nargs=-1, required=True)
@click.option("-o", "--out", metavar="ENCODER", required=True, help="编码器目录 Encoder folder.")
@click.option(
    "--apart",
    metavar="FILE",
    multiple=True,
    help="评测文本 Texts to be measured on; lines that share 13 characters with one are left out.",
)
@click.option(
    "--base",
    metavar="ENCODER",
    help="续训 Go on from this encoder (a name or a folder) on texts of your own.",
)
@click.option(
    "--objective",
    type=click.Choice(["masked", "next", "replaced"]),
    default="masked",
    help="目标 masked words, next characters, or replaced ones (ELECTRA) [masked].",
)
@click.option("--layers", type=click.IntRange(min=1), default=4, help="层数 Layers [4].")
@click.option(
    "--width",
    type=click.IntRange(min=64),
    default=256,
    help="宽度 Numbers a token, a multiple of 64 [256].",
)
@click.option(
    "--vocabulary",
    type=click.IntRange(min=64, max=60_000),
    default=6_400,
    help="词表 Characters and special tokens [6400].",
)
@click.option(
    "--tokens",
    type=float,
    default=1e8,
    help="词元数 Tokens to read in all; more than the corpus has means several passes [1e8].",
)
@click.option("--minutes", type=float, help="限时 Stop after so many; --work goes on later.")
@click.option(
    "--work", metavar="DIR", help="检查点目录 Checkpoints; a run that was cut goes on from here."
)
@click.option("--device", metavar="NAME", default="", help="设备 cpu or cuda [what there is].")
@click.option("--seed", type=int, default=0, help="种子 Seed of weights, order and masks [0].")
@click.option("-q", "--quiet", is_flag=True, help="不显示进度 Show no progress.")
def command(
    corpus: tuple[str, ...],
    out: str,
    apart: tuple[str, ...],
    base: str | None,
    objective: str,
    layers: int,
    width: int,
    vocabulary: int,
    tokens: float,
    minutes: float | None,
    work: str | None,
    device: str,
    seed: int,
    quiet: bool,
) -> None:
    """预训练：读无标注文本（每行一条或 JSONL），写出小型中文编码器。

    Pretrain a small BERT encoder on unlabeled texts, one a line or JSON lines with `text`. The
    folder is loaded by transformers, and by train --base. The same command runs on a CPU and on
    a GPU.
    """
    from rumorscan.rumors.folders import resolve_encoder
    from rumorscan.training.pretraining import PretrainSettings, pretrain

    settings = PretrainSettings(
        objective=objective,
        layers=layers,
        width=width,
        tokens=int(tokens),
        seed=seed,
        device=device,
        base=str(resolve_encoder(base)) if base else "",
    )
    found = pretrain(
        list(corpus),
        out,
        settings,
        apart=list(apart),
        vocabulary=vocabulary,
        checkpoint=work,
        minutes=minutes,
        progress=teller(silent=quiet),
    )
    if found.path:
        say(f"编码器 encoder: {found.path}", err=True)
    else:
        say("未完成，可再次运行 Not at the end; run it again to go on", err=True)
