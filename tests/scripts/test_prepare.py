"""What every prepare script does with rows: masks, counts, rejects, errors; and their cards."""

import contextlib
import csv
import doctest
import importlib
import io
import json
import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from rumorscan.training.corpora import read_labeled

PROJECT = Path(__file__).parents[2]
SCRIPTS = PROJECT / "scripts"
SETS = sorted(path.stem.removeprefix("prepare_") for path in SCRIPTS.glob("prepare_*.py"))


class Outcome(NamedTuple):
    """What one run of a prepare script left."""

    status: int
    said: str
    rows: list[dict]
    rejects: list[dict]

    @property
    def labels(self) -> dict[str, int]:
        return {row["id"]: row["label"] for row in self.rows}

    @property
    def reasons(self) -> list[str]:
        return [row["reason"] for row in self.rejects]


def prepare(name: str, folder: Path, *options: str) -> Outcome:
    """Run a script in this process; its files go beside the folder."""
    out, rejects = (folder.parent / f"{name}.{kind}.jsonl" for kind in ("out", "rejects"))
    arguments = [str(folder), "-o", str(out), "--rejects", str(rejects), *options]
    said, status = io.StringIO(), 0
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stderr(said):
        patch.syspath_prepend(str(SCRIPTS))
        patch.setattr(sys, "argv", [f"prepare_{name}.py", *arguments])
        try:
            runpy.run_path(str(SCRIPTS / f"prepare_{name}.py"), run_name="__main__")
        except SystemExit as end:
            status = int(end.code or 0)
        finally:
            forget()
    return Outcome(status, said.getvalue(), read_rows(out), read_rows(rejects))


def forget() -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "prepare"]:
        del sys.modules[name]


def read_rows(path: Path) -> list[dict]:
    if not path.is_file():
        return []
    return [json.loads(line) for line in path.read_bytes().split(b"\n") if line]


