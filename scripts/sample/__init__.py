"""The parts that write the invented sample; `scripts/make_sample.py` calls them in order."""
