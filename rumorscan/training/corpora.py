"""Labeled files to columns: what a model learns from and is measured on.

A labeled file has `text` and `label` (1 = false information, 0 = not) and may have `id`,
`group`, `posted_at` (or `time`), `topic`, `source` and `account` (or `user`, `account_id`).
JSON lines or CSV, plain or as `.gz` or `.xz`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rumorscan.errors import LabeledError
from rumorscan.readers.values.moments import parse_time, zone_of
from rumorscan.training.tables import Row, parse_rows, read_text

_ALIASES = {
    "ids": ("id", "post_id"),
    "groups": ("group", "group_id", "cluster"),
    "topics": ("topic", "event"),
    "sources": ("source",),
    "accounts": ("account", "account_id", "user"),
}
_TIMES = ("posted_at", "time")
_LABELS = {"0": 0, "1": 1, "true": 1, "false": 0}
_SHANGHAI = zone_of("Asia/Shanghai")
_NO_TIME = np.datetime64("NaT", "s")


@dataclass(frozen=True, slots=True)
class LabeledInput:
    """What was found in one labeled file.

    Attributes:
        path: the file, or `rows` for rows that came from memory.
        sha256: digest of the file's bytes; empty for rows from memory.
        rows: rows read.
        accepted: rows that can be used.
        rejected: reason to how many rows were set aside for it.
        first_reject: where the first of them stands and how to mend it; empty with none.
    """

    path: str
    sha256: str
    rows: int
    accepted: int
    rejected: dict[str, int]
    first_reject: str = ""

    @property
    def warning(self) -> str:
        """What was set aside, in words; empty where nothing was."""
        if not self.rejected:
            return ""
        count = sum(self.rejected.values())
        return f"{count} of {self.rows} rows were set aside; the first: {self.first_reject}"

    def to_dict(self) -> dict[str, Any]:
        """Return the counts as plain data; the path as a bare name."""
        return {
            "file": Path(self.path).name,
            "sha256": self.sha256,
            "rows": self.rows,
            "accepted": self.accepted,
            "rejected": dict(sorted(self.rejected.items())),
        }


@dataclass(frozen=True, slots=True)
class Corpus:
    """Labeled texts as columns of equal length; the position is the row.

    Attributes:
        texts: object array of str, as given.
        labels: int8; 1 = false information, 0 = not.
        ids: object array of str, made from file and row where none was given.
        groups: object array of str; rows of one group never part; empty where none is known.
        posted_at: datetime64[s] in UTC, NaT where no time is known.
        topics: object array of str, empty where none is known.
        sources: the same, for the set or site a text comes from.
        accounts: the same, for who posted it.
        inputs: what was found in each file.

    Example:
        >>> corpus = read_labeled([{"text": "城东水厂要停水三天", "label": 1}])
        >>> len(corpus), corpus.labels.tolist(), corpus.posted_at.tolist()
        (1, [1], [None])
    """

    texts: npt.NDArray[np.object_]
    labels: npt.NDArray[np.int8]
    ids: npt.NDArray[np.object_]
    groups: npt.NDArray[np.object_]
    posted_at: npt.NDArray[np.datetime64]
    topics: npt.NDArray[np.object_]
    sources: npt.NDArray[np.object_]
    accounts: npt.NDArray[np.object_]
    inputs: tuple[LabeledInput, ...] = ()

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, rows: npt.NDArray[np.int64] | npt.NDArray[np.bool_]) -> Corpus:
        """Return the rows at the given positions, or those that a mask marks, in that order."""
        columns = {name: getattr(self, name)[rows] for name in _COLUMNS}
        return Corpus(**columns, inputs=self.inputs)


_COLUMNS = ("texts", "labels", "ids", "groups", "posted_at", "topics", "sources", "accounts")


class _RowError(ValueError):
    """One row that cannot be used; `reason` is counted, the message says how to mend it."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def read_labeled(labeled: Any, *, strict: bool = False) -> Corpus:
    """Return labeled files or rows as one corpus, in order.

    Args:
        labeled: a file, several files, rows as mappings, a pandas or polars frame, an Arrow
            table, or a `Corpus` (returned as it is).
        strict: stop at the first row that cannot be used, instead of setting it aside.

    Raises:
        LabeledError: a file cannot be read, lacks `text` or `label`, or has no usable row.

    Example:
        >>> rows = [{"text": "城东水厂要停水三天", "label": "1"}, {"text": "今天下雨", "label": 2}]
        >>> corpus = read_labeled(rows)
        >>> len(corpus), corpus.inputs[0].rejected
        (1, {'label': 1})
        >>> corpus.inputs[0].first_reject
        "rows, row 2: 'label' is 2; expected 1 (false information) or 0 (not)"
    """
    if isinstance(labeled, Corpus):
        return labeled
    if isinstance(labeled, (str, Path)):
        labeled = [labeled]
    items = _items(labeled)
    if not items:
        raise LabeledError("labeled data: nothing was given; expected a file or rows")
    if all(isinstance(item, Mapping) for item in items):
        return _join([_read_rows("rows", "", enumerate(items, 1), strict=strict)])
    return _join([_read_file(Path(item), strict=strict) for item in items])


