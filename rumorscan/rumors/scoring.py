"""Texts to probabilities with reasons, one row a text, in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from rumorscan.errors import DumpError, ModelError
from rumorscan.rumors.opinions import Opinions
from rumorscan.text.fold import Folded

if TYPE_CHECKING:
    from rumorscan.rumors.linear import LinearModel
    from rumorscan.rumors.stacked import StackedModel

BATCH_ROWS = 4_096
PHRASES = 3
_DIGITS = 6


class Scorer(Protocol):
    """What scoring asks of a model."""

    @property
    def minimum_length(self) -> int:
        """Characters of fold key under which no text gets more than the base rate."""
        ...

    def opinions(self, folded: Folded, base_rate: float) -> Opinions:
        """Return all that the model says of fold keys, each looked at by itself."""
        ...

    def top_phrases(self, text: str, limit: int) -> list[tuple[str, float]]:
        """Return the phrases that weigh most towards falsehood, heaviest first."""
        ...


def load_model(name_or_folder: str | Path = "default") -> LinearModel | StackedModel:
    """Return a fitted model: scikit-learn conventions over lists of texts.

    Args:
        name_or_folder: `default`, `linear`, or a model folder.

    Raises:
        ModelError: there is no such model, or its folder is damaged or not allowed.

    Example:
        >>> import tempfile
        >>> from rumorscan.rumors.linear import LinearModel
        >>> texts = ["城东水厂要停水三天大家快囤水", "城东水厂今天起检修供水正常"]
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     saved = LinearModel(bits=12).fit(texts, [1, 0]).save(Path(folder, "mine"))
        ...     load_model(saved).classes_.tolist()
        [0, 1]
    """
    from rumorscan.rumors import linear, stacked
    from rumorscan.rumors.folders import read_model_folder, resolve_model

    folder = read_model_folder(resolve_model(name_or_folder))
    kind = folder.config.get("kind")
    if kind == linear.KIND:
        return linear.LinearModel.load(folder)
    if kind == stacked.KIND:
        return stacked.StackedModel.load(folder)
    expected = f"{stacked.KIND}, {linear.KIND}"
    raise ModelError(f"{folder.path}: kind is {kind!r}; expected one of {expected}")


def score(
    texts: Iterable[str | Mapping[str, Any]],
    *,
    model: str | Path | Scorer = "default",
    base_rate: float = 0.05,
) -> list[dict[str, Any]]:
    """Return the rumor probability of each text, with reasons.

    Args:
        texts: texts, or mappings with `text` and perhaps `post_id`.
        model: a model's name, a model folder, or a model.
        base_rate: the share of false posts to calibrate for; 0.5 means balanced.

    Returns:
        One row a text, in order: `post_id` as given, or the row number from 1 as text;
        `rumor_probability`; `reasons`, objects of `code`, `value` and `detail`.

    Raises:
        ModelError: the model cannot be loaded.
        DumpError: a row has no text.

    Example:
        >>> from rumorscan.rumors.linear import LinearModel
        >>> texts = ["城东水厂要停水三天大家快囤水", "城东水厂今天起检修供水正常"] * 3
        >>> model = LinearModel(bits=12).fit(texts, [1, 0] * 3)
        >>> rows = score([{"post_id": "p1", "text": "停水"}], model=model)
        >>> rows[0]["post_id"], [reason["code"] for reason in rows[0]["reasons"]]
        ('p1', ['rumor-probability', 'short-text'])
    """
    return list(score_each(texts, model=model, base_rate=base_rate))


def score_each(
    texts: Iterable[str | Mapping[str, Any]],
    *,
    model: str | Path | Scorer = "default",
    base_rate: float = 0.05,
) -> Iterator[dict[str, Any]]:
    """Yield what `score` returns, a batch of rows in memory at a time.

    Example:
        >>> from rumorscan.rumors.linear import LinearModel
        >>> texts = ["城东水厂要停水三天大家快囤水", "城东水厂今天起检修供水正常"] * 3
        >>> model = LinearModel(bits=12).fit(texts, [1, 0] * 3)
        >>> next(score_each(texts, model=model))["post_id"]
        '1'
    """
    if isinstance(model, (str, Path)):
        model = load_model(model)
    rows = enumerate(texts, 1)
    failure: Exception | None = None
    while failure is None:
        batch: list[tuple[str, str]] = []
        try:
            for number, row in islice(rows, BATCH_ROWS):
                batch.append(_parts(number, row))
        except Exception as error:
            failure = error  # the rows before it are answered first
        if not batch:
            break
        yield from _score_batch(batch, model, base_rate)
    if failure is not None:
        raise failure


def _parts(number: int, row: str | Mapping[str, Any]) -> tuple[str, str]:
    if isinstance(row, str):
        return str(number), row
    text, post_id = row.get("text"), row.get("post_id")
    if not isinstance(text, str):
        raise DumpError(f"row {number}: 'text' is {text!r}; expected a text")
    return str(number) if post_id is None else str(post_id), text


def _score_batch(
    batch: list[tuple[str, str]], model: Scorer, base_rate: float
) -> Iterator[dict[str, Any]]:
    from rumorscan.rumors.reading import read_texts
    from rumorscan.text.distinct import find_distinct

    distinct = find_distinct(read_texts(text for _, text in batch))
    found = model.opinions(distinct.folded, base_rate)
    lengths = distinct.folded.lengths
    for (post_id, text), key in zip(batch, distinct.key_of_row.tolist(), strict=True):
        probability = float(found.rumor[key])
        reasons = [_reason("rumor-probability", probability)]
        if lengths[key] < model.minimum_length:
            reasons.append(_reason("short-text", int(lengths[key])))
        else:
            if found.claim[key] < 0.5:
                reasons.append(_reason("ordinary-post", 1.0 - float(found.claim[key])))
            if found.unsure[key]:
                reasons.append(_reason("model-unsure", probability))
            if probability >= base_rate:
                phrases = model.top_phrases(text, PHRASES)
                reasons += [_reason("phrase", weight, phrase) for phrase, weight in phrases]
        yield {
            "post_id": post_id,
            "rumor_probability": round(probability, _DIGITS),
            "reasons": reasons,
        }


def _reason(code: str, value: float, detail: str = "") -> dict[str, Any]:
    return {"code": code, "value": round(value, _DIGITS), "detail": detail}
