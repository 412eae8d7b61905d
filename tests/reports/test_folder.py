"""A run folder appears whole or not at all, and never in the place of something else."""

import errno
import os
from pathlib import Path

import pytest

from rumorscan.errors import RunError
from rumorscan.reports import folder, places, report, unfinished, verify
from tests.reports.small_run import small_run, use_plain_page


@pytest.fixture(autouse=True)
def plain_page(monkeypatch):
    use_plain_page(monkeypatch)


def names(path):
    return sorted(entry.name for entry in path.iterdir())


def fail_at(monkeypatch, error):
    def broken(*_):
        raise error

    monkeypatch.setattr(folder, "_write_lines", broken)


def test_every_file_of_the_contract_is_written(tmp_path):
    path = small_run().write(tmp_path / "runs" / "today")
    assert names(path) == sorted([*folder.FILES, "manifest.json"])
    assert names(tmp_path / "runs") == ["today"]


def test_two_writes_of_one_run_differ_in_the_times_of_run_json_only(tmp_path):
    first, second = (small_run().write(tmp_path / name) for name in ("a", "b"))
    for name in folder.FILES:
        if name != "run.json":
            assert (first / name).read_bytes() == (second / name).read_bytes()


def test_an_empty_folder_is_filled(tmp_path):
    (tmp_path / "run").mkdir()
    verify(small_run().write(tmp_path / "run"))


def test_a_finished_run_is_replaced_only_on_demand(tmp_path):
    path = small_run().write(tmp_path / "run")
    head = verify(path).head
    with pytest.raises(RunError, match=r"run: already holds a run; .* --overwrite$"):
        small_run().write(path)
    small_run(rows=[]).write(path, overwrite=True)
    assert verify(path).head != head
    assert names(tmp_path) == ["run"]


def test_a_folder_of_other_files_is_never_replaced(tmp_path):
    (tmp_path / "notes.txt").write_text("记事", encoding="utf-8")
    with pytest.raises(RunError, match="holds files that are no run"):
        small_run().write(tmp_path, overwrite=True)
    assert names(tmp_path) == ["notes.txt"]
    with pytest.raises(RunError, match="is a file"):
        small_run().write(tmp_path / "notes.txt", overwrite=True)


@pytest.mark.parametrize("run", ["run", "sub/run"])
def test_a_parent_that_is_a_file_is_named(tmp_path, run):
    file = tmp_path / "notes.txt"
    file.write_text("记事", encoding="utf-8")
    with pytest.raises(RunError) as caught:
        small_run().write(file / run)
    assert str(caught.value) == (
        f"{file / run}: cannot be written: '{file}' is a file; choose another folder"
    )


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs a folder that takes none")
def test_a_place_that_takes_no_folder_is_named():
    with pytest.raises(RunError) as caught:
        places.claim("/proc/runs/today")
    assert str(caught.value) == (
        "/proc/runs/today: cannot be written: no folder can be made in '/proc'; "
        "choose another folder"
    )


def test_a_claim_leaves_no_folder(tmp_path):
    assert places.claim(tmp_path / "new" / "sub" / "run") == tmp_path / "new" / "sub" / "run"
    assert names(tmp_path) == []
    with pytest.raises(RunError, match="choose another folder"):
        places.claim(tmp_path / "new" / ("long" * 100) / "run")
    assert names(tmp_path) == []
    (tmp_path / "kept").mkdir()
    places.claim(tmp_path / "kept" / "run")
    assert names(tmp_path) == ["kept"]


def test_parents_are_made_for_a_run_and_for_nothing_less(tmp_path, monkeypatch):
    target = tmp_path / "new" / "sub" / "run"
    with monkeypatch.context() as patch:
        fail_at(patch, KeyboardInterrupt())
        with pytest.raises(KeyboardInterrupt):
            small_run().write(target)
    assert names(tmp_path) == []
    verify(small_run().write(target))


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may write anywhere"
)
def test_a_read_only_parent_is_one_line(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(RunError, match="cannot be written: Permission denied"):
        places.claim(tmp_path / "run")


def test_a_full_disk_leaves_nothing_behind(tmp_path, monkeypatch):
    fail_at(monkeypatch, OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
    with pytest.raises(RunError, match=r"cannot be written: No space left .*; free the space or"):
        small_run().write(tmp_path / "run")
    assert names(tmp_path) == []


def test_an_interruption_leaves_nothing_behind(tmp_path, monkeypatch):
    fail_at(monkeypatch, KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        small_run().write(tmp_path / "run")
    assert names(tmp_path) == []


def test_a_failed_replacement_keeps_the_older_run(tmp_path, monkeypatch):
    path = small_run().write(tmp_path / "run")
    head = verify(path).head
    move = Path.replace

    def refuse(self, target):
        if self.name == "run" and ".unfinished" in self.parent.name:
            raise PermissionError(errno.EACCES, "in use")
        return move(self, target)

    monkeypatch.setattr(Path, "replace", refuse)
    monkeypatch.setattr(unfinished, "exchange", lambda *_: False)
    with pytest.raises(RunError, match="cannot be written: in use"):
        small_run(rows=[]).write(path, overwrite=True)
    assert verify(path).head == head
    assert names(tmp_path) == ["run"]


def test_what_a_killed_scan_left_is_no_run_and_in_no_way(tmp_path):
    left = tmp_path / ".run.unfinished" / "run"
    left.mkdir(parents=True)
    (left / "posts.parquet").write_bytes(b"PAR1")
    with pytest.raises(RunError, match="holds no finished run"):
        verify(left)
    verify(small_run().write(tmp_path / "run"))
    assert names(tmp_path) == ["run"]


def test_a_report_rendered_again_is_part_of_the_run(tmp_path, monkeypatch):
    path = small_run().write(tmp_path / "run")
    use_plain_page(monkeypatch, "<html>新</html>")
    assert report(path) == path / "report.html"
    assert (path / "report.html").read_text(encoding="utf-8") == "<html>新</html>"
    verify(path)


def test_a_report_can_go_elsewhere(tmp_path):
    path = small_run().write(tmp_path / "run")
    head = verify(path).head
    assert report(path, tmp_path / "page.html").is_file()
    assert verify(path).head == head
    with pytest.raises(RunError, match=r"page\.html: cannot be written: .*; choose another folder"):
        report(path, tmp_path / "absent" / "page.html")
    assert names(tmp_path) == ["page.html", "run"]


def test_no_report_hides_that_another_file_was_changed(tmp_path):
    path = small_run().write(tmp_path / "run")
    (path / "flags.csv").write_text("x", encoding="utf-8")
    with pytest.raises(RunError, match=r"flags\.csv: differs"):
        report(path)
