import unicodedata

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rumorscan.text.components import join_parts, parts
from rumorscan.text.distinct import find_distinct
from rumorscan.text.endings import drop_links, drop_tail
from rumorscan.text.evasions import EVASIONS, Unmasked, drop_symbols, unmask_texts
from rumorscan.text.fold import COUNTED, fold_key, fold_texts
from rumorscan.text.layouts import read_columns, read_forward
from rumorscan.text.lexicon import load_lexicon
from rumorscan.text.pictures import read_emoji
from rumorscan.text.readings import read_contacts, read_letters, read_numbers
from rumorscan.text.routes import Routes
from rumorscan.text.stand_ins import stand_ins
from rumorscan.text.survey import survey_texts
from rumorscan.text.tokens import segment

WATER = "城东水厂明天停水三天，大家赶紧囤水转发给家人！"
FRAUD = "这家公司骗走老人的养老钱，受害人已经报警，请大家相信警方。"
PHONE = "电话13800138000马上办理"


def unmask(*texts: str) -> Unmasked:
    posts = pa.array(texts, type=pa.string())
    return unmask_texts(posts, fold_texts(posts))


def counted(text: str) -> dict[str, int]:
    counts = unmask(text).counts[0].tolist()
    return {name: count for name, count in zip(EVASIONS, counts, strict=True) if count}


def columns(text: str, height: int, *, from_right: bool = True, filler: str = "\u3000") -> str:
    pieces = [text[start : start + height] for start in range(0, len(text), height)]
    pieces = [piece.ljust(height, filler or " ") for piece in pieces]
    if from_right:
        pieces.reverse()
    lines = ("".join(line) for line in zip(*pieces, strict=True))
    return "\n".join(line.replace(" ", "") for line in lines)


