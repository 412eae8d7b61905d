import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rumorscan.records import Stance
from rumorscan.text import stance as module
from rumorscan.text.stance import STANCES, find_stance
from rumorscan.text.stance_cues import stance_cues

DENIES = """
城东水厂停水是谣言
城东水厂停水三天系谣言，请大家不要相信
【辟谣】城东水厂并没有停水
#辟谣# 云湖大桥要拆的消息，交通部门说明如下，大桥将照常开放，请大家放心出行，注意安全
官方已辟谣，停水是假的
早就辟谣了，你还在转
警方辟谣：青禾镇没有学生被拐走，造谣者被依法处理，请大家以官方发布为准，共同维护良好的网络环境
这条消息是假的，别信
别信，假的
大家不要相信，水厂的朋友说没有这回事
网传柳叶茶能治风铃热病，纯属虚构，毫无科学依据
柳叶茶治不了风铃热病，没有证据支持这种说法
子虚乌有的事情也有人转
这不是谣言吗，怎么还有人信
不是已经辟谣了吗
不是造谣是什么？这不是造谣吗
这難道不是謠言嗎
城东水厂停水是謠言，請勿輕信
城东水厂停水是谣\u200b言，别 信
谣-言！不要再传了
水厂停水三天？与事实不符，昨天我还去上班
博主别造谣
又在造谣，举报了
果然是谣传
经核实，该信息为不实信息
该传闻不属实，我镇从未发生此类事件
辟谣
假的
谣言
这事不是真的，我问过了
被拐的消息已证实为谣言
有人说停水，其实是假新闻
“下个月起全城骑车一律要交通行费”？假的！邻居转给我三遍了，没有任何部门发布过这样的规定
不信谣不传谣。关于“城东水厂停水三天”，供水服务中心回应：只在夜间检修两小时，供水照常
""".strip().splitlines()

ASKS = """
真的吗？
真的假的
城东水厂停水三天，真的假的？
求证！城东水厂是不是真的停水
求辟谣
求辟谣！柳叶茶能治病吗
@某某新闻 请辟谣
这是真的吗？城东要停水三天
停水三天？是否属实
有没有人知道，青禾镇的事是真的吗
有人知道吗 水厂怎么了
不知真假，先转了再说
不知道是不是真的
是谣言吗
是谣言还是真的？
假的吧？
不是真的吧？
官方辟谣了吗
怎么没人辟谣
真假？
真的是假的？
坐等辟谣
消息未经证实，大家先别慌
靠谱吗
這是真的嗎
真\u200b的\u200b假\u200b的
""".strip().splitlines()

ASSERTS = """
城东水厂受污染，全城停水三天，快囤水
转发扩散，不是谣言！城东水厂停水三天
这不是谣言，城东水厂真的停水了
不是谣言，我就在水厂上班
别说是谣言，我亲眼看见的，水都黑了
所谓的官方辟谣是假的，水厂就是停水了
水厂的辟谣是假的，大家继续囤水
辟谣才是谣言，快囤水
辟谣都是骗人的，赶紧买水
别信辟谣，信我一次，赶快囤水吧各位
谁说是假的，我家已经停水了
怎么可能是假的，我家已经停水了
停水绝不是谣言，已证实
并非谣言！青禾镇小学有学生被拐走
這不是謠言，大家快囤水
这不是谣\u200b言，大家快囤水
消息属实，城东水厂停水三天
希望是假的，可是我家已经停水了，楼下超市的水也卖光了
如果是假的我负责，城东水厂从今晚起停水三天，大家赶快储水
喝柳叶茶可以治好风铃热病，转给家人
特别提醒：柳叶茶不仅好喝，还能治病
不管真假先囤水，城东水厂今晚开始停水
不信谣不传谣！城东水厂今晚真的要开始停水了，这次是内部通知，大家赶快囤水，转给家人
""".strip().splitlines()

