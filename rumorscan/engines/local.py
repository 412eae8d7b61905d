"""Work on this machine: compiled loops release the interpreter, so threads share them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def worker_count(workers: int) -> int:
    """Return how many threads to use; 0 asks for one a processor that we may use.

    Example:
        >>> worker_count(3), worker_count(0) >= 1
        (3, True)
    """
    if workers:
        return workers
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def map_parts(
    function: Callable[[int, int], T], count: int, *, part: int, workers: int
) -> Iterator[T]:
    """Call a function for consecutive parts of a range and yield the results in order.

    Where the parts begin does not depend on the number of workers, so that neither do results.

    Args:
        function: called with the start and the stop of a part.
        count: length of the whole range.
        part: length of a part.
        workers: threads, or 0 for one a processor.

    Example:
        >>> list(map_parts(lambda start, stop: (start, stop), 5, part=2, workers=2))
        [(0, 2), (2, 4), (4, 5)]
    """
    starts = range(0, count, part)
    with ThreadPoolExecutor(worker_count(workers)) as pool:
        yield from pool.map(lambda start: function(start, min(start + part, count)), starts)


def peak_memory_bytes() -> int | None:
    """Return the most memory that this process has held so far, or None where nobody counts.

    Example:
        >>> (peak_memory_bytes() or 1) > 0
        True
    """
    try:
        import resource
    except ImportError:  # Windows
        return _windows_peak()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _windows_peak() -> int | None:
    """Ask Windows' process status interface (GetProcessMemoryInfo) for the peak."""
    import ctypes

    class Counters(ctypes.Structure):
        _fields_ = [
            ("size", ctypes.c_uint32),
            ("page_faults", ctypes.c_uint32),
            ("peak_working_set", ctypes.c_size_t),
            ("others", ctypes.c_size_t * 7),
        ]

    loader = getattr(ctypes, "windll", None)
    if loader is None:
        return None
    counters = Counters()
    counters.size = ctypes.sizeof(Counters)
    process = loader.kernel32.GetCurrentProcess()
    answered = loader.psapi.GetProcessMemoryInfo(process, ctypes.byref(counters), counters.size)
    return int(counters.peak_working_set) if answered else None
