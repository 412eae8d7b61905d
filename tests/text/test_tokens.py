import io
import itertools
import json
import logging
import lzma
import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rumorscan.text import caches, lexicon, tokens
from rumorscan.text.distinct import find_distinct
from rumorscan.text.fold import Folded, fold_texts
from rumorscan.text.words import Lexicon, build_lexicon, cut_rows, is_sound, parse_dictionary
from tests.real_data import THREADS, needs_real_data

SENTENCES = [
    "自来水厂停水三天大家快囤水",
    "研究生命起源的人民大会堂",
    "T恤和B超还有3D打印",
    "中华人民共和国国务院总理",
    "城东c水abc厂12停x3水",
]

RUNS = st.lists(
    st.one_of(
        st.sampled_from(SENTENCES),
        st.text(
            alphabet="自来水厂停三天的一不了人民国中华大学研究生命起源", min_size=1, max_size=8
        ),
        st.text(alphabet="abcxyzTB0139", min_size=1, max_size=4),
        st.text(alphabet="+#&._%-㐀𠀀ぁ한é！，龥鿕鿖", min_size=1, max_size=3),
    ),
    max_size=6,
).map("".join)


def folded_as_it_is(texts):
    """Return texts end to end without folding, so that the cut sees every kind of character."""
    offsets = np.cumsum([0, *map(len, texts)], dtype=np.int64)
    codes = np.frombuffer("".join(texts).encode("utf-32-le"), dtype=np.uint32)
    return Folded(codes, offsets, np.zeros((len(texts), 7), dtype=np.uint16))


def words_of(folded):
    """Return the words that `segment` finds, key by key."""
    begins = tokens.segment(folded)
    found = []
    for row in range(len(folded)):
        key = folded.key(row)
        marks = begins[folded.offsets[row] : folded.offsets[row + 1]]
        cuts = [*np.flatnonzero(marks).tolist(), len(key)]
        found.append([key[a:b] for a, b in itertools.pairwise(cuts)])
    return found


@given(st.lists(RUNS, max_size=5))
@example(SENTENCES)
@example(["", "水", ""])
def test_the_compiled_cut_is_that_of_jieba(texts):
    assert words_of(folded_as_it_is(texts)) == [tokens.tokenize(text) for text in texts]


@given(st.text(max_size=40))
def test_the_words_of_any_fold_key_are_those_of_jieba(text):
    folded = fold_texts([text])
    assert words_of(folded) == [tokens.tokenize(folded.key(0))]


@given(
    st.lists(
        st.tuples(st.text(alphabet="甲乙丙a1，", min_size=1, max_size=4), st.integers(0, 3)),
        max_size=8,
    ),
    st.text(alphabet="甲乙丙丁a1，", max_size=12),
)
@example([("甲", 3), ("甲乙", 2), ("甲", 0), ("甲乙", 1)], "甲乙甲")
def test_any_dictionary_is_used_as_jieba_uses_it(words, text):
    lines = "".join(f"{word} {count} n\n" for word, count in [*words, ("全部", 1)])
    tokenizer = tokens._jieba().Tokenizer()
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(io.BytesIO(lines.encode()))
    tokenizer.initialized = True
    begins = cut_rows(*_columns(text), build_lexicon(parse_dictionary(lines)))
    expected = [int(at == 0) for word in tokenizer.lcut(text, HMM=False) for at in range(len(word))]
    assert begins.tolist() == expected


def test_the_dictionary_is_read_as_jieba_reads_it():
    with lexicon.dictionary_path().open("rb") as file:
        expected, total = tokens._jieba().Tokenizer.gen_pfdict(file)
    words = {word: count for word, count in expected.items() if count}
    assert frequencies(lexicon.read_dictionary()) == (words, total)


def frequencies(words):
    """Return a word list as jieba has it: word to count, and the sum of the counts."""
    pieces = zip(words.begins.tolist(), words.ends.tolist(), strict=True)
    text = words.codes.tobytes().decode("utf-32-le")
    spelled = [text[begin:end] for begin, end in pieces]
    return dict(zip(spelled, words.counts.tolist(), strict=True)), int(words.counts.sum())


@pytest.mark.parametrize("lines", ["停水 3 n\n停 1", "停水 3\n\n停 1 \n", "停水 3 a b\n停 01 n\n"])
def test_tag_and_last_line_end_may_be_missing(lines):
    assert frequencies(parse_dictionary(lines)) == ({"停水": 3, "停": 1}, 4)


def test_a_dictionary_may_be_empty():
    assert frequencies(parse_dictionary("")) == ({}, 0)


