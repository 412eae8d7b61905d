"""Encodings: from bytes to text, with what is lost counted."""
