"""Links without a scheme, and the random letters or idle words that spammers put at the end."""

from __future__ import annotations

import re
from itertools import pairwise

_DOT = r"\s{0,2}(?:[.。．｡·]|[(（\[【]?[点點][)）\]】]?)\s{0,2}"
_POINT = r"\s?[.。．｡·]\s?"
# endings of hosts; what stands before a path, and what spammers register by the dozen
_COMMON_LIST = """
    com cn net org co io me tv im ly gs la ws biz us uk hk tw jp kr ru in ee be to sh am fm so sx
    nz lc mk ie mx ph gd gg am eu de fr it nl vn th my sg id au ca es info name mobi asia app dev ai
    one date men work run live life link space group store red plus cool art trade party download
    mom rest bar click stream loan bond pro today tech website world news bid win fun
"""
_CHEAP_LIST = """
    cc top vip xyz icu club shop site online ink wang tk ml pw ga cf gq ltd buzz monster cyou sbs
    cfd lol bet fyi kim ren
"""
_COMMON = "|".join(sorted(_COMMON_LIST.split() + _CHEAP_LIST.split(), key=len, reverse=True))
_CHEAP = "|".join(sorted(_CHEAP_LIST.split(), key=len, reverse=True))
_SCHEME = r"(?:h\s{0,2}[tx*]\s{0,2}[tx*]\s{0,2}p\s{0,2}s?\s{0,2}[:：]\s{0,2}/\s{0,2}/\s{0,2})?"
_HOST = rf"(?:w\s?w\s?w{_DOT})?[a-z0-9][a-z0-9-]{{0,24}}(?:{_DOT}[a-z0-9-]{{1,24}}){{0,2}}?"
_PATH = r"\s{0,2}/\s{0,2}[a-z0-9_./-]{1,40}(?:\?[a-z0-9_=&%.-]*)?"
_LINK = re.compile(
    rf"(?<![a-z0-9.@/_-]){_SCHEME}(?:{_HOST}{_DOT}(?:{_COMMON}){_PATH}"
    rf"|[a-z0-9][a-z0-9-]{{0,24}}(?:{_POINT}[a-z0-9-]{{1,24}}){{0,2}}?{_POINT}(?:{_CHEAP})(?![a-z0-9_./'’-]))"
)
# a host of letters and digits, as spammers make them up
_MADE_UP = re.compile(
    r"(?<![a-z0-9.@/_-])(?=[a-z-]{0,12}[0-9])(?=[0-9-]{0,12}[a-z])[a-z0-9-]{3,16}\s?[.。．｡·]\s?"
    r"(?:com|cn|net|me|io|tv|im|ly|la|co|org)(?![a-z0-9_./@'’-])"
)
_SPACED = re.compile(r"h\s?[tx*]\s?[tx*]\s?p\s?s?\s?[:：]\s?/\s?/(?:\s?[a-z0-9._/?=&%-]){3,80}")
# what is left of a link whose dots the fold does not read
_REST = re.compile(
    rf";(?:{_DOT}[a-z0-9-]{{1,24}}){{0,2}}?{_DOT}(?:{_COMMON})(?:{_PATH})?(?![a-z0-9])"
)

