"""The stages of a scan that are more than one call."""

from __future__ import annotations

import dataclasses
import threading
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rumorscan.columns import pick_rows
from rumorscan.coordination.activity import Activity, Threads
from rumorscan.coordination.campaigns import Coordination
from rumorscan.coordination.framing import Framing
from rumorscan.coordination.joins import RankedSets
from rumorscan.coordination.layers import Layer
from rumorscan.coordination.runs import Runs
from rumorscan.coordination.wordings import Pairs, Wordings
from rumorscan.engines.kept import Kinds
from rumorscan.jobs import Job
from rumorscan.readers import InputReport, Posts, read_posts
from rumorscan.readers.intake.shelves import Shelf, SpoolFile
from rumorscan.readers.pseudonyms import pseudonymize_posts
from rumorscan.records import Campaign, Reason, Tier
from rumorscan.rumors.claims import Claim, ClaimMatches
from rumorscan.rumors.drift import Drift, Shift, measure_drift
from rumorscan.rumors.opinions import Opinions, join_opinions, no_opinions
from rumorscan.rumors.reading import reread
from rumorscan.text.displays import Displays
from rumorscan.text.distinct import Distinct
from rumorscan.text.fold import Folded, join_folded
from rumorscan.text.keys import MatchKeys
from rumorscan.text.stance import find_stance
from rumorscan.verdicts import Evidence, enrich_campaigns

SCORED_AT_ONCE = 4_096
_READ_AT_ONCE = 16_384

KINDS = Kinds(
    [
        Activity,
        Campaign,
        ClaimMatches,
        Coordination,
        Displays,
        Distinct,
        Drift,
        Folded,
        Framing,
        InputReport,
        Layer,
        MatchKeys,
        Opinions,
        Pairs,
        RankedSets,
        Reason,
        Runs,
        Shelf,
        Shift,
        SpoolFile,
        Threads,
        Tier,
        Wordings,
    ]
)
"""What stages find, as far as it can be kept for another process."""


def read_dump(source: Any, job: Job) -> Posts:
    """Return the posts; with a key, nothing of them names an account."""
    done = 0

    def advance(rows: int) -> None:
        nonlocal done
        job.stages.advance(rows - done)
        done = rows

    posts = read_posts(
        source,
        **job.settings.reading.arguments(),
        spool=job.columns,
        progress=advance,
        keeper=job.keeper,
    )
    return pseudonymize_posts(posts, job.key) if job.key else posts


class Readable:
    """What the model reads of each distinct text; made when it is first asked for.

    To undo evasions and to respell words takes longer than a linear model does; a part of it is
    lost at most where a scan is cut.
    """

    def __init__(
        self, texts: pa.ChunkedArray, distinct: Distinct, keys: MatchKeys, displays: Displays
    ) -> None:
        self._texts = texts
        self._distinct = distinct
        self._keys = keys
        self._displays = displays
        self._parts: dict[int, Folded] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._distinct)

    def part(self, start: int) -> Folded:
        """Return the keys of `SCORED_AT_ONCE` texts from one on; most are read as they fold."""
        if not self._parts:
            with self._lock:  # several threads ask at once for what is loaded but once
                return self._read(start)
        return self._read(start)

    @property
    def folded(self) -> Folded:
        """All keys."""
        return join_folded([self.part(start) for start in range(0, len(self), SCORED_AT_ONCE)])

    def _read(self, start: int) -> Folded:
        if start not in self._parts:
            stop = min(start + SCORED_AT_ONCE, len(self))
            first_row = self._distinct.first_row[start:stop]
            evasions = self._keys.undone[self._displays.of_row[first_row]]
            rows = np.flatnonzero(evasions.any(axis=1))
            shown = pick_rows(self._texts, first_row[rows]).combine_chunks()
            folded = self._distinct.folded.take(np.arange(start, stop))
            self._parts[start] = reread(folded, shown, rows)
        return self._parts[start]


def score_texts(readable: Readable, job: Job) -> Opinions:
    """Return what the model says of each distinct text; NaN without a model."""
    model, base_rate = job.classifier, job.settings.scoring.base_rate
    if model is None:
        return no_opinions(len(readable))

    def score(start: int, stop: int) -> Opinions:
        opinions = model.opinions(readable.part(start), base_rate)
        job.stages.advance(stop - start)
        return opinions

    return join_opinions(job.keeper.parts("score", score, len(readable), part=SCORED_AT_ONCE))


def find_drift(readable: Readable, job: Job) -> Drift | None:
    """Return how far the texts are from what the model learned from; None where that is unknown."""
    classifier, profile = job.classifier, job.profile
    if classifier is None or profile is None:
        return None
    with job.stages.stage("drift") as stage:
        drift = job.keeper.once(
            "drift", lambda: measure_drift(profile, readable.folded, classifier)
        )
        stage.items = drift.texts
    return drift


def find_stances(texts: pa.ChunkedArray, job: Job) -> npt.NDArray[np.int8]:
    """Return the stance code of each post, each different text of a part read once."""

    def stances(start: int, stop: int) -> npt.NDArray[np.int8]:
        part = texts.slice(start, stop - start).combine_chunks().dictionary_encode()
        codes: npt.NDArray[np.int8] = find_stance(part.dictionary)[part.indices.to_numpy()]
        job.stages.advance(stop - start)
        return codes

    parts = job.keeper.parts("stance", stances, len(texts), part=_READ_AT_ONCE)
    return np.concatenate([np.zeros(0, dtype=np.int8), *parts])


def bring_together(
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
