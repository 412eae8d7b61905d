"""The peers of the benchmark find what they are known for, in small invented dumps."""

import importlib.util
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from rumorscan.rehearsal.measures import Found

PATH = Path(__file__).parents[2] / "scripts" / "bench" / "peers.py"
SPEC = importlib.util.spec_from_file_location("peers_under_test", PATH)
peers = importlib.util.module_from_spec(SPEC)
sys.modules[SPEC.name] = peers
SPEC.loader.exec_module(peers)

SLOGAN = "城东新店今天开业全场五折先到先得"
SOUNDS_ALIKE = "城冬新店今天开业全场五折先道先得"
ORDINARY = [
    "今天在河边看见一只白鹭",
    "孩子的作业又写到十点钟",
    "地铁里有人唱歌挺好听的",
    "明天想去吃南湾的烤鱼饭",
]


def dump(*rows: tuple[str, str, int | None]) -> pa.Table:
    """Return posts from accounts, texts and seconds; ordinary ones stand around them."""
    around = [(f"o{place}", text, 40 * place) for place, text in enumerate(ORDINARY)]
    accounts, texts, seconds = zip(*around, *rows, strict=True)
    ids = [f"p{place}" for place in range(len(accounts))]
    times = [None if second is None else 1_700_000_000 + second for second in seconds]
    return pa.table(
        {
            "post_id": ids,
            "account_id": list(accounts),
            "text": pa.array(texts, pa.string()),
            "posted_at": pa.array(times, pa.timestamp("s")).cast(pa.timestamp("ms", tz="UTC")),
            "root_id": ids,
            "parent_id": pa.nulls(len(ids), pa.string()),
        }
    )


def accounts(found: Found) -> list[set[str]]:
    return [set(campaign.account_ids) for campaign in found.campaigns]


def army(text: str, *seconds: int, start: int = 0) -> list[tuple[str, str, int]]:
    return [(f"a{start + place}", text, second) for place, second in enumerate(seconds)]


def peer(name: str, posts: pa.Table) -> list[set[str]]:
    return accounts(peers.PEERS[name](posts))


OURS = [name for name in peers.PEERS if "toolkit" not in name]
TOOLKIT = [name for name in peers.PEERS if "toolkit" in name]


@pytest.mark.parametrize("name", OURS)
def test_three_accounts_at_once_are_found_and_their_posts_are_shown(name: str) -> None:
    posts = dump(*army(SLOGAN, 0, 20, 40))
    found = peers.PEERS[name](posts)
    assert accounts(found) == [{"a0", "a1", "a2"}]
    assert found.campaigns[0].tier == "suspected"
    assert found.campaigns[0].post_ids == {"p4", "p5", "p6"}


@pytest.mark.parametrize("name", OURS)
def test_two_accounts_are_no_campaign_nor_is_one_that_repeats_itself(name: str) -> None:
    rows = [("a0", SLOGAN, 0), ("a1", SLOGAN, 10), ("a1", SLOGAN, 20), ("a1", SLOGAN, 30)]
    assert peer(name, dump(*rows)) == []


@pytest.mark.parametrize("name", OURS)
def test_short_empty_and_absent_posts_are_passed_over(name: str) -> None:
    assert peer(name, dump(*army("转发微博", 0, 1, 2), *army("", 3, 4, 5))) == []
    assert peer(name, dump(*army("@某人 http://t.cn/AbCdEfG", 0, 1, 2))) == []
    assert peer(name, dump().slice(0, 0)) == []


@pytest.mark.parametrize("name", [name for name in OURS if "pinyin" not in name])
def test_mentions_and_links_do_not_hide_a_text(name: str) -> None:
    texts = [SLOGAN, f"{SLOGAN} http://t.cn/AbC", f"@某人 {SLOGAN}"]
    rows = [(f"a{place}", text, 5 * place) for place, text in enumerate(texts)]
    assert peer(name, dump(*rows)) == [{"a0", "a1", "a2"}]


def test_only_exact_and_near_duplicates_join_posts_a_day_apart_or_without_a_time() -> None:
    for rows in (army(SLOGAN, 0, 86_400, 172_800), army(SLOGAN, 0, 10, None)):
        found = {name for name in OURS if peer(name, dump(*rows))}
        assert found == {"exact duplicate", "near-duplicate with pinyin"}


def test_only_the_homophone_key_sees_through_characters_of_the_same_sound() -> None:
    rows = [("a0", SLOGAN, 0), ("a1", SOUNDS_ALIKE, 10), ("a2", SLOGAN, 20)]
    assert {name for name in OURS if peer(name, dump(*rows))} == {"near-duplicate with pinyin"}


