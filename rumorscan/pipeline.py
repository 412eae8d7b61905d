"""A scan: the order of the stages, readable as a list."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import weakref
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import rumorscan
from rumorscan.bundle import bundled_homes
from rumorscan.coordination.accounts import list_accounts
from rumorscan.coordination.activity import find_threads, gather_activity
from rumorscan.coordination.campaigns import find_campaigns
from rumorscan.coordination.histories import open_history
from rumorscan.coordination.recognition import Recognized, recognize
from rumorscan.coordination.rosters import name_run
from rumorscan.coordination.wordings import find_wordings
from rumorscan.engines.checkpoints import Checkpoints
from rumorscan.engines.local import peak_memory_bytes
from rumorscan.engines.stages import Stages
from rumorscan.errors import RunError
from rumorscan.jobs import (
    Job,
    describe,
    limits_of,
    read_about,
    require_finished,
    require_same,
    require_same_posts,
    same_history,
)
from rumorscan.readers.pseudonyms import read_key
from rumorscan.readers.sources import laid_down
from rumorscan.readers.values.moments import DEFAULT_ZONE
from rumorscan.records import Progress
from rumorscan.reports import Run, load_run
from rumorscan.reports.folder import fill
from rumorscan.reports.origins import name_claims, name_files, name_model
from rumorscan.reports.places import holds_run, is_unfinished
from rumorscan.reports.unfinished import Unfinished
from rumorscan.rumors import load_model
from rumorscan.rumors.claim_times import claims_known_at
from rumorscan.rumors.claims import ClaimIndex, load_claims
from rumorscan.rumors.profiles import profile_beside
from rumorscan.rumors.scoring import Scorer
from rumorscan.settings import ScoringSettings, Settings
from rumorscan.steps import (
    KINDS,
    Readable,
    bring_together,
    find_drift,
    find_stances,
    read_dump,
    score_texts,
)
from rumorscan.text.distinct import find_distinct
from rumorscan.text.fold import fold_texts
from rumorscan.text.matching import make_match_keys
from rumorscan.verdicts import decide


def scan(
    source: Any,
    *,
    model: str | None = None,
    known: str | Path | Sequence[str | Path] | None = None,
    settings: Settings | None = None,
    pseudonymize: str | Path | None = None,
    as_of: str | None = None,
    history: str | Path | None = None,
    out: str | Path | None = None,
    overwrite: bool = False,
    resume: bool = False,
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
        out: the run folder; without one nothing is written.
        overwrite: replace the run that the folder holds.
        resume: go on with what an earlier scan into this folder found before it was cut; a run
            that is finished already is returned.
        progress: told of every stage.

    Returns:
        The run in memory; `run.write(folder)` writes it where no folder was given.

    Raises:
        RumorscanError: an input, setting, model or list of known rumors cannot be used, the
            folder cannot be written, or what it holds cannot be resumed.

    Example:
        >>> posts = [{"account_id": f"a{n}", "text": "城东水厂停水三天"} for n in range(3)]
        >>> run = scan(posts, model="")
        >>> len(run.posts), [campaign.tier.value for campaign in run.campaigns.items]
        (3, ['spread'])
    """
    if resume and out is None:
        raise RunError("a scan is resumed from its run folder; give 'out'")
    chosen = _choose(settings or Settings(), model, known)
    classifier = _load(chosen.scoring)
    job = Job(
        settings=chosen,
        key=read_key(pseudonymize) if pseudonymize else None,
        classifier=classifier,
        profile=profile_beside(classifier),
        claims=claims_known_at(
            load_claims(chosen.claims.known), as_of, chosen.reading.tz or DEFAULT_ZONE
        ),
        as_of=as_of,
        history=open_history(history) if history else None,
        stages=Stages(progress),
        keeper=Checkpoints(None, KINDS, chosen.run.workers),
        columns=None,
        started_at=_now(),
    )
    if out is not None:
        with laid_down(source, limits_of(chosen.reading)) as laid:
            return _scan_into(Path(out), laid, job, overwrite=overwrite, resume=resume)
    with contextlib.ExitStack() as cleanup:
        run = _run(source, replace(job, columns=_make_spool(cleanup)))
        weakref.finalize(run, cleanup.pop_all().close)  # its texts lie there
    return run


def _scan_into(out: Path, source: Any, job: Job, *, overwrite: bool, resume: bool) -> Run:
    """Scan, keeping on the disk what was found, and write the run as one transaction."""
    described = describe(job, source)
    if resume and holds_run(out) and not (overwrite and is_unfinished(out)):
        require_finished(read_about(out), described, out)
        with Unfinished(out, overwrite=True, resume=True):  # what a kill at the end left
            return load_run(out)
    with Unfinished(out, overwrite=overwrite, resume=resume) as unfinished:
        keeper = Checkpoints(unfinished.kept, KINDS, job.settings.run.workers)
        stages = Stages(job.stages.progress, keeper)
        # Windows removes no file that is mapped, and texts must not stay behind
        columns = None if os.name == "nt" else unfinished.columns
        job = replace(job, stages=stages, keeper=keeper, columns=columns)
        then = unfinished.job
        if then is None:
            unfinished.begin(described, job.started_at)
        else:
            require_same(then, described, keeper, out)
            started_at = unfinished.started_at or job.started_at
            job = replace(job, history=same_history(job, then, out), started_at=started_at)
        run = _run(source, job, out)
        stages.begin("write", len(run.posts))
        fill(unfinished, run, keeper)
        stages.end(len(run.posts))
    return run


