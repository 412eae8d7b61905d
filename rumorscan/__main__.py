"""Run the command line with `python -m rumorscan`."""

from rumorscan.cli import main

if __name__ == "__main__":
    main()
