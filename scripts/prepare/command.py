"""The command line that all prepare scripts share."""

from __future__ import annotations

import argparse
import secrets
import sys
from pathlib import Path

from prepare.entries import Reader
from prepare.writing import write_labeled
from rumorscan.errors import RumorscanError


def run(name: str, read: Reader, about: str) -> None:
    """Read the folder that the command line names and write the labeled file.

    Args:
        name: the set; also the folder of its card.
        read: its reader.
        about: the script's docstring; its first line is the help.

    Raises:
        SystemExit: with status 1 after one line that says what was wrong.
    """
    parser = argparse.ArgumentParser(description=about.splitlines()[0])
    parser.add_argument("folder", type=Path, metavar="SOURCE_DIR", help="the published files")
    parser.add_argument("-o", "--out", type=Path, required=True, metavar="FILE")
    parser.add_argument("--rejects", type=Path, metavar="FILE", help="place and reason of the rest")
    parser.add_argument(
        "--salt", help="key of the account pseudonyms; random without it, so no two runs agree"
    )
    arguments = parser.parse_args()
    salt = (arguments.salt or secrets.token_hex(16)).encode()
    try:
        count = write_labeled(
            read(arguments.folder), name, salt, out=arguments.out, rejects=arguments.rejects
        )
    except RumorscanError as error:
        print(f"{error} (layout: datasets/{name}/README.md)", file=sys.stderr)
        raise SystemExit(1) from None
    print("\n".join(count.lines(name)), file=sys.stderr)
