"""Readers of published rumor sets; `scripts/prepare_*.py` write what they yield as labeled rows."""
