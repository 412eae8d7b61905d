"""Tables as CSV files that a spreadsheet opens without harm, written column by column.

The files are UTF-8 with a byte order mark and follow RFC 4180 (CRLF). What a cell may hold:

- a text that a spreadsheet would take for a formula, or whose first character it would drop,
  gets an apostrophe before it, ids as well; `read_sheet` takes it away again;
- a time is ISO 8601 in UTC with `Z`;
- a list is joined by `;`, and a `;` or `%` inside an item is written `%3B` or `%25`;
- reasons are `code=value(detail)` joined by `; `, values to four decimals for the eye (the
  whole value stands in `posts.parquet`);
- an absent value is an empty cell, an empty text is `""`.

Ids stay bare digits, for the sake of other programs: a spreadsheet should load an id column as
text, since it keeps only fifteen digits of a number.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from rumorscan.records import REASONS

BYTE_ORDER_MARK = b"\xef\xbb\xbf"

# what OWASP's page on CSV injection lists, the full-width forms among them, also behind blanks
# and invisible characters, which some importers strip
_FORMULA = r"'*[\s\p{Z}\p{Cf}]*[=+\-@\t\r\n\x00＝＋－＠]"
_NEEDS_QUOTES = '[",\r\n]|^$'
_ROWS_AT_ONCE = 65_536
_BYTES_AT_ONCE = 1 << 26
# the longest text fits in a block many times over
_BLOCK_BYTES = 1 << 24
_REASON = r"(?s)^(?P<code>[^=]*)=(?P<value>[^(]*)(?P<rest>.*)$"


def write_sheet(table: pa.Table, path: Path) -> None:
    r"""Write the table as a CSV file.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp(), "accounts.csv")
        >>> write_sheet(pa.table({"account_id": ["=a1"], "topics": [["城东", "城西"]]}), path)
        >>> path.read_bytes().decode("utf-8-sig").split("\r\n")
        ['account_id,topics', "'=a1,城东;城西", '']
    """
    with path.open("wb") as sink:
        sink.write(BYTE_ORDER_MARK + ",".join(table.column_names).encode() + b"\r\n")
        for batch in table.to_batches(max_chunksize=_ROWS_AT_ONCE):
            for piece in _pieces(batch):
                sink.write(_lines(piece))


def read_sheet(path: Path, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """Yield the columns of a CSV file that `write_sheet` wrote, as the schema has them.

    An absent list comes back as an empty one, and reasons with the decimals of the file.

    Raises:
        OSError: the file cannot be read.
        pyarrow.ArrowInvalid: it is not such a file.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp(), "accounts.csv")
        >>> accounts = pa.table({"account_id": ["=a1"], "topics": [["城东", "城西"]]})
        >>> write_sheet(accounts, path)
        >>> pa.Table.from_batches(read_sheet(path, accounts.schema)).equals(accounts)
        True
    """
    reader = pa_csv.open_csv(
        path,
        read_options=pa_csv.ReadOptions(block_size=_BLOCK_BYTES, use_threads=False),
        parse_options=pa_csv.ParseOptions(newlines_in_values=True),
        convert_options=pa_csv.ConvertOptions(
            include_columns=schema.names,
            column_types=dict.fromkeys(schema.names, pa.string()),
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            null_values=[""],
        ),
    )
    with reader:
        for batch in reader:
            columns = [_values(batch.column(field.name), field.type) for field in schema]
            yield pa.RecordBatch.from_arrays(columns, schema=schema)


def _pieces(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    if batch.nbytes > _BYTES_AT_ONCE and batch.num_rows > 1:
        half = batch.num_rows // 2
        yield from _pieces(batch.slice(0, half))
        yield from _pieces(batch.slice(half))
    elif batch.num_rows:
        yield batch


def _lines(batch: pa.RecordBatch) -> bytes | memoryview:
    cells = [_quoted(_cells(column)) for column in batch.columns]
    joined = pc.binary_join_element_wise(*cells, ",", null_handling="replace", null_replacement="")
    ended = pc.binary_join_element_wise(joined, "", "\r\n")
    return memoryview(ended.buffers()[2])


def _cells(column: pa.Array) -> pa.Array:
    """Return the column as texts, safe but not yet quoted."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _cells(column.dictionary).take(column.indices)
    if pa.types.is_string(kind):
        return _safe(column)
    if pa.types.is_timestamp(kind):
        # by way of plain numbers: no time zone database is needed, which Windows lacks
        naive = column.cast(pa.timestamp("s", tz="UTC"), safe=False).cast(pa.int64())
        shown = naive.cast(pa.timestamp("s")).cast(pa.string())
        return pc.binary_join_element_wise(pc.replace_substring(shown, " ", "T"), "", "Z")
    if pa.types.is_list(kind):
        items = column.flatten()
        is_reason = pa.types.is_struct(kind.value_type)
        items = _reason_cells(items) if is_reason else _escaped(items)
        return _safe(_join(column, items, "; " if is_reason else ";"))
    return column.cast(pa.string())


