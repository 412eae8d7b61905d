"""Where campaigns are planted: some threads of a real dump, read once and kept."""

from __future__ import annotations

import hashlib
import random
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from rumorscan.records import CORE_FIELDS, OPTIONAL_FIELDS

_SMALL_THREAD = 5


def load_dump(dump: Path, cache: Path | None = None) -> pa.Table:
    """Return the columns of a dump as a scan reads them; they are kept for the next time.

    Args:
        dump: whatever `read_posts` takes, one file; Parquet is read as it is.
        cache: folder of the copy; default: the system's for temporary files.
    """
    from rumorscan.readers import read_posts

    if dump.suffix == ".parquet":
        return _as_read(pq.read_table(dump))
    state = dump.stat()
    name = f"{dump.resolve()} {state.st_size} {state.st_mtime_ns}"
    key = hashlib.sha256(name.encode()).hexdigest()[:16]
    folder = cache or Path(tempfile.gettempdir())
    copy = folder / f"rumorscan-bench-{key}.parquet"
    if not copy.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        part = copy.with_suffix(".part")
        pq.write_table(read_posts(dump).table, part, compression="zstd")
        part.replace(copy)
    return _as_read(pq.read_table(copy))


def _as_read(table: pa.Table) -> pa.Table:
    """Return columns with the types that reading gives them: Parquet knows no seconds."""
    kinds = {**CORE_FIELDS, **OPTIONAL_FIELDS}
    kept = [name for name in table.column_names if name in kinds]
    return table.select(kept).cast(pa.schema({name: kinds[name] for name in kept}))


def draw_threads(posts: pa.Table, count: int, seed: int) -> pa.Table:
    """Return the posts of so many threads drawn at random, in their order; all, if fewer."""
    roots = posts["root_id"].combine_chunks().dictionary_encode()
    chance = random.Random(f"{seed}/background")
    codes = range(len(roots.dictionary))
    chosen = sorted(chance.sample(codes, min(count, len(codes))))
    is_chosen = np.zeros(len(roots.dictionary) + 1, dtype=bool)
    is_chosen[chosen] = True
    root = roots.indices.fill_null(len(roots.dictionary)).to_numpy(zero_copy_only=False)
    return posts.filter(pa.array(is_chosen[root])).combine_chunks()


def shuffle_texts(posts: pa.Table, seed: int) -> pa.Table:
    """Return the dump with its texts dealt anew among the posts of one thread and hour of day.

    Every account keeps its posts, threads and times, and every thread its texts; who said what
    is chance, so that no tie between accounts is real. Posts of very small threads are dealt
    among each other.
    """
    roots = posts["root_id"].combine_chunks().dictionary_encode().indices
    root = roots.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    _, thread, sizes = np.unique(root, return_inverse=True, return_counts=True)
    thread = np.where((sizes[thread] < _SMALL_THREAD) | (root < 0), -1, thread)
    hour = pc.hour(posts["posted_at"]).fill_null(24).to_numpy()
    order = np.lexsort((hour, thread))
    drawn = np.random.default_rng(seed).random(len(posts))
    dealt = np.lexsort((drawn, hour, thread))
    source = np.empty(len(posts), dtype=np.int64)
    source[order] = dealt
    texts = posts["text"].take(pa.array(source))
    return posts.set_column(posts.column_names.index("text"), "text", texts)
