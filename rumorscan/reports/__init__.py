"""What a scan leaves for people and programs: the run folder, its summary and its pages."""

from rumorscan.reports.explain import explain
from rumorscan.reports.folder import report
from rumorscan.reports.manifest import verify
from rumorscan.reports.run import Run
from rumorscan.reports.stored import load_run

__all__ = ["Run", "explain", "load_run", "report", "verify"]
