"""A scan that is killed at any point leaves the old state or an unfinished folder, and goes on."""

import contextlib
import gzip
import io
import json
import os
import sqlite3
import subprocess
import sys
import threading
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import rumorscan as rs
from rumorscan.bundle import bundled_homes
from rumorscan.engines.checkpoints import Checkpoints
from rumorscan.errors import DumpError, RunError
from rumorscan.readers.intake.door import Intake
from rumorscan.reports import folder as run_folder
from rumorscan.reports.unfinished import Unfinished
from rumorscan.settings import Settings
from tests.readers.intake.test_carried import NAMES, cells, repost

SAMPLE = bundled_homes("datasets/sample")[0]
PROGRAM = Path(__file__).with_name("killed.py")
FORKS = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a system that forks")


@pytest.fixture(scope="module")
def dump(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("dumps") / "posts.jsonl"
    lines = (SAMPLE / "posts.jsonl").read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:1_000]))
    return path


def files_of(run: Path) -> dict[str, Any]:
    """Return the bytes of a run's files; of run.json what is no time and no size of memory."""
    files: dict[str, Any] = {file.name: file.read_bytes() for file in run.iterdir()}
    about = orjson.loads(files.pop("run.json"))
    for name in ("started_at", "finished_at", "peak_memory_bytes"):
        del about[name]
    for stage in about["stages"]:
        del stage["seconds"]
    del files["manifest.json"]  # holds the digest of run.json
    return {**files, "run.json": about}


def killed(dump: Path, place: Path, signal: str, points: int) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, str(PROGRAM), str(dump), str(place), signal, str(points)],
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(PROGRAM.parent.parent)},
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return [json.loads(line) for line in done.stdout.splitlines()]


@FORKS
@pytest.mark.slow
@pytest.mark.parametrize(("signal", "points"), [("SIGKILL", 20), ("SIGTERM", 4), ("SIGINT", 4)])
def test_a_scan_that_is_killed_anywhere_goes_on_to_the_same_bytes(
    signal: str, points: int, dump: Path, tmp_path: Path
) -> None:
    found = killed(dump, tmp_path / "runs", signal, points)
    assert len(found) == points
    whole = files_of(tmp_path / "runs" / "whole" / "run")
    for point in found:
        told = "unfinished" in point["said"] or "no such run" in point["said"]
        assert point["whole"] or told, point
        assert set(point["left"]) <= {"run", ".run.unfinished"}, point
        assert point["after"] == ["run"], point
        assert files_of(Path(point["out"])) == whole, point
        rs.verify(point["out"])


class Stop:
    """A progress that raises when a stage begins."""

    def __init__(self, stage: str, error: BaseException) -> None:
        self._stage = stage
        self._error = error

    def stage(self, name: str, total: int | None = None) -> None:
        if name == self._stage:
            raise self._error

    def advance(self, count: int = 1) -> None: ...

    def done(self, note: str = "") -> None: ...


