"""The posts of the sample, with the truth about each."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sample.dice import Dice
from sample.people import ZONE, Account

START = datetime(2026, 3, 2, tzinfo=ZONE)
DAYS = 14
END = START + timedelta(days=DAYS)
PLATFORM = "microblog"
# posts by the hour of the day: asleep at four, busy at noon and most of all at nine
_RHYTHM = (9, 5, 3, 2, 1, 2, 5, 12, 18, 20, 21, 22, 26, 22, 18, 18, 19, 20, 23, 28, 34, 36, 30, 18)
_FIRST_ID = 5_271_000_000_000_000_000


@dataclass(slots=True, eq=False)
class Post:
    """One post and what is true of it."""

    post_id: str
    account: Account
    text: str
    posted_at: datetime
    kind: str
    role: str
    root: Post | None = None
    parent: Post | None = None
    client: str = ""
    campaign_id: str = ""
    claim_id: str = ""
    stance: str = ""
    topic: str = ""
    reposts: int = 0
    comments: int = 0
    likes: int = 0


@dataclass(slots=True)
class Stage:
    """All posts so far."""

    seed: int
    posts: list[Post] = field(default_factory=list)

    def post(
        self, account: Account, text: str, posted_at: datetime, role: str, **more: str
    ) -> Post:
        """Add a post that opens a thread; `more` are fields of `Post`."""
        return self._add(Post("", account, text, posted_at, "post", role), **more)

    def reply(
        self, account: Account, text: str, posted_at: datetime, to: Post, role: str, **more: str
    ) -> Post:
        """Add a comment, or with `kind="repost"` a repost, under a post."""
        post = Post("", account, text, posted_at, "comment", role)
        post.root = to.root or to
        post.parent = to
        self._add(post, **more)
        for above in {id(to): to, id(post.root): post.root}.values():
            if post.kind == "repost":
                above.reposts += 1
            else:
                above.comments += 1
        return post

    def _add(self, post: Post, **more: str) -> Post:
        for name, value in more.items():
            setattr(post, name, value)
        seconds = int((post.posted_at - START).total_seconds())
        count = len(self.posts) + 1
        post.post_id = str(_FIRST_ID + seconds * 1_000_000 + count * 7_919 % 1_000_000)
        self.posts.append(post)
        return post


def waking_hours(dice: Dice, first_day: int = 0, days: int = DAYS) -> datetime:
    """Return a moment in those days, at an hour when people post."""
    mark = dice.below(sum(_RHYTHM))
    hour = 0
    while mark >= _RHYTHM[hour]:
        mark -= _RHYTHM[hour]
        hour += 1
    return at(first_day + dice.below(days), hour) + timedelta(seconds=dice.below(3_600))


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """Return a moment of the sample, with days counted from 0."""
    return START + timedelta(days=day, hours=hour, minutes=minute)


def is_awake(dice: Dice, moment: datetime) -> bool:
    """Return true as often as people post at that hour."""
    return dice.chance(_RHYTHM[moment.hour] / max(_RHYTHM))


def later(dice: Dice, moment: datetime) -> datetime:
    """Return when somebody answers: mostly soon, rarely in the night, never after the end."""
    for _ in range(60):
        step = 20 << dice.below(13)
        answered = moment + timedelta(seconds=step + dice.below(step))
        if answered < END and is_awake(dice, answered):
            return answered
    seconds = int((END - moment).total_seconds())
    return moment + timedelta(seconds=1 + dice.below(max(1, seconds - 1)))
