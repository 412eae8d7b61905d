import pytest
from hypothesis import given
from hypothesis import strategies as st

from rumorscan.readers import read_posts
from rumorscan.readers.delimited.generations import Alignment
from rumorscan.readers.layouts.finding import layout_named

LAYOUT = layout_named("weibo-crawler")
GENERATIONS = st.sampled_from(LAYOUT.generations)
CELLS = {
    "id": "5099000000000001\t",
    "正文": "停水",
    "日期": "2026-03-02T09:14:07",
    "工具": "网页版",
    "点赞数": "3",
    "评论数": "1",
    "转发数": "1.2万",
    "完整日期": "2026-03-02 09:14:07",
    "是否编辑过": "False",
    "编辑次数": "0",
    "是否原创": "False",
    "源微博id": "5099000000000000",
    "源微博日期": "2026-03-01T09:14:07",
}


def row(names):
    return [CELLS.get(name, "") for name in names]


@given(GENERATIONS, GENERATIONS)
def test_a_row_of_any_version_is_read_under_the_header_of_any_other(header, written):
    if len(header) == len(written):
        return
    fitted = Alignment(header, LAYOUT).fit(row(written))
    both = set(header) & set(written)
    assert fitted is not None
    assert {name: cell for name, cell in zip(header, fitted, strict=True) if name in both} == {
        name: CELLS.get(name, "") for name in both
    }


@pytest.mark.parametrize("gone", range(3, 8))
def test_a_row_that_lacks_any_cell_before_its_time_is_put_back(gone):
    header = LAYOUT.generations[0]
    cells = row(LAYOUT.generations[1])
    del cells[gone]
    fitted = dict(zip(header, Alignment(header, LAYOUT).fit(cells), strict=True))
    assert (fitted["日期"], fitted["点赞数"]) == (CELLS["日期"], "3")


def test_a_row_of_a_width_that_no_version_wrote_is_set_aside(tmp_path):
    path = tmp_path / "7000000001.csv"
    header = ",".join(LAYOUT.generations[0])
    path.write_text(f"{header}\n1,P0,停水,,昨天\n", encoding="utf-8")
    assert read_posts(path).rejects.column("reason").to_pylist() == ["ragged-row"]
