"""Files of known rumors to claims: JSON lines, JSON or CSV, with one row a claim."""

from __future__ import annotations

import csv
import dataclasses
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from rumorscan.errors import ClaimsError
from rumorscan.text.fold import fold_texts

FIELDS = ("claim_id", "claim", "verdict", "explanation", "source", "url", "judged_at")
"""What a known-rumor file may hold; `claim` must be there, other columns are ignored."""

# fold keys, so that 'Pants-Fire', 'PANTS FIRE' and 'pantsfire' are one
_FALSE_WORDS = """
    false fake hoax rumor rumour rumors rumours pantsfire pantsonfire fabricated debunked
    mostlyfalse untrue incorrect refuted misinformation disinformation falseinformation
    假 假的 虚假 虚假信息 虚假消息 假消息 假信息 假新闻 假传闻 伪 伪科学 伪常识 错 错误
    谣言 网络谣言 是谣言 系谣言 确认谣言 谣传 造谣 已辟谣 辟谣 不实 不实信息 不实消息
    失实 不属实 子虚乌有 捏造 编造
"""
_FALSE_VERDICTS = frozenset(_FALSE_WORDS.split())


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim that somebody has already judged.

    Attributes:
        claim_id: as the file gives it, or made from file and row.
        claim: the wording that posts are matched with.
        verdict: as the file gives it; empty where it gives none.
        explanation: why it was judged so; may be empty.
        source: who judged it; may be empty.
        url: where the judgment stands; may be empty.
        judged_at: when it was judged, as the file gives it; may be empty.
        is_rumor: whether the verdict is 'false', in any of its spellings. A list of known
            rumors needs no verdicts: a claim without one is a rumor. A claim judged otherwise
            is kept, and a post that matches it best matches no rumor.
    """

    claim_id: str
    claim: str
    verdict: str = ""
    explanation: str = ""
    source: str = ""
    url: str = ""
    judged_at: str = ""
    is_rumor: bool = True


def load_claims(files: str | Path | Iterable[str | Path]) -> list[Claim]:
    """Return the claims of one file or several, in order.

    Args:
        files: `.jsonl`, `.ndjson`, `.json` (a list, or an object with a list `claims`), `.csv`
            or `.tsv`; UTF-8 with or without BOM, or GB18030. The same claim under the same id
            counts once.

    Raises:
        ClaimsError: a file cannot be read, or a row lacks a claim, holds a value that is no
            text, or uses the id of another claim. The message names file, row and field.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "known.csv"
        >>> rows = ["claim_id,claim,verdict", "k1,城东水厂停水三天,谣言", ",明天下雨,属实"]
        >>> _ = path.write_text(chr(10).join(rows), encoding="utf-8")
        >>> [(claim.claim_id, claim.is_rumor) for claim in load_claims(path)]
        [('k1', True), ('known.csv:2', False)]
    """
    paths = [files] if isinstance(files, (str, Path)) else list(files)
    claims: dict[str, Claim] = {}
    places: dict[str, str] = {}
    for path in map(Path, paths):
        for row, values in _rows(path):
            place = f"{path}, row {row}"
            claim = _claim(values, f"{path.name}:{row}", place)
            known = claims.setdefault(claim.claim_id, claim)
            if known.claim != claim.claim:
                raise ClaimsError(
                    f"{place}: 'claim_id' is '{claim.claim_id}', already used for another claim "
                    f"in {places[claim.claim_id]}; give each claim its own id"
                )
            places.setdefault(claim.claim_id, place)
    return _judge(list(claims.values()))


def _judge(claims: list[Claim]) -> list[Claim]:
    """Mark which claims are rumors, by the fold key of the verdict."""
    keys = fold_texts([claim.verdict for claim in claims]).keys()
    return [
        dataclasses.replace(claim, is_rumor=not claim.verdict or key in _FALSE_VERDICTS)
        for claim, key in zip(claims, keys, strict=True)
    ]


def _claim(values: dict[Any, Any], made_id: str, place: str) -> Claim:
    texts = {field: _text(values.get(field), field, place) for field in FIELDS}
    if not texts["claim"]:
        expected = "expected the wording of the claim"
        if "claim" not in values:
            found = ", ".join(f"'{name}'" for name in values if name) or "nothing"
            raise ClaimsError(f"{place}: no field 'claim' among {found}; {expected}")
        raise ClaimsError(f"{place}: 'claim' is empty; {expected}, or remove the row")
    texts["claim_id"] = texts["claim_id"] or made_id
    # the fields in their order; whether it is a rumor is judged for all claims at once
    return Claim(*(texts[field] for field in FIELDS))  # type: ignore[arg-type]


def _text(value: Any, field: str, place: str) -> str:
    if value is None:
        return ""
    if isinstance(value, (list, dict, float)) and not isinstance(value, bool):
        shown = repr(value)[:60]
        raise ClaimsError(f"{place}: '{field}' is {shown}; expected text")
    return str(value).strip()


def _rows(path: Path) -> Iterator[tuple[int, dict[Any, Any]]]:
    """Yield row number, from 1, and values of each row that is not empty."""
    kind = path.suffix.lower()
    if kind in (".jsonl", ".ndjson"):
        yield from _json_lines(path)
    elif kind == ".json":
        yield from _json(path)
    elif kind in (".csv", ".tsv"):
        yield from _csv(path, "\t" if kind == ".tsv" else ",")
    else:
        raise ClaimsError(
            f"{path}: '{path.suffix}' is no format of known rumors; expected .jsonl, .json or .csv"
        )


def _content(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ClaimsError(f"{path}: cannot be read: {error.strerror}; check --known") from error
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ClaimsError(f"{path}: is neither UTF-8 nor GB18030; save it as UTF-8")


def _json_lines(path: Path) -> Iterator[tuple[int, dict[Any, Any]]]:
    for row, line in enumerate(_content(path).split("\n"), start=1):
        if line.strip():
            yield row, _object(_parse(line, f"{path}, row {row}"), f"{path}, row {row}")


def _json(path: Path) -> Iterator[tuple[int, dict[Any, Any]]]:
    items = _parse(_content(path), str(path))
    if isinstance(items, dict):
        items = items.get("claims")
    if not isinstance(items, list):
        raise ClaimsError(f"{path}: holds no list of claims; expected [{{'claim': '…'}}, …]")
    for row, item in enumerate(items, start=1):
        yield row, _object(item, f"{path}, row {row}")


def _csv(path: Path, delimiter: str) -> Iterator[tuple[int, dict[Any, Any]]]:
    reader = csv.DictReader(io.StringIO(_content(path), newline=""), delimiter=delimiter)
    try:
        for row, values in enumerate(reader, start=1):
            cells = {str(name).strip(): cell for name, cell in values.items() if name is not None}
            if any(cells.values()):
                yield row, cells
    except csv.Error as error:
        raise ClaimsError(f"{path}, line {reader.line_num}: is not CSV: {error}") from error


def _parse(text: str, place: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise ClaimsError(f"{place}: is not JSON: {error}; expected {{'claim': '…'}}") from error


def _object(item: Any, place: str) -> dict[Any, Any]:
    if not isinstance(item, dict):
        shown = repr(item)[:60]
        raise ClaimsError(f"{place}: is {shown}; expected an object with a field 'claim'")
    return item
