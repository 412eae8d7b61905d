"""Parquet files written by hand, whose headers may say what no writer would."""

import zlib

LEVELS = (2, 0, 0, 0, 24, 1)
BYTE_ARRAY, FIXED = 6, 7
PLAIN, DELTA_LENGTHS, DELTA_BYTES, BY_DICTIONARY = 0, 6, 7, 8
NONE, GZIP, ZSTD = 0, 2, 6


def varint(number):
    out = b""
    while number > 127:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


def zigzag(number):
    return varint(number << 1 if number >= 0 else (-number << 1) - 1)


class Long(int):
    """An integer of 64 bits."""


def _value(value):
    """Return Thrift's number for the type of a value, and the value in its compact form."""
    if isinstance(value, Long):
        return 6, zigzag(value)
    if isinstance(value, int):
        return 5, zigzag(value)
    if isinstance(value, bytes):
        return 8, varint(len(value)) + value
    if isinstance(value, dict):
        return 12, struct(value)
    kinds = [_value(item) for item in value]
    head = bytes([min(len(kinds), 15) << 4 | (kinds[0][0] if kinds else 5)])
    more = varint(len(kinds)) if len(kinds) > 14 else b""
    return 9, head + more + b"".join(raw for _, raw in kinds)


def struct(fields):
    """Return a struct of Thrift in its compact form; fields by number, in order."""
    out, last = b"", 0
    for number, value in fields.items():
        kind, raw = _value(value)
        out += bytes([(number - last) << 4 | kind]) + raw
        last = number
    return out + b"\0"


def page(body, values, encoding=PLAIN, *, kind=0, claimed=None, packed=None):
    """Return a page and its header; `claimed` stands for its unpacked size."""
    about = {1: values, 2: encoding} if kind == 2 else {1: values, 2: encoding, 3: 3, 4: 3}
    size = len(body) if claimed is None else claimed
    body = body if packed is None else packed
    return struct({1: kind, 2: size, 3: len(body), (7 if kind == 2 else 5): about}) + body


def strings(*texts):
    """Return texts as a plain page holds them."""
    return b"".join(len(text).to_bytes(4, "little") + text for text in texts)


def column(name, pages, values, *, physical=BYTE_ARRAY, codec=NONE, length=None, text=True):
    """Return what `parquet` takes for a column that is there in every row."""
    element = {1: physical} | ({2: length} if length else {}) | {3: 0, 4: name.encode()}
    element |= {6: 0} if text else {}
    has_dictionary = pages[0][1] == 4  # its kind, 2 in zigzag
    return element, pages, values, codec, has_dictionary


def parquet(rows, *columns):
    """Return a file of one row group."""
    data, chunks = b"PAR1", []
    for element, pages, values, codec, has_dictionary in columns:
        start = len(data)
        second = start + (len(pages[0]) if has_dictionary else 0)
        data += b"".join(pages)
        about = {
            1: element[1], 2: [0, 3, 8], 3: [element[4]], 4: codec, 5: Long(values),
            6: Long(len(data) - start), 7: Long(len(data) - start), 9: Long(second),
        }  # fmt: skip
        about |= {11: Long(start)} if has_dictionary else {}
        chunks.append({2: Long(start), 3: about})
    schema = [{4: b"schema", 5: len(columns)}, *(element for element, *_ in columns)]
    group = {1: chunks, 2: Long(len(data)), 3: Long(rows)}
    footer = struct({1: 1, 2: schema, 3: Long(rows), 4: [group]})
    return data + footer + len(footer).to_bytes(4, "little") + b"PAR1"


def zeros(size):
    """Return a page body of zeros, packed by zlib's best."""
    return zlib.compress(bytes(size), 9)


def deltas(first, step, count):
    """Return numbers in packed differences: the first one, then each `step` more than before.

    Only the second one differs by it; all further ones are as the second.
    """
    out = varint(128) + varint(4) + varint(count) + zigzag(first)
    least = min(step, 0)
    for start in range(1, count, 128):
        if start > 1:
            out += zigzag(0) + bytes(4)
            continue
        differences = [step - least, *[-least] * 127]
        out += zigzag(least) + bytes([32] * 4)
        out += b"".join(number.to_bytes(4, "little") for number in differences)
    return out


def repeated_by_delta(text, count):
    """Return a page body in which every text takes all of the one before it."""
    prefixes = deltas(0, len(text), count)
    return prefixes + deltas(len(text), -len(text), count) + text


def indices(count):
    """Return a page body that names the first text of a dictionary so many times."""
    return b"\1" + varint(count << 1) + b"\0"
