"""The page: what it shows, and what a hostile text cannot do to it."""

from __future__ import annotations

import json
import re
import runpy
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rumorscan.coordination.evidence import FAMILIES
from rumorscan.errors import RunError
from rumorscan.readers.intake.rows import REASONS as REJECTS
from rumorscan.reasons import REASON_CODES
from rumorscan.records import Stance, Tier, Triage
from rumorscan.reports import glossary
from rumorscan.reports.page import render_page
from rumorscan.reports.variants import differences, visible
from rumorscan.text.evasions import EVASIONS

INVENTED = runpy.run_path(str(Path(__file__).parents[1] / "browser" / "invented_run.py"))
BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"
LOADING = {"src", "srcset", "action", "formaction", "background", "poster", "data", "xlink:href"}


class Elements(HTMLParser):
    """Collects every start tag with its attributes, and the text outside style and script."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return INVENTED["build_run"](tmp_path_factory.mktemp("run") / "spring")


@pytest.fixture(scope="module")
def page(folder: Path) -> str:
    return render_page(folder)


@pytest.fixture(scope="module")
def elements(page: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = Elements()
    parser.feed(page)
    return parser.found


def test_a_hostile_text_adds_no_element(folder: Path, tmp_path: Path) -> None:
    def tags(path: Path) -> list[str]:
        parser = Elements()
        parser.feed(render_page(path))
        return sorted(tag for tag, _ in parser.found if tag not in ("span", "ins", "del", "li"))

    calm = ["平常的一句话"] * len(INVENTED["HOSTILE"])
    assert tags(folder) == tags(INVENTED["build_run"](tmp_path / "calm", texts=calm))


def test_a_hostile_text_is_shown_escaped(page: str) -> None:
    assert "<script>document" not in page
    assert "&lt;script&gt;document.title=&#39;owned&#39;&lt;/script&gt;大家快看" in page
    assert "<img" not in page
    assert "{{7*7}}" in page
    assert page.count("</style>") == page.count("</script>") == 1


def test_no_invisible_or_reordering_character_is_in_the_page(page: str) -> None:
    assert not set(BIDI + "\x00\u200b\u2060\ufeff") & set(page)
    for mark in ("⟨ZW⟩", "⟨RLO⟩", "⟨NUL⟩", "⟨LRI⟩"):
        assert mark in page
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f]", page)


def test_a_long_text_is_cut_and_says_how_long_it_was(page: str) -> None:
    assert "…（4,000）" in page
    assert "很长" * 500 not in page


def test_the_policy_allows_the_inline_style_and_script_and_nothing_else(page: str) -> None:
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    assert policy[1].startswith("default-src &#39;none&#39;;")
    assert "unsafe" not in policy[1]
    assert policy[1].count("sha256-") == 2
    assert page.index("Content-Security-Policy") < page.index("<style>")


def test_the_page_loads_nothing_and_runs_nothing_inline(
    elements: list[tuple[str, dict[str, str | None]]],
) -> None:
    for tag, attributes in elements:
        assert tag not in {"iframe", "object", "embed", "base", "form", "img", "image", "use"}
        assert not LOADING & set(attributes), (tag, attributes)
        assert "style" not in attributes
        assert not [name for name in attributes if name.startswith("on")]
        target = attributes.get("href")
        assert target is None or target.startswith("#") or target == "data:,"


def test_every_link_inside_the_page_has_a_target(
    elements: list[tuple[str, dict[str, str | None]]],
) -> None:
    ids = [attributes["id"] for _, attributes in elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = {str(attributes["href"]) for tag, attributes in elements if tag == "a"}
    assert {link[1:] for link in links} <= set(ids)


def test_the_numbers_are_those_of_the_run(folder: Path, page: str) -> None:
    counts = json.loads((folder / "run.json").read_text(encoding="utf-8"))["counts"]
    shown = {name: value for name, value in counts.items() if not name.startswith("campaigns")}
    found = [item for item in INVENTED["CAMPAIGNS"] if item["tier"] in ("confirmed", "suspected")]
    for value in [*shown.values(), len(found)]:
        assert f"<b>{value:,}</b>" in page
    flagged = counts["flagged_urgent"] + counts["flagged_review"]
    assert f"显示前 200 条，共 {flagged} 条" in page
    assert "前 20 行，共 27 行" in page
    for campaign in INVENTED["CAMPAIGNS"]:
        assert f"<code data-copy>{campaign['campaign_id']}</code>" in page


def test_the_page_says_what_the_run_assumed(page: str) -> None:
    for shown in ("text ← 正文", "groups.similarity", "Asia/Shanghai", "utf-8", "训练数据止于"):
        assert shown in page
    assert "run.workers" not in page


def test_chinese_stands_before_english_everywhere(page: str) -> None:
    assert page.count('<span class="zh" lang="zh-CN">') == page.count('<span class="en" lang="en">')
    assert '<html lang="zh-CN">' in page


def test_the_page_does_not_depend_on_when_where_or_how_fast_it_was_made(
    folder: Path, page: str, tmp_path: Path
) -> None:
    other = INVENTED["build_run"](tmp_path / "another name")
    text = (other / "run.json").read_text(encoding="utf-8")
    text = text.replace("2026-03-11T02:00", "2027-01-01T05:00").replace("312000000", "5")
    text = text.replace('"workers": 0', '"workers": 7').replace('"seconds": 0.4', '"seconds": 9.1')
    (other / "run.json").write_text(text, encoding="utf-8")
    assert render_page(other) == page == render_page(folder)


def test_an_empty_run_has_a_page(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text("{}", encoding="utf-8")
    page = render_page(tmp_path)
    assert "没有帖子被标记" in page
    assert "没有使用模型" in page


def test_a_missing_or_damaged_run_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"run\.json: cannot be read"):
        render_page(tmp_path)
    (tmp_path / "run.json").write_text("{}", encoding="utf-8")
    (tmp_path / "flags.csv").write_text("a,b\n1\n", encoding="utf-8")
    with pytest.raises(RunError, match="damaged"):
        render_page(tmp_path)


def test_the_page_of_many_campaigns_stays_small(folder: Path, tmp_path: Path) -> None:
    many = INVENTED["build_run"](tmp_path / "many")
    line = (many / "campaigns.jsonl").read_text(encoding="utf-8").splitlines()[0]
    lines = [line.replace("c-5f1e09ab7d20", f"c-{number:012d}") for number in range(500)]
    (many / "campaigns.jsonl").write_text("\n".join(lines), encoding="utf-8")
    page = render_page(many)
    assert len(page.encode()) < 3_000_000
    assert page.count('<article class="card"') == 20
    assert "第 21–120 个，共 500 个" in page


@given(st.text(st.characters(exclude_categories=[]), max_size=60))
@settings(max_examples=200, deadline=None)
def test_nothing_that_is_shown_is_invisible(text: str) -> None:
    shown = "".join(piece.text for piece in visible(text))
    shown.encode()
    assert not set(BIDI + "\x00\u200b\ufeff\n\r\u2028") & set(shown)
    assert visible(shown) == visible("".join(piece.text for piece in visible(shown)))


@given(
    st.text("城东水厂停三天，。！abc\u200b［…］", max_size=40),
    st.text("城东停水天x！\u200b", max_size=40),
)
@settings(max_examples=200, deadline=None)
def test_differences_keep_every_character_of_the_post(template: str, text: str) -> None:
    pieces, changed = differences(template, text)
    kept = "".join(piece.text for piece in pieces if piece.kind not in ("missing", "mark"))
    assert kept == text.replace("\u200b", "")
    assert 0.0 <= changed <= 1.0


def test_a_text_that_equals_its_template_does_not_differ() -> None:
    pieces, changed = differences("城东停水三天", "城东停水三天")
    assert [piece.kind for piece in pieces] == ["text"]
    assert changed == 0.0


def test_every_reason_code_has_short_words() -> None:
    assert set(REASON_CODES) == set(glossary.REASONS)
    assert set(REJECTS) == set(glossary.REJECTS)


def test_every_evasion_and_layer_has_words() -> None:
    assert [*glossary.EVASIONS] == [*EVASIONS, "homophone", "reordered", "mixed-script"]
    assert {"device", "ip", "client", "link", "text", "time"} <= set(glossary.WORDS)
    assert {"thread", "hashtag", "registration"} <= set(glossary.WORDS)


def card_of(page: str, place: int) -> str:
    start = page.index(f'id="campaign-{place}"')
    return page[start : page.index("</article>", start)]


def test_a_card_tells_what_was_undone_and_that_the_text_was_reworked(page: str) -> None:
    card = card_of(page, 1)
    assert "写法似经改换" in card
    for name, amount in (("零宽", 31), ("同音", 12), ("换序", 3)):
        assert re.search(f'<li><span[^>]*>{name}</span>.*?<b class="num">{amount}</b></li>', card)
    assert "&lt;b&gt;new&lt;/b&gt;" in card, "an evasion without words is shown by its name"
    assert "写法似经改换" not in card_of(page, 4)


def test_a_card_tells_what_share_of_each_thread_it_wrote(page: str) -> None:
    card = card_of(page, 1)
    assert "<code>5099000000000001</code>" in card
    assert "写了 841 条中的 137 条" in card
    assert "137 of the 841 posts are its own" in card
    assert "&lt;i&gt;t2&lt;/i&gt;⟨RLO⟩" in card
    assert "其余主题见 campaigns.jsonl" in card
    assert "<code>t5</code>" not in card, "a post alone in its thread says nothing"


def test_a_card_links_to_the_other_campaigns_of_the_same_accounts(page: str) -> None:
    assert '<a class="numbered" href="#campaign-2">' in card_of(page, 1)
    assert '<a class="numbered" href="#campaign-1">' not in card_of(page, 1)
    assert '<a class="numbered" href="#campaign-1">' in card_of(page, 2)
    assert "账号群" not in card_of(page, 3)
    (listed,) = re.findall('<ul class="communities.*?</ul>', page, re.DOTALL)
    assert "k-77d0a1b2c3d4" in listed
    assert "2 个行动" in listed


def test_a_card_names_its_first_post_with_its_time(folder: Path, page: str) -> None:
    first = json.loads((folder / "campaigns.jsonl").read_text(encoding="utf-8").splitlines()[0])
    told = f"<b>2026-03-01 09:01</b> <code data-copy>{first['first_post_id']}</code>"
    assert told in card_of(page, 1)


def test_a_card_names_known_armies_with_their_wording_made_harmless(page: str) -> None:
    card = card_of(page, 1)
    assert "已见于扫描 runs/2026-02-02：行动 c-0011aabbccdd（账号群 k-5566778899aa）" in card
    assert "29 accounts in common" in card
    assert "&lt;b&gt;城西&lt;/b&gt;" in card
    assert "已见于扫描 older：行动 c-older<" in card, "what is not known is left out"
    assert "Known from earlier runs" not in card_of(page, 2)


def test_campaigns_of_earlier_versions_have_cards(folder: Path, tmp_path: Path) -> None:
    old = INVENTED["build_run"](tmp_path / "old")
    lines = (old / "campaigns.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    for row in rows:
        for name in ("community_id", "first_post_id", "threads", "known_as"):
            del row[name]
        for name in ("made", "variants", "reworked", "evasions"):
            del row["evidence"]["text"][name]
    (old / "campaigns.jsonl").write_text(
        "".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8"
    )
    assert "c-5f1e09ab7d20" in card_of(render_page(old), 1)


def test_every_family_and_tier_and_triage_and_stance_has_words() -> None:
    assert tuple(glossary.FAMILIES) == FAMILIES
    assert set(glossary.TIERS) == {str(tier) for tier in Tier}
    assert set(glossary.TRIAGES) == {str(triage) for triage in Triage}
    assert set(glossary.STANCES) == {str(stance) for stance in Stance}


def test_the_distance_from_training_is_shown_large_or_in_a_line(tmp_path: Path) -> None:
    folder = INVENTED["build_run"](tmp_path / "run")
    about = json.loads((folder / "run.json").read_bytes())
    assert "水 0.45%（所学 0.03%）" in render_page(folder)
    assert 'href="#drift"' in render_page(folder)
    for change, said in (
        ({"drift": None}, "the model does not tell what it learned from"),
        ({"drift": {"texts": 7, "minimum_texts": 200, "shifts": {}}}, "7 distinct texts"),
        ({"model": {"name": None}}, "No model was used."),
    ):
        (folder / "run.json").write_text(json.dumps({**about, **change}), encoding="utf-8")
        page = render_page(folder)
        assert said in page
        assert ('id="drift"' in page) == ("model" in change)
