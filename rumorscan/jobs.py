"""What a scan works with, and whether it is what an earlier process worked with."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa

import rumorscan
from rumorscan.coordination.histories import History
from rumorscan.engines.checkpoints import Checkpoints
from rumorscan.engines.stages import Stages
from rumorscan.errors import DumpError, RunError
from rumorscan.readers import Posts
from rumorscan.readers.containers.archives import Member
from rumorscan.readers.containers.finding import find_files
from rumorscan.readers.containers.packings import Limits
from rumorscan.readers.intake.shelves import Shelf
from rumorscan.readers.sources import Memory
from rumorscan.reports.manifest import digest_of
from rumorscan.reports.origins import name_files, name_model
from rumorscan.rumors.claims import Claim
from rumorscan.rumors.profiles import Profile
from rumorscan.rumors.scoring import Scorer
from rumorscan.settings import ReadingSettings, Settings

_KEY_NAME = b"rumorscan-unfinished"


@dataclass(frozen=True, slots=True)
class Job:
    """What a scan works with, once everything that can be checked before it has been.

    Attributes:
        settings: all of them, with what the caller named laid over them.
        key: of pseudonyms; None where accounts keep their ids.
        classifier: the model; None where none scores.
        profile: what the model learned from, if it tells.
        claims: the known rumors.
        as_of: until when they were judged.
        history: the armies of earlier runs.
        stages: told of every stage.
        keeper: of what an earlier process has found.
        columns: a folder for the columns of the dump; None keeps them in memory.
        started_at: when the scan began, in whatever process.
    """

    settings: Settings
    key: bytes | None
    classifier: Scorer | None
    profile: Profile | None
    claims: list[Claim]
    as_of: str | None
    history: History | None
    stages: Stages
    keeper: Checkpoints
    columns: Path | None
    started_at: str


def limits_of(reading: ReadingSettings) -> Limits:
    """Return how far packed inputs may unpack."""
    return Limits(reading.maximum_ratio, reading.maximum_unpacked_bytes)


def describe(job: Job, source: Any) -> dict[str, Any]:
    """Return all that the result of a scan depends on, as far as it is known before reading."""
    settings = job.settings.to_dict()
    del settings["run"]  # nothing there changes a result
    key = job.key and hmac.new(job.key, _KEY_NAME, hashlib.sha256).hexdigest()[:16]
    return {
        "version": rumorscan.__version__,
        "settings": settings,
        "model": name_model(job.classifier, job.settings.scoring.model),
        "known": name_files(job.settings.claims.known),
        "as_of": job.as_of,
        "key": key,
        "history": _describe_history(job.history) if job.history else None,
        "inputs": [_describe_input(given) for given in _inputs(source, job.settings.reading)],
    }


def _inputs(source: Any, reading: ReadingSettings) -> Iterator[Path | Member | Memory | str]:
    """Yield the files of a source in order, and a word for what is in memory."""
    limits = limits_of(reading)
    sources = source if isinstance(source, (list, tuple)) else [source]
    if all(isinstance(one, (str, Path, Member, Memory)) for one in sources):
        for one in sources:
            if isinstance(one, (str, Path)):
                yield from find_files(one, limits)
            else:
                yield one
    else:
        yield f"<{type(source).__name__}>"


def _describe_input(given: Path | Member | Memory | str) -> dict[str, Any]:
    """Return what an input is called, the file on the disk that it lies in, and that one's state.

    Of a member of an archive that file is the archive.
    """
    if isinstance(given, str):
        return {"path": given, "file": None, "bytes": None, "modified": None}
    file: Path = given.value if isinstance(given, Memory) else _place_of(given)
    try:
        status = file.stat()
    except OSError as error:
        raise DumpError(f"{file}: cannot be read: {error.strerror}") from error
    return {
        "path": str(given),
        "file": str(file),
        "bytes": status.st_size,
        "modified": status.st_mtime_ns,
    }


def _place_of(given: Path | Member) -> Path:
    return given.archive.path if isinstance(given, Member) else given


def require_same(then: dict[str, Any], now: dict[str, Any], keeper: Checkpoints, out: Path) -> None:
    """Refuse to go on with a scan that worked with something else.

    Args:
        then: what the earlier process worked with.
        now: what this one works with.
        keeper: of what the earlier process has read.
        out: the run, for the message.

    Raises:
        RunError: something differs; the message says what.
    """
    for difference in chain(_differences(then, now), _changed_inputs(then, now, keeper)):
        raise RunError(
            f"{out}: cannot be resumed: {difference}; give the same as before, or scan without "
            "--resume to begin anew"
        )


def _differences(then: dict[str, Any], now: dict[str, Any]) -> Iterator[str]:
    """Yield what differs, the inputs' contents apart."""
    if then["version"] != now["version"]:
        yield f"rumorscan {then['version']} began it and this is {now['version']}"
    for section, values in now["settings"].items():
        before = then["settings"].get(section, {})
        for name, value in values.items():
            if before.get(name) != value:
                yield f"the setting '{section}.{name}' was {before.get(name)!r} and is {value!r}"
    for what, name in (("model", "the model"), ("known", "the known rumors")):
        if then[what] != now[what]:
            yield f"{name} changed: {_short(then[what])} then, {_short(now[what])} now"
    if then["as_of"] != now["as_of"]:
        yield f"--as-of was {then['as_of']!r} and is {now['as_of']!r}"
    if then.get("key") != now.get("key"):
        yield "the key of --pseudonymize is another one"
    paths = [[one["path"] for one in job["inputs"]] for job in (then, now)]
    if paths[0] != paths[1]:
        gone = [path for path in paths[0] if path not in paths[1]]
        new = [path for path in paths[1] if path not in paths[0]]
        what = f"'{gone[0]}' is missing" if gone else f"'{new[0]}' is new" if new else "their order"
        yield f"the inputs changed: {what}"


