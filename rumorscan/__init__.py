"""Find coordinated posting and false information in dumps of Chinese posts, offline.

The public names are loaded when they are first used, so that `import rumorscan` is cheap.

Example:
    >>> import rumorscan as rs
    >>> callable(rs.read_posts)
    True
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from rumorscan.errors import RumorscanError as RumorscanError
    from rumorscan.settings import Settings as Settings
    from rumorscan.settings import load_settings as load_settings

_HOMES = {
    "RumorscanError": "rumorscan.errors",
    "Settings": "rumorscan.settings",
    "load_settings": "rumorscan.settings",
    "read_posts": "rumorscan.readers",
    "inspect": "rumorscan.readers",
    "scan": "rumorscan.pipeline",
    "campaigns": "rumorscan.pipeline",
    "demo": "rumorscan.pipeline",
    "load_run": "rumorscan.reports",
    "report": "rumorscan.reports",
    "verify": "rumorscan.reports",
    "explain": "rumorscan.reports",
    "load_model": "rumorscan.training.classifier",
    "RumorClassifier": "rumorscan.training.classifier",
    "score": "rumorscan.rumors",
    "train": "rumorscan.training",
    "pretrain": "rumorscan.training.pretraining",
    "evaluate": "rumorscan.training",
    "evaluate_campaigns": "rumorscan.rehearsal",
}

__all__ = ["__version__", *sorted(_HOMES)]  # noqa: PLE0604 - the names come from one table


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'rumorscan' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