def _load(scoring: ScoringSettings) -> Scorer | None:
    """Return the model, its encoder on the device that was asked for; None where none scores."""
    if not scoring.model:
        return None
    if scoring.device:
        from rumorscan.training.classifier import load_model as load_on_device

        return load_on_device(scoring.model, device=scoring.device)
    return load_model(scoring.model)


def _make_spool(cleanup: contextlib.ExitStack) -> Path | None:
    """Return a private folder for the columns of the dump, or None to keep them in memory."""
    if os.name == "nt":  # Windows removes no file that is mapped, and texts must not stay behind
        return None
    spool = tempfile.mkdtemp(prefix="rumorscan-")
    cleanup.callback(shutil.rmtree, spool, ignore_errors=True)
    return Path(spool)


def _run(source: Any, job: Job, out: Path | None = None) -> Run:
    """Do the stages in their order."""
    settings, stage, keeper = job.settings, job.stages.stage, job.keeper
    with stage("read") as read:
        posts = read_dump(source, job)
        require_same_posts(posts, job, out)
        read.items = posts.rows
    table = posts.table
    with stage("fold", len(table)):
        distinct = keeper.once("fold", lambda: find_distinct(fold_texts(table["text"])))
    with stage("unmask", len(distinct)):
        keys, displays = keeper.once(
            "unmask", lambda: make_match_keys(table["text"], distinct, keeper)
        )
    with stage("group", len(displays)):
        threads = keeper.once("threads", lambda: find_threads(table))
        original = threads.original_texts(displays)
        wordings = keeper.once(
            "group", lambda: find_wordings(keys, original, settings.groups, keeper)
        )
    with stage("coordinate", len(table)):
        activity = keeper.once(
            "activity", lambda: gather_activity(table, threads, displays, wordings)
        )
        found = keeper.once(
            "coordinate",
            lambda: find_campaigns(
                activity, keys, wordings.framing, table["text"], settings.campaigns, keeper
            ),
        )
    recognized: Recognized | None = None
    if job.history:
        with stage("recognize", len(found.campaigns)):
            run = name_run([report.sha256 for report in posts.inputs], activity, keys)
            recognized = recognize(found, activity, keys, job.history, run, settings)
            found = recognized.found
    with stage("score", len(distinct)):
        readable = Readable(table["text"], distinct, keys, displays)
        opinions = score_texts(readable, job)
    drift = find_drift(readable, job)
    with stage("match", len(distinct)):
        index = ClaimIndex(job.claims, settings.claims)
        matches = keeper.once("match", lambda: index.match(distinct.folded))
    with stage("stance", len(table)):
        stance = find_stances(table["text"], job)
    with stage("judge", len(table)):
        evidence = bring_together(distinct, opinions, matches, stance, job.claims, found)
        decisions = decide(evidence, settings.verdicts)
        accounts = keeper.once("accounts", lambda: list_accounts(activity, evidence.campaigns))
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
            "started_at": job.started_at,
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


def campaigns(
    source: Any,
    *,
    settings: Settings | None = None,
    pseudonymize: str | Path | None = None,
    history: str | Path | None = None,
    out: str | Path | None = None,
    overwrite: bool = False,
    resume: bool = False,
    progress: Progress | None = None,
) -> Run:
    """Find coordinated posting only; needs no model and no list of known rumors.

    Args:
        source: whatever `read_posts` takes, or the `Posts` that it returned.
        settings: defaults where not given; its model and known rumors are left aside.
        pseudonymize: a key file, as in `scan`.
        history: a folder of earlier runs, as in `scan`.
        out: the run folder; as in `scan`, and so are the next two.
        overwrite: replace the run that the folder holds.
        resume: go on with what an earlier one found before it was cut.
        progress: told of every stage.

    Raises:
        RumorscanError: as `scan`.
    """
    return scan(
        source,
        model="",
        known=(),
        settings=settings,
        pseudonymize=pseudonymize,
        history=history,
        out=out,
        overwrite=overwrite,
        resume=resume,
        progress=progress,
    )


def demo(
    *,
    out: str | Path | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> Run:
    """Scan the bundled, invented sample with the bundled model and known rumors.

    Args:
        out: the run folder; as in `scan`, and so is the next.
        overwrite: replace the run that the folder holds.
        progress: told of every stage.
    """
    sample = bundled_homes("datasets/sample")[0]
    return scan(
        sample / "posts.jsonl",
        known=sample / "known_rumors.jsonl",
        out=out,
        overwrite=overwrite,
        progress=progress,
    )


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
