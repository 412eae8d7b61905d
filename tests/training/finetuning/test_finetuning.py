import dataclasses
import json
import shutil

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertModel, BertTokenizerFast

from rumorscan.errors import ModelError
from rumorscan.rumors.encoder import GRAPH, OnnxEncoder
from rumorscan.text.fold import fold_texts
from rumorscan.training.finetuning.export import export_encoder
from rumorscan.training.finetuning.loop import (
    UNASKED,
    FineTuneSettings,
    check_loss,
    encode_lesson,
    fine_tune,
)
from rumorscan.training.finetuning.network import TorchEncoder, load_base, pack_network
from tests.rumors.invented import ORDINARY, claims
from tests.training.tiny import tiny_encoder

TEXTS, LABELS = claims()
SETTINGS = FineTuneSettings(epochs=8, patience=3, maximum_length=40, batch_tokens=512)


def lesson(encoder, texts=TEXTS, answers=LABELS):
    labels = np.ones((len(texts) + len(ORDINARY), 2), dtype=np.int8)
    labels[: len(texts), 0] = answers
    labels[len(texts) :] = (UNASKED, 0)
    keys = list(fold_texts([*texts, *ORDINARY]).keys())
    return encode_lesson(encoder.tokens, [keys], labels, np.ones(len(keys)))


@pytest.fixture(scope="module")
def tuned():
    encoder = TorchEncoder(*load_base(tiny_encoder()), 40)
    curve = fine_tune(encoder.network, lesson(encoder), lesson(encoder), SETTINGS)
    return encoder, curve


def test_both_questions_are_learned(tuned):
    encoder, curve = tuned
    assert curve[-1]["check"] < curve[0]["check"] < 1.1
    scores = encoder.scores(fold_texts([*TEXTS, *ORDINARY]))
    false, claim = scores[:, 0], scores[:, 1]
    assert np.mean((false[: len(TEXTS)] > 0) == (np.array(LABELS) == 1)) > 0.95
    assert claim[: len(TEXTS)].min() > claim[len(TEXTS) :].max()


def test_ordinary_posts_teach_nothing_about_falsehood():
    encoder = TorchEncoder(*load_base(tiny_encoder()), 40)
    rows = lesson(encoder)
    settings = FineTuneSettings(claim_weight=0.0)
    before = check_loss(encoder.network, rows, settings)
    rows.labels[len(TEXTS) :, 1] = 1  # whatever their other answer is
    assert check_loss(encoder.network, rows, settings) == before


def test_the_same_seed_gives_the_same_network():
    found = []
    for _ in range(2):
        encoder = TorchEncoder(*load_base(tiny_encoder()), 40)
        once = dataclasses.replace(SETTINGS, epochs=1)
        fine_tune(encoder.network, lesson(encoder), lesson(encoder), once)
        found.append(encoder.scores(fold_texts(TEXTS)))
    assert np.array_equal(*found)


def test_a_fine_tuning_that_was_cut_ends_like_one_that_was_not(tmp_path):
    settings = dataclasses.replace(SETTINGS, epochs=3, batch_tokens=256, every=7)
    whole = TorchEncoder(*load_base(tiny_encoder()), 40)
    curve = fine_tune(whole.network, lesson(whole), lesson(whole), settings)

    def cut(line):
        if line.startswith("pass 2"):
            raise KeyboardInterrupt

    again = TorchEncoder(*load_base(tiny_encoder()), 40)
    with pytest.raises(KeyboardInterrupt):
        fine_tune(
            again.network, lesson(again), lesson(again), settings, cut, checkpoint=tmp_path / "kept"
        )
    said = []
    fresh = TorchEncoder(*load_base(tiny_encoder(), seed=3), 40)
    found = fine_tune(
        fresh.network,
        lesson(fresh),
        lesson(fresh),
        settings,
        said.append,
        checkpoint=tmp_path / "kept",
    )
    assert said[0].endswith("going on")
    assert found == curve
    assert np.array_equal(fresh.scores(fold_texts(TEXTS)), whole.scores(fold_texts(TEXTS)))
    assert not (tmp_path / "kept").exists()


