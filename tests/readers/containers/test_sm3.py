"""SM3 whose state can be kept: the digests are those of OpenSSL, wherever it was cut."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rumorscan.readers.containers.files import Hashes
from rumorscan.readers.containers.sm3 import Sm3

KNOWN = "sm3" in hashlib.algorithms_available


@pytest.mark.skipif(not KNOWN, reason="this Python has no SM3 to compare with")
@given(st.binary(max_size=300), st.integers(0, 300))
def test_a_digest_that_is_gone_on_with_is_that_of_the_whole(data: bytes, cut: int) -> None:
    first = Sm3()
    first.update(data[:cut])
    second = Sm3(first.state)
    second.update(data[cut:])
    assert second.hexdigest() == hashlib.new("sm3", data).hexdigest()


@given(st.binary(max_size=300), st.integers(0, 300), st.integers(1, 90))
def test_hashes_that_go_on_see_the_beginning_once_more(data: bytes, cut: int, step: int) -> None:
    first = Hashes(lasting=True)
    first.update(data[:cut])
    second = Hashes(lasting=True)
    second.go_on(first.state)
    for start in range(0, len(data), step):
        second.update(data[start : start + step])
    whole = Hashes()
    whole.update(data)
    assert second.digests() == whole.digests()
