"""What training found, and the model folder that it becomes."""

from __future__ import annotations

import dataclasses
import platform
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from rumorscan.rumors.profiles import PROFILE_FILE, Profile
from rumorscan.training.cards import write_card
from rumorscan.training.corpora import LabeledInput
from rumorscan.training.leaks import Leaks
from rumorscan.training.measuring.metrics import SHOWN, Metrics, to_text
from rumorscan.training.measuring.slices import Slice, by_kind
from rumorscan.training.recipes import SavedModel
from rumorscan.training.trials import Alarms

METRICS_FILE = "metrics.json"


@dataclass(frozen=True, slots=True)
class Training:
    """What training found.

    Attributes:
        model: fitted on all labeled posts.
        inputs: what was found in each labeled file.
        data: what was read, used and set aside, as plain data.
        trials: trial to named part to metrics; `grouped`, and where the data allow it `later`
            and `left_out`.
        slices: the posts of the grouped trial by length, script, stance, topic and the like.
        ordinary: `held_out` and `left_out` to source to the false alarms on its ordinary posts.
        leaks: part to what gives its labels away.
        missing: trial to why it was not possible.
        settings: seed, folds and parameters.
        profile: what the model learned from in figures, for a scan to compare its dump with.
        path: the model folder; None until it is written.
    """

    model: SavedModel
    inputs: tuple[LabeledInput, ...]
    data: dict[str, Any]
    trials: dict[str, dict[str, Metrics]]
    slices: tuple[Slice, ...]
    ordinary: dict[str, dict[str, Alarms]]
    leaks: dict[str, Leaks]
    missing: dict[str, str]
    settings: dict[str, Any]
    profile: Profile
    path: Path | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return everything but the model as JSON data."""
        return {
            "settings": self.settings,
            "versions": versions(),
            "data": self.data,
            "trials": {
                trial: {part: one.to_dict() for part, one in parts.items()}
                for trial, parts in self.trials.items()
            },
            "slices": by_kind(self.slices),
            "ordinary": {
                how: {name: alarms.to_dict() for name, alarms in parts.items()}
                for how, parts in self.ordinary.items()
            },
            "leaks": {part: one.to_dict() for part, one in self.leaks.items()},
            "not_measured": self.missing,
        }

    def to_text(self) -> str:
        """Return the figures of all trials as plain tables."""
        lines = []
        for trial, parts in self.trials.items():
            lines += [f"{trial}:", to_text(parts, SHOWN), ""]
        for trial, why in self.missing.items():
            lines.append(f"{trial}: not measured: {why}")
        for how, sources in self.ordinary.items():
            for name, alarms in sources.items():
                lines.append(f"ordinary posts over .5, {how}: {name}: {alarms}")
        return "\n".join(lines).rstrip()

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader of the metrics must know, in plain words."""
        several = len(self.leaks) > 1
        found = [f"{one.path}: {one.warning}" for one in self.inputs if one.warning]
        for part, leaks in self.leaks.items():
            found += [f"{part}: {line}" if several else line for line in leaks.warnings]
        return tuple(found)


def write_training(
    training: Training,
    out: str | Path,
    *,
    terms: Mapping[str, str] | None = None,
    notes: Sequence[str] = (),
    extra: Mapping[str, Any] | None = None,
) -> Training:
    """Write a model folder with metrics and card, and return the training with its path.

    Args:
        training: what `learn` found.
        out: the model folder; an older model there is replaced.
        terms: source to its terms and citation, for the card.
        notes: further known limits, a sentence each.
        extra: further metrics for `metrics.json`.

    Raises:
        ModelError: the folder cannot be written.
    """
    report = training.to_dict() | dict(extra or {})
    card = write_card(report, warnings=training.warnings, terms=terms or {}, notes=notes)
    metrics = orjson.dumps(report, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    files = {METRICS_FILE: metrics, PROFILE_FILE: training.profile.to_bytes()}
    path = training.model.save(out, card=card, training=training.settings, files=files)
    return dataclasses.replace(training, path=path)


def versions() -> dict[str, str]:
    """Return the versions that the numbers depend on."""
    from importlib.metadata import version

    from rumorscan import __version__

    names = ("numpy", "scipy", "scikit-learn", "jieba", "opencc")
    found = {name: version(name) for name in names}
    for name in ("torch", "transformers", "onnxruntime"):
        if name in sys.modules:  # only what this model was made with
            found[name] = version(name)
    return {"rumorscan": __version__, "python": platform.python_version(), **found}
