"""Pretrain the bundled encoder: models/encoder-small, from unlabeled posts.

    python scripts/pretrain_encoder.py --data DIR --minutes 60    # goes on where it stopped

DIR (or RUMORSCAN_DATA) holds labeled/, unlabeled/ and dumps/. Lines that share a run of 13
Chinese characters with any labeled text are left out. The packed texts and the checkpoint stay in
--work; nothing of the texts is written to the encoder but weights and the list of characters.
"""

from __future__ import annotations

import argparse
import json
import lzma
from collections.abc import Iterator
from pathlib import Path

from sets.reading import parse_with_data, say

from rumorscan.rumors.folders import resolve_encoder
from rumorscan.training.pretraining.loop import PretrainSettings, pretrain_packed
from rumorscan.training.pretraining.making import pack_apart
from rumorscan.training.pretraining.packing import Packed

CORPUS = (
    "unlabeled/weibo_covid_2020.txt.xz",
    "unlabeled/weibo_hot_titles_2020_2026.txt.xz",
    "unlabeled/weibo_smp2020_ewect.txt.xz",
    "unlabeled/cold_weibo_zhihu_2022.txt.xz",
    "dumps/weibo_threads_2011_2015.jsonl.xz",
    "dumps/weibo_reposts_2011_2015.jsonl.xz",
)


def main() -> None:
    arguments = parse_arguments()
    work = Path(arguments.work)
    work.mkdir(parents=True, exist_ok=True)
    packed_file = work / f"packed-{arguments.length}.safetensors"
    if not packed_file.exists():
        pack(Path(arguments.data), arguments.length, arguments.seed).save(packed_file)
    packed = Packed.load(packed_file)
    say(f"{packed.lines} lines, {packed.tokens.size:,} tokens, {len(packed.characters)} characters")
    settings = PretrainSettings(
        objective=arguments.objective,
        layers=arguments.layers,
        width=arguments.width,
        tokens=int(arguments.tokens),
        batch_rows=arguments.batch_rows,
        matrix_rate=arguments.matrix_rate,
        rate=arguments.rate,
        seed=arguments.seed,
        device=arguments.device,
        base=str(resolve_encoder(arguments.base)) if arguments.base else "",
    )
    found = pretrain_packed(
        packed,
        arguments.out,
        settings,
        checkpoint=arguments.checkpoint or work / "checkpoint",
        minutes=arguments.minutes,
        progress=say,
    )
    say(f"written: {found.path}" if found.path else "not at the end yet; run it again to go on")


def parse_arguments() -> argparse.Namespace:
    defaults = PretrainSettings()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", default=Path(__file__).parents[1] / "models" / "encoder-small")
    parser.add_argument("--work", default=".scratch/pretrain", help="packed texts and checkpoint")
    parser.add_argument("--checkpoint", help="folder of the checkpoint [WORK/checkpoint]")
    parser.add_argument("--length", type=int, default=128)
    parser.add_argument("--minutes", type=float, help="stop after so many")
    parser.add_argument("--objective", default=defaults.objective)
    parser.add_argument("--layers", type=int, default=defaults.layers)
    parser.add_argument("--width", type=int, default=defaults.width)
    parser.add_argument("--tokens", type=float, default=defaults.tokens)
    parser.add_argument("--batch-rows", type=int, default=defaults.batch_rows)
    parser.add_argument("--matrix-rate", type=float, default=defaults.matrix_rate)
    parser.add_argument("--rate", type=float, default=defaults.rate)
    parser.add_argument("--seed", type=int, default=defaults.seed)
    parser.add_argument("--device", default="")
    parser.add_argument("--base", default="", help="go on from this encoder, a name or a folder")
    return parse_with_data(parser)


def pack(data: Path, length: int, seed: int) -> Packed:
    """Return the distinct lines that share no wording with a labeled text, packed."""
    labeled = sorted((data / "labeled").glob("*.jsonl.xz"))
    measured = [text for path in labeled for text in read_lines(path)]
    texts = [text for name in CORPUS for text in read_lines(data / name)]
    return pack_apart(texts, measured, length=length, seed=seed, progress=say)


def read_lines(path: Path) -> Iterator[str]:
    with lzma.open(path, "rt", encoding="utf-8") as stream:
        for line in stream:
            yield (json.loads(line).get("text") or "") if ".jsonl" in path.name else line.strip()


if __name__ == "__main__":
    main()
