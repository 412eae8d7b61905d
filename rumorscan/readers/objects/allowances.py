"""How much memory a document may take."""

from __future__ import annotations

from rumorscan.errors import DumpError

MEMORY_LIMIT = 4 << 30
"""Bytes that parsed parts of a document may take."""
PACKED_MEMORY_LIMIT = 400 << 20
"""The same where the document was unpacked from something smaller."""


class Allowance:
    """Memory for what is parsed as a whole; spent before it is parsed.

    Args:
        where: the document, for messages.
        packed: whether it was unpacked from something smaller.
    """

    def __init__(self, where: str, packed: bool) -> None:
        self._where = where
        self._packed = packed
        self._spent = 0

    def spend(self, data: bytes) -> None:
        """Take the memory that data will need.

        Raises:
            DumpError: it is too much; three bytes such as `[],` become a hundred.

        Example:
            >>> Allowance("a.json.gz", packed=True).spend(b"[]," * 10_000_000)
            Traceback (most recent call last):
                ...
            rumorscan.errors.DumpError: a.json.gz: the JSON document would take about 1.4 GB ...
        """
        lists, objects, commas, quotes = (data.count(sign) for sign in (b"[", b"{", b",", b'"'))
        self._spent += 2 * len(data) + 100 * lists + 120 * objects + 32 * commas + 30 * quotes
        if self._spent > (PACKED_MEMORY_LIMIT if self._packed else MEMORY_LIMIT):
            mend = "unpack it, or turn" if self._packed else "turn"
            raise DumpError(
                f"{self._where}: the JSON document would take about {self._spent / 1e9:.1f} GB "
                f"of memory; {mend} it into JSON lines (jq -c '.[]')"
            )
