"""Invented files of every format: built from what a reviewer can read."""

import json
import sqlite3
import zipfile
from datetime import date, datetime, timedelta
from pathlib import Path
from xml.sax.saxutils import escape

GOLDEN = Path(__file__).parent / "golden"
CASES = sorted(path.parent.name for path in GOLDEN.glob("*/expected.json"))
_TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>'
)
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def build(case, folder):
    """Put the file of a case into a folder, as its tool would write it; return its path."""
    (source,) = [path for path in (GOLDEN / case).rglob("*.*") if path.name != "expected.json"]
    target = folder / source.relative_to(GOLDEN / case)
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.suffix == ".sql":
        target = target.with_suffix(".db")
        with sqlite3.connect(target) as connection:
            connection.executescript(source.read_text(encoding="utf-8"))
        connection.close()
    elif source.name.endswith(".sheets.json"):
        target = target.with_name(source.name.replace(".sheets.json", ".xlsx"))
        write_workbook(target, json.loads(source.read_text(encoding="utf-8")))
    else:
        target.write_bytes(source.read_bytes())
    return target


def write_workbook(path, sheets):
    """Write a workbook: names of sheets to rows of cells, numbers as numbers."""
    names = list(sheets)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="r0" '
            f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        entries = "".join(
            f'<sheet name="{escape(name)}" sheetId="{place}" r:id="r{place}"/>'
            for place, name in enumerate(names, 1)
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{entries}</sheets></workbook>',
        )
        relations = "".join(
            f'<Relationship Id="r{place}" Type="{_OFFICE}/worksheet" '
            f'Target="worksheets/sheet{place}.xml"/>'
            for place in range(1, len(names) + 1)
        )
        relations += f'<Relationship Id="s" Type="{_OFFICE}/styles" Target="styles.xml"/>'
        archive.writestr(
            "xl/styles.xml",
            f'<styleSheet xmlns="{_MAIN}"><cellXfs><xf numFmtId="0"/><xf numFmtId="22"/>'
            '<xf numFmtId="14"/></cellXfs></styleSheet>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{_RELATIONS}">{relations}</Relationships>',
        )
        for place, rows in enumerate(sheets.values(), 1):
            body = "".join(f"<row>{''.join(map(_cell, row))}</row>" for row in rows)
            archive.writestr(
                f"xl/worksheets/sheet{place}.xml",
                f'<worksheet xmlns="{_MAIN}"><sheetData>{body}</sheetData></worksheet>',
            )


def _cell(value):
    if value is None:
        return "<c/>"
    if isinstance(value, date):
        moment = datetime(*value.timetuple()[:6])
        days = (moment - datetime(1899, 12, 30)) / timedelta(days=1)
        return f'<c s="{1 if isinstance(value, datetime) else 2}"><v>{days!r}</v></c>'
    if isinstance(value, (int, float)):
        return f"<c><v>{value!r}</v></c>"
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
