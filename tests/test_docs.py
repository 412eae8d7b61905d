"""The guide and the README say what the code does: tables, commands, examples, links."""

import ast
import inspect
import json
import re
import shlex
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import click
import numpy as np
import pytest

import rumorscan.settings
from rumorscan.cli import COMMANDS, cli
from rumorscan.readers.intake.rows import REASONS
from rumorscan.readers.layouts.fields import CANONICAL, REQUIRED
from rumorscan.readers.layouts.finding import ENTRY_POINTS, LAYOUTS, OTHER_LAYOUT
from rumorscan.readers.posts import REJECTS_SCHEMA
from rumorscan.reasons import REASON_CODES
from rumorscan.records import (
    ACCOUNTS_SCHEMA,
    CORE_FIELDS,
    EDGES_SCHEMA,
    FLAGS_SCHEMA,
    FOUND_FIELDS,
    OPTIONAL_FIELDS,
    Campaign,
)
from rumorscan.reports.drift import NAMES as SHIFTS
from rumorscan.reports.folder import FILES
from rumorscan.reports.manifest import MANIFEST
from rumorscan.rumors.calibration import to_base_rate
from rumorscan.rumors.claim_files import FIELDS as CLAIM_FIELDS
from rumorscan.rumors.drift import LIMITS, Drift, Shift
from rumorscan.settings import Settings, settings_from_dict
from rumorscan.text.evasions import EVASIONS

ROOT = Path(__file__).parents[1]
GUIDE = (ROOT / "docs" / "guide.md").read_text(encoding="utf-8")
FORMATS = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = {"guide": GUIDE, "README": README}
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
KINDS = {"string": "text", "timestamp[s, tz=UTC]": "time", "int64": "count", "bool": "flag"}


class Table(NamedTuple):
    """One table of a document: its first row, and the cells of the others."""

    header: list[str]
    rows: list[list[str]]

    def column(self, name: str) -> list[str]:
        place = self.header.index(name)
        return [row[place] for row in self.rows]

    def code(self, name: str) -> list[str]:
        """Return the code spans of a column, in order."""
        return [span for cell in self.column(name) for span in re.findall(r"`([^`]+)`", cell)]


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip())[1:-1]]


def tables(text: str) -> list[Table]:
    found = []
    for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        first, _, *rest = block.splitlines()
        found.append(Table(cells(first), [cells(line) for line in rest]))
    return found


def guide_table(*header: str, under: str = "") -> Table:
    """Return the one table of the guide with that first row, below that heading."""
    text = GUIDE
    if under:
        _, _, text = GUIDE.partition(f"### {under}\n")
        text = text.partition("\n#")[0]
    (found,) = [table for table in tables(text) if table.header == list(header)]
    return found


def python_blocks(text: str) -> Iterator[str]:
    yield from (body for language, body in FENCE.findall(text) if language == "python")
    for block in re.findall(r"(?:^(?: {4}.*)?\n)+", text, re.MULTILINE):
        if "    import rumorscan" in block:
            yield inspect.cleandoc(block)


def commands(text: str) -> list[list[str]]:
    """Return the arguments of each line of code that calls rumorscan."""
    lines = re.findall(r"^    (?:\.venv/bin/)?(rumorscan .*)$", text, re.MULTILINE)
    return [shlex.split(line, comments=True)[1:] for line in lines]


# --- tables of the guide


def test_every_setting_stands_with_its_default():
    table = guide_table("setting", "default", "meaning")
    expected = {
        f"{section}.{name}": value
        for section, values in Settings().to_dict().items()
        for name, value in values.items()
    }
    defaults = [
        tomllib.loads(f"value = {cell.strip('`')}")["value"] for cell in table.column("default")
    ]
    assert dict(zip(table.code("setting"), defaults, strict=True)) == expected
    assert len(table.rows) == len(expected)


def test_every_setting_means_what_its_source_says():
    table = guide_table("setting", "default", "meaning")
    meanings = dict(zip(table.code("setting"), table.column("meaning"), strict=True))
    for section in fields(Settings):
        for name, said in attribute_docstrings(type(getattr(Settings(), section.name))).items():
            assert meanings[f"{section.name}.{name}"].startswith(said)


