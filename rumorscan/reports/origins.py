"""What a run was made from, as `run.json` names it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rumorscan.rumors.claims import Claim


def name_model(model: object, name: str) -> dict[str, Any]:
    """Return the name and the digest of a model that was loaded from a folder.

    Example:
        >>> name_model(None, "")
        {'name': None, 'sha256': None}
    """
    folder = getattr(model, "folder_", None)
    if folder is None:
        return {"name": None, "sha256": None}
    return {"name": name, "sha256": folder.sha256}


def name_files(paths: Sequence[str]) -> list[dict[str, str]]:
    """Return the path and the SHA-256 of each file of known rumors.

    Example:
        >>> name_files([])
        []
    """
    return [
        {"path": path, "sha256": hashlib.sha256(Path(path).read_bytes()).hexdigest()}
        for path in paths
    ]


def name_claims(claims: Sequence[Claim], matched: npt.NDArray[Any]) -> dict[str, str]:
    """Return the wording of the claims that some post carries, by id.

    Args:
        claims: all known rumors.
        matched: position of the claim of each post, negative where it carries none.

    Example:
        >>> claims = [Claim("k1", "城东水厂停水三天"), Claim("k2", "城西大桥要塌")]
        >>> name_claims(claims, np.array([-1, 1, 1]))
        {'k2': '城西大桥要塌'}
    """
    found = [claims[position] for position in np.unique(matched[matched >= 0])]
    return {claim.claim_id: claim.claim for claim in found}
