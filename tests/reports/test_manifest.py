"""Whatever changes in a run folder after the run, verify names it."""

import json
import shutil

import pytest

from rumorscan.errors import RunError
from rumorscan.reports import verify
from rumorscan.reports.folder import FILES
from tests.reports.small_run import small_run, use_plain_page


@pytest.fixture
def run_folder(tmp_path, monkeypatch):
    use_plain_page(monkeypatch)
    return small_run().write(tmp_path / "run")


def test_an_untouched_run_is_intact(run_folder):
    report = verify(run_folder)
    assert report.files == FILES
    assert report.bytes == sum((run_folder / name).stat().st_size for name in FILES)
    assert report.head == json.loads((run_folder / "manifest.json").read_bytes())[-1]["chain"]


@pytest.mark.parametrize("name", FILES)
def test_a_changed_byte_is_found_in_every_file(run_folder, name):
    path = run_folder / name
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(RunError, match=f"{name}: differs"):
        verify(run_folder)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(run_folder, name):
    (run_folder / name).unlink()
    with pytest.raises(RunError, match=f"{name}: is missing"):
        verify(run_folder)


def test_an_added_file_is_named(run_folder):
    (run_folder / "more.csv").write_text("x", encoding="utf-8")
    with pytest.raises(RunError, match=r"more\.csv: was added"):
        verify(run_folder)


@pytest.mark.parametrize("field", ["sha256", "bytes", "chain"])
def test_a_changed_line_of_the_manifest_breaks_the_chain(run_folder, field):
    path = run_folder / "manifest.json"
    entries = json.loads(path.read_bytes())
    entries[2][field] = entries[2][field] + 1 if field == "bytes" else "0" * 64
    path.write_text(json.dumps(entries), encoding="utf-8")
    with pytest.raises(RunError, match=r"manifest\.json: differs: its chain breaks at 'accounts"):
        verify(run_folder)


def test_a_manifest_that_was_made_anew_has_another_head(run_folder):
    head = verify(run_folder).head
    (run_folder / "flags.csv").write_text("x", encoding="utf-8")
    from rumorscan.reports.manifest import chained, digest_of

    (run_folder / "manifest.json").write_bytes(
        chained((name, digest_of(run_folder / name)) for name in FILES)
    )
    assert verify(run_folder).head != head


@pytest.mark.parametrize("content", ["", "[", "{}", '[{"path": "run.json"}]', "[1]"])
def test_a_damaged_manifest_is_one_line(run_folder, content):
    (run_folder / "manifest.json").write_text(content, encoding="utf-8")
    with pytest.raises(RunError, match=r"manifest\.json: differs"):
        verify(run_folder)


@pytest.mark.parametrize("name", ["../run.json", "/etc/hosts", "..", ""])
def test_a_manifest_does_not_lead_out_of_its_folder(run_folder, name):
    path = run_folder / "manifest.json"
    entries = json.loads(path.read_bytes())
    entries[0]["path"] = name
    path.write_text(json.dumps(entries), encoding="utf-8")
    with pytest.raises(RunError, match="is not a list of path"):
        verify(run_folder)


def test_an_unfinished_run_is_no_run(run_folder):
    (run_folder / "manifest.json").unlink()
    with pytest.raises(RunError, match=r"'manifest\.json' is missing"):
        verify(run_folder)
    shutil.rmtree(run_folder)
    with pytest.raises(RunError, match="there is no such run folder"):
        verify(run_folder)