def write(path: Path, content: object) -> Path:
    """Write a text as it is, anything else as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    path.write_text(text, encoding="utf-8", newline="")
    return path


def table(rows: list[list[str]]) -> str:
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\n").writerows(rows)
    return stream.getvalue()


def lines(*rows: object) -> str:
    return "".join(
        (row if isinstance(row, str) else json.dumps(row, ensure_ascii=False)) + "\n"
        for row in rows
    )


def checked(folder: Path, *posts: dict) -> Path:
    """Write invented posts in the layout of CHECKED: the plainest, for what all scripts share."""
    for kind in ("fake", "real"):
        (folder / f"{kind}_news").mkdir(parents=True, exist_ok=True)
    for number, post in enumerate(posts):
        row = {"id": f"{number:032x}", "label": "fake", "date": "2020-02-01 08:00", **post}
        write(folder / f"{row['label']}_news" / f"{row['id']}.json", row)
    return folder


@pytest.fixture
def masking():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(SCRIPTS))
        yield importlib.import_module("prepare.masking")
        forget()


# --- rows


def test_the_output_is_a_labeled_file_with_utc_times(tmp_path):
    posts = [
        {"text": "城东水厂停水三天", "user_id": "u1"},
        {"text": "城东水厂照常供水", "label": "real", "date": "2020-02-01 07:30", "user_id": "u2"},
    ]
    assert prepare("checked", checked(tmp_path / "set", *posts)).status == 0
    corpus = read_labeled(tmp_path / "checked.out.jsonl")
    assert corpus.labels.tolist() == [1, 0]
    assert [str(time) for time in corpus.posted_at] == [
        "2020-02-01T00:00:00",
        "2020-01-31T23:30:00",
    ]
    assert set(corpus.sources) == {"checked"} and set(corpus.topics) == {"COVID-19"}
    assert len(set(corpus.accounts)) == 2


def test_rows_read_are_rows_written_and_rows_rejected(tmp_path):
    posts = [
        {"text": "城东水厂停水三天"},
        {"text": " "},
        {"text": "停水", "date": "昨天下午"},
        {"text": None},
    ]
    done = prepare("checked", checked(tmp_path / "set", *posts))
    assert "checked: 4 rows read = 1 written (1 false, 0 not) + 3 rejected" in done.said
    assert f"rejected 2: no text; the first: fake_news/{1:032x}.json" in done.said
    assert done.reasons == ["no text", "time cannot be read", "no text"]
    assert not list(tmp_path.glob("*.part"))


def test_the_file_of_rejects_holds_no_content(tmp_path):
    posts = [{"text": "城东水厂停水三天"}, {"text": "张三家的秘密", "date": "??", "user_id": "u9"}]
    done = prepare("checked", checked(tmp_path / "set", *posts))
    assert [set(row) for row in done.rejects] == [{"where", "reason"}]
    assert "秘密" not in done.said


def test_a_second_row_of_the_same_id_is_rejected(tmp_path):
    folder = checked(tmp_path / "set", {"text": "停水"})
    write(folder / "fake_news" / "other.json", {"id": f"{0:032x}", "label": "fake", "text": "停水"})
    done = prepare("checked", folder)
    assert len(done.rows) == 1 and done.reasons == ["id was there before"]


def test_half_an_emoji_does_not_stop_the_writing(tmp_path):
    folder = checked(tmp_path / "set")
    write(folder / "fake_news" / "a.json", '{"label": "fake", "text": "停水\\ud83d"}')
    assert prepare("checked", folder).rows[0]["text"] == "停水?"


# --- persons


def test_accounts_are_pseudonyms_of_a_salt(tmp_path):
    folder = checked(
        tmp_path / "set", *({"text": f"停水{n}", "user_id": f"700000000{n % 2}"} for n in range(3))
    )
    runs = [prepare("checked", folder, *salt) for salt in (["--salt", "s"], ["--salt", "s"], [])]
    names = [[row["account"] for row in run.rows] for run in runs]
    assert names[0] == names[1] != names[2]
    assert names[0][0] == names[0][2] != names[0][1]
    assert "700000000" not in str(runs)


@pytest.mark.parametrize("unknown", ["", "null", "None", " "])
def test_an_unknown_account_gets_no_pseudonym(tmp_path, unknown):
    folder = checked(tmp_path / "set", {"text": "停水", "user_id": unknown})
    assert "account" not in prepare("checked", folder).rows[0]


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("转自@小禾 的消息", "转自@用户 的消息"),
        ("//@小禾: 是真的吗＠阿树，", "//@用户: 是真的吗@用户，"),
        ("电话13800138000。", "电话[电话]。"),
        ("打+86 138-0013-8000或０１０－１２３４５６７８", "打[电话]或[电话]"),
        ("台北0912-345-678", "台北[电话]"),
        ("证号11010119900307123X丢了", "证号[证件]丢了"),
        ("身分證A123456789", "身分證[证件]"),
        ("写信到 xiaohe.1@mail.example 吧", "写信到 [邮箱] 吧"),
        ("2020年2月1日12:30，共13800人、4500000000000000元", None),
        ("确诊1234567例，死亡138001例", None),
    ],
)
def test_what_identifies_a_person_is_masked_and_nothing_else(masking, text, masked):
    assert masking.mask_text(text) == (masked or text)


def test_masking_twice_is_masking_once(masking):
    once = masking.mask_text("@小禾 13800138000 a@b.example 11010119900307123X")
    assert masking.mask_text(once) == once


def test_the_examples_of_the_docstrings_hold(masking):
    for module in (masking, importlib.import_module("prepare.weibo_ids")):
        result = doctest.testmod(module)
        assert result.attempted and not result.failed


# --- errors


@pytest.mark.parametrize("name", SETS)
def test_a_missing_folder_is_one_line_and_status_1(tmp_path, name):
    done = prepare(name, tmp_path / "nowhere")
    assert done.status == 1
    assert done.said.count("\n") == 1
    assert "no such folder" in done.said and f"datasets/{name}/README.md" in done.said
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", SETS)
def test_another_layout_is_one_line_that_names_what_is_missing(tmp_path, name):
    folder = write(tmp_path / "set" / "notes.txt", "别的东西").parent
    done = prepare(name, folder)
    assert done.status == 1
    assert done.said.count("\n") == 1
    assert "has no '" in done.said
    assert [path.name for path in tmp_path.iterdir()] == ["set"]


def test_a_set_without_one_usable_row_is_an_error_and_leaves_the_old_file(tmp_path):
    old = write(tmp_path / "checked.out.jsonl", '{"text": "旧"}\n')
    done = prepare("checked", checked(tmp_path / "set", {"text": ""}))
    assert done.status == 1
    assert "none of 1 rows can be used; 1 x no text" in done.said
    assert old.read_text(encoding="utf-8") == '{"text": "旧"}\n'


def test_a_place_that_cannot_be_written_is_one_line(tmp_path):
    folder = checked(tmp_path / "set", {"text": "停水"})
    done = prepare("checked", folder, "-o", str(tmp_path / "nowhere" / "out.jsonl"))
    assert done.status == 1
    assert "cannot be written" in done.said and done.said.count("\n") == 1


def test_the_script_runs_from_anywhere(tmp_path):
    folder = checked(tmp_path / "set", {"text": "停水", "user_id": "u"})
    command = [sys.executable, str(SCRIPTS / "prepare_checked.py"), str(folder), "-o", "out.jsonl"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stderr
    assert len(read_rows(tmp_path / "out.jsonl")) == 1


# --- cards


def test_every_script_has_a_card_and_every_card_stands_in_the_index():
    index = (PROJECT / "datasets" / "README.md").read_text(encoding="utf-8")
    cards = sorted(path.parent.name for path in (PROJECT / "datasets").glob("*/README.md"))
    assert cards == sorted([*SETS, "sample"])
    assert sorted(re.findall(r"\]\((\w+)/README\.md\)", index)) == cards


@pytest.mark.parametrize("name", SETS)
def test_a_card_has_its_parts_and_the_command_of_its_script(name):
    card = (PROJECT / "datasets" / name / "README.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## (.*)$", card, re.MULTILINE)
    assert headings == ["Terms", "Layout", "Labels", "Traps", "Command"]
    script = (SCRIPTS / f"prepare_{name}.py").read_text(encoding="utf-8")
    (command,) = re.findall(r"^    (python scripts/.*)$", card, re.MULTILINE)
    assert f"    {command}\n" in script
    assert re.search(r"^[\u4e00-\u9fffA-Za-z0-9（].*[\u4e00-\u9fff].*。$", card, re.MULTILINE)
    assert "Verified" in card


@pytest.mark.parametrize("name", SETS)
def test_every_reason_for_a_reject_stands_in_the_card(name):
    card = (PROJECT / "datasets" / name / "README.md").read_text(encoding="utf-8")
    source = (SCRIPTS / "prepare" / f"{name}.py").read_text(encoding="utf-8")
    for reason in re.findall(r'Reject\(where, "([^"]+)"\)', source):
        assert f"`{reason}`" in card, reason
