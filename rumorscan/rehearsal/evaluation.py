"""`evaluate --campaigns`: a rehearsal, or a comparison with known campaigns."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from rumorscan.rehearsal.judging import Judgment, judge_campaigns
from rumorscan.rehearsal.selftest import Rehearsal, rehearse

if TYPE_CHECKING:
    from rumorscan.records import Progress
    from rumorscan.settings import Settings


def evaluate_campaigns(
    source: Any,
    *,
    truth: str | Path | None = None,
    seeds: int = 1,
    settings: Settings | None = None,
    progress: Progress | None = None,
) -> Rehearsal | Judgment:
    """Say how well campaigns are found in a dump.

    Args:
        source: whatever `read_posts` takes; with a truth file also a run folder.
        truth: known campaigns, as JSON lines or a JSON list with `account_ids` or `post_ids`.
            Without it campaigns of known kinds are planted in a copy of the dump.
        seeds: how many times to plant, each time other campaigns.
        settings: those of the scan; defaults where not given.
        progress: told of every stage.

    Returns:
        The figures; `to_text()` shows them, `to_dict()` is JSON data.

    Raises:
        RumorscanError: the dump, the run or the truth file cannot be used.

    Example:
        >>> begin = 1_700_000_000
        >>> posts = [
        ...     {"account_id": f"a{n}", "text": f"第{n}次路过面馆", "posted_at": begin + 99 * n}
        ...     for n in range(400)
        ... ]
        >>> evaluate_campaigns(posts).figures[0].campaigns.of
        3
    """
    if truth is not None:
        return judge_campaigns(source, truth, settings=settings, progress=progress)
    return rehearse(source, seeds=seeds, settings=settings, progress=progress)
