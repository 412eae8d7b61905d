"""The report in a real browser: what it asks for, what it says, what its switches do."""

from __future__ import annotations

import json
import runpy
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rumorscan.reports.page import render_page

HERE = Path(__file__).parent
DRIVEN = runpy.run_path(str(HERE / "browser.py"))
INVENTED = runpy.run_path(str(HERE / "invented_run.py"))
EXECUTABLE = DRIVEN["find_browser"]()

pytestmark = [
    pytest.mark.skipif(EXECUTABLE is None, reason="no Chromium is installed"),
    pytest.mark.skipif(sys.platform == "win32", reason="the pipe to the browser is POSIX"),
]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = INVENTED["build_run"](tmp_path_factory.mktemp("runs") / "spring")
    (folder / "report.html").write_bytes(render_page(folder).encode())
    return folder / "report.html"


@pytest.fixture(scope="module")
def net_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("log") / "net.json"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory, net_log: Path) -> Iterator[Any]:
    started = DRIVEN["Browser"](
        EXECUTABLE, tmp_path_factory.mktemp("profile"), f"--log-net-log={net_log}"
    )
    yield started
    started.close()


@pytest.fixture
def page(browser: Any, report: Path) -> Any:
    for seen in (browser.requests, browser.blocked, browser.messages):
        seen.clear()
    browser.call("Emulation.setEmulatedMedia", media="", features=[])
    browser.call("Emulation.clearDeviceMetricsOverride")
    browser.open(report.as_uri())
    return browser


def shown(page: Any, selector: str) -> bool:
    return bool(page.ask(f"document.querySelector({json.dumps(selector)}).offsetParent !== null"))


def test_the_page_asks_for_itself_and_nothing_else(page: Any, report: Path) -> None:
    addresses = [url for url in page.requests if not url.startswith("data:")]
    assert addresses == [report.as_uri()]


def test_nothing_is_blocked_and_nothing_fails(page: Any) -> None:
    page.ask("document.querySelector('[data-language=en]').click()")
    assert page.messages == []


def test_a_page_that_would_load_or_run_something_is_noticed(
    page: Any, report: Path, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.html"
    hostile = '<img src="http://127.0.0.1:9/a.png"><p style="color:red" onclick="f()">x</p>'
    text = report.read_text(encoding="utf-8").replace("</main>", f"{hostile}</main>")
    bad.write_text(text, encoding="utf-8")
    page.open(bad.as_uri())
    assert any("Content Security Policy" in message for message in page.messages)
    assert page.blocked == ["csp"]


def test_hostile_texts_are_text(page: Any) -> None:
    assert "posts_march.jsonl" in page.ask("document.title")
    assert page.ask("document.images.length + document.querySelectorAll('iframe').length") == 0
    assert page.ask("document.scripts.length + document.styleSheets.length") == 2
    told = page.ask("document.getElementById('flags').textContent")
    for text in ("<script>document.title='owned'</script>", "{{7*7}}", "⟨RLO⟩", "⟨NUL⟩"):
        assert text in told


def test_chinese_is_shown_first_and_english_on_a_click(page: Any) -> None:
    assert page.ask("document.documentElement.lang") == "zh-CN"
    assert shown(page, "h2 .zh")
    assert not shown(page, "h2 .en")
    page.ask("document.querySelector('[data-language=en]').click()")
    assert page.ask("document.documentElement.lang") == "en"
    assert shown(page, "h2 .en")
    assert not shown(page, "h2 .zh")
    assert page.ask("document.querySelector('[data-language=en]').ariaPressed") == "true"


def test_an_address_can_ask_for_english(page: Any, report: Path) -> None:
    page.open("about:blank")
    page.open(report.as_uri() + "#lang=en")
    assert page.ask("document.documentElement.lang") == "en"


def test_without_scripts_both_languages_are_shown(page: Any, report: Path) -> None:
    page.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        page.open(report.as_uri())
        assert shown(page, "h2 .zh")
        assert shown(page, "h2 .en")
        assert not shown(page, "#flag-filters")
    finally:
        page.call("Emulation.setScriptExecutionDisabled", value=False)


def test_flags_can_be_filtered_and_sorted(page: Any) -> None:
    rows = "Array.from(document.querySelectorAll('#flag-rows > tr')).filter(row => !row.hidden)"
    assert page.ask(f"{rows}.length") == 200
    page.ask(
        "var box = document.querySelector('[name=triage]'); box.value = 'review';"
        "box.dispatchEvent(new Event('input'))"
    )
    assert page.ask(f"{rows}.every(row => row.dataset.triage === 'review')")
    assert 0 < page.ask(f"{rows}.length") < 200
    page.ask("document.querySelector('.flags th.axes button').click()")
    values = page.ask(f"{rows}.map(row => parseFloat(row.cells[3].dataset.value))")
    assert values == sorted(values, reverse=True)
    page.ask("document.querySelector('.flags th.axes button').click()")
    assert page.ask("document.querySelector('.flags th.axes').ariaSort") == "ascending"


def test_a_card_leads_to_the_other_campaign_of_the_same_accounts(page: Any) -> None:
    page.ask("document.querySelector('#campaign-1 .joined a').click()")
    assert page.ask("location.hash") == "#campaign-2"
    assert shown(page, "#campaign-1 .undone")
    assert shown(page, "#campaign-1 .threads")


def test_every_id_has_a_button_that_says_what_it_copies(page: Any) -> None:
    assert page.ask(
        "Array.from(document.querySelectorAll('code[data-copy]')).every(code =>"
        " code.nextSibling.tagName === 'BUTTON'"
        " && code.nextSibling.ariaLabel.endsWith(code.textContent))"
    )


def test_the_page_is_never_wider_than_the_screen(page: Any) -> None:
    size = {"height": 800, "deviceScaleFactor": 1, "mobile": False}
    for width in (380, 760, 1280):
        page.call("Emulation.setDeviceMetricsOverride", width=width, **size)
        for language in ("zh", "en"):
            page.ask(f"document.querySelector('[data-language={language}]').click()")
            assert page.ask("document.documentElement.scrollWidth") <= width


def test_text_stands_out_from_its_ground(page: Any) -> None:
    measure = (HERE / "contrast.js").read_text(encoding="utf-8")
    for scheme in ("light", "dark"):
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        page.call("Emulation.setEmulatedMedia", features=features)
        assert page.ask(measure) == [], scheme


def test_the_picture_of_the_page_is_not_blank(page: Any) -> None:
    seen = {}
    for scheme in ("light", "dark"):
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        page.call("Emulation.setEmulatedMedia", features=features)
        seen[scheme] = page.picture()
    # a blank picture of this size packs into a few thousand bytes
    assert all(len(picture) > 60_000 for picture in seen.values())
    assert seen["light"] != seen["dark"]


def test_no_address_in_a_post_reached_the_network(browser: Any, net_log: Path) -> None:
    browser.close()
    log = json.loads(net_log.read_text(encoding="utf-8"))
    addresses = {str(event.get("params", {}).get("url", "")) for event in log["events"]}
    assert len(log["events"]) > 0
    # the browser's own services are not the page's; what posts and the bad page name would be
    assert not [url for url in addresses if "example.test" in url or "127.0.0.1" in url]
