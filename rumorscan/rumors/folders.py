"""Model folders: weights, settings and card, with a digest each; nothing is ever unpickled.

models/mine/
  config.json          kind, feature settings, calibration, versions, training summary
  weights.safetensors  the numbers
  README.md            the card: data, terms, metrics, limits
  digests.json         SHA-256 of every other file
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePath
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from rumorscan.bundle import bundled_homes
from rumorscan.errors import ModelError

CONFIG, WEIGHTS, CARD, DIGESTS = "config.json", "weights.safetensors", "README.md", "digests.json"

ALIASES: dict[str, tuple[str, ...]] = {
    "default": ("default", "linear"),
    "linear": ("linear",),
}
"""Name of a bundled model to the folders under `models/`; the first that exists serves."""

ENCODERS = ("encoder-small",)
"""Names of the bundled encoders, folders under `models/` as transformers loads them."""

_ALLOWED = frozenset({".json", ".safetensors", ".onnx", ".txt", ".md", ".html"})
_PICKLED = frozenset({".pkl", ".pickle", ".joblib", ".bin", ".pt", ".pth", ".ckpt", ".npy", ".npz"})
_PROGRAMS = frozenset({".py", ".pyc", ".so", ".dll", ".dylib", ".sh", ".exe"})
_LEFT_BY_SYSTEMS = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A folder whose files were found to be what they were when it was written.

    Attributes:
        path: where it lies.
        config: the content of `config.json`.
        sha256: digest over the digests of all files; it names the model in a run.
    """

    path: Path
    config: dict[str, Any]
    sha256: str

    def read(self, name: str) -> bytes:
        """Return the content of a file.

        Raises:
            ModelError: the file is missing or cannot be read.
        """
        return _read(self.path, name)

    def tensors(self, name: str = WEIGHTS) -> dict[str, npt.NDArray[Any]]:
        """Return the arrays of a safetensors file.

        Raises:
            ModelError: the file is missing or damaged.
        """
        from safetensors import SafetensorError
        from safetensors.numpy import load

        try:
            return dict(load((self.path / name).read_bytes()))
        except FileNotFoundError as error:
            raise ModelError(f"{self.path}: '{name}' is missing; train the model again") from error
        except SafetensorError as error:
            raise ModelError(f"{self.path}: '{name}' is damaged: {error}") from error

    def file(self, name: str) -> bytes | None:
        """Return the content of a further file, or None where the folder has none of that name.

        Raises:
            ModelError: the file cannot be read.
        """
        return self.read(name) if (self.path / name).is_file() else None


def resolve_model(name_or_folder: str | Path) -> Path:
    """Return the folder of a bundled model's name, or the folder that was named.

    Raises:
        ModelError: there is no such name and no such folder.

    Example:
        >>> resolve_model("mine")
        Traceback (most recent call last):
            ...
        rumorscan.errors.ModelError: mine: is no model; expected default, linear or a model folder
    """
    if str(name_or_folder) in ALIASES:
        folders = ALIASES[str(name_or_folder)]
        places = [home / folder for home in bundled_homes("models") for folder in folders]
        for place in places:
            if (place / CONFIG).is_file():
                return place
        raise ModelError(
            f"model '{name_or_folder}' is not installed (looked for {places[0]}); "
            "install rumorscan again, or name a model folder"
        )
    folder = Path(name_or_folder)
    if folder.is_dir():
        return folder
    names = ", ".join(ALIASES)
    raise ModelError(f"{name_or_folder}: is no model; expected {names} or a model folder")


def resolve_encoder(name_or_folder: str | Path) -> Path:
    """Return the checkpoint folder of a bundled encoder's name, or the folder that was named.

    Raises:
        ModelError: there is no such name and no such folder.

    Example:
        >>> resolve_encoder("mine")
        Traceback (most recent call last):
            ...
        rumorscan.errors.ModelError: mine: is no encoder; expected encoder-small or a folder
    """
    if str(name_or_folder) in ENCODERS:
        for home in bundled_homes("models"):
            if (home / str(name_or_folder) / CONFIG).is_file():
                return home / str(name_or_folder)
        raise ModelError(
            f"encoder '{name_or_folder}' is not installed; name a checkpoint folder, "
            "or train with kind 'linear'"
        )
    folder = Path(name_or_folder)
    if folder.is_dir():
        return folder
    raise ModelError(f"{name_or_folder}: is no encoder; expected {', '.join(ENCODERS)} or a folder")


