import random

from rumorscan.coordination.runs import find_runs
from rumorscan.settings import GroupSettings
from rumorscan.text.fold import fold_texts

LETTERS = [chr(code) for code in range(0x4E00, 0x4E00 + 900)]
TEMPLATE = "听说城东那家老面馆下月就要关门了赶紧去"
SETTINGS = GroupSettings()


def foreign(seed: int, length: int) -> str:
    return "".join(random.Random(seed).choices(LETTERS, k=length))


def pairs(texts: list[str], **changes: object) -> set[tuple[int, int]]:
    found = find_runs(fold_texts(texts), GroupSettings(**changes))  # type: ignore[arg-type]
    return set(zip(found.first.tolist(), found.second.tolist(), strict=True))


def test_a_template_is_found_whatever_stands_around_it() -> None:
    texts = [foreign(row, 12 + row) + TEMPLATE + foreign(90 + row, 15) for row in range(4)]
    found = find_runs(fold_texts(texts), GroupSettings(run_covers=0.3))
    assert {0, 1, 2, 3} == {*found.first.tolist(), *found.second.tolist()}
    keys = fold_texts(texts)
    for second, start, length in zip(
        found.second.tolist(), found.starts.tolist(), found.lengths.tolist(), strict=True
    ):
        at = start - int(keys.offsets[second])
        assert TEMPLATE in keys.key(second)[at : at + length]


def test_a_short_run_in_long_texts_is_no_tie() -> None:
    texts = [foreign(row, 60) + TEMPLATE[:13] + foreign(90 + row, 60) for row in range(3)]
    assert pairs(texts) == set()
    assert pairs(texts, run_enough=13) == {(0, 1), (0, 2), (1, 2)}


def test_a_run_that_many_share_is_common_and_counted() -> None:
    texts = [TEMPLATE + foreign(row, 8) for row in range(12)]
    keys = fold_texts(texts)
    rare = find_runs(keys, GroupSettings(run_limit=12))
    common = find_runs(keys, GroupSettings(run_limit=11))
    assert len(rare.first) > 0 and rare.capped == 0
    assert len(common.first) == 0 and common.capped == len(TEMPLATE) - SETTINGS.run_length + 1


def test_one_text_that_repeats_a_run_does_not_make_it_common() -> None:
    texts = [TEMPLATE * 30, TEMPLATE + foreign(1, 5), TEMPLATE + foreign(2, 5)]
    assert (1, 2) in pairs(texts, run_limit=20)


def test_texts_shorter_than_a_run_are_left_out() -> None:
    assert pairs(["转发微博", "转发微博", ""]) == set()
    assert pairs([]) == set()