def _join(column: pa.Array, items: pa.Array, separator: str) -> pa.Array:
    lengths = pc.fill_null(pc.list_value_length(column), 0).to_numpy(zero_copy_only=False)
    if not len(items):
        return pa.nulls(len(column), pa.string())
    offsets = np.zeros(len(column) + 1, dtype=np.int32)
    np.cumsum(lengths, out=offsets[1:])
    joined = pc.binary_join(pa.ListArray.from_arrays(pa.array(offsets), items), separator)
    return pc.if_else(pa.array(lengths > 0), joined, pa.scalar(None, pa.string()))


def _reason_cells(reasons: pa.Array) -> pa.Array:
    code, value, detail = reasons.flatten()
    rounded = pc.if_else(pc.greater_equal(pc.abs(value), 1e-4), pc.round(value, ndigits=4), value)
    cells = pc.binary_join_element_wise(
        code, rounded.cast(pa.string()), "=", null_handling="replace", null_replacement=""
    )
    detail = _escaped(pc.fill_null(detail, ""))
    closed = pc.binary_join_element_wise("(", detail, ")", "")
    tail = pc.if_else(pc.equal(pc.binary_length(detail), 0), "", closed)
    return pc.binary_join_element_wise(cells, tail, "")


def _escaped(items: pa.Array) -> pa.Array:
    items = pc.fill_null(items, "")
    if not pc.any(pc.match_substring_regex(items, "[;%]")).as_py():
        return items
    return pc.replace_substring(pc.replace_substring(items, "%", "%25"), ";", "%3B")


def _unescaped(items: pa.Array) -> pa.Array:
    return pc.replace_substring(pc.replace_substring(items, "%3B", ";"), "%25", "%")


def _safe(cells: pa.Array) -> pa.Array:
    pattern = f"^({_FORMULA})"
    if not pc.any(pc.match_substring_regex(cells, pattern)).as_py():
        return cells
    return pc.replace_substring_regex(cells, pattern, "'\\1")


def _quoted(cells: pa.Array) -> pa.Array:
    needs = pc.match_substring_regex(cells, _NEEDS_QUOTES)
    if not pc.any(needs).as_py():
        return cells
    doubled = pc.replace_substring(cells, '"', '""')
    return pc.if_else(needs, pc.binary_join_element_wise('"', doubled, '"', ""), cells)


def _values(cells: pa.Array, kind: pa.DataType) -> pa.Array:
    if pa.types.is_dictionary(kind):
        return _values(cells, kind.value_type).dictionary_encode().cast(kind)
    if not (pa.types.is_string(kind) or pa.types.is_list(kind)):
        return cells.cast(kind)
    bare = pc.replace_substring_regex(cells, f"^'({_FORMULA})", "\\1")
    if pa.types.is_string(kind):
        return bare
    separator = "; " if kind == REASONS else ";"
    absent = bare.is_null()
    lists = pc.split_pattern(pc.fill_null(bare, ""), separator)
    lengths = pc.if_else(absent, 0, pc.list_value_length(lists)).to_numpy(zero_copy_only=False)
    filled = pc.filter(lists, pc.invert(absent))
    offsets = np.zeros(len(cells) + 1, dtype=np.int32)
    np.cumsum(lengths, out=offsets[1:])
    items = filled.flatten()
    items = _reason_values(items) if kind == REASONS else _unescaped(items)
    return pa.ListArray.from_arrays(pa.array(offsets), items).cast(kind)


def _reason_values(items: pa.Array) -> pa.Array:
    code, value, rest = pc.extract_regex(items, _REASON).flatten()
    detail = _unescaped(pc.replace_substring_regex(rest, r"(?s)^\((.*)\)$", "\\1"))
    number = pc.if_else(pc.equal(value, ""), pa.scalar(None, pa.string()), value)
    return pa.StructArray.from_arrays(
        [code, number.cast(pa.float64()), detail], names=["code", "value", "detail"]
    )
