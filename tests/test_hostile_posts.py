"""Whatever posts, ids and file names hold, what a scan puts out is inert, its evidence whole."""

import csv
import html.parser
import os
import re
import shlex
import subprocess
import sys
import unicodedata
from itertools import product
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner

import rumorscan as rs
from rumorscan.cli import cli
from rumorscan.cli.words import say
from rumorscan.shell import inert, quoted

ESCAPE, TITLE, REVERSED, CSI = "\x1b[2J\x1b[31m", "\x1b]0;owned\x07", "\u202e", "\x9b31m"
HOSTILE = [
    '=HYPERLINK("http://x.test","点")',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1,2)",
    "\t=1+1",
    "\r=1+1",
    "\x00=1+1",
    "\ufeff=1+1",
    " =1+1",
    "＝1+1",
    "'=1+1",
    "<script>alert(1)</script><img src=x onerror=alert(2)>",
    '"><svg onload=alert(3)>{{ 7*7 }}${7*7}',
    "</style></script><!--",
    ESCAPE + TITLE + CSI,
    f"{REVERSED}moc.elpmaxe\u2066\u2069\u200f",
    "../../../../etc/passwd",
    "..\\..\\windows\\win.ini",
    "C:\\CON",
    "$(touch owned)`touch owned`;touch owned|&& touch owned",
    "a'b\"c\\d;e%f(g)",
    "停水\u200b\u2028三天\u2029\x85",
    "x" * 3_000,
]
NAME = "=cmd \x1b[31m\u202e<b>'$(touch owned)`.jsonl"
RUMORS = [
    "听说城东水厂受污染，全城停水三天，大家快囤水",
    "城西大桥昨夜裂开一条大缝，明天起封路，速转",
    "南湖小学午饭吃坏了四十个孩子，学校不让说",
    "内部消息：下周起全市加油站限购，今晚赶紧去",
]
_OBEYED = {"Cc", "Cf", "Cs", "Zl", "Zp"}