def attribute_docstrings(kind: type) -> dict[str, str]:
    """Return what stands below each field of a class in the source."""
    module = ast.parse(inspect.getsource(rumorscan.settings))
    (body,) = [
        node.body
        for node in module.body
        if isinstance(node, ast.ClassDef) and node.name == kind.__name__
    ]
    said = {}
    for node, after in pairwise(body):
        if isinstance(node, ast.AnnAssign) and isinstance(after, ast.Expr):
            assert isinstance(node.target, ast.Name) and isinstance(after.value, ast.Constant)
            said[node.target.id] = " ".join(str(after.value.value).split())
    assert said.keys() == {field.name for field in fields(kind)}
    return said


def test_the_settings_example_is_a_settings_file():
    (body,) = [body for language, body in FENCE.findall(GUIDE) if language == "toml"]
    assert settings_from_dict(tomllib.loads(body)) != Settings()


def test_every_reason_code_stands_with_its_unit_and_family():
    table = guide_table("code", "unit", "family", "meaning")
    shown = zip(table.code("code"), table.column("unit"), table.column("family"), strict=True)
    assert list(shown) == [(code.code, code.unit, code.family) for code in REASON_CODES.values()]


def test_every_reject_code_stands_with_its_meaning():
    table = guide_table("reason", "meaning", "usual mend")
    assert dict(zip(table.code("reason"), table.column("meaning"), strict=True)) == REASONS


def test_every_field_stands_with_its_kind():
    table = guide_table("field", "kind", "meaning", "evidence that it makes possible")
    kinds = {**CORE_FIELDS, **OPTIONAL_FIELDS}
    shown = dict(zip(table.code("field"), table.column("kind"), strict=True))
    assert sorted(shown) == sorted(CANONICAL)
    for name, kind in shown.items():
        expected = "id" if name.endswith("_id") or name == "repost_of" else KINDS[str(kinds[name])]
        assert kind == expected, name
    assert "Only `account_id` and `text` must be there" in GUIDE
    assert REQUIRED == ("account_id", "text")


def test_every_layout_is_named():
    (table,) = [table for table in tables(FORMATS) if table.header == ["layout", "what it is"]]
    assert table.code("layout") == [layout.name for layout in (*LAYOUTS, OTHER_LAYOUT)]


def test_the_layout_of_the_example_is_one():
    (body,) = python_blocks(FORMATS)
    names = {}
    exec(compile(body, "docs/formats.md", "exec"), names)
    assert names["CLUB"].fits({"楼层", "网友", "说了"})
    assert ENTRY_POINTS in FORMATS


def test_every_field_of_a_known_rumor_is_named():
    assert guide_table("field", "meaning").code("field") == list(CLAIM_FIELDS)


def test_every_file_of_a_run_is_named():
    shown = guide_table("file", "one row or object for each").code("file")
    assert sorted(shown) == sorted([*FILES, MANIFEST])


@pytest.mark.parametrize(
    ("file", "columns"),
    [
        ("posts.parquet and flags.csv", [*FLAGS_SCHEMA.names, *FOUND_FIELDS]),
        ("accounts.csv", ACCOUNTS_SCHEMA.names),
        ("campaigns.jsonl", [field.name for field in fields(Campaign) if field.name != "rows"]),
        ("edges.csv", EDGES_SCHEMA.names),
        ("rejects.jsonl", REJECTS_SCHEMA.names),
    ],
)
def test_every_column_of_a_file_stands_in_its_order(file, columns):
    shown = guide_table("column", "meaning", under=file).column("column")
    assert shown == [f"`{name}`" for name in columns]


# --- commands


def test_the_readme_lists_the_commands_in_their_order():
    (table,) = [table for table in tables(README) if table.header == ["command", ""]]
    assert [span.split()[1] for span in table.code("command")] == list(COMMANDS)


