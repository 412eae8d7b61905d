"""The list of a run's files with a digest each, chained so that no line can change alone.

`manifest.json` is a list of `{path, bytes, sha256, chain}`. The first link of the chain is the
SHA-256 of `path`, `bytes` and `sha256`, each ended by a line feed; every later link hashes the
link before it, ended in the same way, ahead of those three. `run.json` stands last, since its
times differ from run to run: up to it two runs over the same input have the same links. The
last link is the head: who keeps that one value elsewhere can tell later that nothing changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from rumorscan.errors import RunError
from rumorscan.reports.places import is_unfinished

MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What was verified.

    Attributes:
        path: the run folder.
        files: names of the files whose digests were recomputed and found right.
        bytes: their size together.
        head: last link of the chain.
    """

    path: Path
    files: tuple[str, ...]
    bytes: int
    head: str


def chained(files: Iterable[tuple[str, tuple[int, str]]]) -> bytes:
    """Return the manifest of files in this order, as JSON.

    Args:
        files: name of each with its size and SHA-256.
    """
    entries = []
    link = ""
    for name, (size, digest) in files:
        link = _link(link, name, size, digest)
        entries.append({"path": name, "bytes": size, "sha256": digest, "chain": link})
    return orjson.dumps(entries, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def read_manifest(folder: Path) -> list[dict[str, Any]]:
    """Return the entries of a run folder's manifest, its files being there in their size.

    Raises:
        RunError: there is no such folder, the run is unfinished, or a file is missing or has
            another size.
    """
    entries = _entries(folder)
    for entry in entries:
        path = folder / entry["path"]
        if not path.is_file():
            raise RunError(f"{path}: is missing; the manifest of this run lists it")
        size = path.stat().st_size
        if size != entry["bytes"]:
            raise RunError(f"{path}: differs: holds {size} bytes, {entry['bytes']} were written")
    return entries


def verify(path: str | Path, *, skip: Iterable[str] = ()) -> VerifyReport:
    """Recompute every digest of a run.

    Args:
        path: a run folder.
        skip: names of files whose contents may differ.

    Returns:
        What was verified, the head of the chain among it.

    Raises:
        RunError: the run is unfinished, a file is missing, was added or differs, or the
            manifest itself was changed; the message names the file.

    Example:
        >>> verify("runs/none")
        Traceback (most recent call last):
            ...
        rumorscan.errors.RunError: runs/none: there is no such run folder
    """
    folder = Path(path)
    skipped = set(skip)
    entries = _entries(folder)
    link = ""
    for entry in entries:
        link = _link(link, entry["path"], entry["bytes"], entry["sha256"])
        if link != entry["chain"]:
            raise RunError(
                f"{folder / MANIFEST}: differs: its chain breaks at '{entry['path']}'; "
                "the manifest was changed after the run"
            )
    listed = {entry["path"] for entry in entries}
    for entry in entries:
        if entry["path"] not in skipped:
            _check(folder / entry["path"], entry)
    for found in sorted(folder.iterdir()):
        if found.name not in listed and found.name != MANIFEST:
            raise RunError(f"{found}: was added after the run; the manifest does not list it")
    return VerifyReport(
        path=folder,
        files=tuple(entry["path"] for entry in entries if entry["path"] not in skipped),
        bytes=sum(entry["bytes"] for entry in entries if entry["path"] not in skipped),
        head=link,
    )


def _entries(folder: Path) -> list[dict[str, Any]]:
    if not folder.is_dir():
        if is_unfinished(folder):
            raise RunError(
                f"{folder.as_posix()}: the scan of this run is unfinished; give its command again "
                "with --resume"
            )
        raise RunError(f"{folder.as_posix()}: there is no such run folder")
    path = folder / MANIFEST
    try:
        entries = orjson.loads(path.read_bytes())
    except FileNotFoundError:
        raise RunError(
            f"{folder}: holds no finished run ('{MANIFEST}' is missing); scan the dump again"
        ) from None
    except orjson.JSONDecodeError as error:
        raise RunError(f"{path}: differs: is not JSON: {error}") from error
    except OSError as error:
        raise RunError(f"{path}: cannot be read: {error.strerror}") from error
    if not isinstance(entries, list) or not all(_is_entry(entry) for entry in entries):
        raise RunError(f"{path}: differs: is not a list of path, bytes, sha256 and chain")
    return entries


def _is_entry(entry: object) -> bool:
    if not isinstance(entry, dict):
        return False
    name, size = entry.get("path"), entry.get("bytes")
    texts = (name, entry.get("sha256"), entry.get("chain"))
    # a plain name only: a manifest must not lead out of its folder
    return (
        all(isinstance(text, str) for text in texts)
        and isinstance(size, int)
        and name not in ("", "..")
        and Path(str(name)).name == name
    )


def _check(path: Path, entry: dict[str, Any]) -> None:
    try:
        size, digest = digest_of(path)
    except FileNotFoundError:
        raise RunError(f"{path}: is missing; the manifest of this run lists it") from None
    except OSError as error:
        raise RunError(f"{path}: cannot be read: {error.strerror}") from error
    if (size, digest) != (entry["bytes"], entry["sha256"]):
        raise RunError(
            f"{path}: differs: its SHA-256 is {digest[:16]}… over {size} bytes; "
            f"{entry['sha256'][:16]}… over {entry['bytes']} bytes were written"
        )


def digest_of(path: Path) -> tuple[int, str]:
    """Return the size and the SHA-256 of a file."""
    with path.open("rb") as source:
        digest = hashlib.file_digest(source, "sha256").hexdigest()
        return source.tell(), digest


def _link(before: str, name: str, size: int, digest: str) -> str:
    fields = [before] if before else []
    fields += [name, str(size), digest]
    return hashlib.sha256("".join(f"{field}\n" for field in fields).encode()).hexdigest()