def write_model_folder(
    folder: str | Path,
    config: Mapping[str, Any],
    tensors: Mapping[str, npt.NDArray[Any]],
    *,
    card: str,
    files: Mapping[str, bytes] | None = None,
) -> Path:
    """Write a model folder; it appears whole or not at all, and takes an older one's place.

    Args:
        folder: where; its parent is made where it is missing.
        config: plain data with at least `kind`.
        tensors: name to array.
        card: Markdown.
        files: more files of the allowed kinds, name to content.

    Returns:
        The folder. The same content gives the same bytes.

    Raises:
        ModelError: the folder holds something else, a file is not allowed, or writing fails.
    """
    from safetensors.numpy import save

    target = Path(folder)
    contents = {
        CONFIG: _json(dict(config)),
        WEIGHTS: save({name: np.ascontiguousarray(tensors[name]) for name in sorted(tensors)}),
        CARD: card.encode(),
        **(files or {}),
    }
    for name in contents:
        _require_allowed(target, name)
    contents[DIGESTS] = _json({name: sha256(contents[name]).hexdigest() for name in contents})
    if target.exists() and not (target / CONFIG).is_file() and _is_filled(target):
        raise ModelError(f"{target}: holds something other than a model; name another folder")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}-"))
        try:
            for name, content in contents.items():
                (draft / name).write_bytes(content)
            draft.chmod(0o755)
            _replace(target, draft)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    except OSError as error:
        raise ModelError(f"{target}: cannot be written: {error.strerror}") from error
    return target


def read_model_folder(folder: str | Path) -> ModelFolder:
    """Return a model folder after checking every file in it.

    Raises:
        ModelError: the folder is missing or incomplete, a file is not allowed, or a file is not
            what it was when the model was written.
    """
    path = Path(folder)
    try:
        found = sorted(entry.name for entry in path.iterdir())
    except OSError as error:
        raise ModelError(f"{path}: cannot be read: {error.strerror}") from error
    found = [name for name in found if name not in _LEFT_BY_SYSTEMS]
    for name in found:
        _require_allowed(path, name)
    digests = _read_json(path, DIGESTS)
    for name in found:
        if name == DIGESTS:
            continue
        if name not in digests:
            raise ModelError(f"{path}: '{name}' is not listed in {DIGESTS}; take it away")
        if sha256(_read(path, name)).hexdigest() != digests[name]:
            raise ModelError(
                f"{path}: '{name}' is not what was written (SHA-256 differs); "
                "copy or train the model again"
            )
    for name in (CONFIG, WEIGHTS, CARD, *sorted(digests)):
        if name not in found:
            raise ModelError(f"{path}: '{name}' is missing; copy or train the model again")
    config = _read_json(path, CONFIG)
    return ModelFolder(path, config, sha256(_read(path, DIGESTS)).hexdigest())


def open_model(folder: str | Path | ModelFolder, kind: str) -> ModelFolder:
    """Return a model folder of a kind, after checking every file in it.

    Raises:
        ModelError: as `read_model_folder` says, or the model is of another kind.
    """
    found = folder if isinstance(folder, ModelFolder) else read_model_folder(folder)
    if found.config.get("kind") != kind:
        raise ModelError(f"{found.path}: kind is {found.config.get('kind')!r}; expected {kind!r}")
    return found


@contextmanager
def fitting_parts(found: ModelFolder) -> Iterator[None]:
    """Say that the parts of a folder do not fit each other, where making them fails.

    Raises:
        ModelError: a value is missing, or of another type or range than it was written.
    """
    try:
        yield
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(
            f"{found.path}: the parts do not fit each other ({error}); train the model again"
        ) from error


def _require_allowed(folder: Path, name: str) -> None:
    suffix = PurePath(name).suffix.lower()
    if PurePath(name).name != name or name.startswith("."):
        raise ModelError(
            f"{folder}: '{name}' is not allowed; a model folder holds plain files only"
        )
    if suffix in _PICKLED:
        raise ModelError(f"{folder}: '{name}' is not allowed; pickled models are never loaded")
    if suffix in _PROGRAMS:
        raise ModelError(f"{folder}: '{name}' is not allowed; code is never loaded from a model")
    if suffix not in _ALLOWED:
        expected = ", ".join(sorted(_ALLOWED))
        raise ModelError(f"{folder}: '{name}' is not allowed; expected files in {expected}")


def _replace(target: Path, draft: Path) -> None:
    """Put the draft in the target's place; a folder cannot be renamed over a filled one."""
    if not target.exists():
        draft.rename(target)
        return
    aside = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}-old-"))
    try:
        target.rename(aside / target.name)
        try:
            draft.rename(target)
        except OSError:
            (aside / target.name).rename(target)
            raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _is_filled(folder: Path) -> bool:
    return not folder.is_dir() or any(folder.iterdir())


def _json(value: dict[str, Any]) -> bytes:
    return orjson.dumps(
        value, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
    )


def _read(folder: Path, name: str) -> bytes:
    try:
        return (folder / name).read_bytes()
    except FileNotFoundError as error:
        raise ModelError(
            f"{folder}: '{name}' is missing; expected a model folder written by rumorscan"
        ) from error
    except OSError as error:
        raise ModelError(f"{folder}: '{name}' cannot be read: {error.strerror}") from error


def _read_json(folder: Path, name: str) -> dict[str, Any]:
    try:
        value = orjson.loads(_read(folder, name))
    except orjson.JSONDecodeError as error:
        raise ModelError(f"{folder}: '{name}' is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise ModelError(f"{folder}: '{name}' is not a JSON object")
    return value
