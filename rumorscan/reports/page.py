"""The report of a run as one HTML file that opens offline and loads nothing.

Every text of the dump is made visible and escaped on its way into the page, and a strict
Content-Security-Policy names the digests of the one style and the one script, so that even a
text that got through as markup could neither run nor load anything.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from rumorscan.reports import cards, charts, glimpse, phrases, variants
from rumorscan.reports.drift import tell_drift
from rumorscan.reports.glimpse import Glimpse, Row
from rumorscan.reports.phrases import number
from rumorscan.reports.rendering import render
from rumorscan.settings import Settings

_TEXT_LIMIT = 220
_RAW_LIMIT = 160
_LISTED_COMMUNITIES = 8
_ASSUMED_NOTHING = ("", None, False)


def render_page(folder: Path) -> str:
    """Return the report of a run folder as one self-contained HTML page.

    Only the other files of the run are read. The page holds nothing of `run.json` that
    differs between two scans of the same input (times, memory, workers, the folder's name),
    so that it has the same bytes. Write it as UTF-8 with its line ends untouched.

    Args:
        folder: a run folder; `run.json` is required, a file that is absent counts as empty.

    Raises:
        RunError: `run.json` is missing, or a file of the run is damaged.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as name:
        ...     _ = Path(name, "run.json").write_text('{"version": "0.1.0"}')
        ...     page = render_page(Path(name))
        >>> page.startswith("<!doctype html>"), "Content-Security-Policy" in page
        (True, True)
    """
    seen = glimpse.look(Path(folder))
    return render("page.html", _context(seen), notes_of=_lines)


def _context(seen: Glimpse) -> Row:
    """Return everything that the template prints."""
    about = seen.about
    settings = _section(about, "settings")
    asked = _section(settings, "reading").get("tz", "UTC")  # empty: the usual zone
    where, zone_words = phrases.zone(str(asked or "Asia/Shanghai"))
    links = {str(item["campaign_id"]): place for place, item in enumerate(seen.campaigns, 1)}
    shown_cards = [
        cards.card(
            place,
            campaign,
            seen.texts.get(str(campaign["campaign_id"])) or Counter(),
            seen.campaign_times.get(str(campaign["campaign_id"]), np.empty(0, np.int64)),
            where=where,
        )
        for place, campaign in enumerate(seen.campaigns[: glimpse.FULL_CARDS], 1)
    ]
    claims = _section(about, "claims")
    return {
        "about": about,
        "inputs": [item for item in about.get("inputs") or () if isinstance(item, dict)],
        "model": _section(about, "model"),
        "counts": _section(about, "counts"),
        "zone": zone_words,
        "title": _title(about),
        "period": _period(seen, where),
        "seen": seen,
        "links": links,
        "communities": _communities(seen),
        "listed_communities": _LISTED_COMMUNITIES,
        "claims": claims,
        "cards": shown_cards,
        "card_accounts": cards.CARD_ACCOUNTS,
        "card_threads": cards.CARD_THREADS,
        "campaign_total": sum(seen.campaign_tiers.values()),
        "compact": [
            {
                "rumor_probability": None,
                "coordination": None,
                **item,
                "pieces": variants.template_pieces(str(item.get("template") or ""), 90),
            }
            for item in seen.campaigns[glimpse.FULL_CARDS :]
        ],
        "dots": _dots(seen.campaigns[: glimpse.FULL_CARDS]),
        "cells": charts.cells(seen.flag_axes),
        "review_line": number(_section(settings, "verdicts").get("review_probability")),
        "timeline": charts.timeline(seen.posted_at, seen.flagged, where),
        "flags": [_flag(row, where) for row in seen.flags],
        "flag_campaigns": [
            name for name in links if name in {row["campaign_id"] for row in seen.flags}
        ],
        "accounts": [_account(row) for row in seen.accounts],
        "account_total": sum(seen.account_tiers.values()),
        "edges": seen.edges,
        "rejects": [
            {**row, "raw": variants.visible(str(row.get("raw") or ""), _RAW_LIMIT)}
            for row in seen.rejects
        ],
        "reject_reasons": seen.reject_reasons.most_common(),
        "reject_total": sum(seen.reject_reasons.values()),
        "base_rate": number(_section(settings, "scoring").get("base_rate")),
        "drift": tell_drift(about),
        "changes": _changes(settings),
        "capped": _capped(about),
        "limits": _lines(_section(about, "model").get("limits")),
        "mapping": _mapping(about),
        "zones": _zones(about),
        "explained": next((str(row["post_id"]) for row in seen.flags), "ID"),
        "full_cards": glimpse.FULL_CARDS,
    }


def _communities(seen: Glimpse) -> dict[str, Row]:
    """Return the communities of the campaigns shown: their places, and how many there are."""
    found: dict[str, Row] = {}
    for place, item in enumerate(seen.campaigns, 1):
        name = str(item.get("community_id") or "")
        if name:
            total = seen.communities[name]
            found.setdefault(name, {"places": [], "total": total})["places"].append(place)
    return found


def _section(values: Row, name: str) -> Row:
    found = values.get(name)
    return found if isinstance(found, dict) else {}


def _lines(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value] if value else []
    if isinstance(value, dict):
        return [f"{name}: {phrases.measure('', item)}" for name, item in value.items()]
    return [str(item) for item in value or ()] if isinstance(value, (list, tuple)) else []


def _title(about: Row) -> str:
    """Return the names of what was scanned; never the run's, which says nothing of it."""
    names = [
        str(item.get("path") or "").replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
        for item in about.get("inputs") or ()
        if isinstance(item, dict)
    ]
    shown = "、".join(name for name in names[:2] if name)
    return f"{shown} +{len(names) - 2}" if len(names) > 2 else shown


def _period(seen: Glimpse, where: Any) -> tuple[str, str] | None:
    if not len(seen.posted_at):
        return None
    first, last = int(seen.posted_at.min()), int(seen.posted_at.max())
    return phrases.moment(first, where), phrases.moment(last, where)


def _dots(campaigns: list[Row]) -> list[charts.Dot]:
    """Return the places of campaigns that have both numbers, the strongest drawn last."""
    dots = []
    for place, campaign in enumerate(campaigns, 1):
        across, up = (number(campaign.get(name)) for name in ("coordination", "rumor_probability"))
        if across is None or up is None:
            continue
        label = (
            f"{campaign['campaign_id']}: 协同度 coordination {phrases.fraction(across)}, "
            f"谣言概率 rumor probability {phrases.fraction(up)}"
        )
        tier = str(campaign.get("tier", "none"))
        dots.append(charts.dot((across, up, campaign["account_count"]), tier, place, label))
    return dots[::-1]


def _flag(row: Row, where: Any) -> Row:
    reasons = [cards.reason_line(reason) for reason in row.get("reasons") or ()]
    text = str(row.get("text") or "")
    return {
        **row,
        "pieces": variants.visible(text, _TEXT_LIMIT),
        "at": phrases.moment(row.get("posted_at"), where),
        "reasons": sorted(reasons, key=lambda reason: reason.against),
        "triage": str(row.get("triage") or ""),
    }


def _account(row: Row) -> Row:
    return {
        **row,
        "evidence": [cards.reason_line(reason) for reason in row["evidence"] or ()],
    }


def _capped(about: Row) -> list[phrases.Quantity]:
    """Return what was cut short for the sake of time or memory, if anything was."""
    counts = _section(about, "counts").items()
    capped = {name: value for name, value in counts if name.startswith("capped_")}
    capped.update(_section(about, "capped"))
    return [phrases.quantity(str(name), value) for name, value in capped.items() if value]


def _changes(settings: Row) -> list[tuple[str, str, str]]:
    """Return (name, default, value) of settings that differ and can change a result."""
    changes = []
    for section, defaults in Settings().to_dict().items():
        if section == "run":
            continue
        for name, default in defaults.items():
            value = _section(settings, section).get(name, default)
            if value != default:
                changes.append((f"{section}.{name}", _written(default), _written(value)))
    return changes


def _written(value: Any) -> str:
    if value in _ASSUMED_NOTHING or value in ([], {}):
        return "—"
    return phrases.measure("", value)


def _zones(about: Row) -> str:
    """Return the zones that were assumed for times without one."""
    assumed: dict[str, None] = {}
    for item in about.get("inputs") or ():
        value = item.get("tz_assumed")
        if value is True:
            value = _section(_section(about, "settings"), "reading").get("tz")
        if value:
            assumed[str(value)] = None
    return "、".join(assumed)


def _mapping(about: Row) -> list[str]:
    """Return the fields that were read from a column of another name."""
    found: dict[str, None] = {}
    for item in about.get("inputs") or ():
        for name, column in _section(item, "mapping").items():
            if name != column:
                found[f"{name} ← {column}"] = None
    return list(found)
