"""A tiny encoder, made on the spot: pretrained for a few steps on invented texts."""

from functools import lru_cache
from pathlib import Path
from tempfile import mkdtemp

from rumorscan.training.pretraining.loop import PretrainSettings, pretrain_packed
from rumorscan.training.pretraining.making import pack_apart
from tests.rumors.invented import ORDINARY, claims

SETTINGS = PretrainSettings(layers=1, width=64, tokens=8 * 4 * 32, batch_rows=4, every=4)


def lines():
    texts, _ = claims()
    places = ("城东", "城西", "城南", "城北", "老街", "新区", "河边", "山下")
    return [f"{place}{text}" for place in places for text in (*texts, *ORDINARY)]


def packed(length=32):
    return pack_apart(lines(), [], length=length)


@lru_cache(maxsize=1)
def tiny_encoder() -> Path:
    """Return the folder of the tiny encoder; one for all tests of a process."""
    folder = Path(mkdtemp(prefix="rumorscan-tiny-")) / "tiny"
    pretrain_packed(packed(), folder, SETTINGS)
    return folder
