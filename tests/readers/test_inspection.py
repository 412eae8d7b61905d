import json
import os
import shlex
import unicodedata
from pathlib import Path

import pytest
from click.testing import CliRunner

from rumorscan.cli.inspect import command
from rumorscan.readers import inspect
from rumorscan.readers.layouts.fields import CANONICAL
from tests.readers import bombs
from tests.readers.fuzzing import sound_files
from tests.readers.samples import CASES, build

ROWS = [
    {
        "id": f"p{place}",
        "uid": f"a{place}",
        "正文": f"城东水厂停水第{place}天\x1b[31m\u202e",
        "时间": "2026-03-02 09:14",
        "无关": 1,
    }
    for place in range(5)
]


def dump(tmp_path):
    path = tmp_path / "my dump.jsonl"
    lines = [json.dumps(row, ensure_ascii=False) for row in ROWS]
    path.write_text("\n".join([*lines, "{", '{"uid": "a", "正文": "水", "时间": "昨天"}']), "utf-8")
    return path


def test_an_inspection_says_what_a_scan_would_do(tmp_path):
    path = dump(tmp_path)
    before = sorted(tmp_path.iterdir())
    look = inspect(path)
    found = look.inputs[0]
    assert found.report.format == "other/jsonl"
    assert found.report.mapping == {
        "post_id": "id",
        "account_id": "uid",
        "text": "正文",
        "posted_at": "时间",
    }
    assert (found.report.rows, found.report.posts, found.report.rejected) == (7, 6, 1)
    assert found.reasons == {"bad-json": 1}
    assert found.report.notes["times that cannot be read, left empty"] == 1
    assert found.precisions == {"unknown": 1, "minute": 5}
    assert found.earliest == found.latest == "2026-03-02T01:14:00+00:00"
    assert found.unread == ["无关"]
    assert len(found.first_rows) == 3
    assert look.command.startswith("rumorscan scan ")
    assert sorted(tmp_path.iterdir()) == before


def test_what_is_shown_holds_no_control_character(tmp_path):
    text = inspect(dump(tmp_path)).render()
    assert all(
        unicodedata.category(character) not in ("Cc", "Cf") for character in text.replace("\n", "")
    )
    assert "城东水厂停水第0天" in text
    assert len(text.split("\n")) < 40


def test_the_command_prints_text_or_json(tmp_path):
    path = str(dump(tmp_path))
    plain = CliRunner().invoke(command, [path])
    assert plain.exit_code == 0
    assert "7 = 6 posts + 1 rejected" in plain.output
    parsed = json.loads(CliRunner().invoke(command, [path, "--json"]).output)
    assert parsed["inputs"][0]["report"]["rows"] == 7
    mapped = CliRunner().invoke(command, [path, "--map", "client=无关", "--tz", "UTC"])
    assert "client ← 无关" in mapped.output
    assert "--map" in mapped.output.split("\n")[-2]
    assert CliRunner().invoke(command, [path, "--map", "client"]).exit_code == 2


@pytest.mark.skipif(os.name != "posix", reason="asks for the quotes of a POSIX shell")
@pytest.mark.parametrize(
    ("given", "run"),
    [
        ("weibo.csv.gz", "runs/weibo"),
        ("*.csv.gz", "runs/dump"),
        ("some dumps/*.csv.gz", "runs/some-dumps"),
        ("some dumps/**/w*.gz", "runs/some-dumps"),
        ("some dumps", "runs/some-dumps"),
        (".", "runs/dump"),
        ("a'b$(c).csv", "runs/a-b-c"),
        (["weibo.csv.gz", "a'b$(c).csv"], "runs/weibo"),
    ],
)
def test_the_command_names_a_run_and_can_be_pasted(tmp_path, monkeypatch, given, run):
    monkeypatch.chdir(tmp_path)
    Path("some dumps").mkdir()
    for name in ["weibo.csv.gz", "some dumps/weibo.csv.gz", "a'b$(c).csv"]:
        Path(name).write_text("uid,正文\n1,停水\n", encoding="utf-8")
    words = [given] if isinstance(given, str) else given
    assert shlex.split(inspect(given).command) == ["rumorscan", "scan", *words, "-o", run]


def test_several_dumps_have_a_screen_each(tmp_path):
    paths = [str(dump(tmp_path)), str(tmp_path / "b.csv")]
    Path(paths[1]).write_text("uid,正文\n1,停水\n", encoding="utf-8")
    shown = CliRunner().invoke(command, paths).output
    assert [line.split()[2] for line in shown.splitlines() if line.startswith("文件")] == [
        paths[0].split()[0],
        paths[1],
    ]
    assert shown.splitlines()[-1].endswith(" -o runs/my-dump")
    parsed = json.loads(CliRunner().invoke(command, [*paths, "--json"]).output)
    assert [each["report"]["path"] for each in parsed["inputs"]] == paths


def test_a_name_that_turns_the_line_round_is_shown_without_that(tmp_path):
    path = tmp_path / "a\u202evsc.csv"
    path.write_text("uid,正文\n1,停水\n", encoding="utf-8")
    assert "\u202e" not in inspect(path).render()


def test_the_layout_is_shown_with_the_columns_that_gave_it_away(tmp_path):
    for case in CASES:
        path = build(case, tmp_path / case)
        look = inspect(path)
        shown = look.render()
        assert look.inputs[0].report.format in shown
        if look.inputs[0].layout_why:
            assert look.inputs[0].layout_why[:100] in shown
        assert len(shown.split("\n")) <= 40, case
        assert shlex.split(look.command)[:3] == ["rumorscan", "scan", str(path)]