def _items(labeled: Any) -> list[Any]:
    """Return paths or rows as a list; frames and Arrow tables as rows."""
    if hasattr(labeled, "to_pylist"):
        return list(labeled.to_pylist())
    if hasattr(labeled, "to_dicts"):
        return list(labeled.to_dicts())
    if hasattr(labeled, "to_dict") and hasattr(labeled, "columns"):
        return list(labeled.to_dict("records"))
    return list(labeled)


def join(corpora: Iterable[Corpus]) -> Corpus:
    """Return several corpora as one, end to end.

    Example:
        >>> one = read_labeled([{"text": "城东水厂要停水三天", "label": 1}])
        >>> len(join([one, one]))
        2
    """
    return _join(list(corpora))


def _join(corpora: list[Corpus]) -> Corpus:
    columns = {name: np.concatenate([getattr(one, name) for one in corpora]) for name in _COLUMNS}
    return Corpus(**columns, inputs=tuple(one for corpus in corpora for one in corpus.inputs))


def _read_file(path: Path, *, strict: bool) -> Corpus:
    content, digest = read_text(path)
    return _read_rows(str(path), digest, parse_rows(path, content), strict=strict)


def _read_rows(
    path: str, digest: str, rows: Iterable[tuple[int, Row | str]], *, strict: bool
) -> Corpus:
    columns: dict[str, list[Any]] = {name: [] for name in _COLUMNS}
    rejected: dict[str, int] = {}
    first_reject, count = "", 0
    for number, row in rows:
        count += 1
        try:
            values = _values(row, f"{Path(path).name}:{number}")
        except _RowError as error:
            message = f"{path}, row {number}: {error}"
            if strict:
                raise LabeledError(message) from None
            rejected[error.reason] = rejected.get(error.reason, 0) + 1
            first_reject = first_reject or message
            continue
        for name, value in values.items():
            columns[name].append(value)
    accepted = len(columns["labels"])
    if not accepted:
        raise LabeledError(first_reject or f"{path}: has no rows; expected 'text' and 'label'")
    found = LabeledInput(path, digest, count, accepted, rejected, first_reject)
    return Corpus(**{name: _array(name, items) for name, items in columns.items()}, inputs=(found,))


def _array(name: str, values: list[Any]) -> npt.NDArray[Any]:
    if name == "labels":
        return np.array(values, dtype=np.int8)
    if name == "posted_at":
        return np.array(values, dtype="datetime64[s]")
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


def _values(row: Row | str, made_id: str) -> dict[str, Any]:
    """Return one row's columns, or say why the row cannot be used."""
    if isinstance(row, str):
        raise _RowError("unreadable", f"{row}; expected an object with 'text' and 'label'")
    text = row.get("text")
    if not isinstance(text, str) or not text.strip():
        raise _RowError("text", f"'text' is {_shown(text)}; expected a text")
    values: dict[str, Any] = {"texts": text, "labels": _label(row.get("label"))}
    for name, aliases in _ALIASES.items():
        found = (row.get(alias) for alias in aliases)
        values[name] = next((str(value) for value in found if value not in (None, "")), "")
    values["ids"] = values["ids"] or made_id
    values["posted_at"] = _time(row)
    return values


def _label(value: Any) -> int:
    is_plain = isinstance(value, (int, str, np.integer, np.bool_))
    label = _LABELS.get(str(value).strip().lower()) if is_plain else None
    if label is None:
        raise _RowError(
            "label", f"'label' is {_shown(value)}; expected 1 (false information) or 0 (not)"
        )
    return label


def _time(row: Row) -> np.datetime64:
    name, value = next(
        ((name, row[name]) for name in _TIMES if row.get(name) not in (None, "")), ("", None)
    )
    moment = parse_time(value, _SHANGHAI)
    if moment.bad:
        raise _RowError(
            "time",
            f"'{name}' is {_shown(value)}; expected ISO 8601 such as '2024-05-01T08:00:00+08:00'",
        )
    return _NO_TIME if moment.seconds is None else np.datetime64(moment.seconds, "s")


def _shown(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 40 else shown[:39] + "…"