UNDONE = [
    ("ignorable", WATER, "城\u200b东水\u2060厂明天停\ufeff水三天，大家赶紧囤水转发给家人！"),
    ("width", PHONE, "电话１３８００１３８０００马上办理"),
    ("traditional", WATER, "城東水廠明天停水三天，大家趕緊囤水轉發給家人！"),
    ("symbol", WATER, "城*东水·厂明天停|水三天，大/家赶紧囤_水转发给家人！"),
    ("symbol", WATER, "城 东 水 厂 明 天 停 水 三 天，大 家 赶 紧 囤 水 转 发 给 家 人！"),
    ("symbol", WATER, "城🔥东水🔥厂明天停水🔥三天，大家赶🔥紧囤水转发给家人！"),
    ("symbol", FRAUD, "这家公^司骗走老.人的养老~钱，受害-人已经报+警，请大家相信警=方。"),
    ("split", WATER, "城东水厂日月天亻亭水三天，大家走干紧囤水车专发纟合家人！"),
    ("split", FRAUD, "这家公司马扁走老人的养老金戋，受害人已经报警，请大家木目亻言警方。"),
    ("split", FRAUD, "这家公司骗走老人的养老钱，受害人已经报警，言青大家木目人言警方。"),
    ("split", "你想要减肥吗", "你木目心要减肥吗"),
    ("split", "强烈建议转发", "弓虽烈建议⻋专发".replace("⻋", "车")),
    ("split", "减肥是有方法的", "减月巴是有方⺡去的"),
    ("look-alike", "加我paypal付款马上发货给你", "加我рaураl付款马上发货给你"),
    ("look-alike", "加我paypal付款马上发货给你", "加我𝓹𝓪𝔂𝓹𝓪𝓵付款马上发货给你"),
    ("look-alike", "最新款nike跑鞋打折清仓了", "最新款ΝІКЕ跑鞋打折清仓了"),
    ("look-alike", "最新款nike跑鞋打折清仓了", "最新款ⓝⓘⓚⓔ跑鞋打折清仓了"),
    ("look-alike", "facebook上看到的消息", "faceb00k上看到的消息"),
    ("reversed", WATER, WATER[::-1]),
    ("reversed", FRAUD, FRAUD[::-1]),
    ("reversed", WATER, "天三水停天明厂水东城，人家给发转水囤紧赶家大！"),
    ("reversed", "吃大蒜能防病毒快告诉爸妈", "妈爸诉告快毒病防能蒜大吃"),
    ("vertical", WATER, "\n".join(fold_key(WATER))),
    ("vertical", WATER, columns(fold_key(WATER), 6)),
    ("vertical", WATER, columns(fold_key(WATER), 5, from_right=False)),
    ("vertical", WATER, columns(fold_key(WATER), 5, filler="")),
    ("vertical", FRAUD, columns(FRAUD, 6)),
    ("emoji", "马上领钱，加微信送红包给大家", "🐴上领💰，加微信送🧧给大家"),
    ("emoji", "没有钱了打电话给他吧", "没有💰了打☎️给他吧"),
    ("emoji", "无需押金有需要加微信", "🈚需押金🈶需要➕微信"),
    ("emoji", "火锅店里用地沟油大家小心", "🔥锅店里用地沟油大家小❤️"),
    ("emoji", "免费领取鸡蛋很实惠", "🆓领取🐔🥚很实惠"),
    ("emoji", "加微信abc12345免费领", "加薇信:abc12345免费领"),
    ("digit", PHONE, "电话1️⃣3️⃣8️⃣0️⃣0️⃣1️⃣3️⃣8️⃣0️⃣0️⃣0️⃣马上办理"),
    ("digit", PHONE, "电话幺三八零零幺三八零零零马上办理"),
    ("digit", PHONE, "电话壹叁捌零零壹叁捌零零零马上办理"),
    ("digit", PHONE, "电话1三8零0一3八零00马上办理"),
    ("digit", PHONE, "电话➊➌➑⓿⓿➊➌➑⓿⓿⓿马上办理"),
    ("digit", PHONE, "电话𝟏𝟑𝟖𝟎𝟎𝟏𝟑𝟖𝟎𝟎𝟎马上办理"),
    ("digit", PHONE, "电话ⅠⅢⅧ00ⅠⅢⅧ000马上办理"),
    ("digit", "城东水厂停水三天", "城东水厂停水叁天"),
    ("tail", WATER, WATER + " xk27q"),
    ("tail", WATER, WATER + "～a8f3"),
    ("tail", WATER, WATER + "【q7w2】"),
    ("tail", WATER, WATER + " #k3j9#"),
    ("tail", WATER, WATER + "zxqwk"),
    ("tail", WATER, WATER + " 48213"),
    ("tail", WATER, WATER.rstrip("！") + "hj4k8"),
    ("link", WATER, WATER + " t。cn/AbC12"),
    ("link", WATER, WATER + "dwz . cn / x9K2"),
    ("link", WATER, WATER + " url．cn/5abcD"),
    ("link", WATER, WATER + "ｓｕｏ.im/5abc"),
    ("link", WATER, WATER + " v.douyin.com/iRab12/"),
    ("link", WATER, WATER + " t.cn/AbC12"),
    ("link", WATER, WATER + " abc9.cc/x8K2"),
    ("link", WATER, "xk7．vip／q9 " + WATER),
    ("link", WATER, WATER + " h5。kuai7。top"),
    ("link", WATER, WATER + " hui(点)cc/Kd82"),
    ("link", WATER, WATER + " h t t p : / / q w . l a / 7 7"),
    ("symbol", WATER, "城丶东丶水丶厂丶明天停水三天，大家赶紧囤水转发给家人！"),
    ("symbol", WATER, "城x东x水x厂x明x天x停水三天，大家赶紧囤水转发给家人！"),
    ("split", "请大家把特产账单转给新客", "请大家把特产贝长单车专纟合亲斤客"),
    ("look-alike", "加微信pan2021拿货", "加微信раn2O21拿货"),
    ("look-alike", "只要100元就能拿货", "只要1oo元就能拿货"),
    ("emoji", "上车看海的人没有票只好下车", "上🚗看海的人没有🎫只好下🚗"),
    ("emoji", "加微信领资料免费送给大家", "加V信领资料免费送给大家"),
    ("digit", PHONE.replace("13800138000", "13802137000"), "电话幺三八〇二幺三拐〇〇〇马上办理"),
    ("tail", WATER, WATER + " 求扩散求转发"),
    ("tail", WATER, WATER + "在线等，挺急的"),
    ("tail", WATER, WATER + "【k3-91-vv】"),
    ("tail", WATER, WATER + " >_<8823"),
    ("reversed", WATER, "（倒着看）" + WATER[::-1]),
]


