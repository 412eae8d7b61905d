"""Kills scans at many points and resumes them; prints what came of each as lines of JSON.

A program of its own, run by `test_resume.py`: it forks, which a test runner had better not.

    python tests/killed.py DUMP FOLDER SIGNAL POINTS
"""

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import rumorscan as rs
from rumorscan.engines.checkpoints import Checkpoints
from rumorscan.errors import RunError
from rumorscan.records import Progress
from rumorscan.reports import folder as run_folder
from rumorscan.reports import unfinished

HISTORY = "history"


class Hooks:
    """Counts what happens in a scan, and calls a function when so much has happened."""

    def __init__(self, at: int = -1, then: Any = None) -> None:
        self.count = 0
        self._at = at
        self._then = then

    def stage(self, name: str, total: int | None = None) -> None:
        self.happen()

    def advance(self, count: int = 1) -> None:
        self.happen()

    def done(self, note: str = "") -> None:
        self.happen()

    def happen(self) -> None:
        self.count += 1
        if self.count == self._at:
            self._then()

    def install(self) -> None:
        """Count moves, flushes and checkpoints as well."""
        for owner, name in (
            (Path, "replace"),
            (Path, "mkdir"),
            (Checkpoints, "_write"),
            (run_folder, "flush"),
            (unfinished, "flush"),
            (unfinished, "exchange"),
        ):
            setattr(owner, name, self._hooked(getattr(owner, name)))

    def _hooked(self, function: Any) -> Any:
        def hooked(*given: Any, **named: Any) -> Any:
            self.happen()
            result = function(*given, **named)
            self.happen()
            return result

        return hooked


def scan(dump: str, out: Path, progress: Progress, **more: Any) -> None:
    """Scan with a history, one thread and no model, which is quick."""
    rs.scan(
        dump,
        model="linear",
        history=out.parent / HISTORY,
        settings=rs.Settings().replace({"run": {"workers": 1}}),
        out=out,
        progress=progress,
        **more,
    )


def in_child(work: Any) -> int:
    """Do the work in a child of this process; return its wait status."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1]
    try:
        work()
    except BaseException as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        os._exit(1)
    os._exit(0)


def kill_and_resume(dump: str, place: Path, at: int, sent: int) -> dict[str, Any]:
    """Return what a kill left, and the folder of the run that was resumed."""
    place.mkdir()
    out = place / "run"

    def die() -> None:
        os.kill(os.getpid(), sent)

    def be_killed() -> None:
        hooks = Hooks(at, die)
        hooks.install()
        scan(dump, out, hooks)

    status = in_child(be_killed)
    left = sorted(entry.name for entry in place.iterdir() if entry.name != HISTORY)
    whole = out.is_dir() and (out / "manifest.json").is_file()
    try:
        rs.verify(out)
        said = "whole"
    except RunError as error:
        said = str(error)
    resumed = Hooks()
    scan(dump, out, resumed, resume=True)
    return {
        "at": at,
        "status": status,
        "left": left,
        "whole": whole,
        "said": said,
        "out": str(out),
        "after": sorted(entry.name for entry in place.iterdir() if entry.name != HISTORY),
    }


def main() -> None:
    """Scan once, then once a point."""
    dump, folder, name, points = sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
    (folder / "whole").mkdir(parents=True)

    scan(dump, folder / "whole" / "run", Hooks())  # what is compiled or loaded once is so now
    reading, writing = os.pipe()

    def count() -> None:
        hooks = Hooks()
        hooks.install()
        (folder / "counted").mkdir()
        scan(dump, folder / "counted" / "run", hooks)
        os.write(writing, str(hooks.count).encode())

    in_child(count)
    total = int(os.read(reading, 20))
    for point in range(points):
        at = 1 + point * (total - 1) // max(1, points - 1)
        found = kill_and_resume(dump, folder / f"at-{at}", at, signal.Signals[name])
        sys.stdout.write(json.dumps({"of": total, **found}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
