"""Tests of the bundled encoder."""

import json
from pathlib import Path

import numpy as np

from rumorscan.rumors.folders import resolve_encoder
from rumorscan.text.fold import fold_texts
from rumorscan.training.finetuning.network import TorchEncoder, load_base

FOLDER = Path(__file__).parents[2] / "models" / "encoder-small"


def test_the_name_leads_to_the_folder_and_the_folder_is_small():
    assert resolve_encoder("encoder-small").resolve() == FOLDER
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 12_000_000


def test_it_holds_no_pickle_and_no_code():
    assert {path.suffix for path in FOLDER.iterdir()} == {".json", ".safetensors", ".md"}


def test_it_knows_the_characters_of_an_ordinary_post_and_can_be_fine_tuned():
    network, tokenizer = load_base(FOLDER)
    tokens = tokenizer.encode("听说城东水厂要停水3天，大家快囤水😭abc").tokens
    assert "[UNK]" not in tokens
    scores = TorchEncoder(network, tokenizer, 144).scores(fold_texts(["城东水厂停水", "水" * 300]))
    assert np.isfinite(scores).all()


def test_its_card_and_its_record_say_how_it_was_made():
    card = (FOLDER / "README.md").read_text(encoding="utf-8")
    record = json.loads((FOLDER / "pretraining.json").read_text(encoding="utf-8"))
    assert "python scripts/pretrain_encoder.py" in card
    assert f"{record['corpus']['lines']:,}" in card
    assert f"{record['curve'][-1]['held_out']:.2f}" in card
