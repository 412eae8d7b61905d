import math
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rumorscan.text import caches, respelling
from rumorscan.text.contradiction import GUARDED
from rumorscan.text.fold import Folded, fold_texts
from rumorscan.text.homophones import read_syllables, same_sound, sound_table
from rumorscan.text.respelling import respell
from rumorscan.text.sound_words import (
    LONGEST,
    SHORTEST,
    SoundWords,
    build_sound_words,
    is_sound,
    load_sound_words,
)
from rumorscan.text.words import LEVEL_BITS, build_lexicon, parse_dictionary

TEXTS = st.text(alphabet=st.sampled_from("疫役翼苗喵打达不部没三山水停miaoxitng1😀"), max_size=24)


def read(text: str) -> str:
    return respell(fold_texts([text])).key(0)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("打了役苗会死人", "打了疫苗会死人"),
        ("打了疫miao会死人", "打了疫苗会死人"),
        ("打了yi苗会死人", "打了疫苗会死人"),
        ("打了yimiao会死人", "打了疫苗会死人"),
        ("zhengfu不让说", "政府不让说"),
        ("怔府不让说", "政府不让说"),
        ("城东自来水敞停水", "城东自来水厂停水"),
    ],
)
def test_words_written_by_their_sound_are_respelled(written, expected):
    assert read(written) == expected


@pytest.mark.parametrize(
    "text",
    [
        "城东水厂停水三天，快囤水",
        "他说没有问题，不是真的",
        "新冠核酸检测点",
        "iphone和kindle买一送一",
        "加vx12345",
        "h1n1流感",
        "",
    ],
)
def test_what_is_written_as_usual_stays(text):
    assert read(text) == fold_texts([text]).key(0)


@pytest.mark.parametrize("text", ["因未下雨", "bu能喝", "停水山天"])
def test_negations_and_numerals_are_neither_changed_nor_put_in(text):
    before, after = fold_texts([text]).key(0), read(text)
    assert [one for one in before if one in GUARDED] == [one for one in after if one in GUARDED]


@given(TEXTS)
def test_what_is_respelled_sounds_the_same(text):
    key = fold_texts([text]).key(0)
    after = read(text)
    assert len(after) <= len(key)
    if key.translate(str.maketrans("", "", "miaoxitng")) == key:
        assert same_sound(key, after)


@given(TEXTS)
def test_respelling_twice_is_respelling_once(text):
    once = respell(fold_texts([text]))
    assert list(respell(once).keys()) == list(once.keys())


@given(st.lists(TEXTS, max_size=5))
def test_every_key_is_respelled_by_itself(texts):
    folded = fold_texts(texts)
    assert list(respell(folded).keys()) == [read(text) for text in texts]
    assert respell(folded).counts is folded.counts


def test_a_long_run_of_letters_is_read_to_its_end():
    key = "ma" * 50_000
    assert len(read(key)) <= len(key)


WORDS = "疫 3,苗 3,役 3,水 9,停 5,亭 2,停水 40,疫苗 60,一秒 2,打疫苗 50,水厂 30,水长 1"
DICTIONARY = WORDS.replace(",", "\n")


@settings(max_examples=300)
@given(st.text(alphabet=st.sampled_from("疫役一苗秒喵打达停亭水谁厂长 aimotyngsui"), max_size=9))
@pytest.mark.usefixtures("small_dictionary")
def test_the_most_probable_way_is_taken(text):
    key = fold_texts([text]).key(0)
    scores = {line.split()[0]: int(line.split()[1]) for line in DICTIONARY.splitlines()}
    found = respell(fold_texts([text])).key(0)
    assert found in by_hand(key, scores)


