"""Whatever stands in the place of a value, or a bit: rows that add up, or one of our errors."""

import copy
import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rumorscan.errors import DumpError
from rumorscan.readers import read_posts
from tests.readers.samples import CASES, GOLDEN, build

JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(max_size=5),
    st.lists(st.one_of(st.none(), st.integers(), st.text(max_size=3)), max_size=2),
    st.dictionaries(st.sampled_from(["id", "text", "user", "x"]), st.text(max_size=3), max_size=2),
)
OBJECTS = [
    case
    for case in CASES
    if any(path.suffix in (".json", ".jsonl") for path in (GOLDEN / case).rglob("*.json*"))
    and not list((GOLDEN / case).rglob("*.sheets.json"))
    and len(list((GOLDEN / case).rglob("*.json*"))) > 1
]
BINARY = [case for case in CASES if list((GOLDEN / case).rglob("*.s*[ql]*"))]


def read_or_refuse(source):
    try:
        posts = read_posts(source)
    except DumpError:
        return
    assert posts.rows == len(posts) + posts.rejects.num_rows


def places(value, path=()):
    """Yield the way to every value inside another."""
    inner = value.items() if isinstance(value, dict) else ()
    inner = enumerate(value) if isinstance(value, list) else inner
    for key, each in inner:
        yield (*path, key)
        yield from places(each, (*path, key))


def document(case, folder):
    text = build(case, folder).read_text(encoding="utf-8")
    try:
        return [json.loads(text)]
    except json.JSONDecodeError:
        return [json.loads(line) for line in text.splitlines()]


@settings(max_examples=60)
@given(st.sampled_from(OBJECTS), st.randoms(use_true_random=False), JUNK, st.booleans())
def test_any_value_in_the_place_of_another_is_read_or_refused(
    tmp_path_factory, case, rng, junk, lines
):
    folder = tmp_path_factory.mktemp("junk")
    rows = document(case, folder)
    for _ in range(rng.randint(1, 3)):
        *way, last = rng.choice(list(places(rows)))
        inner = rows
        for key in way:
            inner = inner[key]
        inner[last] = copy.deepcopy(junk)
    path = folder / ("damaged.jsonl" if lines else "damaged.json")
    texts = [json.dumps(row, ensure_ascii=True) for row in rows]
    path.write_text("\n".join(texts) if lines or len(texts) > 1 else texts[0], encoding="utf-8")
    read_or_refuse(path)
    read_or_refuse(rows)


@pytest.mark.parametrize("case", BINARY)
def test_flipped_bits_and_cut_ends_are_read_or_refused(tmp_path, case):
    path = build(case, tmp_path)
    sound = path.read_bytes()
    rng = random.Random(case)
    for number in range(16):
        data = bytearray(sound)
        if number % 4 == 0:
            del data[rng.randrange(len(data)) :]
        for _ in range(rng.randint(1, 8) if data else 0):
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        path.write_bytes(data)
        read_or_refuse(path)
