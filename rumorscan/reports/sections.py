"""The parts of an explanation: its headings, and what every part of it shows the same way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rumorscan.reasons import describe_reason
from rumorscan.reports import phrases
from rumorscan.reports.glossary import Phrase
from rumorscan.reports.run import Run
from rumorscan.reports.variants import plain

TEXT_CHARACTERS = 300
ID_CHARACTERS = 60
LISTED = 5
KINDS = {
    "post": Phrase("帖子", "Post"),
    "account": Phrase("账号", "Account"),
    "campaign": Phrase("行动", "Campaign"),
    "community": Phrase("账号群", "Community"),
    "group": Phrase("近重组", "Group of near-duplicates"),
    "claim": Phrase("已知谣言", "Known rumor"),
}
VERDICT = Phrase("结论", "Verdict")
FOR = Phrase("支持的证据", "Evidence for it")
AGAINST = Phrase("反面的证据", "Evidence against it")
MISSING = Phrase("没有的证据", "Evidence that is missing")
SERVED = Phrase("同一批账号的行动", "Campaigns that the same accounts serve")
CARRIERS = Phrase("带有它的行动与同文扩散", "Campaigns and mere spread that carry it")
NUMBERS = Phrase("数字", "Numbers")
OPINION = Phrase("模型的看法（只看文字）", "What the model says (of the words alone)")
NEXT = Phrase("接下来可以核对", "What a person could check next")


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the sentences under it."""

    heading: Phrase
    lines: list[Phrase]


def told_reason(reason: dict[str, Any]) -> Phrase:
    """Return a reason as a sentence with its code."""
    code, value = plain(reason["code"], ID_CHARACTERS), reason["value"]
    detail = plain(reason["detail"] or "", ID_CHARACTERS)
    words = (describe_reason(code, value, detail, lang) for lang in ("zh", "en"))
    return Phrase(*(f"{sentence} [{code}]" for sentence in words))


def shown_id(name: Any) -> str:
    """Return an id, safe to print."""
    return plain(str(name), ID_CHARACTERS)


def told_times(run: Run, *moments: Any) -> Phrase:
    """Return one or two times in the zone of the run, which is named once."""
    reading = run.about.get("settings", {}).get("reading", {})
    where, words = phrases.zone(reading.get("tz") or "Asia/Shanghai")
    shown = [phrases.moment(each, where) for each in moments if each]
    if not shown:
        return Phrase("时间不明", "time not known")
    return Phrase(f"{' 至 '.join(shown)}，{words.zh}", f"{' to '.join(shown)}, {words.en}")


def told_claim(run: Run, claim_id: Any) -> Phrase | None:
    """Return the wording of a known rumor, or None where the run does not hold it."""
    claims = run.about.get("claims") or {}
    wording = plain(str(claims.get(claim_id) or ""), TEXT_CHARACTERS)
    name = shown_id(claim_id)
    return Phrase(f"说法 {name}：“{wording}”", f'claim {name}: "{wording}"') if wording else None
