"""Where the work runs: threads of this machine."""
