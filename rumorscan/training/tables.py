"""Files of labeled rows and of plain texts, opened: JSON lines or CSV, plain, `.gz` or `.xz`."""

from __future__ import annotations

import csv
import gzip
import io
import lzma
import zlib
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from rumorscan.errors import LabeledError

Row = Mapping[str, Any]

csv.field_size_limit(2**24)


def read_texts(path: str | Path) -> list[str]:
    r"""Return the texts of a file of ordinary posts: one a line, or the field `text` of JSON lines.

    Raises:
        LabeledError: the file cannot be read, or has no text.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder, "ordinary.txt")
        ...     _ = path.write_text("今天下雨\n\n晚饭吃面\n", encoding="utf-8")
        ...     read_texts(path)
        ['今天下雨', '晚饭吃面']
    """
    path = Path(path)
    content, _ = read_text(path)
    texts = []
    if _is_table(path):
        for _, row in parse_rows(path, content):
            texts.append("" if isinstance(row, str) else str(row.get("text") or "").strip())
    else:
        texts = [line.strip() for line in content.splitlines()]
    texts = [text for text in texts if text]
    if not texts:
        raise LabeledError(f"{path}: holds no text; expected one a line, or a field 'text'")
    return texts


def read_ordinary(ordinary: Any) -> dict[str, list[str]]:
    """Return ordinary posts by source: one a file, or as a mapping has them.

    Raises:
        LabeledError: a file cannot be read, or holds no text.

    Example:
        >>> read_ordinary({"论坛": ["今天下雨"]})
        {'论坛': ['今天下雨']}
    """
    if ordinary is None:
        return {}
    if isinstance(ordinary, Mapping):
        return {str(name): [str(text) for text in texts] for name, texts in ordinary.items()}
    if isinstance(ordinary, (str, Path)):
        ordinary = [ordinary]
    paths: Iterable[Path] = (Path(one) for one in ordinary)
    return {path.name: read_texts(path) for path in paths}


def read_text(path: Path) -> tuple[str, str]:
    """Return a file's text and the digest of its bytes; unpacked, UTF-8 or else GB18030.

    Raises:
        LabeledError: the file cannot be read, unpacked or decoded.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder, "one.csv")
        ...     _ = path.write_bytes("今天下雨".encode("gb18030"))
        ...     read_text(path)[0]
        '今天下雨'
    """
    try:
        packed = path.read_bytes()
    except OSError as error:
        raise LabeledError(f"{path}: cannot be read: {error.strerror}") from error
    content = _unpack(path, packed)
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding), sha256(packed).hexdigest()
        except UnicodeDecodeError:
            continue
    raise LabeledError(f"{path}: is neither UTF-8 nor GB18030; save it as UTF-8")


def _unpack(path: Path, packed: bytes) -> bytes:
    try:
        if path.suffix == ".xz":
            return lzma.decompress(packed)
        if path.suffix == ".gz":
            return gzip.decompress(packed)
    except (lzma.LZMAError, EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise LabeledError(f"{path}: is damaged or cut short: {error}") from error
    return packed


def _is_table(path: Path) -> bool:
    kinds = {".jsonl", ".ndjson", ".json", ".csv", ".tsv"}
    return bool(kinds & {suffix.lower() for suffix in path.suffixes})


def parse_rows(path: Path, content: str) -> Iterator[tuple[int, Row | str]]:
    r"""Yield line numbers from 1 with the row, or with why the row cannot be parsed.

    Args:
        path: the file's name tells the layout; JSON lines unless it is `.csv` or `.tsv`.
        content: the file's text.

    Raises:
        LabeledError: a table has no column `text`.

    Example:
        >>> list(parse_rows(Path("one.csv"), "text,label\n今天下雨,0\n"))
        [(2, {'text': '今天下雨', 'label': '0'})]
    """
    name = path.name.lower().removesuffix(".xz").removesuffix(".gz")
    if name.endswith((".csv", ".tsv")):
        delimiter = "\t" if name.endswith(".tsv") else ","
        reader = csv.DictReader(io.StringIO(content, newline=""), delimiter=delimiter)
        if "text" not in (reader.fieldnames or ()):
            found = ", ".join(repr(field) for field in reader.fieldnames or ())
            raise LabeledError(f"{path}: has no column 'text'; found {found or 'no header'}")
        try:
            yield from enumerate(reader, 2)
        except csv.Error as error:
            raise LabeledError(f"{path}: is not CSV: {error}") from error
        return
    for number, line in enumerate(io.StringIO(content, newline="\n"), 1):
        if not line.strip():
            continue
        try:
            row = orjson.loads(line)
        except orjson.JSONDecodeError:
            yield number, "is not JSON"
            continue
        yield number, row if isinstance(row, dict) else "is not a JSON object"
