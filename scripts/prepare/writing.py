"""Entries to a labeled file: masked, with UTC times, and every row accounted for."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from prepare.entries import Entry, Labeled, Reject
from prepare.masking import mask_text, pseudonym
from rumorscan.errors import LabeledError
from rumorscan.readers.values.moments import DEFAULT_ZONE, parse_time, zone_of

_SHANGHAI = zone_of(DEFAULT_ZONE)


@dataclass(slots=True)
class Count:
    """What became of a set's rows.

    Attributes:
        read: rows of the source.
        false: rows written with label 1.
        true: rows written with label 0.
        rejected: reason to rows not written.
        first: reason to where the first of them stands.
    """

    read: int = 0
    false: int = 0
    true: int = 0
    rejected: dict[str, int] = field(default_factory=dict)
    first: dict[str, str] = field(default_factory=dict)

    @property
    def written(self) -> int:
        """Rows in the labeled file."""
        return self.false + self.true

    def add(self, row: dict[str, Any] | Reject) -> None:
        """Count one row of the source."""
        self.read += 1
        if isinstance(row, Reject):
            self.rejected[row.reason] = self.rejected.get(row.reason, 0) + 1
            self.first.setdefault(row.reason, row.where)
        else:
            self.false += row["label"]
            self.true += 1 - row["label"]

    def lines(self, name: str) -> list[str]:
        """Return the count in words, a line for the rows and one for each reason."""
        total = sum(self.rejected.values())
        told = [
            f"{name}: {self.read} rows read = {self.written} written "
            f"({self.false} false, {self.true} not) + {total} rejected"
        ]
        for reason, count in sorted(self.rejected.items(), key=lambda item: (-item[1], item[0])):
            told.append(f"{name}: rejected {count}: {reason}; the first: {self.first[reason]}")
        return told


def write_labeled(
    entries: Iterable[Entry], name: str, salt: bytes, *, out: Path, rejects: Path | None = None
) -> Count:
    """Write the labeled rows of a set, and where asked for the others, as JSON lines.

    Args:
        entries: one for each row of the source.
        name: the set; begins every id and is the `source`.
        salt: key of the pseudonyms.
        out: the labeled file; replaced only when all of it is written.
        rejects: where to write place and reason of the rows not written; never their content.

    Raises:
        LabeledError: no row can be used, or a file cannot be written.
    """
    count, seen, refused = Count(), set(), []
    try:
        with _replaced(out) as stream:
            for entry in entries:
                row = _row(entry, name, salt, seen)
                count.add(row)
                if isinstance(row, Reject):
                    refused.append({"where": row.where, "reason": row.reason})
                else:
                    seen.add(row["id"])
                    stream.write(_line(row))
            if not count.written:
                reasons = "; ".join(f"{count.rejected[why]} x {why}" for why in count.rejected)
                raise LabeledError(f"{name}: none of {count.read} rows can be used; {reasons}")
        if rejects is not None:
            with _replaced(rejects) as stream:
                stream.writelines(map(_line, refused))
    except OSError as error:
        raise LabeledError(f"{error.filename}: cannot be written: {error.strerror}") from error
    return count


@contextmanager
def _replaced(path: Path) -> Iterator[BinaryIO]:
    """Open a file beside the one named, and put it in that place when all went well."""
    part = path.with_name(path.name + ".part")
    try:
        with part.open("wb") as stream:
            yield stream
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _line(row: dict[str, Any]) -> bytes:
    # half a surrogate pair, from an emoji cut in two, has no UTF-8
    return (json.dumps(row, ensure_ascii=False) + "\n").encode("utf-8", "replace")


def _row(entry: Entry, name: str, salt: bytes, seen: set[str]) -> dict[str, Any] | Reject:
    """Return one row of the labeled file, or why there is none."""
    if isinstance(entry, Reject):
        return entry
    if not isinstance(entry.text, str) or not entry.text.strip():
        return Reject(entry.where, "no text")
    moment = parse_time(entry.posted_at, _SHANGHAI)
    if moment.bad:
        return Reject(entry.where, "time cannot be read")
    row_id = f"{name}:{entry.id}"
    if row_id in seen:
        return Reject(entry.where, "id was there before")
    row: dict[str, Any] = {"id": row_id, "text": mask_text(entry.text), "label": entry.label}
    if moment.seconds is not None:
        row["posted_at"] = f"{datetime.fromtimestamp(moment.seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"
    row["source"] = f"{name}/{entry.source}" if entry.source else name
    if entry.topic:
        row["topic"] = entry.topic
    if _known(entry):
        row["account"] = pseudonym(entry.account, salt)
    return row


def _known(entry: Labeled) -> bool:
    return entry.account.strip().lower() not in ("", "null", "none", "nan")
