"""A scan: the order of the stages, readable as a list."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import shutil
import tempfile
import weakref
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

import rumorscan
from rumorscan.bundle import bundled_homes
from rumorscan.columns import pick_rows
from rumorscan.coordination.accounts import list_accounts
from rumorscan.coordination.activity import find_threads, gather_activity
from rumorscan.coordination.campaigns import Coordination, find_campaigns
from rumorscan.coordination.histories import History, open_history
from rumorscan.coordination.recognition import Recognized, recognize
from rumorscan.coordination.rosters import name_run
from rumorscan.coordination.wordings import find_wordings
from rumorscan.engines.local import map_parts, peak_memory_bytes
from rumorscan.engines.stages import Stages
from rumorscan.readers import Posts, read_posts
from rumorscan.readers.pseudonyms import pseudonymize_posts, read_key
from rumorscan.records import Progress
from rumorscan.reports import Run
from rumorscan.reports.origins import name_claims, name_files, name_model
from rumorscan.rumors import load_model
from rumorscan.rumors.claim_times import claims_known_at
from rumorscan.rumors.claims import Claim, ClaimIndex, ClaimMatches, load_claims
from rumorscan.rumors.drift import Drift, measure_drift
from rumorscan.rumors.opinions import Opinions, join_opinions, no_opinions
from rumorscan.rumors.profiles import Profile, profile_beside
from rumorscan.rumors.reading import reread
from rumorscan.rumors.scoring import Scorer
from rumorscan.settings import ScoringSettings, Settings
from rumorscan.text.displays import Displays
from rumorscan.text.distinct import Distinct, find_distinct
from rumorscan.text.fold import Folded, fold_texts
from rumorscan.text.keys import MatchKeys
from rumorscan.text.matching import make_match_keys
from rumorscan.text.stance import find_stance
from rumorscan.verdicts import Evidence, decide, enrich_campaigns

_TEXTS_AT_ONCE = 16_384

Value = TypeVar("Value", bound=np.generic)
Part = TypeVar("Part")


def scan(
    source: Any,
    *,
    model: str | None = None,
    known: str | Path | Sequence[str | Path] | None = None,
    settings: Settings | None = None,
    pseudonymize: str | Path | None = None,
    as_of: str | None = None,
    history: str | Path | None = None,
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
        history: a folder that remembers the armies of earlier runs, and will those of this one;
            made where it is absent or empty.
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
    classifier = _load(chosen.scoring)
    job = _Job(
        settings=chosen,
        key=read_key(pseudonymize) if pseudonymize else None,
        classifier=classifier,
        profile=profile_beside(classifier),
        claims=claims_known_at(load_claims(chosen.claims.known), as_of, chosen.reading.tz),
        as_of=as_of,
        history=open_history(history) if history else None,
        stages=Stages(progress),
    )
    with contextlib.ExitStack() as cleanup:
        spool = _make_spool(cleanup)
        run = _run(source, job, spool)
        weakref.finalize(run, cleanup.pop_all().close)  # its texts lie there
    return run


def _load(scoring: ScoringSettings) -> Scorer | None:
    """Return the model, its encoder on the device that was asked for; None where none scores."""
    if not scoring.model:
        return None
    if scoring.device:
        from rumorscan.training.classifier import load_model as load_on_device

        return load_on_device(scoring.model, device=scoring.device)
    return load_model(scoring.model)


def _make_spool(cleanup: contextlib.ExitStack) -> str | None:
    """Return a private folder for the columns of the dump, or None to keep them in memory."""
    if os.name == "nt":  # Windows removes no file that is mapped, and texts must not stay behind
        return None
    spool = tempfile.mkdtemp(prefix="rumorscan-")
    cleanup.callback(shutil.rmtree, spool, ignore_errors=True)
    return spool


@dataclass(frozen=True, slots=True)
class _Job:
    """What a scan works with, once everything that can be checked before it has been."""

    settings: Settings
    key: bytes | None
    classifier: Scorer | None
    profile: Profile | None
    claims: list[Claim]
    as_of: str | None
    history: History | None
    stages: Stages


def _run(source: Any, job: _Job, spool: str | None) -> Run:
    """Do the stages in their order; the columns of the dump are kept in the spool folder."""
    started_at = _now()
    settings, stage = job.settings, job.stages.stage
    with stage("read") as read:
        posts = _read(source, job, spool)
        read.items = posts.rows
    table = posts.table
    with stage("fold", len(table)):
        distinct = find_distinct(fold_texts(table["text"]))
    with stage("unmask", len(distinct)):
        keys, displays = make_match_keys(table["text"], distinct)
    with stage("group", len(displays)):
        threads = find_threads(table)
        wordings = find_wordings(keys, threads.original_texts(displays), settings.groups)
    with stage("coordinate", len(table)):
        activity = gather_activity(table, threads, displays, wordings)
        found = find_campaigns(activity, keys, wordings.framing, table["text"], settings.campaigns)
    recognized: Recognized | None = None
    if job.history:
        with stage("recognize", len(found.campaigns)):
            run = name_run([report.sha256 for report in posts.inputs], activity, keys)
            recognized = recognize(found, activity, keys, job.history, run, settings)
            found = recognized.found
    with stage("score", len(distinct)):
        readable = _undo_evasions(table["text"], distinct, keys, displays)
        opinions = _score(readable, job)
    drift = _find_drift(readable, job)
    with stage("match", len(distinct)):
        matches = ClaimIndex(job.claims, settings.claims).match(distinct.folded)
    with stage("stance", len(table)):
        stance = _find_stances(table["text"], job)
    with stage("judge", len(table)):
        evidence = _bring_together(distinct, opinions, matches, stance, job.claims, found)
        decisions = decide(evidence, settings.verdicts)
        accounts = list_accounts(activity, evidence.campaigns)
    if job.history and recognized:
        job.history.keep(recognized.roster)
    return Run.build(
        decisions.table(table, found.group_ids),
        table["text"],
        accounts=accounts,
        edges=found.edges,
        campaigns=evidence.campaigns,
        rejects=posts.rejects,
        about={
            "version": rumorscan.__version__,
            "started_at": started_at,
            "finished_at": _now(),
            "settings": settings.to_dict(),
            "model": name_model(job.classifier, settings.scoring.model),
            "known": name_files(settings.claims.known),
            "claims": name_claims(job.claims, evidence.claim),
            "as_of": job.as_of,
            "history": recognized.about if recognized else None,
            "drift": drift.to_dict() if drift else None,
            "pseudonymized": job.key is not None,
            "inputs": [report.to_dict() for report in posts.inputs],
            "counts": {
                "rows": posts.rows,
                "distinct_texts": len(distinct),
                "groups": found.group_count,
                **wordings.counts,
                **found.capped,
            },
            "stages": job.stages.finished,
            "peak_memory_bytes": peak_memory_bytes(),
        },
    )


def _bring_together(
    distinct: Distinct,
    opinions: Opinions,
    matches: ClaimMatches,
    stance: npt.NDArray[np.int8],
    claims: list[Claim],
    found: Coordination,
) -> Evidence:
    """Spread what is known of each distinct text over its posts, beside their campaigns."""
    key_of_row = distinct.key_of_row
    evidence = Evidence(
        rumor_probability=opinions.rumor[key_of_row],
        unsure=opinions.unsure[key_of_row],
        claim=matches.position[key_of_row],
        claim_similarity=matches.similarity[key_of_row],
        claim_ids=[claim.claim_id for claim in claims],
        stance=stance,
        lengths=distinct.folded.lengths[key_of_row],
        campaign=found.campaign_of_row,
        campaigns=found.campaigns,
    )
    return dataclasses.replace(evidence, campaigns=enrich_campaigns(evidence, key_of_row))


def campaigns(
    source: Any,
    *,
    settings: Settings | None = None,
    pseudonymize: str | Path | None = None,
    history: str | Path | None = None,
    progress: Progress | None = None,
) -> Run:
    """Find coordinated posting only; needs no model and no list of known rumors.

    Args:
        source: whatever `read_posts` takes, or the `Posts` that it returned.
        settings: defaults where not given; its model and known rumors are left aside.
        pseudonymize: a key file, as in `scan`.
        history: a folder of earlier runs, as in `scan`.
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
        history=history,
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