_UNCLEAR = """

转发微博
路过
[泪][泪]
@某人 @某人
哈哈哈哈哈哈哈哈哈哈
不信谣，不传谣
谣言止于智者
希望是假的
http://t.cn/AbCdEf
//@某人:城东水厂停水是谣言，不要相信
"""
UNCLEAR = _UNCLEAR.split("\n")

CASES = [
    *((text, Stance.DENIES) for text in DENIES),
    *((text, Stance.ASKS) for text in ASKS),
    *((text, Stance.ASSERTS) for text in ASSERTS),
    *((text, Stance.UNCLEAR) for text in UNCLEAR),
]


def stance(text):
    return STANCES[find_stance([text])[0]]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_the_stance_of_invented_sentences(text, expected):
    assert stance(text) == expected


def test_the_words_of_others_do_not_count():
    own = "城东水厂停水三天，快去囤水"
    assert stance(f"{own}//@某人:谣言，不要相信") == Stance.ASSERTS
    assert stance(f"@辟谣平台 {own}") == Stance.ASSERTS
    assert stance(f"{own} [疑问]") == Stance.ASSERTS


def test_one_weak_word_in_a_long_post_decides_nothing():
    long = (
        "城东水厂从今晚起停水三天，请街坊邻居互相转告，家里有老人小孩的务必多准备一些饮用水，" * 2
    )
    assert stance(f"{long}之前也有过谣言") == Stance.ASSERTS
    assert stance("之前也有过谣言") == Stance.DENIES


def test_a_denial_after_a_break_is_not_turned_round():
    assert stance("官方已经出来辟谣，是假的") == Stance.DENIES
    assert stance("官方出来的辟谣是假的，快囤水") == Stance.ASSERTS


def test_arrays_chunks_slices_and_nulls_are_read_alike():
    texts = ["真的吗？", None, "城东停水是谣言", "城东水厂停水三天"]
    codes = find_stance(texts).tolist()
    array = pa.array(texts)
    assert [STANCES[code] for code in codes] == [
        Stance.ASKS,
        Stance.UNCLEAR,
        Stance.DENIES,
        Stance.ASSERTS,
    ]
    assert find_stance(array).tolist() == codes
    assert find_stance(array.slice(2)).tolist() == codes[2:]
    assert find_stance(pa.chunked_array([array.slice(0, 1), array.slice(1)])).tolist() == codes
    assert find_stance(pa.chunked_array([], pa.string())).tolist() == []
    assert find_stance(array.cast(pa.large_string())).tolist() == codes


def test_room_for_few_cues_changes_no_stance(monkeypatch):
    texts = [text for text, _ in CASES] * 3
    at_once = find_stance(texts).tolist()
    monkeypatch.setattr(module, "_CUES_AT_ONCE", 70)
    assert find_stance(texts).tolist() == at_once


def test_cues_beyond_the_limit_do_not_count():
    assert stance("谣言，别信。" * 100) == Stance.DENIES
    assert stance("真的吗？" * 100 + "谣言，别信。") == Stance.ASKS


def test_every_cue_is_simplified_and_listed_once():
    from rumorscan.text.fold import fold_key

    texts = [cue.text for cue in stance_cues()]
    assert len(set(texts)) == len(texts)
    for text in texts:
        assert fold_key(text) == text.strip("？！，：】#")


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(max_size=80), max_size=6))
def test_any_text_has_a_stance_of_its_own(texts):
    together = find_stance(texts).tolist()
    assert together == [find_stance([text])[0] for text in texts]
    assert all(0 <= code < len(STANCES) for code in together)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from([text for text, _ in CASES]), st.integers(0, 20))
def test_zero_width_characters_change_no_stance(text, at):
    head = text.find("//@")
    if head < 0 and "http" not in text and "[" not in text and "@" not in text:
        evaded = text[:at] + "\u200b" + text[at:]
        assert stance(evaded) == stance(text)


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="城东水厂停三天囤超市老人孩子", min_size=8, max_size=60))
def test_a_denial_of_any_wording_denies_and_its_denial_asserts(words):
    assert stance(f"{words}，这是谣言，大家别信") == Stance.DENIES
    assert stance(f"{words}，这不是谣言") == Stance.ASSERTS
