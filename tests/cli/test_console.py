"""What the console promises: encodings, colors, streams, one-line errors, exit statuses.

Everything runs as a program of its own, as a shell or a script would start it.
"""

import json
import os
import subprocess
import sys
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

HOSTILE = "\x1b[31m\u202e\x9b2J\x07\u2066"
"""Red ink, text turned round, a cleared screen, a bell: what a post may try on a terminal."""
RUMOR = "城东水厂从周三起停水三天，全城只有城东有水源"
PRAISE = "老槐树面馆的牛肉面汤浓肉多，排队半小时也值得"
DIRECTIONS = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
STAGES = [
    "read",
    "fold",
    "unmask",
    "group",
    "coordinate",
    "score",
    "drift",
    "match",
    "stance",
    "judge",
    "write",
]

needs_terminal = pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")


@dataclass(frozen=True)
class Console:
    """A scanned dump of hostile posts, and what its scan printed."""

    folder: Path
    dump: Path
    run: Path
    done: "subprocess.CompletedProcess[bytes]"


def program(*arguments, stdin=None, **variables):
    return subprocess.run(
        [sys.executable, "-m", "rumorscan", *map(str, arguments)],
        capture_output=True,
        input=stdin,
        env=surroundings(variables),
        timeout=120,
        check=False,
    )


def surroundings(variables):
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name not in ("NO_COLOR", "FORCE_COLOR", "PYTHONIOENCODING", "RUMORSCAN_DEBUG")
    }
    return {**inherited, **variables}


def terminal(*arguments, **variables):
    """Return what the program writes when its stdout is a terminal."""
    import pty

    reading, writing = pty.openpty()
    running = subprocess.Popen(
        [sys.executable, "-m", "rumorscan", *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=writing,
        stderr=subprocess.DEVNULL,
        env=surroundings({"TERM": "xterm", **variables}),
    )
    os.close(writing)
    pieces = []
    with suppress(OSError):  # Linux ends a closed terminal with an error
        while piece := os.read(reading, 1 << 16):
            pieces.append(piece)
    os.close(reading)
    assert running.wait(timeout=120) == 0, "nothing that these tests show a terminal is urgent"
    return b"".join(pieces)


def posts():
    """Return invented posts: eight accounts that post two texts together, and 120 bystanders."""
    rows = []

    def post(account, thread, text, device):
        number = len(rows)
        rows.append(
            {
                "post_id": f"p{HOSTILE}{number}",
                "account_id": account,
                "text": text,
                "posted_at": f"2026-03-02T09:{number % 60:02}:{number % 59:02}+08:00",
                "root_id": thread,
                "device_id": device,
            }
        )

    for place, text in enumerate([RUMOR, PRAISE]):
        for member in range(8):
            post(
                f"a{HOSTILE}{member}", f"t{place}{member}", f"{HOSTILE}{text}😀{HOSTILE}", "d-army"
            )
    dishes, verdicts = "汤面饭粥饼糕茶鱼豆菜", "咸甜香淡鲜辣酸脆软烫稠稀"
    for dish in dishes:
        for verdict in verdicts:
            text = f"今天食堂的{dish}有点{verdict}，下回换{verdict}{dish}{dish}试试看吧"
            post(f"b{dish}{verdict}", f"u{dish}{verdict}", text, f"d-{dish}{verdict}")
    return rows


@pytest.fixture(scope="module")
def console(tmp_path_factory):
    folder = tmp_path_factory.mktemp("console")
    dump, known, run = folder / "posts.jsonl", folder / "known.jsonl", folder / "run"
    lines = [json.dumps(row) for row in posts()] + ["{" + HOSTILE]
    dump.write_text("\n".join(lines), encoding="utf-8")
    claim = json.dumps({"claim_id": "k1", "claim": RUMOR, "verdict": "false"})
    known.write_text(claim, encoding="utf-8")
    done = program(
        "scan", dump, "-o", run, "--known", known, "--fail-on", "urgent", PYTHONIOENCODING="gbk"
    )
    return Console(folder, dump, run, done)


def shown_raw(text):
    """Return the characters that no terminal should get."""
    controls = {
        character
        for character in text
        if unicodedata.category(character) == "Cc" and character not in "\r\n\t"
    }
    return controls | (set(text) & DIRECTIONS)


# --- a console of GBK, no color, redirected


def test_a_scan_on_a_gbk_console_prints_its_summary(console):
    assert console.done.returncode == 3, console.done.stderr
    shown = console.done.stdout.decode("gbk")
    assert "帖子 posts 136" in shown and "搁置 rejected 1" in shown
    assert "证据充分 confirmed 2" in shown, "else the summary shows no text of a post"


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["scan", "--help"], ["inspect", "DUMP"], ["explain", "RUN", "k1"]],
    ids="-".join,
)
def test_a_gbk_console_stops_no_command(console, arguments):
    names = {"DUMP": console.dump, "RUN": console.run}
    done = program(*[names.get(word, word) for word in arguments], PYTHONIOENCODING="gbk")
    assert (done.returncode, done.stderr) == (0, b"")
    assert any("\u4e00" <= character <= "\u9fff" for character in done.stdout.decode("gbk"))


