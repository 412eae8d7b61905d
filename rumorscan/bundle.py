"""Where the models and the sample that ship with rumorscan lie."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def bundled_homes(name: str) -> list[Path]:
    """Return the folders of that name which exist: in an installed wheel, beside the source.

    Args:
        name: `models` or `datasets/sample`.

    Example:
        >>> bundled_homes("datasets/sample")[0].name
        'sample'
    """
    homes = [_PACKAGE / "bundled" / name, _PACKAGE.parent / name]
    return [home for home in homes if home.is_dir()] or homes[:1]
