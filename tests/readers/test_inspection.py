import json
import unicodedata

from click.testing import CliRunner

from rumorscan.cli.inspect import command
from rumorscan.readers import inspect

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
    assert (found.report.rows, found.report.posts, found.report.rejected) == (7, 5, 2)
    assert found.reasons == {"bad-json": 1, "bad-time": 1}
    assert found.precisions == {"minute": 5}
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
    assert "7 = 5 posts + 2 rejected" in plain.output
    parsed = json.loads(CliRunner().invoke(command, [path, "--json"]).output)
    assert parsed["inputs"][0]["report"]["rows"] == 7
    mapped = CliRunner().invoke(command, [path, "--map", "client=无关", "--tz", "UTC"])
    assert "client ← 无关" in mapped.output
    assert "--map" in mapped.output.split("\n")[-2]
    assert CliRunner().invoke(command, [path, "--map", "client"]).exit_code == 2
