"""Frozen settings with strict TOML: defaults < file < command line.

Example:
    >>> Settings().groups.similarity
    0.7
    >>> settings_from_dict({"groups": {"similarty": 0.8}})
    Traceback (most recent call last):
        ...
    rumorscan.errors.SettingsError: unknown setting 'groups.similarty'; did you mean 'similarity'?
"""

from __future__ import annotations

import dataclasses
import difflib
import tomllib
import types
import typing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rumorscan.errors import SettingsError


@dataclass(frozen=True, slots=True)
class ReadingSettings:
    """How dumps are read."""

    tz: str = ""
    """Zone of times that carry none; empty means the format's own, else Asia/Shanghai."""
    crawled_at: str = ""
    """When the dump was fetched (ISO 8601): `5分钟前` is counted from there where no row tells
    it."""
    format: str = ""
    """Name of the layout; empty means recognized from the file."""
    map: dict[str, str] = field(default_factory=dict)
    """Canonical field to the name of the column that holds it."""
    strict: bool = False
    """Stop at the first bad row."""
    batch_rows: int = 65_536
    """Rows that are in memory at once as objects."""
    maximum_text_characters: int = 100_000
    """A longer text is set aside as a reject."""
    maximum_ratio: int = 250
    """A packed file that unpacks to more times its size is refused as a decompression bomb."""
    maximum_unpacked_bytes: int = 1 << 36
    """And so is one that unpacks to more bytes than this."""

    def arguments(self) -> dict[str, Any]:
        """Return the settings as `read_posts` takes them.

        Example:
            >>> ReadingSettings(map={"text": "正文"}).arguments()["mapping"]
            {'text': '正文'}
        """
        found = dataclasses.asdict(self)
        return {"mapping": found.pop("map"), **found}


@dataclass(frozen=True, slots=True)
class GroupSettings:
    """How near-duplicate texts are found."""

    shingle_length: int = 3
    """Characters of the fold key in one shingle."""
    minimum_length: int = 8
    """Shorter fold keys are never grouped; they count towards the usual rhythm only."""
    similarity: float = 0.7
    """Verified Jaccard similarity of two shingle sets that are near-duplicates."""
    disguised_similarity: float = 0.5
    """The same where one of the two was disguised: what was done to it is undone in part only."""
    permutations: int = 128
    """Width of a MinHash signature."""
    bands: int = 32
    """Bands of a signature; a band holds permutations / bands values."""
    seed: int = 1
    """Seed of the MinHash permutations."""
    star_size: int = 64
    """Buckets over this size are linked by a star, never by all pairs."""
    list_limit: int = 40
    """Texts that are compared at most for one shingle, the nearest in length first."""
    partner_limit: int = 32
    """Pairs that are kept at most of one text with shorter ones."""
    wording_length: int = 12
    """Shorter fold keys stand in no wording beyond their group."""
    wording_similarity: float = 0.35
    """Jaccard similarity of two groups that are made from one template."""
    wording_shared: int = 10
    """Shingles that two such groups share at least."""
    run_length: int = 11
    """Characters of a rare run that makes two texts candidates for one template."""
    run_limit: int = 400
    """Texts that share a rare run at most."""
    run_covers: float = 0.5
    """Share of the shorter text that the whole stretch in common covers."""
    run_enough: int = 20
    """Characters of a stretch in common that suffice whatever its share."""


@dataclass(frozen=True, slots=True)
class CampaignSettings:
    """What makes a campaign of groups and accounts."""

    minimum_accounts: int = 3
    """A campaign has at least so many accounts."""
    q_value: float = 0.01
    """Largest corrected chance of an accidental tie between two accounts."""
    windows_seconds: tuple[int, ...] = (60, 900, 3_600, 21_600, 86_400, 604_800)
    """Ladder of time windows; those finer than the dump's precision are left out."""
    pair_cap: int = 400
    """Groups with more reappearing accounts than this tie no pairs of accounts; counted."""


