import dataclasses

import numpy as np
import pytest
from datasketch import MinHash, MinHashLSH
from hypothesis import given
from hypothesis import strategies as st

from rumorscan.coordination.signatures import SCHEME, as_minhash, sign_texts
from rumorscan.settings import GroupSettings
from rumorscan.text.fold import fold_texts
from rumorscan.text.shingles import shingle_hash


def library_signature(key: str, settings: GroupSettings) -> MinHash:
    minhash = MinHash(
        num_perm=settings.permutations, seed=settings.seed, scheme=SCHEME, hashfunc=shingle_hash
    )
    for start in range(len(key) - settings.shingle_length + 1):
        minhash.update(key[start : start + settings.shingle_length])
    return minhash


@given(st.text(alphabet="城东水厂停水三天大家快囤abc123𠮷", max_size=40))
def test_signatures_equal_those_of_datasketch_bit_for_bit(text: str) -> None:
    folded = fold_texts([text])
    signature = sign_texts(folded, GroupSettings())[0]
    assert (signature == library_signature(folded.key(0), GroupSettings()).hashvalues).all()


@pytest.mark.parametrize(("permutations", "seed", "length"), [(64, 1, 3), (128, 7, 2), (16, 3, 1)])
def test_every_width_seed_and_length_equals_the_library(
    permutations: int, seed: int, length: int
) -> None:
    settings = dataclasses.replace(
        GroupSettings(), permutations=permutations, seed=seed, shingle_length=length
    )
    key = "城东水厂停水三天大家快囤水"
    signature = sign_texts(fold_texts([key]), settings)[0]
    assert (signature == library_signature(key, settings).hashvalues).all()


def test_a_text_shorter_than_a_shingle_has_the_empty_signature() -> None:
    signatures = sign_texts(fold_texts(["水", ""]), GroupSettings())
    assert (signatures == np.uint32(0xFFFFFFFF)).all()


def test_a_repost_tail_does_not_change_the_signature() -> None:
    signatures = sign_texts(
        fold_texts(["城东水厂停水三天大家快囤水", "城东水厂停水三天，大家快囤水//@小禾:转"]),
        GroupSettings(),
    )
    assert (signatures[0] == signatures[1]).all()


def test_a_signature_serves_in_an_index_of_datasketch() -> None:
    keys = fold_texts(
        ["城东水厂停水三天大家快囤水", "城东水厂停水三天大家快囤水吧", "今天天气不错"]
    )
    sketches = [as_minhash(row, GroupSettings()) for row in sign_texts(keys, GroupSettings())]
    index = MinHashLSH(threshold=0.7, num_perm=GroupSettings().permutations)
    for name, sketch in zip("abc", sketches, strict=True):
        index.insert(name, sketch)
    assert sorted(index.query(sketches[0])) == ["a", "b"]
    other = library_signature(keys.key(0), GroupSettings())
    assert other.jaccard(sketches[0]) == 1.0
