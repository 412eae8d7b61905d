import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow.parquet as pq
import pytest

import rumorscan as rs
from rumorscan.bundle import bundled_homes
from rumorscan.errors import ClaimsError, DumpError, RunError, SettingsError
from rumorscan.reports import Run
from rumorscan.rumors.linear import LinearModel
from rumorscan.settings import Settings
from rumorscan.training.profiles import make_profile
from tests.coordination.dumps import DAY, background

SAMPLE = bundled_homes("datasets/sample")[0]
KNOWN = SAMPLE / "known_rumors.jsonl"


@pytest.fixture(scope="module")
def sample_run() -> Iterator[Run]:
    yield rs.scan(SAMPLE / "posts.jsonl", known=KNOWN, model="")


def scanned(path: Path, **options: Any) -> dict[str, bytes]:
    """Scan the sample into a folder and return its files' bytes."""
    rs.scan(SAMPLE / "posts.jsonl", known=KNOWN, model="", **options).write(path)
    return {file.name: file.read_bytes() for file in path.iterdir()}


def test_every_row_is_a_post_or_a_reject(sample_run: Run) -> None:
    lines = (SAMPLE / "posts.jsonl").read_bytes().splitlines()
    counts = sample_run.about["counts"]
    assert counts["rows"] == len(lines) == counts["posts"] + counts["rejected"]
    assert len(sample_run.posts) == counts["posts"]
    assert len(sample_run.rejects) == counts["rejected"]


def test_posts_come_out_in_the_order_in_which_they_went_in(sample_run: Run) -> None:
    rows = sample_run.posts.to_arrow()["source_row"].to_pylist()
    assert rows == sorted(rows)


@pytest.mark.parametrize("workers", [1, 3])
def test_the_bytes_do_not_depend_on_the_number_of_workers(workers: int, tmp_path: Path) -> None:
    plain = scanned(tmp_path / "plain")
    settings = Settings().replace({"run": {"workers": workers}})
    threaded = scanned(tmp_path / "threaded", settings=settings)
    for name in ("posts.parquet", "flags.csv", "accounts.csv", "campaigns.jsonl", "edges.csv"):
        assert plain[name] == threaded[name], name


def test_flags_hold_no_post_that_passes(sample_run: Run) -> None:
    flags = sample_run.flags.to_arrow()
    assert set(flags["triage"].cast("string").to_pylist()) <= {"review", "urgent"}
    assert all(reasons for reasons in flags["reasons"].to_pylist())


def test_a_debunk_is_not_flagged_as_the_rumor(sample_run: Run) -> None:
    truth = map(orjson.loads, (SAMPLE / "truth.jsonl").read_bytes().splitlines())
    debunks = {row["post_id"] for row in truth if row["role"] == "debunk"}
    flagged = set(sample_run.flags.to_arrow()["post_id"].to_pylist())
    assert not debunks & flagged


def test_without_a_model_there_is_no_probability_and_no_urgency_by_content(sample_run: Run) -> None:
    posts = sample_run.posts.to_arrow()
    assert posts["rumor_probability"].null_count == len(posts)
    assert sample_run.about["model"] == {"name": None, "sha256": None}


def test_account_ids_and_rejected_rows_do_not_survive_pseudonymizing(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_bytes(b"0123456789abcdef0123456789abcdef")
    files = scanned(tmp_path / "run", pseudonymize=key)
    ids = {
        row["account_id"].encode()
        for line in (SAMPLE / "posts.jsonl").read_bytes().splitlines()
        if isinstance(row := _load(line), dict) and row.get("account_id")
    }
    for name in ("accounts.csv", "campaigns.jsonl", "edges.csv", "flags.csv", "rejects.jsonl"):
        assert not [found for found in sorted(ids)[:300] if found in files[name]], name


def test_known_rumors_that_were_judged_later_are_not_used() -> None:
    posts = [{"account_id": "a", "text": "听说城东水厂受污染，全城停水三天，快囤水"}]
    known = {"claim_id": "k1", "claim": "城东水厂受污染，全城停水三天", "judged_at": "2026-03-09"}
    assert _claim_ids(posts, known, as_of=None) == ["k1"]
    assert _claim_ids(posts, known, as_of="2026-03-10") == ["k1"]
    assert _claim_ids(posts, known, as_of="2026-03-08") == [None]
    with pytest.raises(SettingsError, match="昨天"):
        _claim_ids(posts, known, as_of="昨天")


def _claim_ids(posts: list[Any], known: dict[str, Any], *, as_of: str | None) -> list[str | None]:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "known.jsonl")
        file.write_bytes(orjson.dumps(known))
        run = rs.scan(posts, model="", known=file, as_of=as_of)
    return run.posts.to_arrow()["claim_id"].to_pylist()


def _load(line: bytes) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        return None


def test_posts_read_before_give_the_same_run_as_their_file(sample_run: Run) -> None:
    posts = rs.read_posts(SAMPLE / "posts.jsonl")
    run = rs.scan(posts, known=KNOWN, model="")
    assert run.posts.to_arrow().equals(sample_run.posts.to_arrow())


def test_a_run_that_was_written_reads_back(sample_run: Run, tmp_path: Path) -> None:
    sample_run.write(tmp_path / "run")
    rs.verify(tmp_path / "run")
    back = rs.load_run(tmp_path / "run")
    assert back.campaigns.items == [
        dataclasses.replace(campaign, rows=()) for campaign in sample_run.campaigns.items
    ]
    assert pq.read_table(tmp_path / "run" / "posts.parquet").num_rows == len(back.posts)


