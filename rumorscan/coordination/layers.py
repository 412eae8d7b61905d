"""Layers: what accounts may share besides their words, as pairs of a post and a thing.

Devices, addresses, clients, links, hashtags and registration days, where the dump has them. A
shared thing says the more the fewer have it: its weight is the logarithm of that rarity.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from rumorscan.columns import pick_rows
from rumorscan.coordination.codes import Codes, distinct_codes, encode_column

_COLUMNS = {"device": "device_id", "ip": "ip", "client": "client", "link": "url"}
_LINK = r"(?i)(?:https?://|www\.|t\.cn/)[\x21-\x7e]{4,}"
_HASHTAG = r"[#＃][^#＃\n]{1,40}[#＃]"
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Layer:
    """Which accounts have which things: one entry a pair, in order of the account.

    Attributes:
        who: int64 account codes, ascending, shape (k,).
        thing: int64 codes, shape (k,).
        crowd: int64, how many accounts have each thing, by its code.
        users: how many accounts have anything.
    """

    who: Codes
    thing: Codes
    crowd: Codes
    users: int

    @property
    def sharers(self) -> Codes:
        """Codes of the accounts that have a thing together with others, ascending."""
        return distinct_codes(self.who[self.crowd[self.thing] >= 2])

    def of(self, accounts: Codes) -> tuple[Codes, Codes]:
        """Return where the entries of some accounts start and stop, shape (len(accounts),)."""
        return (
            np.searchsorted(self.who, accounts, side="left"),
            np.searchsorted(self.who, accounts, side="right"),
        )


def make_layer(account: Codes, thing: Codes) -> Layer:
    """Return the layer of posts by some accounts and the things that they have, -1 for none.

    Example:
        >>> layer = make_layer(np.array([1, 0, 1, 1]), np.array([5, 7, 5, -1]))
        >>> layer.who.tolist(), layer.thing.tolist(), layer.users
        ([0, 1], [7, 5], 2)
    """
    known = np.flatnonzero(thing >= 0)
    width = np.int64(thing.max(initial=0) + 1)
    pairs = distinct_codes(account[known] * width + thing[known])
    who, what = pairs // width, pairs % width
    return Layer(who, what, np.bincount(what, minlength=1), len(distinct_codes(who)))


def gather_layers(
    posts: pa.Table, account: Codes, created_at: Codes, never: int
) -> dict[str, Layer]:
    """Return the layers that a dump has, by name.

    Args:
        posts: the dump's columns.
        account: int64 account code of each post.
        created_at: int64 seconds of each account's registration, `never` where unknown.
        never: what stands for an unknown time.
    """
    layers = {
        name: make_layer(account, encode_column(posts[column])[0])
        for name, column in _COLUMNS.items()
        if name != "link" and column in posts.column_names
    }
    for name, pattern in (("link", _LINK), ("hashtag", _HASHTAG)):
        rows, values = _mentioned(posts["text"], pattern)
        if name == "link" and "url" in posts.column_names:
            # an own address is no shared thing; one that several posts have is a link
            codes, _ = encode_column(posts["url"])
            given = np.flatnonzero(codes >= 0)
            rows = np.concatenate([rows, given])
            values = np.concatenate([values, codes[given] + values.max(initial=-1) + 1])
        if len(rows):
            # whoever has none could have had one
            everybody = len(created_at)
            layers[name] = replace(make_layer(account[rows], values), users=everybody)
    known = np.flatnonzero(created_at != never)
    if len(known):
        layers["registration"] = make_layer(known, _numbered(created_at[known] // _DAY))
    return {name: layer for name, layer in layers.items() if layer.users}


def _numbered(values: Codes) -> Codes:
    return np.unique(values, return_inverse=True)[1].astype(np.int64)


def _mentioned(texts: Any, pattern: str) -> tuple[Codes, Codes]:
    """Return the rows whose text holds the pattern and the codes of what it holds there."""
    rows = np.flatnonzero(_holds(texts, pattern))
    found = re.compile(pattern)
    places: list[int] = []
    names: list[str] = []
    for row, text in zip(rows.tolist(), _texts(texts, rows), strict=True):
        for name in found.findall(text):
            places.append(row)
            names.append(name)
    if not names:
        nothing: npt.NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        return nothing, nothing
    codes = np.unique(np.array(names, dtype=object), return_inverse=True)[1]
    return np.array(places, dtype=np.int64), codes.astype(np.int64)


def _holds(texts: Any, pattern: str) -> npt.NDArray[np.bool_]:
    masks = [pc.match_substring_regex(chunk, pattern).fill_null(False) for chunk in texts.chunks]
    return np.concatenate([np.zeros(0, dtype=bool), *map(np.asarray, masks)])


def _texts(texts: Any, rows: Codes) -> Iterator[str]:
    if len(rows):
        yield from pick_rows(texts, rows).to_pylist()
