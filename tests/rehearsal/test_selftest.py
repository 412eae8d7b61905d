"""The self-test on a dump, and judging by a truth file."""

import json

import orjson
import pytest

import rumorscan as rs
from rumorscan.errors import DumpError, LabeledError
from rumorscan.rehearsal.judging import is_truth, judge_campaigns, read_truth
from rumorscan.rehearsal.selftest import plant_to_scale, rehearse
from rumorscan.rehearsal.tables import load_tables
from tests.rehearsal.invented import BEGIN, dump, ordinary

WORDS = ["城东水厂停水三天，大家快去超市囤水", "老槐树面馆的牛肉面汤浓肉多，排队也值得"]


def army() -> list[dict]:
    """Return eight accounts that post two texts in two rounds."""
    return [
        {
            "post_id": f"army{number}",
            "account_id": f"member{number % 8}",
            "text": WORDS[number // 8],
            "posted_at": BEGIN + number // 8 * 90_000 + number,
            "root_id": f"r{number}",
        }
        for number in range(16)
    ]


def test_a_tenth_of_the_dump_is_planted_at_most():
    tables = load_tables()
    for count in (220, 1_000, 4_000):
        planted = plant_to_scale(dump(count, threads=10), tables, 1)
        assert len(planted.truth.members) >= 9
        assert len(planted.truth.planted_post_ids) <= 0.13 * count


def test_a_rehearsal_gives_the_same_figures_again_and_tells_them():
    rows = ordinary(500)
    first, second = rehearse(rows), rehearse(rows)
    assert first.to_dict() == second.to_dict()
    orjson.dumps(first.to_dict())
    text = first.to_text()
    assert "疑似及以上" in text and "accounts, suspected or better" in text
    assert "n = " in text


def test_what_the_dump_has_already_is_set_aside():
    found = rehearse([*ordinary(500), *army()])
    assert sum(found.untouched.values()) >= 1
    assert found.figures[0].false_campaigns == 0


def test_the_dump_itself_is_not_changed(tmp_path):
    path = tmp_path / "posts.jsonl"
    path.write_bytes(b"\n".join(map(orjson.dumps, ordinary(300))))
    before = path.read_bytes()
    rehearse(path)
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["posts.jsonl"]


def test_several_seeds_show_the_worst():
    found = rehearse(ordinary(300), seeds=2)
    assert len(found.figures) == 2
    assert "最差 worst" in found.to_text()


def test_a_dump_that_is_too_small_is_refused():
    with pytest.raises(DumpError, match="200 posts or more"):
        rehearse(ordinary(20))


@pytest.fixture
def truth(tmp_path):
    path = tmp_path / "truth.jsonl"
    row = {"campaign_id": "t1", "account_ids": [f"member{n}" for n in range(8)]}
    path.write_text(json.dumps(row), encoding="utf-8")
    return path


def test_a_truth_file_of_accounts_judges_a_dump(truth):
    judged = judge_campaigns([*ordinary(300), *army()], truth)
    assert judged.figures.campaigns.of == 1
    assert judged.figures.b_cubed is None
    assert judged.to_dict()["kind"] == "truth"
    assert "known campaigns 1" in judged.to_text()


def test_posts_alone_name_their_accounts(tmp_path):
    path = tmp_path / "truth.json"
    path.write_text(json.dumps([{"post_ids": [f"army{n}" for n in range(16)] + ["gone"]}]))
    judged = judge_campaigns([*ordinary(300), *army()], path)
    assert judged.figures.suspected.true == 8
    assert judged.figures.b_cubed is not None
    assert judged.unknown_ids == 1


def test_a_finished_run_is_judged_like_its_dump(truth, tmp_path):
    rows = [*ordinary(300), *army()]
    rs.campaigns(rows).write(tmp_path / "run")
    assert judge_campaigns(tmp_path / "run", truth).figures == judge_campaigns(rows, truth).figures


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "holds no campaign"),
        ("nonsense", "neither JSON lines nor a JSON list"),
        ('{"campaign_id": "t"}', "row 1: 'account_ids' or 'post_ids' must be a list"),
        ('{"account_ids": "a"}', "row 1: 'account_ids' or 'post_ids' must be a list"),
        ("[1]", "row 1: is no object"),
        ('[{"campaign_id": 1, "post_ids": [1]}, {"campaign_id": 1, "post_ids": [2]}]', "two rows"),
    ],
)
def test_a_bad_truth_file_is_named(tmp_path, content, words):
    path = tmp_path / "truth.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(LabeledError) as caught:
        read_truth(path)
    assert words in str(caught.value)
    assert "truth.json" in str(caught.value)


def test_a_truth_about_another_dump_is_refused(truth):
    with pytest.raises(LabeledError, match="none of its accounts and posts is in the dump"):
        judge_campaigns(ordinary(300), truth)


def test_truth_files_are_told_from_dumps_by_what_they_hold(truth, tmp_path):
    assert is_truth(truth)
    posts = tmp_path / "posts.jsonl"
    posts.write_bytes(orjson.dumps(ordinary(10)[0]))
    listed = tmp_path / "list.json"
    listed.write_text('\ufeff[{"post_ids": ["1"]}]', encoding="utf-8")
    assert is_truth(listed)
    assert not is_truth(posts)
    assert not is_truth(tmp_path)
    assert not is_truth(tmp_path / "absent.json")