@pytest.mark.parametrize(
    "line", ["停", " 3", "停 x", "停 -1", "停  3", "停 3x n", "停 " + 13 * "9"]
)
def test_a_dictionary_line_without_word_or_count_is_named(line):
    with pytest.raises(ValueError, match=f"line '{line}'; expected a word"):
        parse_dictionary(f"停水 3 n\n{line}\n断水 2 n\n")


def _columns(text):
    folded = folded_as_it_is([text])
    return folded.codes, folded.offsets


@given(st.text(max_size=60))
def test_tokens_leave_nothing_out(text):
    assert "".join(tokens.tokenize(text)) == text


@pytest.mark.real_data
@needs_real_data[1]
def test_every_word_of_real_posts_is_jiebas():
    with lzma.open(THREADS, "rt", encoding="utf-8") as lines:
        texts = [json.loads(next(lines))["text"] or "" for _ in range(10_000)]
    folded = find_distinct(fold_texts(texts)).folded
    assert words_of(folded) == [tokens.tokenize(key) for key in list(folded.keys())]


def run_python(code, **environment):
    return subprocess.run(
        [sys.executable, "-W", "error::UserWarning", "-c", code],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=True,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
    )


SHOWN = "from rumorscan.text.tokens import *; print(tokenize('自来水厂停水'))"


def test_caches_lie_in_a_folder_of_the_user_alone(tmp_path):
    home, shared = tmp_path / "home", tmp_path / "shared"
    shared.mkdir()
    code = f"{SHOWN}; load_lexicon()"
    run_python(code, RUMORSCAN_CACHE=str(home), TMPDIR=str(shared), TEMP=str(shared))
    names = sorted(path.name.split("-")[0] for path in home.iterdir())
    assert names == ["jieba", "lexicon"]
    assert not list(shared.glob("*jieba*"))
    if os.name == "posix":
        assert home.stat().st_mode & 0o077 == 0


def test_without_a_folder_for_caches_everything_works(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    done = run_python(f"{SHOWN}; load_lexicon()", RUMORSCAN_CACHE=str(blocked / "cache"))
    assert done.stdout.strip() == "['自来水厂', '停水']"
    assert done.stderr == ""


def test_nothing_is_said_while_the_dictionary_loads(tmp_path):
    done = run_python(SHOWN, RUMORSCAN_CACHE=str(tmp_path / "new"))
    assert done.stderr == ""


@pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's")
def test_a_cache_folder_that_others_can_read_is_closed_to_them(tmp_path, monkeypatch):
    folder = tmp_path / "open"
    folder.mkdir(mode=0o755)
    monkeypatch.setenv(caches.CACHE_VARIABLE, str(folder))
    assert caches.private_folder() == folder
    assert folder.stat().st_mode & 0o077 == 0


@pytest.mark.skipif(os.name != "posix", reason="owners are POSIX's")
def test_a_cache_folder_of_somebody_else_is_not_used(tmp_path, monkeypatch):
    monkeypatch.setenv(caches.CACHE_VARIABLE, str(tmp_path))
    monkeypatch.setattr(os, "getuid", lambda: tmp_path.stat().st_uid + 1)
    assert caches.private_folder() is None


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04cut short"])
def test_a_damaged_cache_is_made_again(tmp_path, monkeypatch, content):
    monkeypatch.setenv(caches.CACHE_VARIABLE, str(tmp_path))
    name = f"lexicon-{lexicon.dictionary_version()}-{lexicon._LAYOUT}.npz"
    (tmp_path / name).write_bytes(content)
    built = lexicon.load_lexicon.__wrapped__()
    again = lexicon.load_lexicon.__wrapped__()
    for one, other in zip(built, again, strict=True):
        assert np.array_equal(one, other)
    assert (tmp_path / name).stat().st_size > len(content)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_cached_array_of_objects_is_refused(tmp_path):
    path = tmp_path / "planted.npz"
    np.savez(path, first=np.array([{"a": 1}], dtype=object), allow_pickle=True)
    assert caches.read_table(path, Lexicon, is_sound) is None


def test_a_cached_lexicon_that_points_out_of_its_tables_is_refused(tmp_path):
    built = build_lexicon(parse_dictionary("停水 3\n停 1"))
    path = tmp_path / "lexicon.npz"
    caches.write_table(path, built)
    assert caches.read_table(path, Lexicon, is_sound) is not None
    caches.write_table(path, built._replace(levels=built.levels[:1]))
    assert caches.read_table(path, Lexicon, is_sound) is None


def test_the_logger_of_jieba_is_silent():
    tokens.tokenize("停水")
    assert logging.getLogger("jieba").level >= logging.CRITICAL