_BREAK = r"\s,.。!?;、…~～·|/*#<>()\[\]{}【】「」『』《》^_\-"
_TAIL = re.compile(
    rf"(?P<kept>.*?[{_BREAK}])(?P<tail>[a-z0-9]{{2,8}})[^a-z0-9\u3400-\u9fff]*", re.S
)
_GLUED = re.compile(
    r"(?P<kept>.*?[\u3400-\u9fff])(?P<tail>[a-z0-9]{4,8})[^a-z0-9\u3400-\u9fff]*", re.S
)
_DIGITS = re.compile(r"(?P<kept>.*[。！？!?~～…><^*#|]_?[\s#*<>^_]*)(?P<tail>[0-9]{4,8})\s*", re.S)
# groups in brackets or between hashes: 【k3-91-v】
_BOXED = re.compile(
    r"(?P<kept>.*?)\s*[\[(（【#*~|<{「『](?P<tail>[a-z0-9]{1,6}(?:[-_.*/+ ][a-z0-9]{1,6}){1,4})"
    r"[\])）】#*~|>}」』]\s*",
    re.S,
)
_FOREIGN = "[^\\W\\d_a-z\u3400-\u9fff\u3040-\u30ff\uac00-\ud7a3]"
_STRANGE = re.compile(
    rf"(?P<kept>[^\n]*?[{_BREAK}])(?P<tail>{_FOREIGN}(?:[^a-z0-9\u3400-\u9fff]{{0,2}}{_FOREIGN}){{1,9}})"
    r"[^a-z0-9\u3400-\u9fff]*",
    re.S,
)
_ANY_FOREIGN = re.compile(_FOREIGN)
_IDLE_LIST = """
    在线等(?:[,， ]?(?:挺|很|好|十分|非常)?急的?|答案|回复)? 急{2,} 挺急的 很急 跪求 求解答? 求助
    (?:求|跪求|请|帮忙|麻烦|大家|欢迎)?(?:帮忙)?(?:扩散|转发|转走|转起来|转载|扩)(?:求转发?|求扩散|周知|出去|一下|起来|谢谢)?
    转疯了 速转 互粉 嗯{2,3} 额{2,3} 呃{2,3} 哦{2,3} 噢{2,3} 喔{2,3} 顶{2,3} 帮顶 路过 飘过 打卡
    占楼 插眼 蹲一?个? 已阅 留爪 不解释 你懂的 懂的都懂 如题 不喜勿喷 勿喷 别问为什么 随便写点
    凑字数? 凑够十?五?个?字 水一?贴 无聊发[帖贴] mark 马克 dddd? 码住 码了?
"""
_IDLE = re.compile(
    rf"(?P<kept>.*[{_BREAK}：:])(?:{'|'.join(_IDLE_LIST.split())})[^a-z0-9\u3400-\u9fff]*", re.S
)
_IDLE_END_LIST = """
    在线 线等 急的 急急 很急 跪求 求解 解答 求助 扩散 转发 转走 起来 转载 求扩 发扩
    求转 周知 出去 一下 谢谢 疯了 速转 互粉 嗯嗯 额额 呃呃 哦哦 噢噢 喔喔 顶顶 帮顶
    路过 飘过 打卡 占楼 插眼 已阅 留爪 解释 懂的 都懂 如题 勿喷 什么 写点 字数 凑字
    个字 码住 答案 回复 一个 码了 水贴
"""
IDLE_ENDS = frozenset(_IDLE_END_LIST.split())
"""The last two characters of idle words; a text that ends otherwise has none."""
_YEAR = re.compile(r"(?:19|20)[0-9]{2}(?:[01][0-9](?:[0-3][0-9])?)?")
_NAMES = re.compile(r"h[0-9]+n[0-9]+|s[0-9]+e[0-9]+|[0-9]+(?:vs|v|x|to)[0-9]+|p2p|o2o|b2b|c2c|b2c")
_LEAST_KEPT = 10
_CONTACT = re.compile(
    r"(?:微信?|薇|威|信|加|[vqwx]+|扣+|群|号|id|码|口令|密码|电话|联系|搜|账户|客服|抖音|博|网|com|cn|http)"
    r"[^\u3400-\u9fffa-z0-9]*$"
)
_NAMED = re.compile(r"[:：=@]\s*$")
_RUNS = re.compile(r"[a-z]+|[0-9]+")
_UNIT_LIST = """
    km m cm mm nm kg g mg t l ml s h min hz khz mhz ghz w kw mw v a mah b k kb mb gb tb kbps
    mbps bps p x d q am pm st nd rd th px dpi fps usd rmb cny hkd gbt pc pcs rpm bpm f c hp cc
    mp bt rc sp tv hd
"""
_SLANG_LIST = """
    yyds xswl awsl yygq zqsg nsdd cctv html https http pptv mtv bbs xdm yysy blsb nbcs srds wtf
    btw hdtv sbsb nmsl cnmb tmd nnd mlgb zgcd xjpg txdy ntms yxh pyq lpl kpl dbq ssr bgm gdp nba
    cba mvp pdf ppt psp gtx rtx cpu gps sms mms dvd vcd dhl hktv jpg png mp3 mp4 mph lgbt ngnl
    xxj zzz nsfw bdsm ktv kfc cnn bbc tvb tvbs nhk mbc kbs sbs tvn jtbc snh bnk gnz ckg dnf wcg
    csgo lgd rng edg xxx xxxx tnnd wqnmlgb wqnmlgbd mlgbd nmb nmgb ccav bjqq qwq orz lmfao sxbk
"""
_UNITS, _SLANG = frozenset(_UNIT_LIST.split()), frozenset(_SLANG_LIST.split())
_ODD = frozenset("qxzjkv")
_MODELS = frozenset(
    ("mx", "xp", "xr", "xs", "qq", "kj", "kv", "tx", "gtx", "rtx", "rx", "jk", "dx")
)
_VOWELS, _SOUNDED = frozenset("aeiou"), frozenset("aeiouy")
_PAIR_LIST = """
    bb bl br bs bt cc ch ck cl cr cs ct dd dg dl dr ds dw ff fl fr ft gg gh gl gm gn gr gs hl hm
    hn hr ht kl kn kr ks lb lc ld lf lg lk ll lm ln lp lr ls lt lv lw mb ml mm mn mp ms nb nc nd
    nf ng nh nj nk nl nm nn np nq nr ns nt nv nw nx nz ph pl pp pr ps pt rb rc rd rf rg rh rk rl
    rm rn rp rq rr rs rt rv rw sb sc sd sf sh sk sl sm sn sp sq ss st sw tb tc th tl tm tr ts tt
    tw wh wk wl wn wr ws xc xp xt zh zz gb gc gd gf gj gk gp gq gt gw gx gz ww hh
"""
_PAIRS = frozenset(_PAIR_LIST.split())
_MANY_SWITCHES, _MANY_ODD = 3, 3


