"""Tests of `rumorscan pretrain`."""

from click.testing import CliRunner

from rumorscan.cli import cli
from rumorscan.errors import LabeledError
from tests.training.tiny import lines

SMALL = ["--layers", "1", "--width", "64", "--tokens", "30000"]


def write(path):
    path.write_text("\n".join(lines()), encoding="utf-8")
    return str(path)


def test_texts_become_an_encoder_and_steps_go_to_stderr(tmp_path):
    out = tmp_path / "encoder"
    given = ["pretrain", write(tmp_path / "posts.txt"), "-o", str(out), *SMALL]
    result = CliRunner().invoke(cli, given)
    assert result.exit_code == 0, result.output
    assert (out / "model.safetensors").is_file()
    assert (out / "tokenizer.json").is_file()
    assert result.stdout == ""
    assert "held out" in result.stderr
    assert f"编码器 encoder: {out}" in result.stderr


def test_a_run_that_was_cut_is_gone_on_with(tmp_path):
    out, work = tmp_path / "encoder", tmp_path / "work"
    given = ["pretrain", write(tmp_path / "posts.txt"), "-o", str(out), *SMALL]
    given += ["--work", str(work)]
    cut = CliRunner().invoke(cli, [*given, "--minutes", "0"])
    assert cut.exit_code == 0, cut.output
    assert "未完成" in cut.stderr
    assert not out.exists()
    again = CliRunner().invoke(cli, given)
    assert "going on" in again.stderr
    assert out.is_dir()


def test_texts_to_be_measured_on_are_left_out(tmp_path):
    posts = write(tmp_path / "posts.txt")
    given = ["pretrain", posts, "-o", str(tmp_path / "encoder"), "--apart", posts]
    result = CliRunner().invoke(cli, given)
    assert isinstance(result.exception, LabeledError)
    assert "no line is left" in str(result.exception)
