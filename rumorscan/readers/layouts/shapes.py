"""What can be said about a format: the words in which the catalog is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Branch:
    """Posts that lie inside a post, and become rows of their own.

    Attributes:
        path: where they lie, one object or a list of them; dots go into objects.
        kind: what they are to the post around them: `comment` or `repost`, which answer it;
            `source`, which it reposts; `cited`, which it answers or quotes. Of the last two,
            that many posts may carry, each is read once.
    """

    path: str
    kind: str


@dataclass(frozen=True, slots=True)
class Join:
    """A table whose columns belong to the rows of another one, as `TABLE.COLUMN`.

    Attributes:
        table: the table that is looked up.
        key: the column of the row that names a row there; may come from an earlier join.
        column: the column there that is compared.
    """

    table: str
    key: str
    column: str = "id"


@dataclass(frozen=True, slots=True)
class Opening:
    """An object that is no post, but holds some.

    Attributes:
        marks: keys that together give it away; dots go into objects.
        rows: where the posts, or further openings, lie.
        above: key that each row is given to what lies at a path of the object; an empty path
            stands for the object's own plain values.
        lookups: key that each row is given, to the path of a list, the key in the row, and the
            key in the list's objects that are equal.
        also: where posts lie that the others refer to; each is read once.
        scoped: id columns that mean something only with the object's `id` before them, where
            the objects are several.
        further: where more posts, or openings, lie.
        elsewhere: id column to the one that names another such object, whose id stands before it.
    """

    marks: tuple[str, ...]
    rows: str
    above: Mapping[str, str] = field(default_factory=dict)
    lookups: Mapping[str, tuple[str, str, str]] = field(default_factory=dict)
    also: str = ""
    scoped: tuple[str, ...] = ()
    further: tuple[str, ...] = ()
    elsewhere: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Layout:
    """One crawler's or archive's way to write posts.

    Attributes:
        name: as `--format` takes it and `inspect` shows it.
        marks: columns that together give the layout away; of alternatives, joined by `|`, one;
            what begins with `!` must not be there.
        tables: names of the tables or sheets that hold it; empty means any.
        columns: canonical field to the columns that may hold it. The first one that is there is
            taken; the others stand in row by row where it is empty. What is not listed is looked
            for among the common names.
        constants: canonical field to a value that holds for every row.
        blanks: canonical field to values that stand for none; for `parent_id`, so does the post.
        prefixes: canonical field to beginnings that are cut off.
        mixed: the rows are posts, comments and reposts, told apart by what they answer or repost.
        kinds: column to the kind of post that it tells where it is filled.
        originals: columns that tell whether a post is the account's own; where not, it is a repost.
        stand_ins: canonical field to columns that together replace it where it is empty; counted.
        pieces: fields whose value may be a list of pieces of text, which are joined.
        lists: fields that hold a list written as text, such as `['a', 'b']`.
        html: fields that may hold HTML, of which the text is kept; counted.
        only: column to the values that posts have; other rows are set aside.
        crawled: columns that tell when the row was fetched; `5分钟前` is counted from there.
        keyed: path of a list of objects to the key whose value becomes their name, so that
            `LIST.VALUE.KEY` leads into them.
        branches: posts inside posts.
        joins: tables of a database that belong to the rows.
        threads_by_parent: comments do not name their thread, but the post that they answer does.
        platforms: word in the path or the table's name to the platform that it tells.
        carried: canonical field to the columns that may hold it of a post that the row carries
            along, the one that it reposts; that becomes a row of its own, read once.
        account_is_file: the account is the file's name without its ending.
        keyword_is_file: the words that were searched for are the file's name without its ending.
        local_accounts: the accounts are pseudonyms that hold within their file only.
        short_rows: the layout writes rows with fewer cells than its header.
        generations: columns that versions of the crawler wrote, in their order, newest first.
        proofs: column to the kind of cell that stands there, `time`, `flag` or `count`, by which
            a generation is proved.
        anchor: a column of times, by which cells that were shifted are found again.
        unshifted: how many columns at the beginning were never shifted.
        holds: what the rows are; what does not hold `posts` is passed over.
        tz: zone of its times without one, where it is not the usual one.
        remark: what a reader of the result must know; counted with its rows.

    Example:
        >>> Layout("club", ("楼层", "网友", "说了"), columns={"text": ("说了",)}).name
        'club'
    """

    name: str
    marks: tuple[str, ...]
    tables: tuple[str, ...] = ()
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    blanks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    prefixes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    mixed: bool = False
    kinds: Mapping[str, str] = field(default_factory=dict)
    originals: tuple[str, ...] = ()
    stand_ins: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    pieces: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    html: tuple[str, ...] = ()
    only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    crawled: tuple[str, ...] = ()
    keyed: Mapping[str, str] = field(default_factory=dict)
    branches: tuple[Branch, ...] = ()
    joins: tuple[Join, ...] = ()
    threads_by_parent: bool = False
    platforms: Mapping[str, str] = field(default_factory=dict)
    carried: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    account_is_file: bool = False
    keyword_is_file: bool = False
    local_accounts: bool = False
    short_rows: bool = False
    generations: tuple[tuple[str, ...], ...] = ()
    proofs: Mapping[str, str] = field(default_factory=dict)
    anchor: str = ""
    unshifted: int = 0
    holds: str = "posts"
    tz: str = ""
    remark: str = ""

    def fits(self, names: Mapping[str, object] | set[str], table: str = "") -> bool:
        """Return whether the named columns give this layout away.

        Example:
            >>> layout = Layout("a", ("text", "user_id|creator_hash"))
            >>> layout.fits({"text", "creator_hash"}), layout.fits({"text"})
            (True, False)
        """
        if self.tables and table not in self.tables:
            return False
        return all(
            mark[1:] not in names
            if mark.startswith("!")
            else any(name in names for name in mark.split("|"))
            for mark in self.marks
        )
