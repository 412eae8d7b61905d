"""The cues of stance, as data: what a post says about the truth of the claim it carries.

A cue is written as it stands in simplified Chinese; `？` in it is a question mark. Where cues
overlap, the longer one counts, so that `不是谣言` is never read as `谣言`.
"""

from __future__ import annotations

from typing import NamedTuple

DENIES, AFFIRMS, ASKS, SAYS_NOTHING = 0, 1, 2, 3
"""What a cue is evidence for; one that says nothing hides the shorter cues within it, and its
weight, if any, is added to a denial that stands elsewhere in the post."""

STRONG, WEAK, FAINT = 1.0, 0.5, 0.3
"""A strong cue decides alone; a weak one in a short post, a faint one in a very short one."""


class Cue(NamedTuple):
    """One cue.

    Attributes:
        text: the wording.
        kind: `DENIES`, `AFFIRMS`, `ASKS` or `SAYS_NOTHING`.
        weight: how much it counts.
        is_denial: names a denial of somebody (`辟谣`), which a verdict after it turns round.
        is_verdict: judges what stands before it (`是假的`).
    """

    text: str
    kind: int
    weight: float
    is_denial: bool = False
    is_verdict: bool = False


_NOUNS = """
    谣言 谣传 造谣 假的 假新闻 假消息 虚假信息 虚假消息 不实信息 辟谣
"""
_NOT = """
    不是 并非 绝非 不算 并不是 绝不是 绝对不是 可不是 真不是 决不是 不属于 不可能是 不会是
    怎么会是
"""
_NOT_MORE = (
    "怎么可能是 怎么能是 难道是 还能是 不像是 别说是 别说这是 谁说是 谁说这是 别再说是 不要说是"
)
_RHETORICAL = "吗 么 嘛 吧？"