def _read(source: Any, job: _Job, spool: str | None) -> Posts:
    """Return the posts; with a key, nothing of them names an account."""
    reading = job.settings.reading
    done = 0

    def advance(rows: int) -> None:
        nonlocal done
        job.stages.advance(rows - done)
        done = rows

    posts = read_posts(
        source,
        format=reading.format,
        mapping=reading.map,
        tz=reading.tz,
        strict=reading.strict,
        spool=spool,
        progress=advance,
        batch_rows=reading.batch_rows,
        maximum_text_characters=reading.maximum_text_characters,
        maximum_ratio=reading.maximum_ratio,
        maximum_unpacked_bytes=reading.maximum_unpacked_bytes,
    )
    return pseudonymize_posts(posts, job.key) if job.key else posts


def _undo_evasions(
    texts: pa.ChunkedArray, distinct: Distinct, keys: MatchKeys, displays: Displays
) -> Folded:
    """Return what the model reads of each distinct text; most of them are read as they fold."""
    evasions = keys.undone[displays.of_row[distinct.first_row]]
    rows = np.flatnonzero(evasions.any(axis=1))
    shown = pick_rows(texts, distinct.first_row[rows]).combine_chunks()
    return reread(distinct.folded, shown, rows)


def _score(folded: Folded, job: _Job) -> Opinions:
    """Return what the model says of each distinct text; NaN without a model."""
    model, base_rate = job.classifier, job.settings.scoring.base_rate
    if model is None:
        return no_opinions(len(folded))

    def score(start: int, stop: int) -> Opinions:
        job.stages.advance(stop - start)
        return model.opinions(folded.part(start, stop), base_rate)

    return join_opinions(_parts(score, len(folded), job))


def _find_drift(folded: Folded, job: _Job) -> Drift | None:
    """Return how far the texts are from what the model learned from; None where that is unknown."""
    if job.classifier is None or job.profile is None:
        return None
    with job.stages.stage("drift") as stage:
        drift = measure_drift(job.profile, folded, job.classifier)
        stage.items = drift.texts
    return drift


def _find_stances(texts: pa.ChunkedArray, job: _Job) -> npt.NDArray[np.int8]:
    """Return the stance code of each post, each different text of a part read once."""

    def stances(start: int, stop: int) -> npt.NDArray[np.int8]:
        job.stages.advance(stop - start)
        part = texts.slice(start, stop - start).combine_chunks().dictionary_encode()
        codes: npt.NDArray[np.int8] = find_stance(part.dictionary)[part.indices.to_numpy()]
        return codes

    return _in_parts(stances, len(texts), job)


def _in_parts(
    function: Callable[[int, int], npt.NDArray[Value]], count: int, job: _Job
) -> npt.NDArray[Value]:
    return np.concatenate([function(0, 0), *_parts(function, count, job)])


def _parts(function: Callable[[int, int], Part], count: int, job: _Job) -> Iterator[Part]:
    workers = job.settings.run.workers
    return map_parts(function, count, part=_TEXTS_AT_ONCE, workers=workers)
