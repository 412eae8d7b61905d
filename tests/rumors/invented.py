"""Invented claims and everyday posts for tests of models."""

import itertools

import numpy as np

PLACES = ["城东", "城西", "河南岸", "北门外", "老桥头", "新区"]
THINGS = ["水厂", "面馆", "药店", "学校", "大桥", "车站"]
FALSE_ENDS = ["要关门三天大家快囤货", "出大事了速看马上被删"]
TRUE_ENDS = ["今天起检修供应照常", "发布公告欢迎市民监督"]
ORDINARY = [
    f"{when}{what}{mood}"
    for when in ["今天", "昨晚", "周末", "刚才"]
    for what in ["吃了一碗热汤面", "和朋友去爬山", "加班写完了作业", "陪孩子看电影"]
    for mood in ["真开心呀", "累得不想动了"]
]


def claims():
    """Return claims and their labels, false and true by turns."""
    texts, labels = [], []
    for place, thing in itertools.product(PLACES, THINGS):
        for false, true in zip(FALSE_ENDS, TRUE_ENDS, strict=True):
            texts += [f"听说{place}{thing}{false}", f"{place}{thing}{true}"]
            labels += [1, 0]
    return texts, labels


WORDS = "水厂 面馆 药店 学校 大桥 车站 菜场 公园 河堤 老街 新区 医院 银行 邮局 书店 茶馆 码头 山路"
FALSE_WORDS = ["快囤货", "速转发", "出大事", "被封锁", "马上删", "瞒不住"]
TRUE_WORDS = ["发公告", "已检修", "照常开", "请监督", "已通报", "可咨询"]


def different_claims(count=120, seed=0):
    """Return claims that are no near-duplicates of each other, and their labels by turns."""
    random = np.random.default_rng(seed)
    words = [first + second for first in WORDS.split() for second in "东西南北前后"]
    texts, labels = [], []
    for number in range(count):
        label = 1 - number % 2
        said = random.choice(FALSE_WORDS if label else TRUE_WORDS, 2, replace=False).tolist()
        texts.append("".join(random.permutation([*random.choice(words, 7, replace=False), *said])))
        labels.append(label)
    return texts, labels