def test_a_gbk_console_stops_no_scoring():
    text = f"{RUMOR}😀{HOSTILE}".encode()
    done = program("score", stdin=text, PYTHONIOENCODING="gbk")
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["post_id"] == "1"


@pytest.mark.parametrize(
    "variables", [{"NO_COLOR": "1"}, {"FORCE_COLOR": "1"}], ids=["no", "force"]
)
def test_redirected_output_holds_no_escape(console, variables):
    done = program("explain", console.run, "k1", **variables)
    assert done.returncode == 0
    assert b"\x1b" not in done.stdout + done.stderr
    assert b"\x1b" not in console.done.stdout + console.done.stderr


def test_a_redirected_scan_tells_its_stages_in_plain_lines(console):
    lines = console.done.stderr.decode("gbk").splitlines()
    assert [line.split()[1] for line in lines] == STAGES
    assert all(line.split()[-1].endswith("s") or line.split()[-1].isdigit() for line in lines)


# --- data on stdout, words on stderr


def test_scan_as_json_is_one_document_and_no_word(console):
    out = console.folder / "second"
    done = program("scan", console.dump, "-o", out, "--model", "", "--json", "--fail-on", "review")
    about = json.loads(done.stdout)
    assert (about["counts"]["posts"], about["run"]) == (136, str(out))
    assert (done.returncode, done.stderr) == (3, b"")
    assert (out / "manifest.json").is_file(), "the run is written before the status is set"


@pytest.mark.parametrize(
    "arguments",
    [["inspect", "DUMP", "--json"], ["explain", "RUN", "k1", "--json"]],
    ids=lambda arguments: arguments[0],
)
def test_other_commands_as_json_print_one_document_and_no_word(console, arguments):
    names = {"DUMP": console.dump, "RUN": console.run}
    done = program(*[names.get(word, word) for word in arguments])
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)
    assert b"\x1b" not in done.stdout


def test_json_is_plain_ascii_and_loses_nothing_on_a_gbk_console(console):
    post = posts()[0]["post_id"]
    inspected = program("inspect", console.dump, "--json", PYTHONIOENCODING="gbk")
    explained = program("explain", console.run, post, "--json", PYTHONIOENCODING="gbk")
    out = console.folder / "😀한"
    scanned = program("scan", console.dump, "-o", out, "--model", "", "--json", LC_ALL="C")
    for done in (inspected, explained, scanned):
        assert (done.returncode, done.stderr) == (0, b"")
        assert done.stdout.isascii()
        assert shown_raw(done.stdout.decode()) == set()
    first, *_ = json.loads(inspected.stdout)["inputs"][0]["first_rows"]
    assert (first["post_id"], first["text"]) == (post, posts()[0]["text"])
    assert post in explained.stdout.decode("unicode-escape")
    assert json.loads(scanned.stdout)["run"] == str(out)


