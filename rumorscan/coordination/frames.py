"""Frames: wording that a button, a lottery or a chain puts into many mouths."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rumorscan.coordination.activity import Activity
from rumorscan.coordination.codes import distinct_codes
from rumorscan.coordination.memberships import Memberships
from rumorscan.coordination.suspects import RowsOf
from rumorscan.text.keys import MatchKeys

# characters of an edge, and the groups that must share it: short edges meet by chance
_EDGES = ((6, 3, 0.0), (3, 5, 0.02))
_LARGEST_OVERLAP = 0.1

# what the texts themselves say; learned frames come from `shared_wording`
_CUES = {
    "frame-lottery": re.compile(r"抽奖|抽取|抽一位|转发抽|转发并关注|中奖|免费送|锦鲤|开奖"),
    "frame-blessing": re.compile(
        r"好运|祝福|保佑|平安|转给.{0,6}(朋友|家人|个群)|转发.{0,8}(好运|福气|有福)|心想事成|万事如意"
    ),
    "frame-share-button": re.compile(
        r"[（(【\s](分享自|来自|转自|分享来自|via|下载)\s*[@＠]?[^）)】\s]{1,24}([）)】]|\s*$)|"
        r"我(正在|分享了|在看)[^，。]{0,12}[《【#]"
    ),
    "frame-notice": re.compile(
        r"敬请|请市民|请广大|特此|温馨提示|预警|公告|通告|谨防|防范|请勿|请不要|请及时|及时报警|拨打1"
        r"|请.{0,12}(绕行|知悉|留意|谅解|准备|互相转告|注意)|(封闭|检修|停运|开通|接种|报名|延长运营)"
    ),
    "frame-chant": re.compile(r"打卡|应援|生日快乐|加油{1,3}|期待.{0,6}作品|一起守护"),
}


@dataclass(frozen=True, slots=True)
class SharedWording:
    """Beginnings and endings that several groups of unrelated accounts have in common.

    Attributes:
        groups_alike: int64, one a group of the memberships; how many groups share the more
            common of its two edges, 0 where the accounts overlap or the edge is its own.
    """

    groups_alike: npt.NDArray[np.int64]


def shared_wording(activity: Activity, memberships: Memberships, keys: MatchKeys) -> SharedWording:
    """Return how widely each wording's first and last words stand in those of other accounts.

    Args:
        activity: the dump's posts.
        memberships: wordings and who stands in them.
        keys: of the distinct texts.
    """
    alike = np.zeros(len(memberships.wordings), dtype=np.int64)
    keys_of = _typical_keys(activity, memberships, keys)
    for length, least, share in _EDGES:
        enough = max(least, share * len(keys_of))
        for edges in ([key[:length] for key in keys_of], [key[-length:] for key in keys_of]):
            _count_alike(memberships, edges, enough, alike)
    return SharedWording(alike)


def _typical_keys(activity: Activity, memberships: Memberships, keys: MatchKeys) -> list[str]:
    """Return the key that most posts of each wording have, ties by content and not by row."""
    rows_of = RowsOf(activity.wording)
    typical = []
    for wording in memberships.wordings.tolist():
        texts, counts = np.unique(activity.text[rows_of.find(wording)], return_counts=True)
        most = texts[counts == counts.max()].tolist()
        typical.append(min(keys.plain.key(text) for text in most))
    return typical


def _count_alike(
    memberships: Memberships, edges: list[str], enough: float, alike: npt.NDArray[np.int64]
) -> None:
    """Raise the counts of groups whose edge stands in enough groups of other accounts."""
    if not edges:
        return
    _, codes, sizes = np.unique(np.array(edges), return_inverse=True, return_counts=True)
    for code in np.flatnonzero(sizes >= enough):
        members = np.flatnonzero(codes == code)
        people = memberships.matrix[members].indices
        if len(people) - len(distinct_codes(people)) <= _LARGEST_OVERLAP * len(people):
            alike[members] = np.maximum(alike[members], sizes[code])


def frame_cues(text: str) -> list[str]:
    """Return the kinds of frame that a display text itself names.

    Example:
        >>> frame_cues("城东停水三天（分享自 @某某新闻）"), frame_cues("转发抽奖，送三台手机")
        (['frame-share-button'], ['frame-lottery'])
    """
    return [code for code, cue in _CUES.items() if cue.search(text)]
