"""Containers: which files are meant, what is packed in them, and their bytes as a stream."""
