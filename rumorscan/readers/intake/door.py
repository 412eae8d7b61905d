"""The door: raw columns of any source become accepted rows and rejects with a reason.

Every reader hands over its rows as `RawRows`; what is accepted, what is set aside and why is
decided here, so that the same row has the same fate in every format.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rumorscan.errors import DumpError
from rumorscan.readers.encodings.garbling import find_garbled
from rumorscan.readers.intake.carried import Cargo, Carriers
from rumorscan.readers.intake.columns import optional_columns, rounded_ids, with_made_ids
from rumorscan.readers.intake.repeats import Keys, keys_of_ids
from rumorscan.readers.intake.rows import REASONS, RawRows, Reject, table_of
from rumorscan.readers.intake.spool import Spool
from rumorscan.readers.layouts.fields import CRAWLED, FieldMap
from rumorscan.readers.values.arrays import Column
from rumorscan.readers.values.lengths import over_length
from rumorscan.readers.values.moments import DEFAULT_ZONE, zone_of
from rumorscan.readers.values.originals import told_times
from rumorscan.readers.values.plain import (
    count_halved,
    ids_of,
    texts_of,
)
from rumorscan.readers.values.recency import settle_recent
from rumorscan.readers.values.rounding import Rounding
from rumorscan.readers.values.scopes import scope_accounts
from rumorscan.readers.values.tidying import Tidied, tidy
from rumorscan.readers.values.times import Times, parse_times
from rumorscan.records import CORE_FIELDS, OPTIONAL_FIELDS, Precision


@dataclass(slots=True)
class Door:
    """What the rows of one input must satisfy.

    Attributes:
        path: the input as it was given, for messages.
        names: names of all inputs of this reading, as the dictionary of `source_file`.
        index: which of the names is this input's.
        zone: where times without a zone are taken to be; None means the layout's own zone.
        maximum_text_characters: a longer text is set aside.
        strict: raise at the first bad row.
        crawled_at: when the input was fetched, in seconds since 1970, where no row tells it.
    """

    path: str
    names: pa.Array
    index: int
    zone: ZoneInfo | None
    maximum_text_characters: int
    strict: bool
    crawled_at: int | None = None


class Intake:
    """Accepts or rejects the rows of one input and counts them.

    Args:
        door: what the rows must satisfy.
        folder: where accepted rows wait; None means memory.
        limit: rows of either kind that are kept; those after are only counted.

    Attributes:
        accepted: the posts.
        rejected: the rows set aside.
        fields: the columns that were there.
        notes: what else was counted.
        reasons: how many rows were set aside for each reason.
        precisions: how many posts have a time of each precision.
        span: earliest and latest time, in seconds since 1970; None without any.
        times_assumed: how many times carried no zone.
        carriers: what rows carry along.
    """

    def __init__(self, door: Door, folder: Path | None, limit: int | None = None) -> None:
        self.door = door
        self.accepted = Spool(folder, f"posts-{door.index:05}", limit)
        self.rejected = Spool(folder, f"rejects-{door.index:05}", limit)
        self.fields: set[str] = set()
        self.notes: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()
        self.precisions: Counter[Precision] = Counter()
        self.span: tuple[int, int] | None = None
        self.times_assumed = 0
        self.rounding = Rounding()
        self.carriers = Carriers()
        self._keys: list[Keys] | None = None if limit is None else []

    def zone(self, fields: FieldMap) -> ZoneInfo:
        """Return the zone of times that carry none: the layout's own, unless another was asked."""
        return self.door.zone or zone_of(fields.layout.tz or DEFAULT_ZONE)

    @property
    def rows(self) -> int:
        """Rows met so far."""
        return self.accepted.rows + self.rejected.rows

    def keys(self) -> Keys:
        """Return a number for the id of each post, where the rows are not all kept.

        See `keys_of_ids`; the ids of rows that are kept are found there.
        """
        return np.concatenate([np.zeros(0, np.int64), *(self._keys or ())])

    def take(self, batch: RawRows, fields: FieldMap) -> None:
        """Accept the good rows of a batch and set the others aside.

        Raises:
            DumpError: a row is bad and the door is strict, or rows cannot be written.
        """
        rejects = list(batch.broken)
        if len(batch.rows):
            columns, faults = self._columns(batch, fields)
            good = np.ones(len(batch.rows), bool)
            for reason, mask, values in faults:
                for place in np.flatnonzero(mask & good).tolist():
                    rejects.append(
                        Reject(
                            int(batch.rows[place]), reason, _detail(values, place), batch.raw(place)
                        )
                    )
                good &= ~mask
            table = pa.RecordBatch.from_pydict(columns)
            self.fields.update(columns)
            if not good.all():
                table = table.filter(pa.array(good))
            self._count_times(table)
            if self._keys is not None:
                self._keys.append(keys_of_ids(table.column("post_id")))
            self.accepted.add(table)
        if rejects:
            self._set_aside(sorted(rejects, key=lambda reject: reject.row), batch.offset)
        self._unload(self.carriers.look(batch, fields))

    def take_carried(self, batch_rows: int) -> Iterator[int]:
        """Take what rows carried along, at the end of the input; yields the number of rows so far.

        Raises:
            DumpError: as `take`.
        """
        for cargoes in self.carriers.rest(batch_rows):
            self._unload(cargoes)
            yield self.rows

    def _unload(self, cargoes: Sequence[Cargo]) -> None:
        for _, alike in groupby(cargoes, key=lambda cargo: id(cargo.fields)):
            self._take_cargoes(list(alike))

    def _take_cargoes(self, cargoes: Sequence[Cargo]) -> None:
        names = cargoes[0].fields.reads
        columns = {name: [cargo.values[name] for cargo in cargoes] for name in names}
        offsets = {cargo.row: cargo.offset for cargo in cargoes}
        rows = np.array([cargo.row for cargo in cargoes], np.int64)
        batch = RawRows(columns, rows, lambda place: cargoes[place].raw, offset=offsets.get)
        self.take(batch, cargoes[0].fields)

    @property
    def state(self) -> dict[str, Any]:
        """What an intake of the same rows has counted, for another one that goes on."""
        return {
            "fields": sorted(self.fields),
            "notes": dict(self.notes),
            "reasons": dict(self.reasons),
            "precisions": {int(one): count for one, count in self.precisions.items()},
            "span": self.span,
            "times_assumed": self.times_assumed,
            "rounding": self.rounding.state,
            "carried": self.carriers.state,
        }

    @state.setter
    def state(self, state: Mapping[str, Any]) -> None:
        self.fields = set(state["fields"])
        self.notes = Counter(state["notes"])
        self.reasons = Counter(state["reasons"])
        self.precisions = Counter(
            {Precision(one): count for one, count in state["precisions"].items()}
        )
        self.span = state["span"]
        self.times_assumed = state["times_assumed"]
        self.rounding.state = state["rounding"]
        self.carriers.state = state["carried"]

    def close(self) -> None:
        """Close the files in which rows wait."""
        self.accepted.close()
        self.rejected.close()

    def _count_times(self, table: pa.RecordBatch) -> None:
        found = np.bincount(np.asarray(table.column("precision")), minlength=len(Precision))
        for precision in Precision:
            if found[precision]:
                self.precisions[precision] += int(found[precision])
        seconds = table.column("posted_at").cast(pa.int64())
        low, high = pc.min(seconds).as_py(), pc.max(seconds).as_py()
        if low is not None:
            before = self.span or (low, high)
            self.span = (min(low, before[0]), max(high, before[1]))

    def _set_aside(self, rejects: list[Reject], offset: Callable[[int], int | None]) -> None:
        if self.door.strict:
            first = rejects[0]
            place = offset(first.row)
            at = f" (byte {place:,})" if place is not None else ""
            raise DumpError(
                f"{self.door.path}, row {first.row}{at}: {REASONS[first.reason]} ({first.reason})"
                f"{': ' + first.detail if first.detail else ''}"
            )
        self.reasons.update(reject.reason for reject in rejects)
        name = self.door.names[self.door.index].as_py()
        self.rejected.add(table_of(rejects, name, offset))

    def _columns(
        self, batch: RawRows, fields: FieldMap
    ) -> tuple[dict[str, pa.Array], list[tuple[str, np.ndarray[Any, Any], Any]]]:
        tidied = tidy(batch.columns, fields)
        raw = tidied.columns
        count = len(batch.rows)
        texts, bad_text = texts_of(raw.get("text", pa.nulls(count)))
        accounts, bad_account = ids_of(raw.get("account_id", pa.nulls(count)))
        post_ids, bad_post = ids_of(raw.get("post_id", pa.nulls(count)))
        rounded = rounded_ids(raw.get("post_id"), bad_post)
        bad_post &= ~rounded
        self._note(
            "post ids rounded by a spreadsheet, replaced by file and row", int(rounded.sum())
        )
        zone = self.zone(fields)
        times, written = self._times(raw.get("posted_at", pa.nulls(count)), batch.columns, zone)
        name = self.door.names[self.door.index].as_py()
        accounts, masked = scope_accounts(accounts, name, local=fields.layout.local_accounts)
        self._note("accounts known by a masked name, which hold within this file only", masked)
        columns = {
            "post_id": with_made_ids(post_ids, name, batch.rows),
            "account_id": accounts,
            "text": texts,
            "posted_at": times.to_arrow(),
            "precision": pa.array(times.precision, pa.uint8()),
            "source_file": pa.DictionaryArray.from_arrays(
                pa.array(np.full(count, self.door.index, np.int32)), self.door.names
            ),
            "source_row": pa.array(batch.rows, pa.int64()),
        }
        no_text = np.asarray(pc.is_null(texts)) & ~bad_text
        no_account = np.asarray(pc.is_null(accounts)) & ~bad_account
        faults = [
            *_strangers(tidied),
            ("missing-text", no_text, None),
            ("bad-text", bad_text, raw.get("text")),
            ("text-too-long", over_length(texts, self.door.maximum_text_characters), None),
            ("missing-account", no_account, None),
            ("bad-id", bad_account, raw.get("account_id")),
            ("bad-id", bad_post, raw.get("post_id")),
        ]
        if self.door.strict:
            faults.append(("bad-time", times.bad, raw.get("posted_at")))
        self.times_assumed += times.assumed
        repaired = self._repaired(texts, batch.rows)
        self._note("texts with half characters, replaced", count_halved(raw.get("text"), texts))
        for name, ids in (("post_id", post_ids), ("account_id", accounts)):
            self._note(f"{name} with half characters, replaced", count_halved(raw.get(name), ids))
        self._note("times not known", times.unknown)
        self._note("times that cannot be read, left empty", int(times.bad.sum()))
        made = int(post_ids.null_count - bad_post.sum() - rounded.sum())
        self._note("post ids made from file and row", made)
        self._note(fields.layout.remark, count)
        self.notes.update(tidied.notes)
        for name, ids in (("post", post_ids), ("account", accounts)):
            self.rounding.add(name, ids)
        optional, notes = optional_columns(raw, zone)
        for what, noted in (*times.notes.items(), *notes.items()):
            self._note(what, noted)
        columns.update(optional)
        for name, told in (("posted_at_text", written), ("text_repaired", repaired)):
            if told is not None or name in self.fields:
                nothing = pa.nulls(count, pa.string())
                columns[name] = pc.coalesce(
                    nothing if told is None else told, columns.get(name, nothing)
                )
        return {
            name: columns[name] for name in (*CORE_FIELDS, *OPTIONAL_FIELDS) if name in columns
        }, [fault for fault in faults if fault[1].any()]

    def _repaired(self, texts: pa.Array, rows: np.ndarray[Any, Any]) -> pa.Array | None:
        """Count the texts that were garbled before; return what those said that lost nothing."""
        garbled = find_garbled(texts)
        if garbled.rows:
            self.notes.setdefault("row of the first garbled text", int(rows[garbled.rows[0]]))
        lossless = 0 if garbled.repaired is None else len(texts) - garbled.repaired.null_count
        self._note("texts that look like UTF-8 read as GB18030, kept so", len(garbled.rows))
        self._note("garbled texts with a repair beside them, in text_repaired", lossless)
        return garbled.repaired

    def _times(
        self, values: Column, read: Mapping[str, Column], zone: ZoneInfo
    ) -> tuple[Times, pa.Array | None]:
        """Parse the times of posts, those that only the time of the crawl tells included.

        Returns:
            The times, and how they were written where they do not tell it.
        """
        parsed = parse_times(values, zone)
        crawled: Any = self.door.crawled_at
        if CRAWLED in read:
            crawled = parse_times(read[CRAWLED], zone).seconds
        times, told, late = settle_recent(parsed, values, crawled, zone)
        self._note("times told from the crawl", told)
        self._note("times after the crawl, left empty", late)
        return times, told_times(values, parsed, times)

    def _note(self, what: str, count: int) -> None:
        if what and count:
            self.notes[what] += count


def _detail(values: Any, place: int) -> str:
    if values is None:
        return ""
    value = values[place]
    shown = value.as_py() if isinstance(value, pa.Scalar) else value
    return repr(shown)[:200]


def _strangers(tidied: Tidied) -> list[tuple[str, np.ndarray[Any, Any], Any]]:
    return [] if tidied.strangers is None else [("not-a-post", tidied.strangers, tidied.told)]
