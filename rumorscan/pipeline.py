"""A scan: the order of the stages, readable as a list."""

from __future__ import annotations

import dataclasses
import tempfile
import weakref
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

import rumorscan
from rumorscan.bundle import bundled_homes
from rumorscan.coordination.accounts import list_accounts
from rumorscan.coordination.activity import gather_activity
from rumorscan.coordination.campaigns import find_campaigns
from rumorscan.coordination.groups import find_groups
from rumorscan.engines.local import map_parts, peak_memory_bytes
from rumorscan.engines.stages import Stages
from rumorscan.errors import SettingsError
from rumorscan.readers import Posts, read_posts
from rumorscan.readers.pseudonyms import pseudonymize as replace_accounts
from rumorscan.readers.pseudonyms import read_key
from rumorscan.records import Progress
from rumorscan.reports import Run
from rumorscan.rumors import load_model
from rumorscan.rumors.claims import Claim, ClaimIndex, load_claims
from rumorscan.rumors.linear import LinearModel
from rumorscan.settings import Settings
from rumorscan.text.distinct import Distinct, find_distinct
from rumorscan.text.fold import fold_texts
from rumorscan.text.stance import find_stance
from rumorscan.verdicts import Evidence, decide, enrich_campaigns

_TEXTS_AT_ONCE = 16_384


def scan(
    source: Any,
    *,
    model: str | None = None,
    known: str | Path | Sequence[str | Path] | None = None,
    settings: Settings | None = None,
    pseudonymize: str | Path | None = None,
    as_of: str | None = None,
    progress: Progress | None = None,
) -> Run:
    """Find coordinated posting, false information and known rumors in a dump.

    Args:
        source: whatever `read_posts` takes, or the `Posts` that it returned.
        model: a bundled model's name or a model folder; "" for no scoring. Default: the
            settings'.
        known: files of known rumors. Default: the settings'.
        settings: everything else; defaults where not given.
        pseudonymize: a key file; account ids are replaced by keyed digests before any work.
        as_of: ISO 8601; known rumors that were judged later are not used.
        progress: told of every stage.

    Returns:
        The run in memory; `run.write(folder)` writes it.

    Raises:
        RumorscanError: an input, setting, model or list of known rumors cannot be used.

    Example:
        >>> posts = [{"account_id": f"a{n}", "text": "城东水厂停水三天"} for n in range(3)]
        >>> run = scan(posts, model="")
        >>> len(run.posts), [campaign.tier.value for campaign in run.campaigns.items]
        (3, ['spread'])
    """
    chosen = _choose(settings or Settings(), model, known)
    started_at = _now()
    key = read_key(pseudonymize) if pseudonymize else None
    work = Stages(progress)
    classifier = load_model(chosen.scoring.model) if chosen.scoring.model else None
    claims = _known_at(load_claims(chosen.claims.known), as_of)
    spool = tempfile.TemporaryDirectory(prefix="rumorscan-", ignore_cleanup_errors=True)

    with work.stage("read") as stage:
        posts = _read(source, chosen, spool.name, work)
        stage.items = posts.rows
    table = replace_accounts(posts.table, key) if key else posts.table
    with work.stage("fold", len(table)):
        distinct = find_distinct(fold_texts(table["text"]))
    with work.stage("group", len(distinct)):
        groups = find_groups(distinct.folded, chosen.groups)
    with work.stage("coordinate", len(table)):
        activity = gather_activity(table, distinct, groups)
        coordination = find_campaigns(activity, distinct.folded, table["text"], chosen.campaigns)
    with work.stage("score", len(distinct)):
        probability = _score(classifier, distinct, chosen, work)
    with work.stage("match", len(distinct)):
        matches = ClaimIndex(claims, chosen.claims).match(distinct.folded)
    with work.stage("stance", len(table)):
        stance = _find_stances(table["text"], chosen, work)
    with work.stage("judge", len(table)):
        evidence = Evidence(
            rumor_probability=probability[distinct.key_of_row],
            claim=matches.position[distinct.key_of_row],
            claim_similarity=matches.similarity[distinct.key_of_row],
            claim_ids=[claim.claim_id for claim in claims],
            stance=stance,
            lengths=distinct.folded.lengths[distinct.key_of_row],
            campaign=coordination.campaign_of_row,
            campaigns=coordination.campaigns,
        )
        campaigns = enrich_campaigns(evidence, distinct.key_of_row)
        evidence = dataclasses.replace(evidence, campaigns=campaigns)
        decisions = decide(evidence, chosen.verdicts)
        accounts = list_accounts(activity, campaigns)
    run = Run.build(
        decisions.table(table, coordination.group_ids),
        table["text"],
        accounts=accounts,
        edges=coordination.edges,
        campaigns=campaigns,
        rejects=posts.rejects,
        about={
            "version": rumorscan.__version__,
            "started_at": started_at,
            "finished_at": _now(),
            "settings": chosen.to_dict(),
            "model": _name_model(classifier, chosen),
            "inputs": [report.to_dict() for report in posts.inputs],
            "counts": {
                "rows": posts.rows,
                "distinct_texts": len(distinct),
                "groups": coordination.group_count,
                "candidate_pairs": groups.candidate_pairs,
                "capped_buckets": groups.capped_buckets,
            },
            "stages": work.finished,
            "peak_memory_bytes": peak_memory_bytes(),
        },
    )
    weakref.finalize(run, spool.cleanup)  # the texts lie there as long as the run is used
    return run