@dataclass(frozen=True, slots=True)
class ScoringSettings:
    """How posts are scored for false information."""

    model: str = "default"
    """Name of a bundled model, or a model folder; empty means no scoring."""
    base_rate: float = 0.05
    """Share of false posts for which the probabilities are calibrated; 0.5 means balanced."""
    device: str = ""
    """Where the encoder runs: empty for ONNX Runtime on the CPU, `cuda` or `cpu` for torch."""


@dataclass(frozen=True, slots=True)
class ClaimSettings:
    """How posts are matched with known rumors."""

    known: tuple[str, ...] = ()
    """Files of known rumors."""
    containment: float = 0.7
    """Smallest share of a claim's wording that a matching post repeats in one passage; claims of
    fewer than 24 characters need more."""
    minimum_length: int = 6
    """Shorter claims (characters of the fold key) are not matched."""


@dataclass(frozen=True, slots=True)
class VerdictSettings:
    """Where the lines between pass, review and urgent run."""

    review_probability: float = 0.5
    """Rumor probability from which a post is reviewed on content alone."""
    supporting_probability: float = 0.3
    """Rumor probability from which content supports another family of evidence."""


@dataclass(frozen=True, slots=True)
class RunSettings:
    """How the work is done; nothing here changes a result."""

    workers: int = 0
    """Threads; 0 means one a processor."""
    engine: str = "local"
    """Where the work runs."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of a scan."""

    reading: ReadingSettings = field(default_factory=ReadingSettings)
    groups: GroupSettings = field(default_factory=GroupSettings)
    campaigns: CampaignSettings = field(default_factory=CampaignSettings)
    scoring: ScoringSettings = field(default_factory=ScoringSettings)
    claims: ClaimSettings = field(default_factory=ClaimSettings)
    verdicts: VerdictSettings = field(default_factory=VerdictSettings)
    run: RunSettings = field(default_factory=RunSettings)

    def __post_init__(self) -> None:
        """Check what the types cannot say.

        Raises:
            SettingsError: a value is out of its range.
        """
        groups, scoring, verdicts = self.groups, self.scoring, self.verdicts
        _require(
            "groups.similarity", groups.similarity, 0.0 < groups.similarity <= 1.0, "in (0, 1]"
        )
        _require(
            "groups.shingle_length",
            groups.shingle_length,
            1 <= groups.shingle_length <= 3,
            "1 to 3",
        )
        _require("groups.seed", groups.seed, groups.seed >= 0, "0 or more")
        _require("groups.permutations", groups.permutations, groups.permutations > 0, "1 or more")
        _require(
            "groups.bands",
            groups.bands,
            groups.bands > 0 and groups.permutations % groups.bands == 0,
            f"a divisor of groups.permutations ({groups.permutations})",
        )
        _require(
            "groups.minimum_length",
            groups.minimum_length,
            groups.minimum_length >= groups.shingle_length,
            f"at least groups.shingle_length ({groups.shingle_length})",
        )
        _require("groups.star_size", groups.star_size, groups.star_size >= 2, "at least 2")
        self._check_campaigns()
        _require("scoring.base_rate", scoring.base_rate, 0.0 < scoring.base_rate < 1.0, "in (0, 1)")
        for name in ("review_probability", "supporting_probability"):
            value = getattr(verdicts, name)
            _require(f"verdicts.{name}", value, 0.0 < value <= 1.0, "in (0, 1]")
        containment = self.claims.containment
        _require("claims.containment", containment, 0.0 < containment <= 1.0, "in (0, 1]")
        _require("run.engine", self.run.engine, self.run.engine == "local", "'local'")
        _require("run.workers", self.run.workers, self.run.workers >= 0, "0 or more")
        for name in (
            *("batch_rows", "maximum_text_characters"),
            *("maximum_ratio", "maximum_unpacked_bytes"),
        ):
            count = getattr(self.reading, name)
            _require(f"reading.{name}", count, count > 0, "1 or more")

    def _check_campaigns(self) -> None:
        campaigns = self.campaigns
        for name in ("minimum_accounts", "pair_cap"):
            count = getattr(campaigns, name)
            _require(f"campaigns.{name}", count, count >= 2, "at least 2")
        q_value = campaigns.q_value
        _require("campaigns.q_value", q_value, 0.0 < q_value < 1.0, "in (0, 1)")
        windows = campaigns.windows_seconds
        _require(
            "campaigns.windows_seconds", windows, min(windows, default=1) > 0, "each 1 or more"
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the settings as plain nested data, tuples as lists."""
        return typing.cast("dict[str, Any]", _plain(dataclasses.asdict(self)))

    def replace(self, changes: dict[str, Any]) -> Settings:
        """Return a copy with some values changed.

        Args:
            changes: section to name to value, as in the TOML file.

        Raises:
            SettingsError: a name is unknown or a value does not fit.
        """
        return _merge(self, changes)


def settings_from_dict(values: dict[str, Any]) -> Settings:
    """Return the defaults with the given sections laid over them.

    Raises:
        SettingsError: a name is unknown or a value does not fit.
    """
    return _merge(Settings(), values)


def load_settings(path: str | Path) -> Settings:
    """Return the settings of a TOML file.

    Raises:
        SettingsError: the file is missing, is no TOML, or holds an unknown or unfit setting.
    """
    try:
        # Windows' Notepad begins a file of UTF-8 with a byte order mark
        values = tomllib.loads(Path(path).read_text(encoding="utf-8-sig"))
        return settings_from_dict(values)
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: is not UTF-8; save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: is not TOML: {error}") from error
    except SettingsError as error:
        raise SettingsError(f"{path}: {error}") from error


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def _require(name: str, value: object, fits: bool, expected: str) -> None:
    if not fits:
        raise SettingsError(f"setting '{name}' is {value!r}; expected {expected}")


def _merge(settings: Settings, changes: dict[str, Any]) -> Settings:
    sections: dict[str, Any] = {}
    for section, values in changes.items():
        if section not in Settings.__dataclass_fields__:
            raise SettingsError(_unknown(section, section, list(Settings.__dataclass_fields__)))
        if not isinstance(values, dict):
            raise SettingsError(f"setting '{section}' is {values!r}; expected a table [{section}]")
        current = getattr(settings, section)
        types_of = typing.get_type_hints(type(current))
        checked = {}
        for name, value in values.items():
            if name not in types_of:
                raise SettingsError(_unknown(f"{section}.{name}", name, list(types_of)))
            checked[name] = _fit(f"{section}.{name}", value, types_of[name])
        sections[section] = dataclasses.replace(current, **checked)
    return dataclasses.replace(settings, **sections)


def _unknown(full_name: str, name: str, known: list[str]) -> str:
    nearest = difflib.get_close_matches(name, known, n=1, cutoff=0.0)
    return f"unknown setting '{full_name}'; did you mean '{nearest[0]}'?"


def _fit(name: str, value: Any, kind: Any) -> Any:
    """Return the value as the field's type, or say what was expected."""
    origin = typing.get_origin(kind)
    if origin is tuple:
        item_kind = typing.get_args(kind)[0]
        if isinstance(value, (list, tuple)):
            return tuple(_fit(name, item, item_kind) for item in value)
    elif origin is dict:
        if isinstance(value, dict) and all(
            isinstance(text, str) for pair in value.items() for text in pair
        ):
            return dict(value)
    elif kind is float and isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    elif isinstance(value, kind) and (kind is bool or not isinstance(value, bool)):
        return value
    shown = str(kind) if isinstance(kind, types.GenericAlias) else kind.__name__
    raise SettingsError(f"setting '{name}' is {value!r}; expected {shown}")
