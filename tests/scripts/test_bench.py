"""The benchmarks run and say what they promise; nothing here is timed."""

import json
import lzma
import os
import subprocess
import sys
from pathlib import Path

import pytest

LAYOUTS = ("nested", "list", "page")
PROJECT = Path(__file__).parents[2]
SAMPLE = PROJECT / "datasets" / "sample" / "posts.jsonl"


def run_script(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key != "RUMORSCAN_DATA"}
    return subprocess.run(
        [sys.executable, str(PROJECT / "scripts" / name), *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environment | {"PYTHONIOENCODING": "utf-8"},
        cwd=PROJECT,
        check=False,
    )


@pytest.mark.slow
def test_a_scan_is_measured_beside_two_plain_pipelines(tmp_path: Path) -> None:
    out = tmp_path / "figures.json"
    arguments = ["--dump", str(SAMPLE), "--posts", "400", "--repeats", "1", "--model", ""]
    done = run_script("bench_scan.py", *arguments, "--json", str(out))
    assert done.returncode == 0, done.stderr
    figures = json.loads(out.read_text(encoding="utf-8"))
    assert figures["scan"]["posts"] == 400
    assert {"read", "fold", "group", "coordinate", "write"} <= set(figures["stages"])
    assert set(figures["ratios"]) == {"direct", "tuned"}
    assert "plain pipeline, direct" in done.stdout


def test_groups_are_held_against_brute_force(tmp_path: Path) -> None:
    packed = tmp_path / "posts.jsonl.xz"
    packed.write_bytes(lzma.compress(b"\n".join(SAMPLE.read_bytes().split(b"\n")[:600])))
    out = tmp_path / "figures.json"
    done = run_script(
        "bench_groups.py", "truth", "--dump", str(packed), "--posts", "300", "--json", str(out)
    )
    assert done.returncode == 0, done.stderr
    for row in json.loads(out.read_text(encoding="utf-8"))["rows"]:
        assert row["recall_grouped"] >= 0.99
        assert row["precision_grouped"] == 1.0


def test_the_hard_kinds_of_posts_are_invented_and_measured() -> None:
    done = run_script("bench_groups.py", "cost", "--posts", "500", "--no-scan")
    assert done.returncode == 0, done.stderr
    for kind in ("all different", "all identical", "one word"):
        assert f"| {kind} " in done.stdout


def test_without_a_dump_the_script_says_how_to_name_one() -> None:
    done = run_script("bench_scan.py")
    assert done.returncode == 1
    assert "--dump FILE" in done.stderr
    assert "RUMORSCAN_DATA" in done.stderr


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a system that forks")
@pytest.mark.parametrize("options", [(), *(("--reading", "--layout", one) for one in LAYOUTS)])
def test_a_scan_is_killed_and_resumed_and_both_are_measured(options: tuple[str, ...]) -> None:
    done = run_script(
        "bench_resume.py", "--dump", str(SAMPLE), "--posts", "800", "--points", "1",
        "--repeats", "1", *options,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "a scan that was killed" in done.stdout
    assert "done again of all work before the kills" in done.stdout


@pytest.mark.slow
def test_readers_are_measured_in_speed_and_memory() -> None:
    done = run_script("bench_readers.py", "--rows", "500", "--repeats", "1", "--json")
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert {"jsonl", "csv", "parquet"} <= {row[0] for row in figures["speeds"]}
    assert all(short > 0 for _, short, _ in figures["memory"])