def test_a_missing_dump_leaves_no_folder(tmp_path: Path) -> None:
    with pytest.raises(DumpError, match=r"none\.jsonl"):
        rs.scan(tmp_path / "none.jsonl", model="").write(tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_folder_with_other_files_is_not_written_over(sample_run: Run, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(RunError, match="no run"):
        sample_run.write(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["notes.txt"]


def test_a_dump_without_times_ids_or_threads_is_scanned() -> None:
    posts = [{"account_id": f"a{n}", "text": "城东水厂停水三天，大家快囤水"} for n in range(9)]
    run = rs.campaigns(posts)
    assert [campaign.tier.value for campaign in run.campaigns.items] == ["spread"]
    assert len(set(run.posts.to_arrow()["post_id"].to_pylist())) == 9


def test_an_empty_text_is_a_post_like_any_other() -> None:
    run = rs.campaigns([{"account_id": "a", "text": ""}, {"account_id": "b", "text": "[泪]"}])
    assert len(run.posts) == 2
    assert run.about["counts"]["groups"] == 0


def test_shuffled_threads_make_no_campaign() -> None:
    posts = background(1_000, seed=4)
    for row, post in enumerate(posts):
        post["posted_at"] = row % (14 * DAY)
    run = rs.campaigns(posts)
    assert {str(campaign.tier) for campaign in run.campaigns.items} <= {"spread"}


def test_a_file_that_is_named_after_its_account_is_masked_with_it(tmp_path: Path) -> None:
    dump = tmp_path / "7000000001.csv"
    header = "id,bid,正文,头条文章url,原始图片url,视频url,位置,日期,工具,点赞数,评论数,转发数"
    row = ",P0aBcDeFg,城东水厂停水三天,,,,,2026-03-02,某型号手机,3,1,12"
    dump.write_text(f"{header}\n{row}\n", encoding="utf-8-sig")
    other = tmp_path / "7000000002.csv"
    other.write_text("account_id,text\na,大家快囤水\nb\n", encoding="utf-8")
    key = tmp_path / "key"
    key.write_bytes(b"0123456789abcdef0123456789abcdef")
    for source in (dump, other):
        run = rs.scan(source, model="", pseudonymize=key)
        run.write(tmp_path / "run", overwrite=True)
        for file in (tmp_path / "run").iterdir():
            assert source.stem.encode() not in file.read_bytes(), file.name
        assert run.posts.to_arrow()["source_file"].to_pylist()[0] == "input-1"
        assert run.about["pseudonymized"] is True


def test_a_claim_judged_at_no_time_cannot_be_dated() -> None:
    known = {"claim_id": "k1", "claim": "城东水厂受污染，全城停水三天", "judged_at": "三月四日"}
    with pytest.raises(ClaimsError, match="三月四日"):
        _claim_ids([{"account_id": "a", "text": "水"}], known, as_of="2026-03-10")


@pytest.fixture(scope="module")
def told_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a model of invented posts that tells what it learned from."""
    texts = [f"城东{number}号水厂要停水三天大家快囤水" for number in range(200)]
    soups = [f"今天吃了第{number}碗热汤面真开心" for number in range(200)]
    labels = np.arange(200) % 2
    guesses = np.where(labels == 1, 0.9, 0.1)
    profile = make_profile(texts, labels, guesses, {"soups": (soups, np.full(200, 0.01))})
    model = LinearModel(bits=12).fit(texts, labels, ordinary=soups)
    folder = tmp_path_factory.mktemp("models") / "told"
    return model.save(folder, files={"profile.json": profile.to_bytes()})


def drift_of(texts: list[str], model: Path, workers: int = 1) -> Run:
    posts = [{"account_id": f"a{number}", "text": text} for number, text in enumerate(texts)]
    settings = Settings().replace({"run": {"workers": workers}})
    return rs.scan(posts, model=str(model), settings=settings)


def test_a_scan_says_when_the_dump_is_far_from_training(told_model: Path, tmp_path: Path) -> None:
    texts = [f"偶像第{number}场演唱会的舞台造型绝美，粉丝团连夜应援打榜" for number in range(300)]
    run = drift_of(texts, told_model)
    drift = run.about["drift"]
    assert drift["is_far"]
    assert "characters" in drift["far"]
    (stage,) = [stage for stage in run.about["stages"] if stage["name"] == "drift"]
    assert stage["items"] == drift["texts"] == 300
    assert "far from training" in run.summary()
    run.write(tmp_path / "run")
    assert 'id="drift"' in (tmp_path / "run" / "report.html").read_text(encoding="utf-8")


def test_a_dump_like_the_training_is_near(told_model: Path) -> None:
    run = drift_of([f"今天吃了第{n}碗热汤面真开心" for n in range(200, 500)], told_model)
    far = set(run.about["drift"]["far"])
    assert not far & {"lengths", "characters", "unseen"}


def test_drift_does_not_depend_on_the_number_of_workers(told_model: Path) -> None:
    texts = [f"城西{number}号大桥今天起检修三天请绕行" for number in range(300)]
    assert (
        drift_of(texts, told_model).about["drift"]
        == drift_of(texts, told_model, workers=3).about["drift"]
    )


def test_a_model_that_does_not_tell_has_no_drift(told_model: Path, tmp_path: Path) -> None:
    silent = LinearModel.load(told_model).save(tmp_path / "silent")
    run = drift_of(["城东水厂停水三天大家快囤水"], silent)
    assert run.about["drift"] is None
    assert "drift" not in [stage["name"] for stage in run.about["stages"]]
    run.write(tmp_path / "run")
    page = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert "the model does not tell what it learned from" in page
    assert 'id="drift"' not in page
