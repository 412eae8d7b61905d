import json

import numpy as np
import pytest

from rumorscan.errors import ModelError
from rumorscan.rumors import folders
from rumorscan.rumors.folders import (
    DIGESTS,
    read_model_folder,
    resolve_model,
    write_model_folder,
)

CONFIG = {"kind": "linear", "b": 1, "a": [1.5, "水"]}
TENSORS = {"two": np.arange(3, dtype=np.float32), "one": np.ones((2, 2))}


@pytest.fixture
def folder(tmp_path):
    return write_model_folder(tmp_path / "mine", CONFIG, TENSORS, card="# 模型\n")


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_what_was_written_is_read(folder):
    found = read_model_folder(folder)
    assert found.config == CONFIG
    assert set(found.tensors()) == set(TENSORS)
    for name, tensor in found.tensors().items():
        assert np.array_equal(tensor, TENSORS[name])
        assert tensor.dtype == TENSORS[name].dtype


def test_the_same_content_gives_the_same_bytes(folder, tmp_path):
    turned = dict(reversed(CONFIG.items())), dict(reversed(TENSORS.items()))
    again = write_model_folder(tmp_path / "again", *turned, card="# 模型\n")
    assert contents(again) == contents(folder)
    assert read_model_folder(again).sha256 == read_model_folder(folder).sha256


def test_other_weights_give_another_digest(folder, tmp_path):
    other = write_model_folder(
        tmp_path / "other", CONFIG, {**TENSORS, "one": np.zeros(1)}, card="# 模型\n"
    )
    assert read_model_folder(other).sha256 != read_model_folder(folder).sha256


def test_only_the_files_of_a_model_are_left(folder):
    assert sorted(contents(folder)) == [
        "README.md",
        "config.json",
        "digests.json",
        "weights.safetensors",
    ]
    assert [path.name for path in folder.parent.iterdir()] == ["mine"]


def test_a_newer_model_takes_the_place_of_an_older_one(folder):
    write_model_folder(folder, {"kind": "new"}, {}, card="", files={"metrics.json": b"{}"})
    assert read_model_folder(folder).config == {"kind": "new"}
    assert (folder / "metrics.json").read_bytes() == b"{}"


def test_a_folder_of_something_else_is_left_alone(tmp_path):
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "diary.md").write_text("…", encoding="utf-8")
    with pytest.raises(ModelError, match="something other than a model"):
        write_model_folder(tmp_path / "notes", CONFIG, TENSORS, card="")
    assert [path.name for path in (tmp_path / "notes").iterdir()] == ["diary.md"]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("weights.pkl", "pickled models are never loaded"),
        ("head.joblib", "pickled models are never loaded"),
        ("pytorch_model.bin", "pickled models are never loaded"),
        ("model.pt", "pickled models are never loaded"),
        ("MODEL.PKL", "pickled models are never loaded"),
        ("arrays.npy", "pickled models are never loaded"),
        ("modeling.py", "code is never loaded"),
        ("library.so", "code is never loaded"),
        ("notes.docx", "expected files in"),
        ("weights", "expected files in"),
        (".hidden.json", "plain files only"),
    ],
)
def test_what_does_not_belong_is_refused(folder, name, why):
    (folder / name).write_bytes(b"x")
    with pytest.raises(ModelError, match=f"'{name}' is not allowed; .*{why}"):
        read_model_folder(folder)


@pytest.mark.parametrize("name", ["a.pkl", "../a.json", "sub/a.json", "run.py", ".a.json"])
def test_what_does_not_belong_is_not_written_either(tmp_path, name):
    with pytest.raises(ModelError, match="is not allowed"):
        write_model_folder(tmp_path / "mine", CONFIG, TENSORS, card="", files={name: b""})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["config.json", "weights.safetensors", "README.md"])
def test_a_changed_file_is_found(folder, name):
    content = bytearray((folder / name).read_bytes())
    content[-2] ^= 1
    (folder / name).write_bytes(bytes(content))
    with pytest.raises(ModelError, match=f"'{name}' is not what was written"):
        read_model_folder(folder)


@pytest.mark.parametrize("name", ["config.json", "weights.safetensors", "README.md", DIGESTS])
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    with pytest.raises(ModelError, match=f"'{name}' is missing"):
        read_model_folder(folder)


def test_a_file_without_a_digest_is_refused(folder):
    (folder / "more.json").write_text("{}")
    with pytest.raises(ModelError, match=r"'more.json' is not listed in digests.json"):
        read_model_folder(folder)


def test_what_a_desktop_leaves_behind_does_no_harm(folder):
    (folder / ".DS_Store").write_bytes(b"x")
    assert read_model_folder(folder).config == CONFIG


@pytest.mark.parametrize("content", [b"{", b"[]", b"\xff", json.dumps({"x": [1]}).encode()])
def test_digests_that_are_none_are_refused(folder, content):
    (folder / DIGESTS).write_bytes(content)
    with pytest.raises(ModelError):
        read_model_folder(folder)


def test_weights_that_are_no_safetensors_are_refused(folder):
    (folder / "weights.safetensors").write_bytes(b"\x80\x04pickled")
    digests = json.loads((folder / DIGESTS).read_bytes())
    digests["weights.safetensors"] = __import__("hashlib").sha256(b"\x80\x04pickled").hexdigest()
    (folder / DIGESTS).write_text(json.dumps(digests))
    with pytest.raises(ModelError, match=r"'weights.safetensors' is damaged"):
        read_model_folder(folder).tensors()


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(ModelError, match="is no model; expected default, linear or a model folder"):
        resolve_model(tmp_path / "none")
    with pytest.raises(ModelError, match="cannot be read"):
        read_model_folder(tmp_path / "none")


def test_default_is_the_linear_model_until_there_is_a_better_one(tmp_path, monkeypatch):
    monkeypatch.setattr(folders, "bundled_homes", lambda _: [tmp_path])
    with pytest.raises(ModelError, match="'default' is not installed"):
        resolve_model("default")
    write_model_folder(tmp_path / "linear", CONFIG, TENSORS, card="")
    assert resolve_model("default") == resolve_model("linear") == tmp_path / "linear"
    write_model_folder(tmp_path / "default", CONFIG, TENSORS, card="")
    assert resolve_model("default") == tmp_path / "default"
    assert resolve_model("linear") == tmp_path / "linear"


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelError, match="cannot be written"):
        write_model_folder(tmp_path / "file" / "mine", CONFIG, TENSORS, card="")