@pytest.fixture(scope="module")
def dump(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return invented posts: every hostile value as an id, an account, a text, and what else."""
    rows: list[dict[str, Any]] = []
    for number, value in enumerate(HOSTILE):
        rows.append(
            {"post_id": f"{value}#{number}", "account_id": value, "text": value,
             "account_name": value, "url": value, "client": value, "root_id": value,
             "device_id": value, "hashtags": value, "posted_at": 1_772_414_047 + number}
        )  # fmt: skip
    for number, (rumor, value) in enumerate(product(RUMORS, HOSTILE[:14])):  # an army
        rows.append(
            {"post_id": f"{value}+{number}", "account_id": value, "account_name": value,
             "client": value, "device_id": f"d{number % 14 // 2}-{number // 14 % 3}",
             "text": f"{rumor} {HOSTILE[number % 9]}",
             "posted_at": 1_772_414_047 + 40_000 * (number // 14) + 7 * number}
        )  # fmt: skip
    for number in range(600):  # the others
        rows.append(
            {"post_id": f"p{number}", "account_id": f"a{number}",
             "text": f"今天第{number}次路过河边，看见{number * 7 % 601}只白鹭",
             "posted_at": 1_772_414_047 + 311 * number}
        )  # fmt: skip
    rows += [{"post_id": value, "account_id": value} for value in HOSTILE]  # rejected
    path = tmp_path_factory.mktemp("dumps") / (NAME if os.name != "nt" else "posts.jsonl")
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    return path


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("known") / "known.jsonl"
    claim = {"claim_id": f"={ESCAPE}{REVERSED}<b>k1", "claim": "城东水厂受污染，全城停水三天"}
    path.write_bytes(orjson.dumps(claim))
    return path


@pytest.fixture(scope="module")
def run(dump: Path, known: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("runs") / "run"
    rs.scan(dump, model="", known=known, out=out)
    assert sorted(path.name for path in out.parent.iterdir()) == ["run"]
    return out


def is_inert(text: str) -> bool:
    return not any(
        unicodedata.category(character) in _OBEYED and character != "\n" for character in text
    )


def test_no_cell_of_any_sheet_is_a_formula(run: Path) -> None:
    sheets = sorted(run.glob("*.csv"))
    assert [sheet.name for sheet in sheets] == ["accounts.csv", "edges.csv", "flags.csv"]
    csv.field_size_limit(1 << 20)
    for sheet in sheets:
        with sheet.open(encoding="utf-8-sig", newline="") as source:
            rows = list(csv.reader(source))
        assert len(rows) > 1, sheet.name
        for row in rows:
            assert len(row) == len(rows[0])
            for cell in row:
                if re.fullmatch(r"-?\d+(\.\d+)?(e-?\d+)?", cell):
                    continue  # a number of ours
                assert not cell.lstrip(" \u3000\ufeff").startswith(tuple("=+-@\t\r\n\0＝＋－＠")), (
                    cell
                )


def test_ids_and_texts_come_back_as_they_were_posted(run: Path, dump: Path) -> None:
    rows = map(orjson.loads, dump.read_bytes().splitlines())
    given = {row["post_id"]: (row["account_id"], row.get("text")) for row in rows if "text" in row}
    read = rs.load_run(run)
    posts = read.posts.to_arrow()
    stored = zip(posts["post_id"].to_pylist(), posts["account_id"].to_pylist(), strict=True)
    assert {(bare(post), bare(account)) for post, account in stored} == {
        (bare(post), bare(account)) for post, (account, _) in given.items()
    }
    flags = read.flags.to_arrow()
    assert len(flags) > 10
    texts = {text for _, text in given.values()}
    assert set(flags["text"].to_pylist()) <= texts
    assert any(text.endswith(HOSTILE[0]) for text in flags["text"].to_pylist())
    accounts = set(read.accounts.to_arrow()["account_id"].to_pylist())
    assert accounts == set(posts["account_id"].to_pylist())


def bare(name: str) -> str:
    """Return an id as it is trimmed at the door: some tools write a tab or a mark beside it."""
    return name.strip().lstrip("\ufeff").strip()


class Page(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_the_page_has_no_markup_but_its_own(run: Path) -> None:
    page = Page()
    page.feed((run / "report.html").read_text(encoding="utf-8"))
    tags = [tag for tag, _ in page.tags]
    assert tags.count("script") == 1
    assert not {"img", "iframe", "object", "embed", "form", "base"} & set(tags)
    for tag, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on")], tag
        for name in ("href", "src"):
            value = attributes.get(name)
            assert value is None or value.startswith(("#", "data:,")), value
        for value in attributes.values():
            assert is_inert(value or ""), value
    assert is_inert("".join(page.text))
    assert "⟨" in "".join(page.text)  # shown, not swallowed


def said(*arguments: str) -> str:
    result = CliRunner().invoke(cli, list(arguments))
    assert result.exit_code == 0, result.output
    return result.output


def test_nothing_that_a_terminal_obeys_is_said(
    run: Path, dump: Path, known: Path, tmp_path: Path
) -> None:
    read = rs.load_run(run)
    names = [*read.posts.to_arrow()["post_id"].to_pylist(), "c0"][:12]
    names += [str(campaign.campaign_id) for campaign in read.campaigns.items[:2]]
    names += read.accounts.to_arrow()["account_id"].to_pylist()[:30]
    claim = orjson.loads(known.read_bytes())["claim_id"]
    for name in [*names[:12], *names[13:], claim]:
        assert is_inert(said("explain", "--", str(run), name)), name
    assert is_inert(said("inspect", str(dump)))
    out = tmp_path / f"run {ESCAPE}" if os.name != "nt" else tmp_path / "run"
    scanned = said("scan", str(dump), "-o", str(out), "--model", "", "--known", str(known))
    assert is_inert(scanned)
    assert is_inert(said("verify", str(out)))
    assert is_inert(said("report", str(out)))
    for line in (scanned, said("inspect", str(dump))):
        assert is_inert(line)
    assert said("scan", str(dump), "-o", str(tmp_path / "j"), "--model", "", "--json").isascii()


def test_what_python_returns_for_a_terminal_is_inert_as_well(run: Path, dump: Path) -> None:
    read = rs.load_run(run)
    assert is_inert(read.summary(run))
    assert is_inert(read.summary(f"runs/{ESCAPE}{REVERSED}"))
    assert is_inert(rs.inspect(dump).render())
    for name in read.flags.to_arrow()["post_id"].to_pylist()[:20]:
        assert is_inert(rs.explain(run, name))


def test_an_error_quotes_nothing_that_a_terminal_obeys(tmp_path: Path) -> None:
    name = f"{ESCAPE}{REVERSED}no\nfile"
    for arguments in (
        ["scan", name, "-o", str(tmp_path / "run")],
        ["inspect", name],
        ["verify", name],
        ["explain", name, name],
        ["explain", name],
        ["scan", name],
        [f"--{name}"],
        [name],
        ["scan", "x", "-o", "y", "--map", name],
        ["scan", "x", "-o", "y", "--base-rate", name],
    ):
        done = subprocess.run(
            [sys.executable, "-m", "rumorscan", *arguments],
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert done.returncode in (1, 2), arguments
        assert is_inert(done.stderr.decode()), done.stderr
        assert b"Traceback" not in done.stderr


def test_no_command_writes_past_the_one_that_makes_words_inert() -> None:
    import rumorscan.cli

    for module in Path(rumorscan.cli.__file__).parent.glob("*.py"):
        if module.name not in ("words.py", "documents.py", "__init__.py"):
            assert "click.echo" not in module.read_text(encoding="utf-8"), module.name


@pytest.mark.skipif(os.name == "nt", reason="needs a shell of POSIX")
@pytest.mark.parametrize("word", [*HOSTILE[:-1], NAME, "\n", "a\nb\x1b'\\c", ""])
def test_a_quoted_word_reaches_its_command_as_it_is(word: str, tmp_path: Path) -> None:
    assert is_inert(quoted(word)) and (word.isprintable() or "\n" not in quoted(word) or not word)
    if "\0" in word:
        return  # no command takes it
    script = tmp_path / "script.sh"
    code = "import os,sys; sys.stdout.buffer.write(os.fsencode(sys.argv[1]))"
    line = f"{shlex.quote(sys.executable)} -c {shlex.quote(code)} {quoted(word)}\n"
    script.write_text(line, encoding="utf-8", newline="")
    done = subprocess.run(
        ["bash", str(script)],
        capture_output=True,
        cwd=tmp_path,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
        check=True,
        timeout=60,
    )
    assert done.stdout.decode() == word
    assert not (tmp_path / "owned").exists()


def test_no_word_leaves_its_quotes_on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rumorscan.shell.os.name", "nt")
    for word in HOSTILE:
        shown = quoted(word)
        assert is_inert(shown)
        if shown != word:
            assert shown[0] == shown[-1] == '"'
            assert not set("%$`!\n") & set(shown)
            assert '"' not in shown[1:-1].replace('""', "")


def test_line_ends_and_every_script_stay() -> None:
    text = "停水\n三天\n\u3000👍🏽 é"
    assert inert(text) == text
    assert inert("a\r\x7f\u2028\ud800") == "a⟨U+000D⟩⟨U+007F⟩⟨U+2028⟩⟨U+D800⟩"


def test_words_are_said_inert(capsys: pytest.CaptureFixture[str]) -> None:
    say(f"{ESCAPE}停水", err=True)
    assert capsys.readouterr().err == "⟨U+001B⟩[2J⟨U+001B⟩[31m停水\n"
