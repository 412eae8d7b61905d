"""The real labeled sets and ordinary posts: what they are, and how they are read and measured."""
