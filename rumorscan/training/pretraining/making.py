"""`pretrain`: files of unlabeled texts in, an encoder folder out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from rumorscan.errors import LabeledError
from rumorscan.text.distinct import find_distinct
from rumorscan.text.fold import fold_texts
from rumorscan.training.pretraining.loop import (
    Pretraining,
    PretrainSettings,
    Say,
    pretrain_packed,
)
from rumorscan.training.pretraining.overlaps import mark_overlaps
from rumorscan.training.pretraining.packing import SHORTEST, Packed, pack_texts
from rumorscan.training.pretraining.vocabulary import SIZE, read_characters
from rumorscan.training.tables import read_texts

Files = str | Path | Iterable[str | Path]


def pretrain(
    corpus: Files,
    out: str | Path,
    settings: PretrainSettings | None = None,
    *,
    apart: Files = (),
    vocabulary: int = SIZE,
    checkpoint: str | Path | None = None,
    minutes: float | None = None,
    progress: Say = lambda _: None,
) -> Pretraining:
    """Pretrain an encoder on files of unlabeled texts and write its folder.

    Args:
        corpus: files with one text a line, or JSON lines with `text`; plain, `.gz` or `.xz`.
        out: the encoder folder, as transformers loads it.
        settings: shape and recipe.
        apart: files of texts that models are to be measured on; lines that share a run of 13
            Chinese characters with one of them are left out.
        vocabulary: characters and special tokens at most; a base has its own.
        checkpoint: folder for the state on the way; where it holds one, the run goes on from it.
        minutes: stop after so long, with a checkpoint and without an encoder.
        progress: called with a line a step.

    Raises:
        LabeledError: a file cannot be read or holds no text, or nothing is left to learn from.
        ModelError: a checkpoint belongs to another run.
        MissingExtraError: torch or transformers is not installed.
    """
    texts = [text for path in _listed(corpus) for text in read_texts(path)]
    progress(f"{len(texts)} lines")
    measured = [text for path in _listed(apart) for text in read_texts(path)]
    settings = settings or PretrainSettings()
    packed = pack_apart(
        texts,
        measured,
        size=vocabulary,
        seed=settings.seed,
        characters=read_characters(settings.base) if settings.base else (),
        progress=progress,
    )
    return pretrain_packed(
        packed, out, settings, checkpoint=checkpoint, minutes=minutes, progress=progress
    )


def pack_apart(
    texts: Sequence[str],
    measured: Sequence[str],
    *,
    length: int = 128,
    size: int = SIZE,
    seed: int = 0,
    characters: Sequence[str] = (),
    progress: Say = lambda _: None,
) -> Packed:
    """Return the different lines that share no wording with texts measured on, packed.

    Args:
        texts: lines.
        measured: texts that models are to be measured on.
        length: tokens in a row.
        size: of the vocabulary.
        seed: of the order of the lines.
        characters: the vocabulary; empty chooses one.
        progress: called with a line.

    Raises:
        LabeledError: nothing is left.

    Example:
        >>> lines = ["城东水厂要停水三天大家快囤水吧", "今天下雨，快收衣服", "今天下雨快收衣服"] * 9
        >>> pack_apart(lines, ["听说城东水厂要停水三天大家快囤水吧"], length=8).lines
        1
    """
    folded = fold_texts(list(texts))
    is_apart = ~mark_overlaps(folded, fold_texts(list(measured)))
    rows = np.flatnonzero(is_apart & (folded.lengths >= SHORTEST))
    distinct = find_distinct(folded.take(rows))
    progress(
        f"{len(texts)} lines: {int(np.sum(~is_apart))} share wording with texts measured on, "
        f"{len(distinct)} different ones are left"
    )
    if not len(distinct):
        raise LabeledError("no line is left to learn from; expected texts of 4 characters or more")
    kept = [texts[row] for row in rows[distinct.first_row].tolist()]
    return pack_texts(kept, length=length, size=size, seed=seed, characters=characters)


def _listed(files: Files) -> list[Path]:
    return [Path(files)] if isinstance(files, (str, Path)) else [Path(one) for one in files]
