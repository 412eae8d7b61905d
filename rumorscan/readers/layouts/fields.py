"""Field maps: which columns of a file hold which canonical fields."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from rumorscan.errors import DumpError
from rumorscan.readers.containers.finding import NoRowsError
from rumorscan.readers.layouts.aliases import ALIASES, Lookalikes
from rumorscan.readers.layouts.finding import CANONICAL_LAYOUT, OTHER_LAYOUT, layout_of
from rumorscan.readers.layouts.shapes import Layout
from rumorscan.records import CORE_FIELDS, OPTIONAL_FIELDS

CANONICAL = tuple(
    name
    for name in (*CORE_FIELDS, *OPTIONAL_FIELDS)
    if name not in ("precision", "source_file", "source_row")
)
"""The fields that a dump may carry."""
REQUIRED = ("account_id", "text")
CRAWLED = "~crawled"
"""Stands for the time of the crawl among what is read."""
CARRIED = "^"
"""Begins the names of what is read of a post that another one carries along."""
_EDGES = "\ufeff \t\r\n\u3000\xa0"
_NESTED = ("kind", "parent_id", "root_id", "repost_of")


@dataclass(frozen=True, slots=True)
class FieldMap:
    """The columns of one file that hold canonical fields.

    Attributes:
        layout: the layout that fits.
        columns: canonical field to column; dots go into objects.
        account: what the account is where no column holds it; empty otherwise.
        unread: columns that no field is read from.
        others: what else is read, by the names that `spares_of` and its like find again.
        constants: canonical field to what it is in every row that does not say otherwise.
        carried: the columns of a post that the row carries along; None where none does.
    """

    layout: Layout
    columns: dict[str, str]
    account: str = ""
    unread: tuple[str, ...] = ()
    others: dict[str, str] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    carried: FieldMap | None = None

    @property
    def reads(self) -> dict[str, str]:
        """All that readers fetch: a name that only the intake understands, to its column."""
        inner = self.carried.reads if self.carried is not None else {}
        return {
            **self.columns,
            **self.others,
            **{f"{CARRIED}{name}": column for name, column in inner.items()},
        }

    @property
    def mapping(self) -> dict[str, str]:
        """Canonical field to its columns, as people read it: `完整日期, 日期`."""
        return {
            name: ", ".join([column, *(self.others[spare] for spare in self.spares_of(name))])
            for name, column in self.columns.items()
        }

    def spares_of(self, name: str) -> list[str]:
        """Return under which names the columns are read that stand in for a field's own."""
        return [other for other in self.others if other.startswith(f"{name}~")]

    def stand_ins_of(self, name: str) -> list[str]:
        """Return under which names the columns are read that replace a field together."""
        return [other for other in self.others if other.startswith(f"{name}+")]


def map_fields(
    names: Iterable[str],
    *,
    where: str,
    stem: str = "",
    table: str = "",
    layout: Layout | None = None,
    override: Mapping[str, str] | None = None,
) -> FieldMap:
    """Return which of the named columns hold which canonical fields.

    Where no layout is known, and no column has a name of the field, one that differs from it in
    case, blanks and separators only is taken, unless there are several.

    Args:
        names: columns of the file; objects within rows by their dotted paths.
        where: the file, for messages.
        stem: the file's name without its ending, for layouts whose account it is.
        table: the table or sheet that has the columns, where the file has several.
        layout: taken instead of the one that fits.
        override: canonical field to column, as `--map` gives it.

    Raises:
        DumpError: an override names what is not there, no column holds text or account, or the
            rows are no posts.

    Example:
        >>> map_fields(["id", "正文", "用户昵称"], where="a.csv").columns
        {'post_id': 'id', 'account_id': '用户昵称', 'text': '正文', 'account_name': '用户昵称'}
        >>> map_fields(["POST_ID", "Account-Id", "Text"], where="a.csv").columns
        {'post_id': 'POST_ID', 'account_id': 'Account-Id', 'text': 'Text'}
        >>> map_fields(["id", "uid", "说说"], where="a.csv")
        Traceback (most recent call last):
            ...
        rumorscan.errors.DumpError: a.csv: no column holds 'text'; found ...
    """
    found = {name.strip(_EDGES): name for name in reversed(list(names))}
    if layout is None:
        layout = layout_of(found, table or stem)
    if layout.holds != "posts":
        raise NoRowsError(f"{where}: holds {layout.holds} ({layout.name}), no posts")
    override = {name: column.strip(_EDGES) for name, column in (override or {}).items()}
    _check_override(override, found, where)
    columns: dict[str, str] = {}
    others: dict[str, str] = {}
    is_known = layout not in (CANONICAL_LAYOUT, OTHER_LAYOUT)
    lookalikes = Lookalikes({} if is_known else found)
    for field_name in CANONICAL:
        hits = _hits(field_name, layout, override, found)
        hits = hits or lookalikes.of(_names(field_name, layout))[:1]
        if hits:
            columns[field_name] = hits[0]
            others |= {f"{field_name}~{place}": hit for place, hit in enumerate(hits[1:])}
    account = stem if layout.account_is_file and "account_id" not in columns else ""
    others |= _further(layout, found)
    for field_name in REQUIRED:
        there = field_name in columns or any(name.startswith(f"{field_name}+") for name in others)
        if not there and not (field_name == "account_id" and account):
            raise DumpError(
                f"{where}: no column holds '{field_name}'; found {_listed(found.values())}; "
                f"name it with --map {field_name}=COLUMN"
            )
    carried = _carried(layout, found)
    inner = carried.reads.values() if carried is not None else ()
    taken = {
        part
        for column in (*columns.values(), *others.values(), *inner)
        for part in (column, column.split(".")[0])
    }
    unread = tuple(
        name for name in reversed(found.values()) if name not in taken and "." not in name
    )
    constants = {**_platform(layout, where, table), **layout.constants}
    if layout.keyword_is_file and stem and not stem.startswith("<"):  # what has no name is <rows>
        constants["keyword"] = stem.replace("%23", "#")
    return FieldMap(layout, columns, account, unread, others, constants, carried)


