"""HTML around texts, and what is made to keep whoever reads it busy."""

import pytest

from rumorscan.readers.values.markup import plain_html

LONG = 300_000


@pytest.mark.parametrize(
    "filler", [" ", "\n", " \n", "<!--", "<img ", "<img alt=[水] ", "<a ", "<script ", "&lt;"]
)
def test_markup_without_an_end_takes_no_time_without_end(filler):
    repeated = filler * (LONG // len(filler))
    assert plain_html(f"<p>停{repeated}水").startswith("停")


def test_comments_and_blank_lines_go_and_what_is_no_tag_stays():
    html = "<p>城东<!-- 注 -->停水 \t\n \n\n三天</p><img src=x alt=[怒]><img alt=[水 1 < 2"
    assert plain_html(html) == "城东停水\n三天\n[怒]<img alt=[水 1 < 2"
