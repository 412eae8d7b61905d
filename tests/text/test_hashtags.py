import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rumorscan.text.hashtags import strip_hashtags


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("#城东停水#大家快囤水", " 大家快囤水"),
        ("＃城东停水＃大家快囤水", " 大家快囤水"),
        ("大家#城东停水#快#囤水#走", "大家 快 走"),
        ("第3#楼和5#楼", "第3 楼"),
        ("第3#楼", "第3#楼"),
        ("##", "##"),
        ("#换\n行#", "#换\n行#"),
        ("#" + "长" * 41 + "#", "#" + "长" * 41 + "#"),
        ("", ""),
        (None, None),
    ],
)
def test_what_stands_between_two_signs_is_taken_out(text: str | None, bare: str | None) -> None:
    found, rows = strip_hashtags(pa.array([text], pa.string()))
    assert found.to_pylist() == [bare]
    assert rows.tolist() == ([0] if text != bare else [])


@given(st.lists(st.text(alphabet="#＃水停\n", max_size=12), max_size=12))
def test_the_other_rows_are_left_as_they_are(texts: list[str]) -> None:
    found, rows = strip_hashtags(pa.array(texts, pa.string()))
    assert len(found) == len(texts)
    for row, (before, after) in enumerate(zip(texts, found.to_pylist(), strict=True)):
        assert (before != after) == (row in rows.tolist())
        assert len(after) <= len(before)