def by_hand(key: str, counts: dict[str, int]) -> frozenset[str]:
    """Return what the best ways through a key read."""
    total = math.log(sum(counts.values()))
    table = sound_table()
    spelled = {name: chr(table[ord(letters[0])]) for name, letters in read_syllables()}

    def sounds_of(word: str) -> str:
        return "".join(chr(table[ord(one)]) for one in word)

    heard: dict[str, str] = {}
    for word in sorted(counts, key=lambda one: -counts[one]):
        if SHORTEST <= len(word) <= LONGEST:
            heard.setdefault(sounds_of(word), word)

    def is_letter(at: int) -> bool:
        return at < len(key) and "a" <= key[at] <= "z"

    @cache
    def ways_of(at: int, word: str) -> tuple[tuple[int, float], ...]:
        """Return where a word that is written by its sound can end, and at what price."""
        if not word:
            return ((at, 0.0),)
        found = []
        if at < len(key) and not is_letter(at) and sounds_of(key[at]) == sounds_of(word[0]):
            is_same = key[at] == word[0]
            if is_same or GUARDED.isdisjoint(key[at] + word[0]):
                price = 0.0 if is_same else respelling._CHANGED
                found += [(end, price + more) for end, more in ways_of(at + 1, word[1:])]
        for length in range(1, 7):
            part = key[at : at + length]
            if len(part) < length or word[0] in GUARDED:
                continue
            if spelled.get(part) == sounds_of(word[0]):
                found += [
                    (end, respelling._SPELLED + more)
                    for end, more in ways_of(at + length, word[1:])
                ]
        return tuple(found)

    @cache
    def best_from(at: int) -> tuple[float, frozenset[str]]:
        if at == len(key):
            return 0.0, frozenset([""])
        options: list[tuple[float, str, int]] = []
        if is_letter(at):
            if at == 0 or not is_letter(at - 1):
                end = at
                while is_letter(end):
                    end += 1
                options.append((-total, key[at:end], end))
        elif "一" <= key[at] <= "\u9fd5":
            options.append((math.log(counts.get(key[at], 1)) - total, key[at], at + 1))
            options += [
                (math.log(counts[key[at:end]]) - total, key[at:end], end)
                for end in range(at + 2, len(key) + 1)
                if key[at:end] in counts
            ]
        else:
            options.append((0.0, key[at], at + 1))
        for word in heard.values():
            score = math.log(counts[word]) - total
            options += [(score - price, word, end) for end, price in ways_of(at, word) if price > 0]
        scored = [(score + best_from(end)[0], word, end) for score, word, end in options]
        best = max((score for score, _, _ in scored), default=-math.inf)
        return best, frozenset(
            word + rest
            for score, word, end in scored
            if score > best - 1e-9
            for rest in best_from(end)[1]
        )

    return best_from(0)[1]


@pytest.fixture(scope="module")
def small_dictionary():
    words = parse_dictionary(DICTIONARY)
    lexicon, sounds = build_lexicon(words), build_sound_words(words)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(respelling, "load_lexicon", lambda: lexicon)
        patch.setattr(respelling, "load_sound_words", lambda: sounds)
        yield


def test_of_equal_sounds_the_most_frequent_word_is_kept():
    table = build_sound_words(parse_dictionary("工事 2\n公式 9\n攻势 5\n停 4\n2号 7"))
    assert "".join(map(chr, table.spelled.tolist())) == "公式"
    assert len(table.scores) == 2


def test_every_word_of_the_table_is_found_by_its_syllables():
    table = load_sound_words()
    mask = np.uint64((1 << LEVEL_BITS) - 1)
    numbers = (table.entries & mask).astype(np.int64)
    assert np.array_equal(np.sort(numbers[numbers > 0]), np.arange(1, len(table.scores)))


@pytest.mark.parametrize(
    "change",
    [
        {"scores": np.zeros(1)},
        {"begins": np.zeros(2, dtype=np.int64)},
        {"spelled": np.zeros(0, dtype=np.uint32)},
        {"highest": np.zeros((1, LONGEST + 1))},
        {"first": np.zeros(3, dtype=np.int32)},
    ],
)
def test_a_cached_table_that_points_out_of_its_arrays_is_refused(tmp_path, change):
    table = build_sound_words(parse_dictionary("疫苗 9\n停水 3"))
    path = tmp_path / "sounds.npz"
    caches.write_table(path, table)
    assert caches.read_table(path, SoundWords, is_sound) is not None
    caches.write_table(path, table._replace(**change))
    assert caches.read_table(path, SoundWords, is_sound) is None


def test_an_empty_dictionary_respells_nothing(monkeypatch):
    empty = build_sound_words(parse_dictionary("停 1"))
    monkeypatch.setattr(respelling, "load_sound_words", lambda: empty)
    assert read("打了役苗") == "打了役苗"


def test_no_keys_give_no_keys():
    nothing = respell(fold_texts([]))
    assert isinstance(nothing, Folded)
    assert len(nothing) == 0