def cut(source: Any, out: Path, stage: str = "judge", **options: Any) -> None:
    """Scan until that stage begins."""
    with pytest.raises(KeyboardInterrupt):
        rs.scan(
            source, out=out, progress=Stop(stage, KeyboardInterrupt()), **{"model": "", **options}
        )


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def keep_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let everything be kept, however little its loss would cost."""
    for name in ("_LEAST_GAIN", "_DEAR"):
        monkeypatch.setattr(f"rumorscan.engines.checkpoints.{name}", 0.0)
    monkeypatch.setattr(Checkpoints.__init__, "__defaults__", (0.0,))


def test_what_was_found_before_is_not_done_again(
    dump: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_all(monkeypatch)
    cut(dump, tmp_path / "run", "stance")

    def fail(*_: Any, **__: Any) -> None:
        raise AssertionError("was done again")

    for work in (
        "pipeline.find_distinct",
        "pipeline.make_match_keys",
        "pipeline.find_wordings",
        "pipeline.gather_activity",
        "pipeline.find_campaigns",
        "readers.reading.Reading._file",
    ):
        monkeypatch.setattr(f"rumorscan.{work}", fail)
    run = rs.scan(dump, model="", out=tmp_path / "run", resume=True)
    assert names(tmp_path) == ["run"]
    assert len(run.posts) == len(rs.load_run(tmp_path / "run").posts)


def test_a_resume_with_nothing_to_resume_is_a_scan(dump: Path, tmp_path: Path) -> None:
    rs.scan(dump, model="", out=tmp_path / "run", resume=True)
    rs.verify(tmp_path / "run")


def test_a_finished_run_is_not_scanned_again(dump: Path, tmp_path: Path) -> None:
    first = rs.scan(dump, model="", out=tmp_path / "run")
    head = rs.verify(tmp_path / "run").head
    again = rs.scan(dump, model="", out=tmp_path / "run", resume=True)
    assert again.about["counts"] == first.about["counts"]
    assert rs.verify(tmp_path / "run").head == head
    with pytest.raises(RunError, match=r"of something else: the setting 'groups\.similarity'"):
        rs.scan(
            dump,
            model="",
            out=tmp_path / "run",
            resume=True,
            settings=Settings().replace({"groups": {"similarity": 0.8}}),
        )


def test_without_resume_a_scan_begins_anew(dump: Path, tmp_path: Path) -> None:
    cut(dump, tmp_path / "run")
    run = rs.scan(dump, model="", out=tmp_path / "run", settings=_similarity(0.8))
    assert run.about["settings"]["groups"]["similarity"] == 0.8
    assert names(tmp_path) == ["run"]


def _similarity(value: float) -> Settings:
    return Settings().replace({"groups": {"similarity": value}})


def test_other_settings_and_models_are_refused_by_name(dump: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    cut(dump, out)
    left = names(tmp_path / ".run.unfinished" / "kept")

    def refused(match: str, **options: Any) -> None:
        with pytest.raises(RunError, match=f"run: cannot be resumed: .*{match}"):
            rs.scan(dump, out=out, resume=True, **{"model": "", **options})

    refused("'groups.similarity' was 0.7 and is 0.8", settings=_similarity(0.8))
    refused("'scoring.model' was '' and is 'linear'", model="linear")
    refused("--as-of was None and is '2026-03-02'", as_of="2026-03-02")
    refused("--history as before", history=tmp_path / "history")
    key = tmp_path / "key"
    key.write_bytes(b"0123456789abcdef")
    refused("the key of --pseudonymize", pseudonymize=key)
    known = tmp_path / "known.jsonl"
    known.write_bytes(orjson.dumps({"claim_id": "k1", "claim": "城东水厂受污染，全城停水三天"}))
    refused("'claims.known' was", known=known)
    # what was refused is still there for whoever gives the same as before
    assert names(tmp_path / ".run.unfinished" / "kept") == left
    rs.scan(dump, model="", out=out, resume=True, settings=_workers(2))
    rs.verify(out)


def _workers(count: int) -> Settings:
    return Settings().replace({"run": {"workers": count}})


def test_changed_inputs_are_refused_by_name(tmp_path: Path) -> None:
    first, second = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    for number, path in enumerate((first, second)):
        rows = [{"account_id": f"a{n}", "text": f"第{n}号水厂停水{number}天"} for n in range(50)]
        path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    content = first.read_bytes()
    out = tmp_path / "run"
    cut([first, second], out)

    def refused(match: str, source: Any = (first, second)) -> None:
        with pytest.raises(RunError, match=f"cannot be resumed: {match}"):
            rs.scan(list(source), model="", out=out, resume=True)

    first.write_bytes(content.replace("第7号".encode(), "第6号".encode()))
    refused(r"the input '.*a\.jsonl' changed: its SHA-256")
    first.write_bytes(content + b"\n")
    refused(r"the input '.*a\.jsonl' changed: \d+ bytes then")
    first.write_bytes(content)
    refused(r"the inputs changed: '.*b\.jsonl' is missing", [first])
    refused("the inputs changed: their order", [second, first])
    rs.scan([first, second], model="", out=out, resume=True)


def test_an_input_that_was_not_read_yet_must_not_be_touched(tmp_path: Path) -> None:
    first, second = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    for path in (first, second):
        path.write_bytes(orjson.dumps({"account_id": "a", "text": "城东水厂停水三天"}) + b"\n")

    class StopAfterOne(Stop):
        def advance(self, count: int = 1) -> None:
            self.seen = getattr(self, "seen", 0) + 1
            if self.seen == 2:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rs.scan(
            [first, second],
            model="",
            out=tmp_path / "run",
            progress=StopAfterOne("none", KeyboardInterrupt()),
        )
    os.utime(second, ns=(1, 1))
    with pytest.raises(RunError, match=r"'.*b\.jsonl' changed: it was modified since"):
        rs.scan([first, second], model="", out=tmp_path / "run", resume=True)


class StopAt:
    """A progress that raises when rows were read so many times."""

    def __init__(self, at: int) -> None:
        self._left = at

    def stage(self, name: str, total: int | None = None) -> None: ...

    def advance(self, count: int = 1) -> None:
        self._left -= 1
        if not self._left:
            raise KeyboardInterrupt

    def done(self, note: str = "") -> None: ...


def cut_and_resumed(
    dump: Path, out: Path, at: int, taken: list[int], settings: Settings | None = None
) -> dict[str, Any]:
    """Return the files of a scan that was cut and resumed; `taken` is what the second one took."""
    with pytest.raises(KeyboardInterrupt):
        rs.scan(dump, model="", out=out, progress=StopAt(at), settings=settings)
    taken.clear()
    rs.scan(dump, model="", out=out, resume=True, settings=settings)
    return files_of(out)


def _jsonl() -> bytes:
    rows = [
        {"post_id": n % 290, "account_id": f"a{n}", "text": f"第{n}号水厂停水三天", "likes": n % 7,
         "posted_at": "2026-03-02" if n % 5 else "2026-03-02T09:14:07"} for n in range(300)
    ]  # fmt: skip
    lines = [orjson.dumps(row) for row in rows]
    lines[40], lines[170], lines[250] = b"{broken", b'{"account_id": "a"}', b""
    return b"\n".join(lines)


def _csv() -> bytes:
    lines = ["account_id,text,posted_at"]
    lines += [f'a{n},"第{n}号水厂\n停水三天",2026-03-02 09:14' for n in range(300)]
    lines[50], lines[180], lines[260] = (
        "a,b",
        "account_id,text,posted_at",
        'a9,"没有结束,2026-03-02',
    )
    return "\n".join(lines).encode("gb18030")


def _late() -> bytes:
    """A known layout in which keys appear late, once beside a broken line, and kinds are mixed."""
    rows = [
        {"note_id": f"n{n}", "title": "", "desc": f"第{n}号水厂停水三天", "user_id": f"a{n % 9}",
         "time": 1772414047000 + n, "last_modify_ts": 1772414200000} for n in range(300)
    ]  # fmt: skip
    rows[35]["liked_count"] = "1.2万"
    rows[36]["user_id"] = 7  # of another kind from here on: line by line
    rows[200]["share_count"] = 5
    lines = [orjson.dumps(row) for row in rows]
    lines[37] = b"{broken"
    return b"\n".join(lines)


def _archive() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("一月/posts.csv", _csv())
        archive.writestr("二月/posts.jsonl", _jsonl())
    return stream.getvalue()


MIDDLES = {
    "posts.jsonl": _jsonl,
    "posts.csv": _csv,
    "late.jsonl": _late,
    "posts.jsonl.gz": lambda: gzip.compress(_jsonl()),
    "posts.zip": _archive,
}


def rows_taken(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list to which every batch that is read adds how many rows it has."""
    taken: list[int] = []
    take = Intake.take

    def counted(self: Intake, batch: Any, fields: Any) -> None:
        taken.append(len(batch.rows) + len(batch.broken))
        take(self, batch, fields)

    monkeypatch.setattr(Intake, "take", counted)
    return taken