@pytest.mark.parametrize(("name", "plain", "masked"), UNDONE)
def test_an_evasion_is_undone_and_counted(name: str, plain: str, masked: str) -> None:
    first, second = unmask(plain, masked).keys.keys()
    assert first == fold_key(plain)
    assert second == first
    assert counted(masked).get(name, 0) > 0
    assert name not in counted(plain)


LEFT_ALONE = [
    "女子篮球联赛明天开打",
    "人工智能的中心城区",
    "昭昭日月，人言可畏",
    "他在门口等人，不用再等了",
    "木木今天和月月去看火山",
    "卡尔·马克思和列夫·托尔斯泰",
    "牛奶/面包/鸡蛋都涨价了",
    "今天天气很好 我们去公园 顺便买菜",
    "北京-上海-广州三城联动",
    "сто рублей за билет в Москву",
    "Ελλάδα是希腊文里的希腊",
    "开心(´▽ω▽`)哈哈(TεT)",
    "甲型H1N1和H7N9是两种流感",
    "win10系统下的cdma1x上网卡",
    "上海自来水来自海上",
    "黄山落叶松叶落山黄",
    "我爱你中国，亲爱的母亲",
    "白日依山尽\n黄河入海流\n欲穷千里目\n更上一层楼",
    "1. 牛奶\n2. 面包\n3. 鸡蛋和青菜",
    "今天好开心🐴我们走吧",
    "生日快乐🎂🎂🎂祝你天天开心",
    "谢谢大家❤️晚安",
    "二〇二四年一月一日起实行",
    "第五届三中全会九月三日开幕",
    "每斤5一10元，2013一路顺风",
    "陆续收拾放肆的队伍，大陆柒牌",
    "①先洗手 ②再吃饭 ③然后睡觉",
    "从城东到城西的地铁大约要走 30km",
    "这次打算换一个手机，想买 iphone6s",
    "今天的比赛实在是太好看了，yyds",
    "想要资料的朋友请加我的微信 xk27q",
    "今天晚上要去看的那部电影 titanic",
    "这件事情发生在很多年以前的冬天！2013",
    "有问题请发邮件到 www.example.test/a1b2",
    "版本号v1.0.3和文件名a.txt没有关系",
    "比例是3.5/10，等于0.35",
    "加V认证的账号越来越多了",
    "添加微博好友请注意安全",
    "唱k唱k唱k唱k唱k去了",
    "今天3点cc来了，4点me走了",
    "这是h2o2，那是0o0的表情",
    "谢谢你们的转发，扩散以后再说",
]


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_an_ordinary_text_is_left_alone(text: str) -> None:
    unmasked = unmask(text)
    assert unmasked.keys.key(0) == fold_key(text)
    assert not unmasked.counts.any()


def test_an_emoji_beside_its_own_word_is_not_read() -> None:
    text = "早餐🍎苹果午餐🍜面晚餐🍚饭都拍下来了"
    assert unmask(text).keys.key(0) == fold_key(text)


def test_in_a_contact_name_letters_and_digits_that_look_alike_are_one() -> None:
    first, second = unmask("加微信oli10199领资料", "加微信0li1Ol99领资料").keys.keys()
    assert first == second


def test_evasions_within_each_other_are_undone() -> None:
    plain, masked = unmask(
        WATER,
        "城*东氺廠明天亻亭*水三|天，大 家赶紧囤水車专发給家\u200b人！ xk27q".replace("氺", "水"),
    ).keys.keys()
    assert masked == plain
    assert set(counted("城*东水廠明天亻亭*水三|天，大家囤\u200b水 xk27q")) == {
        "ignorable",
        "traditional",
        "symbol",
        "split",
        "tail",
    }


def test_a_debunk_and_a_negation_stay_apart_from_the_claim() -> None:
    claim, debunk, denied = unmask(
        "城东水厂停水三天", "网传城东水厂停水三天是谣言", "城东水厂不停水三天"
    ).keys.keys()
    assert len({claim, debunk, denied}) == 3


def test_other_posts_words_and_mentions_are_not_looked_at() -> None:
    text = "同意！//@小禾:女子 弓虽烈建议 xk27q"
    assert unmask(text).keys.key(0) == "同意"
    assert not unmask(text).counts.any()