_VERDICTS = """
    是假的 都是假的 全是假的 才是假的 是假新闻 是假消息 是谣言 都是谣言 才是谣言 才是造谣 是谣传
    是骗人的 是忽悠 是扯淡 是胡扯 不可信 不能信 信不过 不靠谱 是虚假消息 是虚假信息 是不实信息
    是胡说 是瞎编的 就是谣言 就是假的 也是假的 也是谣言 纯属谣言 纯属造谣 纯属虚构 纯属捏造
    系谣言 属谣言 为谣言
"""
_DENIALS = """
    辟谣 辟谣贴 辟谣帖 辟谣的 官方辟谣 所谓辟谣 那个辟谣 这个辟谣 辟谣信息 辟谣消息 澄清
"""
_DENIES = """
    假的！ 都是假的 全是假的 纯属谣传
    不是造谣是什么 不是谣言是什么 不是假的是什么 辟谣】 辟谣# 谣言】 谣言# 假的】 不实】
    已辟谣 已经辟谣 早已辟谣 早就辟谣 早辟谣 辟谣了 辟谣过 辟谣说 辟谣称 辟谣： 辟过谣 辟个谣
    辟下谣 劈谣 避谣 被辟谣 予以辟谣 紧急辟谣 辟谣！ 属于谣言 系谣传 为谣传 的谣言 此谣言 老谣言
    旧谣言 谣言！ 谣言， 谣言又 谣言啊 破除谣言 击破谣言 粉碎谣言 谣言粉碎 传谣 散布谣言
    散播谣言 传播谣言 制造谣言 轻信谣言 听信谣言 别造谣 不要造谣 造谣者 造谣的 造谣被拘 在造谣
    又造谣 又在造谣 还造谣 造谣！ 恶意造谣 制造恐慌 别信 勿信 莫信 切勿相信 不要相信 请勿相信
    别相信 不要信 不要轻信 别轻信 请勿轻信 切勿轻信 勿轻信 勿传 请勿传播 别传了 别再传 不要再传
    不要传了 停止传播 别转了 不要再转 别再转 请勿转发 不要转发 不实信息 不实消息 不实言论
    不实传言 不实传闻 消息不实 信息不实 内容不实 系不实 为不实 报道不实 纯属虚构 纯属捏造
    虚假信息 虚假消息 虚假新闻 假消息 假新闻 假信息 系编造 系捏造 凭空捏造 凭空编造 子虚乌有
    无中生有 毫无根据 没有根据 毫无依据 没有依据 没有科学依据 无科学依据 毫无科学依据 没有的事
    没这回事 没有这回事 没有这事 没这事 并无此事 没有此事 查无此事 与事实不符 与事实严重不符
    不属实 并不属实 并非事实 不是事实 不是真的 并非真实 没有证据 没证据 无证据 尚无证据 并无证据
    误传 系误读 是误读 是谣传 这是谣传 果然是谣 已澄清 澄清了 作出澄清 发布澄清 不存在的事
    属误传 移花接木 张冠李戴 是旧闻 旧闻了 谣棍 伪科学 编造的 瞎编的 是编的 已证明是假 严重失实
    报道失实 内容失实 纯属误会 未发生 并未发生 从未发生 没有发生过 确认是假 证实是假 证实为假
    证实为谣言 证实系谣言 确定是谣言 证实是谣言 没有说过 从未说过 从没说过
"""
_DENIES_WEAKLY = "回应： 谣言 谣传 造谣 辟谣 假的 不实 造这谣 造的谣 造这种谣 传谣 信谣 乱造谣"
_DENIES_FAINTLY = """
    失实 虚假 官方回应 假图 旧闻 ps的 p的图 不可信 不靠谱 胡说八道 瞎说 扯淡 吹牛 不可能 骗人
    遥言 被拘 不相信 编造 捏造 澄清 胡扯
"""
_AFFIRMS = """
    假辟谣 别信辟谣 不信辟谣 不要相信辟谣 不要信辟谣 辟谣打脸 被辟谣的真相 辟谣失败 不必辟谣
    辟什么谣 辟不了谣 没有造谣 没造谣 绝没有造谣 绝不造谣 不是在造谣 不是我造谣 不是我编的
    不是瞎编 不是骗人 不骗人 不骗你 没骗你 不是假 已证实 已被证实 得到证实 官方证实 警方证实
    亲眼所见 亲眼看见 亲眼看到 千真万确 真实消息 真实事件 绝对真实 内部消息 确有其事 确实是真的
    真的是真的 绝对是真的 的确是真的 就是真的 别不信 不由你不信 不得不信 由不得你不信 真人真事
    消息属实 情况属实 完全属实 内容属实 确实属实 句句属实 全部属实 没有不实 辟谣无用 辟谣没用
    越辟谣越 谁说不是真的 怎么不是真的 不要以为是谣言 别当谣言 不要当谣言 别以为是谣言
    别以为是假的 不要以为是假的 别当成谣言
"""
_AFFIRMS_WEAKLY = "是真的 属实 真事 事实如此 证实"
_ASKS = """
    真的吗 真的么 真的嘛 真的吧？ 真的？ 真的假的 尊的假的 真假的 真的还是假的 真的是假的
    是真是假 是真还是假 真还是假 是真的吗 是真的么 是真的嘛 是真的？ 是不是真的 是不是真实
    是不是真有 是不是假的 是不是谣言 是否属实 是否真实 属实吗 属实么 属实？ 属实否 真假？ 真假吗
    真有此事？
    真有这事 真有这回事 有这回事吗 有这事吗 有此事？ 求证 求证实 求验证 求真相 求真假 求辟谣
    求个辟谣 求官方辟谣 请辟谣 请求辟谣 坐等辟谣 等辟谣 等待辟谣 跪求辟谣 快来辟谣 谁来辟谣
    谁辟谣 快辟谣 来辟谣一下 来辟个谣 出来辟个谣 快出来辟谣 赶紧辟谣 没人辟谣 没有人辟谣
    有人辟谣吗 有人辟谣么 怎么不辟谣 为什么不辟谣 为何不辟谣 辟谣了吗 辟谣了么 辟谣了没 辟谣吗
    辟谣没 辟谣？ 有没有辟谣 没有辟谣 没辟谣 还没辟谣 求鉴定 求科普 求解释 求解答 谁能证实
    谁来证实 谁能证明 有人能证实 有人知道吗 有人知道么 有谁知道 谁知道是 谁知道真 有知道的吗
    有没有人知道 有知情的吗 可信吗 可信么 可信？ 靠谱吗 靠谱么 靠谱？ 能信吗 能信么 可靠吗
    准确吗 确定吗 确认吗 是这样吗 有这样的吗 谣言吗 谣言么 谣言？ 谣言吧？ 谣言还是 还是谣言
    是谣言还是 造谣吗 造谣？ 造谣还是 还是造谣 假的吗 假的么 假的？ 假的吧？ 假的嘛 假新闻吧？
    假新闻吗 假消息吗 假新闻？ 假消息？ 还是假的 不是真的吧 不是真的吗 不会是真的 不会是假的吧
    不会是谣言吧 该不会是 不知真假 不知道真假 不知道是真是假 不知是真是假 不知道真的假的
    不知道是不是真的 不辨真假 真假不明 真假未知 真假难辨 未经证实 尚未证实 有待证实 未被证实
    待核实 求核实 请核实 核实一下 有待核实 没有证实 未证实 有依据吗 有根据吗 有证据吗 证据呢
    来源呢 有来源吗 消息来源？ 出处呢 出处？ 有出处吗 哪里来的消息 消息哪来的 有官方消息吗
    官方消息呢 辟谣还是 真有吗 真的有吗 真的会吗
"""
_ASKS_WEAKLY = "真假 真伪 求真 求问"
_ASKS_FAINTLY = "不会吧 无图无真相 真的哦 有图有真相？"
_CALLS = """
    不信谣 不传谣 不造谣 勿信谣 勿传谣 不信谣言 不传谣言 谣言止于智者 谣言止于 拒绝谣言 抵制谣言
"""
_SAYS_NOTHING = """
    要真有这事 如果真有这事
    不管真的假的 不管是真的还是假的 不论是真的还是假的 真真假假 假假真真 造假的
    做假的 制假的 卖假的 买假的 真的假不了
    造谣可耻 打假
    假的真不了 造谣一张嘴 辟谣跑断腿 造谣一时爽 打击谣言 谣言可畏 谣言猛于虎
    希望是假的 但愿是假的 宁愿是假的 宁愿相信是假的 宁可相信是假的 最好是假的 希望这是假的
    但愿这是假的 多希望是假的 希望是谣言 但愿是谣言 最好是谣言 宁愿是谣言 希望不是真的
    但愿不是真的 希望只是谣言 但愿只是谣言 希望只是谣传 不管真假 不论真假 无论真假 管他真假
    管它真假 不管是真是假 无论是真是假 不管是不是真的 真假不论 真假不重要 如果是真的 要是真的
    若是真的 假如是真的 如果是假的 要是假的 即使是假的 就算是假的 哪怕是假的 就算是谣言
    即使是谣言 如果是谣言 要是谣言 如果属实 若属实 如属实 如若属实 要是属实 即使属实 如果不属实
    若不属实 不敢相信 不愿相信 不愿意相信 难以相信 简直不敢相信 宁愿不相信 不再相信爱情 还相信
    相信谣言 不是不相信 不可能不 辟谣能力 假的一样 跟假的 像假的
"""


