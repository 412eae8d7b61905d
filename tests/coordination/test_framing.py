import random

import numpy as np
import pytest

from rumorscan.coordination.framing import learn_frames
from rumorscan.coordination.wordings import find_wordings
from rumorscan.settings import GroupSettings
from rumorscan.text.fold import fold_texts
from tests.coordination.dumps import match_keys

HEADLINES = [
    "海边的图书馆今天开门迎接第一批读者",
    "凌晨四点半的鱼市里灯火通明热闹非凡",
    "山里小学迎来新学期的第一堂音乐课",
    "修了三年的古桥终于重新可以走人了",
    "旧书摊搬到河对面老顾客跟着过去了",
    "自行车队穿过整片油菜花田引来围观",
    "手艺人用竹篾编出两米多高的大灯笼",
]
LETTERS = [chr(code) for code in range(0x4E00, 0x4E00 + 900)]
ADVERT = "加微信领取内部优惠名额有限先到先得错过再等一年这是今年最后一次机会请大家相互转告"


def wordings(texts: list[str]) -> list[int]:
    keys = match_keys(texts)
    nothing = np.full(len(keys), -1, dtype=np.int64)
    return find_wordings(keys, nothing, GroupSettings()).wording_of.tolist()


@pytest.mark.parametrize(
    "frame",
    [
        "{}（分享自某某新闻客户端每日头条频道）",
        "我在某某头条看到一篇文章：{}，推荐你看看",
    ],
)
def test_headlines_behind_one_share_button_are_not_one_wording(frame: str) -> None:
    found = wordings([frame.format(headline) for headline in HEADLINES])
    assert len(set(found)) == len(HEADLINES)


def test_a_template_with_short_slots_is_no_frame() -> None:
    slots = ["水管", "路灯", "电梯", "燃气", "暖气", "网线", "花坛", "门禁"]
    texts = [f"幸福小区的{slot}坏了一个月没有人来修物业只会收钱" for slot in slots]
    framing = learn_frames(match_keys(texts).sound)
    assert not framing.begins.any() and not framing.ends.any()
    assert len(set(wordings(texts))) == 1


def test_an_advert_behind_foreign_text_is_not_trimmed_away() -> None:
    chance = random.Random(4)
    texts = ["".join(chance.choices(LETTERS, k=14)) + ADVERT for _ in range(8)]
    framing = learn_frames(fold_texts(texts))
    assert not framing.ends.any()
    assert len(set(wordings(texts))) == 1


def test_what_is_trimmed_is_what_stands_inside() -> None:
    keys = fold_texts([f"{headline}（分享自某某新闻客户端）" for headline in HEADLINES])
    framing = learn_frames(keys)
    assert list(framing.trim(keys).keys()) == [
        framing.inside(key, text) for text, key in enumerate(keys.keys())
    ]
    assert framing.ends.all()


@pytest.mark.parametrize("seed", range(6))
def test_the_order_of_the_texts_does_not_change_the_frames(seed: int) -> None:
    chance = random.Random(seed)
    texts = [f"{headline}（分享自某某新闻客户端）" for headline in HEADLINES]
    # one headline in many versions beside the others
    texts += [f"{HEADLINES[0]}{chance.choice(LETTERS)}（分享自某某新闻客户端）" for _ in range(20)]
    shuffled = list(dict.fromkeys(texts))
    straight = list(shuffled)
    chance.shuffle(shuffled)

    def edges(texts: list[str]) -> dict[str, tuple[int, int]]:
        framing = learn_frames(fold_texts(texts))
        both = zip(framing.begins.tolist(), framing.ends.tolist(), strict=True)
        return dict(zip(texts, both, strict=True))

    assert edges(shuffled) == edges(straight)


def test_no_texts_have_no_frames() -> None:
    assert len(learn_frames(fold_texts([])).begins) == 0