def test_parquet_is_read_on_from_its_last_row_group(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        {"post_id": str(n % 290), "account_id": f"a{n}" if n % 9 else None,
         "text": f"第{n}号水厂停水三天"} for n in range(300)
    ]  # fmt: skip
    dump = tmp_path / "posts.parquet"
    pq.write_table(pa.Table.from_pylist(rows), dump, row_group_size=20)
    keep_all(monkeypatch)
    taken = rows_taken(monkeypatch)
    small = Settings().replace({"reading": {"batch_rows": 50}})
    rs.scan(dump, model="", out=tmp_path / "plain", settings=small)
    whole = files_of(tmp_path / "plain")
    assert taken == [40, 20] * 5
    for at in (2, 3, 5, 10):
        found = cut_and_resumed(dump, tmp_path / f"run-{at}", at, taken, small)
        assert found == whole
        assert sum(taken) == 300 - (at - 1) // 2 * 60


@pytest.mark.parametrize("form", ["", "WITHOUT ROWID"])
def test_a_database_is_read_on_from_its_last_batch(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dump = tmp_path / "posts.db"
    _database(dump, form)
    keep_all(monkeypatch)
    taken = rows_taken(monkeypatch)
    small = Settings().replace({"reading": {"batch_rows": 40}})
    rs.scan(dump, model="", out=tmp_path / "plain", settings=small)
    whole = files_of(tmp_path / "plain")
    assert sum(taken) == 300
    (about,) = whole["run.json"]["inputs"]
    assert about["notes"]["characters lost in decoding"] == 30
    batches = list(taken)
    for at in range(2, len(batches) + 1):
        found = cut_and_resumed(dump, tmp_path / f"run-{at}", at, taken, small)
        assert found == whole
        assert taken == batches[at - 1 :]


def _database(path: Path, form: str) -> None:
    """Write 300 posts into two tables, some with bytes that are no text."""
    posts = [
        (f"n{n:03}", f"第{n}号水厂停水三天".encode() + b"\xff" * (n % 10 == 0), f"a{n % 9}")
        for n in range(300)
    ]
    with contextlib.closing(sqlite3.connect(path)) as connection:
        for name, rows in (("earlier", posts[:200]), ("later", posts[200:])):
            columns = "post_id TEXT PRIMARY KEY, text TEXT, account_id TEXT"
            connection.execute(f"CREATE TABLE {name} ({columns}) {form}")
            insert = f"INSERT INTO {name} VALUES (?, CAST(? AS TEXT), ?)"
            connection.executemany(insert, rows)
        connection.commit()


@pytest.mark.parametrize("name", MIDDLES)
def test_a_file_is_read_on_from_its_middle(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dump = tmp_path / name
    dump.write_bytes(MIDDLES[name]())
    monkeypatch.setattr("rumorscan.readers.encodings.decoding.BLOCK_BYTES", 900)
    monkeypatch.setattr("rumorscan.readers.encodings.decoding.SAMPLE_BYTES", 900)
    keep_all(monkeypatch)
    taken = rows_taken(monkeypatch)
    rs.scan(dump, model="", out=tmp_path / "plain")
    whole, all_rows = files_of(tmp_path / "plain"), sum(taken)
    assert len(taken) > 12
    rejects = [orjson.loads(line) for line in whole["rejects.jsonl"].splitlines()]
    assert rejects
    for reject in rejects:
        assert reject["byte_offset"] is not None
    if name != "posts.csv":
        notes = [one["notes"] for one in whole["run.json"]["inputs"]]
        late = name == "late.jsonl"
        assert late or any("post ids that stood before with another text" in one for one in notes)
    for at in (2, 5, 9, len(taken) - 1):
        found = cut_and_resumed(dump, tmp_path / f"run-{at}", at, taken)
        assert found == whole
        assert sum(taken) < all_rows
    assert sum(taken) < 0.25 * all_rows


def test_a_key_that_appears_late_is_known_to_whoever_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dump = tmp_path / "late.jsonl"
    dump.write_bytes(_late())
    monkeypatch.setattr("rumorscan.readers.encodings.decoding.BLOCK_BYTES", 900)
    monkeypatch.setattr("rumorscan.readers.encodings.decoding.SAMPLE_BYTES", 900)
    keep_all(monkeypatch)
    out = tmp_path / "run"
    with pytest.raises(KeyboardInterrupt):
        rs.scan(dump, model="", out=out, progress=StopAt(30))
    run = rs.scan(dump, model="", out=out, resume=True)
    assert {"likes", "reposts"} <= set(run.about["inputs"][0]["mapping"])


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_what_rows_carried_along_is_not_lost_by_whoever_goes_on(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        dict(zip(NAMES, line, strict=True))
        for line in cells([repost(str(n), of=str(100 + n)) for n in range(60)])
    ]
    dump = tmp_path / f"7000000001.{kind}"
    if kind == "jsonl":
        dump.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    else:
        pq.write_table(pa.Table.from_pylist(rows), dump, row_group_size=5)
    monkeypatch.setattr("rumorscan.readers.encodings.decoding.BLOCK_BYTES", 2_000)
    keep_all(monkeypatch)
    small = Settings().replace({"reading": {"batch_rows": 5}})
    rs.scan(dump, model="", out=tmp_path / "plain", settings=small)
    with pytest.raises(KeyboardInterrupt):
        rs.scan(dump, model="", out=tmp_path / "run", progress=StopAt(5), settings=small)
    run = rs.scan(dump, model="", out=tmp_path / "run", resume=True, settings=small)
    assert run.about["inputs"][0]["posts"] == 120
    assert files_of(tmp_path / "run") == files_of(tmp_path / "plain")


def test_an_archive_that_changed_is_not_gone_on_with(tmp_path: Path) -> None:
    dump = tmp_path / "posts.zip"
    dump.write_bytes(_archive())
    status = dump.stat()
    cut(dump, tmp_path / "run")
    os.utime(dump, ns=(status.st_atime_ns, status.st_mtime_ns + 1_000_000_000))
    cut(dump, tmp_path / "run", "write", resume=True)  # only its time is another one
    data = bytearray(dump.read_bytes())
    data[10] ^= 1  # the time at which a member was packed
    dump.write_bytes(data)
    with pytest.raises(RunError, match=r"'.*posts\.zip/一月/posts\.csv' changed: its SHA-256"):
        rs.scan(dump, model="", out=tmp_path / "run", resume=True)
    dump.write_bytes(_archive()[:-1])
    with pytest.raises((RunError, DumpError), match=r"changed|damaged"):
        rs.scan(dump, model="", out=tmp_path / "run", resume=True)


def test_a_run_of_an_archive_that_is_finished_is_given_back(tmp_path: Path) -> None:
    dump = tmp_path / "posts.zip"
    dump.write_bytes(_archive())
    whole = rs.scan(dump, model="", out=tmp_path / "run")
    again = rs.scan(dump, model="", out=tmp_path / "run", resume=True)
    assert again.about["started_at"] == whole.about["started_at"]


def test_posts_in_memory_are_told_apart_by_content(tmp_path: Path) -> None:
    posts = [{"account_id": f"a{n}", "text": f"第{n}号水厂停水三天"} for n in range(50)]
    cut(posts, tmp_path / "run")
    with pytest.raises(RunError, match="posts in memory are others"):
        rs.scan(posts[1:], model="", out=tmp_path / "run", resume=True)
    rs.scan(posts, model="", out=tmp_path / "run", resume=True)


def test_a_damaged_checkpoint_is_done_again(dump: Path, tmp_path: Path) -> None:
    rs.scan(dump, model="", out=tmp_path / "plain")
    cut(dump, tmp_path / "run")
    for number, file in enumerate(sorted((tmp_path / ".run.unfinished" / "kept").iterdir())):
        content = bytearray(file.read_bytes())
        content[len(content) * (number % 7) // 7] ^= 1
        file.write_bytes(content)
    rs.scan(dump, model="", out=tmp_path / "run", resume=True)
    assert files_of(tmp_path / "run") == files_of(tmp_path / "plain")


def test_a_damaged_spool_is_read_again(dump: Path, tmp_path: Path) -> None:
    rs.scan(dump, model="", out=tmp_path / "plain")
    cut(dump, tmp_path / "run", "fold")
    (file, *_) = sorted((tmp_path / ".run.unfinished" / "columns").iterdir())
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    rs.scan(dump, model="", out=tmp_path / "run", resume=True)
    assert files_of(tmp_path / "run") == files_of(tmp_path / "plain")


def test_a_later_run_of_the_history_does_not_come_in_between(dump: Path, tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    rs.scan(dump, model="", out=tmp_path / "plain" / "run", history=tmp_path / "plain" / "history")
    history = tmp_path / "history"
    cut(dump, tmp_path / "run", history=history)
    posts = [{"account_id": f"a{n}", "text": "城东水厂停水三天，大家快囤水"} for n in range(9)]
    rs.campaigns(posts, history=history)
    rs.scan(dump, model="", out=tmp_path / "run", history=history, resume=True)
    assert files_of(tmp_path / "run") == files_of(tmp_path / "plain" / "run")


def test_an_older_run_stays_until_the_new_one_is_there(dump: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    rs.scan(dump, model="", out=out)
    head = rs.verify(out).head
    cut(dump, out, settings=_similarity(0.8), overwrite=True)
    assert rs.verify(out).head == head
    rs.scan(dump, model="", out=out, settings=_similarity(0.8), overwrite=True, resume=True)
    assert rs.load_run(out).about["settings"]["groups"]["similarity"] == 0.8
    assert names(tmp_path) == ["run"]


def test_a_bad_row_under_strict_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"account_id": "a", "text": "\xe6\xb0\xb4"}\n{"account_id": "a"}\n')
    with pytest.raises(DumpError, match="row 2"):
        rs.scan(
            path,
            model="",
            out=tmp_path / "run",
            settings=Settings().replace({"reading": {"strict": True}}),
        )
    assert names(tmp_path) == ["a.jsonl"]


def test_a_second_writer_is_refused(dump: Path, tmp_path: Path) -> None:
    with Unfinished(tmp_path / "run"):
        program = (
            "import sys, rumorscan as rs\n"
            "from rumorscan.errors import RunError\n"
            "try: rs.scan([{'account_id': 'a', 'text': '水'}], model='', out=sys.argv[1])\n"
            "except RunError as error: print(ascii(str(error)))\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", program, str(tmp_path / "run")],
            capture_output=True,
            env={**os.environ, "PYTHONPATH": str(PROGRAM.parent.parent)},
            timeout=120,
            check=True,
        )
    assert f"another scan is writing it (process {os.getpid()})" in done.stdout.decode()
    assert names(tmp_path) == []


def test_a_second_writer_in_this_process_is_refused(tmp_path: Path) -> None:
    with Unfinished(tmp_path / "run"):
        refused = []

        def write() -> None:
            try:
                rs.scan([{"account_id": "a", "text": "水"}], model="", out=tmp_path / "run")
            except RunError as error:
                refused.append(str(error))

        writer = threading.Thread(target=write)
        writer.start()
        writer.join()
    assert len(refused) == 1


def test_a_full_disk_while_writing_keeps_what_was_found(
    dump: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import errno

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(run_folder, "_write_lines", full)
        with pytest.raises(RunError, match=r"No space left .*free the space"):
            rs.scan(dump, model="", out=tmp_path / "run")
    assert names(tmp_path) == [".run.unfinished"]
    rs.scan(dump, model="", out=tmp_path / "run", resume=True)
    assert names(tmp_path) == ["run"]


def test_a_disk_too_full_for_checkpoints_is_no_reason_to_stop(
    dump: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Checkpoints._write

    def full(self: Checkpoints, *given: Any) -> bool:
        with monkeypatch.context() as patch:
            patch.setattr(Path, "replace", _no_space)
            return write(self, *given)

    monkeypatch.setattr(Checkpoints, "_write", full)
    rs.scan(dump, model="", out=tmp_path / "run")
    rs.verify(tmp_path / "run")


def _no_space(*_: Any) -> None:
    raise OSError(28, "No space left on device")


def test_an_unfinished_folder_is_private_and_says_what_it_is(dump: Path, tmp_path: Path) -> None:
    cut(dump, tmp_path / "run")
    left = tmp_path / ".run.unfinished"
    assert os.name == "nt" or left.stat().st_mode & 0o077 == 0
    about = orjson.loads((left / "UNFINISHED.json").read_bytes())
    assert "--resume" in about["what"]
    assert about["job"]["inputs"][0]["path"] == str(dump)
    with pytest.raises(RunError, match=r"scan of this run is unfinished; .* --resume"):
        rs.verify(tmp_path / "run")


def test_a_resume_without_a_folder_is_an_error_of_ours() -> None:
    with pytest.raises(RunError, match="give 'out'"):
        rs.scan([{"account_id": "a", "text": "水"}], model="", resume=True)


@pytest.mark.parametrize("packed", [False, True])
def test_standard_input_is_scanned_into_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, packed: bool
) -> None:
    rows = [{"account_id": f"a{n}", "text": "城东水厂停水三天，大家快囤水"} for n in range(4)]
    data = "\n".join(json.dumps(row) for row in rows).encode()
    name = "<stdin>"
    if packed:
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr("a.jsonl", data)
        data, name = stream.getvalue(), "<stdin>/a.jsonl"
    for resume in (False, True):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
        run = rs.campaigns(["-"], out=tmp_path / "run", resume=resume)
        assert [report["path"] for report in run.about["inputs"]] == [name]
        assert len(run.posts) == 4
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data[:-1])))
    with pytest.raises((DumpError, RunError)):
        rs.campaigns(["-"], out=tmp_path / "run", resume=True)


def test_no_checkpoint_holds_an_object_of_python(tmp_path: Path) -> None:
    from rumorscan.steps import KINDS

    with pytest.raises(TypeError, match="cannot be kept"):
        KINDS.pack(np.array([object()]), 0.0)
    with pytest.raises(TypeError, match=r"Path is not among what can be kept"):
        KINDS.pack(tmp_path, 0.0)


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="needs signals as on POSIX")
@pytest.mark.parametrize(("sent", "status", "said"), [(15, 143, "terminated"), (2, 130, "interr")])
def test_the_command_says_how_to_go_on(
    sent: int, status: int, said: str, dump: Path, tmp_path: Path
) -> None:
    arguments = [sys.executable, "-m", "rumorscan", "campaigns", str(dump)]
    arguments += ["-o", str(tmp_path / "run")]
    with subprocess.Popen(arguments, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL) as scan:
        assert scan.stderr
        for line in scan.stderr:
            if b"read" in line:  # that stage is over
                scan.send_signal(sent)
                break
        told = scan.stderr.read().decode()
        assert scan.wait(60) == status
    assert "unfinished; give the command again with --resume" in told
    assert f"rumorscan: {said}" in told
    assert names(tmp_path) == [".run.unfinished"]
    done = subprocess.run([*arguments, "--resume"], capture_output=True, timeout=120, check=True)
    assert "(resumed)" in done.stderr.decode()
    rs.verify(tmp_path / "run")
    assert names(tmp_path) == ["run"]
