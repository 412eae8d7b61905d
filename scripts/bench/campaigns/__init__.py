"""The benchmark of campaigns: where it plants, what runs on it, and how it is told."""
