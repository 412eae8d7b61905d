"""Keyed pseudonyms in place of account ids and names."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

import pyarrow as pa

from rumorscan.errors import SettingsError

_SHORTEST_KEY = 16
_DIGITS = 16


def read_key(path: str | Path) -> bytes:
    """Return the bytes of a key file.

    Raises:
        SettingsError: the file cannot be read or is too short to be a secret.
    """
    try:
        key = Path(path).read_bytes()
    except OSError as error:
        raise SettingsError(f"{path}: key file cannot be read: {error.strerror}") from error
    if len(key) < _SHORTEST_KEY:
        raise SettingsError(
            f"{path}: key file has {len(key)} bytes; expected at least {_SHORTEST_KEY}"
        )
    return key


def pseudonymize(posts: pa.Table, key: bytes) -> pa.Table:
    """Return the posts with account ids replaced and account names left out.

    The same account gets the same pseudonym under the same key (HMAC-SHA256, 64 bits shown),
    so that runs can be compared by whoever holds it. Names that texts mention stay.

    Example:
        >>> posts = pa.table({"account_id": ["7000000001", "7000000001"], "text": ["甲", "乙"]})
        >>> ids = pseudonymize(posts, b"0123456789abcdef").column("account_id").to_pylist()
        >>> len(ids[0]), ids[0] == ids[1]
        (16, True)
    """
    encoded = posts["account_id"].combine_chunks().dictionary_encode()
    names = [
        hmac.new(key, name.encode(), hashlib.sha256).hexdigest()[:_DIGITS]
        for name in encoded.dictionary.to_pylist()
    ]
    replaced = pa.array(names, pa.string()).take(encoded.indices)
    position = posts.schema.get_field_index("account_id")
    posts = posts.set_column(position, "account_id", replaced)
    return posts.drop_columns([name for name in ("account_name",) if name in posts.column_names])
