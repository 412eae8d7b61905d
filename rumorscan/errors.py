"""The error tree: what a caller can act on.

    RumorscanError
    ├── DumpError          a dump that cannot be read or mapped
    ├── LabeledError       a labeled file that cannot be used for training or evaluation
    ├── ClaimsError        a known-rumor file that cannot be used
    ├── SettingsError      a setting that is unknown or out of range
    ├── ModelError         a model folder that is missing, damaged or not allowed
    ├── RunError           a run folder that cannot be written, read or verified
    ├── HistoryError       a history folder that cannot be used
    └── MissingExtraError  an optional library that is not installed

A message says what was wrong, where, and what to do, with the value in quotes.
"""

from __future__ import annotations


class RumorscanError(Exception):
    """Anything that rumorscan reports in one line and exit status 1."""


class DumpError(RumorscanError):
    """A dump that cannot be read or mapped."""


class LabeledError(RumorscanError):
    """A labeled file that cannot be used for training or evaluation."""


class ClaimsError(RumorscanError):
    """A known-rumor file that cannot be used."""


class SettingsError(RumorscanError):
    """A setting that is unknown or out of range."""


class ModelError(RumorscanError):
    """A model folder that is missing, damaged or not allowed."""


class RunError(RumorscanError):
    """A run folder that cannot be written, read or verified."""


class HistoryError(RumorscanError):
    """A history folder that cannot be used."""


class MissingExtraError(RumorscanError):
    """An optional library that is not installed; the message names the extra."""

    def __init__(self, library: str, extra: str) -> None:
        super().__init__(f"{library} is not installed; run: pip install 'rumorscan[{extra}]'")
