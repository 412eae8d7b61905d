"""The wording that a rehearsal plants: a folder of TOML tables."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rumorscan.errors import SettingsError

BUNDLED = Path(__file__).with_name("tables")
"""The folder of small tables that ships with the program; all of it is invented."""
SUBSTITUTES = ("homophone", "traditional", "split", "latin", "emoji", "digit")
NOISE = ("ignorable", "symbols", "tails", "links", "mentions", "emoticons")
NEGATIVES: dict[str, dict[str, type]] = {
    "share_button": {"frame": str, "headlines": list},
    "blessing": {"text": str, "tails": list},
    "lottery": {"text": str, "names": list},
    "official": {"family": str, "notices": list},
    "celebrity": {"post": str, "comments": list},
    "chant": {"forms": list, "tags": list},
}
"""The kinds of hard negatives, and the keys of each."""
_SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Message:
    """What a campaign says.

    Attributes:
        kind: such as `smear` or `advert`.
        text: the wording; `{name}` is a slot.
        slots: what may stand in each slot.
    """

    kind: str
    text: str
    slots: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Tables:
    """Everything that a rehearsal says.

    Attributes:
        messages: what campaigns say.
        synonyms: word to what may stand for it.
        substitutes: for each of `SUBSTITUTES` a character, or a short word, to what may stand
            for it.
        noise: for each of `NOISE` what may be strewn in.
        camouflage: ordinary comments; `{a|b}` is a choice.
        negatives: for each kind of `NEGATIVES` its entries.
    """

    messages: tuple[Message, ...]
    synonyms: Mapping[str, tuple[str, ...]]
    substitutes: Mapping[str, Mapping[str, tuple[str, ...]]]
    noise: Mapping[str, tuple[str, ...]]
    camouflage: tuple[str, ...]
    negatives: Mapping[str, tuple[Mapping[str, Any], ...]]


def load_tables(folder: str | Path = BUNDLED) -> Tables:
    """Return the tables of a folder.

    Args:
        folder: holds `messages.toml`, `synonyms.toml`, `substitutes.toml`, `noise.toml`,
            `camouflage.toml` and `negatives.toml`.

    Raises:
        SettingsError: a file is missing or is not TOML, or a table lacks what it must have.

    Example:
        >>> tables = load_tables()
        >>> len(tables.messages) >= 12, sorted(tables.negatives)[:2]
        (True, ['blessing', 'celebrity'])
    """
    home = Path(folder)
    return Tables(
        messages=_messages(home / "messages.toml"),
        synonyms=_choices(home / "synonyms.toml", "synonyms"),
        substitutes={name: _choices(home / "substitutes.toml", name) for name in SUBSTITUTES},
        noise={name: _strings(home / "noise.toml", name) for name in NOISE},
        camouflage=_strings(home / "camouflage.toml", "posts"),
        negatives=_negatives(home / "negatives.toml"),
    )


def _load(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise SettingsError(f"{path}: no such table; a rehearsal needs it") from error
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path}: is not TOML in UTF-8: {error}") from error


def _messages(path: Path) -> tuple[Message, ...]:
    found = []
    for number, row in enumerate(_tables_of(path, "message"), start=1):
        where = f"{path}, message {number}"
        text, kind = _text(row, "text", where), _text(row, "kind", where)
        slots = row.get("slots", {})
        if not isinstance(slots, dict):
            raise SettingsError(f"{where}: 'slots' must be a table of lists")
        choices = {name: _list(slots, name, where) for name in slots}
        for name in _SLOT.findall(text):
            if name not in choices:
                raise SettingsError(f"{where}: no list for the slot '{{{name}}}'")
        found.append(Message(kind, text, choices))
    return tuple(found)


def _negatives(path: Path) -> dict[str, tuple[dict[str, Any], ...]]:
    kinds = {}
    for kind, keys in NEGATIVES.items():
        entries = []
        for number, row in enumerate(_tables_of(path, kind), start=1):
            where = f"{path}, {kind} {number}"
            entries.append(
                {
                    key: _text(row, key, where) if shape is str else _list(row, key, where)
                    for key, shape in keys.items()
                }
            )
        kinds[kind] = tuple(entries)
    return kinds


def _tables_of(path: Path, name: str) -> list[dict[str, Any]]:
    rows = _load(path).get(name)
    if not rows or not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise SettingsError(f"{path}: expected one [[{name}]] or more")
    return rows


def _choices(path: Path, name: str) -> dict[str, tuple[str, ...]]:
    """Return a table of lists; a string alone stands for a list of one."""
    rows = _load(path).get(name)
    if not rows or not isinstance(rows, dict):
        raise SettingsError(f"{path}: expected a table [{name}] with entries")
    if "" in rows:
        raise SettingsError(f"{path}, {name}: an entry has no name")
    return {key: _list(rows, key, f"{path}, {name}") for key in rows}


def _strings(path: Path, name: str) -> tuple[str, ...]:
    return _list(_load(path), name, str(path))


def _list(row: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    value = row.get(key)
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, list) or not items or not all(isinstance(one, str) for one in items):
        raise SettingsError(f"{where}: '{key}' must be a list of strings that is not empty")
    return tuple(items)


def _text(row: Mapping[str, Any], key: str, where: str) -> str:
    value = row.get(key)
    if not isinstance(value, str) or not value:
        raise SettingsError(f"{where}: '{key}' must be a string that is not empty")
    return value
