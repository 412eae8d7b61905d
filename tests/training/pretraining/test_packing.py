import numpy as np
import pytest

from rumorscan.errors import LabeledError
from rumorscan.text.fold import fold_texts
from rumorscan.training.pretraining.making import pack_apart
from rumorscan.training.pretraining.overlaps import mark_overlaps
from rumorscan.training.pretraining.packing import Packed, pack_texts
from rumorscan.training.pretraining.vocabulary import FIRST, LAST, number_table
from tests.training.tiny import lines

RUN = "城东水厂要停水三天大家快囤"


def marked(text, measured):
    return mark_overlaps(fold_texts([text]), fold_texts([measured])).tolist()[0]


def test_a_line_that_repeats_thirteen_characters_in_a_row_is_marked():
    assert len(RUN) == 13
    assert marked(f"听说{RUN}水吧", f"今天有人说，{RUN}米")


def test_punctuation_and_links_between_them_hide_no_run():
    assert marked(f"{RUN[:5]}！！{RUN[5:]} http://t.cn/abc", RUN)


def test_twelve_characters_are_no_run():
    assert not marked(f"听闻{RUN[:12]}吧", f"今天有人说{RUN[:12]}米")


def test_letters_and_digits_make_no_run():
    assert not marked("abcdefghijklmnopqrstuvwxyz", "abcdefghijklmnopqrstuvwxyz")


def test_every_row_begins_with_its_token_and_holds_no_padding():
    packed = pack_texts(lines(), length=16)
    assert (packed.tokens[:, 0] == FIRST).all()
    assert (packed.tokens > 0).all()


def test_no_character_of_the_lines_is_lost_but_the_last_row():
    texts = [f"第{n}号水厂今天停水" for n in range(40)]
    packed = pack_texts(texts, length=16)
    body = packed.tokens[:, 1:].reshape(-1)
    assert (body == LAST).sum() >= len(texts) - 2
    table = number_table(packed.characters)
    assert (body == table[ord("停")]).sum() >= len(texts) - 2


def test_words_begin_where_jieba_says():
    packed = pack_texts(["自来水厂停水"], length=8)
    # [CLS] 自 来 水 厂 停 水 [SEP]
    assert packed.begins[0].tolist() == [True, True, False, False, False, True, False, True]


def test_the_same_seed_packs_the_same_rows_and_another_one_does_not():
    one, same, other = (pack_texts(lines(), length=16, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(one.tokens, same.tokens)
    assert not np.array_equal(one.tokens, other.tokens)


def test_what_is_written_is_read_again(tmp_path):
    packed = pack_texts(lines(), length=16)
    packed.save(tmp_path / "packed.safetensors")
    again = Packed.load(tmp_path / "packed.safetensors")
    assert np.array_equal(again.tokens, packed.tokens)
    assert np.array_equal(again.begins, packed.begins)
    assert (again.characters, again.lines) == (packed.characters, packed.lines)


def test_lines_that_a_model_is_measured_on_are_left_out_and_copies_count_once():
    texts = [f"听说{RUN}水", "今天下雨了吗", "今天下雨了吗？"]
    assert pack_apart(texts, [RUN], length=8).lines == 1


def test_nothing_left_is_said():
    with pytest.raises(LabeledError, match="no line is left"):
        pack_apart([RUN], [RUN])