def test_counts_of_the_fold_are_taken_over() -> None:
    posts = pa.array(["城東\u200b水\u200b廠３", "停水"])
    folded = fold_texts(posts)
    unmasked = unmask_texts(posts, folded)
    for name in ("ignorable", "width", "traditional"):
        taken = unmasked.counts[:, EVASIONS.index(name)]
        assert np.array_equal(taken, folded.counts[:, COUNTED.index(name)])
    assert unmasked.counts.dtype == np.uint16
    assert unmasked.counts.shape == (2, len(EVASIONS))


def test_chunks_empty_texts_and_none_are_read() -> None:
    posts = pa.chunked_array([["", None], ["加我微亻言"]], type=pa.string())
    unmasked = unmask_texts(posts, fold_texts(posts))
    assert list(unmasked.keys.keys()) == ["", "", "加我微信"]
    nothing = pa.array([], type=pa.string())
    assert len(unmask_texts(nothing, fold_texts(nothing)).keys) == 0


PIECES = st.sampled_from(
    [
        *"女子日月木目心亻言钅戋车专弓虽门口人更十壹叁幺一三八019oxkqzрοё好明想信钱城东水厂停三天大家",
        "城东水厂",
        "大家赶紧囤水",
        "xk27q",
        "tcnabc12",
        "微信abc12345",
        "妈爸诉告快毒病防能蒜大吃",
        "vxrodney",
        "群oli10",
        "2o1l",
        "5oo",
        "贝长三〇〇〇一周拐",
        "城x东x水x厂x停",
        "v信",
        "求扩散",
        "看着倒",
    ]
)
KEYS = st.lists(PIECES, max_size=24).map("".join).map(fold_key)


@settings(max_examples=300, deadline=None)
@given(KEYS)
@example("女子女子学习")
@example("城东水厂大家赶紧囤水xk27qhj4k8")
def test_unmasking_a_key_twice_is_unmasking_it_once(key: str) -> None:
    once = unmask(key).keys.key(0)
    assert unmask(once).keys.key(0) == once


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(PIECES, st.characters(exclude_categories=["Cs"])), max_size=30))
def test_the_wording_folds_to_the_fold_key(pieces: list[str]) -> None:
    text = unicodedata.normalize("NFC", "女子" + "".join(pieces))
    found = survey_texts(pa.array([text]), load_lexicon())
    if len(found.rows) and not set(text) & {*stand_ins().digits, *"⺅⺡⺘[@/\n"}:
        assert fold_key(found.wording(0)) == fold_key(text)


def test_order_and_company_do_not_matter() -> None:
    texts = [masked for _, _, masked in UNDONE] + LEFT_ALONE
    together = list(unmask(*texts).keys.keys())
    backward = list(unmask(*texts[::-1]).keys.keys())
    assert together == backward[::-1]
    assert together == [unmask(text).keys.key(0) for text in texts]


def test_masked_and_plain_posts_become_one_distinct_key() -> None:
    masked = [text for _, plain, text in UNDONE if plain == WATER]
    assert len(find_distinct(unmask(WATER, *masked).keys)) == 1


def test_the_route_is_the_one_that_segments() -> None:
    routes = Routes(load_lexicon())
    for text in ("城东水厂停水三天大家赶紧囤水", "人工智能的中心城区", "妈爸诉告快毒病防能蒜大吃"):
        assert routes.word_begins(text) == segment(fold_texts([text])).astype(bool).tolist()


def test_the_table_of_parts_is_large_and_simplified() -> None:
    made = {whole for wholes in parts().wholes.values() for whole in wholes}
    assert len(made) > 500
    assert all(fold_key(whole) == whole for whole in made)
    assert all(whole not in split for split, wholes in parts().wholes.items() for whole in wholes)


def test_every_step_leaves_an_empty_wording_alone() -> None:
    routes = Routes(load_lexicon())
    for step in (drop_links, drop_tail, read_contacts, read_letters, read_numbers):
        assert step("") == ("", 0)
    for looked_up in (drop_symbols, join_parts, read_columns, read_emoji, read_forward):
        assert looked_up("", routes) == ("", 0)
