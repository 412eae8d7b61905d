import numpy as np

from rumorscan.coordination.framing import learn_frames
from rumorscan.coordination.rework import Rework, compare_texts
from rumorscan.text.keys import disguised_texts
from tests.coordination.dumps import match_keys

TEXT = "城东水厂从明天早上起停水三天大家快去超市囤水再晚就没有了"


def compare(texts: list[str], counts: list[int] | None = None) -> Rework:
    keys = match_keys(texts)
    posts = np.repeat(np.arange(len(texts)), counts or [1] * len(texts))
    return compare_texts(keys, learn_frames(keys.sound), disguised_texts(keys), posts)


def test_copies_are_not_reworked() -> None:
    found = compare([TEXT], [9])
    assert (found.variants, found.reworked, found.own_words) == (1, 0.0, 0.0)
    assert (found.core, found.core_share) == (len(TEXT), 1.0)
    assert compare([TEXT, TEXT + "！", TEXT + "…"]).reworked == 0.0


def test_words_put_before_or_behind_are_own_words_and_no_rework() -> None:
    found = compare([TEXT, "我妈刚刚告诉我说" + TEXT, TEXT + "真的假的有人知道吗"], [4, 1, 1])
    assert found.own_words == 2 / 6
    assert found.reworked == 0.0
    assert found.variants == 3


def test_slots_inside_are_rework() -> None:
    texts = [
        TEXT.replace("城东", place).replace("超市", shop)
        for place, shop in (
            ("城东", "超市"),
            ("河口", "商店"),
            ("北山", "便利店"),
            ("南湾", "小卖部"),
        )
    ]
    found = compare(texts, [3, 1, 1, 1])
    assert found.reworked == 0.5
    assert found.own_words == 0.0
    assert 0.5 < found.core_share < 1.0


def test_homophones_are_counted_and_are_rework() -> None:
    found = compare([TEXT, TEXT.replace("停水", "亭水").replace("超市", "抄市")], [3, 1])
    assert found.evasions["homophone"] == 2
    assert found.reworked == 0.25


def test_particles_that_everybody_mixes_up_are_no_homophones() -> None:
    one = "他说她妈妈在城东的老面馆门口再也没有看到那个人"
    found = compare([one, one.replace("她", "他").replace("再", "在")], [3, 1])
    assert "homophone" not in found.evasions
    assert found.reworked == 0.0


def test_disguised_characters_are_counted_and_are_rework() -> None:
    found = compare([TEXT, "*".join(TEXT)], [3, 1])
    assert found.variants == 1
    assert found.reworked == 0.25
    assert found.evasions["symbol"] > 0


def test_clauses_that_stand_elsewhere_are_reordered() -> None:
    clauses = [
        "城东水厂从明天早上起停水三天",
        "大家快去附近的超市里囤水",
        "再晚一点去就什么都没有了",
    ]
    found = compare(["，".join(clauses), "，".join(clauses[1:] + clauses[:1])], [3, 1])
    assert found.evasions["reordered"] == 1
    assert found.reworked == 0.25


def test_a_long_chant_costs_no_square() -> None:
    found = compare(["加油" * 20_000 + f"第{turn}次" for turn in "一二三四五六七八九十"])
    assert found.variants == 10