def stance_cues() -> list[Cue]:
    """Return all cues; where a text stands twice, the first entry counts.

    Example:
        >>> kinds = {cue.text: cue.kind for cue in stance_cues()}
        >>> kinds["谣言"] == DENIES, kinds["不是谣言"] == AFFIRMS, kinds["不是谣言吗"] == DENIES
        (True, True, True)
    """
    cues: dict[str, Cue] = {}
    nouns, negations = _NOUNS.split(), [*_NOT.split(), *_NOT_MORE.split()]

    def add(texts: list[str], kind: int, weight: float, **flags: bool) -> None:
        for text in texts:
            cues.setdefault(text, Cue(text, kind, weight, **flags))

    add(_ASKS.split(), ASKS, STRONG)
    add(_SAYS_NOTHING.split(), SAYS_NOTHING, 0.0)
    add(_CALLS.split(), SAYS_NOTHING, FAINT)
    asked = [f"不是{noun}{end}" for noun in nouns for end in _RHETORICAL.split()]
    add(
        [
            *asked,
            "不是辟谣了",
            "不是已经辟谣了",
            "不是早就辟谣了",
            "不早就辟谣了",
            "不是刚辟谣了吗",
        ],
        DENIES,
        STRONG,
    )
    add([f"{negation}{noun}" for negation in negations for noun in nouns], AFFIRMS, STRONG)
    add(_AFFIRMS.split(), AFFIRMS, STRONG)
    add(_VERDICTS.split(), DENIES, STRONG, is_verdict=True)
    add(_DENIALS.split(), DENIES, WEAK, is_denial=True)
    add(_DENIES.split(), DENIES, STRONG)
    add(_DENIES_WEAKLY.split(), DENIES, WEAK)
    add(_AFFIRMS_WEAKLY.split(), AFFIRMS, WEAK)
    add(_ASKS_WEAKLY.split(), ASKS, WEAK)
    add(_DENIES_FAINTLY.split(), DENIES, FAINT)
    add(_ASKS_FAINTLY.split(), ASKS, FAINT)
    return list(cues.values())
