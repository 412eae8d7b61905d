"""Measure the memory and time that a large sheet takes.

    python scripts/bench_workbooks.py --rows 1000000

The posts are invented: ten columns of short text, written as cells with their own texts, and as
cells that name shared ones, which is how spreadsheets write them.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bench.measuring import conditions, draw_table, run_program
from bench_readers import invent_rows

_NAMES = (
    "id",
    "user_id",
    "用户昵称",
    "微博正文",
    "发布时间",
    "转发数",
    "评论数",
    "点赞数",
    "工具",
    "ip",
)
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_PARTS = {
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="rId1" '
    f'Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>'
    '<sheet name="posts" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="rId1" '
    f'Type="{_RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" '
    f'Type="{_RELATIONS}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
}
_READ = """
import sys, tempfile
from rumorscan.readers import read_posts
with tempfile.TemporaryDirectory() as spool:
    assert len(read_posts(sys.argv[1], spool=spool)) == int(sys.argv[2])
"""


def table_of(count: int) -> Iterable[tuple[str, ...]]:
    """Yield the header, then rows of short text."""
    yield _NAMES
    for row in invent_rows(count):
        yield (
            row["post_id"],
            row["account_id"],
            f"小禾{row['likes']}",
            row["text"][:20],
            row["posted_at"],
            str(row["likes"]),
            "1",
            "2",
            row["client"],
            "浙江",
        )


def write_workbook(path: Path, count: int, shared: bool) -> None:
    """Write a workbook of one sheet."""
    texts: list[str] = []
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in _PARTS.items():
            archive.writestr(name, content)
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            part.write(f'<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
            for number, row in enumerate(table_of(count), 1):
                part.write(_row(number, row, texts if shared else None).encode())
            part.write(b"</sheetData></worksheet>")
        with archive.open("xl/sharedStrings.xml", "w", force_zip64=True) as part:
            part.write(f'<sst xmlns="{_MAIN}">'.encode())
            part.writelines(f"<si><t>{text}</t></si>".encode() for text in texts)
            part.write(b"</sst>")


def _row(number: int, row: tuple[str, ...], texts: list[str] | None) -> str:
    cells = []
    for place, text in enumerate(row):
        name = f"{'ABCDEFGHIJ'[place]}{number}"
        if texts is None:
            cells.append(f'<c r="{name}" t="inlineStr"><is><t>{text}</t></is></c>')
        else:
            cells.append(f'<c r="{name}" t="s"><v>{len(texts)}</v></c>')
            texts.append(text)
    return f'<row r="{number}">{"".join(cells)}</row>'


def measure(count: int) -> dict[str, Any]:
    """Return every figure."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for name, shared in (("texts in the cells", False), ("shared texts", True)):
            path = Path(folder, "a.xlsx")
            # apart: a process begins with the peak of the one that starts it
            run_program(
                [__file__, "--write", str(path), "--rows", str(count), *["--shared"] * shared]
            )
            cost = run_program(["-c", _READ, str(path), str(count)])
            rows.append([name, path.stat().st_size / 1e6, (cost.peak_bytes or 0) / 1e6])
    return {"sheets": rows, "conditions": conditions(rows=count)}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true", help="print every figure as JSON")
    parser.add_argument("--write", metavar="FILE", help="write a workbook, and no more")
    parser.add_argument("--shared", action="store_true", help="write it with shared texts")
    options = parser.parse_args()
    if options.write:
        write_workbook(Path(options.write), options.rows, options.shared)
        return
    result = measure(options.rows)
    if options.json:
        json.dump(result, sys.stdout, ensure_ascii=False, indent=1)
    else:
        print(draw_table("A sheet of ten columns", ["file", "MB", "peak MB"], result["sheets"]))


if __name__ == "__main__":
    main()
