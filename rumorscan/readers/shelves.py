"""What was read from one input, as a later process may take it over.

The rows lie in files of the spool; what is kept here says which, and with which digests.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from rumorscan.readers.containers import NoRowsError
from rumorscan.readers.posts import InputReport
from rumorscan.readers.spool import Spool


@dataclass(frozen=True, slots=True)
class SpoolFile:
    """A file of a spool.

    Attributes:
        name: in the spool's folder.
        bytes: its size.
        sha256: its digest.
    """

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """What was read from one input.

    Attributes:
        report: of the input.
        fields: the columns that some of its rows have.
        empty: why it was passed over; empty where it was not.
        accepted: the files in which its posts lie.
        rejected: the files in which the rows set aside lie.
    """

    report: InputReport
    fields: tuple[str, ...]
    empty: str
    accepted: tuple[SpoolFile, ...]
    rejected: tuple[SpoolFile, ...]

    def is_whole(self, folder: Path) -> bool:
        """Return whether its files lie in the folder as they were written."""
        return all(_read(folder / file.name) == file for file in (*self.accepted, *self.rejected))

    @property
    def passed_over(self) -> NoRowsError | None:
        """The error for which the input was passed over, if it was."""
        return NoRowsError(self.empty) if self.empty else None


def shelve(
    report: InputReport,
    fields: set[str],
    empty: NoRowsError | None,
    spools: tuple[Spool, Spool],
) -> Shelf:
    """Return what was read from an input; its spools, accepted and rejected, are closed."""
    accepted, rejected = (
        tuple(file for path in spool.files if (file := _read(path))) for spool in spools
    )
    return Shelf(report, tuple(sorted(fields)), str(empty or ""), accepted, rejected)


def _read(path: Path) -> SpoolFile | None:
    try:
        with path.open("rb") as source:
            digest = hashlib.file_digest(source, "sha256").hexdigest()
            return SpoolFile(path.name, source.tell(), digest)
    except OSError:
        return None
