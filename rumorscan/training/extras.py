"""What training needs beyond the base install."""

from __future__ import annotations

from rumorscan.errors import MissingExtraError


def require_torch() -> None:
    """Say what to install where torch or transformers is missing.

    Raises:
        MissingExtraError: one of them is not installed.
    """
    for library in ("torch", "transformers"):
        try:
            __import__(library)
        except ImportError as error:
            raise MissingExtraError(library, "train") from error
