"""Packed files that unpack to far more than their size, made by hand and in little memory."""

import bz2
import gzip
import io
import lzma
import struct
import zipfile
import zlib

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

LINE = b'{"account_id": "a", "text": "%s"}\n' % (b"x" * 2_000)
PIECE = LINE * 8_000
"""About 16 MB."""


PACK = {
    "gz": gzip.compress,
    "xz": lambda data: lzma.compress(data, preset=0),
    "bz2": bz2.compress,
    "zst": zstandard.ZstdCompressor().compress,
}


def checked_zstd(data):
    """Return a Zstandard frame with a checksum, as its own program writes it."""
    return zstandard.ZstdCompressor(write_checksum=True).compress(data)


def bombs(times):
    """Return the bytes of a bomb for each packing, by ending."""
    return {ending: compress(PIECE) * times for ending, compress in PACK.items()}


def zeros_in_one_frame(size):
    """Return a Zstandard frame in which blocks of one repeated byte are 32,000 times their size."""
    blocks = size >> 17
    block = (1 << 20 | 1 << 1).to_bytes(3, "little") + b"\0"
    last = (1 << 20 | 1 << 1 | 1).to_bytes(3, "little") + b"\0"
    return b"\x28\xb5\x2f\xfd\x00\x38" + block * (blocks - 1) + last


def wide_dictionary():
    """Return a Parquet file that names one text of a megabyte a hundred thousand times."""
    once = pa.array([0] * 100_000, pa.int32())
    columns = {
        name: pa.DictionaryArray.from_arrays(once, [text])
        for name, text in (("account_id", "a"), ("text", "x" * 1_000_000))
    }
    stream = io.BytesIO()
    pq.write_table(pa.table(columns), stream, dictionary_pagesize_limit=1 << 30)
    return stream.getvalue()


def frame_with_a_large_window():
    """Return a Zstandard frame that asks for a gigabyte to unpack five bytes."""
    return b"\x28\xb5\x2f\xfd\x00\xa0" + (5 << 3 | 1).to_bytes(3, "little") + b"hello"


def xz_with_a_large_dictionary():
    """Return an xz stream that asks for four gigabytes."""
    data = bytearray(lzma.compress(LINE))
    size = (data[12] + 1) * 4
    data[16] = 40  # the dictionary's size
    data[12 + size - 4 : 12 + size] = struct.pack("<I", zlib.crc32(data[12 : 12 + size - 4]))
    return bytes(data)


def archive(members, **changes):
    """Return a zip archive; `changes` are made to each entry before it is written."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members:
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            for field, value in changes.items():
                setattr(info, field, value)
            packed.writestr(info, content)
    return stream.getvalue()
