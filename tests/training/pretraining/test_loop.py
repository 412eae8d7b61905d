import dataclasses
import json
import shutil

import numpy as np
import pytest
import torch
from transformers import AutoModel, AutoTokenizer

from rumorscan.errors import LabeledError, ModelError
from rumorscan.training.pretraining import pretrain
from rumorscan.training.pretraining.loop import pretrain_packed
from rumorscan.training.pretraining.masking import hide_words
from rumorscan.training.pretraining.objectives import OBJECTIVES
from rumorscan.training.pretraining.vocabulary import FIRST, LAST, MASK
from tests.training.tiny import SETTINGS, lines, packed, tiny_encoder


def weights(folder):
    return AutoModel.from_pretrained(folder, add_pooling_layer=False).state_dict()


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_every_objective_learns(objective, tmp_path):
    settings = dataclasses.replace(SETTINGS, objective=objective, tokens=60 * 4 * 32, every=10)
    found = pretrain_packed(packed(), tmp_path / "encoder", settings)
    assert found.curve[-1]["held_out"] < found.curve[0]["held_out"]
    assert found.steps == 60


def test_the_folder_is_what_transformers_loads():
    folder = tiny_encoder()
    tokens = AutoTokenizer.from_pretrained(folder)("城东水厂", return_tensors="pt")
    states = AutoModel.from_pretrained(folder, add_pooling_layer=False)(
        input_ids=tokens["input_ids"]
    ).last_hidden_state
    assert states.shape == (1, 6, 64)
    assert not list(folder.glob("*.bin"))


def test_the_folder_says_how_it_came_to_be():
    report = json.loads((tiny_encoder() / "pretraining.json").read_text(encoding="utf-8"))
    assert report["steps"] == 8
    assert report["settings"]["width"] == 64
    assert report["corpus"]["lines"] > 0


def test_a_run_that_was_cut_ends_like_one_that_was_not(tmp_path):
    whole = pretrain_packed(packed(), tmp_path / "whole", SETTINGS)
    work = tmp_path / "work"
    cut = pretrain_packed(packed(), tmp_path / "cut", SETTINGS, checkpoint=work, minutes=0.0)
    assert cut.path is None
    assert 0 < cut.steps < whole.steps
    while (
        again := pretrain_packed(packed(), tmp_path / "cut", SETTINGS, checkpoint=work)
    ).path is None:
        pass
    assert again.steps == whole.steps
    one, other = weights(whole.path), weights(again.path)
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_a_checkpoint_of_another_run_is_refused(tmp_path):
    pretrain_packed(packed(), tmp_path / "one", SETTINGS, checkpoint=tmp_path / "work")
    other = dataclasses.replace(SETTINGS, seed=5)
    with pytest.raises(ModelError, match="is of another run"):
        pretrain_packed(packed(), tmp_path / "two", other, checkpoint=tmp_path / "work")


def test_an_encoder_goes_on_from_a_base(tmp_path):
    base = tiny_encoder()
    settings = dataclasses.replace(SETTINGS, layers=9, base=str(base))
    corpus = tmp_path / "posts.txt"
    corpus.write_text("\n".join(lines()), encoding="utf-8")
    found = pretrain(corpus, tmp_path / "more", settings, vocabulary=80)
    assert found.settings.layers == 1
    one, other = weights(base), weights(found.path)
    assert one.keys() == other.keys()
    assert not torch.equal(
        one["embeddings.word_embeddings.weight"], other["embeddings.word_embeddings.weight"]
    )
    kept = (base / "tokenizer.json").read_bytes()
    assert (found.path / "tokenizer.json").read_bytes() == kept
    report = json.loads((found.path / "pretraining.json").read_text(encoding="utf-8"))
    assert report["settings"]["base"] == "tiny"
    assert report["earlier"]["steps"] == 8


def test_a_base_of_another_vocabulary_is_refused(tmp_path):
    base = shutil.copytree(tiny_encoder(), tmp_path / "base")
    settings = dataclasses.replace(SETTINGS, base=str(base))
    other = dataclasses.replace(packed(), characters=tuple("水火"))
    with pytest.raises(ModelError, match="numbers other characters"):
        pretrain_packed(other, tmp_path / "out", settings)
    (base / "tokenizer.json").write_text('{"model": {"vocab": {"[PAD]": 0, "停水": 1}}}')
    with pytest.raises(ModelError, match="is no tokenizer of ours"):
        pretrain_packed(packed(), tmp_path / "out", settings)
    (base / "tokenizer.json").unlink()
    with pytest.raises(ModelError, match="cannot be read"):
        pretrain_packed(packed(), tmp_path / "out", settings)


def test_an_unknown_objective_is_refused(tmp_path):
    with pytest.raises(ModelError, match="'guessed' is none; expected masked"):
        pretrain_packed(packed(), tmp_path, dataclasses.replace(SETTINGS, objective="guessed"))


def test_files_become_an_encoder(tmp_path):
    corpus = tmp_path / "posts.txt"
    corpus.write_text("\n".join(lines()), encoding="utf-8")
    said = []
    settings = dataclasses.replace(SETTINGS, tokens=4 * 128 * 2)
    found = pretrain(corpus, tmp_path / "encoder", settings, progress=said.append)
    assert (found.path / "model.safetensors").is_file()
    assert any("held out" in line for line in said)


def test_a_missing_corpus_is_said(tmp_path):
    with pytest.raises(LabeledError, match="cannot be read"):
        pretrain(tmp_path / "none.txt", tmp_path / "encoder")


def test_words_are_hidden_whole_and_special_tokens_never():
    rows = packed()
    tokens = torch.from_numpy(rows.tokens.astype(np.int64))
    begins = torch.from_numpy(rows.begins)
    shown, hidden = hide_words(tokens, begins, torch.Generator().manual_seed(0), 0.5)
    assert not hidden[(tokens == FIRST) | (tokens == LAST)].any()
    follows = ~begins[:, 1:] & (tokens[:, 1:] > LAST) & (tokens[:, :-1] > LAST)
    assert torch.equal(hidden[:, 1:][follows], hidden[:, :-1][follows])
    assert torch.equal(shown[~hidden], tokens[~hidden])
    assert 0.7 < (shown[hidden] == MASK).float().mean() < 0.9