def test_it_stops_when_it_no_longer_gets_better_and_keeps_the_best_pass():
    encoder = TorchEncoder(*load_base(tiny_encoder()), 40)
    flipped = lesson(encoder, TEXTS, [1 - label for label in LABELS])
    settings = FineTuneSettings(epochs=9, patience=1, maximum_length=40, batch_tokens=512)
    curve = fine_tune(encoder.network, lesson(encoder), flipped, settings)
    assert len(curve) < 9
    best = min(row["check"] for row in curve)
    assert check_loss(encoder.network, flipped, settings) == pytest.approx(best, abs=2e-4)


def test_onnx_says_what_torch_says(tuned):
    encoder, _ = tuned
    folded = fold_texts([*TEXTS, *ORDINARY, "停", "水厂" * 80])
    theirs = encoder.scores(folded)
    plain = export_encoder(encoder, quantize=False).scores(folded)
    assert np.abs(plain - theirs).max() < 0.1  # torch scores in bfloat16
    with torch.inference_mode():
        tokens = torch.tensor([encoder.tokens.encode(["城东水厂停水"])[0]])
        exact = encoder.network(tokens, torch.ones_like(tokens)).numpy()
    ours = export_encoder(encoder, quantize=False).scores(fold_texts(["城东水厂停水"]))
    assert np.abs(ours - exact).max() < 1e-4
    small = export_encoder(encoder).scores(folded)
    assert np.abs(small - plain).max() < 0.3
    assert np.corrcoef(small[:, 0], plain[:, 0])[0, 1] > 0.999


def test_no_file_of_a_network_names_a_folder_of_the_machine(tuned):
    encoder, _ = tuned
    files = {**export_encoder(encoder).files, **pack_network(encoder.network)}
    for content in files.values():
        assert b"site-packages" not in content
        assert str(tiny_encoder()).encode() not in content
        assert b".py" not in content


def test_a_score_does_not_depend_on_its_neighbors(tuned):
    onnx = export_encoder(tuned[0])
    folded = fold_texts(TEXTS)
    whole = onnx.scores(folded)
    for row in (0, 7, 30):
        assert np.array_equal(onnx.scores(folded.part(row, row + 1))[0], whole[row])


def test_an_encoder_is_made_again_from_its_files(tuned):
    onnx = export_encoder(tuned[0])
    again = OnnxEncoder(onnx.files[GRAPH], onnx.files["tokenizer.json"], onnx.maximum_length)
    assert np.array_equal(again.scores(fold_texts(TEXTS)), onnx.scores(fold_texts(TEXTS)))


def test_a_graph_that_is_none_is_refused():
    with pytest.raises(ValueError, match=r"'encoder.onnx' cannot be read"):
        OnnxEncoder(b"no graph", b"{}", 8).open()


def make_bert(folder):
    """Write a folder as those of Chinese BERT on the hubs are: WordPiece, vocab.txt."""
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"城东西水厂停三天大家快囤", "3", "##3"]
    folder.mkdir()
    (folder / "vocab.txt").write_text("\n".join(pieces), encoding="utf-8")
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    sizes = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
    config = BertConfig(vocab_size=len(pieces), intermediate_size=64, **sizes)
    BertModel(config).save_pretrained(folder)
    return folder


def test_any_checkpoint_of_the_bert_family_serves(tmp_path):
    network, tokenizer = load_base(make_bert(tmp_path / "bert"))
    scores = TorchEncoder(network, tokenizer, 16).scores(fold_texts(["城东水厂停水33天", ""]))
    assert scores.shape == (2, 2)
    assert np.isfinite(scores).all()


def test_pickled_weights_are_refused(tmp_path):
    folder = make_bert(tmp_path / "bert")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(ModelError, match="pickled weights are not loaded"):
        load_base(folder)


def test_code_beside_the_weights_is_not_run(tmp_path):
    folder = make_bert(tmp_path / "bert")
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config["auto_map"] = {"AutoModel": "evil.Model"}
    config["model_type"] = "evil"
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (folder / "evil.py").write_text("raise SystemExit('run')", encoding="utf-8")
    with pytest.raises(ModelError, match="transformers cannot load it"):
        load_base(folder)


@pytest.mark.parametrize("missing", ["config.json", "model.safetensors"])
def test_what_is_missing_is_said(missing, tmp_path):
    folder = shutil.copytree(tiny_encoder(), tmp_path / "copy")
    (folder / missing).unlink()
    with pytest.raises(ModelError, match=r"has no 'config.json'|found no weights"):
        load_base(folder)
