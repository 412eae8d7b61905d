"""Objects: JSON lines, JSON documents, and the posts inside posts."""
