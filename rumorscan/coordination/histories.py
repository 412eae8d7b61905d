"""The history folder: the rosters of earlier runs on the disk, and the key of their digests.

    VERSION       what the folder is, and of which layout
    README.txt    for whoever finds it
    key           32 random bytes
    NAME.roster   one file a run: a head, a line for each campaign, the SHA-256 of all before

A file is written aside and moved into place, so that a reader meets a whole one or none. Damage
is an error that names the file, before any work: a match that is missing would go unnoticed.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import os
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from rumorscan.coordination.rosters import Army, Digests, Roster, Scheme, Signatures
from rumorscan.errors import HistoryError
from rumorscan.records import Tier

_KIND = "rumorscan-history"
_LAYOUT = 1
_KEY_BYTES = 32
_ENDING = ".roster"
_PARTS = ("VERSION", "README.txt", "key")
_README = """\
rumorscan 历史目录 history folder

这里存有以往扫描中水军行动的账号摘要（HMAC-SHA256）、文本签名与模板，供 --history 比对。
属于个人信息：持有 key 者可验证某账号是否在内；模板可能提及姓名。请妥善保管，
不需要时整个删除。删去某个 .roster 文件即忘记该次扫描；丢失 key 则全部失效。

Digests of the accounts, signatures of the texts and templates of the campaigns that earlier
scans suspected, for --history to compare with. These are personal data: who holds the file
"key" can test whether a given account is among them, and a template may mention names. Protect
the folder like the dumps, and delete it when nobody needs it. To forget one run, delete its
.roster file; without "key" all of them are useless.
"""


@dataclass(frozen=True, slots=True)
class History:
    """An open history folder.

    Attributes:
        folder: where it lies.
        key: of the digests of accounts.
        rosters: of the runs so far, by name.
        passed_over: files in it that are not its own.
    """

    folder: Path
    key: bytes
    rosters: tuple[Roster, ...]
    passed_over: int

    def before(self, run: str) -> tuple[Roster, ...]:
        """Return the rosters that a run is compared with: those that were there before it.

        A run that is scanned again meets those that it met the first time, so that it comes out
        the same; it never meets itself.
        """
        again = next((roster for roster in self.rosters if roster.run == run), None)
        names = set(again.earlier) if again else {roster.run for roster in self.rosters}
        return tuple(roster for roster in self.rosters if roster.run in names - {run})

    def keep(self, roster: Roster) -> None:
        """Write the roster of a run, in the place of one that is there.

        Raises:
            HistoryError: the folder cannot be written.
        """
        lines = [orjson.dumps(_head(roster, self.key)), *map(_line, roster.armies)]
        content = b"".join(line + b"\n" for line in lines)
        seal = orjson.dumps({"sha256": hashlib.sha256(content).hexdigest()}) + b"\n"
        with _one_line(self.folder):
            _put(self.folder / f"{roster.run}{_ENDING}", content + seal)


def open_history(path: str | Path) -> History:
    """Return a history folder with its rosters; one that is absent or empty is made.

    Raises:
        HistoryError: the folder holds something else, is of another version, cannot be written,
            or a file in it is missing or damaged.

    Example:
        >>> import tempfile
        >>> history = open_history(Path(tempfile.mkdtemp(), "history"))
        >>> len(history.key), history.rosters
        (32, ())
        >>> sorted(part.name for part in history.folder.iterdir())
        ['README.txt', 'VERSION', 'key']
    """
    folder = Path(path)
    with _one_line(folder):
        _make(folder)
        files = sorted(file for file in folder.iterdir() if file.name not in _PARTS)
        ours = [file for file in files if _is_roster(file)]
        key = _read_key(folder / "key", used=bool(ours))
        rosters = tuple(_read_roster(file, key) for file in ours)
    return History(folder, key, rosters, len(files) - len(ours))


def _is_roster(file: Path) -> bool:
    return file.suffix == _ENDING and not file.name.startswith(".") and file.is_file()


def _make(folder: Path) -> None:
    """Make the folder private and mark it, or check the mark."""
    if folder.exists() and not folder.is_dir():
        raise HistoryError(f"{folder}: is a file; give a folder for the history")
    mark = folder / "VERSION"
    if mark.is_file():
        words = mark.read_bytes().split()
        if words[:1] != [_KIND.encode()]:
            raise HistoryError(f"{mark}: is not that of a history; choose another folder")
        if words[1:] != [str(_LAYOUT).encode()]:
            raise HistoryError(f"{mark}: another version of rumorscan made this history; use that")
        if not os.access(folder, os.W_OK):
            raise HistoryError(f"{folder}: cannot be written; choose another folder")
        return
    # what begins with a dot another writer is about to put in place, or a desktop left behind
    if folder.exists() and any(not part.name.startswith(".") for part in folder.iterdir()):
        if not mark.is_file():  # nobody else has marked it meanwhile
            raise HistoryError(
                f"{folder}: holds files that are no history; choose an empty or a new folder"
            )
        return
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    _put(mark, f"{_KIND} {_LAYOUT}\n".encode())
    _put(folder / "README.txt", _README.encode())


def _read_key(file: Path, *, used: bool) -> bytes:
    """Return the key; a new one is made where no roster needs an old one."""
    if not file.exists():
        if used:
            raise HistoryError(
                f"{file}: is missing, and the rosters are useless without it; restore it, or "
                "choose another folder"
            )
        fresh = _write_aside(file, secrets.token_bytes(_KEY_BYTES))
        try:
            # unlike a move, a link never replaces the key that another writer made meanwhile
            with contextlib.suppress(FileExistsError):
                os.link(fresh, file)
        except OSError:  # a disk without links
            fresh.replace(file)
        finally:
            fresh.unlink(missing_ok=True)
    key = file.read_bytes()
    if len(key) != _KEY_BYTES:
        raise HistoryError(f"{file}: has {len(key)} bytes, not {_KEY_BYTES}; restore the key")
    return key


def _head(roster: Roster, key: bytes) -> dict[str, Any]:
    return {
        "kind": _KIND,
        "layout": _LAYOUT,
        "key": _key_name(key),
        "run": roster.run,
        "earlier": roster.earlier,
        "population": roster.population,
        "scheme": asdict(roster.scheme),
        "campaigns": len(roster.armies),
    }


def _key_name(key: bytes) -> str:
    return hmac.digest(key, _KIND.encode(), "sha256")[:8].hex()


def _line(army: Army) -> bytes:
    return orjson.dumps(
        {
            **{name: getattr(army, name) for name in _PLAIN},
            "tier": str(army.tier),
            "accounts": army.accounts.astype(">u8").tobytes().hex(),
            "signatures": base64.b64encode(army.signatures.astype("<u4").tobytes()).decode(),
        }
    )


_PLAIN = ("campaign_id", "community_id", "started_at", "ended_at", "template")


def _read_roster(file: Path, key: bytes) -> Roster:
    content = file.read_bytes()
    body, _, seal = content.rstrip(b"\n").rpartition(b"\n")
    try:
        if orjson.loads(seal)["sha256"] != hashlib.sha256(body + b"\n").hexdigest():
            raise ValueError("its digest differs")
        head, *lines = map(orjson.loads, body.split(b"\n"))
        if (head["kind"], head["layout"]) != (_KIND, _LAYOUT):
            raise HistoryError(f"{file}: another version of rumorscan made this roster; use that")
        if head["key"] != _key_name(key):
            raise HistoryError(f"{file}: was made under another key; take it out of this history")
        if f"{head['run']}{_ENDING}" != file.name or head["campaigns"] != len(lines):
            raise ValueError("it is not what its head says")
        scheme = Scheme(**head["scheme"])
        armies = tuple(_read_army(line, scheme) for line in lines)
        return Roster(head["run"], tuple(head["earlier"]), head["population"], scheme, armies)
    except (ValueError, KeyError, TypeError) as error:
        raise HistoryError(
            f"{file}: is damaged: {str(error) or 'not a roster'}; restore it from a copy, or "
            "delete it to forget that run"
        ) from error


def _read_army(line: dict[str, Any], scheme: Scheme) -> Army:
    accounts: Digests = np.frombuffer(bytes.fromhex(line["accounts"]), ">u8").astype(np.uint64)
    values = np.frombuffer(base64.b64decode(line["signatures"]), "<u4").astype(np.uint32)
    signatures: Signatures = values.reshape(-1, scheme.permutations)
    plain = {name: line[name] for name in _PLAIN}
    return Army(**plain, tier=Tier(line["tier"]), accounts=accounts, signatures=signatures)


def _write_aside(file: Path, content: bytes) -> Path:
    """Return a new private file beside the one that it will become, its content on the disk."""
    fresh = file.with_name(f".{file.name}.unfinished-{os.getpid()}-{secrets.token_hex(4)}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as sink:
            sink.write(content)
            sink.flush()
            os.fsync(sink.fileno())
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    return fresh


def _put(file: Path, content: bytes) -> None:
    fresh = _write_aside(file, content)
    try:
        fresh.replace(file)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def _one_line(shown: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        place = error.filename or shown
        raise HistoryError(
            f"{place}: the history cannot be used: {error.strerror}; mend it or choose another "
            "folder"
        ) from error