def test_every_option_of_scan_stands_in_the_guide():
    table = guide_table("option", "campaigns", "meaning")
    assert table.code("option") == long_options("scan")
    marked = [
        option
        for option, mark in zip(table.code("option"), table.column("campaigns"), strict=True)
        if mark
    ]
    assert sorted(marked) == sorted(long_options("campaigns"))


def context() -> click.Context:
    return click.Context(cli)


def long_options(name: str) -> list[str]:
    command = cli.get_command(context(), name)
    assert command is not None
    options = [param.opts for param in command.params if isinstance(param, click.Option)]
    return [next(name for name in names if name.startswith("--")) for names in options]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_command_line_can_be_parsed(name):
    lines = commands(DOCUMENTS[name])
    assert len(lines) >= 4
    for word, *arguments in lines:
        command = cli.get_command(context(), word)
        assert command is not None, word
        command.make_context(word, list(arguments), parent=context())


# --- links and examples


def headings(page: str) -> set[str]:
    return {
        re.sub(r"[^\w\- ]", "", line).strip().lower().replace(" ", "-")
        for line in re.findall(r"^#+ (.*)$", page, re.MULTILINE)
    }


@pytest.mark.parametrize("page", ["guide.md", "formats.md"])
def test_every_link_of_the_pages_leads_somewhere(page):
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)]+)\)", re.sub(r"\s*\n\s*", " ", text))
    assert len(links) > 5
    for link in links:
        name, _, heading = link.partition("#")
        target = ROOT / "docs" / (name or page)
        assert target.is_file(), link
        assert not heading or heading in headings(target.read_text(encoding="utf-8")), link


def invent(folder: Path) -> None:
    """Write the files that the examples name: an army of eight, bystanders, a list, labels."""
    claim = "城东水厂从周三起停水三天，全城只有城东有水源"
    texts = [claim, "老槐树面馆的牛肉面汤浓肉多，排队半小时也值得"]
    start = 5099000000000001
    rows = ["post_id,account_id,text,posted_at,root_id,device_id,account_created_at"]
    for number in range(16):
        member, day = number % 8, number // 8 + 2
        rows.append(
            f"{start + number},7{member:09},{texts[number // 8]}{'！' * (member % 3)},"
            f"2026-03-{day:02}T09:{member:02}:07,t{number},d1,2026-02-{member + 10}"
        )
    for number, (dish, verdict) in enumerate(
        (dish, verdict) for dish in "汤面饭粥饼糕茶鱼豆菜" for verdict in "咸甜香淡鲜辣酸脆软烫"
    ):
        rows.append(
            f"{start + 16 + number},8{number:09},今天食堂的{dish}有点{verdict}，"
            f"下回换{verdict}{dish}{dish}试试看吧,2026-03-{number % 9 + 1:02}T1{number % 9}:14:07,"
            f"u{number},e{number},20{number % 13 + 10}-0{number % 9 + 1}-01"
        )
    rows.append("1,,没有账号,,,,")
    (folder / "weibo.csv").write_text("\n".join(rows), encoding="utf-8")
    known = {"claim_id": "k1", "claim": claim, "verdict": "false"}
    (folder / "known_rumors.jsonl").write_text(json.dumps(known), encoding="utf-8")
    labeled = [
        {"text": f"{place}{thing}{end}", "label": int(end == "快囤")}
        for place in "东西南北上下前后"
        for thing in ["水厂", "面馆", "药店", "学校", "大桥", "车站"]
        for end in ["快囤", "开放"]
    ]
    (folder / "labeled.jsonl").write_text("\n".join(map(json.dumps, labeled)), encoding="utf-8")


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """Run the guide's examples one after another; return what they defined."""
    folder = tmp_path_factory.mktemp("guide")
    invent(folder)
    names = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for block in python_blocks(GUIDE):
            exec(compile(block, "docs/guide.md", "exec"), names)
        yield names


def test_the_examples_of_the_guide_run_and_show_what_they_mean_to(executed):
    army = [campaign for campaign in executed["run"].campaigns.items if campaign.tier != "spread"]
    assert [campaign.tier for campaign in army] == ["confirmed", "confirmed"]
    assert len({campaign.community_id for campaign in army}) == 1
    assert sorted(campaign.claim_ids for campaign in army) == [(), ("k1",)]
    assert executed["run"].about["counts"]["flagged_urgent"] == 8
    assert "RumorscanError" in GUIDE and len(list(python_blocks(GUIDE))) >= 6