def test_the_window_of_co_posting_ends_with_its_last_second() -> None:
    assert peer("co-posting 60 s", dump(*army(SLOGAN, 0, 60, 120))) == [{"a0", "a1", "a2"}]
    assert peer("co-posting 60 s", dump(*army(SLOGAN, 0, 61, 122))) == []
    assert peer("co-posting 1 h", dump(*army(SLOGAN, 0, 3_600, 7_200))) == [{"a0", "a1", "a2"}]
    assert peer("co-posting 1 h", dump(*army(SLOGAN, 0, 3_601, 7_202))) == []


def test_co_posting_joins_two_texts_through_an_account_and_duplicates_do_not() -> None:
    other = "听说城西的水管又要检修三天"
    posts = dump(*army(SLOGAN, 0, 1, 2), *army(other, 500, 501, 502, start=2))
    assert peer("co-posting 60 s", posts) == [{"a0", "a1", "a2", "a3", "a4"}]
    assert len(peer("exact duplicate", posts)) == len(peer("pairwise Jaccard in 1 h", posts)) == 2


def test_the_percentile_keeps_the_heaviest_ties() -> None:
    thrice = [row for start in (0, 1_000, 2_000) for row in army(SLOGAN, *range(start, start + 3))]
    other = "听说城西的水管又要检修三天"
    for crowd, found in ((15, [3]), (40, [3, 40])):  # 3 heavy ties of 108, and 3 of 783
        rows = [*thrice, *army(other, *range(5_000, 5_000 + crowd), start=50)]
        assert sorted(map(len, peer("co-posting 60 s", dump(*rows)))) == [3, crowd]
        assert sorted(map(len, peer("co-posting 60 s, 99th percentile", dump(*rows)))) == found


def test_pairs_in_pieces_are_all_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    posts = dump(*army(SLOGAN, *range(0, 900, 30)))
    whole = [peer(name, posts) for name in OURS]
    monkeypatch.setattr(peers, "_PAIRS_AT_ONCE", 3)
    monkeypatch.setattr(peers, "_ROWS_AT_ONCE", 2)
    assert [peer(name, posts) for name in OURS] == whole
    assert all(found == [{f"a{place}" for place in range(30)}] for found in whole)


def test_a_missing_toolkit_is_said_with_the_mend(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(peers.VENV_VARIABLE, str(tmp_path))
    for name in TOOLKIT:
        with pytest.raises(peers.PeerMissingError, match="--make-venv"):
            peers.PEERS[name](dump())


@pytest.fixture
def toolkit() -> None:
    try:
        peers.find_toolkit()
    except peers.PeerMissingError as error:
        pytest.skip(str(error))


@pytest.mark.usefixtures("toolkit")
def test_the_toolkit_runs_and_its_posts_are_those_behind_its_edges() -> None:
    rows = [*army(SLOGAN, 0, 20, 40), ("a0", "下午去了一趟书院看展览", 30)]
    for network in ("co_tweet", "co_similar_tweet"):
        found = peers.run_toolkit(dump(*rows), network, 60, 1)
        assert accounts(found) == [{"a0", "a1", "a2"}]
        assert found.campaigns[0].post_ids == {"p4", "p5", "p6"}
        assert peers.run_toolkit(dump(*rows), network, 60, 2).campaigns == ()
    assert peers.run_toolkit(dump(*rows), "co_tweet", 10, 1).campaigns == ()


@pytest.mark.usefixtures("toolkit")
def test_the_toolkit_takes_reposts_without_words_as_reposts() -> None:
    rows = [("a0", "原来的话题在这里讨论", 0), *army("转发微博", 10, 20, 30, start=1)]
    posts = dump(*rows)
    place = posts.column_names.index("root_id")
    roots = pa.array(["p0", "p1", "p2", "p3", *["p4"] * 4])
    assert peers.run_toolkit(posts, "co_tweet", 60, 1).campaigns != ()
    found = peers.run_toolkit(posts.set_column(place, "root_id", roots), "co_tweet", 60, 1)
    assert found.campaigns == ()


@pytest.mark.usefixtures("toolkit")
def test_an_error_of_the_toolkit_names_its_arguments() -> None:
    with pytest.raises(peers.PeerFailedError, match="co_nothing"):
        peers.run_toolkit(dump(), "co_nothing", 60, 1)
