"""Keyed pseudonyms in place of account ids and names."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

import pyarrow as pa

from rumorscan.errors import SettingsError
from rumorscan.readers.posts import Posts

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


def pseudonymize_posts(posts: Posts, key: bytes) -> Posts:
    """Return the posts with account ids replaced and account names left out.

    The same account gets the same pseudonym under the same key (HMAC-SHA256, 64 bits shown), so
    that whoever holds it can compare runs. Of rejected rows the content is left out, since it
    may name anybody; names that texts mention stay.

    Example:
        >>> from rumorscan.readers import read_posts
        >>> posts = read_posts([{"account_id": "7000000001", "text": text} for text in "甲乙"])
        >>> ids = pseudonymize_posts(posts, b"0123456789abcdef").column("account_id").to_pylist()
        >>> len(ids[0]), ids[0] == ids[1]
        (16, True)
    """
    return Posts(_pseudonyms(posts.table, key), posts.inputs, _without_content(posts.rejects))


def _pseudonyms(table: pa.Table, key: bytes) -> pa.Table:
    encoded = table["account_id"].combine_chunks().dictionary_encode()
    names = [
        hmac.new(key, name.encode(), hashlib.sha256).hexdigest()[:_DIGITS]
        for name in encoded.dictionary.to_pylist()
    ]
    replaced = pa.array(names, pa.string()).take(encoded.indices)
    table = table.set_column(table.schema.get_field_index("account_id"), "account_id", replaced)
    return table.drop_columns([name for name in ("account_name",) if name in table.column_names])


def _without_content(rejects: pa.Table) -> pa.Table:
    for name in ("detail", "raw"):
        position = rejects.schema.get_field_index(name)
        rejects = rejects.set_column(position, name, pa.repeat("", rejects.num_rows))
    return rejects