def test_evaluate_as_json_prints_one_document_and_warns_on_stderr(tmp_path):
    rows = [
        {"text": f"{place}{thing}{end}了{place}{thing}", "label": int(end == "快囤")}
        for place in "东西南北"
        for thing in ["水厂", "面馆", "药店"]
        for end in ["快囤", "开放"]
    ]
    labeled = tmp_path / "labeled.jsonl"
    labeled.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    done = program("evaluate", "default", labeled, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["metrics"]["all"]["n"] == len(rows)
    assert all("warning: " in line for line in done.stderr.decode().splitlines())


# --- errors


def written(path, content):
    path.write_bytes(content)
    return path


def missing_dump(folder):
    path = folder / "没有.jsonl"
    return ["scan", path, "-o", folder / "run"], [str(path), "check the path"]


def unreadable_dump(folder):
    path = written(folder / "photo.bin", bytes(range(256)) * 8)
    return ["scan", path, "-o", folder / "run"], [str(path), "expected JSONL, JSON, CSV"]


def unmappable_header(folder):
    path = written(folder / "odd.csv", "甲,乙\n小禾,停水三天\n".encode())
    named = [str(path), "'account_id'", "'甲', '乙'", "--map account_id=COLUMN"]
    return ["scan", path, "-o", folder / "run"], named


def bad_row_when_strict(folder):
    path = written(folder / "a.jsonl", b'{"account_id":"a","text":"x"}\n{"account_id":"b"}\n')
    named = [f"{path}, row 2", "missing-text"]
    return ["scan", path, "-o", folder / "run", "--strict"], named


def missing_known_rumors(folder):
    path = written(folder / "a.jsonl", b'{"account_id":"a","text":"x"}\n')
    known = folder / "known.jsonl"
    return ["scan", path, "-o", folder / "run", "--known", known], [str(known), "--known"]


def folder_under_a_file(folder):
    path = written(folder / "a.jsonl", b'{"account_id":"a","text":"x"}\n')
    return ["scan", path, "-o", path / "run"], [str(path / "run"), "choose another folder"]


def locked_folder(folder):
    locked = folder / "locked"
    locked.mkdir()
    locked.chmod(0o500)
    if os.name != "posix" or os.access(locked, os.W_OK):
        pytest.skip("this user may write everywhere")
    path = written(folder / "a.jsonl", b'{"account_id":"a","text":"x"}\n')
    return ["scan", path, "-o", locked / "run"], [str(locked / "run"), "choose another folder"]


def missing_run(folder):
    return ["explain", folder / "run", "p1"], [str(folder / "run"), "no such run folder"]


@pytest.mark.parametrize(
    "case",
    [missing_dump, unreadable_dump, unmappable_header, bad_row_when_strict, missing_known_rumors,
     folder_under_a_file, locked_folder, missing_run],
)  # fmt: skip
def test_an_error_is_one_line_with_place_and_mend_and_leaves_nothing(case, tmp_path):
    arguments, named = case(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    done = program(*arguments)
    assert (done.returncode, done.stdout) == (1, b"")
    (line,) = done.stderr.decode().splitlines()
    assert line.startswith("rumorscan: ")
    assert [part for part in named if part not in line] == [], line
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    "arguments",
    [["scan", "a.jsonl"], ["explain", "run"], ["score", "--base-rate", "2"], ["nonsense"], []],
    ids=["no-folder", "no-id", "bad-number", "no-such-command", "nothing"],
)
def test_wrong_usage_is_status_2_and_leaves_stdout_alone(arguments):
    done = program(*arguments)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"Usage: rumorscan" in done.stderr


# --- what a post may try on a terminal


def test_the_printed_summary_holds_no_control_character(console):
    shown = console.done.stdout.decode("gbk")
    assert "城东水厂" in shown or "牛肉面" in shown
    assert shown_raw(shown) == set()


@needs_terminal
@pytest.mark.parametrize("subject", ["post", "account", "campaign"])
def test_explain_sends_no_control_character_to_a_terminal(console, subject):
    campaign = json.loads((console.run / "campaigns.jsonl").read_text("utf-8").splitlines()[0])
    post, account = campaign["post_ids"][0], campaign["account_ids"][0]
    assert HOSTILE in post and HOSTILE in account, "ids are kept as they are"
    names = {"post": post, "account": account, "campaign": campaign["campaign_id"]}
    shown = terminal("explain", console.run, names[subject]).decode()
    assert len(shown) > 100
    assert shown_raw(shown) == set()


@needs_terminal
def test_inspect_sends_no_control_character_to_a_terminal(console):
    shown = terminal("inspect", console.dump).decode()
    assert "城东水厂" in shown
    assert shown_raw(shown) == set()


@needs_terminal
def test_a_scan_sends_no_control_character_of_a_post_to_a_terminal(console):
    out = console.folder / "fourth"
    options = ["--model", "", "--fail-on", "urgent"]
    shown = terminal("scan", console.dump, "-o", out, *options).decode()
    assert "top campaigns" in shown
    assert shown_raw(shown) == set()