def campaigns(
    source: Any,
    *,
    settings: Settings | None = None,
    pseudonymize: str | Path | None = None,
    progress: Progress | None = None,
) -> Run:
    """Find coordinated posting only; needs no model and no list of known rumors.

    Args:
        source: whatever `read_posts` takes, or the `Posts` that it returned.
        settings: defaults where not given; its model and known rumors are left aside.
        pseudonymize: a key file, as in `scan`.
        progress: told of every stage.

    Raises:
        RumorscanError: an input or setting cannot be used.
    """
    return scan(
        source,
        model="",
        known=(),
        settings=settings,
        pseudonymize=pseudonymize,
        progress=progress,
    )


def demo(*, progress: Progress | None = None) -> Run:
    """Scan the bundled, invented sample with the bundled model and known rumors."""
    sample = bundled_homes("datasets/sample")[0]
    return scan(sample / "posts.jsonl", known=sample / "known_rumors.jsonl", progress=progress)


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _choose(
    settings: Settings, model: str | None, known: str | Path | Sequence[str | Path] | None
) -> Settings:
    """Return the settings with what the caller named laid over them."""
    if model is not None:
        settings = settings.replace({"scoring": {"model": str(model)}})
    if known is not None:
        files = [known] if isinstance(known, (str, Path)) else known
        settings = settings.replace({"claims": {"known": [str(file) for file in files]}})
    return settings


def _known_at(claims: list[Claim], as_of: str | None) -> list[Claim]:
    """Return the claims that had been judged by then; those without a time had."""
    if as_of is None:
        return claims
    limit = _moment(as_of)
    if limit is None:
        raise SettingsError(
            f"as_of is '{as_of}'; expected ISO 8601 such as '2026-03-02T09:00+08:00'"
        )
    judged = [_moment(claim.judged_at) for claim in claims]
    return [
        claim for claim, moment in zip(claims, judged, strict=True) if not moment or moment <= limit
    ]


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _read(source: Any, settings: Settings, spool: str, work: Stages) -> Posts:
    reading = settings.reading
    done = 0

    def advance(rows: int) -> None:
        nonlocal done
        work.advance(rows - done)
        done = rows

    return read_posts(
        source,
        format=reading.format,
        mapping=reading.map,
        tz=reading.tz,
        strict=reading.strict,
        spool=spool,
        progress=advance,
        batch_rows=reading.batch_rows,
        maximum_text_characters=reading.maximum_text_characters,
    )


def _score(
    classifier: LinearModel | None, distinct: Distinct, settings: Settings, work: Stages
) -> npt.NDArray[np.float64]:
    """Return the rumor probability of each distinct text; NaN without a model."""
    if classifier is None:
        return np.full(len(distinct), np.nan)

    def score(start: int, stop: int) -> npt.NDArray[np.float64]:
        work.advance(stop - start)
        part = distinct.folded.part(start, stop)
        return classifier.rumor_probabilities(part, settings.scoring.base_rate)

    probability: npt.NDArray[np.float64] = _in_parts(score, len(distinct), settings)
    return probability


def _find_stances(texts: pa.ChunkedArray, settings: Settings, work: Stages) -> npt.NDArray[np.int8]:
    """Return the stance code of each post, each different text of a part read once."""

    def stances(start: int, stop: int) -> npt.NDArray[np.int8]:
        work.advance(stop - start)
        part = texts.slice(start, stop - start).combine_chunks().dictionary_encode()
        codes: npt.NDArray[np.int8] = find_stance(part.dictionary)[part.indices.to_numpy()]
        return codes

    stance: npt.NDArray[np.int8] = _in_parts(stances, len(texts), settings)
    return stance


def _in_parts(function: Any, count: int, settings: Settings) -> Any:
    parts = map_parts(function, count, part=_TEXTS_AT_ONCE, workers=settings.run.workers)
    return np.concatenate([function(0, 0), *parts])


def _name_model(classifier: LinearModel | None, settings: Settings) -> dict[str, Any]:
    folder = getattr(classifier, "folder_", None)
    if classifier is None or folder is None:
        return {"name": None, "sha256": None}
    return {"name": settings.scoring.model, "sha256": folder.sha256}
