"""What the model of a run says of a post, asked again about the post's own words.

A run keeps the probability of a post, not what it came from. Where the very model that scored
the run is still there, it can say which phrases weigh most, whether it takes the post for a
claim at all, and where it had better abstain.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from rumorscan.errors import RumorscanError
from rumorscan.reasons import show_value
from rumorscan.records import Reason
from rumorscan.reports.glossary import Phrase
from rumorscan.reports.origins import name_model
from rumorscan.reports.particulars import mapping
from rumorscan.reports.phrases import number
from rumorscan.reports.sections import ID_CHARACTERS, LISTED, OPINION, Section, told_reason
from rumorscan.reports.variants import plain
from rumorscan.settings import ScoringSettings

if TYPE_CHECKING:
    from rumorscan.rumors.scoring import Scorer

ASKED, UNNAMED, TEXTLESS, GONE, CHANGED = "asked", "unnamed", "no-text", "gone", "changed"
"""Whether the model was asked, or why not."""

_DIGEST_CHARACTERS = 12
_DIGITS = 6
_WHY_NOT = {
    UNNAMED: Phrase("run.json 没有写明是哪个模型", "run.json does not say which model scored it"),
    TEXTLESS: Phrase(
        "结果目录里没有这条帖子的原文，无法指出用语；可用 rumorscan score 另查原文",
        "the run folder holds no text of this post, so no wording can be named; "
        "rumorscan score tells of the original",
    ),
    GONE: Phrase(
        "这个模型已不在原处或无法读取，无法指出用语",
        "that model is no longer there or cannot be read, so no wording can be named",
    ),
    CHANGED: Phrase(
        "这个名称下现在是另一个模型，无法指出用语",
        "another model bears that name now, so no wording can be named",
    ),
}


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the model of a run says of a post.

    Attributes:
        name: of the model, as it was given to the scan; empty where the run names none.
        sha256: digest of the model that scored the run.
        state: `ASKED`, or why the model was not asked: `UNNAMED`, `TEXTLESS`, `GONE`, `CHANGED`.
        claim_probability: that the post is a checkable claim; None where nothing tells.
        is_unsure: whether the model had better abstain.
        reasons: phrases, heaviest first, and then what speaks against its judgment.
    """

    name: str
    sha256: str
    state: str
    claim_probability: float | None = None
    is_unsure: bool = False
    reasons: tuple[Reason, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the same as plain data, texts as they were posted."""
        return {
            "name": self.name,
            "sha256": self.sha256,
            "state": self.state,
            "claim_probability": self.claim_probability,
            "is_unsure": self.is_unsure,
            "reasons": [each.to_dict() for each in self.reasons],
        }


def find_opinions(rows: Iterable[dict[str, Any]], about: dict[str, Any]) -> list[Opinion | None]:
    """Return what the model of a run says of each post; it is loaded once, and only if needed.

    Args:
        rows: posts with `rumor_probability` and `text`, each None where the run holds none;
            anything else is passed over.
        about: the content of `run.json`.

    Returns:
        One a row, in order; None where the content of the row was not scored.

    Example:
        >>> rows = [{"account_id": "a1"}, {"rumor_probability": 0.9, "text": None}]
        >>> found = find_opinions(rows, {"model": {"name": "mine", "sha256": "0" * 64}})
        >>> [each and each.state for each in found]
        [None, 'no-text']
    """
    model = mapping(about.get("model"))
    unasked = Opinion(str(model.get("name") or ""), str(model.get("sha256") or ""), UNNAMED)
    loaded: tuple[str, Scorer | None] | None = None
    found: list[Opinion | None] = []
    for row in rows:
        if row.get("rumor_probability") is None:
            found.append(None)
        elif not unasked.name or not unasked.sha256:
            found.append(unasked)
        elif row.get("text") is None:
            found.append(replace(unasked, state=TEXTLESS))
        else:
            state, scorer = loaded = loaded or _load(unasked.name, unasked.sha256)
            opinion = replace(unasked, state=state)
            found.append(_ask(scorer, row, _base_rate(about), opinion) if scorer else opinion)
    return found


def _load(name: str, sha256: str) -> tuple[str, Scorer | None]:
    """Return the model if it is the one of that digest, else why not."""
    from rumorscan.rumors import load_model

    try:
        model = load_model(name)
    except (RumorscanError, ImportError, OSError, ValueError):  # the rest is told without it
        return GONE, None
    same = name_model(model, name)["sha256"] == sha256
    return (ASKED, model) if same else (CHANGED, None)


def _ask(scorer: Scorer, row: dict[str, Any], base_rate: float, unasked: Opinion) -> Opinion:
    from rumorscan.rumors.reading import read_texts

    folded = read_texts([row["text"]])
    found = scorer.opinions(folded, base_rate)
    claim, is_unsure, length = (float(found.claim[0]), bool(found.unsure[0]), folded.lengths[0])
    if length < scorer.minimum_length:
        reasons = [_reason("short-text", float(length))]
    else:
        phrases = scorer.top_phrases(row["text"], LISTED)
        reasons = [_reason("phrase", weight, phrase) for phrase, weight in phrases]
        if claim < 0.5:
            reasons.append(_reason("ordinary-post", 1.0 - claim))
        if is_unsure:  # with the figure of the run, so that no second one stands beside it
            reasons.append(_reason("model-unsure", row["rumor_probability"]))
    return replace(
        unasked,
        claim_probability=round(claim, _DIGITS) if claim < 1.0 else None,  # 1: it cannot tell
        is_unsure=is_unsure,
        reasons=tuple(reasons),
    )


def _reason(code: str, value: float, detail: str = "") -> Reason:
    return Reason(code, round(value, _DIGITS), detail)


def _base_rate(about: dict[str, Any]) -> float:
    """Return the base rate of a run, the default where it tells none that can be one."""
    scoring = mapping(mapping(about.get("settings")).get("scoring"))
    rate = number(scoring.get("base_rate")) or 0.0
    return rate if 0.0 < rate < 1.0 else ScoringSettings().base_rate


def tell_opinion(opinion: Opinion) -> Section:
    """Return what the model says, in words.

    Example:
        >>> reasons = (Reason("phrase", 1.2, "快囤水"),)
        >>> for line in tell_opinion(Opinion("mine", "3f" * 32, ASKED, 0.93, False, reasons)).lines:
        ...     print(line.zh)
        模型 mine（SHA-256 3f3f3f3f3f3f…）
        断言了可核实之事的概率为 93%
        用语“快囤水”使不实的得分增加 1.20（对数几率） [phrase]
    """
    lines = [_named(opinion)] if opinion.name and opinion.sha256 else []
    if opinion.state != ASKED:
        return Section(OPINION, [*lines, _WHY_NOT[opinion.state]])
    codes = {each.code for each in opinion.reasons}
    if opinion.claim_probability is not None and not codes & {"ordinary-post", "short-text"}:
        shown = show_value(opinion.claim_probability, "probability")
        lines.append(
            Phrase(
                f"断言了可核实之事的概率为 {shown}",
                f"probability that it claims something checkable: {shown}",
            )
        )
    lines += [told_reason(each.to_dict()) for each in opinion.reasons]
    if not codes & {"phrase", "short-text"}:
        lines.append(
            Phrase("没有用语使不实的得分增加", "no wording adds to the score of falsehood")
        )
    return Section(OPINION, lines)


def _named(opinion: Opinion) -> Phrase:
    name = plain(opinion.name, ID_CHARACTERS)
    digest = plain(opinion.sha256[:_DIGEST_CHARACTERS])
    return Phrase(f"模型 {name}（SHA-256 {digest}…）", f"model {name} (SHA-256 {digest}…)")
