"""Extended JSON, as MongoDB exports it: `{"$oid": "…"}` for an id, `{"$date": …}` for a time.

`mongoexport` writes all types so (canonical) or only those that JSON does not have (relaxed).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

_KEY = re.compile(rb'[{ \t\n\r]"\$')
_DEEPEST = 64
_WHOLE = re.compile(r"[+-]?\d{1,40}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def is_extended(data: bytes) -> bool:
    r"""Whether some object in JSON begins with a key that begins with `$`.

    Example:
        >>> is_extended(b'{"_id": {"$oid": "7"}}'), is_extended(b'{"text": "a \\"$5\\" note"}')
        (True, False)
    """
    return b'"$' in data and _KEY.search(data) is not None  # hardly any post has the one


def plain(value: Any, depth: int = 0) -> Any:
    """Return a value with what MongoDB wraps as JSON has it; whole numbers keep all digits.

    Example:
        >>> plain({"_id": {"$oid": "65e2"}, "likes": {"$numberLong": "5099000000000001"}})
        {'_id': '65e2', 'likes': 5099000000000001}
        >>> plain([{"$date": {"$numberLong": "1772414047000"}}, {"$date": "2026-03-02T01:14:07Z"}])
        ['2026-03-02T01:14:07Z', '2026-03-02T01:14:07Z']
    """
    if type(value) is dict:
        if len(value) == 1:
            ((key, inner),) = value.items()
            if (unwrap := _UNWRAP.get(key)) is not None:
                try:
                    return unwrap(inner)
                except (ValueError, TypeError, OverflowError, KeyError):
                    return value
        if depth < _DEEPEST:
            return {
                key: plain(item, depth + 1) if type(item) in (dict, list) else item
                for key, item in value.items()
            }
    elif type(value) is list and depth < _DEEPEST:
        return [plain(item, depth + 1) for item in value]
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _whole(value: Any) -> int:
    if not _WHOLE.fullmatch(_text(value)):
        raise ValueError(value)
    return int(value)


def _decimal(value: Any) -> int | float:
    return _whole(value) if _WHOLE.fullmatch(_text(value)) else float(value)


def _date(value: Any) -> str | None:
    """Return a time as ISO 8601; as a number it is milliseconds since 1970."""
    if isinstance(value, str) or value is None:
        return value
    count = _whole(value["$numberLong"]) if isinstance(value, dict) else value
    if type(count) is not int:
        raise TypeError
    moment = (_EPOCH + timedelta(milliseconds=count)).replace(tzinfo=None)
    return f"{moment.isoformat(timespec='milliseconds' if count % 1_000 else 'seconds')}Z"


def _seconds(value: Any) -> int:
    """Return the seconds of a timestamp of MongoDB's own, which counts within them."""
    if not isinstance(value, Mapping) or type(value["t"]) is not int:
        raise TypeError
    return int(value["t"])


_UNWRAP: dict[str, Callable[[Any], Any]] = {
    "$oid": _text,
    "$date": _date,
    "$numberLong": _whole,
    "$numberInt": _whole,
    "$numberDouble": lambda value: float(_text(value)),
    "$numberDecimal": _decimal,
    "$uuid": _text,
    "$symbol": _text,
    "$timestamp": _seconds,
    "$undefined": lambda _: None,
}
"""What the keys stand for; what is not listed stays as it is."""
