"""The command line: a file a command, each a thin caller of the Python API."""

from __future__ import annotations


def main() -> None:
    """Run the command line."""