def drop_links(text: str) -> tuple[str, int]:
    """Return the wording without links that have no scheme, and how many there were.

    A host with a path is one, and a bare host with an ending that costs next to nothing.

    Example:
        >>> drop_links("速看 t。cn / abc12 全文")
        ('速看 ; 全文', 1)
    """
    count = 0
    for shape in (_SPACED, _LINK, _MADE_UP, _REST):
        text, found = shape.subn(";", text)
        count += found
    return text, count


def drop_tail(text: str) -> tuple[str, int]:
    """Return the wording without the random ends of letters and digits, and how many.

    Example:
        >>> drop_tail("城东水厂停水三天大家快囤水 xk27q")
        ('城东水厂停水三天大家快囤水 ', 1)
        >>> drop_tail("城东水厂停水三天大家快囤水 30km")
        ('城东水厂停水三天大家快囤水 30km', 0)
    """
    count = 0
    while True:
        for shape, least in ((_TAIL, 0), (_GLUED, 2)):
            found = shape.fullmatch(text)
            if found and _is_noise(found["tail"], least) and _may_lose(found["kept"]):
                text = found["kept"]
                count += 1
                break
        else:
            if (idle := _IDLE.fullmatch(text)) and _may_lose(idle["kept"]):
                text = idle["kept"]
                count += 1
                continue
            boxed = _BOXED.fullmatch(text)
            if boxed and _is_boxed_noise(boxed["tail"]) and _may_lose(boxed["kept"]):
                text = boxed["kept"]
                count += 1
                continue
            strange = _STRANGE.fullmatch(text)
            if strange and not _ANY_FOREIGN.search(strange["kept"]) and _may_lose(strange["kept"]):
                text = strange["kept"]
                count += 1
                continue
            found = _DIGITS.fullmatch(text)
            if found and _is_arbitrary(found["tail"]) and _may_lose(found["kept"]):
                text = found["kept"]
                count += 1
            else:
                return text, count


def _is_boxed_noise(tail: str) -> bool:
    """Tell whether groups of letters and digits, set apart, mix both as no date or score does."""
    groups = re.findall("[a-z0-9]+", tail)
    letters = [run for run in _RUNS.findall(tail) if run.isalpha()]
    has_digits = any(group[0].isdigit() or group[-1].isdigit() for group in groups)
    return has_digits and len(letters) >= 2 and not any(map(_is_pronounced, letters))


def _may_lose(kept: str) -> bool:
    """Tell whether enough is left, and whether what is left asks for a name or number."""
    if _NAMED.search(kept) or _CONTACT.search(kept[-12:]):
        return False
    return sum(character.isalnum() for character in kept) >= _LEAST_KEPT


def _is_arbitrary(digits: str) -> bool:
    """Tell whether digits after the last sentence are no year, date, hotline or laughter."""
    rising = digits in "0123456789" or digits in "9876543210"
    return len(set(digits)) >= 3 and not rising and not _YEAR.fullmatch(digits)


def _is_noise(tail: str, least_switches: int) -> bool:
    """Tell whether letters and digits look random: no word, unit, model or abbreviation."""
    runs = _RUNS.findall(tail)
    letters = [run for run in runs if run.isalpha()]
    switches = len(runs) - 1
    if not letters or switches < least_switches or _NAMES.fullmatch(tail):
        return False
    if switches >= _MANY_SWITCHES or _odd_pairs(tail) + switches >= _MANY_ODD:
        return True
    if any(map(_is_pronounced, letters)):
        return False
    if switches == 0:
        return len(tail) >= 4 and len(set(tail)) >= 3 and tail not in _SLANG
    if switches == 1:
        # letters first is how models and flights are named, but hardly xk9
        if runs[0].isalpha():
            is_known = runs[0] in _SLANG | _MODELS or _ODD.isdisjoint(runs[0])
            return 2 <= len(runs[0]) <= 4 and len(runs[1]) <= 2 and not is_known
        return len(letters[0]) >= 2 and letters[0] not in _UNITS | _SLANG
    if len(tail) == 3:
        return tail[1] not in "248" and tail[2] not in "smxgkwm" and runs[0].isdigit() is False
    return not (tail[-1] in _UNITS and switches == 2 and runs[0].isalpha() and len(runs[1]) >= 3)


def _odd_pairs(tail: str) -> int:
    """Return how many neighboring consonants stand so neither in English nor in pinyin."""
    if tail in _SLANG or len(set(tail)) <= _MANY_ODD:
        return 0
    pairs = map("".join, pairwise(tail))
    return sum(
        pair.isalpha() and _SOUNDED.isdisjoint(pair) and pair not in _PAIRS for pair in pairs
    )


def _is_pronounced(letters: str) -> bool:
    """Tell whether three letters or more hold a vowel."""
    return len(letters) >= 3 and not _VOWELS.isdisjoint(letters)