def test_the_base_rate_of_the_guide_is_that_of_the_code(executed):
    balanced = np.array([0.1, 0.5, 0.89, 0.9, 0.95])
    for rate in (0.01, 0.05, 0.3):
        shown = [executed["at_base_rate"](each, rate) for each in balanced]
        np.testing.assert_allclose(shown, to_base_rate(balanced, 0.5, rate))


def test_every_quantity_of_a_campaign_is_explained(executed):
    table = guide_table("family", "quantities")
    told = dict(zip(table.code("family"), map(code_spans, table.column("quantities")), strict=True))
    campaign = next(found for found in executed["run"].campaigns.items if found.claim_ids)
    assert list(campaign.evidence) == list(told)
    for family, found in campaign.evidence.items():
        assert found["strong"], f"{family} shows all of its quantities only where it is strong"
        assert set(found) - {"strength", "strong"} <= told[family]


def test_every_evasion_is_explained():
    assert guide_table("evasion", "中文", "what was undone").code("evasion") == [
        *EVASIONS,
        "homophone",
        "reordered",
        "mixed-script",
    ]


def test_every_key_of_a_thread_is_explained(executed):
    told = code_spans(
        " ".join(guide_table("column", "meaning", under="campaigns.jsonl").column("meaning"))
    )
    post = {"account_id": "a", "text": "城东水厂停水三天，大家快去超市囤水", "root_id": "r"}
    run = rumorscan.campaigns([{**post, "account_id": f"a{number}"} for number in range(5)])
    assert set(run.campaigns.items[0].threads[0]) <= told


def code_spans(cell: str) -> set[str]:
    return set(re.findall(r"`([^`]+)`", cell))


def test_every_key_of_the_run_is_explained(executed):
    table = guide_table("key", "meaning")
    told = code_spans(" ".join(table.column("key") + table.column("meaning")))
    about = executed["run"].about
    met = {*about, *about["counts"], *about["model"], *about["inputs"][0], *about["stages"][0]}
    assert met <= told


def test_every_key_of_the_drift_is_explained():
    section = GUIDE.partition("\n## Drift\n")[2].partition("\n## ")[0]
    told = code_spans(section + " ".join(guide_table("key", "meaning").column("meaning")))
    shift = Shift("characters", 0.0, 1.0, examples=(("水", 0.0, 0.0),)).to_dict()
    drift = Drift(0, shifts=tuple(Shift(name, 0.0, 1.0) for name in SHIFTS)).to_dict()
    assert {*drift, *drift["shifts"], *shift, *shift["examples"][0]} <= told
    table = guide_table("shift", "中文", "what is compared", "far over")
    assert table.code("shift") == list(SHIFTS)
    limits = [cell.removesuffix(" bits") for cell in table.column("far over")]
    assert limits[: len(LIMITS)] == [str(limit) for limit in LIMITS.values()]


def test_every_reason_of_a_score_is_explained(executed):
    import rumorscan as rs

    texts = [
        "今天的晚霞真好看，下班路上拍了好多张照片",
        "停水",
        "城东水厂停水三天，速速转发囤水！！",
    ]
    codes = {reason["code"] for row in rs.score(texts, base_rate=0.9) for reason in row["reasons"]}
    assert {f"`{code}`" for code in codes} <= set(re.findall(r"`[^`]+`", GUIDE))


def test_the_example_of_the_readme_runs(tmp_path, monkeypatch):
    invent(tmp_path)
    monkeypatch.chdir(tmp_path)
    (block,) = python_blocks(README)
    names = {}
    exec(compile(block, "README.md", "exec"), names)
    assert len(names["run"].flags) > 0
    assert (tmp_path / "runs" / "2026-03-02" / "report.html").is_file()
    assert (tmp_path / "models" / "mine" / "README.md").is_file()