def _carried(layout: Layout, found: Mapping[str, str]) -> FieldMap | None:
    """Return the columns of the post that a row carries along, if they are there."""
    hits = {
        name: [found[column] for column in columns if column in found]
        for name, columns in layout.carried.items()
    }
    columns = {name: there[0] for name, there in hits.items() if there}
    if "text" not in columns or "post_id" not in columns:
        return None
    others = {
        f"{name}~{place}": hit
        for name, there in hits.items()
        for place, hit in enumerate(there[1:])
    }
    return map_carried(layout, columns, others, {"kind": "post", **layout.constants})


def map_carried(
    layout: Layout, columns: dict[str, str], others: dict[str, str], constants: dict[str, str]
) -> FieldMap:
    """Return the map of posts that rows of a layout carry along; what tells of the rows is left.

    Example:
        >>> crawler = Layout("crawler", ("id",), columns={}, account_is_file=True)
        >>> fields = map_carried(crawler, {"text": "源微博正文"}, {}, {"kind": "post"})
        >>> fields.reads, fields.layout.account_is_file
        ({'text': '源微博正文'}, False)
    """
    inner = replace(
        layout,
        kinds={},
        originals=(),
        carried={},
        stand_ins={},
        account_is_file=False,
        remark="",
    )
    return FieldMap(inner, columns, others=others, constants=constants)


def _platform(layout: Layout, where: str, table: str) -> dict[str, str]:
    """Return the platform that the table's name, or a folder's, tells."""
    words = [table.partition("_")[0], *reversed(Path(where).parts[:-1])]
    hit = next((word for word in words if word in layout.platforms), None)
    return {} if hit is None else {"platform": layout.platforms[hit]}


def _hits(
    field_name: str, layout: Layout, override: Mapping[str, str], found: Mapping[str, str]
) -> list[str]:
    """Return the columns of a field, the first of which is its own."""
    if field_name in override:
        return [found[override[field_name]]]
    if layout is CANONICAL_LAYOUT:
        return [found[field_name]] if field_name in found else []
    own = layout.columns.get(field_name)
    if layout.account_is_file and field_name == "account_id":
        own = ("account_id", "user_id")
    hits = [found[name] for name in (ALIASES[field_name] if own is None else own) if name in found]
    if field_name in REQUIRED and not hits and not layout.account_is_file:
        own, hits = None, [found[name] for name in ALIASES[field_name] if name in found]
    if own is None:
        del hits[1:]  # common names are guesses: a second guess stands in for nothing
    if field_name in _NESTED and f"@{field_name}" in found:
        hits.insert(0, found[f"@{field_name}"])
    return hits


def _names(field_name: str, layout: Layout) -> tuple[str, ...]:
    """Return the names that a field has where its column is told by its name alone."""
    return (field_name,) if layout is CANONICAL_LAYOUT else ALIASES[field_name]


def _further(layout: Layout, found: Mapping[str, str]) -> dict[str, str]:
    """Return what is read beside the fields, by its name among what is read."""
    further = {
        f"{field_name}+{place}": found[column]
        for field_name, columns in layout.stand_ins.items()
        for place, column in enumerate(columns)
        if column in found
    }
    further |= {f"?{column}": found[column] for column in layout.only if column in found}
    told = (*layout.kinds, *layout.originals)
    further |= {f"!{column}": found[column] for column in told if column in found}
    crawled = next((found[column] for column in layout.crawled if column in found), None)
    return further if crawled is None else {**further, CRAWLED: crawled}


def _check_override(override: Mapping[str, str], found: Mapping[str, str], where: str) -> None:
    for field_name, column in override.items():
        if field_name not in CANONICAL:
            nearest = difflib.get_close_matches(field_name, CANONICAL, n=1, cutoff=0.0)[0]
            raise DumpError(
                f"--map {field_name}={column}: '{field_name}' is no field; "
                f"did you mean '{nearest}'?"
            )
        if column not in found:
            raise DumpError(
                f"{where}: --map {field_name}={column}: no column is named '{column}'; "
                f"found {_listed(found.values())}"
            )


def _listed(names: Iterable[str]) -> str:
    lines = (" ".join(name.split()) for name in reversed(list(names)))
    shown = [f"'{name if len(name) <= 60 else name[:60] + '…'}'" for name in lines]
    more = f" and {len(shown) - 40} more" if len(shown) > 40 else ""
    return ", ".join(shown[:40]) + more if shown else "no column at all"
