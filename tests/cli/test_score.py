import contextlib
import json
import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

from rumorscan.cli.score import command
from rumorscan.errors import DumpError, ModelError
from rumorscan.rumors.linear import LinearModel
from tests.rumors.invented import ORDINARY, claims

FALSE = "听说南门口幼儿园要关门三天，大家快囤货"
TRUE = "南门口幼儿园今天起检修，供应照常"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    texts, labels = claims()
    fitted = LinearModel(bits=12).fit(texts, labels, ordinary=ORDINARY)
    return str(fitted.save(tmp_path_factory.mktemp("models") / "mine"))


def run(folder, content, *options):
    data = content if isinstance(content, bytes) else content.encode()
    done = CliRunner().invoke(
        command, ["--model", folder, *options], input=data, catch_exceptions=False
    )
    return [json.loads(line) for line in done.stdout_bytes.decode().splitlines()]


def test_every_line_of_plain_text_is_a_row(folder):
    rows = run(folder, f"{FALSE}\n\n{TRUE}\r\n{FALSE}")
    assert [row["post_id"] for row in rows] == ["1", "2", "3", "4"]
    assert rows[0]["rumor_probability"] == rows[3]["rumor_probability"]
    assert rows[0]["rumor_probability"] > rows[2]["rumor_probability"]


def test_json_lines_keep_their_ids(folder):
    lines = [
        {"post_id": "甲", "text": FALSE},
        {"text": TRUE},
        {"post_id": 12345678901234567890, "text": TRUE},
    ]
    content = "\n\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    rows = run(folder, content)
    assert [row["post_id"] for row in rows] == ["甲", "3", "12345678901234567890"]


def test_both_layouts_give_the_same_probabilities(folder):
    plain = run(folder, f"{FALSE}\n{TRUE}\n")
    objects = run(folder, "".join(json.dumps({"text": text}) + "\n" for text in (FALSE, TRUE)))
    assert plain == objects


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_encodings_are_told_apart(folder, encoding):
    assert run(folder, f"{FALSE}\n{TRUE}\n".encode(encoding)) == run(folder, f"{FALSE}\n{TRUE}\n")


def test_a_text_that_begins_with_a_brace_is_a_text(folder):
    assert len(run(folder, "{笑哭} 停水了\n{\n")) == 2
    assert len(run(folder, '{"text": "停水"}\n', "--format", "text")) == 1


def test_an_empty_input_gives_no_row(folder):
    assert run(folder, "") == []


def test_the_base_rate_moves_the_probability(folder):
    low, high = (
        run(folder, FALSE, "--base-rate", rate)[0]["rumor_probability"] for rate in ("0.01", "0.5")
    )
    assert low < high


@pytest.mark.parametrize("rate", ["0", "1", "x"])
def test_a_base_rate_out_of_range_is_wrong_usage(folder, rate):
    done = CliRunner().invoke(command, ["--model", folder, "--base-rate", rate], input="")
    assert done.exit_code == 2


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "stdin, row 2: is not JSON"),
        ("[1]", "stdin, row 2: is no JSON object"),
        ('{"txt": "停水"}', "stdin, row 2: 'text' is missing; expected a text"),
        ('{"text": null}', "stdin, row 2: 'text' is None; expected a text"),
    ],
)
def test_a_bad_json_line_is_named_after_the_rows_before_it(folder, line, message):
    content = json.dumps({"text": FALSE}) + "\n" + line + "\n"
    done = CliRunner().invoke(command, ["--model", folder], input=content)
    assert isinstance(done.exception, DumpError)
    assert str(done.exception).startswith(message)
    assert json.loads(done.stdout)["post_id"] == "1"


def test_a_file_is_read_where_it_lies(folder, tmp_path):
    path = tmp_path / "texts.txt"
    path.write_text(f"{FALSE}\n", encoding="utf-8")
    done = CliRunner().invoke(command, [str(path), "--model", folder])
    assert json.loads(done.stdout)["post_id"] == "1"


@pytest.mark.parametrize("name", ["a.csv", "a.TSV", "a.xlsx", "a.parquet", "a.csv.gz", "a.json"])
def test_a_table_is_not_taken_for_texts(folder, tmp_path, name):
    path = tmp_path / name
    path.write_text(f"post_id,text\n1,{FALSE}\n", encoding="utf-8")
    done = CliRunner().invoke(command, [str(path), "--model", folder])
    assert isinstance(done.exception, DumpError)
    assert str(done.exception).startswith(f"{path}: is a table or packed, not one text a line")
    assert all(mend in str(done.exception) for mend in ("'text'", "scan", "--format text"))
    assert done.stdout == ""
    done = CliRunner().invoke(command, [str(path), "--model", folder, "--format", "text"])
    assert len(done.stdout.splitlines()) == 2
    path.write_text(json.dumps({"text": FALSE}), encoding="utf-8")
    done = CliRunner().invoke(command, [str(path), "--model", folder])
    assert len(done.stdout.splitlines()) == 1


def test_a_missing_file_or_model_is_named(folder, tmp_path):
    missing = str(tmp_path / "none.txt")
    done = CliRunner().invoke(command, [missing, "--model", folder])
    assert isinstance(done.exception, DumpError)
    assert missing in str(done.exception)
    done = CliRunner().invoke(command, [missing, "--model", missing])
    assert isinstance(done.exception, ModelError)


def test_a_console_of_gbk_gets_utf_8(folder):
    done = subprocess.run(
        [sys.executable, "-m", "rumorscan", "score", "--model", folder],
        input=f"{FALSE}😀한\n".encode(),
        capture_output=True,
        timeout=120,
        check=True,
        env={**os.environ, "PYTHONIOENCODING": "gbk"},
    )
    phrases = [reason["detail"] for reason in json.loads(done.stdout.decode())["reasons"][1:]]
    assert phrases


def test_a_reader_who_leaves_is_not_an_error_worth_words(folder):
    lines = "停水了大家快囤货速看\n".encode() * 20_000
    with subprocess.Popen(
        [sys.executable, "-m", "rumorscan", "score", "--model", folder],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        process.stdout.close()
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(lines)
            process.stdin.close()
        assert process.stderr.read() == b""
