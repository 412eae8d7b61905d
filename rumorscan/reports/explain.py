"""Why a post, account, campaign, community, group or rumor was flagged or not, in words."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rumorscan.errors import RunError
from rumorscan.reports.glossary import Phrase
from rumorscan.reports.opinions import Opinion, find_opinions
from rumorscan.reports.sections import KINDS, Section
from rumorscan.reports.sentences import write_sections
from rumorscan.reports.stored import load_run
from rumorscan.reports.subjects import Subject, find_subjects
from rumorscan.reports.variants import plain

LANGUAGES = ("both", "zh", "en")

_ID_CHARACTERS = 60
_NONE = Phrase("（无）", "(none)")
_LANGUAGE = {"zh": 0, "en": 1}


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is said about one thing.

    Attributes:
        subject: the thing, with what the run folder holds of it.
        title: one line that names it.
        sections: verdict first, what to check last.
        opinion: what the model of the run says of a post that it scored.
    """

    subject: Subject
    title: Phrase
    sections: list[Section]
    opinion: Opinion | None = None

    def render(self, lang: str = "both") -> str:
        """Return the words, Chinese first; `lang` is one of `LANGUAGES`."""
        chosen = ("zh", "en") if lang == "both" else (lang,)
        return "\n\n".join(self._told(_LANGUAGE[each]) for each in chosen)

    def to_dict(self) -> dict[str, Any]:
        """Return the same as plain data."""
        return {
            "kind": self.subject.kind,
            "id": self.subject.name,
            "title": self.title._asdict(),
            "sections": [
                {
                    "heading": section.heading._asdict(),
                    "lines": [line._asdict() for line in section.lines],
                }
                for section in self.sections
            ],
            "reasons": self.subject.row.get("reasons", []),
            "model": self.opinion.to_dict() if self.opinion else None,
        }

    def _told(self, language: int) -> str:
        lines = [self.title[language]]
        for section in self.sections:
            lines.append(f"{section.heading[language]}{'：:'[language]}")
            lines += [f"  - {line[language]}" for line in section.lines or [_NONE]]
        return "\n".join(lines)


def explain(run: str | Path, id: str, lang: str = "both") -> str:  # noqa: A002 - as the command
    """Return why something was flagged or not, safe to print on a terminal.

    Args:
        run: a run folder.
        id: of a post, account, campaign, community, group or known rumor; all that it names are
            explained.
        lang: `both` (Chinese first), `zh` or `en`.

    Raises:
        RunError: there is no finished run, or the id names nothing in it.

    Example:
        >>> explain("runs/none", "p1")
        Traceback (most recent call last):
            ...
        rumorscan.errors.RunError: runs/none: there is no such run folder
    """
    if lang not in LANGUAGES:
        raise RunError(f"lang is '{lang}'; expected one of {', '.join(LANGUAGES)}")
    return "\n\n".join(found.render(lang) for found in find_explanations(run, id))


def find_explanations(run: str | Path, name: str) -> list[Explanation]:
    """Return an explanation of everything that the id names.

    Args:
        run: a run folder.
        name: the id.

    Raises:
        RunError: there is no finished run, or the id names nothing in it.
    """
    loaded = load_run(run)
    subjects = find_subjects(loaded, Path(run), name)
    opinions = find_opinions([each.row for each in subjects], loaded.about)
    explanations = []
    for subject, opinion in zip(subjects, opinions, strict=True):
        shown = plain(subject.name, _ID_CHARACTERS)
        title = Phrase(*(f"{words} {shown}" for words in KINDS[subject.kind]))
        sections = write_sections(subject, loaded, Path(run), opinion)
        explanations.append(Explanation(subject, title, sections, opinion))
    return explanations
