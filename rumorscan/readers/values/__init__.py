"""Values: ids, texts, counts and times of any spelling to the canonical types."""