def test_what_no_column_holds_is_shown_as_given(tmp_path):
    shown = inspect(build("weibo-crawler", tmp_path)).render()
    assert "account_id = 7000000001 (the file's name), platform = weibo" in shown


def test_a_time_ahead_of_today_is_warned_of(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("uid,正文,时间\n1,停水,2126-03-02\n", encoding="utf-8")
    assert "未来 future" in inspect(path).render()
    path.write_text("uid,正文,时间\n1,停水,2026-03-02\n", encoding="utf-8")
    assert "未来 future" not in inspect(path).render()


def test_many_dumps_share_a_screen(tmp_path):
    for number in range(50):
        path = tmp_path / f"{number:02}.csv"
        path.write_text("uid,正文\n1,停水\n2\n", encoding="utf-8")
    (tmp_path / "empty.csv").write_text("uid,正文\n", encoding="utf-8")
    shown = inspect(tmp_path).render()
    assert len(shown.split("\n")) <= 50
    assert "行数 rows      100 = 50 posts + 50 rejected" in shown
    assert "  搁置 rejected 50 × ragged-row" in shown
    assert "… 31 more" in shown


def test_a_wide_table_fits_on_a_screen(tmp_path):
    path = tmp_path / "a.jsonl"
    row = dict.fromkeys(CANONICAL, "1") | {f"x{number}": "1" for number in range(200)}
    row |= {"posted_at": "2026-03-02"}
    path.write_text(json.dumps(row), encoding="utf-8")
    assert len(inspect(path).render().split("\n")) <= 40


def test_the_command_repeats_what_was_asked(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("-a.csv").write_text("uid,说\n1,停水\n", encoding="utf-8")
    look = inspect("-a.csv", mapping={"text": "说"}, tz="UTC", crawled_at="2026-03-02T09:00")
    expected = (
        "rumorscan scan ./-a.csv -o runs/a --map text=说 --tz UTC --crawled-at 2026-03-02T09:00"
    )
    assert look.command.replace("'", "") == expected


def test_standard_input_is_a_dump():
    row = '{"account_id": "a", "text": "停水"}\n'
    outcome = CliRunner().invoke(command, ["-"], input=row)
    assert "文件 file      <stdin>" in outcome.output
    assert "1 = 1 posts + 0 rejected" in outcome.output
    outcome = CliRunner().invoke(command, ["-"], input="")
    assert str(outcome.exception) == "<stdin>: the file is empty; expected posts"


def test_whatever_is_piped_is_a_dump():
    files = sound_files()
    for name in ("a.xlsx", "a.db", "nested.json", "a.jsonl.zst"):
        outcome = CliRunner().invoke(command, ["-"], input=files[name])
        assert "+ 0 rejected" in outcome.output, name
    outcome = CliRunner().invoke(command, ["-"], input=files["a.zip"])
    for member in ("a.jsonl", "b/c.csv"):
        assert f"文件 file      <stdin>/{member}" in outcome.output
    assert "下一步 next  rumorscan scan - -o runs/dump" in outcome.output
    outcome = CliRunner().invoke(command, ["-"], input=bombs.archive([("../a.csv", b"x")]))
    expected = "<stdin>: member '../a.csv' leads out of the archive; it is not read"
    assert str(outcome.exception) == expected


def test_the_limits_of_a_scan_are_those_of_a_look(tmp_path):
    packed = tmp_path / "a.jsonl.gz"
    packed.write_bytes(bombs.bombs(5)["gz"])
    outcome = CliRunner().invoke(command, [str(packed)])
    assert "raise reading.maximum_ratio" in str(outcome.exception)
    settings = tmp_path / "wide.toml"
    settings.write_text("[reading]\nmaximum_ratio = 5000\nmaximum_text_characters = 1999\n")
    outcome = CliRunner().invoke(command, [str(packed), "--settings", str(settings)])
    assert "40,000 = 0 posts + 40,000 rejected" in outcome.output
    assert f"--settings {settings}" in outcome.output


def test_the_command_line_stands_over_the_settings_of_a_look(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("谁,说,几时\n1,停水,2026-03-02 09:14\n2,,\n", encoding="utf-8")
    settings = tmp_path / "own.toml"
    settings.write_text(
        '[reading]\ntz = "UTC"\nstrict = true\n[reading.map]\n'
        'account_id = "谁"\ntext = "没有"\nposted_at = "几时"\n',
        encoding="utf-8",
    )
    asked = [str(path), "--settings", str(settings), "--map", "text=说"]
    assert "2026-03-02T09:14:00+00:00" in CliRunner().invoke(command, asked).output
    outcome = CliRunner().invoke(command, [*asked, "--tz", "Asia/Shanghai"])
    assert "2026-03-02T01:14:00+00:00" in outcome.output
    assert "2 = 2 posts + 0 rejected" in outcome.output
    settings.write_text("[reading]\ntzone = 'UTC'\n", encoding="utf-8")
    outcome = CliRunner().invoke(command, asked)
    assert str(outcome.exception).endswith("did you mean 'tz'?")


def test_rows_set_aside_are_called_so(tmp_path):
    assert "  搁置 rejected 1 × bad-json" in inspect(dump(tmp_path)).render()
