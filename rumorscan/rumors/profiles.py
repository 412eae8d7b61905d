"""What a model learned from, in figures small enough to travel with it: `profile.json`.

The figures of each population (claims judged false, other claims, each source of ordinary posts):
how long its texts are, which characters they use, what the model says of them while they are held
out. Single characters and shares only; no text can be put together from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import orjson

from rumorscan.errors import ModelError
from rumorscan.rumors.folders import ModelFolder
from rumorscan.text.characters import TABLE_SIZE

PROFILE_FILE = "profile.json"
CLAIMS, ORDINARY = "claims", "ordinary"
KINDS = (CLAIMS, ORDINARY)
LENGTHS, CHARACTERS, SCORES = ASPECTS = ("lengths", "characters", "scores")
"""What is compared as a distribution."""

LENGTHS_FROM = np.array([0, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 512])
"""Characters of the fold key from which each bin counts."""

SCORE_BINS = 20
_PARTS = 100_000
_VERSION = 1

Floats = npt.NDArray[np.float64]


class Figures(NamedTuple):
    """What people are told of a pile of texts.

    Attributes:
        median_length: characters of the fold keys.
        over_half: share of the texts with a probability over .5.
        unseen: share of the character occurrences whose character is new to the model.
        traditional: share of the character occurrences that were written in traditional form.
    """

    median_length: float
    over_half: float
    unseen: float
    traditional: float


@dataclass(frozen=True, slots=True)
class Population:
    """The distributions of one population.

    Attributes:
        name: of the population.
        kind: `CLAIMS` or `ORDINARY`.
        texts: how many distinct texts were counted.
        shares: of each of `ASPECTS`, adding up to 1 but for rounding.
        noise: of each of `ASPECTS`, the divergence in bits that drawing so many texts by chance
            gives: a quarter of that between its two halves.
        figures: what people are told.
    """

    name: str
    kind: str
    texts: int
    shares: Mapping[str, Floats]
    noise: Mapping[str, float]
    figures: Figures


@dataclass(frozen=True, slots=True)
class Profile:
    """What a model learned from.

    Attributes:
        common: the characters with shares of their own, in the order of the shares; one more
            share holds all others.
        rare: the other characters that occur.
        populations: claims first.
        kinds: the figures of all texts of a kind.
    """

    common: str
    rare: str
    populations: tuple[Population, ...]
    kinds: Mapping[str, Figures]

    def known(self) -> npt.NDArray[np.bool_]:
        """Return which characters occur in what the model learned from, shape (TABLE_SIZE,)."""
        known = np.zeros(TABLE_SIZE, dtype=bool)
        known[character_codes(self.common + self.rare)] = True
        return known

    def to_bytes(self) -> bytes:
        """Return the profile as it lies in a model folder."""
        content = {
            "version": _VERSION,
            "common": self.common,
            "rare": self.rare,
            "kinds": {kind: figures._asdict() for kind, figures in self.kinds.items()},
            "populations": [_plain(one) for one in self.populations],
        }
        return orjson.dumps(content, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)

    @classmethod
    def from_bytes(cls, content: bytes) -> Profile:
        """Return the profile that was written.

        Raises:
            ValueError: the content is no profile of this version.
        """
        try:
            found = orjson.loads(content)
            if found["version"] != _VERSION:
                raise ValueError(f"version {found['version']!r}; expected {_VERSION}")
            return cls(
                str(found["common"]),
                str(found["rare"]),
                tuple(_restored(one, len(found["common"])) for one in found["populations"]),
                {kind: Figures(**found["kinds"][kind]) for kind in KINDS if kind in found["kinds"]},
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"no profile: {error}") from error


def profile_beside(model: object) -> Profile | None:
    """Return the profile in the folder that a model was loaded from, or None where there is none.

    Raises:
        ModelError: the profile is damaged.

    Example:
        >>> profile_beside(None) is None
        True
    """
    folder: ModelFolder | None = getattr(model, "folder_", None)
    content = folder.file(PROFILE_FILE) if folder else None
    if folder is None or content is None:
        return None
    try:
        return Profile.from_bytes(content)
    except ValueError as error:
        raise ModelError(
            f"{folder.path}: '{PROFILE_FILE}' is damaged ({error}); train the model again"
        ) from error


def character_codes(letters: str) -> npt.NDArray[np.uint32]:
    """Return the code points of a text.

    Example:
        >>> character_codes("水").tolist() == [ord("水")]
        True
    """
    return np.frombuffer(letters.encode("utf-32-le"), dtype=np.uint32)


def _plain(one: Population) -> dict[str, Any]:
    return {
        "name": one.name,
        "kind": one.kind,
        "texts": one.texts,
        "shares": {
            name: np.rint(shares * _PARTS).astype(np.int64).tolist()
            for name, shares in one.shares.items()
        },
        "noise": {name: round(value, 6) for name, value in one.noise.items()},
        "figures": one.figures._asdict(),
    }


def _restored(plain: Mapping[str, Any], common: int) -> Population:
    widths = dict(zip(ASPECTS, (len(LENGTHS_FROM), common + 1, SCORE_BINS), strict=True))
    shares = {name: np.array(plain["shares"][name], dtype=np.int64) for name in ASPECTS}
    for name, width in widths.items():
        if shares[name].shape != (width,):
            raise ValueError(f"'{name}' has shape {shares[name].shape}; expected {width} shares")
    return Population(
        str(plain["name"]),
        str(plain["kind"]),
        int(plain["texts"]),
        {name: counts / _PARTS for name, counts in shares.items()},
        {name: float(plain["noise"][name]) for name in ASPECTS},
        Figures(**plain["figures"]),
    )