def _short(value: Any) -> str:
    """Return files or a model by name and the beginning of the digest."""
    entries = value if isinstance(value, list) else [value]
    names = [
        f"'{one.get('path', one.get('name'))}' ({(one['sha256'] or '-')[:12]})" for one in entries
    ]
    return ", ".join(names) or "none"


def _changed_inputs(
    then: dict[str, Any], now: dict[str, Any], keeper: Checkpoints
) -> Iterator[str]:
    """Yield inputs with other contents: by size and time, and by digest where they were read.

    One that was read and has kept its time is not looked at again: what was read of it is what
    the run is about.
    """
    digests = _Digests()
    for place, (before, after) in enumerate(zip(then["inputs"], now["inputs"], strict=True)):
        path = before["path"]
        found = keeper.find(f"read-{place:05}")
        shelf: Shelf | None = found[0] if found else None
        if before["bytes"] != after["bytes"]:
            yield f"the input '{path}' changed: {before['bytes']} bytes then, {after['bytes']} now"
        elif before["modified"] == after["modified"]:
            continue
        elif shelf is None:
            yield f"the input '{path}' changed: it was modified since"
        elif digests[after["file"]] != (shelf.report.archive_sha256 or shelf.report.sha256):
            yield f"the input '{path}' changed: its SHA-256 is another one"


class _Digests(dict[str, str]):
    """SHA-256 of files, each read once: many inputs may lie in one archive."""

    def __missing__(self, file: str) -> str:
        self[file] = digest = digest_of(Path(file))[1]
        return digest


def same_history(job: Job, then: dict[str, Any], out: Path) -> History | None:
    """Return the history with the rosters that the earlier process met, and no later ones.

    Raises:
        RunError: one of them is gone, or there is a history where there was none.
    """
    met = then["history"]
    if job.history is None or met is None:
        if (job.history is None) != (met is None):
            raise RunError(f"{out}: cannot be resumed: give --history as before")
        return None
    known = {one.run for one in job.history.rosters}
    if gone := sorted(set(met["rosters"]) - known):
        raise RunError(f"{out}: cannot be resumed: the history has lost '{gone[0]}'")
    rosters = tuple(one for one in job.history.rosters if one.run in met["rosters"])
    # what the earlier process left there when it was killed was not there for it
    return History(job.history.folder, job.history.key, rosters, met["passed_over"])


def _describe_history(history: History) -> dict[str, Any]:
    rosters = sorted(one.run for one in history.rosters)
    return {"rosters": rosters, "passed_over": history.passed_over}


def require_finished(about: dict[str, Any], now: dict[str, Any], out: Path) -> None:
    """Refuse to take a finished run for that of a job unless it is.

    Raises:
        RunError: it is the run of something else; the message says what differs.
    """
    then = {
        **{name: about.get(name) for name in ("version", "settings", "model", "known", "as_of")},
        "key": now["key"] if about.get("pseudonymized") == (now["key"] is not None) else "another",
        "inputs": [{"path": one["path"]} for one in about["inputs"]],
    }
    if about.get("pseudonymized"):
        then["inputs"] = now["inputs"]  # their names are masked
    read = [one.get("archive_sha256") or one["sha256"] for one in about["inputs"]]
    what = next(chain(_differences(then, now), _others(now["inputs"], read)), "")
    if what:
        raise RunError(
            f"{out}: already holds a run, of something else: {what}; choose another folder or "
            "pass --overwrite"
        )


def _others(inputs: list[dict[str, Any]], digests: list[str | None]) -> Iterator[str]:
    """Yield the inputs that have other digests, or none."""
    found = _Digests()
    for one, digest in zip(inputs, digests, strict=True):
        if one["file"] is None or found[one["file"]] != digest:
            yield f"the input '{one['path']}' is another one"


def require_same_posts(posts: Posts, job: Job, out: Path | None) -> None:
    """Refuse to go on with other posts in memory than those that the scan began with.

    Raises:
        RunError: they are others.
    """
    if out is None or not any(report.sha256 is None for report in posts.inputs):
        return
    digest = _digest_posts(posts.table)
    if job.keeper.once("posts", lambda: digest, always=True) != digest:
        raise RunError(f"{out}: cannot be resumed: the posts in memory are others than before")


def _digest_posts(table: pa.Table) -> str:
    digest = hashlib.sha256()

    class _Sink:
        closed = False

        def write(self, data: Any) -> int:
            digest.update(data)
            return len(data)

        def flush(self) -> None: ...

        def close(self) -> None: ...

    with pa.ipc.new_stream(pa.PythonFile(_Sink(), "w"), table.schema) as writer:
        writer.write_table(table)
    return digest.hexdigest()


def read_about(folder: Path) -> dict[str, Any]:
    """Return `run.json` of a finished run folder.

    Raises:
        RunError: it cannot be read.
    """
    path = folder / "run.json"
    try:
        about = orjson.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise RunError(f"{path}: is damaged; choose another folder or pass --overwrite") from error
    return dict(about)
