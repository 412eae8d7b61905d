"""Invented files of every format: built from what a reviewer can read."""

import json
import sqlite3
import struct
import zipfile
from datetime import date, datetime, timedelta
from itertools import starmap
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


def old_workbook(rows, records=(), shared=()):
    """Return an XLS of one sheet: rows of texts and numbers, then further records as they are."""
    texts = [value for row in rows for value in row if isinstance(value, str)]
    parts = [struct.pack("<II", len(texts), len(texts) + len(shared))]
    for text in (*texts, *shared):
        if len(parts[-1]) > 4_000:
            parts.append(b"")
        parts[-1] += struct.pack("<HB", len(text), 1)
        first, *others = [text[at : at + 2_000] for at in range(0, len(text), 2_000)] or [""]
        parts[-1] += first.encode("utf-16-le")
        # what goes on in the next record says anew how wide it is
        parts += [b"\1" + other.encode("utf-16-le") for other in others]
    cells, met = b"", 0
    for place, row in enumerate(rows):
        for column, value in enumerate(row):
            where = struct.pack("<HHH", place, column, 0)
            if isinstance(value, str):
                cells += _record(0xFD, where + struct.pack("<I", met))
                met += 1
            elif value is not None:
                cells += _record(0x203, where + struct.pack("<d", value))
    begins = struct.pack("<HHHHII", 0x600, 5, 0, 1997, 0, 6)
    texts_record = b"".join(_record(0x3C if at else 0xFC, part) for at, part in enumerate(parts))
    name = struct.pack("<IBBBB", 0, 0, 0, 1, 0) + b"a"
    head = _record(0x809, begins) + _record(0x42, struct.pack("<H", 1200))
    size = len(head) + 4 + len(name) + len(texts_record) + 4  # where the sheet begins
    head += _record(0x85, struct.pack("<I", size) + name[4:]) + texts_record + _record(0x0A, b"")
    sheet = _record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 1997, 0, 6)) + cells
    return _compound(head + sheet + b"".join(starmap(_record, records)) + _record(0x0A, b""))


def _record(kind, body):
    return struct.pack("<HH", kind, len(body)) + body


def _compound(stream):
    """Return a compound file whose only stream is a workbook."""
    stream = stream.ljust(4096, b"\0")
    sectors = -(-len(stream) // 512)
    tables = -(-(sectors + 1) // 127)
    chain = [0xFFFFFFFD] * tables + [0xFFFFFFFE]
    chain += [*range(tables + 2, tables + 1 + sectors), 0xFFFFFFFE]
    chain += [0xFFFFFFFF] * (tables * 128 - len(chain))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<9I", 0, tables, tables, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    head += struct.pack("<109I", *range(tables), *[0xFFFFFFFF] * (109 - tables))
    entries = b""
    for name, kind, child, first, size in (
        ("Root Entry", 5, 1, 0xFFFFFFFE, 0),
        ("Workbook", 2, 0xFFFFFFFF, tables + 1, len(stream)),
    ):
        entries += name.encode("utf-16-le").ljust(64, b"\0")
        entries += struct.pack("<HBBIII", 2 * len(name) + 2, kind, 1, *[0xFFFFFFFF] * 2, child)
        entries += bytes(36) + struct.pack("<IQ", first, size)
    body = struct.pack(f"<{len(chain)}I", *chain) + entries.ljust(512, b"\0")
    return head + body + stream.ljust(sectors * 512, b"\0")


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
