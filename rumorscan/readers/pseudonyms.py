"""Keyed pseudonyms in place of account ids and names."""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from rumorscan.errors import SettingsError
from rumorscan.readers.posts import Posts
from rumorscan.readers.sources import names_of

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
    """Return the posts with account ids replaced and names of accounts left out.

    The same account gets the same pseudonym under the same key (HMAC-SHA256, 64 bits shown), so
    that whoever holds it can compare runs. Of rejected rows the content is left out, and files
    are numbered, since both may name anybody; names that texts mention stay.

    Example:
        >>> from rumorscan.readers import read_posts
        >>> posts = read_posts([{"account_id": "7000000001", "text": text} for text in "甲乙"])
        >>> ids = pseudonymize_posts(posts, b"0123456789abcdef").column("account_id").to_pylist()
        >>> len(ids[0]), ids[0] == ids[1]
        (16, True)
    """
    names = names_of([Path(report.path) for report in posts.inputs])
    names += _texts(posts.table, "source_file") + _texts(posts.rejects, "source_file")
    masks: dict[str, str] = {}
    for number, name in enumerate(names, 1):
        masks.setdefault(name, f"input-{number}")
    inputs = [
        dataclasses.replace(report, path=f"input-{number}")
        for number, report in enumerate(posts.inputs, 1)
    ]
    table = _mask_files(_mask_accounts(posts.table, key), masks)
    return Posts(table, inputs, _without_content(_mask_files(posts.rejects, masks)))


def _texts(table: pa.Table, column: str) -> list[str]:
    return [str(name) for name in table[column].unique().to_pylist()]


def _mask_accounts(table: pa.Table, key: bytes) -> pa.Table:
    encoded = table["account_id"].combine_chunks().dictionary_encode()
    names = [
        hmac.new(key, name.encode(), hashlib.sha256).hexdigest()[:_DIGITS]
        for name in encoded.dictionary.to_pylist()
    ]
    table = _put(table, "account_id", pa.array(names, pa.string()).take(encoded.indices))
    # a keyword may be the name of the file, which crawlers call after people
    telling = ("account_name", "reposted_from", "keyword")
    return table.drop_columns([name for name in telling if name in table.column_names])


def _mask_files(table: pa.Table, masks: dict[str, str]) -> pa.Table:
    """Number the files: crawlers name them after the account; made post ids carry the name."""
    for name, mask in masks.items():
        if "post_id" in table.column_names:
            made = pc.starts_with(table["post_id"], f"{name}:")
            tail = pc.utf8_slice_codeunits(table["post_id"], len(name))
            renamed = pc.binary_join_element_wise(mask, tail, "")
            table = _put(table, "post_id", pc.if_else(made, renamed, table["post_id"]))
    files = table["source_file"].cast(pa.string())
    numbered = pc.index_in(files, pa.array(list(masks), pa.string()))
    kind = table.schema.field("source_file").type
    masked = pa.array(list(masks.values()), pa.string()).take(numbered.combine_chunks())
    return _put(table, "source_file", masked.cast(kind) if kind != pa.string() else masked)


def _put(table: pa.Table, name: str, column: Any) -> pa.Table:
    return table.set_column(table.schema.get_field_index(name), name, column)


def _without_content(rejects: pa.Table) -> pa.Table:
    for name in ("detail", "raw"):
        rejects = _put(rejects, name, pa.repeat("", rejects.num_rows))
    return rejects
