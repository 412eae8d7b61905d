"""Originals: what a text has only from the post that it answers or reposts is not its own."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rumorscan.coordination.runs import Runs
from rumorscan.kernels import compiled
from rumorscan.text.fold import Folded
from rumorscan.text.shingles import ShingleSets, shingle_sets

Ints = npt.NDArray[np.int64]


def quoted_runs(runs: Runs, heard: Folded, sound: Folded, original: Ints) -> npt.NDArray[np.bool_]:
    """Tell of each pair whether its run stands in the post that one of the two answers."""
    quoted = np.zeros(len(runs.first), dtype=bool)
    for side in (runs.first, runs.second):
        for index in np.flatnonzero((original[side] >= 0) & ~quoted).tolist():
            start = int(runs.starts[index])
            run = heard.codes[start : start + int(runs.lengths[index])]
            words = run.tobytes().decode("utf-32-le")
            quoted[index] = words in sound.key(int(original[side[index]]))
    return quoted


def without_originals(heard: Folded, sound: Folded, original: Ints, length: int) -> ShingleSets:
    """Return the sets without the shingles of the post that each text answers or reposts."""
    sets = shingle_sets(heard, length)
    quoting = np.flatnonzero(original >= 0)
    if len(quoting) == 0:
        return sets
    sources, which = np.unique(original[quoting], return_inverse=True)
    theirs = shingle_sets(sound.take(sources), length)
    source_of = np.full(len(heard), -1, dtype=np.int64)
    source_of[quoting] = which
    values, offsets = _subtract(sets.values, sets.offsets, theirs.values, theirs.offsets, source_of)
    return ShingleSets(values, offsets)


@compiled
def _subtract(
    values: npt.NDArray[np.uint64],
    offsets: Ints,
    theirs: npt.NDArray[np.uint64],
    bounds: Ints,
    source_of: Ints,
) -> tuple[npt.NDArray[np.uint64], Ints]:
    kept = np.empty(len(values), dtype=np.uint64)
    starts = np.zeros(len(offsets), dtype=np.int64)
    written = 0
    for row in range(len(offsets) - 1):
        source = source_of[row]
        other, other_stop = np.int64(0), np.int64(0)
        if source >= 0:
            other, other_stop = bounds[source], bounds[source + 1]
        for position in range(offsets[row], offsets[row + 1]):
            value = values[position]
            while other < other_stop and theirs[other] < value:
                other += 1
            if other < other_stop and theirs[other] == value:
                continue
            kept[written] = value
            written += 1
        starts[row + 1] = written
    return kept[:written].copy(), starts
